"""How pages and their files are served: kindly to links from elsewhere, and to people who err."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from api.errors import NotFound, Unprocessable
from api.pages.rendering import render


class PageRoute(APIRoute):
    """A page: whoever follows a link to it in a browser gets its errors as a page too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        taken = {parameter.alias for parameter in self.dependant.query_params}

        async def page(request: Request) -> Response:
            given = request.query_params
            kept = {name: value for name, value in given.items() if name in taken}
            if len(kept) < len(given.multi_items()):
                # Newsletters and networks hang parameters of their own on links. They neither stop a reader nor
                # fill the cache with one page over and over.
                return RedirectResponse(f"{quote(request.scope['path'])}?{urlencode(kept)}".rstrip("?"), 303)
            try:
                return await handle(request)
            except (NotFound, RequestValidationError) as error:
                if not _is_read_by_a_person(request):
                    raise
                return _as_page(error)

        return page


def _is_read_by_a_person(request: Request) -> bool:
    # Browsers say so of an address that was typed or followed. Accept would too, but it never comes past the cache.
    return request.headers.get("sec-fetch-mode") == "navigate"


def _as_page(error: NotFound | RequestValidationError) -> Response:
    missing = isinstance(error, NotFound) or all(fault["loc"][0] == "path" for fault in error.errors())
    kind = NotFound if missing else Unprocessable
    page = render("error.html", kind.status, missing=missing)
    page.headers["Cache-Control"] = "no-store"
    return page


class Assets(StaticFiles):
    """What pages load. Their addresses change with the files, so a browser need not ask each time."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Nobody needs a part of a file, and whoever asks for an impossible one would be answered in plain text.
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=86400"
        response.headers["Accept-Ranges"] = "none"
        return response

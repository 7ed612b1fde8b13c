"""Lists: a page's items, what is said of them, and links that keep the other parameters."""

from collections.abc import Sequence
from math import ceil
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from api.schemas import Item, Link, Page, PageLinks, PageMeta, Paging


def page_of(request: Request, paging: Paging, items: Sequence[Item], total: int) -> Page[Item]:
    """Wrap one page's items."""
    return Page[Any](
        items=list(items),
        meta=PageMeta(total_records=total, page=paging.page, limit=paging.limit, count=len(items)),
        links=page_links(request, paging, total),
    )


def slice_of(paging: Paging, items: Sequence[Item]) -> Sequence[Item]:
    """Cut a page out of a whole list."""
    return items[paging.offset : paging.offset + paging.limit]


def page_links(request: Request, paging: Paging, total: int) -> PageLinks:
    """Link to this page, the ends and the neighbours, with the filters that were sent."""
    settings = request.app.state.settings
    others = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "limit")]
    return links_at(f"{settings.base_url}{request.scope['path']}", others, paging, total)


def links_at(address: str, others: Sequence[tuple[str, str]], paging: Paging, total: int) -> PageLinks:
    """Link to a page of the list at an address, the ends and the neighbours, with other parameters."""
    last = max(1, ceil(total / paging.limit))

    def to(page: int, rel: str) -> Link:
        query = urlencode([*others, ("limit", paging.limit), ("page", page)])
        return Link(href=f"{address}?{query}", rel=rel)

    return PageLinks(
        self=to(paging.page, "self"),
        first=to(1, "first"),
        last=to(last, "last"),
        next=to(paging.page + 1, "next") if paging.page < last else None,
        prev=to(min(paging.page - 1, last), "prev") if paging.page > 1 else None,
    )

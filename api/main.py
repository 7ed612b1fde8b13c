"""The application: routers, error handlers and what stands around them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import structlog
from anyio import to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.adoptions.routes import router as adoptions
from api.edge.context import Topic
from api.edge.headers import Headers
from api.edge.load import Load
from api.edge.public_cache import PublicCache
from api.edge.rate_limits import Limits, RateLimits
from api.events.routes import router as events
from api.guidelines.routes import router as guidelines
from api.identity.issuing import built_in_verifier
from api.identity.keys import Keys
from api.identity.permissions import check_every_route_has_a_row
from api.identity.token_endpoint import router as identity
from api.openapi import TITLE, VERSION
from api.organisations.routes import router as organisations
from api.pages.rendering import STATIC
from api.pages.routes import router as pages
from api.pages.serving import Assets
from api.problems import install_handlers
from api.proposals.routes import router as proposals
from api.published.current import Published
from api.service.routes import api_router as service
from api.service.routes import root_router as health
from api.settings import Settings
from api.terms.routes import router as terms
from db.session import open_database

log = structlog.get_logger("samsprak.request")

BASE = "/api/v1"
# SQLite has one writer; of PostgreSQL's connections readers need some too.
_WRITERS = {"sqlite": 1, "postgresql": 20}


def create_app(settings: Settings) -> FastAPI:
    """Build the FastAPI application; it opens its database when it starts."""
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.cache = None
    app.state.limits = Limits(settings)
    for router in (terms, guidelines, proposals, adoptions, organisations, events, service):
        app.include_router(router, prefix=BASE)
    for router in (identity, health, pages):
        app.include_router(router)
    app.mount("/static", Assets(directory=STATIC))
    install_handlers(app, settings.base_url)
    check_every_route_has_a_row(app)
    return app


def create_server(settings: Settings) -> ASGIApp:
    """Put the edge around the application; this is what uvicorn serves."""
    return put_edge_around(create_app(settings))


def put_edge_around(app: FastAPI) -> ASGIApp:
    """Put around an application what every request goes through: the cache first."""
    settings: Settings = app.state.settings
    limited = RateLimits(app, app.state.limits, settings)
    loaded = Load(limited, settings.base_url, settings.concurrent_requests)
    cache = PublicCache(Headers(loaded, settings.base_url), settings.cache_bytes)
    app.state.cache = cache
    return cache


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    database = open_database(settings.database_address)
    app.state.database = database
    app.state.turns = anyio.Semaphore(_WRITERS[database.url.get_backend_name()])
    app.state.keys = await to_thread.run_sync(Keys, database, settings.signing_key_file)
    app.state.verifier = built_in_verifier(app.state.keys, settings)
    # Off the event loop: a large glossary takes its time, and health checks must be answered.
    published = await to_thread.run_sync(Published, database, settings.base_url, settings.api_url)
    if app.state.cache is not None:
        published.on_change = app.state.cache.drop
        app.state.keys.on_change = partial(app.state.cache.drop, [Topic.FIXED])
    app.state.published = published
    stopping = asyncio.Event()
    ticking = asyncio.create_task(_tick(app, stopping))
    yield
    # Asked to end, not cancelled: its thread may hold a connection of the database that is closed next.
    stopping.set()
    await ticking
    await app.state.limits.close()
    database.dispose()


async def _tick(app: FastAPI, stopping: asyncio.Event) -> None:
    """Once a second, take in what other processes have written: changes, keys, a new day; and tell of hits."""
    hits = 0
    while True:
        with anyio.move_on_after(1):
            await stopping.wait()
            return
        await to_thread.run_sync(app.state.published.try_to_catch_up)
        await to_thread.run_sync(app.state.keys.try_to_refresh)
        if app.state.cache is not None and app.state.cache.hits != hits:
            log.info("answered from the cache", hits=app.state.cache.hits - hits)
            hits = app.state.cache.hits

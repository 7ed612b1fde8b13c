"""The application: routers, error handlers and what stands around them."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import structlog
from anyio import to_thread
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.adoptions.batch_routes import router as batches
from api.adoptions.deviation_routes import router as deviations
from api.adoptions.matrix_routes import router as matrix
from api.adoptions.routes import router as adoptions
from api.adoptions.stands import Stands
from api.annotations.current import CurrentMarker
from api.annotations.routes import router as annotations
from api.clients.routes import router as clients
from api.comments.routes import router as comments
from api.document import TITLE, VERSION
from api.edge.context import Topic
from api.edge.headers import Headers, json_headers
from api.edge.load import Load
from api.edge.public_cache import PublicCache
from api.edge.rate_limits import Limits, RateLimits
from api.events.checkpoint_routes import router as checkpoints
from api.events.checkpoints import DailySigner
from api.events.feed_routes import router as feed
from api.events.listening import watch
from api.events.routes import router as events
from api.events.streams import Streams
from api.freshness import Freshness
from api.guidelines.routes import router as guidelines
from api.identity.client_authentication import TokenRefused, answer_refusal
from api.identity.issuing import built_in_issuer
from api.identity.key_sets import KeySets
from api.identity.keys import Keys
from api.identity.last_use import LastUse
from api.identity.permissions import check_every_route_has_a_row
from api.identity.throttle import Throttle
from api.identity.token_endpoint import router as identity
from api.identity.trust import Trust
from api.interpretations.routes import router as interpretations
from api.issuers.routes import router as issuers
from api.maturity.routes import router as maturity
from api.organisations.routes import router as organisations
from api.outbound.calls import Outbound
from api.packages.routes import router as packages
from api.pages.rendering import STATIC
from api.pages.routes import router as pages
from api.pages.serving import Assets
from api.problems import install_handlers
from api.proposals.inspection_routes import router as inspection
from api.proposals.routes import router as proposals
from api.published.current import Published
from api.readiness.routes import router as readiness
from api.rounds.routes import router as rounds
from api.search.routes import router as search
from api.service.readiness import Doorkeeper
from api.service.routes import api_router as service
from api.service.routes import root_router as health
from api.settings import Settings
from api.statistics.routes import router as statistics
from api.tasks.routes import router as tasks
from api.terms.readers import Readers
from api.terms.routes import router as terms
from api.webhooks.delivery_routes import router as deliveries
from api.webhooks.routes import router as webhooks
from api.webhooks.worker import IN_SERVER, Worker
from db.session import open_database

log = structlog.get_logger("samsprak.request")

BASE = "/api/v1"
_OF_THE_API = (
    *(terms, search, interpretations, guidelines, packages, proposals, inspection, comments, rounds),
    *(adoptions, matrix, statistics, batches, deviations, readiness, maturity, organisations, tasks),
    *(events, feed, annotations, checkpoints, webhooks, deliveries, clients, issuers, service),
)
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
    for router in _OF_THE_API:
        app.include_router(router, prefix=BASE)
    for router in (identity, health, pages):
        app.include_router(router)
    app.mount("/static", Assets(directory=STATIC))
    install_handlers(app, settings.base_url)
    app.add_exception_handler(TokenRefused, answer_refusal)
    check_every_route_has_a_row(app)
    configure(app, settings)
    return app


def configure(app: FastAPI, settings: Settings) -> None:
    """Give an application that does not run its settings; all else that it holds is made when it starts."""
    app.state.settings = settings
    app.state.cache = None
    app.state.limits = Limits(settings)
    app.state.leaving = threading.Event()


def create_server(settings: Settings, leaving: threading.Event | None = None) -> ASGIApp:
    """Put the edge around the application; this is what uvicorn serves.

    Once `leaving` is set, /readyz says that the process stops.
    """
    app = create_app(settings)
    app.state.leaving = leaving or app.state.leaving
    return put_edge_around(app)


def put_edge_around(app: FastAPI) -> ASGIApp:
    """Put around an application what every request goes through: the cache first."""
    settings: Settings = app.state.settings
    limited = RateLimits(app, app.state.limits, settings)
    loaded = Load(limited, settings.base_url, settings.concurrent_requests)
    headers = Headers(loaded, settings.base_url)
    cache = PublicCache(headers, settings.cache_bytes, json_headers(settings.base_url))
    app.state.cache, app.state.rate_limits = cache, limited
    app.state.answers = headers.answers
    return cache


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.began = time.monotonic()
    database = open_database(settings.database_address)
    app.state.database = database
    app.state.freshness = await to_thread.run_sync(Freshness, database)
    app.state.turns = anyio.Semaphore(_WRITERS[database.url.get_backend_name()])
    app.state.packing = anyio.CapacityLimiter(1)
    app.state.opening = anyio.CapacityLimiter(2)
    app.state.keys = await to_thread.run_sync(Keys, database, settings.signing_key_file)
    app.state.doorkeeper = Doorkeeper(database, app.state.keys, app.state.freshness, app.state.leaving)
    app.state.outbound = Outbound(settings.outbound_private_hosts)
    app.state.key_sets = KeySets(app.state.outbound)
    home = built_in_issuer(app.state.keys, settings)
    app.state.trust = Trust(database, home, app.state.key_sets, settings.county)
    await to_thread.run_sync(app.state.trust.refresh)
    app.state.throttle = Throttle(app.state.limits)
    app.state.last_use = LastUse(database)
    # Off the event loop: a large glossary takes its time, and health checks must be answered.
    published = await to_thread.run_sync(Published, database, settings.base_url, settings.api_url, settings.county)
    if app.state.cache is not None:
        published.on_change = app.state.cache.drop
        app.state.cache.reads = Readers(published, BASE)
        app.state.cache.knows = app.state.rate_limits.knows = app.state.trust.knows
        app.state.cache.freshness = app.state.freshness
    app.state.published = published
    app.state.marker = CurrentMarker(published)
    app.state.stands = Stands()
    app.state.tests_under_way = set[str]()
    app.state.keys.on_change = partial(_forget_keys, app)
    app.state.streams = Streams(database)
    # Streams last: who is told of a change and then asks finds it.
    app.state.freshness.sources = (
        *(published.catch_up, app.state.trust.refresh, app.state.keys.try_to_refresh),
        app.state.streams.take_in,
    )
    app.state.signer = DailySigner(database, app.state.keys, settings.base_url)
    stopping = asyncio.Event()
    ticking = asyncio.create_task(_tick(app, stopping))
    delivering = asyncio.create_task(_deliver(app, stopping))
    listening = asyncio.create_task(app.state.freshness.listen())
    watching = asyncio.create_task(watch(app.state.streams, app.state.freshness, app.state.leaving))
    yield
    listening.cancel()
    watching.cancel()
    # Asked to end, not cancelled: its thread may hold a connection of the database that is closed next.
    stopping.set()
    await ticking
    await delivering
    await app.state.freshness.end()
    await asyncio.wait([listening, watching])
    await app.state.key_sets.close()
    await to_thread.run_sync(app.state.last_use.try_to_write)
    await app.state.limits.close()
    database.dispose()


def _forget_keys(app: FastAPI) -> None:
    """Show the built-in issuer's keys as they are now, and believe no token that an old one has proven."""
    app.state.trust.forget_verified()
    if app.state.cache is not None:
        app.state.cache.drop([Topic.FIXED])


async def _deliver(app: FastAPI, stopping: asyncio.Event) -> None:
    """Send webhooks from this very process, where no other is there to do it."""
    if app.state.settings.delivers:
        await Worker(app.state.database, app.state.outbound, app.state.turns, IN_SERVER).run(stopping)


async def _tick(app: FastAPI, stopping: asyncio.Event) -> None:
    """Once a second, take in what others have written and a new day; write what can wait, tell of hits."""
    hits = 0
    while True:
        with anyio.move_on_after(1):
            await stopping.wait()
            return
        await to_thread.run_sync(app.state.freshness.try_to_look)
        await to_thread.run_sync(app.state.trust.try_to_refresh)
        await to_thread.run_sync(app.state.last_use.write_each_minute)
        await to_thread.run_sync(app.state.signer.try_to_sign)
        if app.state.cache is not None and app.state.cache.hits != hits:
            log.info("answered from the cache", hits=app.state.cache.hits - hits)
            hits = app.state.cache.hits

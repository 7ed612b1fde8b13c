"""The cache around the app: what is kept, for whom and how long, and that nobody can tell it from the app."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import anyio
import anyio.lowlevel
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.clock import STOCKHOLM
from api.edge.context import Topic, context_of
from api.edge.public_cache import PublicCache
from tests.conftest import County
from tests.edge.asking import BROWSER, ROOM, TEXT, Answer, Changing, Saying, ask, exchange
from tests.examples import DECISION, DECISION_BODY

MIDNIGHT = datetime(2026, 11, 25, tzinfo=STOCKHOLM)
PATHS = ("/terms", "/terms/digital-mognad", "/suggestions?q=bygg", "/guidelines", "/adoption-matrix", "/domains")

texts = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20)
codings = st.sampled_from(["", "gzip", "br", "zstd", BROWSER, "gzip;q=0", "*;q=0", "identity;q=0, br"]) | texts
accepts = st.sampled_from(["", "*/*", "text/csv", "text/csv, */*", "application/json"]) | texts
changes = st.sampled_from(Topic)
questions = st.tuples(
    st.sampled_from(["/", "/a", "/ab", "/ab?q", "/abc"]), st.sampled_from(["GET", "HEAD"]), codings, accepts
)


@settings(deadline=None)
@given(st.lists(changes | questions, max_size=40))
def test_nobody_can_tell_the_cache_from_the_app_whatever_is_asked_and_changes(
    steps: list[Topic | tuple[str, str, str, str]],
) -> None:
    app = Changing()
    for step in steps:
        if isinstance(step, Topic):
            app.change(step)
            continue
        path, method, coding, accept = step
        headers = {"accept_encoding": coding, "accept": accept}
        assert ask(app.cache, path, method, **headers) == ask(PublicCache(app, 0), path, method, **headers)


def untold(answer: Answer) -> Answer:
    """Take away what tells of the caller's budget: nobody's is spent by a hit."""
    return replace(answer, headers=[line for line in answer.headers if not line[0].startswith(b"ratelimit")])


@settings(deadline=None)
@given(st.sampled_from(PATHS), codings, accepts)
def test_the_api_answers_with_the_same_bytes_with_the_cache_and_without(
    library: County, path: str, coding: str, accept: str
) -> None:
    cache: PublicCache = library.app.state.cache
    headers = {"accept_encoding": coding, "accept": accept}
    plain = ask(PublicCache(cache.app, 0), f"/api/v1{path}", **headers)
    assert plain.status == 200
    assert untold(ask(cache, f"/api/v1{path}", **headers)) == ask(cache, f"/api/v1{path}", **headers) == untold(plain)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["", BROWSER, "br", "gzip"])
def test_a_hit_is_the_miss_before_it_and_does_not_reach_the_app(method: str, coding: str) -> None:
    app = Saying()
    cache = PublicCache(app, ROOM)
    miss, hit = (ask(cache, method=method, accept_encoding=coding) for _ in range(2))
    assert hit == miss
    assert (hit.status, app.asked, cache.misses, cache.hits) == (200, 1, 1, 1)


def test_a_change_drops_its_topic_and_no_other() -> None:
    apps = {topic: Saying(topic=topic) for topic in Topic}
    caches = {topic: PublicCache(app, ROOM) for topic, app in apps.items()}
    for topic, cache in caches.items():
        ask(cache)
        cache.drop(set(Topic) - {topic})
        ask(cache)
        assert apps[topic].asked == 1
        cache.drop([topic])
        ask(cache)
        assert apps[topic].asked == 2


def test_an_answer_that_was_being_made_when_its_topic_changed_is_not_kept() -> None:
    app = Saying(meanwhile=lambda: cache.drop([Topic.TERMS]))
    cache = PublicCache(app, ROOM)
    for _ in range(3):
        assert ask(cache).body == TEXT
    assert app.asked == 3


def test_no_answer_is_older_than_a_change_that_was_done_before_it_was_asked_for() -> None:
    done = 0
    began, lock = 0, threading.Lock()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        context_of(scope).topic = Topic.TERMS
        seen = str(began)
        await anyio.lowlevel.checkpoint()
        await Response(seen)(scope, receive, send)

    cache = PublicCache(app, ROOM)

    def write() -> None:
        nonlocal began, done
        for _ in range(500):
            with lock:
                began += 1
                mine = began
            cache.drop([Topic.TERMS])
            with lock:
                done = max(done, mine)

    async def read() -> None:
        while any(writer.is_alive() for writer in writers):
            before = done
            assert int((await exchange(cache, "/", "GET", [])).body) >= before
        assert int((await exchange(cache, "/", "GET", [])).body) == began

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    anyio.run(read)


def test_what_is_kept_stays_within_its_bytes_and_the_oldest_goes_first() -> None:
    app = Saying(b"x" * 8_000)
    cache = PublicCache(app, 100_000)
    for number in range(100):
        ask(cache, f"/{number}")
    ask(cache, "/99")
    assert app.asked == 100
    ask(cache, "/0")
    assert app.asked == 101
    still = sum(bool(ask(cache, f"/{number}")) and app.asked == 101 for number in range(99, 0, -1))
    assert 5 <= still <= 12


@pytest.mark.parametrize(("capacity", "path"), [(0, "/"), (5_000, "/"), (30_000, "/?" + "q" * 30_000)])
def test_what_is_too_large_to_keep_is_answered_all_the_same(capacity: int, path: str) -> None:
    app = Saying(b"x" * 5_000)
    cache = PublicCache(app, capacity)
    assert ask(cache, path) == ask(cache, path)
    assert app.asked == 2


def test_neither_an_answer_made_anew_nor_a_huge_one_pushes_others_out() -> None:
    apps = {"/": Saying(), "/often": Saying(topic=Topic.ADOPTIONS), "/huge": Saying(b"x" * ROOM)}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["path"]](scope, receive, send)

    cache = PublicCache(app, 20_000)
    ask(cache, "/")
    for _ in range(50):
        ask(cache, "/often")
        cache.drop([Topic.ADOPTIONS])
    ask(cache, "/huge")
    ask(cache, "/")
    assert [app.asked for app in apps.values()] == [1, 50, 1]


def test_what_depends_on_who_asks_is_neither_answered_from_the_cache_nor_kept_for_one_with_a_token() -> None:
    app = Saying(personal=True)
    cache = PublicCache(app, ROOM)
    cache.knows = lambda _authorization: True
    for _ in range(2):
        private = ask(cache, authorization="Bearer x")
    assert (app.asked, private["cache-control"]) == (2, "private, no-cache")
    public = ask(cache)
    ask(cache, authorization="Bearer x")
    assert (app.asked, public["cache-control"][:19]) == (4, "public, max-age=60,")


def test_what_is_the_same_for_all_is_answered_to_one_whose_token_is_known_to_be_good() -> None:
    app = Saying()
    cache = PublicCache(app, ROOM)
    cache.knows = {b"Bearer good": True, b"Bearer bad": False}.__getitem__
    first = ask(cache, authorization="Bearer bad")
    assert (app.asked, first["cache-control"][:19]) == (1, "public, max-age=60,")
    assert ask(cache) == ask(cache, authorization="Bearer good") == first
    assert app.asked == 1
    ask(cache, authorization="Bearer bad")
    ask(cache, authorization="Bearer good", samsprak_min_sequence="1")
    assert app.asked == 3


@pytest.mark.parametrize(
    "app",
    [
        Saying(topic=None),
        Saying(status=404),
        Saying(status=503),
        Saying(status=201),
    ],
    ids=["private", "404", "503", "201"],
)
def test_only_a_public_200_is_kept(app: Saying) -> None:
    cache = PublicCache(app, ROOM)
    first = ask(cache)
    assert ask(cache) == first
    assert (app.asked, cache.hits, first.status, first.body) == (2, 0, app.status, TEXT)


def test_a_read_that_must_not_be_older_goes_past_the_cache() -> None:
    app = Saying()
    cache = PublicCache(app, ROOM)
    for _ in range(3):
        assert ask(cache, samsprak_min_sequence="7").body == TEXT
    assert app.asked == 3


def age(cache: PublicCache) -> int:
    return int(ask(cache)["cache-control"].split("max-age=")[1].split(",")[0])


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 200), min_size=1, max_size=6).map(lambda moments: sorted(moments, reverse=True)))
def test_no_copy_of_an_answer_outlives_the_day_in_stockholm(moments: list[float]) -> None:
    cache = PublicCache(Saying(), ROOM)
    for left in moments:
        with time_machine.travel(MIDNIGHT - timedelta(seconds=left), tick=False):
            found = age(cache)
            assert found <= left
            assert found == 60 or left < 62.5


def test_a_new_day_asks_the_app_anew() -> None:
    app = Saying()
    cache = PublicCache(app, ROOM)
    for left, asked in ((3600, 1), (61, 1), (30, 2), (10, 3), (0, 4), (-1, 4), (-3600, 4), (-86_000, 4), (-86_401, 5)):
        with time_machine.travel(MIDNIGHT - timedelta(seconds=left), tick=False):
            ask(cache)
            assert (left, app.asked) == (left, asked)


def test_an_answer_that_was_begun_yesterday_is_kept_by_nobody() -> None:
    with time_machine.travel(MIDNIGHT - timedelta(seconds=0.1), tick=False) as traveller:
        app = Saying(meanwhile=lambda: traveller.move_to(MIDNIGHT + timedelta(seconds=1), tick=False))
        cache = PublicCache(app, ROOM)
        assert age(cache) == 0
        assert age(cache) == 60
        assert app.asked == 2


def test_a_writer_reads_what_it_wrote_while_the_glossary_stays_kept(county: County) -> None:
    cache: PublicCache = county.app.state.cache
    address = "/adoption-matrix?asOf=2027-06-01"
    (matrix, _), (terms, _) = ([county.get(path) for _ in range(2)] for path in (address, "/terms"))
    assert (cache.misses, cache.hits) == (2, 2)
    put = county.send("PUT", DECISION, DECISION_BODY, county.token("2281", "coordinator"))
    assert put.status_code == 201
    changed = county.get(address, if_none_match=matrix.headers["etag"])
    assert changed.status_code == 200
    assert changed.content != matrix.content
    assert county.get("/terms", if_none_match=terms.headers["etag"]).status_code == 304
    assert (cache.misses, cache.hits) == (3, 3)

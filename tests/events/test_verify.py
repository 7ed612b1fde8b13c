"""Whatever is changed in the log or in a saved feed is found, and named by its first sequence."""

import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
import rfc8785
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from api.events.feed_file import UnreadableFileError, links_of
from api.upkeep.checking import check_by_all_cores, check_feed, processes
from db.canonical import exact
from db.chain import BrokenChainError, check_links, check_stream, heads_at
from db.events import Head
from db.session import open_database, reading
from tests.commands import api
from tests.conftest import County, Store
from tests.events.test_chain import whole

Event = dict[str, Any]
OTHER = "f" * 64


verify = partial(api, "verify")


def checked(events: list[Event]) -> Head:
    return check_links(links_of(io.StringIO("\n".join(json.dumps(event) for event in events))))


@pytest.fixture(scope="session")
def feed(library: County) -> list[Event]:
    return whole(library)


_values = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text() | st.just("sha256:" + OTHER)
)
_json = st.recursive(_values, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(), one, max_size=3))


@given(data=st.data())
def test_any_change_of_any_field_is_found_where_it_is(data: st.DataObject, feed: list[Event]) -> None:
    events = deepcopy(feed)
    place = data.draw(st.integers(0, len(events) - 1))
    event = events[place]
    where: Any = event
    name = data.draw(st.sampled_from(sorted(event)))
    # Down into the data, as far as it pleases.
    while isinstance(where[name], dict) and where[name] and data.draw(st.booleans()):
        where = where[name]
        name = data.draw(st.sampled_from(sorted(where)))
    before = where[name]
    where[name] = data.draw(_json)
    if json.dumps(where[name]) == json.dumps(before):
        return
    with pytest.raises((BrokenChainError, UnreadableFileError)) as found:
        checked(events)
    if isinstance(found.value, BrokenChainError):
        # A sequence that is changed leaves a hole at its own place, or stands where another does.
        assert found.value.sequence in {place + 1, 0} or name == "sequence"


@given(_json.map(lambda value: {"value": value}))
def test_the_fast_way_to_canonical_bytes_is_the_librarys(value: Event) -> None:
    try:
        expected = rfc8785.dumps(value)
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 (of several libraries)
            exact(value)
    else:
        assert exact(value) == expected


def cut(events: list[Event]) -> None:
    del events[40]


def double(events: list[Event]) -> None:
    events.insert(40, deepcopy(events[39]))


def swap(events: list[Event]) -> None:
    events[39:41] = [events[40], events[39]]


def add_a_field(events: list[Event]) -> None:
    events[39]["note"] = "what no hash covers"


def erase_the_salt_alone(events: list[Event]) -> None:
    events[39]["salt"] = None


BREAKS = {cut: 41, double: 40, swap: 40, add_a_field: 40, erase_the_salt_alone: 40}


@pytest.mark.parametrize("spoil", BREAKS, ids=lambda spoil: spoil.__name__)
def test_what_is_done_to_the_order_is_found(spoil: Any, feed: list[Event]) -> None:
    events = deepcopy(feed)
    spoil(events)
    with pytest.raises(BrokenChainError) as found:
        checked(events)
    assert found.value.sequence == BREAKS[spoil]


def test_a_feed_in_parts_is_judged_as_the_whole(feed: list[Event], subtests: pytest.Subtests) -> None:
    def judged(events: list[Event], check: Callable[..., Head], tail: str = "") -> tuple[str, Any]:
        text = "\n".join(json.dumps(event) for event in events) + tail
        known = [Head(112, feed[-1]["hash"].removeprefix("sha256:"))]
        try:
            return "whole", check(links_of(io.StringIO(text)), known)
        except (BrokenChainError, UnreadableFileError) as error:
            return type(error).__name__, str(error)

    # 112 are four full parts and an empty one.
    spoilt: dict[str, Any] = {
        "as it is": lambda _events: None,
        "the last of a part has no number": lambda events: events[27].update(sequence="28"),
        "the last of a part has another hash": lambda events: events[55].update(hash="sha256:" + "0" * 64),
        "two are spoilt": lambda events: (events[90].update(kind="x"), events[30].update(kind="x")),
        "one is no event, after one that is spoilt": lambda events: (events[3].update(kind="x"), events[40].clear()),
        "one is missing": lambda events: events.pop(84),
        "the end is missing": lambda events: events.__delitem__(slice(100, None)),
    }
    with processes() as pool:
        in_parts = partial(check_feed, pool, part=28)
        for name, spoil in spoilt.items():
            with subtests.test(name):
                events = deepcopy(feed)
                spoil(events)
                assert judged(events, in_parts) == judged(events, check_links)
        with subtests.test("it is cut off"):
            assert judged(feed, in_parts, "{") == judged(feed, check_links, "{")


def test_an_erased_event_is_whole(feed: list[Event]) -> None:
    events = deepcopy(feed)
    events[39] |= {"salt": None, "data": None}
    assert checked(events) == Head(118, feed[-1]["hash"].removeprefix("sha256:"))


UNREADABLE = {
    "nothing of JSON": "begrepp",
    "half an event": '{"sequence":1,',
    "a name twice": '{"sequence":1,"sequence":2}',
    "NaN": "[NaN]",
    "a number without end": "[" + "9" * 5_000 + "]",
    "a number": "12",
    "levels without end": "[" * 100_000,
    "items that are none": '{"items":{}}',
    "a surrogate alone": '"\\ud800"',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_feed_is_told(text: str) -> None:
    with pytest.raises(UnreadableFileError):
        check_links(links_of(io.StringIO(text)))


def test_pages_as_curl_gets_them_are_a_feed(library: County) -> None:
    pages = "".join(library.get(f"/events?limit=50&after={after}").text for after in (0, 50, 100))
    done = verify("-", stdin=pages)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("the feed: 118 events")


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    made = store.copy()
    yield made
    store.drop(made)


SPOILT = {
    "UPDATE event SET kind = 'term.withdrawn' WHERE sequence = 70": 70,
    "UPDATE event SET subject = 'term/annan' WHERE sequence = 70": 70,
    "UPDATE event SET organisation = '2281' WHERE sequence = 70": 70,
    "UPDATE event SET occurred_at = '2020-01-01 00:00:00+00:00' WHERE sequence = 70": 70,
    """UPDATE event SET data = '{"a": 1}' WHERE sequence = 70""": 70,
    "UPDATE event SET salt = '00' WHERE sequence = 70": 70,
    "UPDATE event SET salt = NULL WHERE sequence = 70": 70,
    "UPDATE event SET data = NULL WHERE sequence = 70": 70,
    f"UPDATE event SET hash = '{OTHER}' WHERE sequence = 70": 70,
    f"UPDATE event SET data_hash = '{OTHER}' WHERE sequence = 70": 70,
    f"UPDATE event SET previous_hash = '{OTHER}' WHERE sequence = 70": 70,
    "UPDATE event SET sequence = 700 WHERE sequence = 70": 70,
    "DELETE FROM event WHERE sequence = 70": 70,
    "DELETE FROM event WHERE sequence = 118": 118,
    f"UPDATE event_stream SET last_hash = '{OTHER}'": 118,
    "UPDATE event_stream SET last_sequence = 117": 117,
    "UPDATE event_stream SET last_sequence = 119": 119,
}


@pytest.mark.parametrize("statement", SPOILT)
def test_what_is_done_to_the_database_is_found(statement: str, url: str) -> None:
    database = open_database(url)
    assert check_stream(partial(reading, database), "public").sequence == 118
    with database.writer.begin() as connection:
        connection.execute(sa.text(statement.replace(":", "\\:")))
    with pytest.raises(BrokenChainError) as found:
        check_stream(partial(reading, database), "public")
    database.dispose()
    assert found.value.sequence == SPOILT[statement]


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE event SET kind = 'term.withdrawn' WHERE sequence IN (41, 70, 118)", 41),
        (f"UPDATE event SET hash = '{OTHER}' WHERE sequence = 70", 70),
        ("DELETE FROM event WHERE sequence = 118", 118),
    ],
)
def test_in_parts_by_all_cores_the_same_is_found(statement: str, first: int, url: str) -> None:
    """The parts meet at event 70."""
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(sa.text(statement))
    with pytest.raises(BrokenChainError) as found:
        check_by_all_cores(database, "public", [], part=70)
    database.dispose()
    assert found.value.sequence == first


def test_a_head_that_was_kept_is_held_against_every_part(url: str) -> None:
    database = open_database(url)
    with reading(database) as session:
        known = heads_at(session, "public", [20, 70, 117])
    assert check_by_all_cores(database, "public", known, part=70).sequence == 118
    for wrong in (20, 117):
        with pytest.raises(BrokenChainError, match=f"event {wrong}: the stream's head or a checkpoint"):
            check_by_all_cores(database, "public", [*known, Head(wrong, OTHER)], part=70)
    database.dispose()


def test_the_command_names_stream_and_sequence_and_exits_with_1(url: str) -> None:
    good = verify(SAMSPRAK_DATABASE_URL=url)
    assert (good.returncode, good.stderr) == (0, "")
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(sa.text("DELETE FROM event WHERE sequence = 70"))
    database.dispose()
    bad = verify(SAMSPRAK_DATABASE_URL=url)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == "samsprak: public: event 70: it is missing\n"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["id", "occurred_at", "data"])
def test_what_sqlite_keeps_and_nobody_can_read_is_found(store: Store, column: str) -> None:
    url = store.copy()
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(sa.text(f"UPDATE event SET {column} = '{{' WHERE sequence = 70"))
    with pytest.raises(BrokenChainError, match="event 70: it cannot be read"):
        check_stream(partial(reading, database), "public")
    database.dispose()
    store.drop(url)

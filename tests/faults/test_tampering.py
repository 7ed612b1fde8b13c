"""An event that is altered in the database, by one who may write there, is found by computing the chain."""

from contextlib import closing

import pytest
import sqlalchemy as sa

from tests.conftest import Store, serving
from tests.faults.feed import BrokenChainError, Feed
from tests.faults.load import Client
from tests.faults.rig import Figures

# Of the 118 events of the demonstration county the 70th tells a municipality's decision, as its neighbours do.
_PUBLIC = "stream = 'public' AND sequence ="
_COPIED = "kind, subject, organisation, occurred_at, data, salt, data_hash, previous_hash, hash"
_COPY = f"(stream, sequence, id, {{0}}) SELECT stream, 119, '{'1' * 32}', {{0}} FROM event WHERE {_PUBLIC} 118"
_OTHER = "(SELECT {0} FROM event AS other WHERE other.stream = 'public' AND other.sequence = {1})"


def altered(sequence: int, **columns: str) -> list[str]:
    """Set columns of one event to expressions."""
    return [f"UPDATE event SET {name} = {value} WHERE {_PUBLIC} {sequence}" for name, value in columns.items()]


def of(sequence: int, *columns: str) -> dict[str, str]:
    """Take columns over from another event."""
    return {name: _OTHER.format(name, sequence) for name in columns}


# What is done → the first event that is no longer what it was.
_ATTACKS: dict[str, tuple[list[str], int]] = {
    "other data": (altered(70, **of(71, "data")), 70),
    "other salt": (altered(70, salt="'00'"), 70),
    "other data with its own hash": (altered(70, **of(71, "data", "salt", "data_hash")), 70),
    "other kind": (altered(70, kind="'decision.retracted'"), 70),
    "other subject": (altered(70, subject="'municipalities/2260/decisions/seed/x'"), 70),
    "other organisation": (altered(70, organisation="'22'"), 70),
    "other time": (altered(70, **of(1, "occurred_at")), 70),
    "other hash": (altered(70, **of(71, "hash")), 70),
    "other previous hash": (altered(70, **of(71, "previous_hash")), 70),
    "removed": ([f"DELETE FROM event WHERE {_PUBLIC} 70"], 70),
    "the first removed": ([f"DELETE FROM event WHERE {_PUBLIC} 1"], 1),
    "the last removed": ([f"DELETE FROM event WHERE {_PUBLIC} 118"], 118),
    "put in another place": (
        [f"UPDATE event SET sequence = {after} WHERE {_PUBLIC} {before}" for before, after in ((70, 0), (71, 70))],
        70,
    ),
    "said again at the end": (
        [f"INSERT INTO event {_COPY.format(_COPIED)}"],
        119,
    ),
}


def test_every_alteration_is_found_where_it_is(store: Store, figures: Figures) -> None:
    figures |= {"alterations": len(_ATTACKS), "found": 0}
    for name, (statements, first) in _ATTACKS.items():
        url = store.copy()
        alter(url, statements)
        with serving(url) as county, closing(Client(county.settings.base_url)) as client:
            with pytest.raises(BrokenChainError) as broken:
                Feed(client).read_on()
            assert broken.value.sequence == first, name
        figures["found"] += 1
        store.drop(url)


def alter(url: str, statements: list[str]) -> None:
    """Write past the program, as one who has the file or the password can."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()

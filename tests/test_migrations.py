"""One history for both databases: up, down, no drift; and what the tables themselves refuse."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import db
from api.problems import constraint_name
from db.decisions import Decision
from db.guidelines import Guideline, GuidelineVersion
from db.migrate import HEAD, at_head, downgrade, migrate, migration_config
from db.session import Database, UnusableDatabaseError, journal_mode, open_database, transaction
from db.terms import TermLabel, TermPair
from db.vocabulary import ChangeKind, LabelKind, PairRelation
from tests.conftest import Store

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def empty(store: Store) -> Iterator[Database]:
    url = store.empty()
    database = open_database(url)
    yield database
    database.dispose()
    store.drop(url)


@pytest.fixture
def seeded(store: Store) -> Iterator[Database]:
    url = store.copy()
    database = open_database(url)
    yield database
    database.dispose()
    store.drop(url)


def tables(database: Database) -> set[str]:
    with database.reader.connect() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_there_is_one_head_and_the_code_knows_it() -> None:
    assert ScriptDirectory.from_config(migration_config()).get_heads() == [HEAD]


def test_up_is_what_the_code_says_and_twice_is_once(empty: Database) -> None:
    migrate(empty)
    migrate(empty)
    assert at_head(empty)
    assert tables(empty) == set(db.metadata.tables)
    with empty.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_down_leaves_nothing_and_up_again_works(empty: Database) -> None:
    migrate(empty)
    downgrade(empty, "base")
    assert tables(empty) == set()
    migrate(empty)
    assert at_head(empty)


def test_a_seeded_database_goes_down_too(seeded: Database) -> None:
    downgrade(seeded, "base")
    assert tables(seeded) == set()


def test_a_database_of_a_newer_version_is_refused(seeded: Database) -> None:
    with seeded.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '2999_01_01_later'"))
    with pytest.raises(UnusableDatabaseError, match="a newer one"):
        migrate(seeded)


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 0), "WAL"),
    ],
)
def test_a_sqlite_that_may_lose_commits_in_wal_keeps_a_rollback_journal(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode


def label(kind: LabelKind, value: str) -> TermLabel:
    return TermLabel(term_id="begrepp", position=90, language="sv", kind=kind, value=value, forms=[])


def pair(first: str, second: str) -> TermPair:
    return TermPair(
        first_id=first,
        second_id=second,
        relation=PairRelation.RELATED,
        stated_by_first=True,
        stated_by_second=False,
    )


def version(**others: Any) -> GuidelineVersion:
    values = {
        "guideline_id": "gemensamt-sprak",
        "major": 1,
        "minor": 0,
        "change_kind": ChangeKind.MAJOR,
        "change_note": {},
        "in_force_from": date(2026, 1, 1),
        "published_at": NOW,
        "content": {},
        "content_hash": "x",
        "county_decision_id": "none",
    }
    return GuidelineVersion(**(values | others))


def decision(**others: Any) -> Decision:
    values = {
        "id": "d",
        "municipality": "2281",
        "source": "s",
        "external_id": "e",
        "source_revision": 1,
        "body_hash": "x",
        "retracted": True,
        "deviations": [],
        "changed_at": NOW,
    }
    return Decision(**(values | others))


REFUSED = {
    "a second preferred label in one language": (label(LabelKind.PREFERRED, "annat"), "uq_term_label_preferred"),
    "a label that is preferred and alternative": (label(LabelKind.ALTERNATIVE, "begrepp"), "uq_term_label_value"),
    "a label of an unknown kind": (
        sa.text("UPDATE term_label SET kind = 'best' WHERE term_id = 'begrepp'"),
        "ck_term_label_kind",
    ),
    "a term related to itself": (pair("begrepp", "begrepp"), "ck_term_pair_order"),
    "a second relation of two terms": (
        sa.text("INSERT INTO term_pair SELECT * FROM term_pair WHERE first_id = 'begrepp'"),
        "pk_term_pair",
    ),
    "a second guideline of a number": (Guideline(id="x", number=1, revision=1, changed_at=NOW), "uq_guideline_number"),
    "the same version twice": (version(), "pk_guideline_version"),
    "version zero": (version(major=0), "ck_guideline_version_number"),
    "a record without content that is not retracted": (decision(retracted=False), "ck_decision_whole"),
    "a decision that ends before it starts": (
        decision(valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
        "ck_decision_validity",
    ),
    "the same address twice": (
        decision(source="demo", external_id="DEMO-2281-03"),
        "uq_decision_municipality_source_external",
    ),
    "an event that takes another's place": (
        sa.text("UPDATE event SET sequence = 2 WHERE sequence = 1"),
        "pk_event",
    ),
}


@pytest.mark.parametrize(("wrong", "name"), REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses_what_must_never_be(seeded: Database, wrong: Any, name: str) -> None:
    def store_it() -> None:
        with transaction(seeded) as tx:
            if isinstance(wrong, SQLModel):
                tx.add(type(wrong)(**wrong.model_dump()))
            else:
                tx.execute(wrong)
            tx.flush()

    with pytest.raises(sa.exc.IntegrityError) as refused:
        store_it()
    assert constraint_name(refused.value) == name

"""What must never be false is refused by the tables themselves, each by a name that the API can explain."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

import db
from api.problems import _CONSTRAINTS, constraint_name
from db.decisions import Decision
from db.guidelines import Guideline, GuidelineVersion
from db.organisations import Organisation
from db.proposals import Proposal
from db.rounds import ReferralRound, Statement
from db.session import Database, open_database, transaction
from db.term_pairs import TermPair
from db.terms import TermLabel
from db.vocabulary import (
    ChangeKind,
    DecisionRule,
    LabelKind,
    OrganisationKind,
    PairRelation,
    Position,
    ProposalAction,
    ProposalStatus,
    TargetType,
)
from tests.conftest import Store

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def seeded(store: Store) -> Iterator[Database]:
    url = store.copy()
    database = open_database(url)
    yield database
    database.dispose()
    store.drop(url)


def test_every_constraint_that_a_caller_may_break_has_a_meaning_and_exists() -> None:
    tables = db.metadata.tables.values()
    names = {str(rule.name) for table in tables for rule in (*table.constraints, *table.indexes)}
    assert _CONSTRAINTS.keys() <= names


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


def proposal(**others: Any) -> Proposal:
    values = {
        "id": "p",
        "organisation": "2281",
        "author": "x",
        "target_type": TargetType.GUIDELINE,
        "target_id": "ny",
        "action": ProposalAction.CREATE,
        "change_kind": ChangeKind.MAJOR,
        "title": "x",
        "reason": "x",
        "status": ProposalStatus.DRAFT,
        "revision": 1,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Proposal(**(values | others))


def referral(**others: Any) -> ReferralRound:
    values = {
        "proposal_id": "p",
        "number": 1,
        "submission": 1,
        "content_hash": "x",
        "opens_on": date(2026, 2, 1),
        "closes_on": date(2026, 3, 1),
        "invited": [],
        "decision_rule": DecisionRule.CONSENT,
        "quorum": 1,
    }
    return ReferralRound(**(values | others))


def statement(**others: Any) -> Statement:
    values = {
        "proposal_id": "p",
        "round_number": 1,
        "organisation": "2281",
        "number": 1,
        "id": "s",
        "position": Position.OPPOSE,
        "provision_comments": [],
        "while_open": True,
        "stated_at": NOW,
    }
    return Statement(**(values | others))


REFUSED = {
    "a round that closes before it opens": (referral(closes_on=date(2026, 1, 1)), "ck_referral_round_closing_day"),
    "a round that nobody need answer": (referral(quorum=0), "ck_referral_round_counted"),
    "an answer against without a reason": (statement(), "ck_statement_reason"),
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
    "a relation that nobody states": (
        sa.text("UPDATE term_pair SET stated_by_first = FALSE, stated_by_second = FALSE"),
        "ck_term_pair_stated",
    ),
    "a municipality with the code of a county": (
        Organisation(code="99", kind=OrganisationKind.MUNICIPALITY, name="x", county_code="99"),
        "ck_organisation_code_fits_kind",
    ),
    "a municipality of another county than its code": (
        Organisation(code="9901", kind=OrganisationKind.MUNICIPALITY, name="x", county_code="98"),
        "ck_organisation_code_fits_kind",
    ),
    "a creation that builds on a version": (proposal(base_version="1.0"), "ck_proposal_base_version"),
    "an amendment that builds on nothing": (proposal(action=ProposalAction.AMEND), "ck_proposal_base_version"),
    "a state that there is not": (
        sa.text("UPDATE guideline_version SET change_kind = 'x'"),
        "ck_guideline_version_change_kind",
    ),
    "a guideline without a number": (Guideline(id="x", number=0, revision=1, changed_at=NOW), "ck_guideline_number"),
    "a second guideline of an id": (
        Guideline(id="gemensamt-sprak", number=99, revision=1, changed_at=NOW),
        "pk_guideline",
    ),
    "a second guideline of a number": (Guideline(id="x", number=1, revision=1, changed_at=NOW), "uq_guideline_number"),
    "the same version twice": (version(), "pk_guideline_version"),
    "version zero": (version(major=0), "ck_guideline_version_number"),
    "a record without content that is not retracted": (decision(retracted=False), "ck_decision_whole"),
    "a decision that ends before it starts": (
        decision(valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
        "ck_decision_validity",
    ),
    "a revision below zero": (decision(source_revision=-1), "ck_decision_source_revision"),
    "the same address twice": (
        decision(source="demo", external_id="DEMO-2281-03"),
        "uq_decision_municipality_source_external",
    ),
    "an event twice": (
        sa.text(
            "INSERT INTO event SELECT stream, 999, id, kind, subject, organisation, occurred_at, data, salt, data_hash,"
            " previous_hash, hash FROM event WHERE sequence = 1"
        ),
        "uq_event_id",
    ),
    "an event that takes another's place": (
        sa.text("UPDATE event SET sequence = 2 WHERE sequence = 1"),
        "pk_event",
    ),
}


TWICE = [
    (proposal(), proposal(id="q"), "uq_proposal_open_create"),
    (
        proposal(reserved_number=9),
        proposal(id="q", target_id="en-annan", reserved_number=9),
        "uq_proposal_reserved_number",
    ),
]


@pytest.mark.parametrize(("first", "second", "name"), TWICE, ids=[name for _, _, name in TWICE])
def test_the_database_refuses_the_second_of_two(seeded: Database, first: Proposal, second: Proposal, name: str) -> None:
    def store_both() -> None:
        for row in (first, second):
            with transaction(seeded) as tx:
                tx.add(Proposal(**row.model_dump()))

    with pytest.raises(sa.exc.IntegrityError) as refused:
        store_both()
    assert constraint_name(refused.value) == name


def test_a_closed_creation_leaves_its_id_to_the_next(seeded: Database) -> None:
    with transaction(seeded) as tx:
        tx.add(proposal(status=ProposalStatus.WITHDRAWN, closed_at=NOW))
        tx.add(proposal(id="q"))


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

"""The joint process at its largest: 500 provisions, 10,000 proposals, a round that a whole country answers."""

import gc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import sqlalchemy as sa

from api.guidelines.rules import with_keys
from api.guidelines.schemas import GuidelineContent
from api.merging import merge
from api.redline import redline
from bench.answers import fetch_all
from bench.load import WrongAnswerError
from bench.machine import cores, pinned
from bench.package import PROVISIONS, large_content
from bench.postgres import postgres
from bench.reads import BASE
from bench.servers import environment, serving
from bench.table import Row
from db.canonical import content_hash
from db.guidelines import guideline_versions
from db.migrate import migrate
from db.organisations import municipalities
from db.proposals import Proposal, ProposalSubmission
from db.rounds import ReferralRound, Statement
from db.session import open_database, transaction
from db.vocabulary import ChangeKind, DecisionRule, Position, ProposalAction, ProposalStatus, TargetType
from seed.loader import prepare, seed

Content = dict[str, Any]

_PROPOSALS = 10_000
# Those of the seed.
_TERMS = 60
_WHEN = datetime(2026, 1, 1, 8, tzinfo=UTC)
_TIMES = 200
# Milliseconds, at the slowest in a hundred.
_TEXT, _PAGE = 50, 100


def measure_process(folder: Path) -> Iterator[Row]:
    """Measure texts within this process, and pages over HTTP from a server on PostgreSQL that keeps no answers."""
    yield from _measure_texts()
    with postgres() as database:
        _fill(database.url)
        environ = environment() | {
            "SAMSPRAK_DATABASE_URL": database.url,
            "SAMSPRAK_ANONYMOUS_PER_MINUTE": "1000000000",
            "SAMSPRAK_CACHE_BYTES": "0",
        }
        with serving(folder, "api", "serve", ready="/readyz", environ=environ) as ours, pinned(cores()[1]):
            pages = [f"proposals?limit=20&page={page}" for page in range(1, _PROPOSALS // 20, 2)]
            yield _page_row(f"a page of {_PROPOSALS:,} proposals", ours.port, pages)
            answers = [f"proposals/{_name(0)}/rounds/1/statements?limit=20&page={1 + n % 14}" for n in range(_TIMES)]
            yield _page_row("a page of 290 statements", ours.port, answers)


def _measure_texts() -> Iterator[Row]:
    """Compare and merge with a text never seen before: what was compared once is kept."""
    base = _keyed(large_content(0), None)
    ours = _keyed(large_content(1, first=1), base)
    # As the server does with what it holds once it is ready.
    gc.freeze()
    for what, work in (("redline", lambda text: redline(base, text)), ("merge", lambda text: merge(base, text, ours))):
        spent = []
        for version in range(1, _TIMES + 1):
            # Made here and not kept: the garbage collector would look through all of them.
            text = _keyed(large_content(version), base)
            began = process_time()
            work(text)
            spent.append(process_time() - began)
        yield _row(f"{what}, {PROVISIONS} provisions, a third of them changed", spent, _TEXT)


def _page_row(what: str, port: int, paths: Sequence[str]) -> Row:
    """Fetch pages one after the other, the first of them before the clock runs."""
    answers, spent = fetch_all(port, [f"{BASE}/{path}" for path in paths]), []
    next(answers)
    began = perf_counter()
    for answer in answers:
        spent.append(perf_counter() - began)
        if answer.status != HTTPStatus.OK:
            raise WrongAnswerError(f"{what}: {answer.status}")
        began = perf_counter()
    return _row(what, spent, _PAGE)


def _row(what: str, spent: Sequence[float], goal: int) -> Row:
    ordered = sorted(seconds * 1000 for seconds in spent)
    p99 = ordered[len(ordered) * 99 // 100]
    return Row(
        what=what,
        terms=_TERMS,
        figure=f"p99 {p99:.1f} ms",
        spread=f"{ordered[0]:.1f} – {ordered[-1]:.1f}",
        goal=f"<= {goal} ms",
        holds=p99 <= goal,
    )


def _keyed(content: Content, base: Content | None) -> Content:
    return with_keys(GuidelineContent.model_validate(content), base, "stor").model_dump(mode="json", by_alias=True)


def _fill(url: str) -> None:
    """Make the county, proposals past the rules of the API, and one round that every municipality has answered."""
    database = open_database(url)
    try:
        migrate(database)
        prepare(database, own_keys=True)
        seed(database, "22", decisions=True)
        with transaction(database) as tx:
            text = guideline_versions(tx, ["gemensamt-sprak"])[-1].content
            codes = [town.code for town in municipalities(tx)]
            for table, rows in (
                (Proposal, [_proposal(place, text) for place in range(_PROPOSALS)]),
                (ProposalSubmission, [_submission(place, text) for place in range(_PROPOSALS)]),
                (ReferralRound, [_round(text, codes)]),
                (Statement, [_statement(place, code) for place, code in enumerate(codes)]),
            ):
                tx.execute(sa.insert(table), rows)
    finally:
        database.dispose()


def _name(place: int) -> str:
    return f"{place:08}-0000-7000-8000-000000000000"


def _said(place: int, text: Content) -> Content:
    return {
        "base_version": "1.0",
        "change_kind": ChangeKind.MINOR,
        "title": f"Förslag {place}",
        "reason": "För mätningen.",
        "content": text,
    }


def _proposal(place: int, text: Content) -> Content:
    return {
        "id": _name(place),
        "organisation": "2281",
        "author": "0" * 64,
        "editors": [],
        "target_type": TargetType.GUIDELINE,
        "target_id": "gemensamt-sprak",
        "action": ProposalAction.AMEND,
        "status": ProposalStatus.SUBMITTED if place else ProposalStatus.ON_CONSULTATION,
        "revision": 2,
        "public_revision": 2,
        "public_changed_at": _WHEN,
        "submissions": 1,
        "created_at": _WHEN + timedelta(seconds=place),
        "changed_at": _WHEN,
        **_said(place, text),
    }


def _submission(place: int, text: Content) -> Content:
    told = {"proposal_id": _name(place), "number": 1, "content_hash": content_hash(text), "submitted_at": _WHEN}
    return told | _said(place, text)


def _round(text: Content, invited: Sequence[str]) -> Content:
    return {
        "proposal_id": _name(0),
        "number": 1,
        "submission": 1,
        "content_hash": content_hash(text),
        "opens_on": _WHEN.date(),
        "closes_on": _WHEN.date() + timedelta(days=60),
        "invited": list(invited),
        "decision_rule": DecisionRule.CONSENT,
        "quorum": len(invited),
        "extensions": [],
        "revision": 1,
    }


def _statement(place: int, code: str) -> Content:
    return {
        "proposal_id": _name(0),
        "round_number": 1,
        "organisation": code,
        "number": 1,
        "id": _name(place),
        "position": Position.SUPPORT_WITH_CHANGES,
        "reason": "Vi hinner om tiden blir längre.",
        "provision_comments": [{"provision": "1.4", "text": "För kort.", "proposedText": "Minst tolv veckor."}] * 3,
        "while_open": True,
        "stated_at": _WHEN,
    }

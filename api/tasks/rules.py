"""What waits on a municipality, one function a kind: pure rules."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.adoptions.rules import Adoption, Fact
from api.errors import Forbidden
from api.guidelines.rules import VersionDates
from api.versioning import parse_number
from db.vocabulary import AdoptionStatus, DecisionKind, TaskKind

_NAMES = uuid.UUID("b7a1e2c4-90f4-5d0c-8a35-7b0f3d6c1e58")
_ADOPTS = frozenset({DecisionKind.ADOPT, DecisionKind.ADOPT_WITH_CHANGES})
# With these a municipality has said its word about a version.
_DECIDES = _ADOPTS | {DecisionKind.DECLINE, DecisionKind.REPEAL}
_STANDS = frozenset({AdoptionStatus.ADOPTED, AdoptionStatus.ADOPTED_WITH_CHANGES})


@dataclass(frozen=True)
class Task:
    """Something to do by a day; `id` stays while the day moves, `changed_at` tells when what it rests on changed."""

    id: str
    kind: TaskKind
    due: date
    subject: str
    guideline: str | None
    title: str
    changed_at: datetime


@dataclass(frozen=True)
class Record:
    """What counts of one decision, beside its fact."""

    fact: Fact
    address: str
    review_due: date | None
    deviations: Sequence[Mapping[str, Any]]
    changed_at: datetime


@dataclass(frozen=True)
class Stand:
    """How a municipality stands to one guideline: `versions` oldest first, `records` as they count.

    `published` tells by version when it was.
    """

    municipality: str
    guideline: str
    title: str
    versions: Sequence[VersionDates]
    published: Mapping[str, datetime]
    adoption: Adoption
    records: Sequence[Record]


@dataclass(frozen=True)
class Referral:
    """An open round that a municipality is invited to and has not answered; `guideline` is the one to be changed."""

    municipality: str
    address: str
    title: str
    guideline: str | None
    closes_on: date
    changed_at: datetime


def tasks_of(stands: Iterable[Stand], referrals: Iterable[Referral], day: date) -> list[Task]:
    """List what waits on a municipality, the first day first."""
    decided = (
        task
        for stand in stands
        for task in (*decisions_needed(stand), *deviations_ending(stand, day), *reviews_due(stand, day))
    )
    return sorted([*statements_due(referrals), *decided], key=lambda task: (task.due, task.kind, task.subject, task.id))


def statements_due(referrals: Iterable[Referral]) -> Iterator[Task]:
    """Ask for an official answer by the day on which a round closes; when it has passed, until the round is closed."""
    for referral in referrals:
        yield Task(
            id=task_id(referral.municipality, TaskKind.STATEMENT_DUE, referral.address),
            kind=TaskKind.STATEMENT_DUE,
            due=referral.closes_on,
            subject=referral.address,
            guideline=referral.guideline,
            title=f"Svara på remissen ”{referral.title}”",
            changed_at=referral.changed_at,
        )


def decisions_needed(stand: Stand) -> Iterator[Task]:
    """Ask for a decision on the newest major version where none is taken, and before an adoption runs out."""
    major = parse_number(stand.versions[-1].number)[0]
    first = next(version for version in stand.versions if parse_number(version.number)[0] == major)
    decided = any(
        record.fact.kind in _DECIDES and parse_number(record.fact.version)[0] >= major for record in stand.records
    )
    if not decided:
        yield _task(
            stand,
            TaskKind.DECISION_NEEDED,
            first.in_force_from,
            f"guidelines/{stand.guideline}/versions/{first.number}",
            f"Besluta om {stand.title}, version {first.number}",
            stand.published[first.number],
        )
    ends = stand.adoption.valid_until
    if ends is not None and stand.adoption.status in _STANDS | {AdoptionStatus.LAPSED}:
        record = next(record for record in stand.records if record.fact.id == stand.adoption.decision)
        yield _task(
            stand,
            TaskKind.DECISION_NEEDED,
            ends,
            record.address,
            f"Antagandet av {stand.title} går ut: förläng det eller besluta på nytt",
            max(each.changed_at for each in stand.records),
        )


def deviations_ending(stand: Stand, day: date) -> Iterator[Task]:
    """Tell of each deviation's last day."""
    for record in _counting(stand, day):
        for deviation in record.deviations:
            if deviation["until"] is not None:
                yield _task(
                    stand,
                    TaskKind.DEVIATION_ENDS,
                    date.fromisoformat(deviation["until"]),
                    record.address,
                    f"Avvikelsen från bestämmelse {deviation['provision']} i {stand.title} upphör",
                    record.changed_at,
                    deviation["provision"],
                )


def reviews_due(stand: Stand, day: date) -> Iterator[Task]:
    """Tell when a municipality has promised to look at its own decision again; an extension moves the day."""
    extensions = [
        record
        for record in stand.records
        if record.fact.kind == DecisionKind.EXTEND and stand.adoption.status in _STANDS
    ]
    told = [record for record in (*_counting(stand, day), *extensions) if record.review_due is not None]
    for record in sorted(told, key=lambda record: record.fact.order)[-1:]:
        if record.review_due is not None:
            title = f"Se över beslutet om {stand.title}"
            yield _task(stand, TaskKind.REVIEW_DUE, record.review_due, record.address, title, record.changed_at)


def check_reader(organisation: str, municipality: str) -> None:
    """Tell what waits on a municipality to itself only."""
    if organisation != municipality:
        raise Forbidden(f"This token speaks for {organisation}, not for {municipality}.")


def sees_decisions(organisation: str, scopes: Collection[str], municipality: str | None) -> bool:
    """Tell whether a caller may know which decisions wait on a municipality."""
    return organisation == municipality and "tasks:read" in scopes


def task_id(*names: str) -> str:
    """Name a task by what it is about: the same one in every answer."""
    return str(uuid.uuid5(_NAMES, "/".join(names)))


def _counting(stand: Stand, day: date) -> list[Record]:
    """Give the decision behind an adoption that stands, and those that are taken and will count."""
    stands = stand.adoption.decision if stand.adoption.status in _STANDS else None
    return [
        record
        for record in stand.records
        if record.fact.id == stands or (record.fact.kind in _ADOPTS and record.fact.valid_from > day)
    ]


def _task(  # one argument a thing that a task tells
    stand: Stand, kind: TaskKind, due: date, subject: str, title: str, changed_at: datetime, detail: str = ""
) -> Task:
    return Task(
        id=task_id(stand.municipality, kind, subject, detail),
        kind=kind,
        due=due,
        subject=subject,
        guideline=stand.guideline,
        title=title,
        changed_at=changed_at,
    )

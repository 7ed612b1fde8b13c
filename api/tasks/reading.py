"""What waits on a municipality, from open rounds, its decisions and the county's versions."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.adoptions.guidelines import guidelines_to_adopt
from api.adoptions.rules import adoption
from api.adoptions.stands import fact_of
from api.pages.redlines import in_swedish
from api.tasks.rules import Record, Referral, Stand, Task, tasks_of
from api.tasks.schemas import TaskCounts, TaskRead
from db.decisions import Decision, decisions_in_force_order
from db.guidelines import VersionHead, version_heads
from db.rounds import unanswered_rounds
from db.vocabulary import ProposalAction, TargetType, TaskKind


def find_tasks(session: Session, municipality: str, day: date) -> list[Task]:
    """List what waits on a municipality, the first day first; by a fixed number of statements."""
    return tasks_of(_stands(session, municipality, day), _referrals(session, municipality), day)


def present_task(task: Task, day: date) -> TaskRead:
    return TaskRead(
        id=task.id,
        kind=task.kind,
        due=task.due,
        days_left=(task.due - day).days,
        subject=task.subject,
        guideline=task.guideline,
        title={"sv": task.title},
    )


def count_tasks(tasks: Sequence[Task], day: date) -> TaskCounts:
    counted = Counter(task.kind for task in tasks)
    kinds = {kind.value: counted[kind] for kind in TaskKind}
    return TaskCounts(**kinds, overdue=sum(task.due < day for task in tasks))


def _referrals(session: Session, municipality: str) -> list[Referral]:
    found = []
    for asked in unanswered_rounds(session, municipality):
        # A guideline that is yet to be made has no address.
        there = asked.target_type == TargetType.GUIDELINE and asked.action != ProposalAction.CREATE
        extended = [datetime.fromisoformat(step["extendedAt"]) for step in asked.extensions]
        found.append(
            Referral(
                municipality=municipality,
                address=f"proposals/{asked.proposal_id}/rounds/{asked.number}",
                title=asked.title,
                guideline=asked.target_id if there else None,
                closes_on=asked.closes_on,
                changed_at=max([asked.opened_at, *extended]),
            )
        )
    return found


def _stands(session: Session, municipality: str, day: date) -> list[Stand]:
    records: dict[str | None, list[Record]] = defaultdict(list)
    for decision in decisions_in_force_order(session, [municipality]):
        records[decision.guideline_id].append(_record(decision))
    published: dict[str, dict[str, VersionHead]] = defaultdict(dict)
    for head in version_heads(session):
        published[head.guideline_id][head.number] = head
    found = []
    for guideline in guidelines_to_adopt(session, day):
        mine = records[guideline.id]
        newest = guideline.versions[-1].number
        found.append(
            Stand(
                municipality=municipality,
                guideline=guideline.id,
                title=in_swedish(guideline.titles[newest]),
                versions=guideline.versions,
                published={number: head.published_at for number, head in published[guideline.id].items()},
                adoption=adoption([record.fact for record in mine], guideline.versions, day),
                records=mine,
            )
        )
    return found


def _record(decision: Decision) -> Record:
    return Record(
        fact=fact_of(decision),
        address=f"municipalities/{decision.municipality}/decisions/{decision.source}/{decision.external_id}",
        review_due=decision.review_due,
        deviations=decision.deviations,
        changed_at=decision.changed_at,
    )

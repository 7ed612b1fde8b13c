"""From decisions and versions to a municipality's stand on a guideline: a pure function."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from api.guidelines.rules import VersionDates, shown_version
from api.versioning import parse_number
from db.vocabulary import AdoptionStatus, DecisionKind, VersionStatus


@dataclass(frozen=True)
class Fact:
    """What counts of one decision; `id` finds the record again."""

    id: str
    version: str
    kind: DecisionKind
    decided_on: date
    valid_from: date
    valid_until: date | None
    legal_force_on: date | None
    source: str
    external_id: str

    @property
    def order(self) -> tuple[date, date, str, str]:
        """Decisions count in this order, whenever they reached us."""
        return (self.decided_on, self.valid_from, self.source, self.external_id)


@dataclass(frozen=True)
class Adoption:
    """A municipality's stand on a guideline on a day."""

    status: AdoptionStatus = AdoptionStatus.NOT_STARTED
    version: str | None = None
    since: date | None = None
    valid_until: date | None = None
    legal_force_on: date | None = None
    decision: str | None = None
    version_status: VersionStatus | None = None
    reviewing: str | None = None
    declined: str | None = None
    upcoming: tuple[AdoptionStatus, date] | None = None
    warnings: tuple[str, ...] = field(default=())


_ADOPTED = {
    DecisionKind.ADOPT: AdoptionStatus.ADOPTED,
    DecisionKind.ADOPT_WITH_CHANGES: AdoptionStatus.ADOPTED_WITH_CHANGES,
}
_IN_FORCE = frozenset(_ADOPTED.values())
# All read what anybody sends: so many days to come are looked at, since each asks for all decisions, and so many
# warnings are told, the newest. In good faith nobody decides as much of one guideline.
_LOOKED_AHEAD, _TOLD = 20, 20


def adoption(facts: Iterable[Fact], versions: Sequence[VersionDates], day: date) -> Adoption:
    """Derive the stand on a day from all decisions on one guideline, in whatever order they are given.

    `versions` are the guideline's, oldest first.
    """
    ordered = sorted(facts, key=lambda fact: fact.order)
    found = _stand(ordered, day)
    if found.status in _IN_FORCE and found.version is not None:
        found = replace(found, version_status=version_status(found.version, versions, day))
    upcoming = _upcoming(ordered, found, day)
    return replace(found, upcoming=upcoming) if upcoming else found


def turning_days(facts: Iterable[Fact], versions: Iterable[VersionDates]) -> list[date]:
    """List the days on which a stand may become another one; from each until the next it stays as it is."""
    days = {version.in_force_from for version in versions}
    for fact in facts:
        days.add(fact.valid_from)
        if fact.valid_until is not None:
            days.add(fact.valid_until + timedelta(days=1))
    return sorted(days)


def version_status(adopted: str, versions: Sequence[VersionDates], day: date) -> VersionStatus:
    """Tell how an adopted version stands to the newest one in force."""
    adopted_number, newest = parse_number(adopted), parse_number(shown_version(versions, day).number)
    if adopted_number >= newest:
        return VersionStatus.CURRENT
    same_major = adopted_number[0] == newest[0]
    return VersionStatus.MINOR_BEHIND if same_major else VersionStatus.MAJOR_BEHIND


def adopted_before(facts: Iterable[Fact], number: str) -> str | None:
    """Give the version older than this one that was adopted last, whether it stands or not."""
    adopted = [
        fact.version
        for fact in sorted(facts, key=lambda fact: fact.order)
        if fact.kind in _ADOPTED and parse_number(fact.version) < parse_number(number)
    ]
    return adopted[-1] if adopted else None


def _stand(ordered: Sequence[Fact], day: date) -> Adoption:
    stand, idle = Adoption(), list[Fact]()
    for fact in ordered:
        if fact.valid_from <= day:
            after = _after(stand, fact)
            if after is None:
                idle.append(fact)
            else:
                stand = after
    warnings = (f"{fact.kind} {fact.source}/{fact.external_id} has no adoption to act on" for fact in idle[-_TOLD:])
    stand = replace(stand, warnings=tuple(warnings)) if idle else stand
    if _has_ended(stand, day) and stand.valid_until is not None:
        ended = stand.valid_until + timedelta(days=1)
        return replace(stand, status=AdoptionStatus.LAPSED, since=ended)
    return stand


def _after(stand: Adoption, fact: Fact) -> Adoption | None:  # noqa: PLR0911  (one line a kind of decision)
    """Give the stand after a decision; None when it has nothing to act on."""
    adopted = stand.status in _IN_FORCE
    in_force = adopted and not _has_ended(stand, fact.valid_from)
    match fact.kind:
        case DecisionKind.ADOPT | DecisionKind.ADOPT_WITH_CHANGES:
            return _fresh(fact, _ADOPTED[fact.kind])
        case DecisionKind.EXTEND if adopted:
            return replace(stand, valid_until=fact.valid_until)
        case DecisionKind.REPEAL if adopted:
            return _fresh(fact, AdoptionStatus.REPEALED)
        case DecisionKind.EXTEND | DecisionKind.REPEAL:
            return None
        case DecisionKind.DECLINE if in_force and fact.version != stand.version:
            return replace(stand, declined=fact.version, reviewing=None)
        case DecisionKind.UNDER_REVIEW if in_force:
            return replace(stand, reviewing=fact.version, declined=None)
        case DecisionKind.DECLINE:
            return _fresh(fact, AdoptionStatus.DECLINED)
        case DecisionKind.UNDER_REVIEW:
            return _fresh(fact, AdoptionStatus.UNDER_REVIEW)


def _fresh(fact: Fact, status: AdoptionStatus) -> Adoption:
    return Adoption(
        status=status,
        version=fact.version,
        since=fact.valid_from,
        valid_until=fact.valid_until,
        legal_force_on=fact.legal_force_on,
        decision=fact.id,
    )


def _has_ended(stand: Adoption, day: date) -> bool:
    return stand.status in _IN_FORCE and stand.valid_until is not None and stand.valid_until < day


def _upcoming(ordered: Sequence[Fact], stand: Adoption, day: date) -> tuple[AdoptionStatus, date] | None:
    """Find the first day after this one on which a decision already taken changes the status or the version."""
    coming_days = sorted({fact.valid_from for fact in ordered if fact.valid_from > day})
    for coming in coming_days[:_LOOKED_AHEAD]:
        following = _stand(ordered, coming)
        if (following.status, following.version) != (stand.status, stand.version):
            return following.status, coming
    return None

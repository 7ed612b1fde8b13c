"""What a guideline may say, and what its versions are on a day: pure rules."""

import uuid
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from pydantic.alias_generators import to_camel

from api.errors import FieldError
from api.guidelines.schemas import GuidelineContent, HorizontalAssessment, Provision
from db.vocabulary import GuidelineStatus

# What every guideline is assessed for.
_HORIZONTAL = {
    "gender_equality": "gender equality",
    "equal_treatment": "equal treatment and non-discrimination",
    "environment": "the environment",
}
_KEYS = uuid.UUID("6f0a3f0e-3c55-4f0a-9f0b-6f6a1d1f7a11")


@dataclass(frozen=True)
class VersionDates:
    """A version's number and the day from which it is in force."""

    number: str
    in_force_from: date


def shown_version(versions: Sequence[VersionDates], day: date) -> VersionDates:
    """Give the version in force on a day, or the first one when none is yet; oldest comes first."""
    in_force = [version for version in versions if version.in_force_from <= day]
    return in_force[-1] if in_force else versions[0]


def in_force_until(versions: Sequence[VersionDates], number: str, repealed_from: date | None) -> date | None:
    """Give a version's last day: the day before the next one, or before the repeal."""
    numbers = [version.number for version in versions]
    following = versions[numbers.index(number) + 1 :]
    ends = [version.in_force_from for version in following[:1]]
    if repealed_from is not None:
        ends.append(repealed_from)
    return min(ends) - timedelta(days=1) if ends else None


def version_status(
    versions: Sequence[VersionDates], number: str, repealed_from: date | None, day: date
) -> GuidelineStatus:
    """Tell what a version is on a day; draft is decided but not yet in force."""
    numbers = [version.number for version in versions]
    index = numbers.index(number)
    if versions[index].in_force_from > day:
        return GuidelineStatus.DRAFT
    if any(version.in_force_from <= day for version in versions[index + 1 :]):
        return GuidelineStatus.SUPERSEDED
    if repealed_from is not None and repealed_from <= day:
        return GuidelineStatus.REPEALED
    return GuidelineStatus.IN_FORCE


class Frozen(Protocol):
    """A version that can be told apart from others by its text."""

    content_hash: str

    @property
    def number(self) -> str: ...


def reverted(earlier: Sequence[Frozen], content_hash: str) -> str | None:
    """Name the version whose text comes back, of those before, oldest first; it is proven by its hash.

    What says the same as the one just before it brings nothing back.
    """
    if earlier and earlier[-1].content_hash == content_hash:
        return None
    return next((version.number for version in reversed(earlier) if version.content_hash == content_hash), None)


def review_due(in_force_from: date, months: int | None) -> date | None:
    """Give the day on which a version is to be reviewed: so many months on, or the last day of a shorter month."""
    if months is None:
        return None
    year, month = divmod(in_force_from.month - 1 + months, 12)
    year, month = in_force_from.year + year, month + 1
    return date(year, month, min(in_force_from.day, monthrange(year, month)[1]))


def faults(content: GuidelineContent, known_terms: Collection[str]) -> list[FieldError]:
    """List what is wrong with a guideline's content."""
    return [
        *_repeated(content.provisions, "number", "/provisions/{}/number", "stands once in a guideline"),
        *_repeated(content.provisions, "key", "/provisions/{}/key", "belongs to one provision"),
        *_repeated(content.introduction_prerequisites, "id", "/introductionPrerequisites/{}/id", "stands once"),
        *(
            FieldError(f"/terms/{index}", "unknown-term", "is not the id of a term")
            for index, term in enumerate(content.terms)
            if term not in known_terms
        ),
        *(
            FieldError(f"/terms/{index}", "repeated-term", "names each term once")
            for index, term in enumerate(content.terms)
            if term in content.terms[:index]
        ),
        *(
            FieldError(f"/targetGroups/{index}", "repeated-group", "names each group once")
            for index, group in enumerate(content.target_groups)
            if group in content.target_groups[:index]
        ),
    ]


def missing(content: GuidelineContent) -> list[FieldError]:
    """List what a guideline lacks before it can be submitted and approved; a draft may lack it."""
    horizontal = content.horizontal_assessment or HorizontalAssessment()
    found = []
    for field, asked in _HORIZONTAL.items():
        part, pointer = getattr(horizontal, field), f"/horizontalAssessment/{to_camel(field)}"
        if part is None:
            found.append(FieldError(pointer, "missing-assessment", f"assess what the guideline does to {asked}"))
        elif part.measure is None and part.no_measure_reason is None:
            detail = "tell which measure is taken, or in noMeasureReason why none is"
            found.append(FieldError(f"{pointer}/measure", "missing-measure", detail))
    if not content.introduction_prerequisites:
        detail = "name what has to be in place before the guideline is introduced"
        found.append(FieldError("/introductionPrerequisites", "missing-prerequisites", detail))
    if not content.target_groups:
        found.append(FieldError("/targetGroups", "missing-target-groups", "name whom the guideline is for"))
    return found


def _repeated(items: Iterable[Any], field: str, pointer: str, detail: str) -> Iterable[FieldError]:
    seen = set()
    for index, item in enumerate(items):
        value = getattr(item, field)
        if value is not None and value in seen:
            yield FieldError(pointer.format(index), f"repeated-{field}", detail)
        seen.add(value)


def with_keys(
    content: GuidelineContent, base: Mapping[str, Any] | None, origin: str, older: Iterable[str] = ()
) -> GuidelineContent:
    """Give every provision its key: that of the base's provision with the same key or number, else a new one.

    A key of the `older` ones, which the base no longer has, is kept too: what was taken out may come back.
    `origin` parts the new keys of one text from those of another.
    """
    base_keys = {item["number"]: item["key"] for item in base["provisions"]} if base else {}
    known = {*base_keys.values(), *older}
    kept = {item.key for item in content.provisions if item.key in known}
    provisions = [
        item.model_copy(update={"key": _key(item, known, base_keys, kept, origin)}) for item in content.provisions
    ]
    return content.model_copy(update={"provisions": provisions})


def _key(
    item: Provision, known: Collection[str], base_keys: Mapping[str, str], kept: Collection[str | None], origin: str
) -> str:
    if item.key is not None and item.key in known:
        return item.key
    by_number = base_keys.get(item.number)
    if item.key is None and by_number is not None and by_number not in kept:
        return by_number
    return uuid.uuid5(_KEYS, f"{origin}/{item.number}").hex[:12]

"""Guidelines and versions as the API shows them on a day."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from api.errors import NotFound
from api.guidelines.rules import VersionDates, in_force_until, reverted, shown_version, version_status
from api.guidelines.schemas import DecisionHead, GuidelineLinks, GuidelineRead, GuidelineVersionRead
from api.schemas import Link
from api.versioning import find_version
from db.guidelines import (
    CountyDecision,
    Guideline,
    GuidelineVersion,
    county_decisions,
    find_guideline,
    guideline_versions,
)


def find_with_versions(
    session: Session, guideline_id: str, *, begun: date | None = None
) -> tuple[Guideline, list[GuidelineVersion]]:
    """Load a guideline and its versions, oldest first; raises NotFound, also where none is in force by a day given."""
    guideline = find_guideline(session, guideline_id)
    if guideline is None:
        raise NotFound("No guideline has this id.")
    versions = guideline_versions(session, [guideline_id])
    if begun is not None and versions[0].in_force_from > begun:
        raise NotFound("No version of this guideline is in force by that day.")
    return guideline, versions


def dates_of(versions: Sequence[GuidelineVersion]) -> list[VersionDates]:
    return [VersionDates(version.number, version.in_force_from) for version in versions]


def present_guideline(
    guideline: Guideline, versions: Sequence[GuidelineVersion], day: date, api_url: str, base_url: str
) -> GuidelineRead:
    dates = dates_of(versions)
    shown = shown_version(dates, day)
    address = f"{api_url}/guidelines/{guideline.id}"
    return GuidelineRead.model_validate(
        {
            "id": guideline.id,
            "number": guideline.number,
            "status": version_status(dates, shown.number, guideline.repealed_from, day),
            "currentVersion": shown.number,
            "newestVersion": versions[-1].number,
            "repealedFrom": guideline.repealed_from,
            "revision": guideline.revision,
            "content": find_version(versions, shown.number).content,
            "_links": GuidelineLinks(
                self=Link(href=address, rel="self"),
                html=Link(href=f"{base_url}/riktlinjer/{guideline.id}", rel="alternate"),
                versions=Link(href=f"{address}/versions", rel="version-history"),
            ),
        }
    )


def present_versions(
    session: Session, guideline: Guideline, versions: Sequence[GuidelineVersion], day: date
) -> list[GuidelineVersionRead]:
    decisions = county_decisions(session, [version.county_decision_id for version in versions])
    dates = dates_of(versions)
    return [
        GuidelineVersionRead.model_validate(
            {
                "guideline": guideline.id,
                "number": version.number,
                "status": version_status(dates, version.number, guideline.repealed_from, day),
                "changeKind": version.change_kind,
                "changeNote": version.change_note,
                "inForceFrom": version.in_force_from,
                "inForceUntil": in_force_until(dates, version.number, guideline.repealed_from),
                "publishedAt": version.published_at,
                "contentHash": version.content_hash,
                "supersedes": versions[index - 1].number if index else None,
                "reverts": reverted(versions[:index], version.content_hash),
                "decision": _head(decisions[version.county_decision_id]),
                "content": version.content,
            }
        )
        for index, version in enumerate(versions)
    ]


def _head(decision: CountyDecision) -> DecisionHead:
    return DecisionHead(
        body=decision.body,
        decided_on=decision.decided_on,
        paragraph=decision.paragraph,
        record_number=decision.record_number,
    )

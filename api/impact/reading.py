"""What a proposal would touch before it is decided, by a fixed number of statements."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from api.adoptions.guidelines import GuidelineFacts, listed_guidelines
from api.adoptions.reading import with_decisions
from api.adoptions.stands import Cell, Stands
from api.guidelines.rules import shown_version
from api.identity.authenticate import Caller
from api.impact.rules import changed_provisions, effect_on
from api.impact.schemas import Impact, TouchedAdoption, TouchedDeviation, TouchedGuideline, TouchedInterpretation
from api.proposals.reading import text_for
from db.decisions import Decision
from db.guidelines import guideline_versions, version_heads
from db.interpretations import standing_interpretations
from db.organisations import municipalities
from db.proposals import Proposal, ProposalSubmission
from db.vocabulary import AdoptionStatus, ChangeKind, ProposalAction, TargetType

_IN_FORCE = frozenset({AdoptionStatus.ADOPTED, AdoptionStatus.ADOPTED_WITH_CHANGES})


def impact(  # one argument a part of what it looks at
    session: Session, stands: Stands, proposal: Proposal, caller: Caller | None, day: date, county: str
) -> Impact:
    """Tell what a proposal, as a reader sees it, would touch of what stands on a day."""
    text = text_for(session, proposal, caller)
    listed = _touched(session, proposal, day)
    codes = [town.code for town in municipalities(session, county)]
    in_force = [stand for stand in stands.on(session, day, codes, listed) if stand.cell.status in _IN_FORCE]
    is_guideline = proposal.target_type == TargetType.GUIDELINE
    kind = text.change_kind if is_guideline and proposal.action != ProposalAction.RETIRE else None
    contents = _contents(session, proposal.target_id) if is_guideline else {}
    return Impact(
        guidelines=[_guideline(facts, day) for facts in listed],
        interpretations=_interpretations(session, proposal, text, contents),
        adoptions=[_adoption(stand.cell, kind, contents) for stand in in_force],
        deviations=[
            deviation
            for stand, decision in with_decisions(session, in_force)
            if decision is not None
            for deviation in _deviations(stand.cell, decision, contents, text.content)
        ],
    )


def _touched(session: Session, proposal: Proposal, day: date) -> list[GuidelineFacts]:
    """Give the guideline that is to be changed, or those whose text of the day cites the term."""
    listed = listed_guidelines(session, day)
    if proposal.target_type == TargetType.GUIDELINE:
        return [facts for facts in listed if facts.id == proposal.target_id]
    citing = {(head.guideline_id, head.number) for head in version_heads(session) if proposal.target_id in head.terms}
    return [facts for facts in listed if (facts.id, shown_version(facts.versions, day).number) in citing]


def _contents(session: Session, guideline_id: str) -> dict[str, dict[str, Any]]:
    return {version.number: version.content for version in guideline_versions(session, [guideline_id])}


def _interpretations(
    session: Session, proposal: Proposal, text: Proposal | ProposalSubmission, contents: Mapping[str, Any]
) -> list[TouchedInterpretation]:
    """Give how municipalities read the term, or those that the guideline cites before or after."""
    is_term = proposal.target_type == TargetType.TERM
    cited = {
        term
        for content in (contents.get(text.base_version or ""), text.content)
        for term in (content or {}).get("terms", ())
    }
    reviewed = is_term and proposal.action != ProposalAction.RETIRE and text.change_kind == ChangeKind.MAJOR
    found = standing_interpretations(session, {proposal.target_id} if is_term else cited)
    return [
        TouchedInterpretation(
            reviewed=reviewed, **reading.model_dump(include={"municipality", "term_id", "alignment", "term_version"})
        )
        for reading in sorted(found, key=lambda reading: (reading.term_id, reading.municipality))
    ]


def _guideline(facts: GuidelineFacts, day: date) -> TouchedGuideline:
    number = shown_version(facts.versions, day).number
    return TouchedGuideline(guideline=facts.id, version=number, title=facts.titles[number])


def _adoption(cell: Cell, kind: ChangeKind | None, contents: Mapping[str, Any]) -> TouchedAdoption:
    version = str(cell.version)
    return TouchedAdoption(
        municipality=cell.municipality,
        guideline=cell.guideline,
        status=cell.status,
        version=version,
        effect=effect_on(version, list(contents), kind),
    )


def _deviations(
    cell: Cell, decision: Decision, contents: Mapping[str, Any], proposed: Mapping[str, Any] | None
) -> list[TouchedDeviation]:
    version = f"{decision.major}.{decision.minor}"
    adopted = contents.get(version)
    changed = changed_provisions(adopted, proposed) if adopted else frozenset()
    return [
        TouchedDeviation(
            municipality=cell.municipality,
            guideline=cell.guideline,
            version=version,
            provision=deviation["provision"],
            motive=deviation["motive"],
            measure=deviation["measure"],
            until=deviation["until"],
            proposal=deviation.get("proposal"),
            changes=deviation["provision"] in changed,
        )
        for deviation in decision.deviations
    ]

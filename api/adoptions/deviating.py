"""A deviation may be what the municipality proposed in vain: which rejected proposal it can come from."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session

from api.adoptions.schemas import Deviation
from api.errors import FieldError
from api.impact.rules import changed_provisions
from db.guidelines import GuidelineVersion, guideline_versions
from db.proposals import Proposal, proposals_of
from db.vocabulary import ProposalStatus, TargetType


def faults_of_origin(
    session: Session, municipality: str, adopted: GuidelineVersion, deviations: Sequence[Deviation]
) -> list[FieldError]:
    """List the deviations that name what is not their municipality's own, rejected proposal on their provision."""
    named = {str(each.proposal) for each in deviations if each.proposal}
    if not named:
        return []
    found = {proposal.id: proposal for proposal in proposals_of(session, municipality, named)}
    changes = {proposal.id: _changed_in(session, adopted, proposal) for proposal in found.values()}
    faults = []
    for index, deviation in enumerate(deviations):
        told = deviation.proposal and _fault(deviation.provision, found.get(str(deviation.proposal)), changes)
        if told:
            faults.append(FieldError(f"/deviations/{index}/proposal", *told))
    return faults


def _fault(provision: str, proposal: Proposal | None, changes: Mapping[str, Collection[str]]) -> tuple[str, str] | None:
    if proposal is None:
        return "unknown-proposal", "is not the id of a proposal that this municipality has made"
    if proposal.status != ProposalStatus.REJECTED:
        return "proposal-not-rejected", f"is {proposal.status}: a deviation comes from a proposal that was rejected"
    if provision not in changes[proposal.id]:
        listed = ", ".join(sorted(changes[proposal.id])) or "none"
        return "proposal-elsewhere", f"does not change that provision; of this version it changes {listed}"
    return None


def _changed_in(session: Session, adopted: GuidelineVersion, proposal: Proposal) -> frozenset[str]:
    """Name, by their numbers in the adopted version, the provisions that a proposal changes in the one it builds on."""
    if (proposal.target_type, proposal.target_id) != (TargetType.GUIDELINE, adopted.guideline_id):
        return frozenset()
    contents = {each.number: each.content for each in guideline_versions(session, [adopted.guideline_id])}
    base = contents.get(proposal.base_version or "", {"provisions": []})
    changed = changed_provisions(base, proposal.content)
    keys = {item["key"] for item in base["provisions"] if item["number"] in changed}
    return frozenset(item["number"] for item in adopted.content["provisions"] if item["key"] in keys)

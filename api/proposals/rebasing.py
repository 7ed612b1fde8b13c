"""Bring a proposal's text onto a newer version of its target, when the two can be merged."""

from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from api.errors import MergeConflict, VersionMoved
from api.merging import Contradiction, merge
from api.proposals.kinds import TARGETS
from api.proposals.targets import Content
from db.proposals import Proposal, ProposalSubmission
from db.session import Transaction
from db.vocabulary import ProposalAction


def rebase_onto_newest(tx: Transaction, proposal: Proposal) -> bool:
    """Merge the text with what its target has become; tells whether it had moved on."""
    if proposal.action == ProposalAction.CREATE:
        return False
    *_, newest = TARGETS[proposal.target_type].versions(tx, proposal.target_id)
    if proposal.base_version == newest:
        return False
    if proposal.action == ProposalAction.RETIRE:
        raise VersionMoved(
            f"The proposal is to end {proposal.base_version}, and the newest version is {newest}.",
            baseVersion=proposal.base_version,
            newestVersion=newest,
        )
    rebase(tx, proposal, newest)
    return True


def rebase(session: Session, proposal: Proposal, number: str) -> None:
    """Merge a proposal's text, written on `baseVersion`, with what another version says; raises MergeConflict."""
    if number == proposal.base_version:
        return
    if proposal.content is not None:
        proposal.content = merged_onto(session, proposal, proposal, number)
        proposal.rebased_from = proposal.base_version
    proposal.base_version = number


def merged_onto(session: Session, proposal: Proposal, text: Proposal | ProposalSubmission, number: str) -> Content:
    """Give what a text of a proposal, written on its `baseVersion`, becomes on another one; raises MergeConflict."""
    versions = TARGETS[proposal.target_type].versions(session, proposal.target_id)
    base, theirs, ours = versions[str(text.base_version)], versions[number], text.content or {}
    merged = merge(base, theirs, ours)
    contradictions = merged.contradictions or [
        # Each side is in order and together they are not, such as a relation that is broader in one and related in
        # the other.
        Contradiction(f"/{field}", base.get(field), theirs.get(field), ours.get(field))
        for field in sorted(_faulty_fields(session, proposal, merged.content))
    ]
    if contradictions:
        raise MergeConflict(
            f"Version {number} and this text, written on {text.base_version}, say different things.",
            baseVersion=text.base_version,
            newestVersion=number,
            conflicts=[found.as_json() for found in contradictions],
        )
    return merged.content


def _faulty_fields(session: Session, proposal: Proposal, content: dict[str, Any]) -> set[str]:
    target = TARGETS[proposal.target_type]
    try:
        read = target.schema.model_validate(content)
    except ValidationError as error:
        return {str(fault["loc"][0]) for fault in error.errors()}
    return {fault.pointer.split("/")[1] for fault in target.faults(session, proposal.target_id, read)}

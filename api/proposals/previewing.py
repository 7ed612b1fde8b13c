"""What would be published if a proposal were approved now."""

from sqlmodel import Session

from api.errors import Conflict, MergeConflict
from api.identity.authenticate import Caller
from api.proposals.completeness import missing_in
from api.proposals.inspection_schemas import ConflictingPlace, ProposalPreview
from api.proposals.kinds import TARGETS
from api.proposals.reading import text_for
from api.proposals.rebasing import merged_onto
from api.proposals.rules import ENDED
from api.proposals.trial_schemas import MissingField
from api.redline import redline
from api.versioning import next_number
from db.proposals import Proposal
from db.vocabulary import ChangeKind, ProposalAction, TargetType


def preview(session: Session, proposal: Proposal, caller: Caller | None) -> ProposalPreview:
    """Merge the text that a reader sees onto the newest version, and number it; where it cannot be, tell why."""
    if proposal.status in ENDED:
        raise Conflict(f"The proposal is {proposal.status}: nothing more will come of it.")
    text, kind = text_for(session, proposal, caller), TARGETS[proposal.target_type]
    versions = kind.versions(session, proposal.target_id)
    newest = list(versions)[-1] if versions else None
    content, conflicts = text.content, []
    if content is not None and newest is not None and text.base_version not in (None, newest):
        try:
            content = merged_onto(session, proposal, text, newest)
        except MergeConflict as conflict:
            content, conflicts = None, conflict.members["conflicts"]
    return ProposalPreview(
        proposal=proposal.id,
        base_version=text.base_version,
        newest_version=newest,
        version=None if conflicts else _number(proposal, text.change_kind, newest),
        content=kind.schema.model_validate(content) if content is not None else None,
        changes=redline(versions.get(newest or ""), content) if content is not None else [],
        conflicts=[ConflictingPlace(**place) for place in conflicts],
        missing=[MissingField(**fault.as_json()) for fault in missing_in(proposal.target_type, text)],
    )


def _number(proposal: Proposal, kind: ChangeKind, newest: str | None) -> str | None:
    if proposal.action == ProposalAction.RETIRE:
        # A term says in a last minor version that it is retired; a guideline only ends.
        return next_number(newest, ChangeKind.MINOR) if proposal.target_type == TargetType.TERM else None
    return next_number(newest, kind)

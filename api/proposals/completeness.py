"""Whether a proposal's text has all that it must have before it is submitted and approved."""

from api.errors import FieldError, incomplete
from api.proposals.kinds import TARGETS
from db.proposals import Proposal, ProposalSubmission
from db.vocabulary import TargetType


def missing_in(target_type: TargetType, text: Proposal | ProposalSubmission) -> list[FieldError]:
    """List what a text lacks, by pointers into the proposal."""
    if text.content is None:
        return []
    return [fault.under("/content") for fault in TARGETS[target_type].missing(text.content)]


def check_complete(proposal: Proposal) -> None:
    """Raise `Incomplete` when the working text lacks something."""
    if missing := missing_in(proposal.target_type, proposal):
        raise incomplete(missing)

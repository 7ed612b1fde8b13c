"""Submit, return or withdraw a proposal, or close its round."""

from api.dependencies import check_revision
from api.identity.authenticate import Caller
from api.proposals import rules
from api.proposals.completeness import check_complete
from api.proposals.progress import freeze_submission, reach
from api.proposals.rebasing import rebase_onto_newest
from api.proposals.rules import Action
from api.proposals.schemas import Transition
from api.proposals.standing import lock_visible, revision_for, standing_of
from api.rounds.closing import close_round
from db.proposals import Proposal
from db.session import Transaction
from db.vocabulary import ProposalStatus


def move_proposal(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: Transition
) -> Proposal:
    """Submit, return or withdraw a proposal, or close its round; what is submitted builds on the newest version."""
    proposal = lock_visible(tx, caller, proposal_id)
    check_revision(revision_for(proposal, caller), sent)
    following = rules.after(proposal.status, body.action, standing_of(tx, proposal, caller))
    if body.action == Action.SUBMIT:
        rebase_onto_newest(tx, proposal)
        check_complete(proposal)
        freeze_submission(tx, proposal)
    if proposal.status == ProposalStatus.ON_CONSULTATION:
        close_round(tx, proposal, body.action, body.reason, caller.organisation)
    reach(tx, proposal, following, body.reason, {"reason": body.reason}, caller.organisation)
    return proposal

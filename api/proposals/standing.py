"""How a caller stands to a proposal: whether it exists for them, which revision they know, what they may do."""

from collections.abc import Sequence

from sqlmodel import Session

from api.errors import Forbidden, NotFound
from api.identity.authenticate import Caller
from api.identity.authors import author_of
from api.proposals.kinds import TARGETS
from api.proposals.rules import Standing
from db.proposals import Proposal, lock_proposal
from db.session import Transaction
from db.vocabulary import TargetType


def standing_of(session: Session, proposal: Proposal, caller: Caller | None) -> Standing:
    """Tell how a caller stands to a proposal."""
    return standings_of(session, [proposal], caller)[0]


def standings_of(session: Session, proposals: Sequence[Proposal], caller: Caller | None) -> list[Standing]:
    """Tell how a caller stands to each of some proposals, asking only once who they are."""
    if caller is None:
        return [Standing()] * len(proposals)
    me = author_of(session, caller)
    return [
        Standing(
            owns=caller.organisation == proposal.organisation and may_propose(caller, proposal.target_type),
            wrote=me in (proposal.author, *proposal.editors),
            moderates="proposals:moderate" in caller.scopes,
            decides="proposals:decide" in caller.scopes,
        )
        for proposal in proposals
    ]


def revision_for(proposal: Proposal, caller: Caller | None) -> int:
    """Give the revision that a reader knows: edits of a returned text count for its own organisation only."""
    owns = caller is not None and caller.organisation == proposal.organisation
    return proposal.revision if owns else proposal.public_revision


def visible_to(proposal: Proposal, caller: Caller | None) -> bool:
    """Tell whether a proposal exists for this reader: until it is submitted, only for its own."""
    return proposal.submissions > 0 or (caller is not None and caller.organisation == proposal.organisation)


def may_propose(caller: Caller, target_type: TargetType) -> bool:
    return TARGETS[target_type].scope in caller.scopes


def check_scope(caller: Caller, target_type: TargetType) -> None:
    if not may_propose(caller, target_type):
        raise Forbidden(f"The token lacks the scope {TARGETS[target_type].scope}.")


def lock_visible(tx: Transaction, caller: Caller, proposal_id: str) -> Proposal:
    """Lock a proposal; raises NotFound for what this caller may not know of, in the same words."""
    proposal = lock_proposal(tx, proposal_id)
    if proposal is None or not visible_to(proposal, caller):
        raise NotFound("No proposal has this id.")
    return proposal

"""Which moves a proposal may make, and who may make them: pure rules."""

from dataclasses import dataclass
from enum import StrEnum

from api.errors import Conflict, Forbidden, IllegalTransition, RoundRuleUnmet
from db.vocabulary import ChangeKind, ProposalAction, ProposalStatus, TargetType


class Action(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"


class Actor(StrEnum):
    OWNER = "owner"
    MODERATOR = "moderator"
    DECIDER = "decider"


# What is not listed is forbidden. Moves of a referral round come with the rounds.
TRANSITIONS = {
    (ProposalStatus.DRAFT, Action.SUBMIT): ProposalStatus.SUBMITTED,
    (ProposalStatus.DRAFT, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
    (ProposalStatus.SUBMITTED, Action.RETURN): ProposalStatus.RETURNED,
    (ProposalStatus.SUBMITTED, Action.REJECT): ProposalStatus.REJECTED,
    (ProposalStatus.SUBMITTED, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
    (ProposalStatus.SUBMITTED, Action.APPROVE): ProposalStatus.APPROVED,
    (ProposalStatus.RETURNED, Action.SUBMIT): ProposalStatus.SUBMITTED,
    (ProposalStatus.RETURNED, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
}
ACTORS = {
    Action.SUBMIT: Actor.OWNER,
    Action.WITHDRAW: Actor.OWNER,
    Action.RETURN: Actor.MODERATOR,
    Action.APPROVE: Actor.DECIDER,
    Action.REJECT: Actor.DECIDER,
}
EDITABLE = frozenset({ProposalStatus.DRAFT, ProposalStatus.RETURNED})
ENDED = frozenset({ProposalStatus.APPROVED, ProposalStatus.REJECTED, ProposalStatus.WITHDRAWN})


@dataclass(frozen=True)
class Standing:
    """How one caller stands to one proposal."""

    owns: bool = False
    wrote: bool = False
    moderates: bool = False
    decides: bool = False

    def may(self, action: Action) -> bool:
        match ACTORS[action]:
            case Actor.OWNER:
                return self.owns
            case Actor.MODERATOR:
                return self.moderates
            case Actor.DECIDER:
                return self.decides and not self.wrote


def allowed(status: ProposalStatus, standing: Standing) -> list[Action]:
    """List what this caller may do now."""
    return [action for action in Action if (status, action) in TRANSITIONS and standing.may(action)]


def after(status: ProposalStatus, action: Action, standing: Standing) -> ProposalStatus:
    """Give the state that an action leads to; raises IllegalTransition or Forbidden."""
    following = TRANSITIONS.get((status, action))
    if following is None:
        moves = allowed(status, standing)
        named = ", ".join(moves) or "nothing"
        raise IllegalTransition(f"From {status} you cannot {action}; you may {named}.", allowedTransitions=moves)
    if not standing.may(action):
        raise Forbidden(_why_not(action, standing))
    return following


def check_needs_no_round(target: TargetType, action: ProposalAction, kind: ChangeKind) -> None:
    """Refuse an approval without a referral round or an override: only a minor change of a term needs neither.

    A new word and one that ends concern everybody, whatever the proposal calls them.
    """
    if (target, action, kind) != (TargetType.TERM, ProposalAction.AMEND, ChangeKind.MINOR):
        raise RoundRuleUnmet("The proposal has been through no referral round.")


def check_editable(status: ProposalStatus) -> None:
    if status not in EDITABLE:
        raise Conflict(f"A proposal is edited as draft or returned; this one is {status}.")


def _why_not(action: Action, standing: Standing) -> str:
    if ACTORS[action] == Actor.OWNER:
        return f"Only the organisation that made the proposal may {action} it."
    if ACTORS[action] == Actor.MODERATOR:
        return f"Only the county's editor may {action} a proposal."
    if standing.wrote:
        return "Nobody decides a proposal that they wrote."
    return "Only the county's editor decides."

"""Which moves a proposal may make, and who may make them: pure rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from api.errors import Conflict, Forbidden, IllegalTransition, invalid
from db.vocabulary import ProposalAction, ProposalStatus, TargetType


class Action(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    WITHDRAW = "withdraw"
    OPEN_ROUND = "openRound"
    CLOSE = "close"
    APPROVE = "approve"
    REJECT = "reject"


class Actor(StrEnum):
    OWNER = "owner"
    MODERATOR = "moderator"
    DECIDER = "decider"


# What is not listed is forbidden.
TRANSITIONS = {
    (ProposalStatus.DRAFT, Action.SUBMIT): ProposalStatus.SUBMITTED,
    (ProposalStatus.DRAFT, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
    (ProposalStatus.SUBMITTED, Action.OPEN_ROUND): ProposalStatus.ON_CONSULTATION,
    (ProposalStatus.SUBMITTED, Action.RETURN): ProposalStatus.RETURNED,
    (ProposalStatus.SUBMITTED, Action.REJECT): ProposalStatus.REJECTED,
    (ProposalStatus.SUBMITTED, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
    (ProposalStatus.SUBMITTED, Action.APPROVE): ProposalStatus.APPROVED,
    (ProposalStatus.ON_CONSULTATION, Action.CLOSE): ProposalStatus.CLOSED,
    (ProposalStatus.ON_CONSULTATION, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
    (ProposalStatus.CLOSED, Action.OPEN_ROUND): ProposalStatus.ON_CONSULTATION,
    (ProposalStatus.CLOSED, Action.RETURN): ProposalStatus.RETURNED,
    (ProposalStatus.CLOSED, Action.REJECT): ProposalStatus.REJECTED,
    (ProposalStatus.CLOSED, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
    (ProposalStatus.CLOSED, Action.APPROVE): ProposalStatus.APPROVED,
    (ProposalStatus.RETURNED, Action.SUBMIT): ProposalStatus.SUBMITTED,
    (ProposalStatus.RETURNED, Action.WITHDRAW): ProposalStatus.WITHDRAWN,
}
ACTORS = {
    Action.SUBMIT: Actor.OWNER,
    Action.WITHDRAW: Actor.OWNER,
    Action.RETURN: Actor.MODERATOR,
    Action.OPEN_ROUND: Actor.MODERATOR,
    Action.CLOSE: Actor.MODERATOR,
    Action.APPROVE: Actor.DECIDER,
    Action.REJECT: Actor.DECIDER,
}
EDITABLE = frozenset({ProposalStatus.DRAFT, ProposalStatus.RETURNED})
ENDED = frozenset({ProposalStatus.APPROVED, ProposalStatus.REJECTED, ProposalStatus.WITHDRAWN})

# Beyond two years a day is a mistyped year. A version that starts then would keep others from starting before it.
FURTHEST = timedelta(days=731)


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


def check_editable(status: ProposalStatus) -> None:
    if status not in EDITABLE:
        raise Conflict(f"A proposal is edited as draft or returned; this one is {status}.")


def check_not_too_far(pointer: str, day: date, today: date) -> None:
    if day > today + FURTHEST:
        raise invalid(pointer, "day-too-far", "lies at most two years ahead")


def may_become_deviation(status: ProposalStatus, target: TargetType, action: ProposalAction, organisation: str) -> bool:
    """Tell whether the organisation may keep to the text by itself: a municipality, when what stands was to change."""
    is_municipality = len(organisation) == 4  # noqa: PLR2004  (the form of its code)
    stands = target == TargetType.GUIDELINE and action != ProposalAction.CREATE
    return status == ProposalStatus.REJECTED and stands and is_municipality


def _why_not(action: Action, standing: Standing) -> str:
    if ACTORS[action] == Actor.OWNER:
        return f"Only the organisation that made the proposal may {action} it."
    if ACTORS[action] == Actor.MODERATOR:
        return f"Only the county's editor takes this step: {action}."
    if standing.wrote:
        return "Nobody decides a proposal that they wrote."
    return "Only the county's editor decides."

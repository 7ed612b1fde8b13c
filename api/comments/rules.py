"""Who sees a comment, who resolves it, and until when: pure rules."""

from api.errors import Conflict, Forbidden
from api.proposals.rules import EDITABLE, ENDED
from db.vocabulary import ProposalStatus


def is_private(status: ProposalStatus, *, owns: bool) -> bool:
    """Tell whether a new thread is about a text that only its organisation sees: a draft, or a returned text's edits.

    Such a thread stays with the organisation, also when its text is submitted later.
    """
    return owns and status in EDITABLE


def check_open(status: ProposalStatus) -> None:
    if status in ENDED:
        raise Conflict(f"The proposal is {status}: its comments stay as they are.")


def check_may_resolve(*, owns: bool, moderates: bool) -> None:
    if not (owns or moderates):
        raise Forbidden("Only the proposal's organisation and the county's editor resolve comments.")


def check_begins_thread(in_reply_to: str | None) -> None:
    if in_reply_to is not None:
        raise Conflict("A thread is resolved as a whole: resolve the comment that it begins with.")

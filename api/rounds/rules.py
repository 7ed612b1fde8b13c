"""When a round may close, who is invited, and what an answer needs: pure rules."""

from collections.abc import Collection, Sequence
from datetime import date

from api.errors import Conflict, FieldError, Forbidden, RoundRuleUnmet, Unprocessable, invalid
from api.proposals.rules import FURTHEST
from api.rounds.tally import Tally
from db.vocabulary import ChangeKind, ProposalAction, ProposalStatus, TargetType

_DECIDED = {
    ProposalStatus.APPROVED: "approved",
    ProposalStatus.REJECTED: "rejected",
    ProposalStatus.WITHDRAWN: "withdrawn",
}


def check_closing_day(closes_on: date, today: date) -> None:
    """Refuse a closing day that is over, or absurdly far away."""
    if closes_on < today:
        raise invalid("/closesOn", "closing-day-past", "is not before today")
    if closes_on > today + FURTHEST:
        raise invalid("/closesOn", "closing-day-too-far", "lies at most two years ahead")


def check_extension(closes_on: date, former: date, today: date) -> None:
    """Refuse an extension that gives nobody more time."""
    check_closing_day(closes_on, today)
    if closes_on <= former:
        raise invalid("/closesOn", "closing-day-not-later", f"is later than {former}: a round is only extended")


def whom_to_invite(asked: Sequence[str] | None, participating: Sequence[str]) -> list[str]:
    """Give the codes of those invited, in order; raises Unprocessable that names each place."""
    if asked is None:
        return list(participating)
    faults = []
    for place, code in enumerate(asked):
        if code not in participating:
            detail = "is not the code of a municipality of this county"
            faults.append(FieldError(f"/invited/{place}", "unknown-municipality", detail))
        elif code in asked[:place]:
            faults.append(FieldError(f"/invited/{place}", "repeated-municipality", "is invited once: remove it"))
    if faults:
        raise Unprocessable(faults[:50])
    return sorted(asked)


def check_quorum(quorum: int, invited: Sequence[str]) -> None:
    if quorum > len(invited):
        raise invalid("/quorum", "quorum-too-high", f"is at most the number invited, which is {len(invited)}")


def check_closing(closes_on: date, today: date, unanswered: Sequence[str], reason: str | None) -> None:
    """Refuse to close a round early without a reason, while answers are still awaited."""
    if today <= closes_on and unanswered and reason is None:
        detail = f"tells why the round closes before {closes_on} is over, while {len(unanswered)} have not answered"
        raise invalid("/reason", "missing-reason", detail)


def check_may_state(
    organisation: str, invited: Collection[str], status: ProposalStatus, number: int, last: int
) -> None:
    """Let those who are invited answer the newest round, until the decision."""
    if organisation not in invited:
        raise Forbidden("Only the organisations that the round invites answer it, each for itself.")
    if status in _DECIDED:
        raise Conflict(f"The proposal is {_DECIDED[status]}: its rounds take no more answers.")
    if number < last:
        raise Conflict(f"Round {last} has followed: answer that one.")


def unknown_provisions(sent: Sequence[str], known: Collection[str]) -> list[FieldError]:
    """List the comments on provisions that the text has not, or that have been commented already."""
    faults = []
    for place, number in enumerate(sent):
        pointer = f"/provisionComments/{place}/provision"
        if number not in known:
            faults.append(FieldError(pointer, "unknown-provision", "is not the number of a provision of this text"))
        elif number in sent[:place]:
            faults.append(FieldError(pointer, "repeated-provision", "has one comment: put the two together"))
    return faults


def check_decided_on(decided_on: date, closed_on: date | None) -> None:
    """Refuse a decision that was taken before its round was over."""
    if closed_on is not None and decided_on < closed_on:
        raise invalid("/decidedOn", "decided-before-round-closed", f"is not before {closed_on}, when the round closed")


def check_needs_no_round(target: TargetType, action: ProposalAction, kind: ChangeKind) -> None:
    """Refuse an approval without a referral round or an override: only a minor change of a term needs neither.

    A new word and one that ends concern everybody, whatever the proposal calls them.
    """
    if (target, action, kind) != (TargetType.TERM, ProposalAction.AMEND, ChangeKind.MINOR):
        detail = "The proposal has been through no referral round since it was submitted."
        raise RoundRuleUnmet(detail, missing="a referral round")


def check_supports(number: int, result: Tally, *, anew: bool, same_text: bool) -> None:
    """Refuse an approval that the last round does not support, or that it never saw the text of.

    `anew` tells that the proposal has been returned and submitted since.
    """
    if not result.rule_met:
        raise RoundRuleUnmet(
            f"The rule of round {number} is not met: {result.missing}.", round=number, missing=result.missing
        )
    if anew or not same_text:
        since = "The proposal was submitted anew after" if anew else "The text is no longer that of"
        raise RoundRuleUnmet(f"{since} round {number}.", round=number, missing="a round on this text")

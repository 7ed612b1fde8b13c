"""Close a round, and tell whether it supports an approval."""

from datetime import date

from api import clock
from api.proposals.rules import Action
from api.rounds import rules
from api.rounds.opening import tell
from api.rounds.reading import tally_of
from db.proposals import Proposal, find_submission, last_submissions
from db.rounds import last_round
from db.session import Transaction
from db.vocabulary import ProposalStatus

# What makes two texts the same to those who were asked: a minor change asks no municipality anew, a major one does.
_REFERRED = ("content_hash", "change_kind", "replaced_by")


def close_round(tx: Transaction, proposal: Proposal, action: Action, reason: str | None, by: str) -> None:
    """End the round of a proposal that leaves the consultation; one that is withdrawn takes its round with it."""
    closed = last_round(tx, proposal.id)
    if closed is None or closed.closed_at is not None:
        msg = "a proposal on consultation has an open round"
        raise RuntimeError(msg)
    result = tally_of(tx, closed)
    if action == Action.CLOSE:
        rules.check_closing(closed.closes_on, clock.today(), result.unanswered, reason)
    closed.closed_at, closed.close_reason = clock.now(), reason
    closed.revision += 1
    told = {
        "reason": reason,
        "positions": result.positions,
        "unanswered": list(result.unanswered),
        "ruleMet": result.rule_met,
        "missing": result.missing,
    }
    tell(tx, "round.closed", closed, by, told)


def check_support(tx: Transaction, proposal: Proposal) -> None:
    """Refuse an approval without an override, unless the last round supports this very text."""
    asked = last_round(tx, proposal.id)
    if asked is None:
        rules.check_needs_no_round(proposal.target_type, proposal.action, proposal.change_kind)
        return
    referred = find_submission(tx, proposal.id, asked.submission)
    present = last_submissions(tx, [proposal])[proposal.id]
    rules.check_supports(
        asked.number,
        tally_of(tx, asked),
        anew=proposal.status == ProposalStatus.SUBMITTED,
        same_text=all(getattr(referred, field) == getattr(present, field) for field in _REFERRED),
    )


def check_decided_on(tx: Transaction, proposal: Proposal, decided_on: date) -> None:
    """Refuse a decision that was taken before the last round was over."""
    asked = last_round(tx, proposal.id)
    rules.check_decided_on(decided_on, clock.day_of(asked.closed_at) if asked and asked.closed_at else None)

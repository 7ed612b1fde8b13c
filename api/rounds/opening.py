"""Open a referral round, and extend it."""

from typing import Any

from api import clock
from api.dependencies import check_revision
from api.errors import Conflict
from api.events.record import record
from api.identity.authenticate import Caller
from api.proposals.completeness import check_complete
from api.proposals.progress import freeze_submission, reach
from api.proposals.rebasing import rebase_onto_newest
from api.proposals.rules import Action, after
from api.proposals.standing import lock_visible, revision_for, standing_of
from api.rounds import rules
from api.rounds.reading import find_round_of
from api.rounds.schemas import RoundCreate, RoundUpdate
from db.events import instant_text
from db.organisations import municipalities
from db.proposals import last_submissions
from db.rounds import ReferralRound, last_round
from db.session import Transaction


def open_round(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: RoundCreate, county: str
) -> ReferralRound:
    """Refer the submitted text, as it would be published today, to those who are invited."""
    proposal = lock_visible(tx, caller, proposal_id)
    check_revision(revision_for(proposal, caller), sent)
    following = after(proposal.status, Action.OPEN_ROUND, standing_of(tx, proposal, caller))
    today = clock.today()
    rules.check_closing_day(body.closes_on, today)
    invited = rules.whom_to_invite(body.invited, [each.code for each in municipalities(tx, county)])
    quorum = body.quorum or 1
    rules.check_quorum(quorum, invited)
    # What is referred is what an approval would publish: only then can its hash be that of the decided text.
    if rebase_onto_newest(tx, proposal):
        freeze_submission(tx, proposal)
    check_complete(proposal)
    former, text = last_round(tx, proposal.id), last_submissions(tx, [proposal])[proposal.id]
    opened = ReferralRound(
        proposal_id=proposal.id,
        number=former.number + 1 if former else 1,
        submission=text.number,
        content_hash=text.content_hash,
        opens_on=today,
        closes_on=body.closes_on,
        invited=invited,
        decision_rule=body.decision_rule,
        quorum=quorum,
        message=body.message,
    )
    tx.add(opened)
    tx.flush()
    reach(tx, proposal, following, None, {"round": opened.number}, caller.organisation)
    told = {
        "title": text.title,
        "target": {"type": proposal.target_type, "id": proposal.target_id},
        "opensOn": opened.opens_on.isoformat(),
        "closesOn": opened.closes_on.isoformat(),
        "invited": invited,
        "decisionRule": opened.decision_rule,
        "quorum": quorum,
        "contentHash": opened.content_hash,
        "message": opened.message,
    }
    tell(tx, "round.opened", opened, caller.organisation, told)
    return opened


def extend_round(
    tx: Transaction, caller: Caller, proposal_id: str, number: int, sent: frozenset[int] | None, body: RoundUpdate
) -> ReferralRound:
    """Give those who are invited more time; the days before stay to be read."""
    proposal = lock_visible(tx, caller, proposal_id)
    extended = find_round_of(tx, proposal, number)
    check_revision(extended.revision, sent)
    if extended.closed_at is not None:
        raise Conflict("The round is closed: open another one.")
    rules.check_extension(body.closes_on, extended.closes_on, clock.today())
    step = {
        "former": extended.closes_on.isoformat(),
        "closesOn": body.closes_on.isoformat(),
        "reason": body.reason,
    }
    extended.extensions = [*extended.extensions, step | {"extendedAt": instant_text(clock.now())}]
    extended.closes_on = body.closes_on
    extended.revision += 1
    tell(tx, "round.extended", extended, caller.organisation, step)
    return extended


def tell(tx: Transaction, kind: str, told_of: ReferralRound, by: str, data: dict[str, Any]) -> None:
    """Tell the public of a round."""
    subject = f"proposals/{told_of.proposal_id}/rounds/{told_of.number}"
    record(tx, kind, subject, by, {"proposal": told_of.proposal_id, "round": told_of.number, **data})

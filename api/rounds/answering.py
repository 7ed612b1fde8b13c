"""Give the official answer of an organisation."""

import uuid_utils.compat as uuid

from api import clock
from api.errors import Unprocessable
from api.events.record import record
from api.identity.authenticate import Caller
from api.proposals.standing import lock_visible
from api.rounds import rules
from api.rounds.reading import find_round_of, is_late, referred_provisions, referred_text
from api.rounds.schemas import StatementCreate
from db.rounds import ReferralRound, Statement, Told, last_round, statements_of
from db.session import Transaction


def make_statement(
    tx: Transaction, caller: Caller, proposal_id: str, number: int, body: StatementCreate
) -> tuple[ReferralRound, Told]:
    """Record what the caller's organisation answers; its earlier answer stays, superseded.

    The proposal is locked: an answer comes before the round closes or after it, and of two at once one is the later.
    """
    proposal = lock_visible(tx, caller, proposal_id)
    asked = find_round_of(tx, proposal, number)
    last = last_round(tx, proposal.id) or asked
    rules.check_may_state(caller.organisation, asked.invited, proposal.status, number, last.number)
    if body.provision_comments:
        known = referred_provisions(tx, proposal, referred_text(tx, asked))
        faults = rules.unknown_provisions([each.provision for each in body.provision_comments], known)
        if faults:
            raise Unprocessable(faults[:50])
    earlier = statements_of(tx, proposal.id, number, caller.organisation)
    made = Statement(
        proposal_id=proposal.id,
        round_number=number,
        organisation=caller.organisation,
        number=len(earlier) + 1,
        id=str(uuid.uuid7()),
        position=body.position,
        reason=body.reason,
        condition=body.condition,
        provision_comments=[each.model_dump(mode="json", by_alias=True) for each in body.provision_comments],
        while_open=asked.closed_at is None,
        stated_at=clock.now(),
    )
    tx.add(made)
    tx.flush()
    told = Told(made, None, made.while_open)
    data = {
        "id": made.id,
        "proposal": proposal.id,
        "round": number,
        "position": made.position,
        "late": is_late(asked, told),
        "counted": made.while_open,
        "supersedes": earlier[-1].id if earlier else None,
    }
    subject = f"proposals/{proposal.id}/rounds/{number}/statements/{made.id}"
    record(tx, "statement.made", subject, caller.organisation, data)
    return asked, told

"""The county's decision: an approval publishes the next version in the same transaction."""

from datetime import datetime

import uuid_utils.compat as uuid

from api import clock
from api.dependencies import check_revision
from api.identity.authenticate import Caller
from api.proposals import rules
from api.proposals.decision_schemas import ProposalDecision
from api.proposals.kinds import TARGETS
from api.proposals.progress import freeze_submission, reach
from api.proposals.rebasing import rebase_onto_newest
from api.proposals.rules import Action
from api.proposals.standing import lock_visible, revision_for, standing_of
from api.proposals.targets import Approval
from api.rounds.closing import check_decided_on, check_support
from db.guidelines import CountyDecision
from db.proposals import Proposal
from db.session import Transaction
from db.vocabulary import Outcome, ProposalAction


def decide_proposal(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: ProposalDecision
) -> tuple[Proposal, CountyDecision]:
    """Record the county's decision on a proposal."""
    proposal = lock_visible(tx, caller, proposal_id)
    check_revision(revision_for(proposal, caller), sent)
    action = Action.APPROVE if body.outcome == Outcome.APPROVED else Action.REJECT
    following = rules.after(proposal.status, action, standing_of(tx, proposal, caller))
    rules.check_not_too_far("/decidedOn", body.decided_on, clock.today())
    check_decided_on(tx, proposal, body.decided_on)
    if body.in_force_from is not None:
        rules.check_not_too_far("/inForceFrom", body.in_force_from, clock.today())
    now = clock.now()
    decision = CountyDecision(
        id=str(uuid.uuid7()),
        proposal_id=proposal.id,
        organisation=caller.organisation,
        recorded_at=now,
        override_reason=body.override.reason if body.override else None,
        **body.model_dump(exclude={"override", "change_note"}),
    )
    tx.add(decision)
    tx.flush()
    if action == Action.APPROVE:
        proposal.published_version = _publish(tx, proposal, decision, body, now)
    told = {
        "outcome": body.outcome,
        "publishedVersion": proposal.published_version,
        **body.model_dump(mode="json", by_alias=True, include={"body", "decided_on", "paragraph", "record_number"}),
        "reason": body.reason,
        "override": body.override.model_dump() if body.override else None,
    }
    reach(tx, proposal, following, body.reason, told, caller.organisation)
    return proposal, decision


def _publish(
    tx: Transaction, proposal: Proposal, decision: CountyDecision, body: ProposalDecision, now: datetime
) -> str | None:
    """Publish the submitted text, or end its target; gives the number of the new version."""
    if decision.in_force_from is None:
        msg = "an approval tells inForceFrom"
        raise RuntimeError(msg)
    target = TARGETS[proposal.target_type]
    # Locked before the newest version is asked: two approvals at once would both find the text that they build on.
    target.lock(tx, proposal.target_id)
    if rebase_onto_newest(tx, proposal):
        freeze_submission(tx, proposal)
    if body.override is None:
        check_support(tx, proposal)
    approval = Approval(
        target_id=proposal.target_id,
        content=proposal.content,
        replaced_by=proposal.replaced_by,
        kind=proposal.change_kind,
        note=body.change_note or {"sv": proposal.reason},
        decision=decision,
        in_force_from=decision.in_force_from,
        number=proposal.reserved_number,
        now=now,
    )
    return target.retire(tx, approval) if proposal.action == ProposalAction.RETIRE else target.publish(tx, approval)

"""What every change of a proposal does: count it, freeze what is submitted, tell those who may know."""

from datetime import datetime
from typing import Any

from api import clock
from api.events.record import record
from api.proposals import rules
from db.canonical import content_hash
from db.proposals import Proposal, ProposalSubmission, last_submissions
from db.session import Transaction
from db.vocabulary import ProposalStatus


def touch(proposal: Proposal, now: datetime) -> None:
    proposal.revision += 1
    proposal.changed_at = now


def tell_owner(tx: Transaction, proposal: Proposal, kind: str) -> None:
    data = {"id": proposal.id, "revision": proposal.revision, "title": proposal.title}
    record(tx, kind, f"proposals/{proposal.id}", proposal.organisation, data, stream=proposal.organisation)


def freeze_submission(tx: Transaction, proposal: Proposal) -> None:
    """Keep the working text as what the public sees."""
    proposal.submissions += 1
    tx.add(
        ProposalSubmission(
            proposal_id=proposal.id,
            number=proposal.submissions,
            submitted_at=clock.now(),
            content_hash=content_hash(proposal.content),
            **proposal.model_dump(
                include={
                    "base_version",
                    "rebased_from",
                    "change_kind",
                    "title",
                    "reason",
                    "content",
                    "replaced_by",
                }
            ),
        )
    )
    tx.flush()


def reach(
    tx: Transaction,
    proposal: Proposal,
    following: ProposalStatus,
    reason: str | None,
    told: dict[str, Any],
    by: str,
) -> None:
    """Put the proposal in its next state and tell those who may know."""
    proposal.status = following
    proposal.status_reason = reason
    now = clock.now()
    if following in rules.ENDED:
        proposal.closed_at = now
    touch(proposal, now)
    if proposal.submissions == 0:
        tell_owner(tx, proposal, f"proposal.{following}")
        return
    proposal.public_revision, proposal.public_changed_at = proposal.revision, now
    text = last_submissions(tx, [proposal])[proposal.id]
    data = {
        "id": proposal.id,
        "organisation": proposal.organisation,
        "target": {"type": proposal.target_type, "id": proposal.target_id},
        "action": proposal.action,
        "baseVersion": text.base_version,
        "rebasedFrom": text.rebased_from,
        "changeKind": text.change_kind,
        "title": text.title,
        "contentHash": text.content_hash,
        **told,
    }
    record(tx, f"proposal.{following}", f"proposals/{proposal.id}", by, data)

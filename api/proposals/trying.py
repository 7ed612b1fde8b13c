"""Try a proposal: what it would collide with, and what it would change. Nothing is stored."""

from api.identity.authenticate import Caller
from api.proposals.collisions import collisions
from api.proposals.completeness import missing_in
from api.proposals.drafting import check_draft
from api.proposals.kinds import TARGETS
from api.proposals.resembling import resembling
from api.proposals.schemas import ProposalCreate
from api.proposals.trial_schemas import Collision, MissingField, Preview, Trial
from api.redline import redline
from api.terms.schemas import TermContent
from api.versioning import next_number
from db.proposals import Proposal
from db.session import Transaction
from db.vocabulary import ProposalStatus


def try_proposal(tx: Transaction, caller: Caller, body: ProposalCreate) -> Trial:
    """Tell what a proposal would collide with and change; raises what creating it would."""
    proposal = check_draft(tx, caller, body)
    versions = TARGETS[proposal.target_type].versions(tx, proposal.target_id)
    base = versions.get(proposal.base_version or "")
    found = [
        Collision(kind="proposal", pointer="/target/id", detail=_told(like.status), proposal=like)
        for like in resembling(tx, proposal, caller)
    ]
    if isinstance(body.content, TermContent):
        found += collisions(tx, proposal.target_id, body.content, base)
    lacking = [MissingField(**fault.as_json()) for fault in missing_in(proposal.target_type, proposal)]
    return Trial(valid=True, collisions=found, missing=lacking, preview=_preview(proposal, list(versions), base))


def _told(status: ProposalStatus) -> str:
    return "a like proposal was rejected" if status == ProposalStatus.REJECTED else f"a like proposal is {status}"


def _preview(proposal: Proposal, numbers: list[str], base: dict[str, object] | None) -> Preview | None:
    if proposal.content is None:
        return None
    number = next_number(numbers[-1] if numbers else None, proposal.change_kind)
    return Preview(version=number, changes=redline(base, proposal.content))

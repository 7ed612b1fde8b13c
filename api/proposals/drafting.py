"""Draft a proposal, and change its working text."""

from typing import Any

import uuid_utils.compat as uuid
from sqlmodel import Session

from api import clock
from api.dependencies import check_revision
from api.errors import Conflict, Forbidden, Unprocessable, invalid
from api.identity.authenticate import Caller
from api.identity.authors import AUTHOR_KEY, author_of
from api.proposals import rules
from api.proposals.kinds import TARGETS
from api.proposals.progress import tell_owner, touch
from api.proposals.rebasing import rebase
from api.proposals.schemas import ProposalCreate, ProposalUpdate, ProposedContent
from api.proposals.standing import check_scope, lock_visible, revision_for
from api.proposals.targets import Content, Target
from db.identity import find_instance_value
from db.proposals import Proposal, open_creation
from db.session import Transaction
from db.vocabulary import ProposalAction, ProposalStatus, TargetType


def create_proposal(tx: Transaction, caller: Caller, body: ProposalCreate) -> Proposal:
    """Draft a proposal for the caller's organisation."""
    proposal = check_draft(tx, caller, body)
    tx.add(proposal)
    tx.flush()
    tell_owner(tx, proposal, "proposal.drafted")
    return proposal


def check_draft(tx: Transaction, caller: Caller, body: ProposalCreate) -> Proposal:
    """Give the proposal that a body would make, or raise what is wrong with it; stores nothing."""
    check_scope(caller, body.target.type)
    target = TARGETS[body.target.type]
    now, proposal_id = clock.now(), str(uuid.uuid7())
    base = _base_of(tx, target, body.target.id, body.base_version)
    number = None
    if body.action == ProposalAction.CREATE:
        # One at a time in the whole installation: two at once would want the same id, or get the same number.
        find_instance_value(tx, AUTHOR_KEY, lock=True)
        _check_unused(tx, target, body.target.type, body.target.id)
        number = target.reserve(tx)
    if body.replaced_by is not None:
        target.check_replacement(tx, body.target.id, body.replaced_by)
    return Proposal(
        id=proposal_id,
        organisation=caller.organisation,
        author=author_of(tx, caller),
        target_type=body.target.type,
        target_id=body.target.id,
        action=body.action,
        base_version=body.base_version,
        reserved_number=number,
        change_kind=body.change_kind,
        title=body.title,
        reason=body.reason,
        content=_content(tx, target, body.target.id, body.content, base, proposal_id),
        replaced_by=body.replaced_by,
        status=ProposalStatus.DRAFT,
        revision=1,
        created_at=now,
        changed_at=now,
    )


def edit_proposal(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: ProposalUpdate
) -> Proposal:
    """Change the working text of a draft or a returned proposal.

    A content sent is written on `baseVersion`; without one, the text is merged onto another `baseVersion`.
    """
    proposal = lock_visible(tx, caller, proposal_id)
    if proposal.organisation != caller.organisation:
        raise Forbidden("Only the organisation that made the proposal may edit it.")
    check_scope(caller, proposal.target_type)
    check_revision(revision_for(proposal, caller), sent)
    rules.check_editable(proposal.status)
    _check_fits(proposal, body)
    target = TARGETS[proposal.target_type]
    number = body.base_version or proposal.base_version
    base = _base_of(tx, target, proposal.target_id, number)
    if body.replaced_by is not None:
        target.check_replacement(tx, proposal.target_id, body.replaced_by)
    if body.content is not None:
        proposal.content = _content(tx, target, proposal.target_id, body.content, base, proposal.id)
        proposal.base_version, proposal.rebased_from = number, None
    elif number is not None:
        rebase(tx, proposal, number)
    me = author_of(tx, caller)
    if me not in (proposal.author, *proposal.editors):
        proposal.editors = [*proposal.editors, me]
    proposal.sqlmodel_update(body.model_dump(exclude_unset=True, exclude={"content", "base_version"}))
    touch(proposal, clock.now())
    tell_owner(tx, proposal, "proposal.edited")
    return proposal


def _check_fits(proposal: Proposal, body: ProposalUpdate) -> None:
    """Refuse what the kind of proposal has no place for."""
    target, retires = TARGETS[proposal.target_type], proposal.action == ProposalAction.RETIRE
    if body.base_version is not None and proposal.action == ProposalAction.CREATE:
        raise invalid("/baseVersion", "base-version-of-new", "what is new has no baseVersion: leave it out")
    if body.content is not None and retires:
        raise invalid("/content", "content-of-retired", "what ends has no content: leave it out")
    if body.content is not None and not isinstance(body.content, target.schema):
        raise invalid("/content", "content-of-another-type", f"is the complete content of a {target.noun}")
    if body.replaced_by is not None and not retires:
        raise invalid("/replacedBy", "replaced-by-of-kept", "is for a term that is retired: leave it out")


def _base_of(session: Session, target: Target, target_id: str, number: str | None) -> Content | None:
    if number is None:
        return None
    versions = target.versions(session, target_id)
    if not versions:
        raise invalid("/target/id", f"unknown-{target.noun}", f"is not the id of a {target.noun}")
    if number not in versions:
        raise invalid("/baseVersion", "unknown-version", f"is not a version of the {target.noun}")
    return versions[number]


def _check_unused(tx: Transaction, target: Target, target_type: TargetType, target_id: str) -> None:
    if target.versions(tx, target_id):
        raise Conflict(f"The {target.noun} {target_id} exists: amend it instead.")
    if open_creation(tx, target_type, target_id) is not None:
        raise Conflict("An open proposal already wants this id.")


def _content(
    session: Session,
    target: Target,
    target_id: str,
    content: ProposedContent | None,
    base: dict[str, Any] | None,
    proposal_id: str,
) -> Content | None:
    if content is None:
        return None
    found = target.faults(session, target_id, content)
    if found:
        raise Unprocessable([fault.under("/content") for fault in found])
    return target.store(session, target_id, content, base, proposal_id)

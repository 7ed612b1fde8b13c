"""Changes of proposals: draft, edit, move, decide."""

from datetime import datetime
from typing import Any

import uuid_utils.compat as uuid
from sqlmodel import Session

from api import clock
from api.dependencies import check_revision
from api.errors import Conflict, Forbidden, NotFound, RoundRuleUnmet, Unprocessable, VersionMoved, invalid
from api.events.record import record
from api.guidelines import rules as guideline_rules
from api.guidelines.publishing import GuidelineChange, publish_guideline, repeal_guideline
from api.guidelines.schemas import GuidelineContent, dump
from api.identity.authenticate import Caller
from api.identity.authors import AUTHOR_KEY, author_of
from api.proposals import rules
from api.proposals.rules import Action, Standing
from api.proposals.schemas import ProposalCreate, ProposalDecision, ProposalUpdate, Transition
from db.canonical import content_hash
from db.guidelines import (
    CountyDecision,
    GuidelineVersion,
    find_guideline,
    guideline_versions,
    highest_number,
    lock_guideline,
)
from db.identity import find_instance_value
from db.proposals import (
    Proposal,
    ProposalSubmission,
    highest_reserved_number,
    last_submissions,
    lock_proposal,
    open_creation,
)
from db.session import Transaction
from db.terms import known_terms
from db.vocabulary import Outcome, ProposalAction, ProposalStatus, TargetType


def create_proposal(tx: Transaction, caller: Caller, body: ProposalCreate) -> Proposal:
    """Draft a proposal for the caller's organisation."""
    _check_scope(caller)
    now, proposal_id = clock.now(), str(uuid.uuid7())
    base = _base_of(tx, body.target.id, body.base_version)
    number = None
    if body.action == ProposalAction.CREATE:
        # One at a time in the whole installation: two at once would want the same id, or get the same number.
        find_instance_value(tx, AUTHOR_KEY, lock=True)
        _check_unused(tx, body.target.id)
        number = max(highest_number(tx), highest_reserved_number(tx)) + 1
    proposal = Proposal(
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
        content=_content(tx, body.content, base, proposal_id),
        status=ProposalStatus.DRAFT,
        revision=1,
        created_at=now,
        changed_at=now,
    )
    tx.add(proposal)
    tx.flush()
    _tell_owner(tx, proposal, "proposal.drafted")
    return proposal


def edit_proposal(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: ProposalUpdate
) -> Proposal:
    """Change the working text of a draft or a returned proposal."""
    proposal = _locked(tx, caller, proposal_id)
    if proposal.organisation != caller.organisation:
        raise Forbidden("Only the organisation that made the proposal may edit it.")
    _check_scope(caller)
    check_revision(revision_for(proposal, caller), sent)
    rules.check_editable(proposal.status)
    changes = body.model_dump(exclude_unset=True, exclude={"content"})
    if body.base_version is not None and proposal.action == ProposalAction.CREATE:
        raise invalid("/baseVersion", "base-version-of-new", "a new guideline has no baseVersion: leave it out")
    if body.content is not None and proposal.action == ProposalAction.RETIRE:
        raise invalid("/content", "content-of-retired", "a guideline that ends has no content: leave it out")
    base = _base_of(tx, proposal.target_id, body.base_version or proposal.base_version)
    if body.content is not None:
        changes["content"] = _content(tx, body.content, base, proposal.id)
    me = author_of(tx, caller)
    if me not in (proposal.author, *proposal.editors):
        proposal.editors = [*proposal.editors, me]
    proposal.sqlmodel_update(changes)
    _touch(proposal, clock.now())
    _tell_owner(tx, proposal, "proposal.edited")
    return proposal


def move_proposal(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: Transition
) -> Proposal:
    """Submit, return or withdraw a proposal."""
    proposal = _locked(tx, caller, proposal_id)
    check_revision(revision_for(proposal, caller), sent)
    following = rules.after(proposal.status, body.action, standing_of(tx, proposal, caller))
    if body.action == Action.SUBMIT:
        _freeze_submission(tx, proposal)
    _reach(tx, proposal, following, body.reason, {"reason": body.reason}, caller.organisation)
    return proposal


def decide_proposal(
    tx: Transaction, caller: Caller, proposal_id: str, sent: frozenset[int] | None, body: ProposalDecision
) -> tuple[Proposal, CountyDecision]:
    """Record the county's decision; an approval publishes the next version in the same transaction."""
    proposal = _locked(tx, caller, proposal_id)
    check_revision(revision_for(proposal, caller), sent)
    action = Action.APPROVE if body.outcome == Outcome.APPROVED else Action.REJECT
    following = rules.after(proposal.status, action, standing_of(tx, proposal, caller))
    if action == Action.APPROVE and body.override is None:
        raise RoundRuleUnmet("The proposal has been through no referral round.")
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
    _reach(tx, proposal, following, body.reason, told, caller.organisation)
    return proposal, decision


def standing_of(session: Session, proposal: Proposal, caller: Caller | None) -> Standing:
    """Tell how a caller stands to a proposal."""
    if caller is None:
        return Standing()
    return Standing(
        owns=caller.organisation == proposal.organisation and _may_propose(caller),
        wrote=author_of(session, caller) in (proposal.author, *proposal.editors),
        moderates="proposals:moderate" in caller.scopes,
        decides="proposals:decide" in caller.scopes,
    )


def revision_for(proposal: Proposal, caller: Caller | None) -> int:
    """Give the revision that a reader knows: edits of a returned text count for its own organisation only."""
    owns = caller is not None and caller.organisation == proposal.organisation
    return proposal.revision if owns else proposal.public_revision


def visible_to(proposal: Proposal, caller: Caller | None) -> bool:
    """Tell whether a proposal exists for this reader: until it is submitted, only for its own."""
    return proposal.submissions > 0 or (caller is not None and caller.organisation == proposal.organisation)


def _may_propose(caller: Caller) -> bool:
    return "guidelines:propose" in caller.scopes


def _check_scope(caller: Caller) -> None:
    if not _may_propose(caller):
        raise Forbidden("The token lacks the scope guidelines:propose.")


def _locked(tx: Transaction, caller: Caller, proposal_id: str) -> Proposal:
    proposal = lock_proposal(tx, proposal_id)
    if proposal is None or not visible_to(proposal, caller):
        raise NotFound("No proposal has this id.")
    return proposal


def _base_of(tx: Transaction, guideline_id: str, number: str | None) -> dict[str, Any] | None:
    if number is None:
        return None
    if find_guideline(tx, guideline_id) is None:
        raise invalid("/target/id", "unknown-guideline", "is not the id of a guideline")
    for version in guideline_versions(tx, [guideline_id]):
        if version.number == number:
            return version.content
    raise invalid("/baseVersion", "unknown-version", "is not a version of the guideline")


def _check_unused(tx: Transaction, guideline_id: str) -> None:
    if find_guideline(tx, guideline_id) is not None:
        raise Conflict(f"The guideline {guideline_id} exists: amend it instead.")
    if open_creation(tx, TargetType.GUIDELINE, guideline_id) is not None:
        raise Conflict("An open proposal already wants this id.")


def _content(
    tx: Transaction, content: GuidelineContent | None, base: dict[str, Any] | None, proposal_id: str
) -> dict[str, Any] | None:
    if content is None:
        return None
    found = guideline_rules.faults(content, known_terms(tx, content.terms))
    if found:
        raise Unprocessable([fault.under("/content") for fault in found])
    return dump(guideline_rules.with_keys(content, base, proposal_id))


def _freeze_submission(tx: Transaction, proposal: Proposal) -> None:
    proposal.submissions += 1
    tx.add(
        ProposalSubmission(
            proposal_id=proposal.id,
            number=proposal.submissions,
            base_version=proposal.base_version,
            change_kind=proposal.change_kind,
            title=proposal.title,
            reason=proposal.reason,
            content=proposal.content,
            content_hash=content_hash(proposal.content),
            submitted_at=clock.now(),
        )
    )
    tx.flush()


def _publish(
    tx: Transaction, proposal: Proposal, decision: CountyDecision, body: ProposalDecision, now: datetime
) -> str | None:
    """Publish the submitted text, or repeal; gives the number of the new version."""
    text = last_submissions(tx, [proposal])[proposal.id]
    in_force_from = decision.in_force_from
    if in_force_from is None:
        msg = "an approval tells inForceFrom"
        raise RuntimeError(msg)
    if proposal.action != ProposalAction.CREATE:
        _check_base_is_newest(tx, proposal.target_id, text)
    if proposal.action == ProposalAction.RETIRE:
        repeal_guideline(tx, proposal.target_id, decision, in_force_from, now)
        return None
    change = GuidelineChange(
        guideline_id=proposal.target_id,
        content=GuidelineContent.model_validate(text.content),
        kind=text.change_kind,
        note=body.change_note or {"sv": text.reason},
        in_force_from=in_force_from,
        number=proposal.reserved_number,
    )
    version: GuidelineVersion = publish_guideline(tx, change, decision, now)
    return version.number


def _check_base_is_newest(tx: Transaction, guideline_id: str, text: ProposalSubmission) -> None:
    # Locked before it is asked: two approvals at once would both find the text that they build on.
    lock_guideline(tx, guideline_id)
    newest = guideline_versions(tx, [guideline_id])[-1].number
    if text.base_version != newest:
        raise VersionMoved(
            f"The proposal builds on {text.base_version} and the newest version is {newest}.",
            baseVersion=text.base_version,
            newestVersion=newest,
        )


def _reach(
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
    _touch(proposal, now)
    if proposal.submissions == 0:
        _tell_owner(tx, proposal, f"proposal.{following}")
        return
    proposal.public_revision, proposal.public_changed_at = proposal.revision, now
    text = last_submissions(tx, [proposal])[proposal.id]
    data = {
        "id": proposal.id,
        "organisation": proposal.organisation,
        "target": {"type": proposal.target_type, "id": proposal.target_id},
        "action": proposal.action,
        "baseVersion": text.base_version,
        "changeKind": text.change_kind,
        "title": text.title,
        "contentHash": text.content_hash,
        **told,
    }
    record(tx, f"proposal.{following}", f"proposals/{proposal.id}", by, data)


def _touch(proposal: Proposal, now: datetime) -> None:
    proposal.revision += 1
    proposal.changed_at = now


def _tell_owner(tx: Transaction, proposal: Proposal, kind: str) -> None:
    data = {"id": proposal.id, "revision": proposal.revision, "title": proposal.title}
    record(tx, kind, f"proposals/{proposal.id}", proposal.organisation, data, stream=proposal.organisation)

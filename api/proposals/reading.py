"""Proposals as one reader may see them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from api.errors import NotFound
from api.identity.authenticate import Caller
from api.proposals.completeness import missing_in
from api.proposals.decision_schemas import DecisionRead, Override
from api.proposals.inspection_schemas import SubmissionHead, SubmissionLinks, SubmissionRead
from api.proposals.kinds import TARGETS
from api.proposals.resembling import resembling
from api.proposals.rules import ENDED, Standing, allowed, may_become_deviation
from api.proposals.schemas import ProposalCreated, ProposalLinks, ProposalRead
from api.proposals.standing import revision_for, standings_of, visible_to
from api.schemas import Link
from db.canonical import content_hash
from db.guidelines import CountyDecision
from db.proposals import Proposal, ProposalSubmission, find_proposal, last_submissions
from db.vocabulary import ProposalAction


def find_visible(session: Session, proposal_id: str, caller: Caller | None) -> Proposal:
    """Load a proposal; raises NotFound for what this reader may not know of, in the same words."""
    proposal = find_proposal(session, proposal_id)
    if proposal is None or not visible_to(proposal, caller):
        raise NotFound("No proposal has this id.")
    return proposal


def text_for(session: Session, proposal: Proposal, caller: Caller | None) -> Proposal | ProposalSubmission:
    """Give the text that a reader sees: its own working text, or what was submitted last."""
    if caller is not None and caller.organisation == proposal.organisation:
        return proposal
    return last_submissions(session, [proposal])[proposal.id]


def present_proposals(
    session: Session, proposals: Sequence[Proposal], caller: Caller | None, api_url: str
) -> list[ProposalRead]:
    submissions = last_submissions(session, proposals)
    return [
        _present(proposal, submissions.get(proposal.id), standing, caller, api_url)
        for proposal, standing in zip(proposals, standings_of(session, proposals, caller), strict=True)
    ]


def present_proposal(session: Session, proposal: Proposal, caller: Caller | None, api_url: str) -> ProposalRead:
    return present_proposals(session, [proposal], caller, api_url)[0]


def present_created(session: Session, proposal: Proposal, caller: Caller, api_url: str) -> ProposalCreated:
    shown = present_proposal(session, proposal, caller, api_url)
    return ProposalCreated(**dict(shown), resembles=resembling(session, proposal, caller))


def present_decision(proposal: Proposal, decision: CountyDecision) -> DecisionRead:
    return DecisionRead(
        proposal=proposal.id,
        published_version=proposal.published_version,
        override=Override(reason=decision.override_reason) if decision.override_reason else None,
        **decision.model_dump(exclude={"id", "proposal_id", "organisation", "override_reason"}),
    )


def _present(
    proposal: Proposal,
    submission: ProposalSubmission | None,
    standing: Standing,
    caller: Caller | None,
    api_url: str,
) -> ProposalRead:
    own = caller is not None and caller.organisation == proposal.organisation
    text = proposal if own or submission is None else submission
    kind = TARGETS[proposal.target_type]
    address = f"{api_url}/proposals/{proposal.id}"
    creates = proposal.action == ProposalAction.CREATE and proposal.published_version is None
    target = None if creates else Link(href=f"{api_url}/{kind.path}/{proposal.target_id}", rel="related")
    decisions = Link(href=f"{api_url}/municipalities/{proposal.organisation}/decisions", rel="related")
    deviates = may_become_deviation(proposal.status, proposal.target_type, proposal.action, proposal.organisation)
    return ProposalRead.model_validate(
        {
            "id": proposal.id,
            "organisation": proposal.organisation,
            "status": proposal.status,
            "statusReason": proposal.status_reason,
            "target": {"type": proposal.target_type, "id": proposal.target_id},
            "action": proposal.action,
            "number": proposal.reserved_number,
            "baseVersion": text.base_version,
            "rebasedFrom": text.rebased_from,
            "changeKind": text.change_kind,
            "title": text.title,
            "reason": text.reason,
            "content": kind.schema.model_validate(text.content) if text.content is not None else None,
            "replacedBy": text.replaced_by,
            "contentHash": _hash_of(text),
            "revision": revision_for(proposal, caller),
            "submittedAt": submission.submitted_at if submission else None,
            "changedAt": proposal.changed_at if own else proposal.public_changed_at,
            "missing": [fault.as_json() for fault in missing_in(proposal.target_type, text)],
            "publishedVersion": proposal.published_version,
            "allowedTransitions": allowed(proposal.status, standing),
            "_links": ProposalLinks(
                self=Link(href=address, rel="self"),
                diff=Link(href=f"{address}/diff", rel="related"),
                preview=None if proposal.status in ENDED else Link(href=f"{address}/preview", rel="related"),
                impact=Link(href=f"{address}/impact", rel="related"),
                comments=Link(href=f"{address}/comments", rel="related"),
                submissions=Link(href=f"{address}/submissions", rel="version-history") if submission else None,
                target=target,
                deviation=decisions if deviates else None,
            ),
        }
    )


def _hash_of(text: Proposal | ProposalSubmission) -> str | None:
    if text.content is None:
        return None
    return text.content_hash if isinstance(text, ProposalSubmission) else content_hash(text.content)


def present_submission_head(submission: ProposalSubmission, api_url: str) -> SubmissionHead:
    return SubmissionHead(**_told_of(submission, api_url))


def present_submission(proposal: Proposal, submission: ProposalSubmission, api_url: str) -> SubmissionRead:
    content, schema = submission.content, TARGETS[proposal.target_type].schema
    return SubmissionRead(
        content=schema.model_validate(content) if content is not None else None,
        replaced_by=submission.replaced_by,
        **_told_of(submission, api_url),
    )


def _told_of(submission: ProposalSubmission, api_url: str) -> dict[str, Any]:
    address = f"{api_url}/proposals/{submission.proposal_id}"
    return {
        **submission.model_dump(exclude={"proposal_id", "content", "replaced_by", "content_hash"}),
        "content_hash": _hash_of(submission),
        "links": SubmissionLinks(
            self=Link(href=f"{address}/submissions/{submission.number}", rel="self"),
            proposal=Link(href=address, rel="up"),
        ),
    }

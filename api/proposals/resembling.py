"""Like proposals: what is open, and what was rejected, when, why and by which body."""

from collections.abc import Sequence

from sqlmodel import Session

from api.identity.authenticate import Caller
from api.proposals.trial_schemas import Resemblance
from api.swedish import fold
from db.guidelines import decisions_on
from db.proposals import Proposal, last_submissions, like_proposals, words_of_creations
from db.vocabulary import LabelKind, ProposalAction, TargetType


def resembling(session: Session, proposal: Proposal, caller: Caller) -> list[Resemblance]:
    """List proposals on the same target, or for the same word, that are open or were rejected, newest first.

    Only what this caller may see; a word that others propose is known from what they have submitted.
    """
    ids = {proposal.target_id, *_targets_of_same_word(session, proposal)}
    return _told(session, like_proposals(session, proposal.target_type, ids, caller.organisation, proposal.id))


def _targets_of_same_word(session: Session, proposal: Proposal) -> list[str]:
    if (proposal.target_type, proposal.action) != (TargetType.TERM, ProposalAction.CREATE) or not proposal.content:
        return []
    wanted = _preferred(proposal.content["labels"])
    return [target_id for target_id, labels in words_of_creations(session) if wanted & _preferred(labels)]


def _preferred(labels: Sequence[dict[str, str]]) -> set[tuple[str, str]]:
    return {(label["language"], fold(label["value"])) for label in labels if label["kind"] == LabelKind.PREFERRED}


def _told(session: Session, proposals: Sequence[Proposal]) -> list[Resemblance]:
    submissions = last_submissions(session, proposals)
    decisions = decisions_on(session, [proposal.id for proposal in proposals])
    found = []
    for proposal in proposals:
        decision, submission = decisions.get(proposal.id), submissions.get(proposal.id)
        found.append(
            Resemblance(
                id=proposal.id,
                organisation=proposal.organisation,
                status=proposal.status,
                action=proposal.action,
                title=(submission or proposal).title,
                decided_on=decision.decided_on if decision else None,
                body=decision.body if decision else None,
                reason=decision.reason if decision else None,
            )
        )
    return found

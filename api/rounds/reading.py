"""Rounds and statements as everybody may read them."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from api import clock
from api.errors import NotFound
from api.proposals.kinds import TARGETS
from api.rounds.schemas import Condition, Lacking, RoundLinks, RoundRead, StatementRead, TallyRead
from api.rounds.tally import Tally, tally
from api.schemas import Link
from db.proposals import Proposal, ProposalSubmission, find_submission
from db.rounds import Answer, ReferralRound, Told, counted_answers, find_round, told_statements
from db.vocabulary import TargetType


def find_round_of(session: Session, proposal: Proposal, number: int) -> ReferralRound:
    """Load a round of a proposal that the caller may see; raises NotFound."""
    found = find_round(session, proposal.id, number)
    if found is None:
        raise NotFound("The proposal has no round with this number.")
    return found


def tally_of(session: Session, asked: ReferralRound) -> Tally:
    return _tally(asked, counted_answers(session, asked.proposal_id, [asked.number])[asked.number])


def present_rounds(
    session: Session, proposal: Proposal, rounds: Sequence[ReferralRound], api_url: str
) -> list[RoundRead]:
    answers = counted_answers(session, proposal.id, [asked.number for asked in rounds])
    return [_present(asked, _tally(asked, answers[asked.number]), api_url) for asked in rounds]


def present_round(session: Session, asked: ReferralRound, api_url: str) -> RoundRead:
    return _present(asked, tally_of(session, asked), api_url)


def present_tally(result: Tally) -> TallyRead:
    return TallyRead(
        **{position.value: count for position, count in result.positions.items()},
        unanswered=list(result.unanswered),
        rule_met=result.rule_met,
        missing=result.missing,
        lacks=[
            Lacking.model_validate(
                {"code": lack.code, "organisations": list(lack.organisations), "en": lack.en, "sv": lack.sv}
            )
            for lack in result.lacks
        ],
        conditions=[Condition(organisation=code, condition=condition) for code, condition in result.conditions],
    )


def present_statement(asked: ReferralRound, told: Told) -> StatementRead:
    return StatementRead(
        **told.statement.model_dump(
            include={"id", "organisation", "position", "reason", "condition", "stated_at"},
        ),
        provision_comments=told.statement.provision_comments,
        late=is_late(asked, told),
        counted=told.counted,
        superseded_by=told.superseded_by,
    )


def is_late(asked: ReferralRound, told: Told) -> bool:
    """Tell whether an answer came after the last day, as it stands now: an extension makes up for it."""
    return clock.day_of(told.statement.stated_at) > asked.closes_on


def find_told(session: Session, asked: ReferralRound, statement_id: str) -> Told:
    """Load one statement with what has become of it; raises NotFound."""
    for told in told_statements(session, asked.proposal_id, asked.number):
        if told.statement.id == statement_id:
            return told
    raise NotFound("The round has no statement with this id.")


def referred_text(session: Session, asked: ReferralRound) -> ProposalSubmission:
    """Load the text that a round refers."""
    text = find_submission(session, asked.proposal_id, asked.submission)
    if text is None:
        msg = "a round refers a submitted text"
        raise RuntimeError(msg)
    return text


def referred_provisions(
    session: Session, proposal: Proposal, text: ProposalSubmission
) -> dict[str, dict[str, Any] | None]:
    """Give the provisions that may be commented on, by number: those of the text, then those that it takes away.

    A provision that is taken away has no text.
    """
    if proposal.target_type != TargetType.GUIDELINE:
        return {}
    found: dict[str, dict[str, Any] | None] = {
        provision["number"]: provision for provision in (text.content or {}).get("provisions", [])
    }
    base = TARGETS[proposal.target_type].versions(session, proposal.target_id).get(text.base_version or "", {})
    return found | {each["number"]: None for each in base.get("provisions", []) if each["number"] not in found}


def _tally(asked: ReferralRound, answers: Sequence[Answer]) -> Tally:
    return tally(asked.invited, answers, asked.decision_rule, asked.quorum)


def _present(asked: ReferralRound, result: Tally, api_url: str) -> RoundRead:
    proposal = f"{api_url}/proposals/{asked.proposal_id}"
    address = f"{proposal}/rounds/{asked.number}"
    return RoundRead.model_validate(
        {
            **asked.model_dump(exclude={"proposal_id", "submission"}),
            "proposal": asked.proposal_id,
            "tally": present_tally(result),
            "links": RoundLinks(
                self=Link(href=address, rel="self"),
                proposal=Link(href=proposal, rel="up"),
                statements=Link(href=f"{address}/statements", rel="related"),
                sheet=Link(href=f"{address}/sheet", rel="related"),
            ),
        }
    )

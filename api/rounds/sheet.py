"""The answers of a round on one sheet: of the whole, and provision by provision."""

from typing import Annotated

from fastapi import Depends, Request, Response
from sqlmodel import Session

from api.edge.context import context_of
from api.pages.sheets import sheet_page
from api.rounds.reading import is_late, present_tally, referred_provisions, referred_text, tally_of
from api.rounds.schemas import Sheet, SheetAnswer, SheetComment, SheetProvision
from api.rounds.workbook import workbook
from api.workbooks import XLSX
from db.organisations import names_of
from db.proposals import Proposal
from db.rounds import ReferralRound, Told, told_statements

_FORMS = {"text/html": "html", XLSX: "xlsx"}


def asked_form(request: Request) -> str:
    """Tell in which form the sheet is asked for, by `format` or else by the Accept header."""
    context_of(request.scope).negotiated = True
    accepted = request.headers.get("accept", "")
    by_header = next((form for media, form in _FORMS.items() if accepted.startswith(media)), "json")
    return request.query_params.get("format") or by_header


AskedForm = Annotated[str, Depends(asked_form)]


def collate(session: Session, proposal: Proposal, asked: ReferralRound) -> Sheet:
    """Put together what counts in a round, and what is each organisation's last word where that came too late."""
    told = told_statements(session, proposal.id, asked.number)
    shown = sorted(
        (each for each in told if each.counted or each.superseded_by is None),
        key=lambda each: (each.statement.organisation, each.statement.number),
    )
    names = names_of(session, asked.invited)
    text = referred_text(session, asked)
    result = present_tally(tally_of(session, asked))
    return Sheet(
        proposal=proposal.id,
        round=asked.number,
        title=text.title,
        closes_on=asked.closes_on,
        closed_at=asked.closed_at,
        decision_rule=asked.decision_rule,
        content_hash=asked.content_hash,
        tally=result,
        answers=[_answer(asked, each, names) for each in shown],
        unanswered=[names[code] for code in result.unanswered],
        provisions=[
            SheetProvision(
                provision=number,
                text=provision["text"] if provision else None,
                comments=[comment for each in shown for comment in _comments(each, number, names)],
            )
            for number, provision in referred_provisions(session, proposal, text).items()
        ],
    )


def in_form(form: str, sheet: Sheet) -> Sheet | Response:
    """Give the sheet as JSON, as a workbook, or as a page."""
    if form == "html":
        return sheet_page(sheet)
    if form == "xlsx":
        name = f"remissvar-{sheet.proposal}-{sheet.round}.xlsx"
        return Response(
            workbook(sheet), headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=XLSX
        )
    return sheet


def _answer(asked: ReferralRound, told: Told, names: dict[str, str]) -> SheetAnswer:
    return SheetAnswer(
        **told.statement.model_dump(include={"organisation", "position", "reason", "condition", "stated_at"}),
        name=names[told.statement.organisation],
        late=is_late(asked, told),
        counted=told.counted,
        superseded=told.superseded_by is not None,
    )


def _comments(told: Told, number: str, names: dict[str, str]) -> list[SheetComment]:
    return [
        SheetComment(
            organisation=told.statement.organisation,
            name=names[told.statement.organisation],
            position=told.statement.position,
            counted=told.counted,
            text=comment["text"],
            proposed_text=comment["proposedText"],
        )
        for comment in told.statement.provision_comments
        if comment["provision"] == number
    ]

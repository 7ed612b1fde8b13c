"""The answer sheet of a referral round, to read and to print."""

from starlette.responses import HTMLResponse

from api.pages.rendering import render
from api.rounds.schemas import Sheet


def sheet_page(sheet: Sheet) -> HTMLResponse:
    """Show all answers of a round."""
    return render("sheet.html", sheet=sheet)

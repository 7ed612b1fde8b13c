"""The answer sheet as a workbook (Office Open XML): what others wrote stays text, whatever it begins with."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from api.clock import day_of
from api.pages import words
from api.rounds.schemas import Sheet

# The same sheet is the same bytes, so that its ETag stays: no clock is read.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WIDTHS = (14, 18, 22, 60, 60, 12, 12)
_ANSWERS = ("Kommun", "Namn", "Svar", "Skäl", "Villkor", "Datum", "Räknas")
_PROVISIONS = ("Bestämmelse", "Namn", "Svar", "Kommentar", "Förslag till text", "Räknas")

if TYPE_CHECKING:
    import xlsxwriter

Row = Sequence[str | None]


def workbook(sheet: Sheet) -> bytes:
    """Write the sheet: the answers, the comments on provisions, and how it stands."""
    # Only here: few processes ever write one, and it would be 16 MB in each.
    import xlsxwriter  # noqa: PLC0415

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Remissvar: {sheet.title}"[:255], "created": _MADE})
        _write(book, "Svar", _ANSWERS, _answers(sheet))
        _write(book, "Bestämmelser", _PROVISIONS, _comments(sheet))
        _write(book, "Läge", ("Uppgift", "Värde"), _standing(sheet))
    return out.getvalue()


def _write(book: "xlsxwriter.Workbook", name: str, heads: Sequence[str], rows: Iterable[Row]) -> None:
    page = book.add_worksheet(name)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, width in enumerate(_WIDTHS[: len(heads)]):
        page.set_column(column, column, width)
    for line, row in enumerate((heads, *rows)):
        for column, text in enumerate(row):
            if text is not None:
                page.write_string(line, column, text, wrapped if line else bold)
    page.freeze_panes(1, 0)


def _answers(sheet: Sheet) -> Iterable[Row]:
    for each in sheet.answers:
        day = str(day_of(each.stated_at))
        position, counted = words.POSITION[each.position], words.COUNTED[each.counted]
        yield (each.organisation, each.name, position, each.reason, each.condition, day, counted)


def _comments(sheet: Sheet) -> Iterable[Row]:
    for provision in sheet.provisions:
        for each in provision.comments:
            position, counted = words.POSITION[each.position], words.COUNTED[each.counted]
            yield (provision.provision, each.name, position, each.text, each.proposed_text, counted)


def _standing(sheet: Sheet) -> Iterable[Row]:
    tally = sheet.tally
    yield ("Förslag", sheet.title)
    yield ("Beslutsregel", words.RULE[sheet.decision_rule])
    yield ("Sista svarsdag", str(sheet.closes_on))
    for position, count in zip(
        words.POSITION.values(), (tally.support, tally.support_with_changes, tally.abstain, tally.oppose), strict=True
    ):
        yield (position, str(count))
    yield ("Har inte svarat", ", ".join(sheet.unanswered))
    yield ("Regeln är uppfylld", words.COUNTED[tally.rule_met])
    for lack in tally.lacks:
        yield ("Fattas", lack.sv)
    yield ("Kontrollsumma för texten", sheet.content_hash)

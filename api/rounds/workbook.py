"""The answer sheet of a referral round as a workbook."""

from collections.abc import Iterable, Sequence

from api.clock import day_of
from api.pages import words
from api.rounds.schemas import Sheet
from api.workbooks import Table, write_workbook

_WIDTHS = (14, 18, 22, 60, 60, 12)
_ANSWERS = ("Kommun", "Namn", "Svar", "Skäl", "Villkor", "Datum", "Räknas")
_PROVISIONS = ("Bestämmelse", "Namn", "Svar", "Kommentar", "Förslag till text", "Räknas")

Row = Sequence[str | None]


def workbook(sheet: Sheet) -> bytes:
    """Write the sheet: the answers, the comments on provisions, and how it stands."""
    return write_workbook(
        f"Remissvar: {sheet.title}",
        [
            Table("Svar", _WIDTHS, _ANSWERS, _answers(sheet)),
            Table("Bestämmelser", _WIDTHS, _PROVISIONS, _comments(sheet)),
            Table("Läge", _WIDTHS, ("Uppgift", "Värde"), _standing(sheet)),
        ],
    )


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

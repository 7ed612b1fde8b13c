"""The collated answers: JSON, a workbook in which texts stay texts, a page to print; and what reading them costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import ZipFile

import python_calamine
from sqlalchemy import event
from sqlmodel import select

from api import clock
from api.edge.context import Topic
from api.workbooks import XLSX
from db.organisations import municipalities
from db.rounds import ReferralRound, Statement
from db.session import reading, transaction
from db.vocabulary import Position
from tests.conftest import County
from tests.pages.outline import Outline
from tests.pages.test_redline import texts
from tests.proposals.acts import amendment, content_of
from tests.rounds.acts import close, referred, state

HOSTILE = '=HYPERLINK("https://evil.example";"x")'
SCRIPT = "<script>alert(1)</script>"


def answered(county: County) -> str:
    """Refer a text that takes a provision away, and have it answered by two; gives the round's address."""
    content = content_of(county)
    taken_away = content["provisions"].pop()["number"]
    address = referred(county, amendment(county, content=content))
    comments = [
        {"provision": "1.4", "text": "@SUM(1)", "proposedText": HOSTILE},
        {"provision": taken_away, "text": "+1 Behåll den."},
    ]
    body = {"position": "support_with_changes", "reason": HOSTILE, "provisionComments": comments}
    state(county, address, "2262", body).raise_for_status()
    state(county, address, "2260", {"position": "oppose", "reason": SCRIPT, "condition": "-1+1"}).raise_for_status()
    return f"{address}/rounds/1"


def test_the_sheet_puts_what_is_said_of_a_provision_together(county: County) -> None:
    address = answered(county)
    sheet = county.get(f"{address}/sheet").json()
    assert [(each["organisation"], each["name"]) for each in sheet["answers"]] == [("2260", "Ånge"), ("2262", "Timrå")]
    assert (sheet["unanswered"], sheet["tally"]["missing"]) == (
        ["Härnösand", "Sundsvall"],
        "one objection stands: 2260",
    )
    said = {each["provision"]: each for each in sheet["provisions"] if each["comments"]}
    kept, taken_away = said.values()
    assert list(said) == ["1.4", sheet["provisions"][-1]["provision"]]
    assert [comment["proposedText"] for comment in kept["comments"]] == [HOSTILE]
    assert (taken_away["text"], taken_away["comments"][0]["text"]) == (None, "+1 Behåll den.")


def test_the_workbook_holds_the_same_and_no_formulas(county: County) -> None:
    address = answered(county)
    answer = county.get(f"{address}/sheet?format=xlsx")
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"].endswith('-1.xlsx"')
    assert county.get(f"{address}/sheet", accept=XLSX).content == answer.content
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(answer.content))
    answers, provisions, standing = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [row[:5] for row in answers[1:]] == [
        ["2260", "Ånge", "Avstyrker", SCRIPT, "-1+1"],
        ["2262", "Timrå", "Tillstyrker med ändringar", HOSTILE, ""],
    ]
    assert [row[3:5] for row in provisions[1:]] == [["@SUM(1)", HOSTILE], ["+1 Behåll den.", ""]]
    assert ["Fattas", "en invändning står kvar: 2260"] in standing
    assert b"<f>" not in b"".join(_parts(answer.content))
    # Made again, of the same answers, it is the same.
    county.app.state.cache.drop([Topic.PROPOSALS])
    assert county.get(f"{address}/sheet?format=xlsx", if_none_match=answer.headers["etag"]).status_code == 304


def _parts(content: bytes) -> Iterator[bytes]:
    with ZipFile(BytesIO(content)) as archive:
        yield from (archive.read(name) for name in archive.namelist())


def test_the_page_is_read_and_printed_and_shows_texts_as_texts(county: County) -> None:
    address = answered(county)
    for answer in (county.get(f"{address}/sheet?format=html"), county.get(f"{address}/sheet", accept="text/html")):
        assert answer.headers["vary"].startswith("Accept-Encoding, Accept")
        outline = Outline(answer.text)
        assert outline.faults == []
        assert not outline.all("script")
        shown = texts(answer.text)
        assert "Remissvar: Tydligare ord om ändringar" in shown
        assert "Regeln är inte uppfylld." in shown
        assert "Härnösand, Sundsvall" in shown
        assert f"Ånge: Avstyrker {clock.today().day}" in shown
        assert SCRIPT in shown
        assert "Förslaget tar bort bestämmelsen." in shown
    close(county, address.removesuffix("/rounds/1")).raise_for_status()
    assert "Omgången avslutades" in texts(county.get(f"{address}/sheet?format=html").text)
    assert county.get(f"{address}/sheet?format=pdf").status_code == 422


@contextmanager
def counting(county: County) -> Iterator[list[str]]:
    """Note the statements that reads send to the database."""
    seen: list[str] = []
    engine = county.app.state.database.reader

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_queries_is_the_same_for_one_answer_and_for_290(county: County) -> None:
    address = answered(county)
    paths = [
        f"{address.removesuffix('/1')}?limit=100",
        address,
        f"{address}/statements?limit=1",
        f"{address}/statements?limit=100",
        f"{address}/sheet",
    ]

    def counts() -> list[int]:
        # What was written is taken in by whoever asks first.
        county.get(address)
        found = []
        for path in paths:
            with counting(county) as seen:
                county.get(path).raise_for_status()
            found.append(len(seen))
        return found

    few = counts()
    _let_all_answer(county)
    state(county, address.removesuffix("/rounds/1"), "2281").raise_for_status()
    assert county.get(f"{address}/statements").json()["_meta"]["totalRecords"] > 290
    assert counts() == few
    assert max(few) < 10


def _let_all_answer(county: County) -> None:
    """Have each municipality of the country invited and answered, as no county is large enough for."""
    with reading(county.app.state.database) as session:
        codes = [each.code for each in municipalities(session)]
    with transaction(county.app.state.database) as tx:
        [asked] = tx.exec(select(ReferralRound))
        asked.invited = codes
        taken = set(tx.exec(select(Statement.organisation)))
        for place, code in enumerate(code for code in codes if code not in taken):
            tx.add(
                Statement(
                    proposal_id=asked.proposal_id,
                    round_number=1,
                    organisation=code,
                    number=1,
                    id=f"{place:036}",
                    position=Position.SUPPORT,
                    provision_comments=[],
                    while_open=True,
                    stated_at=clock.now(),
                )
            )

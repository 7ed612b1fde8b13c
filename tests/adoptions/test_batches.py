"""Decision sync by the thousand: each item is judged by itself, whatever else comes with it."""

import io
import random
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import httpx2
import pytest
import xlsxwriter

from api.tables import CSV, XLSX
from tests.adoptions.test_sync import body, ends, forget
from tests.conftest import County
from tests.edge.desk import check_problem

BATCHES = "/municipalities/2281/decision-batches"


def item(number: int, revision: int = 1, **others: Any) -> dict[str, Any]:
    return body(revision, externalId=f"KS-{number}") | others


def send(county: County, items: Sequence[Any], **options: Any) -> httpx2.Response:
    sent = {"source": "platina", "items": items, **options}
    return county.send("POST", BATCHES, sent, county.token("2281", "integrator"))


def send_file(county: County, content: bytes, kind: str = CSV) -> httpx2.Response:
    return county.raw("POST", BATCHES, content, county.token("2281", "coordinator"), content_type=kind)


def results(answer: httpx2.Response) -> list[str]:
    return [each["result"] for each in answer.raise_for_status().json()["results"]]


def faults(answer: httpx2.Response) -> list[tuple[str, str]]:
    """Give pointer and code of all that is wrong, row by row."""
    problems = [each["problem"] for each in answer.raise_for_status().json()["results"] if each["problem"]]
    return [(fault["pointer"], fault["code"]) for problem in problems for fault in problem["errors"]]


def stored(county: County) -> int:
    total: int = county.get("/municipalities/2281/decisions?limit=1").json()["_meta"]["totalRecords"]
    return total


def test_each_item_is_judged_by_itself(county: County) -> None:
    send(county, [item(1, 5), item(2, 5), item(3, 5)])
    answer = send(
        county,
        [
            item(1, 5),
            item(2, 6, reason="Ett nytt skäl."),
            item(3, 4),
            item(4),
            item(4, 2, reason="Samma post igen."),
            item(5, version="9.0"),
            {"externalId": "KS-1", "retracted": True, "sourceRevision": 6},
            "nonsense",
            item(3, 5, reason="Samma revision, ett annat skäl."),
            {**item(6), "okänt": 1},
        ],
    )
    assert results(answer) == [
        *("unchanged", "updated", "stale", "created", "updated", "rejected", "updated"),
        *("rejected", "rejected", "rejected"),
    ]
    told = answer.json()
    assert told["summary"] == {"created": 1, "updated": 3, "unchanged": 1, "stale": 1, "rejected": 4}
    assert [each["index"] for each in told["results"]] == list(range(10))
    ids = [f"KS-{number}" for number in (1, 2, 3, 4, 4, 5, 1)]
    assert [each["externalId"] for each in told["results"]] == [*ids, None, "KS-3", "KS-6"]
    wrong = [each["problem"]["type"].rpartition("/")[2] for each in told["results"] if each["problem"]]
    assert wrong == ["invalid-input", "invalid-input", "source-revision-conflict", "invalid-input"]
    assert told["results"][5]["problem"]["errors"][0]["pointer"] == "/version"
    shown = county.get("/municipalities/2281/decisions/platina/KS-4").json()
    assert (shown["sourceRevision"], shown["reason"]) == (2, "Samma post igen.")


def test_of_an_atomic_batch_nothing_is_stored_when_one_item_is_wrong(county: County) -> None:
    send(county, [item(3, 2)])
    before = (stored(county), ends(county))
    wrong = [item(1), item(2, version="9.0"), item(3, 2, reason="Ett annat skäl.")]
    problem = check_problem(send(county, wrong, atomic=True), 422, "invalid-input")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/items/1/version", "unknown-version"),
        ("/items/2/sourceRevision", "source-revision-conflict"),
    ]
    assert (stored(county), ends(county)) == before
    assert results(send(county, [item(1), item(2)], atomic=True)) == ["created", "created"]


@pytest.mark.parametrize("how", ["body", "query"])
def test_a_dry_run_tells_the_same_and_stores_nothing(county: County, how: str) -> None:
    send(county, [item(1, 5)])
    before = (stored(county), ends(county), county.get("/events?limit=1").json()["_meta"])
    items = [item(1, 6), item(2), item(3, version="9.0")]
    if how == "body":
        tried = send(county, items, dryRun=True)
    else:
        token = county.token("2281", "integrator")
        tried = county.send("POST", f"{BATCHES}?dryRun=true", {"source": "platina", "items": items}, token)
    assert tried.json()["dryRun"] is True
    assert (stored(county), ends(county), county.get("/events?limit=1").json()["_meta"]) == before
    assert results(send(county, items)) == results(tried) == ["updated", "created", "rejected"]


def test_a_batch_that_is_sent_again_with_its_key_gets_the_first_answer(county: County) -> None:
    token, sent = county.token("2281", "integrator"), {"source": "platina", "items": [item(1), item(2)]}
    first = county.send("POST", BATCHES, sent, token, idempotency_key="night-1")
    again = county.send("POST", BATCHES, sent, token, idempotency_key="night-1")
    assert first.json() == again.json()
    assert results(again) == ["created", "created"]
    assert results(send(county, sent["items"])) == ["unchanged", "unchanged"]


def history(chance: random.Random) -> list[dict[str, Any]]:
    """Make messages on twenty decisions, some of them corrected, some withdrawn."""
    made = []
    for number in range(20):
        for revision in range(1, chance.randint(2, 4)):
            kind = chance.choice(["adopt", "under_review", "decline", "repeal"])
            day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            made.append(item(number, revision, kind=kind, decidedOn=day, validFrom=day, deviations=[]))
        if chance.random() < 0.3:
            made.append({"externalId": f"KS-{number}", "retracted": True, "sourceRevision": 9})
    return made


def test_any_order_repetition_and_overlap_of_batches_ends_in_the_same_bytes(county: County) -> None:
    chance = random.Random(7)
    messages, reached = history(chance), set()
    for _ in range(6):
        sent = [*messages, *chance.sample(messages, len(messages) // 2)]
        chance.shuffle(sent)
        while sent:
            length = chance.randint(1, 15)
            assert "rejected" not in results(send(county, sent[:length]))
            sent = sent[length:]
        reached.add(tuple(ends(county)))
        forget(county)
    assert len(reached) == 1


WRONG: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "no items": ({"source": "platina", "items": []}, ("/items", "too-short")),
    "1,001 items": ({"source": "platina", "items": [1] * 1_001}, ("/items", "too-long")),
    "no source": ({"items": [item(1)]}, ("/source", "missing")),
    "a source that is none": ({"source": "a b", "items": [item(1)]}, ("/source", "wrong-form")),
    "an unknown option": ({"source": "platina", "items": [item(1)], "force": True}, ("/force", "unknown-field")),
    "a word for true": ({"source": "platina", "items": [item(1)], "atomic": "yes"}, ("/atomic", "bool-type")),
    "items that are none": ({"source": "platina", "items": {"a": 1}}, ("/items", "list-type")),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_batch_that_is_wrong_as_a_whole_is_refused_as_a_whole(county: County, name: str) -> None:
    sent, expected = WRONG[name]
    before = stored(county)
    answer = county.send("POST", BATCHES, sent, county.token("2281", "integrator"))
    [fault] = check_problem(answer, 422, "invalid-input")["errors"]
    assert (fault["pointer"], fault["code"]) == expected
    assert stored(county) == before


def test_a_file_names_its_source_in_a_column_or_is_sent_by_hand(county: County) -> None:
    send_file(county, lines(HEAD, LINE))
    assert county.get("/municipalities/2281/decisions/manual/KS-1").status_code == 200
    named = lines(f"{HEAD};source", f"{LINE};evolution", f"{LINE.replace('KS-1', 'KS-2')};")
    assert results(send_file(county, named)) == ["created", "created"]
    assert county.get("/municipalities/2281/decisions/evolution/KS-2").status_code == 200
    several = lines(f"{HEAD};source", f"{LINE};evolution", f"{LINE};platina")
    problem = check_problem(send_file(county, several), 422, "invalid-input")
    [fault] = problem["errors"]
    assert (fault["pointer"], fault["code"]) == ("/source", "several-sources")
    assert "row 3" in fault["detail"]


def test_another_municipality_is_not_spoken_for(county: County) -> None:
    sent = {"source": "platina", "items": [item(1)]}
    for role in ("integrator", "coordinator"):
        answer = county.send("POST", BATCHES, sent, county.token("2260", role))
        check_problem(answer, 403, "forbidden")
    check_problem(county.send("POST", BATCHES, sent, county.token("2281", "editor")), 403, "forbidden")
    check_problem(county.send("POST", BATCHES, sent), 401, "unauthorized")


def test_ten_megabytes_are_taken_and_no_more(library: County) -> None:
    token = library.token("2281", "integrator")
    large = b'{"source": "platina", "dryRun": true, "items": ["' + b"x" * 4_000_000 + b'"]}'
    assert results(library.raw("POST", BATCHES, large, token)) == ["rejected"]
    check_problem(library.raw("POST", BATCHES, b" " * 10_000_001, token), 413, "payload-too-large")


HEAD = "externalId;guideline;version;kind;bodyType;body;decidedOn;sourceRevision"
LINE = "KS-1;gemensamt-sprak;1.0;adopt;kommunstyrelse;Kommunstyrelsen;2026-12-01;1"


def lines(*texts: str) -> bytes:
    return "\r\n".join((*texts, "")).encode()


SPELLINGS: dict[str, bytes] = {
    "Swedish Excel": b"\xef\xbb\xbf" + lines(HEAD, LINE),
    "commas": lines(HEAD, LINE).replace(b";", b","),
    "line feeds": lines(HEAD, LINE).replace(b"\r\n", b"\n"),
    "no end": lines(HEAD, LINE).rstrip(),
    "quoted": lines(HEAD, LINE.replace("adopt;", '"adopt";')),
    "empty lines and columns": lines(f"{HEAD};;", f"{LINE};;", ";" * 9, ""),
    "capitals and blanks": lines(HEAD.upper().replace(";", " ; "), LINE),
    "columns in another order": lines(
        "sourceRevision;decidedOn;body;bodyType;kind;version;guideline;externalId",
        "1;2026-12-01;Kommunstyrelsen;kommunstyrelse;adopt;1.0;gemensamt-sprak;KS-1",
    ),
}


def test_every_spelling_of_a_file_says_the_same(county: County) -> None:
    told = [results(send_file(county, content)) for content in SPELLINGS.values()]
    assert told == [["created"], *[["unchanged"]] * (len(SPELLINGS) - 1)]
    as_json = {name: value for name, value in item(1).items() if name in HEAD.split(";")} | {"kind": "adopt"}
    assert results(send(county, [as_json], source="manual")) == ["unchanged"]


def test_lines_with_the_same_id_add_deviations(county: County) -> None:
    head = f"{HEAD};deviationProvision;deviationMotive;deviationMeasure;deviationUntil"
    content = lines(
        head,
        f"{LINE.replace('adopt', 'adopt_with_changes')};1.3;Upphandling pågår.;E-post.;2027-12-31",
        "KS-1;;;;;;;;1.2;Rollen finns inte än;;",
        "KS-2;;;;;;;;1.2;Hör till inget beslut;;",
    )
    answer = send_file(county, content)
    assert results(answer) == ["created", "rejected"]
    assert [each["row"] for each in answer.json()["results"]] == [2, 4]
    shown = county.get("/municipalities/2281/decisions/manual/KS-1").json()
    assert [each["provision"] for each in shown["deviations"]] == ["1.3", "1.2"]
    assert shown["deviations"][0]["until"] == "2027-12-31"


def test_a_decision_is_withdrawn_by_a_line(county: County) -> None:
    send_file(county, lines(HEAD, LINE))
    for word, revision in (("SANT", 2), ("true", 3)):
        told = send_file(county, lines("externalId;retracted;sourceRevision", f"KS-1;{word};{revision}"))
        assert results(told) == ["updated"]
    assert county.get("/municipalities/2281/decisions/manual/KS-1").json()["retracted"] is True


BAD_ROWS: dict[str, tuple[str, tuple[str, str]]] = {
    "short": ("KS-1;gemensamt-sprak;1.0", ("", "short-row")),
    "long": (f"{LINE};x", ("", "long-row")),
    "a formula": (LINE.replace("1.0", '"=1+1"'), ("/version", "formula")),
    "an unknown guideline": (LINE.replace("gemensamt", "okand"), ("/guideline", "unknown-guideline")),
    "a comma in the version": (LINE.replace("1.0", "1,0"), ("/version", "wrong-form")),
    "an unknown kind": (LINE.replace("adopt", "antagen"), ("/kind", "unknown-value")),
    "no id": (LINE.replace("KS-1", ""), ("/externalId", "missing")),
    "a day that is none": (LINE.replace("2026-12-01", "1/12 2026"), ("/decidedOn", "not-a-day")),
    "a revision that is none": (LINE.removesuffix("1") + "ett", ("/sourceRevision", "int-type")),
    "a revision beyond all": (LINE.removesuffix("1") + "9" * 30, ("/sourceRevision", "int-type")),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_line_is_named_and_poisons_no_other(county: County, name: str) -> None:
    line, expected = BAD_ROWS[name]
    answer = send_file(county, lines(HEAD, line, LINE.replace("KS-1", "KS-2")))
    assert results(answer) == ["rejected", "created"]
    assert answer.json()["results"][0]["row"] == 2
    assert faults(answer) == [expected]


BAD_FILES: dict[str, tuple[bytes, tuple[str, str]]] = {
    "empty": (b"", ("/header", "missing-column")),
    "no lines": (lines(HEAD), ("/items", "too-short")),
    "Latin-1": (lines(HEAD, LINE, LINE.replace("1.0", "å")).replace("å".encode(), b"\xe5"), ("", "not-utf-8")),
    "an unknown column": (lines(f"{HEAD};diarienummer", f"{LINE};1"), ("/header/8", "unknown-column")),
    "a column twice": (lines(f"{HEAD};KIND", f"{LINE};adopt"), ("/header/8", "repeated-column")),
    "no id": (lines("guideline;version", "a;1.0"), ("/header", "missing-column")),
    "an open quotation": (lines(HEAD, '"KS-1;gemensamt-sprak'), ("", "not-csv")),
    "1,001 lines": (lines(HEAD, *[LINE] * 1_001), ("/items", "too-long")),
    "far too many columns": (lines(";".join(["kolumn"] * 60_000)), ("/header", "too-many-columns")),
    "far too many lines": (lines(HEAD, *[";" * 7] * 10_001), ("", "too-many-rows")),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(county: County, name: str) -> None:
    content, expected = BAD_FILES[name]
    before = stored(county)
    problem = check_problem(send_file(county, content), 422, "invalid-input")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [expected]
    if name == "Latin-1":
        assert "row 3" in problem["errors"][0]["detail"]
    assert stored(county) == before


@pytest.mark.parametrize("kind", ["text/csv; charset=iso-8859-1", "text/plain", "application/zip"])
def test_other_media_types_are_refused(library: County, kind: str) -> None:
    answer = send_file(library, lines(HEAD, LINE), kind)
    check_problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept"] == f"application/json, {CSV}, {XLSX}"


def test_a_compressed_file_is_refused_as_such(library: County) -> None:
    by = library.token("2281", "coordinator")
    answer = library.raw("POST", BATCHES, lines(HEAD, LINE), by, content_type=CSV, content_encoding="gzip")
    assert "compressed" in check_problem(answer, 415, "unsupported-media-type")["detail"]


def workbook(rows: Iterable[Sequence[Any]], write: Callable[[Any, Any], None] | None = None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(number, place, cell, *([day] if isinstance(cell, datetime) else []))
        if write is not None:
            write(book, page)
    return out.getvalue()


def edited(content: bytes, left_out: bytes) -> bytes:
    """Write a workbook once more, without some of its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w") as made:
        for name in book.namelist():
            made.writestr(name, book.read(name).replace(left_out, b""))
    return out.getvalue()


def test_a_workbook_says_the_same_as_the_file(county: County) -> None:
    cells: list[Any] = [*LINE.split(";")]
    send_file(county, lines(HEAD, LINE))
    cells[6:] = [datetime(2026, 12, 1), 1]  # noqa: DTZ001  (as a workbook has it)
    assert results(send_file(county, workbook([HEAD.split(";"), cells]), XLSX)) == ["unchanged"]
    cells[2] = 1.0
    assert results(send_file(county, workbook([HEAD.split(";"), cells]), XLSX)) == ["unchanged"]
    cells[2] = 1.1
    answer = send_file(county, workbook([HEAD.split(";"), cells]), XLSX)
    assert faults(answer) == [("/version", "not-a-text")]


BAD_WORKBOOKS: dict[str, tuple[bytes, str]] = {
    "CSV": (lines(HEAD, LINE), "not-a-workbook"),
    "an archive that is cut off": (workbook([HEAD.split(";"), LINE.split(";")])[:-40], "not-a-workbook"),
    "one cell in the last corner": (
        workbook([HEAD.split(";")], lambda _book, page: page.write(1_048_575, 16_383, "x")),
        "too-large",
    ),
    "too many rows": (workbook([HEAD.split(";"), *[LINE.split(";")] * 10_001]), "too-many-rows"),
    "one long text that four hundred cells tell": (workbook([HEAD.split(";"), *[["å" * 32_000]] * 400]), "too-large"),
    "an error in a cell": (
        workbook([HEAD.split(";")], lambda _book, page: page.write_formula(1, 0, "=A1/0", value="#DIV/0!")),
        "error-cell",
    ),
    "a formula without a value": (
        edited(
            workbook([HEAD.split(";")], lambda _book, page: page.write_formula(1, 0, "=A1", value="7")), b"<v>7</v>"
        ),
        "error-cell",
    ),
}


def test_a_formula_counts_by_its_value(county: County) -> None:
    cells = LINE.split(";")
    book = workbook([HEAD.split(";"), cells], lambda _book, page: page.write_formula(1, 5, '="K"', value="Nämnden"))
    assert results(send_file(county, book, XLSX)) == ["created"]
    [decision] = county.get("/municipalities/2281/decisions?limit=1").json()["items"]
    assert "Nämnden" in (decision["body"], decision["bodyType"])


@pytest.mark.parametrize("name", BAD_WORKBOOKS)
def test_a_workbook_that_cannot_be_read_is_refused(library: County, name: str) -> None:
    content, code = BAD_WORKBOOKS[name]
    problem = check_problem(send_file(library, content, XLSX), 422, "invalid-input")
    assert [fault["code"] for fault in problem["errors"]] == [code]


def test_a_decision_is_written_in_by_hand_and_corrected_at_its_address(county: County) -> None:
    token, sent = county.token("2281", "coordinator"), body(1)
    del sent["sourceRevision"]
    made = county.send("POST", "/municipalities/2281/decisions", sent, token)
    assert (made.status_code, made.json()["result"]) == (201, "created")
    decision = made.json()["decision"]
    assert (decision["source"], decision["sourceRevision"]) == ("manual", 1)
    address = made.headers["location"]
    corrected = county.client.put(address, json=body(2, reason="Rättat."), headers={"Authorization": f"Bearer {token}"})
    assert corrected.json()["result"] == "updated"
    other = county.token("2260", "coordinator")
    check_problem(county.send("POST", "/municipalities/2281/decisions", sent, other), 403, "forbidden")


def test_every_revision_is_kept_and_read_word_for_word(county: County) -> None:
    send(county, [item(1, 3), item(1, 5, reason="Ett nytt skäl."), item(1, 4)])
    send(county, [{"externalId": "KS-1", "retracted": True, "sourceRevision": 9}])
    shown = county.get("/municipalities/2281/decisions/platina/KS-1/revisions").json()
    assert [each["sourceRevision"] for each in shown["items"]] == [9, 5, 3]
    assert shown["items"][0]["record"] == {"retracted": True, "sourceRevision": 9}
    assert shown["items"][1]["record"]["reason"] == "Ett nytt skäl."
    check_problem(county.get("/municipalities/2281/decisions/platina/KS-2/revisions"), 404, "not-found")

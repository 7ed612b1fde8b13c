"""Decision sync over HTTP: again and again, in any order, to the same end."""

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from db.vocabulary import AdoptionStatus
from tests.conftest import County
from tests.examples import DECISION, DECISION_BODY
from tests.proposals.acts import amendment, approved, content_of

RETRACTION = {"retracted": True, "sourceRevision": 8}


def body(revision: int, **others: Any) -> dict[str, Any]:
    return DECISION_BODY | {"sourceRevision": revision} | others


def put(county: County, sent: dict[str, Any], address: str = DECISION) -> Any:
    return county.send("PUT", address, sent, county.token("2281", "integrator"))


def ends(county: County) -> Sequence[bytes]:
    paths = ("/adoptions?limit=100", "/adoption-matrix?asOf=2027-06-01", "/municipalities/2281/decisions?limit=100")
    return [county.get(path).content for path in paths]


def test_a_decision_is_created_then_unchanged_then_updated(county: County) -> None:
    created = put(county, body(7))
    assert (created.status_code, created.json()["result"]) == (201, "created")
    assert county.client.get(created.headers["location"]).json() == created.json()["decision"]
    again = put(county, body(7))
    assert (again.status_code, again.json()["result"]) == (200, "unchanged")
    newer = put(county, body(9, reason="Ett nytt skäl."))
    assert (newer.status_code, newer.json()["result"]) == (200, "updated")
    assert county.get(DECISION).json()["reason"] == "Ett nytt skäl."


def test_what_changes_nothing_tells_no_event(county: County) -> None:
    put(county, body(7))
    before = county.get("/events?limit=1").json()["_meta"]
    for sent in (body(7), body(3), body(7)):
        put(county, sent)
    assert county.get("/events?limit=1").json()["_meta"] == before


def test_an_older_source_revision_is_stale_and_changes_nothing(county: County) -> None:
    put(county, body(7))
    before = ends(county)
    stale = put(county, body(6, reason="Ett äldre skäl."))
    assert (stale.status_code, stale.json()["result"]) == (200, "stale")
    assert ends(county) == before


def test_the_same_revision_with_another_content_is_a_conflict(county: County) -> None:
    put(county, body(7))
    answer = put(county, body(7, reason="Ett annat skäl."))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/source-revision-conflict")


def test_a_retraction_that_comes_before_its_record_is_remembered(county: County) -> None:
    assert put(county, RETRACTION).json()["result"] == "created"
    assert put(county, body(7)).json()["result"] == "stale"
    shown = county.get(DECISION).json()
    assert (shown["retracted"], shown["guideline"]) == (True, None)


def test_any_order_and_repetition_ends_in_the_same_bytes(county: County) -> None:
    history = [body(1), body(2, kind="adopt", deviations=[]), {"retracted": True, "sourceRevision": 3}, body(4)]
    reached = set()
    for number, order in enumerate(permutations(history)):
        address = f"/municipalities/2281/decisions/s/{number}"
        for sent in (*order, order[0]):
            assert put(county, sent, address).status_code in (200, 201)
        shown = {key: value for key, value in county.get(address).json().items() if key not in ("id", "externalId")}
        reached.add(repr(shown))
    assert len(reached) == 1


# Three decisions of one municipality, the last of them withdrawn, as messages of two sources.
HISTORY: list[tuple[str, dict[str, Any]]] = [
    ("platina/a", body(1, kind="adopt", deviations=[], decidedOn="2026-12-01", validUntil="2027-06-30")),
    ("manual/b", body(1, kind="extend", deviations=[], validFrom="2027-01-01", validUntil="2028-12-31")),
    ("platina/c", body(1, kind="repeal", deviations=[], decidedOn="2027-02-01", validFrom="2027-03-01")),
    ("platina/c", {"retracted": True, "sourceRevision": 2}),
]


def test_every_order_of_a_history_ends_in_the_same_bytes(county: County) -> None:
    reached = set()
    for order in permutations(HISTORY):
        for address, sent in (*order, order[1]):
            answer = put(county, sent, f"/municipalities/2281/decisions/{address}")
            assert answer.status_code in (200, 201), answer.text
        reached.add(tuple(ends(county)))
        forget(county)
    assert len(reached) == 1


def forget(county: County) -> None:
    """Take the county back to before the history; the next change lets caches know."""
    ours = "SELECT id FROM decision WHERE source IN ('platina', 'manual')"
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text(f"DELETE FROM decision_revision WHERE decision_id IN ({ours})"))
        connection.execute(sa.text("DELETE FROM decision WHERE source IN ('platina', 'manual')"))


def test_what_stands_in_the_contract_is_taken_word_for_word(county: County) -> None:
    sent = """{"guideline": "gemensamt-sprak", "version": "1.0", "kind": "adopt_with_changes",
 "bodyType": "kommunstyrelse", "body": "Kommunstyrelsen", "decidedOn": "2026-12-01",
 "paragraph": "§ 141", "recordNumber": "KS 2026/42", "validFrom": "2027-01-01", "validUntil": null,
 "legalForceOn": null, "reviewDue": "2028-01-01", "minutesUrl": null,
 "reason": "…", "deviations": [{"provision": "1.3", "motive": "…", "measure": "…", "until": "2027-12-31"}],
 "sourceRevision": 7}"""
    token = county.token("2281", "integrator")
    results = [county.raw("PUT", DECISION, sent.encode(), token).json()["result"] for _ in range(2)]
    assert results == ["created", "unchanged"]
    shown = county.get(DECISION).json()
    # What was left out is shown as null.
    shown["deviations"] = [{k: v for k, v in each.items() if v is not None} for each in shown["deviations"]]
    for name, value in json.loads(sent).items():
        assert shown[name] == value, name
    retracted = county.raw("PUT", DECISION, b'{"retracted": true, "sourceRevision": 8}', token)
    assert (retracted.status_code, retracted.json()["result"]) == (200, "updated")


def test_absent_and_null_are_the_same(county: County) -> None:
    put(county, body(7, minutesUrl=None))
    short = {name: value for name, value in body(7).items() if value is not None}
    assert put(county, short).json()["result"] == "unchanged"
    assert put(county, dict(reversed(short.items()))).json()["result"] == "unchanged"


def test_the_adopted_text_may_be_named_by_its_hash(county: County) -> None:
    version = county.get("/guidelines/gemensamt-sprak/versions/1.0").json()
    assert put(county, body(7, contentHash=version["contentHash"])).json()["result"] == "created"
    assert county.get(DECISION).json()["contentHash"] == version["contentHash"]


def test_the_example_of_the_contract_is_adopted_from_its_day(county: County) -> None:
    put(county, DECISION_BODY)
    cell = {"municipality": "2281", "guideline": "gemensamt-sprak", "status": "adopted_with_changes", "version": "1.0"}
    matrix = county.get("/adoption-matrix?asOf=2027-02-01").json()
    assert matrix["asOf"] == "2027-02-01"
    more = {"versionStatus": "current", "decidedOn": "2026-12-01", "decision": DECISION.strip("/")}
    assert cell | more in matrix["cells"]
    shown = county.get("/municipalities/2281/adoptions?asOf=2027-02-01").json()["items"][0]
    assert (shown["since"], shown["decision"]["externalId"]) == ("2027-01-01", "KS-2026-0042")


def test_the_seeded_matrix_shows_every_status(library: County) -> None:
    cells = library.get("/adoption-matrix?asOf=2026-11-24").json()["cells"]
    assert len(cells) == 7 * 8
    assert {cell["status"] for cell in cells} == {str(status) for status in AdoptionStatus}


def test_the_matrix_as_csv_says_the_same_as_json(library: County) -> None:
    answer = library.get("/adoption-matrix?asOf=2026-11-24", accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[0].startswith("asOf,municipality,municipalityName,guideline,title,status,version")
    cells = library.get("/adoption-matrix?asOf=2026-11-24").json()["cells"]
    assert len(lines) == 1 + len(cells)
    assert library.get("/adoption-matrix?asOf=2026-11-24&format=csv").text == answer.text


def test_a_cell_of_the_csv_is_never_a_formula(county: County) -> None:
    content = content_of(county) | {"title": {"sv": '=HYPERLINK("https://example.org","Klicka")'}}
    approved(county, amendment(county, content=content))
    [line] = [
        line for line in county.get("/adoption-matrix?format=csv").text.splitlines() if "2281" in line and "=HY" in line
    ]
    assert """,gemensamt-sprak,"'=HYPERLINK(""" in line


def test_a_day_is_shown_as_it_is_known_now(county: County) -> None:
    guideline = "tillganglighet-och-delaktighet"  # on which the seed has 2262 decide nothing

    def cell(day: str) -> tuple[str, str | None]:
        cells = county.get(f"/adoption-matrix?asOf={day}").json()["cells"]
        return next(
            (each["status"], each["decidedOn"])
            for each in cells
            if (each["municipality"], each["guideline"]) == ("2262", guideline)
        )

    earlier = DECISION_BODY | {"guideline": guideline, "validFrom": "2026-02-01", "decidedOn": "2026-01-15"}
    late = earlier | {"kind": "adopt", "deviations": []}
    assert cell("2026-02-01") == ("not_started", None)
    county.send(
        "PUT", "/municipalities/2262/decisions/s/1", late, county.token("2262", "integrator")
    ).raise_for_status()
    assert [cell("2026-01-31"), cell("2026-02-01")] == [("not_started", None), ("adopted", "2026-01-15")]


@pytest.mark.parametrize(("day", "expected"), [("2025-12-31", 0), ("2026-01-01", 56)])
def test_a_guideline_is_in_the_matrix_from_its_first_day(library: County, day: str, expected: int) -> None:
    assert len(library.get(f"/adoption-matrix?asOf={day}").json()["cells"]) == expected


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown guideline": ({"guideline": "finns-inte"}, "/guideline", "unknown-guideline"),
    "an unknown version": ({"version": "7.0"}, "/version", "unknown-version"),
    "an unknown provision": (
        {"deviations": [{"provision": "9.9", "motive": "x"}]},
        "/deviations/0/provision",
        "unknown-provision",
    ),
    "another text's checksum": ({"contentHash": "sha256:" + "0" * 64}, "/contentHash", "wrong-content-hash"),
    "an end before the start": ({"validUntil": "2026-12-31"}, "", "ends-before-start"),
    "an unknown kind": ({"kind": "antaget"}, "/kind", "unknown-value"),
    "a day that is none": ({"decidedOn": "2026-02-30"}, "/decidedOn", "not-a-day"),
    "a day with a time": ({"decidedOn": "2026-02-03T00:00:00Z"}, "/decidedOn", "not-a-day"),
    "a day as a number": ({"decidedOn": 1}, "/decidedOn", "not-a-day"),
    "a paragraph over length": ({"paragraph": "§" * 41}, "/paragraph", "too-long"),
    "an extension without an end": ({"kind": "extend", "deviations": []}, "", "missing-valid-until"),
    "deviations of a plain adoption": ({"kind": "adopt"}, "", "deviations-without-changes"),
}


@pytest.mark.parametrize(("changed", "pointer", "code"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_and_nothing_is_stored(
    county: County, changed: dict[str, Any], pointer: str, code: str
) -> None:
    answer = put(county, DECISION_BODY | changed)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert county.get(DECISION).status_code == 404


def test_nobody_speaks_for_another_municipality(county: County) -> None:
    answer = county.send("PUT", DECISION, DECISION_BODY, county.token("2260", "integrator"))
    assert answer.status_code == 403
    assert "2260" in answer.json()["detail"]
    assert county.get(DECISION).status_code == 404

"""Fields and parameters that are not as they should be: each is pointed at, with a code, and nothing is stored."""

import json
from typing import Any

import pytest

from tests.conftest import County
from tests.edge.desk import MARK, Desk, check_problem
from tests.proposals.acts import amendment

# The write, the field's pointer, what stands there as raw JSON, and the code; a longer pointer is what is told.
FIELDS = """
record /sourceRevision true int-type
record /sourceRevision "12" int-type
record /sourceRevision 1e3 int-type
record /sourceRevision 7.0 int-type
record /sourceRevision null int-type
record /sourceRevision -1 greater-than-equal
record /sourceRevision 9007199254740992 less-than-equal
record /body 12 string-type
record /body true string-type
record /body "" too-short
record /body "\\u00a0" blank
record /body "zqxmark\\u0007" unprintable-character
record /body "zqxmark\\u202e" unprintable-character
record /body "zqxmark\\u2066" unprintable-character
record /body "zqxmark\\u200f" unprintable-character
record /body "zqxmark\\u0085" unprintable-character
record /body "zqxmark\\uffff" unprintable-character
record /body "zqxmark\\n" line-break
record /body [200] too-long
record /paragraph [40] too-long
record /recordNumber [80] too-long
record /reason [10000] too-long
record /reason 1 string-type
record /guideline "Zqxmark" wrong-form
record /guideline "zqxmark" unknown-guideline
record /version "9.9" unknown-version
record /version "1" wrong-form
record /version "01.0" wrong-form
record /version 1.0 string-type
record /decidedOn "2026-02-30" not-a-day
record /decidedOn "2026-02-01T00:00:00Z" not-a-day
record /decidedOn "20260201" not-a-day
record /decidedOn 1769904000 not-a-day
record /decidedOn "1899-12-31" day-out-of-range
record /decidedOn "2200-01-01" day-out-of-range
record /minutesUrl "javascript:alert(zqxmark)" wrong-form
record /contentHash "zqxmark" wrong-form
record /contentHash "sha256:[64]" wrong-content-hash
record /deviations {} list-type
record /deviations/0/provision "9.9" unknown-provision
record /deviations/0/provision "zqxmark" wrong-form
record /deviations/0/motive null string-type
record /deviations/0/until "" not-a-day
record /retracted "false" bool-type
record /retracted null bool-type
create /target/type "zqxmark" unknown-value
create /target/id "Zqxmark" wrong-form
create /target/id "zqxmark" unknown-guideline
create /target [] model-attributes-type
create /baseVersion "9.9" unknown-version
create /baseVersion 1.0 string-type
create /title 12 string-type
create /title [200] too-long
create /title "zqxmark\\u202d" unprintable-character
create /reason [10000] too-long
create /content/title "zqxmark" dict-type
create /content/title {} too-short
create /content/title/sv "zqxmark\\u061c" unprintable-character
create /content/title/xx "zqxmark" unknown-language
create /content/terms ["zqxmark"] /content/terms/0 unknown-term
create /content/terms ["digitalisering","digitalisering"] /content/terms/1 repeated-term
create /content/targetGroups ["staff","staff"] /content/targetGroups/1 repeated-group
create /content/provisions [] too-short
create /content/provisions/1/number "1.1" repeated-number
create /content/provisions/1/number 1.2 string-type
create /content/provisions/1/number "zqxmark" wrong-form
create /content/provisions/0/key "zqxmark" wrong-form
create /content/reviewIntervalMonths true int-type
create /content/reviewIntervalMonths "12" int-type
create /content/reviewIntervalMonths 1e1 int-type
create /content/reviewIntervalMonths 0 greater-than-equal
create /content/reviewIntervalMonths 121 less-than-equal
edit /baseVersion "9.9" unknown-version
move /reason 12 string-type
move /reason "zqxmark\\u2069" unprintable-character
move /reason [10000] too-long
decide /body [200] too-long
decide /decidedOn "zqxmark" not-a-day
decide /decidedOn "1899-12-31" day-out-of-range
decide /decidedOn "2062-02-10" day-too-far
decide /reason null string-type
decide /reason "" too-short
decide /reason [10000] too-long
decide /inForceFrom "2026-13-01" not-a-day
decide /inForceFrom "2025-12-31" before-newest-version
decide /inForceFrom "2062-03-01" day-too-far
decide /changeNote {} too-short
decide /override true model-attributes-type
decide /override/reason 1 string-type
edit /title 12 string-type
edit /title [200] too-long
edit /title "zqxmark\\u202e" unprintable-character
edit /content 7 model-attributes-type
edit /changeKind "zqxmark" unknown-value
"""
# Where a word of a closed list is meant, the answer lists the words.
WORDS = """
record /kind adopt under_review
record /bodyType kommunfullmaktige tjansteperson
create /action create retire
create /changeKind major minor
create /content/documentType policy rutin
create /content/provisions/0/modality ska kan
create /content/targetGroups/0 politicians staff
move /action submit withdraw
decide /outcome approved rejected
"""


def spoilt(body: dict[str, Any], pointer: str, raw: str) -> bytes:
    """Put raw JSON at a place of a body; `[40]` is a text of one character more than that."""
    *parents, last = pointer.split("/")[1:]
    copy = json.loads(json.dumps(body))
    place: Any = copy
    for name in parents:
        place = place[int(name) if isinstance(place, list) else name]
    place[int(last) if isinstance(place, list) else last] = "@@"
    if raw.startswith("[") and raw[1:-1].isdigit():
        raw = json.dumps(MARK.ljust(int(raw[1:-1]) + 1, "x"))
    return json.dumps(copy).replace('"@@"', raw.replace("[64]", "0" * 64)).encode()


def test_a_wrong_field_is_pointed_at_and_nothing_stored(desk: Desk, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for row in FIELDS.strip().splitlines():
        with subtests.test(row):
            name, pointer, *rest, code = row.split(" ")
            told = rest.pop() if len(rest) > 1 else pointer
            answer = desk.send(name, spoilt(desk.writes[name].body, pointer, rest[0]))
            faults = check_problem(answer, 422, "invalid-input")["errors"]
            assert [(fault["pointer"], fault["code"]) for fault in faults] == [(told, code)], faults
    assert desk.seen() == earlier


def test_an_unknown_word_is_answered_by_the_known_ones(desk: Desk, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for row in WORDS.strip().splitlines():
        name, pointer, first, last = row.split(" ")
        for raw in ('"zqxmark"', '"ADOPT"', "7", "null", "true", '""'):
            with subtests.test(f"{row} {raw}"):
                answer = desk.send(name, spoilt(desk.writes[name].body, pointer, raw))
                [fault] = check_problem(answer, 422, "invalid-input")["errors"]
                assert fault["pointer"] in (pointer, "")
                assert first in fault["detail"], fault
                assert last in fault["detail"], fault
    assert desk.seen() == earlier


# What belongs together: the write, what is changed, and the code at no field of its own.
TOGETHER: list[tuple[str, dict[str, Any], str]] = [
    ("create", {"action": "create"}, "base-version-of-new"),
    ("create", {"baseVersion": None}, "missing-base-version"),
    ("create", {"action": "retire"}, "content-of-retired"),
    ("create", {"content": None}, "missing-content"),
    ("move", {"action": "return"}, "missing-reason"),
    ("decide", {"inForceFrom": None}, "missing-in-force-from"),
    ("record", {"validUntil": "2026-12-31"}, "ends-before-start"),
    ("record", {"kind": "extend", "deviations": []}, "missing-valid-until"),
    ("record", {"kind": "adopt"}, "deviations-without-changes"),
]


@pytest.mark.parametrize(
    ("name", "changes", "code"), TOGETHER, ids=lambda value: value if isinstance(value, str) else ""
)
def test_fields_that_do_not_go_together_are_told(desk: Desk, name: str, changes: dict[str, Any], code: str) -> None:
    earlier = desk.seen()
    answer = desk.send(name, json.dumps(desk.writes[name].body | changes).encode())
    assert [fault["code"] for fault in check_problem(answer, 422, "invalid-input")["errors"]] == [code]
    assert desk.seen() == earlier


@pytest.mark.parametrize("raw", ["0", "0.0"])
def test_zero_is_not_false(county: County, raw: str) -> None:
    token = county.token("2281", "integrator")
    body = f'{{"guideline": "gemensamt-sprak", "version": "1.0", "kind": "adopt", "bodyType": "namnd", "body": "N", \
"decidedOn": "2026-01-01", "sourceRevision": 1, "retracted": {raw}}}'
    answer = county.raw("PUT", "/municipalities/2281/decisions/a/1", body.encode(), token)
    check_problem(answer, 422, "invalid-input")


QUERIES = """
/terms?page=0 page greater-than-equal
/terms?page=-1 page greater-than-equal
/terms?page=1000001 page less-than-equal
/terms?page=9223372036854775808 page less-than-equal
/terms?page=1e3 page int-parsing
/terms?page=true page int-parsing
/terms?page= page int-parsing
/terms?limit=0 limit greater-than-equal
/terms?limit=101 limit less-than-equal
/terms?limit=zqxmark limit int-parsing
/terms?q= q too-short
/terms?status=zqxmark status unknown-value
/terms?domain=ZQXMARK domain wrong-form
/terms?language=zqxmark language wrong-form
/terms?unheard=zqxmark unheard unknown-field
/terms?Limit=5 Limit unknown-field
/terms/digitalisering/versions?limit=0 limit greater-than-equal
/domains?page=0 page greater-than-equal
/suggestions q missing
/suggestions?q=a&limit=51 limit less-than-equal
/suggestions?q=a&unheard=zqxmark unheard unknown-field
/guidelines?limit=101 limit less-than-equal
/guidelines?unheard=zqxmark unheard unknown-field
/guidelines/gemensamt-sprak/versions?page=0 page greater-than-equal
/guidelines/gemensamt-sprak/versions/1.0/diff?from=zqxmark from wrong-form
/proposals?status=zqxmark status unknown-value
/proposals?targetType=zqxmark targetType unknown-value
/proposals?target_type=guideline target_type unknown-field
/proposals?organisation=zqxmark organisation wrong-form
/municipalities?county=2281 county wrong-form
/municipalities/2281/decisions?page=0 page greater-than-equal
/municipalities/2281/adoptions?asOf=zqxmark asOf not-a-day
/adoptions?asOf=2026-02-30 asOf not-a-day
/adoptions?municipality=22811 municipality wrong-form
/adoptions?status=zqxmark status unknown-value
/adoption-matrix?format=zqxmark format unknown-value
/adoption-matrix?asOf=2026-02-01T00:00 asOf not-a-day
/events?after=-1 after greater-than-equal
/events?after=9223372036854775808 after less-than-equal
/events?limit=1001 limit less-than-equal
/events?kinds=zqxmark kinds wrong-form
/events?kinds=*.* kinds wrong-form
/events?stream=zqxmark stream wrong-form
/events?stream=2281%00 stream wrong-form
"""


def test_a_wrong_parameter_is_pointed_at(library: County, subtests: pytest.Subtests) -> None:
    for row in QUERIES.strip().splitlines():
        with subtests.test(row):
            path, name, code = row.split(" ")
            [fault] = check_problem(library.get(path), 422, "invalid-input")["errors"]
            assert (fault["pointer"], fault["code"]) == (f"/query/{name}", code)


@pytest.mark.parametrize("value", ["1.0", "%201", "%2B1", "1_0", "1&page=2"])
def test_a_page_is_written_in_one_way(library: County, value: str) -> None:
    assert library.get(f"/terms?page={value}").status_code == 422


def test_what_a_search_is_asked_for_is_never_an_error(library: County) -> None:
    for text in ("%00", "%ED%A0%80", "%FF", "%F0%9F%92%A9", "%5C", "%25", "x" * 200):
        assert library.get(f"/terms?q={text}").status_code == 200, text
        assert library.get(f"/suggestions?q={text}").status_code == 200, text


def test_at_most_fifty_faults_are_told(county: County) -> None:
    body = amendment(county)
    body["content"]["provisions"] = [{"number": "1"}] * 100
    answer = county.send("POST", "/proposals", body, county.token("2281"))
    assert len(check_problem(answer, 422, "invalid-input")["errors"]) == 50


def test_null_is_no_way_to_leave_a_field_as_it_is(desk: Desk) -> None:
    for field in ("title", "reason", "changeKind", "baseVersion", "content"):
        check_problem(desk.send("edit", f'{{"{field}": null}}'.encode()), 422, "invalid-input")

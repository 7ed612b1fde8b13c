"""Rounds and answers that are not as they should be: each is pointed at, and nothing is stored."""

import json
from datetime import timedelta
from typing import Any

import pytest

from api import clock
from tests.conftest import County
from tests.edge.desk import check_problem
from tests.proposals.acts import etag, submitted
from tests.rounds.acts import OPPOSITION, moderator, referral, referred, state

_DAY = timedelta(days=1)
COMMENT = {"provision": "1.4", "text": "För kort tid.", "proposedText": None}
# What a referral says instead, what is pointed at, and the code.
REFERRALS: list[tuple[dict[str, Any], str, str]] = [
    ({"closesOn": (clock.today() - _DAY).isoformat()}, "/closesOn", "closing-day-past"),
    ({"closesOn": (clock.today() + 800 * _DAY).isoformat()}, "/closesOn", "closing-day-too-far"),
    ({"closesOn": "2199-12-31"}, "/closesOn", "closing-day-too-far"),
    ({"closesOn": "2026-02-30"}, "/closesOn", "not-a-day"),
    ({"closesOn": None}, "/closesOn", "not-a-day"),
    ({"invited": []}, "/invited", "too-short"),
    ({"invited": ["2260", "9999"]}, "/invited/1", "unknown-municipality"),
    ({"invited": ["0180", "2260"]}, "/invited/0", "unknown-municipality"),
    ({"invited": ["2260", "22"]}, "/invited/1", "unknown-municipality"),
    ({"invited": ["2260", "2262", "2260"]}, "/invited/2", "repeated-municipality"),
    ({"invited": ["zqxmark"]}, "/invited/0", "wrong-form"),
    ({"invited": ["2260"] * 401}, "/invited", "too-long"),
    ({"quorum": 5}, "/quorum", "quorum-too-high"),
    ({"quorum": 0}, "/quorum", "greater-than-equal"),
    ({"quorum": "2"}, "/quorum", "int-type"),
    ({"decisionRule": "zqxmark"}, "/decisionRule", "unknown-value"),
    ({"decisionRule": None}, "/decisionRule", "unknown-value"),
    ({"message": "å" * 10_001}, "/message", "too-long"),
    ({"message": "zqxmark\u202e"}, "/message", "unprintable-character"),
    ({"zqxmark": 1}, "/zqxmark", "unknown-field"),
]
STATEMENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"position": "zqxmark"}, "/position", "unknown-value"),
    ({"reason": None}, "/reason", "missing-reason"),
    ({"reason": None, "position": "abstain"}, "/reason", "missing-reason"),
    ({"reason": None, "position": "support_with_changes"}, "/reason", "missing-reason"),
    ({"reason": " "}, "/reason", "blank"),
    ({"reason": "x" * 10_001}, "/reason", "too-long"),
    ({"position": "support"}, "/condition", "condition-of-support"),
    ({"provisionComments": [COMMENT | {"provision": "9.9"}]}, "/provisionComments/0/provision", "unknown-provision"),
    ({"provisionComments": [COMMENT, COMMENT]}, "/provisionComments/1/provision", "repeated-provision"),
    ({"provisionComments": [COMMENT | {"provision": "zqxmark"}]}, "/provisionComments/0/provision", "wrong-form"),
    ({"provisionComments": [COMMENT | {"text": None}]}, "/provisionComments/0/text", "string-type"),
    ({"provisionComments": [COMMENT | {"proposedText": ""}]}, "/provisionComments/0/proposedText", "too-short"),
    ({"provisionComments": [COMMENT] * 1_001}, "/provisionComments", "too-long"),
    ({"organisation": "2262"}, "/organisation", "unknown-field"),
    ({"statedAt": "2026-01-01T00:00:00Z"}, "/statedAt", "unknown-field"),
]


def check(answer: Any, pointer: str, code: str, sent: Any) -> None:
    assert answer.status_code == 422, f"{sent}: {answer.text}"
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code), sent
    assert pointer == "/zqxmark" or "zqxmark" not in answer.text


def test_a_referral_that_is_not_as_it_should_be_is_pointed_at(county: County) -> None:
    address, by = submitted(county, county.token("2281")), moderator(county)
    tag = etag(county, address, by)
    for other, pointer, code in REFERRALS:
        answer = county.send("POST", f"{address}/rounds", referral(**other), by, if_match=tag)
        check(answer, pointer, code, other)
    for field in ("closesOn", "decisionRule"):
        body = {name: value for name, value in referral().items() if name != field}
        check(county.send("POST", f"{address}/rounds", body, by, if_match=tag), f"/{field}", "missing", field)
    assert county.send("POST", f"{address}/rounds", referral(), by).status_code == 428
    assert county.send("POST", f"{address}/rounds", referral(), by, if_match='"1"').status_code == 412
    huge = json.dumps(referral(message="x" * 5_000_000)).encode()
    assert county.raw("POST", f"{address}/rounds", huge, by, if_match=tag).status_code == 413
    assert county.get(f"{address}/rounds").json()["items"] == []
    assert county.get(address).json()["status"] == "submitted"


def test_an_answer_that_is_not_as_it_should_be_is_pointed_at(county: County) -> None:
    address = referred(county)
    for other, pointer, code in STATEMENTS:
        check(state(county, address, "2260", OPPOSITION | other), pointer, code, other)
    assert state(county, address, "2260", number=2).status_code == 404
    assert state(county, address, "2260", number=0).status_code == 404
    huge = json.dumps(OPPOSITION | {"reason": "x" * 5_000_000}).encode()
    by = county.token("2260", "coordinator")
    assert county.raw("POST", f"{address}/rounds/1/statements", huge, by).status_code == 413
    assert county.get(f"{address}/rounds/1/statements").json()["items"] == []


def test_rounds_that_are_not_there_are_not_found(county: County) -> None:
    address = referred(county)
    never = "/proposals/0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"
    for path in ("rounds/2", "rounds/0", "rounds/x", "rounds/2/statements", "rounds/2/sheet", "rounds/99999999999"):
        assert county.get(f"{address}/{path}").status_code == 404, path
        assert county.get(f"{never}/{path}").status_code == 404, path


@pytest.mark.parametrize("number", ["01", "+1", "0", "-1", "1.0", "%D9%A1", "1000001", "9" * 30])
def test_a_round_and_a_submission_have_one_address_each(county: County, number: str) -> None:
    address = submitted(county, county.token("2281"))
    for path in (f"{address}/submissions/{number}", f"{address}/rounds/{number}/statements"):
        check_problem(county.get(path), 404, "not-found")

"""How a municipality records how it reads a term: created, replaced, withdrawn, and nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from db.vocabulary import ChangeKind, TermStatus
from tests.conftest import County
from tests.interpretations.acts import NEW, address, publish, put, reading, withdraw

ONE = address("2281", "klarsprak")


def last(county: County) -> int:
    sequence: int = county.get("/events?limit=1").json()["_meta"]["lastSequence"]
    return sequence


def test_a_reading_is_created_replaced_withdrawn_and_created_again(county: County) -> None:
    created = put(county, "2281", "klarsprak")
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert county.client.get(created.headers["location"]).json() == created.json()
    assert county.get(ONE).headers["etag"].startswith('"1.')
    replaced = put(county, "2281", "klarsprak", reading("broader"), if_match=county.get(ONE).headers["etag"])
    assert (replaced.status_code, replaced.json()["revision"]) == (200, 2)
    assert county.get(ONE).json() == replaced.json()
    assert withdraw(county, "2281", "klarsprak", 2).json()["withdrawn"] is True
    assert county.get(ONE).status_code == 404
    assert county.get("/terms/klarsprak/interpretations").json()["items"] == []
    again = put(county, "2281", "klarsprak", reading("same", wording=None, reason=None))
    assert (again.status_code, again.headers["etag"]) == (201, '"4"')
    said = county.get(f"{ONE}/revisions").json()["items"]
    assert [(one["revision"], one["alignment"], one["withdrawn"]) for one in said] == [
        (4, "same", False),
        (3, None, True),
        (2, "broader", False),
        (1, "narrower", False),
    ]
    kinds = [event["kind"] for event in county.get("/events?after=118").json()["items"]]
    names = ("recorded", "recorded", "withdrawn", "recorded")
    assert kinds == [f"interpretation.{name}" for name in names]


def test_the_event_tells_a_subscriber_what_is_read_and_how(county: County) -> None:
    recorded = put(county, "2281", "klarsprak").json()
    withdraw(county, "2281", "klarsprak", 1)
    first, second = county.get("/events?after=118").json()["items"]
    assert (first["subject"], first["organisation"]) == (ONE.removeprefix("/"), "2281")
    assert first["data"] == {name: value for name, value in recorded.items() if name != "needsReview"}
    assert set(second["data"]) == {"municipality", "termId", "revision", "recordedAt"}


def test_what_stands_in_the_contract_is_taken_word_for_word(county: County) -> None:
    sent = (
        b'{"alignment": "narrower", "termVersion": "1.0", "wording": {"sv": "\xe2\x80\xa6"}, "reason": "\xe2\x80\xa6"}'
    )
    by = county.token("2281", "coordinator")
    assert county.raw("PUT", ONE, sent, by, **NEW).status_code == 201
    shown = county.get(ONE).json()
    assert {name: shown[name] for name in ("municipality", "alignment", "wording", "reason", "termVersion")} == {
        "municipality": "2281",
        "alignment": "narrower",
        "wording": {"sv": "…"},
        "reason": "…",
        "termVersion": "1.0",
    }


def test_who_has_not_read_it_changes_nothing(county: County) -> None:
    def ask(method: str, **headers: str) -> int:
        body = reading() if method == "PUT" else None
        return county.send(method, ONE, body, county.token("2281", "coordinator"), **headers).status_code

    assert ask("DELETE", if_match='"1"') == 404
    assert ask("PUT") == 428
    assert ask("PUT", if_none_match='"1"') == 428
    assert ask("PUT", if_match='"1"') == 412
    assert ask("PUT", if_match='"1"', if_none_match="*") == 412
    before = last(county)
    assert ask("PUT", if_none_match="*") == 201
    assert ask("PUT", if_none_match="*") == 412
    assert ask("PUT", if_match='"2"') == 412
    assert ask("PUT", if_match='"1"', if_none_match="*") == 412
    assert ask("PUT", if_match='W/"1"') == 412
    assert ask("PUT") == ask("DELETE") == 428
    assert ask("DELETE", if_match='"2"') == 412
    # The same again is no change.
    assert ask("PUT", if_match='"1"') == 200
    assert last(county) == before + 1


REFUSED: dict[str, tuple[Any, str, str]] = {
    "another alignment": (reading("near"), "/alignment", "unknown-value"),
    "no alignment": ({"termVersion": "1.0"}, "/alignment", "missing"),
    "no version": ({"alignment": "same"}, "/termVersion", "missing"),
    "a version that is not there": (reading(termVersion="9.9"), "/termVersion", "unknown-version"),
    "a version that is none": (reading(termVersion=1.0), "/termVersion", "string-type"),
    "otherwise without words": (reading("broader", wording=None), "/wording", "missing"),
    "words in no language": (reading(wording={}), "/wording", "too-short"),
    "words in an unknown language": (reading(wording={"xx": "zqxmark"}), "/wording/xx", "unknown-language"),
    "words that turn around": (reading(wording={"sv": "zqxmark\u202e"}), "/wording/sv", "unprintable-character"),
    "blank words": (reading(wording={"sv": "\u00a0"}), "/wording/sv", "blank"),
    "words without end": (reading(wording={"sv": "z" * 10_001}), "/wording/sv", "too-long"),
    "not used without a reason": (reading("not_used", reason=None), "/reason", "missing"),
    "a reason that is a number": (reading(reason=7), "/reason", "string-type"),
    "another's tenant": (reading(municipality="2260"), "/municipality", "unknown-field"),
}


def test_what_is_not_as_it_should_be_is_pointed_at_and_not_stored(county: County) -> None:
    before = last(county)
    for name, (body, pointer, code) in REFUSED.items():
        answer = put(county, "2281", "klarsprak", body)
        assert answer.status_code == 422, name
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)], name
        assert "zqxmark" not in answer.text, name
    assert (last(county), county.get(ONE).status_code) == (before, 404)


def test_each_speaks_for_itself_alone(county: County) -> None:
    put(county, "2281", "klarsprak")
    others = [("2260", "coordinator"), ("2281", "editor"), ("2281", "integrator"), ("22", "county_editor")]
    for organisation, role in others:
        by = county.token(organisation, role)
        for method, body in (("PUT", reading()), ("DELETE", None)):
            assert county.send(method, ONE, body, by, if_match='"1"').status_code == 403, (organisation, role)
    assert county.send("PUT", ONE, reading(), if_match='"1"').status_code == 401
    assert put(county, "2281", "finns-inte").status_code == 404
    assert county.get(ONE).json()["revision"] == 1


def test_of_two_coordinators_at_once_one_is_told_to_read_again(county: County) -> None:
    def race(number: int, **headers: str) -> int:
        return put(county, "2281", "klarsprak", reading(reason=f"Skäl {number}."), **headers).status_code

    with ThreadPoolExecutor(4) as pool:
        created = sorted(pool.map(lambda number: race(number, **NEW), range(4)))
        replaced = sorted(pool.map(lambda number: race(number + 10, if_match='"1"'), range(4)))
    assert (created, replaced) == ([201, 412, 412, 412], [200, 412, 412, 412])
    assert county.get(ONE).json()["revision"] == 2


def test_a_new_major_version_asks_for_a_new_look_until_it_is_read(county: County) -> None:
    put(county, "2281", "klarsprak")

    def review() -> set[bool]:
        shown = county.get("/terms/klarsprak?municipality=2281").json()["overlay"]
        listed = county.get("/terms/klarsprak/interpretations").json()["items"]
        return {county.get(ONE).json()["needsReview"], shown["needsReview"], *(one["needsReview"] for one in listed)}

    assert review() == {False}
    publish(county, "klarsprak", ChangeKind.MINOR)
    assert review() == {False}
    publish(county, "klarsprak", ChangeKind.MAJOR)
    assert review() == {True}
    assert put(county, "2281", "klarsprak", reading(termVersion="2.0"), if_match='"1"').status_code == 200
    assert review() == {False}


def test_a_deprecated_term_may_be_read_but_is_no_divergence(county: County) -> None:
    publish(county, "klarsprak", ChangeKind.MINOR, TermStatus.DEPRECATED)
    assert put(county, "2281", "klarsprak").status_code == 201
    assert county.get("/terms/klarsprak?municipality=2281").json()["overlay"]["alignment"] == "narrower"
    assert "klarsprak" not in [item["termId"] for item in county.get("/divergences").json()["items"]]

"""If-Match, so that nobody's change is lost, and Idempotency-Key, so that no retry has a second effect."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from tests.conftest import BASE, County, Store, serving
from tests.edge.desk import Desk, check_problem
from tests.examples import DECISION, DECISION_BODY
from tests.proposals.acts import APPROVAL, GUIDELINE, WITHDRAWAL, amendment, decide, draft, edit, etag, submitted

GUARDED = ("edit", "move", "decide")


def send(desk: Desk, name: str, if_match: str | None) -> httpx2.Response:
    write = desk.writes[name]
    headers = {} if if_match is None else {"if_match": if_match}
    return desk.county.send(write.method, write.path, write.body, write.token, **headers)


@pytest.mark.parametrize("name", GUARDED)
def test_a_change_without_if_match_is_asked_for_it(desk: Desk, name: str) -> None:
    earlier = desk.seen()
    check_problem(send(desk, name, None), 428, "precondition-required")
    assert desk.seen() == earlier


STALE = (
    *('"7"', '"0"', '"7.zqxmark"', '"-1"', '"zqxmark"', "zqxmark", "", "*"),
    *("1", "2", '"', '""', '"1', '"9999999999999999999"'),
)


@pytest.mark.parametrize("name", GUARDED)
def test_a_stale_revision_changes_nothing(desk: Desk, name: str, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for if_match in STALE:
        with subtests.test(if_match):
            answer = send(desk, name, if_match)
            check_problem(answer, 412, "precondition-failed")
            assert answer.headers["etag"] == ('"1"' if name == "edit" else '"2"')
    assert desk.seen() == earlier


@pytest.mark.parametrize("form", ['W/"{}"', 'zqxmark"{}"zqxmark', '"7" "{}"', '"0{}"'])
def test_only_a_strong_etag_matches(county: County, form: str) -> None:
    editor = county.token("2281")
    address = draft(county, editor)
    answer = county.send("PATCH", address, {"title": "Ny"}, editor, if_match=form.format(1))
    check_problem(answer, 412, "precondition-failed")


@pytest.mark.parametrize("form", ['"{}"', '"{}.zqxmark"', '"7", "{}"', '"{}","7"'])
def test_the_revision_alone_will_do_and_so_will_a_list(county: County, form: str) -> None:
    editor = county.token("2281")
    address = draft(county, editor)
    answer = county.send("PATCH", address, {"title": "Ny"}, editor, if_match=form.format(1))
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


def test_the_etag_that_was_read_is_the_one_to_send_whatever_the_encoding(county: County) -> None:
    editor = county.token("2281")
    address = draft(county, editor)
    for encoding in ("identity", "gzip", "zstd"):
        read = county.get(address, editor, Accept_Encoding=encoding)
        answer = county.send("PATCH", address, {"title": encoding}, editor, if_match=read.headers["etag"])
        assert answer.status_code == 200, encoding


def test_of_two_editors_who_read_the_same_text_the_second_is_stopped(county: County) -> None:
    address = draft(county, county.token("2281"))
    read = etag(county, address, county.token("2281", subject="berit"))
    edit(county, address, county.token("2281"), title="Annas rubrik").raise_for_status()
    late = county.send("PATCH", address, {"title": "Berits"}, county.token("2281", subject="berit"), if_match=read)
    check_problem(late, 412, "precondition-failed")
    assert county.get(address, county.token("2281")).json()["title"] == "Annas rubrik"


def test_the_same_key_and_body_give_the_first_answer_again(county: County) -> None:
    editor, body = county.token("2281"), amendment(county)
    first, again = (county.send("POST", "/proposals", body, editor, Idempotency_Key="a-1") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    for name in ("location", "etag", "content-type"):
        assert first.headers[name] == again.headers[name], name
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert total(county, editor) == 1


def total(county: County, by: str) -> int:
    found: int = county.get("/proposals", by).json()["_meta"]["totalRecords"]
    return found


def test_a_key_with_another_body_is_told_and_does_nothing(county: County) -> None:
    editor = county.token("2281")
    county.send("POST", "/proposals", amendment(county), editor, Idempotency_Key="a-1").raise_for_status()
    answer = county.send("POST", "/proposals", amendment(county, title="Annan"), editor, Idempotency_Key="a-1")
    check_problem(answer, 422, "idempotency-key-reused")
    assert total(county, editor) == 1


def test_a_key_belongs_to_one_person_and_one_address(county: County) -> None:
    anna, berit = county.token("2281"), county.token("2281", subject="berit")
    body = amendment(county)
    addresses = {
        county.send("POST", "/proposals", body, by, Idempotency_Key=key).headers["location"]
        for by, key in ((anna, "a-1"), (berit, "a-1"), (anna, "a-2"), (county.token("2260"), "a-1"))
    }
    assert len(addresses) == 4
    moved = [
        county.send(
            "POST", f"{address.partition(BASE)[2]}/transitions", WITHDRAWAL, anna, Idempotency_Key="a-1", if_match='"1"'
        )
        for address in sorted(addresses)[:2]
    ]
    assert [answer.headers.get("idempotency-replayed") for answer in moved] == [None, None]


def test_a_retried_move_is_answered_though_its_etag_is_stale_by_then(county: County) -> None:
    editor = county.token("2281")
    address = draft(county, editor)
    sent: dict[str, Any] = {"by": editor, "if_match": '"1"', "Idempotency_Key": "a-1"}
    body = {"action": "submit", "reason": None}
    first, again = (county.send("POST", f"{address}/transitions", body, **sent) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    kinds = [event["kind"] for event in county.get("/events?kinds=proposal.*").json()["items"]]
    assert kinds == ["proposal.submitted"]


def test_what_failed_is_not_kept_so_the_key_may_be_used_again(county: County) -> None:
    editor = county.token("2281")
    for wrong in (amendment(county, title=""), amendment(county, baseVersion="9.9")):
        answer = county.send("POST", "/proposals", wrong, editor, Idempotency_Key="a-1")
        check_problem(answer, 422, "invalid-input")
    made = county.send("POST", "/proposals", amendment(county), editor, Idempotency_Key="a-1")
    assert (made.status_code, made.headers.get("idempotency-replayed")) == (201, None)


def test_a_replay_needs_the_scope_that_the_first_request_needed(county: County) -> None:
    body = amendment(county)
    county.send("POST", "/proposals", body, county.token("2281"), Idempotency_Key="a-1").raise_for_status()
    weaker = county.token("2281", "reader")
    check_problem(county.send("POST", "/proposals", body, weaker, Idempotency_Key="a-1"), 403, "forbidden")


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "å", "tab\there"])
def test_a_key_of_other_characters_is_malformed(county: County, key: str) -> None:
    headers = {"Authorization": f"Bearer {county.token('2281')}", "Idempotency-Key": key.encode()}
    answer = county.client.post(f"{BASE}/proposals", json=amendment(county), headers=headers)
    check_problem(answer, 400, "malformed-request")
    assert total(county, county.token("2281")) == 0


def test_duplicates_at_the_same_time_have_one_effect(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        editor, body = county.token("2281"), amendment(county)

        def post(_: int) -> httpx2.Response:
            return county.send("POST", "/proposals", body, editor, Idempotency_Key="a-1")

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(post, range(16)))
        made = {answer.content for answer in answers if answer.status_code == 201}
        others = [answer for answer in answers if answer.status_code != 201]
        assert len(made) == 1
        assert all(answer.status_code == 409 and answer.headers["retry-after"] for answer in others)
        assert total(county, editor) == 1
    store.drop(url)


def test_decisions_sent_twice_at_the_same_time_are_recorded_once(store: Store) -> None:
    """A PUT needs no key: its address is one."""
    url = store.copy()
    with serving(url) as county:
        integrator = county.token("2281", "integrator")
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: county.send("PUT", DECISION, DECISION_BODY, integrator), range(16)))
        results = [answer.json().get("result") for answer in answers]
        assert sorted(results) == ["created"] + ["unchanged"] * 15
        events = county.get("/events?kinds=decision.recorded&limit=1000").json()["items"]
        assert [event["subject"] for event in events].count(DECISION.removeprefix("/")) == 1
    store.drop(url)


def test_of_eight_edits_of_the_same_text_one_is_taken(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        editor = county.token("2281")
        address = draft(county, editor)

        def patch(number: int) -> int:
            return county.send("PATCH", address, {"title": f"Rubrik {number}"}, editor, if_match='"1"').status_code

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(patch, range(8))) == [200] + [412] * 7
        assert county.get(address, editor).json()["revision"] == 2
    store.drop(url)


def rewritten(county: County, number: int) -> dict[str, Any]:
    content: dict[str, Any] = amendment(county)["content"]
    content["provisions"][3]["text"]["sv"] += f" Tillägg {number}."
    return content


def test_of_two_approvals_at_once_the_second_finds_that_the_text_has_moved_on(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        editor = county.token("2281")
        # What all four say alike would be merged.
        addresses = [submitted(county, editor, amendment(county, content=rewritten(county, n))) for n in range(4)]

        def approve(address: str) -> int:
            return decide(county, address, county.token("22", "county_editor"), APPROVAL).status_code

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(approve, addresses)) == [201, 409, 409, 409]
        versions = county.get(f"/guidelines/{GUIDELINE}/versions").json()["items"]
        assert [version["number"] for version in versions] == ["1.1", "1.0"]
    store.drop(url)


def test_new_guidelines_that_are_drafted_at_once_get_a_number_each(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        body = amendment(county) | {"action": "create", "baseVersion": None}

        def post(number: int) -> httpx2.Response:
            wanted = body | {"target": {"type": "guideline", "id": f"ny-riktlinje-{number % 4}"}}
            return county.send("POST", "/proposals", wanted, county.token("2281"))

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(post, range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] * 4 + [409] * 4
        numbers = [answer.json()["number"] for answer in answers if answer.status_code == 201]
        assert len(set(numbers)) == 4
    store.drop(url)


def test_a_retry_that_waits_too_long_for_the_first_request_is_told_to_come_again(county: County) -> None:
    editor, body = county.token("2281"), amendment(county)
    first = county.send("POST", "/proposals", body, editor, idempotency_key="k")
    database = county.app.state.database
    # SQLite has one writer: there the wait is for the turn, whatever the key.
    told = {"postgresql": (409, "idempotency-key-in-use"), "sqlite": (503, "unavailable")}
    with database.writer.begin() as under_way:
        under_way.execute(sa.text("DELETE FROM idempotency_key"))
        answer = county.send("POST", "/proposals", body, editor, idempotency_key="k")
        under_way.rollback()
    check_problem(answer, *told[database.url.get_backend_name()])
    assert answer.headers["retry-after"] == "2"
    again = county.send("POST", "/proposals", body, editor, idempotency_key="k")
    assert (again.status_code, again.json()) == (201, first.json())

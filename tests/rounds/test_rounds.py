"""Referred, answered, closed, decided: over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import time_machine

from api import clock
from tests.conftest import County
from tests.proposals.acts import (
    GUIDELINE,
    REJECTION,
    amendment,
    approved,
    content_of,
    decide,
    edit,
    etag,
    move,
    submitted,
)
from tests.rounds.acts import (
    OPPOSITION,
    SUPPORT,
    approval,
    close,
    extend,
    moderator,
    open_round,
    referral,
    referred,
    state,
    tally,
)

SEVEN = ["2260", "2262", "2280", "2281", "2282", "2283", "2284"]


def statements(county: County, address: str, number: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = county.get(f"{address}/rounds/{number}/statements").raise_for_status().json()["items"]
    return found


def kind_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def test_a_round_is_opened_answered_closed_and_its_very_text_decided(county: County) -> None:
    address = referred(county, quorum=3)
    opened = county.get(f"{address}/rounds/1").json()
    proposal = county.get(address).json()
    assert (proposal["status"], proposal["contentHash"]) == ("on_consultation", opened["contentHash"])
    assert county.get(address, moderator(county)).json()["allowedTransitions"] == ["close"]
    assert tally(county, address)["missing"] == "3 more answers are needed for the quorum of 3"
    for organisation in ("2260", "2262", "2280"):
        assert state(county, address, organisation).status_code == 201
    assert (tally(county, address)["ruleMet"], tally(county, address)["unanswered"]) == (True, ["2281"])
    early = decide(county, address, moderator(county), approval())
    assert (kind_of(early), early.json()["allowedTransitions"]) == ((409, "illegal-transition"), ["close"])
    close(county, address).raise_for_status()
    moves = county.get(address, moderator(county)).json()["allowedTransitions"]
    assert moves == ["return", "openRound", "approve", "reject"]
    before = decide(county, address, moderator(county), approval(decidedOn="2026-01-01"))
    assert (before.status_code, before.json()["errors"][0]["pointer"]) == (422, "/decidedOn")
    decided = decide(county, address, moderator(county), approval()).raise_for_status().json()
    version = county.get(f"/guidelines/{GUIDELINE}/versions/{decided['publishedVersion']}").json()
    assert version["contentHash"] == opened["contentHash"]
    late = state(county, address, "2281")
    assert (late.status_code, late.json()["detail"]) == (
        409,
        "The proposal is approved: its rounds take no more answers.",
    )


def test_an_unmet_rule_is_overridden_with_a_reason_and_a_rejection_needs_no_rule(county: County) -> None:
    for body in (approval(override={"reason": "Lagen kräver det."}), REJECTION | {"decidedOn": f"{clock.today()}"}):
        address = referred(county)
        state(county, address, "2262", OPPOSITION).raise_for_status()
        close(county, address).raise_for_status()
        assert decide(county, address, moderator(county), body).json()["override"] == body["override"]


def test_the_author_decides_no_more_after_a_round_than_before(county: County) -> None:
    address = submitted(county, moderator(county))
    open_round(county, address).raise_for_status()
    for organisation in ("2260", "2262"):
        state(county, address, organisation).raise_for_status()
    close(county, address).raise_for_status()
    answer = decide(county, address, moderator(county), approval())
    assert (answer.status_code, answer.json()["detail"]) == (403, "Nobody decides a proposal that they wrote.")
    assert decide(county, address, county.token("22", "county_editor", subject="berit"), approval()).status_code == 201


def test_a_text_that_was_changed_after_its_round_needs_another(county: County) -> None:
    editor, by = county.token("2281"), moderator(county)
    address = referred(county, quorum=1)
    state(county, address, "2260").raise_for_status()
    close(county, address).raise_for_status()
    move(county, address, "return", by, "Skriv om 1.4.").raise_for_status()
    content = content_of(county)
    content["provisions"][3]["text"]["sv"] = "En ny text."
    edit(county, address, editor, content=content).raise_for_status()
    move(county, address, "submit", editor).raise_for_status()
    answer = decide(county, address, by, approval())
    assert (kind_of(answer), answer.json()["missing"]) == ((409, "round-rule-unmet"), "a round on this text")


def test_a_text_that_is_merged_after_its_round_needs_another_on_the_merged_text(county: County) -> None:
    other = county.get(f"/guidelines/{GUIDELINE}/versions/1.0").json()["content"]
    address = referred(county, quorum=1)
    other["provisions"][0]["text"]["sv"] = "Deras nya text."
    approved(county, amendment(county, content=other))
    state(county, address, "2260").raise_for_status()
    close(county, address).raise_for_status()
    answer = decide(county, address, moderator(county), approval())
    assert (kind_of(answer), answer.json()["missing"]) == ((409, "round-rule-unmet"), "a round on this text")
    opened = open_round(county, address, quorum=1).raise_for_status().json()
    told = county.get(address).json()
    assert (told["baseVersion"], told["rebasedFrom"], told["contentHash"]) == ("1.1", "1.0", opened["contentHash"])
    state(county, address, "2260", number=2).raise_for_status()
    close(county, address).raise_for_status()
    decided = decide(county, address, moderator(county), approval()).raise_for_status().json()
    version = county.get(f"/guidelines/{GUIDELINE}/versions/{decided['publishedVersion']}").json()
    assert version["contentHash"] == opened["contentHash"]


def test_a_minor_change_of_a_word_that_was_referred_needs_support_too(county: County) -> None:
    content = county.get("/terms/digital-mognad/versions/1.0").json()["content"]
    content["labels"].append({"language": "sv", "kind": "alternative", "value": "digital kapacitet"})
    target = {"type": "term", "id": "digital-mognad"}
    address = referred(county, amendment(county, target=target, content=content, changeKind="minor"))
    comment = {"provision": "1.1", "text": "Ett begrepp har inga bestämmelser."}
    assert state(county, address, "2260", SUPPORT | {"provisionComments": [comment]}).status_code == 422
    state(county, address, "2260", OPPOSITION).raise_for_status()
    close(county, address).raise_for_status()
    assert county.get(f"{address}/rounds/1/sheet").json()["provisions"] == []
    assert kind_of(decide(county, address, moderator(county), approval())) == (409, "round-rule-unmet")


def test_a_change_of_mind_is_added_and_the_earlier_answer_stays(county: County) -> None:
    address = referred(county)
    first = state(county, address, "2260", OPPOSITION).raise_for_status()
    second = state(county, address, "2260").raise_for_status()
    earlier, later = statements(county, address)
    assert earlier == first.json() | {"counted": False, "supersededBy": later["id"]}
    assert later == second.json()
    assert (later["counted"], later["late"], later["supersededBy"]) == (True, False, None)
    assert (tally(county, address)["support"], tally(county, address)["oppose"]) == (1, 0)
    assert county.client.get(first.headers["location"]).json() == earlier
    assert county.get(f"{address}/rounds/1/statements/{address.rpartition('/')[2]}").status_code == 404


def test_what_comes_after_the_round_closed_is_shown_and_not_counted(county: County) -> None:
    address = referred(county)
    state(county, address, "2260").raise_for_status()
    close(county, address).raise_for_status()
    before = tally(county, address)
    for organisation in ("2260", "2262"):
        after = state(county, address, organisation, OPPOSITION).raise_for_status().json()
        assert (after["counted"], after["late"], after["supersededBy"]) == (False, False, None)
    assert tally(county, address) == before
    first, second, third = statements(county, address)
    assert (first["counted"], first["supersededBy"], third["organisation"]) == (True, second["id"], "2262")
    sheet = county.get(f"{address}/rounds/1/sheet").json()
    assert [(each["organisation"], each["counted"], each["superseded"]) for each in sheet["answers"]] == [
        ("2260", True, True),
        ("2260", False, False),
        ("2262", False, False),
    ]


def test_an_answer_after_the_last_day_is_late_and_counts_until_the_round_is_closed(county: County) -> None:
    address = referred(county, closesOn=f"{clock.today() + timedelta(2)}")
    state(county, address, "2260").raise_for_status()
    with time_machine.travel(clock.now() + timedelta(4)):
        late = state(county, address, "2262").raise_for_status().json()
        assert (late["late"], late["counted"]) == (True, True)
        assert county.get(address).json()["status"] == "on_consultation"
        extend(county, address, 1, 3).raise_for_status()
        assert [each["late"] for each in statements(county, address)] == [False, False]
    with time_machine.travel(clock.now() + timedelta(20)):
        assert state(county, address, "2280").json()["late"]
        close(county, address, None).raise_for_status()
        assert tally(county, address)["unanswered"] == ["2281"]
        assert state(county, address, "2281").json()["late"]


def test_a_round_closes_early_only_with_a_reason_or_with_all_answers(county: County) -> None:
    address = referred(county, invited=["2260", "2262"])
    refused = close(county, address, None)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert county.get(address).json()["status"] == "on_consultation"
    for organisation in ("2260", "2262"):
        state(county, address, organisation).raise_for_status()
    close(county, address, None).raise_for_status()
    closed = county.get(f"{address}/rounds/1").json()
    assert (closed["closedAt"] is not None, closed["closeReason"]) == (True, None)
    assert move(county, address, "close", moderator(county)).status_code == 409


def test_an_extension_is_later_told_why_and_remembered(county: County) -> None:
    address = referred(county)
    stale = county.send(
        "PATCH",
        f"{address}/rounds/1",
        {"closesOn": referral()["closesOn"], "reason": "x"},
        moderator(county),
        if_match='"7"',
    )
    assert stale.status_code == 412
    extended = extend(county, address, 1, 60).raise_for_status()
    assert extended.headers["etag"] == '"2"'
    [step] = extended.json()["extensions"]
    assert (step["former"], step["closesOn"], step["reason"]) == (
        referral()["closesOn"],
        extended.json()["closesOn"],
        "Nämnden möts senare.",
    )
    for days in (60, 59, -1, 3_000):
        answer = extend(county, address, 1, days)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/closesOn"), days
    close(county, address).raise_for_status()
    assert extend(county, address, 1, 90).status_code == 409


def test_every_municipality_is_invited_by_null_and_stays_so(county: County) -> None:
    address = referred(county, invited=None, quorum=None)
    opened = county.get(f"{address}/rounds/1").json()
    assert (opened["invited"], opened["quorum"], opened["tally"]["unanswered"]) == (SEVEN, 1, SEVEN)


def test_a_withdrawn_proposal_takes_its_round_with_it(county: County) -> None:
    address = referred(county)
    move(county, address, "withdraw", county.token("2281"), "Vi väntar.").raise_for_status()
    closed = county.get(f"{address}/rounds/1").json()
    assert (closed["closedAt"] is not None, closed["closeReason"]) == (True, "Vi väntar.")
    assert state(county, address, "2260").status_code == 409
    assert extend(county, address, 1, 90).status_code == 409


def test_nobody_answers_for_another_or_uninvited(county: County) -> None:
    address = referred(county)
    assert state(county, address, "2283").status_code == 403
    named = county.send(
        "POST",
        f"{address}/rounds/1/statements",
        SUPPORT | {"organisation": "2262"},
        county.token("2260", "coordinator"),
    )
    assert named.status_code == 422
    assert statements(county, address) == []


def test_of_two_at_once_by_one_organisation_one_is_the_later(county: County) -> None:
    address = referred(county)
    with ThreadPoolExecutor(4) as threads:
        sent = [threads.submit(state, county, address, "2260", body) for body in (SUPPORT, OPPOSITION) * 4]
    assert [each.result().status_code for each in sent] == [201] * 8
    listed = statements(county, address)
    assert len(listed) == 8
    assert [each["counted"] for each in listed].count(True) == 1
    assert sum(each["supersededBy"] is None for each in listed) == 1
    superseded = {each["supersededBy"] for each in listed if each["supersededBy"]}
    assert len(superseded) == 7
    assert tally(county, address)["support"] + tally(county, address)["oppose"] == 1


def test_of_two_rounds_at_once_one_is_opened(county: County) -> None:
    address, by = submitted(county, county.token("2281")), moderator(county)
    tag = etag(county, address, by)
    with ThreadPoolExecutor(4) as threads:
        sent = [
            threads.submit(county.send, "POST", f"{address}/rounds", referral(), by, if_match=tag) for _ in range(4)
        ]
    assert sorted(each.result().status_code for each in sent) == [201, 412, 412, 412]
    assert county.get(f"{address}/rounds").json()["_meta"]["totalRecords"] == 1


def test_the_feed_tells_of_each_step(county: County) -> None:
    start = county.get("/events?limit=1").json()["_meta"]["lastSequence"]
    address = referred(county)
    made = state(county, address, "2262", OPPOSITION).json()
    extend(county, address, 1, 60).raise_for_status()
    close(county, address).raise_for_status()
    told = county.get(f"/events?after={start}&kinds=round.*,statement.*").json()["items"]
    round_ = f"{address[1:]}/rounds/1"
    assert [(each["kind"], each["subject"], each["organisation"]) for each in told] == [
        ("round.opened", round_, "22"),
        ("statement.made", f"{round_}/statements/{made['id']}", "2262"),
        ("round.extended", round_, "22"),
        ("round.closed", round_, "22"),
    ]
    opened, said, _, closed = (each["data"] for each in told)
    assert opened["contentHash"] == county.get(f"{address}/rounds/1").json()["contentHash"]
    assert (said["position"], said["counted"], said["late"], said["supersedes"]) == ("oppose", True, False, None)
    assert (closed["ruleMet"], closed["positions"]["oppose"], closed["unanswered"]) == (
        False,
        1,
        ["2260", "2280", "2281"],
    )
    assert county.get(f"/events?after={start}&kinds=proposal.*").json()["items"][-1]["kind"] == "proposal.closed"


def test_what_is_read_of_a_round_is_new_after_each_answer(county: County) -> None:
    address = referred(county)
    paths = [f"{address}/rounds", f"{address}/rounds/1", f"{address}/rounds/1/statements", f"{address}/rounds/1/sheet"]
    before = [county.get(path).headers["etag"] for path in paths]
    assert before[1].startswith('"1.')
    state(county, address, "2262", OPPOSITION).raise_for_status()
    after = [county.get(path).headers["etag"] for path in paths]
    assert all(first != second for first, second in zip(before, after, strict=True))
    # An answer is none of the round's own changes.
    assert after[1].startswith('"1.')


def test_a_draft_has_no_rounds_and_hides_that(county: County) -> None:
    editor = county.token("2281")
    address = f"/proposals/{county.send('POST', '/proposals', amendment(county), editor).json()['id']}"
    assert county.get(f"{address}/rounds", editor).json()["items"] == []
    assert county.get(f"{address}/rounds").status_code == 404
    answer = county.send("POST", f"{address}/rounds", referral(), moderator(county), if_match='"1"')
    assert answer.status_code == 404

"""What waits on a municipality, over HTTP: as a list for itself, and as a calendar for everybody."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from api import clock
from tests.conftest import County
from tests.counting import counting
from tests.examples import DECISION, DECISION_BODY
from tests.proposals.acts import GUIDELINE, amendment, approved, submitted
from tests.rounds.acts import extend, open_round, state

TASKS = "/municipalities/2281/tasks?limit=100"
TODAY = clock.today()


def tasks(county: County) -> dict[str, Any]:
    found: dict[str, Any] = county.get(TASKS, county.token("2281", "reader")).raise_for_status().json()
    return found


def days(county: County, query: str = "?municipality=2281", by: str | None = None) -> dict[str, Any]:
    """Read a calendar as a program does; gives its events by UID."""
    answer = county.get(f"/calendar{query}", by)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_tasks_are_counted_and_in_the_order_of_their_days(library: County) -> None:
    found = tasks(library)
    items, counts = found["items"], found["counts"]
    assert [item["due"] for item in items] == sorted(item["due"] for item in items)
    assert sum(counts.values()) - counts["overdue"] == found["_meta"]["totalRecords"] == len(items) > 5
    assert counts["overdue"] == sum(item["daysLeft"] < 0 for item in items)
    assert all(item["daysLeft"] == (date.fromisoformat(item["due"]) - TODAY).days for item in items)
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        assert library.get(f"/{item['subject']}").status_code == 200
    second = library.get("/municipalities/2281/tasks?limit=3&page=2", library.token("2281", "integrator")).json()
    assert second["items"] == items[3:6]
    assert second["counts"] == counts


def test_a_new_major_version_asks_for_a_decision_until_one_is_taken(county: County) -> None:
    begins = (TODAY + timedelta(days=30)).isoformat()
    approved(county, amendment(county, changeKind="major"), inForceFrom=begins)

    def asked() -> list[dict[str, Any]]:
        return [item for item in tasks(county)["items"] if item["subject"] == f"guidelines/{GUIDELINE}/versions/2.0"]

    [task] = asked()
    assert (task["kind"], task["due"], task["daysLeft"]) == ("decision_needed", begins, 30)
    assert task["title"] == {"sv": "Besluta om Gemensamt språk för digital utveckling, version 2.0"}
    adopted = DECISION_BODY | {"version": "2.0", "validFrom": begins}
    county.send("PUT", DECISION, adopted, county.token("2281", "integrator")).raise_for_status()
    assert asked() == []
    mine = {item["kind"]: item for item in tasks(county)["items"] if item["subject"] == DECISION.removeprefix("/")}
    assert {kind: item["due"] for kind, item in mine.items()} == {
        "deviation_ends": "2027-12-31",
        "review_due": "2028-01-01",
    }


def test_an_open_round_waits_for_the_answers_of_those_who_are_invited(county: County) -> None:
    proposal = submitted(county, county.token("2281"))
    open_round(county, proposal, invited=["2260", "2281"]).raise_for_status()

    def asked(code: str) -> list[tuple[str, str]]:
        listed = county.get(f"/municipalities/{code}/tasks?limit=100", county.token(code, "reader")).json()
        return [(item["id"], item["due"]) for item in listed["items"] if item["kind"] == "statement_due"]

    [(task, due)] = asked("2281")
    assert due == (TODAY + timedelta(days=30)).isoformat()
    [other] = asked("2260")
    assert (other[0] != task, asked("2262")) == (True, [])
    [item] = [item for item in tasks(county)["items"] if item["id"] == task]
    assert (item["subject"], item["guideline"]) == (f"{proposal[1:]}/rounds/1", GUIDELINE)
    before = days(county)[task]
    assert before["DTSTART"].dt.isoformat() == due
    extend(county, proposal, 1, 60).raise_for_status()
    assert asked("2281") == [(task, (TODAY + timedelta(days=60)).isoformat())]
    assert days(county)[task]["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    state(county, proposal, "2281").raise_for_status()
    assert (asked("2281"), asked("2260")[0][0]) == ([], other[0])
    assert task not in days(county)


def test_a_day_in_the_calendar_keeps_its_uid_while_it_moves(county: County) -> None:
    by = county.token("2281", "integrator")

    def reviewed() -> tuple[str, date, Any]:
        [found] = [(uid, event) for uid, event in days(county).items() if str(event["URL"]).endswith("KS-2026-0042")
                   and "review_due" in event["CATEGORIES"].to_ical().decode()]  # fmt: skip
        return found[0], found[1]["DTSTART"].dt, found[1]["LAST-MODIFIED"].dt

    county.send("PUT", DECISION, DECISION_BODY, by).raise_for_status()
    before = reviewed()
    moved = DECISION_BODY | {"reviewDue": "2028-06-01", "sourceRevision": 8}
    county.send("PUT", DECISION, moved, by).raise_for_status()
    after = reviewed()
    assert (after[0], after[1]) == (before[0], date(2028, 6, 1))
    assert after[2] >= before[2]
    county.send("PUT", DECISION, {"retracted": True, "sourceRevision": 9}, by).raise_for_status()
    assert before[0] not in days(county)


def test_the_decisions_that_wait_stand_only_in_the_municipalitys_own_calendar(library: County) -> None:
    listed = {item["id"]: item for item in tasks(library)["items"]}
    waiting = {uid for uid, item in listed.items() if item["kind"] == "decision_needed"}
    own = days(library, by=library.token("2281", "reader"))
    assert waiting
    assert listed.keys() <= own.keys()
    for by in (None, library.token("2260", "reader"), library.token("22", "county_editor")):
        assert days(library, by=by).keys() == own.keys() - waiting
    for uid, item in listed.items():
        assert (str(own[uid]["SUMMARY"]), own[uid]["DTSTART"].dt.isoformat()) == (item["title"]["sv"], item["due"])
    # Asked in this order: what the municipality saw is kept for nobody else.
    assert days(library).keys() == own.keys() - waiting


def test_the_countys_calendar_tells_when_versions_begin(county: County) -> None:
    assert len(days(county, "")) == 8
    begins = TODAY + timedelta(days=30)
    approved(county, amendment(county), inForceFrom=begins.isoformat())
    found = days(county, "")
    [begun] = [event for event in found.values() if event["DTSTART"].dt == begins]
    assert str(begun["SUMMARY"]) == "Gemensamt språk för digital utveckling, version 1.1, börjar gälla"
    assert county.client.get(str(begun["URL"])).status_code == 200
    first, again = county.get("/calendar"), county.get("/calendar", samsprak_min_sequence="0")
    assert (first.content, first.headers["cache-control"][:6]) == (again.content, "public")


@pytest.mark.parametrize(
    ("address", "organisation", "role", "status"),
    [
        (TASKS, None, None, 401),
        (TASKS, "2281", "county_admin", 403),
        (TASKS, "2260", "coordinator", 403),
        (TASKS, "22", "county_editor", 403),
        ("/municipalities/9999/tasks", "2281", "reader", 404),
        ("/municipalities/22/tasks", "22", "county_editor", 404),
        ("/municipalities/2281/tasks?limit=0", "2281", "reader", 422),
        ("/municipalities/2281/tasks?kind=x", "2281", "reader", 422),
        ("/calendar?municipality=9999", None, None, 422),
        ("/calendar?municipality=22", None, None, 422),
        ("/calendar?municipality=2281%0D%0A", None, None, 422),
        ("/calendar?kommun=2281", None, None, 422),
    ],
)
def test_who_may_not_ask_and_what_is_not_there(
    library: County, address: str, organisation: str | None, role: str, status: int
) -> None:
    answer = library.get(address, library.token(organisation, role) if organisation else None)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_the_database_is_asked_as_often_however_many_decisions_there_are(county: County) -> None:
    counts = []
    for number in range(2):
        with counting(county, "guideline", "decision", "referral_round") as asked:
            tasks(county)
        counts.append(len(asked))
        for place in range(20 * (1 - number)):
            sent = DECISION_BODY | {"guideline": "behov-och-nytta", "deviations": [], "kind": "adopt"}
            county.send("PUT", f"{DECISION}-{place}", sent, county.token("2281", "integrator")).raise_for_status()
    assert counts[0] == counts[1]
    assert 0 < counts[0] < 10

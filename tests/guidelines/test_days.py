"""Guidelines on another day, versions that begin and end by themselves, and texts that come back."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from api import clock
from api.guidelines.rules import review_due
from tests.conftest import County
from tests.proposals.acts import GUIDELINE, amendment, approved

ADDRESS = f"/guidelines/{GUIDELINE}"
TODAY = clock.today()
TOMORROW, NEXT_MONTH, NEXT_YEAR = (TODAY + timedelta(days=days) for days in (1, 31, 365))


def publish(county: County, base: str, content: dict[str, Any], day: date, kind: str = "major") -> None:
    body = amendment(county, content=content, baseVersion=base, changeKind=kind)
    approved(county, body, inForceFrom=day.isoformat())


def content_of(county: County, number: str) -> dict[str, Any]:
    content: dict[str, Any] = county.get(f"{ADDRESS}/versions/{number}").raise_for_status().json()["content"]
    return content


@pytest.fixture
def decided(county: County) -> County:
    """Give a county where 2.0 begins next month without a provision, 2.1 in a year, and another guideline ends."""
    content = content_of(county, "1.0")
    shorter = content | {"provisions": [item for item in content["provisions"] if item["number"] != "1.4"]}
    publish(county, "1.0", shorter, NEXT_MONTH)
    publish(county, "2.0", shorter | {"purpose": {"sv": "Ett annat syfte."}}, NEXT_YEAR, "minor")
    end = {"action": "retire", "content": None, "target": {"type": "guideline", "id": "behov-och-nytta"}}
    approved(county, amendment(county, **end), inForceFrom=TOMORROW.isoformat())
    return county


def test_a_guideline_is_told_as_it_stands_on_the_day(decided: County) -> None:
    days = {
        date(2025, 12, 31): None,
        date(2026, 1, 1): ("1.0", "in_force", 6),
        NEXT_MONTH - timedelta(1): ("1.0", "in_force", 6),
        NEXT_MONTH: ("2.0", "in_force", 5),
        NEXT_YEAR: ("2.1", "in_force", 5),
        date(2199, 12, 31): ("2.1", "in_force", 5),
    }
    for day, told in days.items():
        answer = decided.get(f"{ADDRESS}?asOf={day}")
        listed = {item["id"]: item for item in decided.get(f"/guidelines?limit=100&asOf={day}").json()["items"]}
        if told is None:
            assert (answer.status_code, listed) == (404, {})
            continue
        found = answer.json()
        assert (found["currentVersion"], found["status"], len(found["content"]["provisions"])) == told, day
        assert listed[GUIDELINE] == found
        assert answer.headers["etag"].startswith(f'"{found["revision"]}.')
    assert decided.get(ADDRESS).json() == decided.get(f"{ADDRESS}?asOf={TODAY}").json()


def test_what_is_repealed_is_told_so_from_its_day(decided: County) -> None:
    for day, status in ((TODAY, "in_force"), (TOMORROW, "repealed"), (NEXT_YEAR, "repealed")):
        assert decided.get(f"/guidelines/behov-och-nytta?asOf={day}").json()["status"] == status
        page = decided.get(f"/guidelines?limit=100&asOf={day}").json()
        assert {item["id"]: item["status"] for item in page["items"]}["behov-och-nytta"] == status
        assert page["_meta"]["totalRecords"] == 8
        assert f"asOf={day}" in page["_links"]["self"]["href"]


def test_versions_begin_and_end_on_their_days_without_anybody_doing_anything(decided: County) -> None:
    def statuses() -> dict[str, str]:
        items = decided.get(f"{ADDRESS}/versions").json()["items"]
        return {item["number"]: item["status"] for item in items}

    assert statuses() == {"1.0": "in_force", "2.0": "draft", "2.1": "draft"}
    until = decided.get(f"{ADDRESS}/versions/1.0").json()["inForceUntil"]
    assert until == (NEXT_MONTH - timedelta(1)).isoformat()
    with time_machine.travel(clock.begin_of(NEXT_MONTH), tick=False):
        assert statuses() == {"1.0": "superseded", "2.0": "in_force", "2.1": "draft"}
        assert decided.get(ADDRESS).json()["currentVersion"] == "2.0"
        assert decided.get(f"{ADDRESS}?asOf={TODAY}").json()["currentVersion"] == "1.0"


def test_a_minor_change_carries_adoptions_over_and_a_major_one_asks_anew(county: County) -> None:
    content = content_of(county, "1.0")
    publish(county, "1.0", content | {"purpose": {"sv": "Ett syfte."}}, TOMORROW, "minor")
    publish(county, "1.1", content | {"purpose": {"sv": "Ett nytt syfte."}}, NEXT_MONTH)
    told = {}
    for day in (TODAY, TOMORROW, NEXT_MONTH):
        items = county.get(f"/adoptions?municipality=2281&guideline={GUIDELINE}&asOf={day}").json()["items"]
        told[day] = [(item["status"], item["version"], item["versionStatus"]) for item in items]
    stand = ("adopted_with_changes", "1.0")
    assert told == {
        TODAY: [(*stand, "current")],
        TOMORROW: [(*stand, "minor_behind")],
        NEXT_MONTH: [(*stand, "major_behind")],
    }


def test_a_text_that_comes_back_is_a_new_version_that_says_so(decided: County) -> None:
    first = content_of(decided, "1.0")
    publish(decided, "2.1", first, NEXT_YEAR)
    versions = {item["number"]: item for item in decided.get(f"{ADDRESS}/versions").json()["items"]}
    assert {number: item["reverts"] for number, item in versions.items()} == {
        "1.0": None,
        "2.0": None,
        "2.1": None,
        "3.0": "1.0",
    }
    # To the letter, with the key of the provision that was away: the hash proves it.
    assert versions["3.0"]["content"] == first
    assert versions["3.0"]["contentHash"] == versions["1.0"]["contentHash"]
    told = decided.get("/events?kinds=guideline.published&limit=100").json()["items"][-1]["data"]
    assert (told["version"], told["supersedes"], told["reverts"]) == ("3.0", "2.1", "1.0")
    page = decided.client.get(f"/riktlinjer/{GUIDELINE}?datum={NEXT_YEAR}").text
    assert "Texten är åter den i version 1.0." in page


def test_a_text_that_only_stays_is_no_return(county: County) -> None:
    publish(county, "1.0", content_of(county, "1.0"), TOMORROW)
    assert county.get(f"{ADDRESS}/versions/2.0").json()["reverts"] is None


@pytest.mark.parametrize("query", ["asOf=", "asOf=idag", "asOf=2026-13-01", "asOf=0001-01-01", "asof=2026-01-01"])
def test_a_day_that_is_none_is_pointed_at(library: County, query: str) -> None:
    for address in ("/guidelines", ADDRESS):
        answer = library.get(f"{address}?{query}")
        assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)


@pytest.mark.parametrize(
    ("begins", "months", "due"),
    [
        ("2026-01-01", 12, "2027-01-01"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 120, "2036-11-30"),
        ("2026-11-30", None, None),
    ],
)
def test_a_version_is_reviewed_so_many_months_on(begins: str, months: int | None, due: str | None) -> None:
    found = review_due(date.fromisoformat(begins), months)
    assert (found.isoformat() if found else None) == due

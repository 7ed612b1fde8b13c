"""The glossary on another day: what was valid then, as it is known now, and what has changed since an instant."""

from datetime import timedelta

import pytest
import time_machine

from api import clock
from api.terms.publishing import retirement
from db.session import transaction
from tests.conftest import County
from tests.terms.acts import amended, content_of, new_term, publish

TERM = "digital-mognad"
TODAY = clock.today()
LAST_WEEK, TOMORROW, NEXT_WEEK = (TODAY + timedelta(days=days) for days in (-7, 1, 7))


@pytest.fixture
def changed(county: County) -> County:
    """Give a county where a term changed last week, is retired next week, and others come and go."""
    content = content_of(county, TERM)
    labels = [label | {"value": "åmognad"} if label["language"] == "sv" else label for label in content["labels"][:1]]
    publish(county, amended(TERM, content | {"labels": labels, "broader": ["klarsprak"]}, valid_from=LAST_WEEK))
    with transaction(county.app.state.database) as tx:
        end = retirement(
            tx, TERM, replaced_by="digitalisering", note={"sv": "Slut."}, organisation="22", valid_from=NEXT_WEEK
        )
    publish(county, end, new_term("kommer", valid_from=TOMORROW), new_term("kom", valid_from=LAST_WEEK))
    return county


def test_a_term_is_told_in_the_version_of_the_day(changed: County) -> None:
    days = {
        "2025-12-31": None,
        "2026-01-01": ("1.0", "approved", "2026-01-01", (LAST_WEEK - timedelta(days=1)).isoformat()),
        TODAY.isoformat(): ("1.1", "approved", LAST_WEEK.isoformat(), (NEXT_WEEK - timedelta(days=1)).isoformat()),
        NEXT_WEEK.isoformat(): ("1.2", "deprecated", NEXT_WEEK.isoformat(), None),
        "2199-12-31": ("1.2", "deprecated", NEXT_WEEK.isoformat(), None),
    }
    for day, told in days.items():
        answer = changed.get(f"/terms/{TERM}?asOf={day}")
        if told is None:
            assert answer.status_code == 404
            continue
        term = answer.json()
        assert (term["version"], term["status"], term["validFrom"], term["validUntil"]) == told, day
        assert answer.headers["etag"].startswith(f'"{term["revision"]}.')
    assert changed.get(f"/terms/{TERM}").json() == changed.get(f"/terms/{TERM}?asOf={TODAY}").json()
    assert term["replacement"] == {"id": "digitalisering", "preferredLabel": "digitalisering"}
    # That is when it changes for those who follow, though it was decided today.
    assert changed.get(f"/terms?asOf={NEXT_WEEK}&changedSince={NEXT_WEEK}").json()["_meta"]["totalRecords"] == 1
    # What leans on other terms is of the day too.
    assert TERM in changed.get("/terms/klarsprak").json()["narrower"]
    assert TERM not in changed.get("/terms/klarsprak?asOf=2026-02-01").json()["narrower"]
    assert changed.get("/terms/kommer").status_code == 200
    assert changed.get(f"/terms/kommer?asOf={TODAY}").status_code == 404
    assert changed.get(f"/terms/kom?asOf={LAST_WEEK}").status_code == 200


def test_a_list_of_a_day_is_in_that_days_order_and_counts_what_there_was(changed: County) -> None:
    def listed(day: str, more: str = "") -> tuple[list[str], int]:
        page = changed.get(f"/terms?limit=100&asOf={day}{more}").json()
        return [item["id"] for item in page["items"]], page["_meta"]["totalRecords"]

    assert listed("2025-12-31") == ([], 0)
    before, count = listed("2026-02-01")
    assert (count, "kom" in before) == (60, False)
    today, count = listed(TODAY.isoformat())
    assert (count, "kommer" in today) == (61, False)
    # Then it began with a d, now with an å.
    assert today.index(TERM) > today.index("verksamhetsutveckling") > before.index(TERM)
    assert sorted(before) == sorted({*today} - {"kom"})
    after, count = listed(NEXT_WEEK.isoformat())
    assert (count, TERM in after, "kommer" in after) == (61, False, True)
    assert listed(NEXT_WEEK.isoformat(), "&status=deprecated") == ([TERM], 1)
    assert listed("2026-02-01", "&q=digital%20mognad")[0][0] == TERM


def test_the_whole_glossary_of_a_day_has_a_hash_of_its_own_and_stays_as_it_was(changed: County) -> None:
    then = changed.get("/glossary?asOf=2026-02-01").json()
    now = changed.get("/glossary").json()
    assert then["contentHash"] != now["contentHash"]
    assert (len(then["terms"]), len(changed.get("/glossary?asOf=1999-01-01").json()["terms"])) == (60, 0)
    publish(changed, new_term("senare"))
    later = changed.get("/glossary?asOf=2026-02-01").json()
    assert (later["contentHash"], later["terms"]) == (then["contentHash"], then["terms"])


def test_on_its_first_day_a_version_is_shown_without_anybody_doing_anything(changed: County) -> None:
    assert changed.get(f"/terms/{TERM}").json()["version"] == "1.1"
    with time_machine.travel(clock.begin_of(NEXT_WEEK), tick=False):
        changed.app.state.published.catch_up()
        term = changed.get(f"/terms/{TERM}").json()
        assert (term["version"], term["status"]) == ("1.2", "deprecated")
        assert changed.get(f"/terms/{TERM}?asOf={TODAY}").json()["version"] == "1.1"
        begun = changed.get(f"/terms?changedSince={NEXT_WEEK}").json()["items"]
        assert [item["id"] for item in begun] == [TERM]


def test_only_what_changed_is_listed_and_what_has_ended_too(county: County) -> None:
    before = clock.now()
    with transaction(county.app.state.database) as tx:
        end = retirement(tx, TERM, replaced_by=None, note={"sv": "Slut."}, organisation="22", valid_from=TODAY)
    publish(county, new_term("ost"), new_term("angel"), end)

    def changed_since(moment: str) -> list[str]:
        return [item["id"] for item in county.get(f"/terms?limit=100&changedSince={moment}").json()["items"]]

    assert changed_since(before.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) == ["angel", TERM, "ost"]
    assert changed_since("2199-01-01") == []
    assert len(changed_since("2026-01-01")) == 62
    last = county.get(f"/terms/{TERM}").json()["changedAt"]
    assert changed_since(last) == ["angel", TERM, "ost"]
    assert changed_since(f"{last}&status=deprecated".replace("Z", "%2B00:00")) == [TERM]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("asOf=2026-13-01", "not-a-day"),
        ("asOf=0001-01-01", "day-out-of-range"),
        ("asOf=", "not-a-day"),
        ("asOf=today", "not-a-day"),
        ("changedSince=yesterday", "not-an-instant"),
        ("changedSince=2026-11-24T09:00:00", "not-an-instant"),
        ("changedSince=2026-02-30", "not-an-instant"),
        ("changedSince=2026-11-24T25:00:00Z", "not-an-instant"),
        ("changedSince=2026-11-24T09:00:00+01:00", "not-an-instant"),
        ("changedSince=9999-12-31T23:59:59-23:59", "day-out-of-range"),
    ],
)
def test_a_day_or_an_instant_that_is_none_is_pointed_at(library: County, query: str, code: str) -> None:
    answer = library.get(f"/terms?{query}")
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]

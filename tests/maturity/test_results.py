"""What external models measured: recorded, corrected, withdrawn, and private until the municipality says otherwise."""

from typing import Any

import httpx2
import pytest

from tests.conftest import County
from tests.edge.desk import check_problem
from tests.examples import MATURITY as ADDRESS
from tests.examples import MATURITY_BODY as FIGURE

PRIVATE = FIGURE | {"public": False}
RETRACTION = {"dimension": "digital förmåga", "measuredOn": "2026-05-01", "retracted": True}
LISTS = (ADDRESS, "/municipalities/2281/maturity-results", "/maturity-results")


def put(county: County, sent: Any, code: str = "2281", role: str = "coordinator", **headers: str) -> httpx2.Response:
    address = ADDRESS.replace("2281", code)
    return county.send("PUT", address, sent, county.token(code, role), **headers)


def listed(county: County, address: str = LISTS[2], by: str | None = None) -> list[tuple[str, str, float]]:
    items = county.get(address, by).raise_for_status().json()["items"]
    return [(each["municipality"], each["measuredOn"], each["value"]) for each in items]


def told(county: County, stream: str = "") -> list[tuple[str, float | None]]:
    """Give kind and value of the events of a stream; the public one unless another is named."""
    by = county.token(stream, "coordinator") if stream else None
    query = f"?kinds=maturity_result.*{'&stream=' if stream else ''}{stream}"
    items = county.get(f"/events{query}", by).raise_for_status().json()["items"]
    return [(each["kind"].partition(".")[2], each["data"].get("value")) for each in items]


def test_a_figure_is_recorded_and_read_as_it_was_sent(county: County) -> None:
    made = put(county, FIGURE)
    assert made.status_code == 201
    assert made.json().items() >= {**FIGURE, "municipality": "2281", "model": "DiMiOS", "modelVersion": "2026"}.items()
    assert '"value":48,' in made.text
    [item] = county.client.get(made.headers["location"]).json()["items"]
    assert item == made.json()
    for address in LISTS:
        assert county.get(address).json()["items"] == [item]


def test_a_repetition_changes_nothing_and_a_correction_needs_what_was_read(county: County) -> None:
    put(county, FIGURE)
    again = put(county, FIGURE)
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    check_problem(put(county, FIGURE, if_none_match="*"), 412, "precondition-failed")
    corrected = FIGURE | {"value": 48.5}
    check_problem(put(county, corrected), 428, "precondition-required")
    check_problem(put(county, corrected, if_match='"2"'), 412, "precondition-failed")
    assert put(county, corrected, if_match='"1"').json()["value"] == 48.5
    assert told(county) == [("recorded", 48), ("recorded", 48.5)]


def test_each_dimension_and_day_stands_for_itself_the_newest_first(county: County) -> None:
    for change in ({}, {"measuredOn": "2026-11-02", "value": 52}, {"dimension": "ledning", "value": 60}):
        assert put(county, FIGURE | change).status_code == 201
    assert put(county, FIGURE | {"value": 31}, "2260").status_code == 201
    assert listed(county, ADDRESS) == [
        ("2281", "2026-11-02", 52),
        ("2281", "2026-05-01", 48),
        ("2281", "2026-05-01", 60),
    ]
    assert [code for code, _, _ in listed(county)] == ["2260", "2281", "2281", "2281"]
    assert listed(county, "/maturity-results?dimension=ledning") == [("2281", "2026-05-01", 60)]
    assert listed(county, "/maturity-results?municipality=2260") == [("2260", "2026-05-01", 31)]
    assert listed(county, "/maturity-results?model=LIKA") == []
    assert len(listed(county, "/municipalities/2281/maturity-results?model=DiMiOS&modelVersion=2026")) == 3


def test_what_is_private_shows_in_nothing_that_others_read(county: County) -> None:
    mine, other = county.token("2281", "reader"), county.token("2260", "coordinator")
    before = {address: county.get(address).headers["etag"] for address in LISTS}
    last = county.get("/events").json()["_meta"]["lastSequence"]
    put(county, PRIVATE)
    for address in LISTS:
        assert county.get(address).headers["etag"] == before[address]
        assert listed(county, address) == listed(county, address, other) == []
        assert listed(county, address, mine) == [("2281", "2026-05-01", 48)]
    assert county.get("/events").json()["_meta"]["lastSequence"] == last
    assert told(county, "2281") == [("recorded", 48)]
    assert "DiMiOS" not in county.get("/maturity-results?format=csv", other).text
    assert "DiMiOS" in county.get("/maturity-results?format=csv", mine).text


def test_who_hides_a_figure_tells_the_public_only_that_it_is_gone(county: County) -> None:
    put(county, FIGURE)
    put(county, PRIVATE, if_match='"1"')
    assert listed(county) == []
    assert told(county) == [("recorded", 48), ("withdrawn", None)]
    assert told(county, "2281") == [("recorded", 48)]
    put(county, FIGURE, if_match='"2"')
    assert told(county)[2:] == [("recorded", 48)]


def test_a_false_figure_is_withdrawn_and_may_be_measured_again(county: County) -> None:
    check_problem(put(county, RETRACTION, if_match='"1"'), 404, "not-found")
    put(county, FIGURE)
    check_problem(put(county, RETRACTION), 428, "precondition-required")
    check_problem(put(county, RETRACTION, if_match='"2"'), 412, "precondition-failed")
    gone = put(county, RETRACTION, if_match='"1"').json()
    assert (gone["revision"], gone["retracted"], gone["value"]) == (2, True, None)
    assert listed(county, by=county.token("2281")) == []
    check_problem(put(county, RETRACTION, if_match='"2"'), 404, "not-found")
    again = put(county, PRIVATE, if_none_match="*")
    assert (again.status_code, again.json()["revision"]) == (201, 3)
    assert put(county, RETRACTION, if_match='"3"').is_success
    assert told(county) == [("recorded", 48), ("withdrawn", None)]
    assert told(county, "2281") == [("recorded", 48), ("withdrawn", None)]


FAULTS: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "a value in words": ({"value": "48"}, ("/value", "float-type")),
    "a value beside its scale": ({"value": 101}, ("/value", "outside-scale")),
    "a value beside a scale in words": ({"value": 6, "scale": "1 till 5"}, ("/value", "outside-scale")),
    "a value that no scale has": ({"value": 1e10, "scale": "poäng"}, ("/value", "less-than-equal")),
    "a scale upside down": ({"scale": "100-0"}, ("/scale", "empty-scale")),
    "a day to come": ({"measuredOn": "2199-01-01"}, ("/measuredOn", "in-the-future")),
    "a day that is none": ({"measuredOn": "våren"}, ("/measuredOn", "not-a-day")),
    "no dimension": ({"dimension": " "}, ("/dimension", "blank")),
    "a dimension in two lines": ({"dimension": "a\nb"}, ("/dimension", "line-break")),
    "a source of a novel's length": ({"source": "a" * 201}, ("/source", "too-long")),
    "a retraction in numbers": ({"retracted": 1}, ("/retracted", "bool-type")),
    "public in words": ({"public": "ja"}, ("/public", "bool-type")),
    "a total of our own": ({"total": 48}, ("/total", "unknown-field")),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_named_and_nothing_is_stored(county: County, name: str) -> None:
    change, expected = FAULTS[name]
    [fault] = check_problem(put(county, FIGURE | change), 422, "invalid-input")["errors"]
    assert (fault["pointer"], fault["code"]) == expected
    assert listed(county, by=county.token("2281")) == []


@pytest.mark.parametrize("model", ["Di MiOS", "eBlomlådan", "..", ".", "a" * 129])
def test_a_model_has_a_name_that_stands_in_an_address(county: County, model: str) -> None:
    address = f"/municipalities/2281/maturity-results/{model.replace('.', '%2e')}/2026"
    answer = county.send("PUT", address, FIGURE, county.token("2281", "coordinator"))
    assert answer.status_code in (404, 422)
    assert listed(county) == []


def test_nobody_speaks_for_another(county: County) -> None:
    other = county.token("2260", "coordinator")
    check_problem(county.send("PUT", ADDRESS, FIGURE, other), 403, "forbidden")
    check_problem(county.send("PUT", ADDRESS, RETRACTION, other, if_match='"1"'), 403, "forbidden")
    check_problem(put(county, FIGURE, role="editor"), 403, "forbidden")
    check_problem(county.get("/municipalities/9999/maturity-results"), 404, "not-found")


def test_the_feed_tells_people_of_figures_in_words(county: County) -> None:
    put(county, FIGURE | {"value": 48.5})
    put(county, RETRACTION, if_match='"1"').raise_for_status()
    feed = county.get("/feed?kinds=maturity_result.*").raise_for_status().text
    assert "Sundsvall i DiMiOS 2026: digital förmåga" in feed
    assert "48,5 på skalan 0-100" in feed
    assert "Sundsvall visar inte längre DiMiOS 2026: digital förmåga" in feed

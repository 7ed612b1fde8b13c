"""What a municipality proposed in vain may become a deviation of its own, which names the proposal."""

from typing import Any

import pytest

from tests.conftest import County
from tests.examples import DECISION, DECISION_BODY
from tests.proposals.acts import REJECTION, amendment, content_of, decide, draft, submitted

DEVIATION = DECISION_BODY["deviations"][0] | {"provision": "1.4", "measure": "Förslagets text följs."}  # type: ignore[index]


def rejected(county: County, by: str = "2281", **other: Any) -> str:
    """Have a proposal of a municipality rejected, and give its address."""
    address = submitted(county, county.token(by), amendment(county, **other))
    decide(county, address, county.token("22", "county_editor", subject="berit"), REJECTION).raise_for_status()
    return address


def put(county: County, address: str, revision: int = 7, **other: Any) -> Any:
    """Adopt a guideline with a deviation that comes from a proposal."""
    deviations = [DEVIATION | {"proposal": address.rpartition("/")[2]} | other]
    day = {"decidedOn": "2026-11-01", "validFrom": None}
    body = DECISION_BODY | day | {"deviations": deviations, "sourceRevision": revision}
    return county.send("PUT", DECISION, body, county.token("2281", "integrator"))


def test_a_rejected_proposal_shows_the_way_to_a_deviation_and_the_deviation_shows_it(county: County) -> None:
    address = rejected(county)
    way = county.get(address).json()["_links"]["deviation"]["href"].partition("/api/v1")[2]
    recorded = put(county, address).raise_for_status().json()["decision"]
    [deviation] = recorded["deviations"]
    assert f"/proposals/{deviation['proposal']}" == address
    assert recorded in county.get(f"{way}?limit=100").json()["items"]
    assert put(county, address).json()["result"] == "unchanged"
    shown = county.get(f"{address}/impact").json()["deviations"]
    assert {each["municipality"]: each["proposal"] for each in shown}["2281"] == deviation["proposal"]
    assert "Sundsvall kan ändå följa sitt förslag" in county.get(f"/forslag/{deviation['proposal']}").text
    assert f'href="/forslag/{deviation["proposal"]}"' in county.get("/riktlinjer/gemensamt-sprak").text


def test_a_deviation_finds_the_provision_again_after_it_was_renumbered(county: County) -> None:
    content = content_of(county)
    content["provisions"][3] |= {"number": "1.9", "text": {"sv": "Större förändringar remitteras."}}
    address = rejected(county, content=content)
    assert put(county, address).status_code == 201
    ends = rejected(county, action="retire", content=None)
    assert county.get(ends).json()["_links"]["deviation"] is not None
    assert put(county, ends, 8, provision="1.1").json()["result"] == "updated"


def test_only_a_change_of_what_stands_that_the_county_rejected_becomes_a_deviation(county: County) -> None:
    new = {"target": {"type": "guideline", "id": "ny-riktlinje"}, "action": "create", "baseVersion": None}
    for address in (
        submitted(county, county.token("2281")),
        rejected(county, **new),
        rejected(county, "22"),
    ):
        assert county.get(address).json()["_links"]["deviation"] is None, address


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda _: "/proposals/0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50", "unknown-proposal"),
        (lambda county: rejected(county, "2260"), "unknown-proposal"),
        (lambda county: draft(county, county.token("2260")), "unknown-proposal"),
        (lambda county: draft(county, county.token("2281")), "proposal-not-rejected"),
        (lambda county: submitted(county, county.token("2281")), "proposal-not-rejected"),
        (lambda county: rejected(county, target={"type": "guideline", "id": "behov-och-nytta"}), "proposal-elsewhere"),
        (lambda _: "/proposals/inget", "uuid-parsing"),
    ],
)
def test_a_deviation_comes_from_an_own_rejected_proposal_on_its_guideline(county: County, made: Any, code: str) -> None:
    check(county, put(county, made(county)), code)


def test_a_deviation_comes_from_a_proposal_that_changes_its_provision(county: County) -> None:
    answer = put(county, rejected(county), provision="1.1")
    check(county, answer, "proposal-elsewhere")
    assert "it changes 1.4" in answer.json()["errors"][0]["detail"]


def check(county: County, answer: Any, code: str) -> None:
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (422, "/deviations/0/proposal", code)
    assert county.get(DECISION).status_code == 404

"""Referred, answered, closed, decided: over HTTP."""

from tests.conftest import County
from tests.proposals.acts import decide
from tests.rounds.acts import OPPOSITION, approval, close, moderator, open_round, referred, state, tally


def test_a_round_is_opened_answered_closed_and_its_text_decided(county: County) -> None:
    address = referred(county, quorum=3)
    opened = county.get(f"{address}/rounds/1").json()
    proposal = county.get(address).json()
    assert (proposal["status"], proposal["contentHash"]) == ("on_consultation", opened["contentHash"])
    assert tally(county, address)["missing"] == "3 more answers are needed for the quorum of 3"
    for organisation in ("2260", "2262", "2280"):
        assert state(county, address, organisation).status_code == 201
    assert (tally(county, address)["ruleMet"], tally(county, address)["unanswered"]) == (True, ["2281"])
    close(county, address).raise_for_status()
    decided = decide(county, address, moderator(county), approval()).raise_for_status().json()
    version = county.get(f"/guidelines/gemensamt-sprak/versions/{decided['publishedVersion']}").json()
    assert version["contentHash"] == opened["contentHash"]


def test_an_objection_stands_until_it_is_taken_back(county: County) -> None:
    address = referred(county)
    state(county, address, "2260").raise_for_status()
    state(county, address, "2262", OPPOSITION).raise_for_status()
    close(county, address).raise_for_status()
    told = tally(county, address)
    assert (told["missing"], told["conditions"]) == (
        "one objection stands: 2262",
        [{"organisation": "2262", "condition": OPPOSITION["condition"]}],
    )
    answer = decide(county, address, moderator(county), approval())
    assert (answer.status_code, answer.json()["missing"]) == (409, told["missing"])
    open_round(county, address).raise_for_status()
    for organisation in ("2260", "2262"):
        state(county, address, organisation, number=2).raise_for_status()
    close(county, address).raise_for_status()
    assert decide(county, address, moderator(county), approval()).status_code == 201

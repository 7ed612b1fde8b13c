"""One whole case: from a proposal of Sundsvall's to the package on which Timrå's board decides."""

from datetime import date, timedelta
from typing import Any

import time_machine

from api import clock
from tests.conftest import County
from tests.packages.test_package import fetch
from tests.pages.outline import Outline
from tests.proposals.acts import GUIDELINE, amendment, content_of, decide, edit, move, submitted
from tests.rounds.acts import SUPPORT, approval, close, moderator, open_round, state, tally

SUNDSVALL, TIMRA = "2281", "2262"
SEVEN = ["2260", TIMRA, "2280", SUNDSVALL, "2282", "2283", "2284"]
VERSIONS = f"/guidelines/{GUIDELINE}/versions"
EXCEPTION = " Rättelser remitteras inte."
OBJECTION = {
    "position": "oppose",
    "reason": "Åtta veckor fördröjer brådskande ändringar.",
    "condition": "Ett undantag för rättelser.",
    "provisionComments": [{"provision": "1.4", "text": "För långt.", "proposedText": EXCEPTION.strip()}],
}
DOUBT = {"position": "oppose", "reason": "Nämnden har inte sett förslaget."}
WISH = {"position": "support_with_changes", "reason": "Säg också vem som remitterar."}


def read(county: County, path: str) -> Any:
    return county.get(path).raise_for_status().json()


def text(county: County, weeks: str, exception: str = "") -> dict[str, Any]:
    """Write the guideline with another time for answers."""
    content = content_of(county)
    rule = content["provisions"][3]["text"]
    rule["sv"] = rule["sv"].replace("minst sex veckor", f"minst {weeks} veckor") + exception
    return content


def rewrite(county: County, address: str, reason: str, content: dict[str, Any]) -> None:
    """Return a proposal, and let Sundsvall write it anew and submit it again."""
    editor = county.token(SUNDSVALL)
    move(county, address, "return", moderator(county), reason).raise_for_status()
    edit(county, address, editor, content=content).raise_for_status()
    move(county, address, "submit", editor).raise_for_status()


def first_round(county: County, address: str) -> None:
    """Refer to all seven; six answer: one objects with a condition, one changes its mind, one is late."""
    opened = open_round(county, address, invited=None, quorum=4).raise_for_status().json()
    assert (opened["number"], opened["invited"]) == (1, SEVEN)
    before = (("2260", SUPPORT), ("2280", DOUBT), (TIMRA, OBJECTION), ("2282", WISH), (SUNDSVALL, SUPPORT))
    for town, said in (*before, ("2280", SUPPORT)):
        state(county, address, town, said).raise_for_status()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        state(county, address, "2283").raise_for_status()
        close(county, address, reason=None).raise_for_status()
    told = read(county, f"{address}/rounds/1/statements?limit=100")["items"]
    assert [(each["organisation"], each["position"], each["late"], each["counted"]) for each in told] == [
        ("2260", "support", False, True),
        ("2280", "oppose", False, False),
        (TIMRA, "oppose", False, True),
        ("2282", "support_with_changes", False, True),
        (SUNDSVALL, "support", False, True),
        ("2280", "support", False, True),
        ("2283", "support", True, True),
    ]
    assert [each["id"] for each in told if each["supersededBy"]] == [told[1]["id"]]
    assert told[1]["supersededBy"] == told[5]["id"]


def check_the_objection(county: County, address: str) -> None:
    """Find what is missing, what would turn Timrå, and no way past it."""
    told = tally(county, address)
    assert (told["support"], told["supportWithChanges"], told["oppose"], told["unanswered"]) == (4, 1, 1, ["2284"])
    assert (told["ruleMet"], told["missing"]) == (False, "one objection stands: 2262")
    assert told["lacks"][0]["sv"] == "en invändning står kvar: 2262"
    assert told["conditions"] == [{"organisation": TIMRA, "condition": OBJECTION["condition"]}]
    said = [each for rule in read(county, f"{address}/rounds/1/sheet")["provisions"] for each in rule["comments"]]
    assert [(each["organisation"], each["proposedText"]) for each in said] == [(TIMRA, EXCEPTION.strip())]
    check_undecided(county, address, 1, told["missing"])


def check_undecided(county: County, address: str, number: int, missing: str) -> None:
    answer = decide(county, address, moderator(county), approval())
    told = answer.json()
    assert (answer.status_code, told["type"].rpartition("/")[2]) == (409, "round-rule-unmet")
    assert (told["round"], told["missing"]) == (number, missing)


def second_round(county: County, address: str) -> dict[str, Any]:
    """Refer the new text, with the exception in it, and have it supported; gives the round."""
    check_undecided(county, address, 1, "one objection stands: 2262")
    opened: dict[str, Any] = open_round(county, address, invited=None, quorum=4).raise_for_status().json()
    assert opened["contentHash"] != read(county, f"{address}/rounds/1")["contentHash"]
    old = state(county, address, TIMRA, number=1)
    assert (old.status_code, old.json()["detail"]) == (409, "Round 2 has followed: answer that one.")
    for town in SEVEN[:-1]:
        state(county, address, town, number=2).raise_for_status()
    close(county, address).raise_for_status()
    listed = read(county, f"{address}/rounds")["items"]
    assert [(each["number"], each["tally"]["ruleMet"]) for each in listed] == [(2, True), (1, False)]
    return opened


def check_as_of(county: County, start: date) -> None:
    """Read the guideline the day before and on the day: each has its text, and Timrå's adoption is of the old one."""
    for day, number, weeks, stand in (
        (start - timedelta(1), "1.0", "sex veckor", "current"),
        (start, "2.0", "åtta veckor", "major_behind"),
    ):
        shown = read(county, f"/guidelines/{GUIDELINE}?asOf={day}")
        assert shown["currentVersion"] == number
        assert weeks in shown["content"]["provisions"][3]["text"]["sv"]
        cells = read(county, f"/adoption-matrix?asOf={day}")["cells"]
        [cell] = [each for each in cells if (each["municipality"], each["guideline"]) == (TIMRA, GUIDELINE)]
        assert (cell["version"], cell["versionStatus"]) == ("1.0", stand)


def check_package(county: County, content_hash: str) -> None:
    """Find in Timrå's package the very text that was referred, and its redline from what Timrå adopted."""
    files = fetch(county, "2.0", TIMRA)
    assert f"{content_hash.removeprefix('sha256:')}  riktlinje.json" in files["SHA256SUMS"].decode()
    redline = Outline(files["andringar.html"].decode()).text
    assert "jämförd med version 1.0, som Timrå antog senast" in redline
    assert EXCEPTION.strip() in redline


def test_a_proposal_is_returned_referred_amended_referred_again_decided_and_packaged(county: County) -> None:
    before = county.get(f"{VERSIONS}/1.0").json()
    body = amendment(county, changeKind="major", content=text(county, "tolv"))
    address = submitted(county, county.token(SUNDSVALL), body)
    rewrite(county, address, "Tolv veckor är för långt.", text(county, "åtta"))
    first_round(county, address)
    with time_machine.travel(clock.now() + timedelta(days=32)):
        check_the_objection(county, address)
        rewrite(county, address, "Skriv in undantaget för rättelser.", text(county, "åtta", EXCEPTION))
        asked = second_round(county, address)
        start = clock.today() + timedelta(days=20)
        body = approval(inForceFrom=start.isoformat())
        decided = decide(county, address, moderator(county), body).raise_for_status().json()
        assert (decided["outcome"], decided["publishedVersion"], decided["override"]) == ("approved", "2.0", None)
        published = read(county, f"{VERSIONS}/2.0")
        assert (published["contentHash"], published["inForceFrom"]) == (asked["contentHash"], start.isoformat())
        assert len(read(county, f"{address}/submissions")["items"]) == 3
        check_as_of(county, start)
        check_package(county, asked["contentHash"])
        after = read(county, f"{VERSIONS}/1.0")
        assert (after["content"], after["contentHash"]) == (before["content"], before["contentHash"])
        assert after["inForceUntil"] == (start - timedelta(1)).isoformat()

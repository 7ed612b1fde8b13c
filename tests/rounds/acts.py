"""What the county's editor and coordinators do in referral rounds, over HTTP."""

from datetime import timedelta
from typing import Any

import httpx2

from api import clock
from tests.conftest import County
from tests.proposals.acts import APPROVAL, etag, move, submitted

SOON = timedelta(days=30)
SUPPORT = {"position": "support"}
OPPOSITION = {"position": "oppose", "reason": "Vi hinner inte.", "condition": "Tolv veckor i stället för åtta."}


def referral(**others: Any) -> dict[str, Any]:
    """Write a referral to four municipalities, by consent."""
    return {
        "closesOn": (clock.today() + SOON).isoformat(),
        "invited": ["2260", "2262", "2280", "2281"],
        "decisionRule": "consent",
        "quorum": 2,
        "message": "Svara gärna på varje bestämmelse.",
        **others,
    }


def moderator(county: County) -> str:
    return county.token("22", "county_editor")


def open_round(county: County, address: str, **others: Any) -> httpx2.Response:
    """Refer a proposal by one who has read it."""
    by = moderator(county)
    return county.send("POST", f"{address}/rounds", referral(**others), by, if_match=etag(county, address, by))


def referred(county: County, body: dict[str, Any] | None = None, **others: Any) -> str:
    """Submit a proposal of 2281 and refer it; gives its address."""
    address = submitted(county, county.token("2281"), body)
    open_round(county, address, **others).raise_for_status()
    return address


def extend(county: County, address: str, number: int, days: int) -> httpx2.Response:
    """Extend a round by one who has read it."""
    day = clock.today() + timedelta(days)
    round_ = f"{address}/rounds/{number}"
    body = {"closesOn": day.isoformat(), "reason": "Nämnden möts senare."}
    return county.send("PATCH", round_, body, moderator(county), if_match=etag(county, round_, None))


def state(
    county: County, address: str, organisation: str, body: dict[str, Any] = SUPPORT, number: int = 1
) -> httpx2.Response:
    """Answer for a municipality, by its coordinator."""
    by = county.token(organisation, "coordinator", subject="samordnare")
    return county.send("POST", f"{address}/rounds/{number}/statements", body, by)


def close(county: County, address: str, reason: str | None = "Alla som vill har svarat.") -> httpx2.Response:
    return move(county, address, "close", moderator(county), reason)


def approval(**others: Any) -> dict[str, Any]:
    """Write an approval of today that rests on a round."""
    return APPROVAL | {"decidedOn": clock.today().isoformat(), "override": None, **others}


def tally(county: County, address: str, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = county.get(f"{address}/rounds/{number}").raise_for_status().json()["tally"]
    return found

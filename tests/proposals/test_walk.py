"""Every state, every action, every caller, over HTTP: what is not allowed is refused and changes nothing."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from db.vocabulary import ProposalStatus
from tests.conftest import County
from tests.proposals.acts import APPROVAL, REJECTION, decide, draft, move
from tests.rounds.acts import SUPPORT, approval, close, moderator, open_round, referral, state

OWN, INVITED, UNINVITED, COUNTY = "2281", "2260", "2283", "22"
ROLES = ("reader", "editor", "coordinator", "integrator")
Caller = tuple[str, str] | None
CALLERS: tuple[Caller, ...] = (
    None,
    *((organisation, role) for organisation in (OWN, INVITED, UNINVITED) for role in ROLES),
    *((COUNTY, role) for role in ("county_editor", "county_admin", *ROLES)),
)
OWNERS: tuple[Caller, ...] = ((OWN, "editor"), (OWN, "coordinator"))
SECRETARIAT: tuple[Caller, ...] = ((COUNTY, "county_editor"),)
VOICES: tuple[Caller, ...] = ((OWN, "coordinator"), (INVITED, "coordinator"))
# What may be done, in which states, by whom; what is not listed is refused.
LEGAL: dict[str, tuple[str, tuple[Caller, ...]]] = {
    "submit": ("draft returned", OWNERS),
    "return": ("submitted closed", SECRETARIAT),
    "withdraw": ("draft submitted on_consultation closed returned", OWNERS),
    "openRound": ("submitted closed", SECRETARIAT),
    "close": ("on_consultation", SECRETARIAT),
    "approve": ("submitted closed", SECRETARIAT),
    "reject": ("submitted closed", SECRETARIAT),
    "edit": ("draft returned", OWNERS),
    "extend": ("on_consultation", SECRETARIAT),
    "state": ("on_consultation closed returned", VOICES),
}
MOVES = tuple(LEGAL)[:7]
# Before a round is opened there is none to extend or answer.
WITHOUT_ROUND = ("draft", "submitted")


def send(county: County, address: str, action: str, by: str | None, read: str) -> httpx2.Response:
    """Send a perfect request, by one who has read the proposal, if they may."""
    method, path, body = "POST", "/transitions", {"action": action, "reason": "Därför."}
    if action in ("approve", "reject"):
        path, body = "/decision", APPROVAL if action == "approve" else REJECTION
    elif action == "openRound":
        path, body = "/rounds", referral()
    elif action == "edit":
        method, path, body = "PATCH", "", {"title": "En annan rubrik"}
    elif action == "extend":
        method, path, body = "PATCH", "/rounds/1", {"closesOn": referral()["closesOn"], "reason": "Nämnden möts sent."}
        read = county.get(f"{address}{path}").headers.get("etag", read)
    elif action == "state":
        path, body = "/rounds/1/statements", SUPPORT
    return county.send(method, f"{address}{path}", body, by, if_match=read)


def reached(county: County, status: ProposalStatus) -> str:
    """Bring a proposal of 2281 into a state; whatever follows a consultation has been through one."""
    editor, by = county.token(OWN), moderator(county)
    ends: dict[str, Callable[[], httpx2.Response]] = {
        "returned": lambda: move(county, address, "return", by, "Förtydliga."),
        "approved": lambda: decide(county, address, by, approval()),
        "rejected": lambda: decide(county, address, by, approval(outcome="rejected")),
        "withdrawn": lambda: move(county, address, "withdraw", editor, "Vi väntar."),
    }
    address = draft(county, editor)
    if status == "draft":
        return address
    move(county, address, "submit", editor).raise_for_status()
    if status == "submitted":
        return address
    open_round(county, address).raise_for_status()
    for town in ("2260", "2262"):
        state(county, address, town).raise_for_status()
    if status == "on_consultation":
        return address
    close(county, address).raise_for_status()
    if status in ends:
        ends[status]().raise_for_status()
    return address


def refusals(status: ProposalStatus, action: str, caller: Caller) -> set[int]:
    """Say how it is refused: 409 to those who may at another time, 403 where others may now, else one of the two."""
    states, who = LEGAL[action]
    if caller is None:
        return {401}
    if status == "draft" and caller[0] != OWN:
        return {403, 404}
    if status in WITHOUT_ROUND and action in ("extend", "state"):
        return {403, 404}
    return {409} if caller in who else {403} if status in states.split() else {403, 409}


def picture(county: County, address: str) -> list[Any]:
    """Take down all that there is to see of a proposal, and how far the logs have come."""
    editor, admin = county.token(OWN), county.token(OWN, "coordinator")
    paths = ("", "/submissions", "/rounds", "/rounds/1", "/rounds/1/statements", "/decision")
    seen = [county.get(address + path, editor).text for path in paths if county.get(address + path, editor).is_success]
    logs = [county.get(f"/events?limit=1{stream}", admin).json()["_meta"] for stream in ("", f"&stream={OWN}")]
    return [*seen, *logs]


@pytest.mark.parametrize("status", ProposalStatus)
def test_what_is_not_allowed_is_refused_and_changes_nothing(county: County, status: ProposalStatus) -> None:
    address = reached(county, status)
    before = picture(county, address)
    for caller in CALLERS:
        may = [action for action, (states, who) in LEGAL.items() if status in states.split() and caller in who]
        by = county.token(*caller, subject="berit") if caller else None
        seen = county.get(address, by)
        assert seen.status_code == (404 if status == "draft" and (caller or [None])[0] != OWN else 200)
        moves = [action for action in may if action in MOVES]
        assert set(seen.json().get("allowedTransitions", [])) == set(moves), caller
        for action in LEGAL:
            if action not in may:
                answer = send(county, address, action, by, seen.headers.get("etag", '"1"'))
                told = f"{action} of what is {status} by {caller}: {answer.status_code} {answer.text}"
                assert answer.status_code in refusals(status, action, caller), told
                assert set(answer.json().get("allowedTransitions", moves)) == set(moves), told
    assert picture(county, address) == before

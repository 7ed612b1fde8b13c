"""What one organisation drafts or keeps private moves nothing that another can see: no list, count, feed or ETag."""

import re
from typing import Any

import pytest

from api.identity.permissions import ROUTES
from tests.conftest import County
from tests.examples import MATURITY, MATURITY_BODY
from tests.identity.test_permissions import FILLED
from tests.proposals.acts import amendment, draft, edit, move, submitted
from tests.proposals.test_terms import creation

# Each reads what the first one drafts: the public, another municipality, the county that will decide.
READERS = [None, ("2260", "coordinator"), ("22", "county_editor")]
# What is asked of an address beside the plain read: where a draft's own words, number or organisation could show.
ASKED = {
    "/api/v1/terms": ["?q=digital%20tvilling", "?q=tvilling&domain=grundbegrepp", "?changedSince=2026-01-01"],
    "/api/v1/suggestions": ["?q=digital%20tv"],
    "/api/v1/glossary": ["?format=csv", "?since=0"],
    "/api/v1/proposals": ["?organisation=2281", "?status=draft", "?targetId=gemensamt-sprak", "?targetType=term"],
    "/api/v1/events": ["?kinds=proposal.*", "?after=100"],
    "/api/v1/adoptions": ["?asOf=2026-06-01"],
    "/api/v1/adoption-matrix": ["?asOf=2026-06-01"],
    "/api/v1/calendar": ["?municipality=2281"],
    "/begrepp": ["?q=digital+tvilling"],
}
# They tell of the process and its machine, in numbers that every request moves.
_OF_THE_MACHINE = {"/metrics", "/readyz"}


def addresses(proposal: str) -> list[str]:
    """List all that can be read, of what is public and of the organisation that drafts."""
    found = []
    for row in ROUTES:
        if row.method != "GET" or row.path in _OF_THE_MACHINE:
            continue
        names = FILLED | dict.fromkeys(("municipalityCode", "organisationCode"), "2281")
        nobody = dict.fromkeys(("clientId", "webhookId"), FILLED["issuerId"])
        path = row.path.format_map(names | nobody | {"proposalId": proposal})
        found += [path, *(f"{path}{query}" for query in ASKED.get(row.path, ()))]
    return found


def look(county: County, proposal: str, token: str | None) -> dict[str, tuple[int, str | None, bytes]]:
    """Read everything anew, past the cache; the text of an error is left out, which holds the request's own id."""
    answers = {path: county.get(path, token, samsprak_min_sequence="0") for path in addresses(proposal)}
    return {
        path: (answer.status_code, answer.headers.get("etag"), _told(answer.content) if answer.is_success else b"")
        for path, answer in answers.items()
    }


def _told(content: bytes) -> bytes:
    """Leave out when a listener is to come back, which is drawn for each."""
    return re.sub(rb"^retry: \d+\n", b"", content)


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_a_draft_moves_nothing_that_another_sees(county: County, reader: Any) -> None:
    token, editor = county.token(*reader) if reader else None, county.token("2281")
    # What is public of the same organisation, beside which its drafts must not show.
    known = submitted(county, editor).rpartition("/")[2]
    before = look(county, known, token)
    assert sum(status == 200 for status, _etag, _content in before.values()) > 60
    drafts = [draft(county, editor, body) for body in (amendment(county), creation(county))]
    edit(county, drafts[0], editor, title="En annan rubrik")
    county.send("POST", f"{drafts[1]}/comments", {"text": "Vad menas här?"}, editor).raise_for_status()
    mine = county.get("/proposals?status=draft", editor).json()
    assert mine["_meta"]["totalRecords"] == 2
    assert look(county, known, token) == before
    for address in drafts:
        assert county.get(address, token).status_code == 404
        move(county, address, "withdraw", editor).raise_for_status()
    assert look(county, known, token) == before


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_the_edits_of_a_returned_text_move_nothing_that_another_sees(county: County, reader: Any) -> None:
    token, editor = county.token(*reader) if reader else None, county.token("2281")
    address = submitted(county, editor, creation(county))
    move(county, address, "return", county.token("22", "county_editor"), "Förklara mer.").raise_for_status()
    known = address.rpartition("/")[2]
    before = look(county, known, token)
    edit(county, address, editor, title="En hemlig rubrik").raise_for_status()
    county.send("POST", f"{address}/comments", {"text": "Vad menas här?"}, editor).raise_for_status()
    assert look(county, known, token) == before


def test_a_private_figure_moves_nothing_that_another_sees(county: County) -> None:
    other, coordinator = county.token("2260", "coordinator"), county.token("2281", "coordinator")
    known = submitted(county, county.token("2281")).rpartition("/")[2]
    before = look(county, known, other)
    sent = MATURITY_BODY | {"public": False}
    assert county.send("PUT", MATURITY, sent, coordinator).status_code == 201
    assert look(county, known, other) == before

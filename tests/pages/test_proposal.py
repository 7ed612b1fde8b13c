"""A proposal as a page: what it would change, what is said of it, what came of it; drafts are not there."""

import re

from tests.conftest import County
from tests.pages.outline import Outline
from tests.proposals.acts import APPROVAL, amendment, decide, draft, submitted
from tests.proposals.test_terms import creation, retirement


def test_a_page_shows_changes_comments_and_the_decision(county: County) -> None:
    owner, other, decider = county.token("2281"), county.token("2260"), county.token("22", "county_editor")
    address = submitted(county, owner, amendment(county, reason="För att *alla* ska förstå. <script>alert(1)</script>"))
    page = f"/forslag/{address.rpartition('/')[2]}"
    assert "Ingen har kommenterat förslaget." in county.get(page).text
    comment = {"path": "/provisions/1.4", "text": "Vad räknas **som** större?<img src=x onerror=y>"}
    made = county.send("POST", f"{address}/comments", comment, other).raise_for_status().json()
    county.send(
        "POST", f"{address}/comments", {"text": "Allt över en mening.", "inReplyTo": made["id"]}, owner
    ).raise_for_status()
    county.send(
        "PATCH", f"{address}/comments/{made['id']}", {"resolution": "Förklaras."}, owner, if_match='"1"'
    ).raise_for_status()
    decide(county, address, decider, APPROVAL).raise_for_status()
    html = county.get(page).raise_for_status().text
    outline = Outline(html)
    assert outline.faults == []
    assert len(set(outline.every("id"))) == len(outline.every("id"))
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2, 3}
    assert not outline.all("script")
    assert [image for image in outline.all("img") if image.get("src") == "x"] == []
    for told in (
        *(
            "Förslag från Sundsvall",
            "Bifallet",
            "Texten gavs ut som version 1.1",
            "Ånge om Bestämmelse · 1.4",
            "Sundsvall svarar",
        ),
        *("<em>alla</em>", "<strong>som</strong>", "Förklaras.", "Ändrat: Bestämmelse · 1.4 · Text · svenska"),
    ):
        assert told in html, told


def test_what_is_new_and_what_ends_has_a_page_and_a_draft_has_none(county: County) -> None:
    owner = county.token("2281")
    for body, told in ((creation(county), "Något nytt"), (retirement(county), "Texten upphör att gälla.")):
        assert told in county.get(f"/forslag/{submitted(county, owner, body).rpartition('/')[2]}").text
    secret = draft(county, owner).rpartition("/")[2]
    for name in (secret, "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50", "inget"):
        assert county.get(f"/forslag/{name}", owner).status_code == 404

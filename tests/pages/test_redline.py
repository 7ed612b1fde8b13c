"""The redline as a page: chosen by format or by Accept, told without colour, and closed to what was put into a text."""

import html
import re

from tests.conftest import County
from tests.pages.outline import Outline
from tests.proposals.acts import amendment, draft, move
from tests.terms.acts import amended, content_of, publish

TERM = "digital-mognad"
DIFF = f"/terms/{TERM}/versions/1.1/diff"


def texts(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def test_a_redline_is_read_as_a_page_and_shows_texts_as_texts(county: County) -> None:
    content = content_of(county, TERM)
    content["definitions"][0]["text"] = "<script>alert(1)</script> & slut"
    content["labels"].append({"language": "smj", "kind": "alternative", "value": '"><img src=x onerror=y>'})
    content["reviewDue"] = "2027-05-01"
    publish(county, amended(TERM, content))
    for answer in (
        county.get(f"{DIFF}?format=html"),
        county.get(DIFF, accept="text/html,application/xhtml+xml,*/*;q=0.8"),
        county.get(DIFF, accept="text/html"),
    ):
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding, Accept"
        assert "script-src" not in answer.headers["content-security-policy"]
        outline = Outline(answer.text)
        assert outline.faults == []
        assert not outline.all("script")
        assert [image["src"] for image in outline.all("img") if image["src"] == "x"] == []
        assert {tag for tag, _ in outline.elements} >= {"ins", "del"}
        shown = texts(answer.text)
        assert "Version 1.1 jämförd med version 1.0." in shown
        assert "Ändrat: Definition · svenska · För alla · Vanlig text" in shown
        assert "Tillagt: Ord för begreppet · lulesamiska · Går också bra" in shown
        assert "Tillagt: 2027-05-01" in shown
        assert "<script>alert(1)</script>" in shown
    page = texts(county.get(f"/begrepp/{TERM}").text)
    assert "Varför ändrades detta?" in page
    assert "Tydligare ord. Det som ändrades i version 1.1" in page
    assert county.get(f"{DIFF}?format=json", accept="text/html").headers["content-type"] == "application/json"
    assert county.get(DIFF, accept="application/json").json() == county.get(DIFF).json()
    assert county.get(f"{DIFF}?format=pdf").status_code == 422
    same = texts(county.get(f"/terms/{TERM}/versions/1.0/diff?format=html").text)
    assert "Ingenting skiljer." in same


def test_a_proposal_and_a_guideline_have_the_same_page(county: County) -> None:
    editor = county.token("2281")
    address = draft(county, editor, amendment(county))
    assert county.get(f"{address}/diff?format=html").status_code == 404
    own = county.get(f"{address}/diff?format=html", editor)
    assert "private" in own.headers["cache-control"]
    assert "Ändrat: Bestämmelse · 1.4 · Text · svenska" in texts(own.text)
    assert move(county, address, "submit", editor).status_code == 200
    public = county.get(f"{address}/diff", accept="text/html")
    assert "Förslaget jämfört med version 1.0." in texts(public.text)
    first = county.get("/guidelines/gemensamt-sprak/versions/1.0/diff?format=html")
    assert "Ändringar i Gemensamt språk för digital utveckling" in texts(first.text)

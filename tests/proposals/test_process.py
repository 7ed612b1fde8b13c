"""From a private draft to a published version, over HTTP."""

import hashlib
import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest
import rfc8785

from api import clock
from tests.conftest import County
from tests.proposals.acts import (
    APPROVAL,
    GUIDELINE,
    REJECTION,
    amendment,
    approved,
    decide,
    draft,
    edit,
    etag,
    move,
    submitted,
)

NEW = {"target": {"type": "guideline", "id": "ny-riktlinje"}, "action": "create", "baseVersion": None}
END = {"action": "retire", "content": None}


@pytest.fixture
def editor(county: County) -> str:
    return county.token("2281")


@pytest.fixture
def decider(county: County) -> str:
    return county.token("22", "county_editor")


def proposal(county: County, address: str, by: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = county.get(address, by).raise_for_status().json()
    return found


def guideline(county: County, name: str = GUIDELINE) -> dict[str, Any]:
    found: dict[str, Any] = county.get(f"/guidelines/{name}").raise_for_status().json()
    return found


def sha256(content: Any) -> str:
    """Hash content as the design says, by no code of ours."""

    def nfc(value: Any) -> Any:
        if isinstance(value, str):
            return unicodedata.normalize("NFC", value)
        if isinstance(value, dict):
            return {nfc(key): nfc(item) for key, item in value.items()}
        return [nfc(item) for item in value] if isinstance(value, list) else value

    return "sha256:" + hashlib.sha256(rfc8785.dumps(nfc(content))).hexdigest()


def test_a_draft_is_private_until_it_is_submitted(county: County, editor: str, decider: str) -> None:
    address = draft(county, editor)
    mine = proposal(county, address, editor)
    assert (mine["status"], mine["revision"], mine["organisation"]) == ("draft", 1, "2281")
    assert mine["allowedTransitions"] == ["submit", "withdraw"]
    assert proposal(county, address, county.token("2281", "reader"))["allowedTransitions"] == []
    for stranger in (None, county.token("2260"), decider):
        assert county.get(address, stranger).status_code == 404
    move(county, address, "submit", editor).raise_for_status()
    assert proposal(county, address)["status"] == "submitted"
    assert proposal(county, address)["allowedTransitions"] == []
    assert proposal(county, address, editor)["allowedTransitions"] == ["withdraw"]
    assert proposal(county, address, decider)["allowedTransitions"] == ["return", "openRound", "approve", "reject"]


def test_an_edit_changes_what_it_names_and_nothing_else(county: County, editor: str) -> None:
    address = draft(county, editor)
    before = proposal(county, address, editor)
    answer = edit(county, address, editor, title="En annan rubrik")
    moving = ("title", "revision", "changedAt")
    assert answer.json() == before | {name: answer.json()[name] for name in moving}
    assert (answer.json()["title"], answer.headers["etag"]) == ("En annan rubrik", '"2"')


def test_a_returned_proposal_shows_its_last_submitted_text_while_it_is_edited(
    county: County, editor: str, decider: str
) -> None:
    address = submitted(county, editor)
    move(county, address, "return", decider, "Förklara varför.").raise_for_status()
    for reader in (None, county.token("2260"), decider):
        shown = county.get(address, reader)
        assert (shown.json()["status"], shown.json()["statusReason"]) == ("returned", "Förklara varför.")
        for title in ("Första försöket", "Andra försöket"):
            edit(county, address, editor, title=title, reason="Nu förklarat.").raise_for_status()
            later = county.get(address, reader)
            assert (later.headers["etag"], later.content) == (shown.headers["etag"], shown.content)
    assert proposal(county, address, editor)["title"] == "Andra försöket"
    assert county.get(f"{address}/diff").content == county.get(f"{address}/diff", decider).content
    move(county, address, "submit", editor).raise_for_status()
    assert (proposal(county, address)["title"], proposal(county, address)["status"]) == ("Andra försöket", "submitted")
    assert county.get(address).headers["etag"] != shown.headers["etag"]


def test_one_who_reads_the_public_text_is_told_of_its_revision_only(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor)
    move(county, address, "return", decider, "Förklara varför.").raise_for_status()
    read = etag(county, address, None)
    for _ in range(3):
        edit(county, address, editor, title="Ett försök").raise_for_status()
    body = {"action": "withdraw", "reason": None}
    fresh = county.send("POST", f"{address}/transitions", body, county.token("2260"), if_match=read)
    stale = county.send("POST", f"{address}/transitions", body, county.token("2260"), if_match='"1"')
    assert fresh.status_code == 403
    assert stale.headers["etag"] == f'"{read[1:].partition(".")[0]}"'


def test_a_rejection_needs_a_reason_and_leaves_the_published_text(county: County, editor: str, decider: str) -> None:
    address, before = submitted(county, editor), county.get(f"/guidelines/{GUIDELINE}")
    assert decide(county, address, decider, {**REJECTION, "reason": None}).status_code == 422
    answer = decide(county, address, decider, REJECTION)
    assert (answer.status_code, answer.json()["publishedVersion"]) == (201, None)
    assert county.get(address + "/decision").json() == answer.json()
    after = county.get(f"/guidelines/{GUIDELINE}")
    assert (after.headers["etag"], after.content) == (before.headers["etag"], before.content)
    assert proposal(county, address, editor)["allowedTransitions"] == []


@pytest.mark.parametrize(("kind", "number"), [("minor", "1.1"), ("major", "2.0")])
def test_an_approval_publishes_the_next_version_frozen_and_hashed(county: County, kind: str, number: str) -> None:
    address = approved(county, amendment(county, changeKind=kind))
    decision = county.get(f"{address}/decision").json()
    assert decision["publishedVersion"] == number
    version = county.get(f"/guidelines/{GUIDELINE}/versions/{number}").json()
    assert version["contentHash"] == sha256(version["content"]) == proposal(county, address)["contentHash"]
    assert version["content"] == proposal(county, address)["content"]
    assert (version["changeKind"], version["supersedes"]) == (kind, "1.0")
    assert version["decision"]["recordNumber"] == APPROVAL["recordNumber"]
    assert version["changeNote"] == {"sv": proposal(county, address)["reason"]}


def test_a_published_version_stays_as_it_was(county: County) -> None:
    old = county.get(f"/guidelines/{GUIDELINE}/versions/1.0").json()
    approved(county)
    later = county.get(f"/guidelines/{GUIDELINE}/versions/1.0").json()
    for name in ("content", "contentHash", "publishedAt", "inForceFrom", "changeNote", "decision"):
        assert later[name] == old[name], name
    assert (old["status"], later["status"]) == ("in_force", "superseded")
    assert (old["inForceUntil"], later["inForceUntil"]) == (None, "2026-02-28")


def test_a_redline_shows_the_word_that_was_changed(county: County) -> None:
    expected = [["=", "Större "], ["-", "ändringar"], ["+", "förändringar"]]
    address = approved(county)
    for path in (f"{address}/diff", f"/guidelines/{GUIDELINE}/versions/1.1/diff?from=1.0"):
        [change] = county.get(path).json()["changes"]
        assert (change["path"], change["kind"]) == ("/provisions/1.4/text/sv", "changed")
        assert change["segments"][:3] == expected


def test_a_version_that_comes_into_force_later_changes_nothing_today(county: County) -> None:
    start = clock.today() + timedelta(30)
    approved(county, inForceFrom=start.isoformat())
    now = guideline(county)
    assert (now["currentVersion"], now["newestVersion"], now["status"]) == ("1.0", "1.1", "in_force")
    coming, present = county.get(f"/guidelines/{GUIDELINE}/versions").json()["items"]
    assert (coming["status"], coming["inForceFrom"], coming["inForceUntil"]) == ("draft", start.isoformat(), None)
    assert (present["status"], present["inForceUntil"]) == ("in_force", (start - timedelta(1)).isoformat())
    for day, version in ((start - timedelta(1), "1.0"), (start, "1.1")):
        drawn = county.get(f"/adoption-matrix?asOf={day}").json()
        assert next(each for each in drawn["guidelines"] if each["id"] == GUIDELINE)["version"] == version


def test_a_version_is_not_in_force_before_the_newest_one(county: County, editor: str, decider: str) -> None:
    approved(county, inForceFrom="2026-09-01")
    body = amendment(county, baseVersion="1.1", title="Till")
    answer = decide(county, submitted(county, editor, body), decider, APPROVAL | {"inForceFrom": "2026-08-31"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/inForceFrom")
    assert guideline(county)["newestVersion"] == "1.1"


def test_an_approval_without_a_round_needs_an_override(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor)
    answer = decide(county, address, decider, {**APPROVAL, "override": None})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "round-rule-unmet")
    assert proposal(county, address)["status"] == "submitted"
    told = decide(county, address, decider, APPROVAL).json()
    assert told["override"] == APPROVAL["override"]


def test_an_author_does_not_decide_but_a_colleague_does(county: County, decider: str) -> None:
    address = submitted(county, decider)
    assert proposal(county, address, decider)["allowedTransitions"] == ["return", "withdraw", "openRound"]
    for body in (APPROVAL, REJECTION):
        answer = decide(county, address, decider, body)
        assert (answer.status_code, answer.json()["detail"]) == (403, "Nobody decides a proposal that they wrote.")
    assert decide(county, address, county.token("22", "county_editor", subject="berit"), APPROVAL).status_code == 201


def test_whoever_has_changed_a_text_has_written_it_too(county: County, decider: str) -> None:
    berit, cilla = (county.token("22", "county_editor", subject=name) for name in ("berit", "cilla"))
    address = draft(county, decider)
    for title in ("Berits rubrik", "Berits andra rubrik"):
        edit(county, address, berit, title=title).raise_for_status()
    move(county, address, "submit", berit).raise_for_status()
    for author in (decider, berit):
        assert decide(county, address, author, APPROVAL).status_code == 403
    assert decide(county, address, cilla, APPROVAL).status_code == 201


def test_a_new_guideline_reserves_its_number_and_its_id(county: County, editor: str) -> None:
    body = amendment(county, **NEW)
    first = proposal(county, draft(county, editor, body), editor)
    other = {"type": "guideline", "id": "en-annan-ny"}
    second = proposal(county, draft(county, county.token("2260"), {**body, "target": other}), county.token("2260"))
    assert (first["number"], second["number"], first["baseVersion"]) == (9, 10, None)
    for target in ("ny-riktlinje", GUIDELINE):
        taken = {**body, "target": {"type": "guideline", "id": target}}
        assert county.send("POST", "/proposals", taken, county.token("2260")).status_code == 409, target
    assert county.get("/guidelines/ny-riktlinje").status_code == 404


def test_a_new_guideline_is_published_as_1_0_under_its_reserved_number(county: County, editor: str) -> None:
    body = amendment(county, **NEW)
    move(county, draft(county, editor, {**body, "target": {"type": "guideline", "id": "forst"}}), "withdraw", editor)
    address = approved(county, body)
    made = guideline(county, "ny-riktlinje")
    assert (made["number"], made["currentVersion"], made["revision"]) == (10, "1.0", 1)
    assert proposal(county, address)["publishedVersion"] == "1.0"
    before = {"2281/ny-riktlinje", "2260/ny-riktlinje"}
    cells = county.get("/adoption-matrix").json()["cells"]
    assert before <= {f"{cell['municipality']}/{cell['guideline']}" for cell in cells}


def test_a_withdrawn_creation_gives_its_id_back_but_not_its_number(county: County, editor: str) -> None:
    address = draft(county, editor, amendment(county, **NEW))
    move(county, address, "withdraw", editor).raise_for_status()
    assert proposal(county, draft(county, editor, amendment(county, **NEW)), editor)["number"] == 10


def test_a_retired_guideline_leaves_the_matrix_on_its_day(county: County) -> None:
    day = date(2026, 8, 1)
    adopted = county.get("/adoptions?guideline=" + GUIDELINE + "&asOf=2026-07-31").json()["items"]
    address = approved(county, amendment(county, **END), inForceFrom=day.isoformat())
    assert proposal(county, address)["publishedVersion"] is None
    ended = guideline(county)
    assert (ended["status"], ended["repealedFrom"], ended["currentVersion"]) == ("repealed", "2026-08-01", "1.0")
    [version] = county.get(f"/guidelines/{GUIDELINE}/versions").json()["items"]
    assert (version["status"], version["inForceUntil"]) == ("repealed", "2026-07-31")
    assert county.get(f"/adoptions?guideline={GUIDELINE}&asOf=2026-07-31").json()["items"] == adopted
    assert county.get(f"/adoptions?guideline={GUIDELINE}&asOf={day}").json()["items"] == []
    assert GUIDELINE not in county.get(f"/adoption-matrix?asOf={day}").text
    assert not any(cited["guideline"] == GUIDELINE for cited in county.get("/terms/digitalisering").json()["citedBy"])


def test_what_has_ended_cannot_be_amended_or_ended_again(county: County, editor: str, decider: str) -> None:
    again = [submitted(county, editor, amendment(county, **more)) for more in (END, {})]
    approved(county, amendment(county, **END), inForceFrom="2026-08-01")
    for address in again:
        assert decide(county, address, decider, APPROVAL | {"inForceFrom": "2026-09-01"}).status_code == 409


def test_a_withdrawn_proposal_is_shown_and_moves_no_more(county: County, editor: str, decider: str) -> None:
    address = submitted(county, editor)
    move(county, address, "withdraw", editor, "Vi väntar.").raise_for_status()
    assert (proposal(county, address)["status"], proposal(county, address)["statusReason"]) == (
        "withdrawn",
        "Vi väntar.",
    )
    for answer in (move(county, address, "submit", editor), decide(county, address, decider, APPROVAL)):
        assert (answer.status_code, answer.json()["allowedTransitions"]) == (409, [])
    assert edit(county, address, editor, title="Ny").status_code == 409

"""Versions of a term: numbered, frozen, each valid for its days, compared label by label and word by word."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from api import clock
from api.errors import Conflict, DomainError, Unprocessable
from api.terms.publishing import publish_terms, retirement
from db.session import transaction
from db.vocabulary import ChangeKind, TermStatus
from tests.conftest import County
from tests.terms.acts import amended, content_of, new_term, publish

TERM = "digital-mognad"
TODAY = clock.today()
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


def events(county: County) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = county.get("/events?after=112&kinds=term.*").json()["items"]
    return found


def test_each_version_stays_as_it_was_and_tells_when_it_is_valid(county: County) -> None:
    content = content_of(county, TERM)
    publish(county, amended(TERM, content | {"reviewDue": "2027-05-01"}, valid_from=YESTERDAY))
    publish(county, amended(TERM, content, kind=ChangeKind.MAJOR, note={"sv": "Tillbaka."}))
    newest, middle, first = county.get(f"/terms/{TERM}/versions").json()["items"]
    assert [(each["number"], each["supersedes"]) for each in (newest, middle, first)] == [
        ("2.0", "1.1"),
        ("1.1", "1.0"),
        ("1.0", None),
    ]
    assert [(each["validFrom"], each["validUntil"]) for each in (newest, middle, first)] == [
        (TODAY.isoformat(), None),
        (YESTERDAY.isoformat(), YESTERDAY.isoformat()),
        ("2026-01-01", (YESTERDAY - timedelta(days=1)).isoformat()),
    ]
    assert newest["content"] == first["content"] != middle["content"]
    assert newest["contentHash"] == first["contentHash"] != middle["contentHash"]
    assert newest["changeNote"] == {"sv": "Tillbaka."}
    assert county.get(f"/terms/{TERM}/versions/1.1").json() == middle
    term = county.get(f"/terms/{TERM}").json()
    assert (term["version"], term["revision"], term["validFrom"]) == ("2.0", 3, TODAY.isoformat())
    told = [event["data"] for event in events(county)]
    assert [(each["version"], each["supersedes"], each["validFrom"]) for each in told] == [
        ("1.1", "1.0", YESTERDAY.isoformat()),
        ("2.0", "1.1", TODAY.isoformat()),
    ]


@pytest.mark.parametrize(
    "path", [f"{TERM}/versions/9.9", "okant/versions/1.0", "okant/versions", "okant/versions/1.0/diff"]
)
def test_what_was_never_published_is_not_found(library: County, path: str) -> None:
    assert library.get(f"/terms/{path}").status_code == 404
    assert library.get(f"/terms/{TERM}/versions/1.0/diff?from=9.9").status_code == 404
    assert library.get(f"/terms/{TERM}/versions/1.0/diff?from=1").status_code == 422


def test_a_redline_names_the_label_the_definition_and_the_note(county: County) -> None:
    content = content_of(county, TERM)
    content["labels"][0]["forms"] = [*content["labels"][0]["forms"][1:], "mognad/er"]
    content["labels"].append({"language": "se", "kind": "preferred", "value": "digitála láddan"})
    content["definitions"][0] |= {"text": f"{content['definitions'][0]['text']} Nytt.", "source": "Länet"}
    publish(county, amended(TERM, content))
    diff = county.get(f"/terms/{TERM}/versions/1.1/diff").json()
    assert (diff["from"], diff["to"]) == ("1.0", "1.1")
    changes = {change["path"]: change for change in diff["changes"]}
    assert changes["/labels/se/preferred/digitála láddan"]["kind"] == "added"
    assert changes["/labels/sv/preferred/digital mognad/forms/mognad~1er"]["after"] == "mognad/er"
    text = changes["/definitions/sv/general/standard"]
    assert (text["kind"], text["segments"][-1]) == ("changed", ["+", " Nytt."])
    assert changes["/definitions/sv/general/standard/source"]["after"] == "Länet"
    assert sum(path.startswith("/definitions") for path in changes) == 2
    assert county.get(f"/terms/{TERM}/versions/1.0/diff").json()["changes"] == []


def test_a_retired_term_stays_at_its_address_and_leads_to_another(county: County) -> None:
    with transaction(county.app.state.database) as tx:
        facts: dict[str, Any] = {"note": {"sv": "Ordet är gammalt."}, "organisation": "22", "valid_from": TODAY}
        change = retirement(tx, TERM, replaced_by="digitalisering", **facts)
        publish_terms(tx, [change], clock.now())
        with pytest.raises(Conflict):
            retirement(tx, TERM, replaced_by=None, **facts)
        with pytest.raises(Conflict):
            publish_terms(tx, [amended(TERM, change.content.model_dump(by_alias=True))], clock.now())
    county.app.state.published.catch_up()
    term = county.get(f"/terms/{TERM}").json()
    assert (term["version"], term["status"], term["replacedBy"]) == ("1.1", "deprecated", "digitalisering")
    assert (events(county)[-1]["kind"], events(county)[-1]["subject"]) == ("term.deprecated", f"terms/{TERM}")
    listed = {item["id"] for item in county.get("/terms?limit=100").json()["items"]}
    assert TERM not in listed
    assert [item["id"] for item in county.get("/terms?status=deprecated").json()["items"]] == [TERM]


def test_a_version_that_is_yet_to_begin_waits_for_its_day(county: County) -> None:
    content = content_of(county, TERM)
    publish(county, amended(TERM, content | {"reviewDue": "2027-05-01"}, valid_from=TOMORROW))
    publish(county, new_term("nytt-ord", valid_from=TOMORROW))
    term = county.get(f"/terms/{TERM}").json()
    assert (term["version"], term["validUntil"], term["reviewDue"]) == ("1.0", TODAY.isoformat(), None)
    # A new term has no older text to show.
    assert county.get("/terms/nytt-ord").json()["validFrom"] == TOMORROW.isoformat()
    with pytest.raises(Unprocessable) as refused, transaction(county.app.state.database) as tx:
        publish_terms(tx, [amended(TERM, content)], clock.now())
    assert refused.value.members["errors"][0]["code"] == "before-newest-version"


def test_terms_of_one_batch_may_name_one_another_but_not_in_a_circle(county: County) -> None:
    publish(
        county, new_term("ett", broader=["tva"], related=["tre"]), new_term("tva"), new_term("tre", broader=["tva"])
    )
    assert county.get("/terms/tva").json()["narrower"] == ["ett", "tre"]
    assert county.get("/terms/tre").json()["related"] == ["ett"]
    batch = [new_term("a", broader=["b"]), new_term("b", broader=["c"]), new_term("c", broader=["a"])]
    with pytest.raises(Unprocessable) as refused, transaction(county.app.state.database) as tx:
        publish_terms(tx, batch, clock.now())
    (fault,) = refused.value.members["errors"]
    assert (fault["code"], fault["pointer"]) == ("cycle", "/broader/0")
    assert "a → b → c → a" in fault["detail"]
    content = content_of(county, "tva")
    with pytest.raises(Unprocessable):
        publish(county, amended("tva", content | {"broader": ["ett"]}))
    assert county.get("/terms/tva").json()["version"] == "1.0"


def test_two_publications_at_once_close_no_circle(county: County) -> None:
    publish(county, new_term("ett"), new_term("tva"), new_term("tre", broader=["ett"]))
    start, told = threading.Barrier(2), list[str]()

    def relate(term_id: str, other: str) -> None:
        change = amended(term_id, content_of(county, term_id) | {"broader": [other]})
        start.wait()
        try:
            with transaction(county.app.state.database) as tx:
                publish_terms(tx, [change], clock.now())
        except DomainError as error:
            told.append(error.slug)

    threads = [threading.Thread(target=relate, args=pair) for pair in (("ett", "tva"), ("tva", "tre"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["invalid-input"]


def test_a_candidate_becomes_a_term_by_a_later_version(county: County) -> None:
    publish(
        county, amended("forslag", new_term("forslag").content.model_dump(by_alias=True), status=TermStatus.CANDIDATE)
    )
    assert [item["id"] for item in county.get("/terms?status=candidate").json()["items"]] == ["forslag"]
    publish(county, amended("forslag", content_of(county, "forslag"), kind=ChangeKind.MAJOR))
    assert county.get("/terms/forslag").json()["status"] == "approved"

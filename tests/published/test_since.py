"""Only what has changed since a sequence: whoever works it into a copy has the glossary."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import clock
from api.errors import Conflict, Unprocessable
from api.guidelines.publishing import GuidelineChange, publish_guideline
from api.guidelines.schemas import GuidelineContent
from api.terms.publishing import TermChange, publish_terms
from api.terms.schemas import TermContent
from db.guidelines import CountyDecision, county_decisions, guideline_versions
from db.session import transaction
from db.vocabulary import ChangeKind, TermStatus
from tests.conftest import County, Store, running
from tests.proposals.acts import GUIDELINE

IDS = ("alfa", "beta", "gamma")
Copy = dict[str, Any]

changes = st.tuples(
    st.sampled_from(IDS),
    st.sampled_from(["styrning", "rättighet"]),
    st.sampled_from(TermStatus),
    # Related only: broader would make cycles, which publishing refuses.
    st.lists(st.sampled_from([*IDS, "digitalisering"]), unique=True, max_size=3),
)


def publish(county: County, term_id: str, word: str, status: TermStatus, related: list[str]) -> None:
    """Publish a version of a term, as a decision does; what the rules refuse changes nothing."""
    with suppress(Conflict, Unprocessable), transaction(county.app.state.database) as tx:
        content = TermContent.model_validate(
            {
                "domain": "grundbegrepp",
                "labels": [{"language": "sv", "kind": "preferred", "value": word}],
                "related": [other for other in related if other != term_id],
            }
        )
        note = {"sv": "Ändrat."}
        change = TermChange(term_id, content, status, ChangeKind.MINOR, note, "22", date(2026, 1, 1))
        publish_terms(tx, [change], clock.now())
    county.app.state.published.catch_up()


def cite(county: County, terms: list[str], in_force_from: date) -> None:
    """Publish a version of a guideline that cites these terms from a day on."""
    with transaction(county.app.state.database) as tx:
        last = guideline_versions(tx, [GUIDELINE])[-1]
        (former,) = county_decisions(tx, [last.county_decision_id]).values()
        decision = CountyDecision(**former.model_dump(exclude={"id"}), id=f"cite-{last.number}")
        tx.add(decision)
        tx.flush()
        content = GuidelineContent.model_validate({**last.content, "terms": terms})
        change = GuidelineChange(GUIDELINE, content, ChangeKind.MINOR, {"sv": "Ändrat."}, in_force_from)
        publish_guideline(tx, change, decision, clock.now())
    county.app.state.published.catch_up()


def fetched(county: County) -> Copy:
    copy: Copy = county.get("/glossary").raise_for_status().json()
    return copy


def synced(county: County, copy: Copy) -> Copy:
    """Work into a copy what has changed since it was fetched, as an intranet does."""
    answer = county.get(f"/glossary?since={copy['sequence']}").raise_for_status().json()
    terms = {term["id"]: term for term in copy["terms"]}
    terms |= {term["id"]: term for term in answer["changed"]}
    kept = [terms[term_id] for term_id in sorted(terms.keys() - set(answer["removed"]))]
    domains = copy["domains"] if answer["domains"] is None else answer["domains"]
    return {**copy, "contentHash": answer["contentHash"], "domains": domains, "terms": kept}


def same(county: County, copy: Copy) -> bool:
    whole = fetched(county)
    return all(copy[name] == whole[name] for name in ("contentHash", "domains", "terms"))


@pytest.fixture(scope="module")
def changing(store: Store) -> Iterator[County]:
    """Give a county whose history grows from one example to the next."""
    url = store.copy()
    with running(url) as found:
        for term_id in IDS:
            publish(found, term_id, term_id, TermStatus.APPROVED, [])
        yield found
    store.drop(url)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes, min_size=1, max_size=5))
def test_a_copy_that_is_kept_by_changes_alone_is_the_glossary(
    changing: County, steps: list[tuple[str, str, TermStatus, list[str]]]
) -> None:
    copies = []
    for step in steps:
        copies.append(fetched(changing))
        publish(changing, *step)
    for copy in copies:
        assert same(changing, synced(changing, copy))


def test_a_change_is_told_alone_with_the_terms_that_it_is_shown_in(county: County) -> None:
    copy = fetched(county)
    publish(county, "alfa", "alfa", TermStatus.APPROVED, ["digitalisering"])
    answer = county.get(f"/glossary?since={copy['sequence']}").json()
    assert [term["id"] for term in answer["changed"]] == ["alfa", "digitalisering"]
    assert answer["since"] == copy["sequence"] < answer["sequence"]
    assert answer["contentHash"] == fetched(county)["contentHash"] != copy["contentHash"]
    assert answer["removed"] == []
    later = county.get(f"/glossary?since={answer['sequence']}").json()
    assert (later["changed"], later["domains"], later["contentHash"]) == ([], None, answer["contentHash"])


def test_a_deprecated_term_is_told_as_changed_and_stays(county: County) -> None:
    publish(county, "alfa", "alfa", TermStatus.APPROVED, [])
    copy = fetched(county)
    publish(county, "alfa", "alfa", TermStatus.DEPRECATED, [])
    found = synced(county, copy)
    assert same(county, found)
    assert next(term["status"] for term in found["terms"] if term["id"] == "alfa") == "deprecated"


def test_what_cites_a_term_from_a_later_day_is_told_when_the_day_has_come(county: County) -> None:
    with time_machine.travel(datetime(2027, 1, 10, 12, tzinfo=UTC)) as traveller:
        before = fetched(county)
        cite(county, ["digitalisering"], date(2027, 2, 1))
        published = fetched(county)
        assert same(county, synced(county, before))
        traveller.move_to(datetime(2027, 2, 1, 12, tzinfo=UTC))
        county.app.state.published.catch_up()
        assert fetched(county)["terms"] != published["terms"]
        assert same(county, synced(county, before))
        assert same(county, synced(county, published))


def test_a_copy_of_nothing_gets_everything(library: County) -> None:
    whole = fetched(library)
    answer = library.get("/glossary?since=0").json()
    assert (answer["changed"], answer["domains"]) == (whole["terms"], whole["domains"])


def test_a_sequence_that_is_yet_to_come_is_told_from_what_is_none(library: County) -> None:
    last = library.get("/events?limit=1").json()["_meta"]["lastSequence"]
    assert library.get(f"/glossary?since={last}").status_code == 200
    beyond = library.get(f"/glossary?since={last + 1}")
    assert (beyond.status_code, beyond.json()["title"]) == (400, "The request cannot be read")
    assert f"The last sequence is {last}" in beyond.json()["detail"]
    for nonsense in ("-1", "x", "", "1.5", "9" * 30):
        refused = library.get(f"/glossary?since={nonsense}")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query/since")

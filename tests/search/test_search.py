"""Search and suggestions over HTTP."""

import pytest

from tests.conftest import County

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ"


def test_a_word_advised_against_tells_the_word_to_use(library: County) -> None:
    [found] = library.get("/suggestions?q=it-utv").json()["items"]
    assert (found["matched"]["kind"], found["use"]) == ("deprecated", found["preferredLabel"])
    assert found["reason"]


def test_a_word_that_may_be_used_has_no_other(library: County) -> None:
    found = library.get("/suggestions?q=digital mognad").json()["items"][0]
    assert (found["matched"]["value"], found["use"], found["reason"]) == ("digital mognad", None, None)


def test_an_inflected_form_counts_as_its_label_and_is_told(library: County) -> None:
    term = next(term for term in library.get("/glossary").json()["terms"] for label in term["labels"] if label["forms"])
    label = next(label for label in term["labels"] if label["forms"])
    found = library.get(f"/suggestions?q={label['forms'][0]}").json()["items"][0]
    assert found["termId"] == term["id"]
    assert (found["matched"]["value"], found["matched"]["form"]) == (label["value"], label["forms"][0])


def test_a_found_term_tells_its_label_and_one_found_by_a_definition_none(library: County) -> None:
    [found] = library.get("/terms?q=mognad digital&limit=1").json()["items"]
    assert found["matched"]["value"] == "digital mognad"
    text = found["definitions"][0]["text"].split(".")[0][:150]
    [found] = library.get(f"/terms?q={text}").json()["items"]
    assert (found["id"], found["matched"]) == ("digital-mognad", None)
    assert {term["matched"] for term in library.get("/terms").json()["items"]} == {None}


def test_letters_are_counted_in_swedish_order_and_each_lists_its_terms(library: County) -> None:
    page = library.get("/terms?facets=letter&limit=1").json()
    letters = {one["value"]: one["count"] for one in page["facets"]["letter"]}
    assert list(letters) == sorted(letters, key=ALPHABET.index)
    assert sum(letters.values()) == page["_meta"]["totalRecords"]
    for letter, count in letters.items():
        found = library.get(f"/terms?letter={letter.lower()}&limit=100").json()
        assert (found["_meta"]["totalRecords"], len(found["items"])) == (count, count)


@pytest.mark.parametrize("q", ["", "&q=digital"])
def test_a_count_is_what_the_filter_then_leaves(library: County, q: str) -> None:
    # With a query a language also says in which words is looked, so that fewer terms are found.
    facets = ["domain", "status", "audience", "letter", *([] if q else ["language"])]
    page = library.get(f"/terms?limit=1&facets={','.join(facets)}{q}").json()
    for facet in facets:
        assert page["facets"][facet]
        for counted in page["facets"][facet]:
            narrowed = library.get(f"/terms?limit=1&{facet}={counted['value']}{q}").json()
            assert narrowed["_meta"]["totalRecords"] == counted["count"], counted


def test_only_what_is_asked_for_is_counted(library: County) -> None:
    facets = library.get("/terms?facets=audience").json()["facets"]
    assert [name for name, counts in facets.items() if counts is not None] == ["audience"]
    assert library.get("/terms").json()["facets"] is None


@pytest.mark.parametrize("facets", ["zqxmark", "domain,", "domain,zqxmark", ""])
def test_facets_are_named(library: County, facets: str) -> None:
    [fault] = library.get(f"/terms?facets={facets}").json()["errors"]
    assert fault["pointer"] == "/query/facets"


@pytest.mark.parametrize("q", ["%20", "%25", "*", "_", ".*", "%5C", "'%20OR%201=1--", "(", "%7B", "!!!"])
def test_a_query_without_words_or_with_syntax_finds_nothing(library: County, q: str) -> None:
    assert library.get(f"/suggestions?q={q}").json() == {"items": []}
    assert library.get(f"/terms?q={q}").json()["_meta"]["totalRecords"] == 0


def test_a_long_query_is_told_its_limit(library: County) -> None:
    for path in ("/suggestions", "/terms"):
        answer = library.get(f"{path}?q={'a' * 10_000}")
        assert answer.status_code == 422
        assert "200" in answer.json()["errors"][0]["detail"]

"""Redlines: every difference once, named by the thing it is in, and texts that can be put together again."""

import copy
import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.redline import redline, word_diff

CONTENT: dict[str, Any] = {
    "title": {"sv": "Ett gemensamt språk"},
    "plainSummary": None,
    "targetGroups": ["politicians", "staff"],
    "terms": ["begrepp", "digitalisering"],
    "introductionPrerequisites": [{"id": "a", "text": {"sv": "Tid avsatt"}}, {"id": "b", "text": {"sv": "Stöd"}}],
    "indicators": [{"sv": "Andel texter"}],
    "reviewIntervalMonths": 12,
    "provisions": [
        {"key": "k1", "number": "1.1", "modality": "ska", "text": {"sv": "Kommunen använder ordlistan."}},
        {"key": "k2", "number": "1.2", "modality": "bör", "text": {"sv": "Större ändringar tas upp i länet."}},
    ],
}


def changed(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(CONTENT) | changes


def provisions(*changes: dict[str, Any]) -> dict[str, Any]:
    """Change provisions one by one; None leaves one out, what comes after the last is added."""
    listed = copy.deepcopy(CONTENT["provisions"])
    found = [old | new for old, new in zip(listed, changes, strict=False)]
    return changed(provisions=[*found, *changes[len(listed) :]])


def told(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, str, Any, Any]]:
    return [(change.path, change.kind, change.before, change.after) for change in redline(before, after)]


NEW = {"key": "k3", "number": "1.3", "modality": "kan", "text": {"sv": "Ny."}}
CASES: list[tuple[dict[str, Any], list[tuple[str, str, Any, Any]]]] = [
    (changed(), []),
    (changed(reviewIntervalMonths=24), [("/reviewIntervalMonths", "changed", 12, 24)]),
    (changed(plainSummary={"sv": "Kort."}), [("/plainSummary/sv", "added", None, "Kort.")]),
    (changed(title={"en": "One"}), [
        ("/title/sv", "removed", "Ett gemensamt språk", None), ("/title/en", "added", None, "One"),
    ]),
    (changed(targetGroups=["staff", "politicians"]), []),
    (changed(terms=["digitalisering", "samsprak"]), [
        ("/terms/begrepp", "removed", "begrepp", None), ("/terms/samsprak", "added", None, "samsprak"),
    ]),
    (changed(introductionPrerequisites=CONTENT["introductionPrerequisites"][::-1]), []),
    (changed(introductionPrerequisites=CONTENT["introductionPrerequisites"][1:]), [
        ("/introductionPrerequisites/a/text/sv", "removed", "Tid avsatt", None),
    ]),
    (changed(indicators=[{"sv": "Andel texter"}, {"sv": "Antal frågor"}]), [
        ("/indicators/2/sv", "added", None, "Antal frågor"),
    ]),
    (provisions({}, {"modality": "ska"}), [("/provisions/1.2/modality", "changed", "bör", "ska")]),
    (provisions({}, {}, NEW), [
        ("/provisions/1.3/modality", "added", None, "kan"), ("/provisions/1.3/text/sv", "added", None, "Ny."),
    ]),
    (changed(provisions=CONTENT["provisions"][1:]), [
        ("/provisions/1.1/modality", "removed", "ska", None),
        ("/provisions/1.1/text/sv", "removed", "Kommunen använder ordlistan.", None),
    ]),
    (changed(provisions=CONTENT["provisions"][::-1]), []),
    (provisions({}, {"number": "2.1"}), [("/provisions/2.1", "moved", "1.2", "2.1")]),
    (provisions({"number": "1.2"}, {"number": "1.1"}), [
        ("/provisions/1.2", "moved", "1.1", "1.2"), ("/provisions/1.1", "moved", "1.2", "1.1"),
    ]),
    (provisions({}, {"number": "2.1", "modality": "ska"}), [
        ("/provisions/2.1", "moved", "1.2", "2.1"), ("/provisions/2.1/modality", "changed", "bör", "ska"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("after", "expected"), CASES, ids=range(len(CASES)))
def test_each_difference_is_told_once(after: dict[str, Any], expected: list[tuple[str, str, Any, Any]]) -> None:
    assert told(CONTENT, after) == expected


TERM: dict[str, Any] = {
    "domain": "grundbegrepp",
    "labels": [
        {"language": "sv", "kind": "preferred", "value": "avtal", "forms": ["avtalet", "avtalen"], "reason": None},
        {"language": "sv", "kind": "hidden", "value": "a/o~", "forms": [], "reason": None},
    ],
    "definitions": [
        {"language": "sv", "audience": "general", "style": "plain", "text": "Ett löfte.", "source": None},
    ],
    "notes": [
        {"kind": "example", "language": "sv", "audience": "staff", "text": "Hyra."},
        {"kind": "example", "language": "sv", "audience": "staff", "text": "Köp."},
    ],
    "broader": ["loften"],
    "related": ["bilaga", "part"],
    "matches": [{"relation": "exactMatch", "uri": "https://example.se/1"}],
    "replacedBy": None,
}
ALTERNATIVE = {"language": "sv", "kind": "alternative", "value": "avtal", "forms": [], "reason": None}
TERM_CASES: list[tuple[dict[str, Any], list[tuple[str, str, Any, Any]]]] = [
    ({"labels": TERM["labels"][::-1], "related": ["part", "bilaga"]}, []),
    ({"labels": [TERM["labels"][0] | {"forms": ["avtalen", "avtals"]}, TERM["labels"][1]]}, [
        ("/labels/sv/preferred/avtal/forms/avtalet", "removed", "avtalet", None),
        ("/labels/sv/preferred/avtal/forms/avtals", "added", None, "avtals"),
    ]),
    ({"labels": TERM["labels"][:1]}, [("/labels/sv/hidden/a~1o~0", "removed", "a/o~", None)]),
    ({"labels": [*TERM["labels"], ALTERNATIVE]}, [("/labels/sv/alternative/avtal", "added", None, "avtal")]),
    ({"definitions": [TERM["definitions"][0] | {"text": "Ett ord.", "source": "SAOB"}]}, [
        ("/definitions/sv/general/plain", "changed", "Ett löfte.", "Ett ord."),
        ("/definitions/sv/general/plain/source", "added", None, "SAOB"),
    ]),
    ({"notes": TERM["notes"][:1]}, [("/notes/example/sv/staff/2", "removed", "Köp.", None)]),
    ({"matches": []}, [
        ("/matches/exactMatch/https:~1~1example.se~11", "removed", "https://example.se/1", None),
    ]),
    ({"broader": [], "replacedBy": "loften"}, [
        ("/broader/loften", "removed", "loften", None), ("/replacedBy", "added", None, "loften"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), TERM_CASES, ids=range(len(TERM_CASES)))
def test_what_differs_in_a_term_is_named_by_what_it_is(
    changes: dict[str, Any], expected: list[tuple[str, str, Any, Any]]
) -> None:
    assert told(TERM, TERM | changes) == expected


def test_a_provision_that_takes_the_number_of_a_removed_one_is_another_thing() -> None:
    after = changed(provisions=[NEW | {"number": "1.1"}, CONTENT["provisions"][1]])
    found = [(path, kind) for path, kind, _, _ in told(CONTENT, after)]
    fields = ("/provisions/1.1/modality", "/provisions/1.1/text/sv")
    assert found == [(path, "removed") for path in fields] + [(path, "added") for path in fields]


def test_a_new_guideline_is_all_added_and_an_ended_one_all_removed() -> None:
    assert {change.kind for change in redline(None, CONTENT)} == {"added"}
    assert {change.kind for change in redline(CONTENT, None)} == {"removed"}
    assert redline(None, None) == []


def test_the_other_way_round_everything_is_turned_about() -> None:
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    for after, _ in CASES[:11]:
        there = {(path, kind, before, now) for path, kind, before, now in told(CONTENT, after)}
        back = {(path, turned[kind], now, before) for path, kind, before, now in told(after, CONTENT)}
        assert there == back


def test_only_texts_have_segments() -> None:
    found = redline(CONTENT, changed(reviewIntervalMonths=24, title={"sv": "Ett eget språk"}))
    assert {change.path: change.segments for change in found} == {
        "/title/sv": [("=", "Ett "), ("-", "gemensamt"), ("+", "eget"), ("=", " språk")],
        "/reviewIntervalMonths": None,
    }


def test_words_are_compared_whole() -> None:
    assert word_diff("Större ändringar", "Större förändringar") == [
        ("=", "Större "),
        ("-", "ändringar"),
        ("+", "förändringar"),
    ]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
WORDY = st.lists(st.sampled_from(["och", "eller", "å", " ", "  ", "\n", ".", "-", "e-tjänst", "𝄞"]), max_size=25).map(
    "".join
)


@given(TEXTS | WORDY, TEXTS | WORDY)
def test_segments_join_to_the_text_before_and_the_text_after(before: str, after: str) -> None:
    segments = word_diff(before, after)
    assert "".join(text for sign, text in segments if sign in "=-") == before
    assert "".join(text for sign, text in segments if sign in "=+") == after
    assert all(text for _, text in segments)
    assert all(one[0] != two[0] for one, two in itertools.pairwise(segments))


@given(TEXTS | WORDY)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert word_diff(text, text) == ([("=", text)] if text else [])


KEYS = st.permutations(["k1", "k2", "k3", "k4"])
SIDE = st.tuples(KEYS, st.integers(0, 4), st.sampled_from(["ska", "bör"]))


@given(SIDE, SIDE)
def test_every_provision_is_kept_moved_added_or_removed(one: Any, other: Any) -> None:
    """Whatever happens to keys and numbers, both sides can be told from the changes."""

    def side(keys: list[str], length: int, modality: str) -> dict[str, Any]:
        listed = enumerate(keys[:length], start=1)
        return {"provisions": [{"key": key, "number": f"1.{place}", "modality": modality} for place, key in listed]}

    before, after = side(*one), side(*other)
    old = {item["key"]: item["number"] for item in before["provisions"]}
    new = {item["key"]: item["number"] for item in after["provisions"]}
    found = told(before, after)
    moved = {(item[2], item[3]) for item in found if item[1] == "moved"}
    assert moved == {(old[key], new[key]) for key in old.keys() & new.keys() if old[key] != new[key]}
    added = sorted(path for path, kind, _, _ in found if kind == "added")
    removed = sorted(path for path, kind, _, _ in found if kind == "removed")
    assert added == sorted(f"/provisions/{new[key]}/modality" for key in new.keys() - old.keys())
    assert removed == sorted(f"/provisions/{old[key]}/modality" for key in old.keys() - new.keys())


def test_two_long_texts_that_share_little_are_compared_coarser_and_still_whole() -> None:
    words = ["".join(random.Random(seed).choices("abcdefgh", k=6)) for seed in range(4_000)]
    before, after = (". ".join(part) for part in (words[:2_000], words[2_000:]))
    assert word_diff(before, after) == [("-", before), ("+", after)]
    kept = f"{before}. Samma slut. "
    assert word_diff(kept, kept + "Ett ord till.") == [("=", kept), ("+", "Ett ord till.")]
    one_longer = before.replace(words[1_000], "Ordet")
    assert ("-", words[1_000]) in word_diff(before, one_longer)


def test_one_redline_compares_only_so_much() -> None:
    """Beyond it texts are shown as replaced: the same ones everywhere, however fast the machine is."""

    def side(first: int) -> dict[str, Any]:
        texts = [
            " ".join("".join(random.Random(first + 1_000 * text + n).choices("abcdefgh", k=6)) for n in range(200))
            for text in range(12)
        ]
        return {"provisions": [{"key": f"k{n}", "number": f"1.{n}", "text": text} for n, text in enumerate(texts, 1)]}

    changes = redline(side(0), side(500_000))
    lengths = [len(change.segments or []) for change in changes]
    assert lengths[0] > 2
    assert lengths[-1] == 2

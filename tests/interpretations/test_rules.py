"""What a reading must say, when it needs a new look, and how far readings lie apart."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.interpretations.rules import _APART, faults, needs_review, spread
from api.interpretations.schemas import InterpretationRecord
from db.vocabulary import Alignment

SAME, NARROWER, BROADER, DIFFERENT, NOT_USED = Alignment
WORDS = {"wording": {"sv": "Med våra ord."}}
WHY = {"reason": "Därför."}


@pytest.mark.parametrize(
    ("alignment", "said", "missing"),
    [
        (SAME, {}, []),
        (SAME, WORDS | WHY, []),
        (NARROWER, WHY, ["/wording"]),
        (NARROWER, WORDS, []),
        (BROADER, {}, ["/wording"]),
        (DIFFERENT, WORDS | WHY, []),
        (NOT_USED, WORDS, ["/reason"]),
        (NOT_USED, WHY, []),
    ],
)
def test_who_reads_otherwise_says_how_and_who_does_not_use_a_word_says_why(
    alignment: Alignment, said: dict[str, object], missing: list[str]
) -> None:
    body = InterpretationRecord.model_validate({"alignment": alignment, "termVersion": "1.0", **said})
    assert [fault.pointer for fault in faults(body, ["1.0"])] == missing


@pytest.mark.parametrize(
    ("read", "now", "review"),
    [
        ("1.0", "1.0", False),
        ("1.0", "1.9", False),
        ("1.9", "2.0", True),
        ("2.0", "10.0", True),
        ("10.0", "10.1", False),
    ],
)
def test_a_new_major_version_asks_for_a_new_look(read: str, now: str, *, review: bool) -> None:
    assert needs_review(read, now) == review


@pytest.mark.parametrize(
    ("counts", "towns", "per_cent"),
    [
        ({}, 7, 0),
        ({SAME: 7}, 7, 0),
        ({NARROWER: 1}, 1, 50),
        ({DIFFERENT: 1}, 1, 100),
        ({DIFFERENT: 7}, 7, 100),
        ({NARROWER: 1, BROADER: 1, SAME: 1}, 7, 25),
        ({NARROWER: 1}, 7, 13),
        ({NOT_USED: 7}, 7, 13),
        ({NARROWER: 4}, 7, 29),
        ({NARROWER: 1}, 49, 2),
    ],
)
def test_the_spread_of_known_counties(counts: dict[Alignment, int], towns: int, per_cent: int) -> None:
    assert spread(counts, towns) == per_cent


@given(st.lists(st.sampled_from(Alignment), max_size=12), st.integers(0, 12))
def test_the_spread_is_the_mean_distance_of_all_pairs(said: list[Alignment], silent: int) -> None:
    towns = max(1, len(said) + silent)
    readers = [SAME, *said, *[SAME] * (towns - len(said))]
    pairs = [
        tuple(sorted((readers[i], readers[j]), key=list(Alignment).index))
        for i in range(len(readers))
        for j in range(i)
    ]
    mean = 100 * sum(_APART[pair] for pair in pairs) / (2 * len(pairs))  # type: ignore[index]
    found = spread({alignment: said.count(alignment) for alignment in Alignment}, towns)
    assert abs(found - mean) <= 0.5
    assert (found == 0) == all(reader == SAME for reader in readers)


def test_every_two_readings_have_a_distance() -> None:
    order = list(Alignment)
    assert _APART.keys() == {(a, b) for a, b in product(order, order) if order.index(a) <= order.index(b)}

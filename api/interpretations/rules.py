"""What a reading of a term must say, when it needs a new look, and how far readings lie apart."""

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations_with_replacement

from api.errors import FieldError
from api.interpretations.schemas import InterpretationRecord
from api.versioning import parse_number
from db.vocabulary import Alignment

# Whose words differ from the shared ones: without them a reader learns only that there is a difference.
_IN_OWN_WORDS = frozenset({Alignment.NARROWER, Alignment.BROADER, Alignment.DIFFERENT})

# How far two readings lie apart, the same in both directions. Two that read a word in some other way each need not
# read it alike; who does not use it is not misled by it, but does not share it either.
_FURTHEST = 2
_APART: dict[tuple[Alignment, Alignment], int] = {
    (Alignment.SAME, Alignment.SAME): 0,
    (Alignment.SAME, Alignment.NARROWER): 1,
    (Alignment.SAME, Alignment.BROADER): 1,
    (Alignment.SAME, Alignment.DIFFERENT): 2,
    (Alignment.SAME, Alignment.NOT_USED): 1,
    (Alignment.NARROWER, Alignment.NARROWER): 0,
    (Alignment.NARROWER, Alignment.BROADER): 2,
    (Alignment.NARROWER, Alignment.DIFFERENT): 2,
    (Alignment.NARROWER, Alignment.NOT_USED): 1,
    (Alignment.BROADER, Alignment.BROADER): 0,
    (Alignment.BROADER, Alignment.DIFFERENT): 2,
    (Alignment.BROADER, Alignment.NOT_USED): 1,
    (Alignment.DIFFERENT, Alignment.DIFFERENT): 2,
    (Alignment.DIFFERENT, Alignment.NOT_USED): 2,
    (Alignment.NOT_USED, Alignment.NOT_USED): 0,
}


def faults(body: InterpretationRecord, versions: Collection[str]) -> Iterable[FieldError]:
    """List what is wrong with a reading; `versions` are the numbers that the term has."""
    if body.term_version not in versions:
        yield FieldError("/termVersion", "unknown-version", f"is a version of the term: {', '.join(versions)}")
    if body.alignment in _IN_OWN_WORDS and body.wording is None:
        yield FieldError("/wording", "missing", "one who reads the term otherwise says how, in own words")
    if body.alignment == Alignment.NOT_USED and body.reason is None:
        yield FieldError("/reason", "missing", "one who does not use the term says why, or what it says instead")


def needs_review(read_version: str, current_version: str) -> bool:
    """Tell whether the text has changed in its meaning since it was read: a new major version."""
    return parse_number(read_version)[0] < parse_number(current_version)[0]


def spread(counts: Mapping[Alignment, int], towns: int) -> int:
    """Tell how far a term is read apart, in per cent: the mean distance of all pairs of readers.

    The readers are the `towns` that take part and the shared text itself. A municipality that has said nothing is taken
    to read the shared text as it stands. 0: all read it so; 100: no two read it alike.
    """
    readers = dict(counts)
    silent = towns - sum(counts.values())
    readers[Alignment.SAME] = readers.get(Alignment.SAME, 0) + silent + 1
    total = pairs = 0
    for one, other in combinations_with_replacement(Alignment, 2):
        first, second = readers.get(one, 0), readers.get(other, 0)
        met = first * (first - 1) // 2 if one == other else first * second
        pairs += met
        total += met * _APART[one, other]
    return (200 * total + _FURTHEST * pairs) // (2 * _FURTHEST * pairs)

"""What a proposed word would collide with in other terms: words, lookalikes, definitions. It refuses nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from rapidfuzz import fuzz, process
from sqlmodel import Session

from api.proposals.trial_schemas import Collision
from api.search.schemas import Matched
from api.swedish import fold
from api.terms.lookalikes import confusable
from api.terms.schemas import Label, TermContent
from db.words import Word, definitions_of_length, words_of_length, words_to_use

# Of two definitions that are nearly the same, four fifths are, letter by letter (normalised InDel similarity).
NEARLY_THE_SAME = 80
# Comparing one definition with those of 100,000 terms takes some tenths of a second.
_MOST_DEFINITIONS = 5
# How many are compared before others get their turn at the interpreter.
_AT_A_TIME = 500


def collisions(session: Session, term_id: str, content: TermContent, base: Mapping[str, Any] | None) -> list[Collision]:
    """List what the new words and definitions of a term collide with; `base` is what it said before."""
    old = TermContent.model_validate(base) if base else None
    known = {(label.language, label.value) for label in old.labels} if old else set()
    texts = {definition.text for definition in old.definitions} if old else set()
    labels = [
        (place, label) for place, label in enumerate(content.labels) if (label.language, label.value) not in known
    ]
    definitions = [(place, each.text) for place, each in enumerate(content.definitions) if each.text not in texts]
    found = list(_words(session, term_id, labels))
    for place, text in definitions[:_MOST_DEFINITIONS]:
        found += _definitions(session, term_id, f"/content/definitions/{place}/text", text)
    use = words_to_use(session, {each.term_id for each in found if each.term_id})
    return [each.model_copy(update={"use": use.get(each.term_id or "")}) for each in found]


def _words(session: Session, term_id: str, labels: Iterable[tuple[int, Label]]) -> Iterator[Collision]:
    by_length: dict[int, list[tuple[int, Label]]] = {}
    for place, label in labels:
        by_length.setdefault(len(" ".join(label.value.split())), []).append((place, label))
    for word in words_of_length(session, by_length, term_id):
        for place, label in by_length[len(word.value)]:
            same = fold(label.value) == fold(word.value)
            if same and label.language == word.language:
                yield _of_word("word", place, word, f"is {word.kind} in another term already")
            elif not same and confusable(label.value, [word.value]):
                detail = "is read as a word of another term, but is spelt with other characters"
                yield _of_word("lookalike", place, word, detail)


def _of_word(kind: Literal["word", "lookalike"], place: int, word: Word, detail: str) -> Collision:
    return Collision(
        kind=kind,
        pointer=f"/content/labels/{place}/value",
        detail=detail,
        term_id=word.term_id,
        matched=Matched(value=word.value, kind=word.kind, language=word.language, form=None),
    )


def _definitions(session: Session, term_id: str, pointer: str, text: str) -> Iterator[Collision]:
    # What is a third shorter, or half as long again, cannot be nearly the same.
    shortest, longest = len(text) * 2 // 3, len(text) * 3 // 2 + 1
    for part in definitions_of_length(session, shortest, longest, term_id, _AT_A_TIME):
        others = [other for _, other in part]
        for _, score, place in process.extract(
            text, others, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME, limit=None
        ):
            yield Collision(
                kind="definition",
                pointer=pointer,
                detail=f"is nearly the definition of another term: {round(score)} % is the same",
                term_id=part[place][0],
                similarity=round(score),
            )

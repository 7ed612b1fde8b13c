"""What a term may say: pure rules over its content and what it points at."""

from collections.abc import Collection, Iterable, Mapping

from api.errors import FieldError
from api.terms.schemas import TermContent
from db.vocabulary import LabelKind


def faults(
    term_id: str,
    content: TermContent,
    known_terms: Collection[str],
    known_domains: Collection[str],
    broader: Mapping[str, Collection[str]],
) -> list[FieldError]:
    """List what is wrong with a term's content; `broader` is the glossary's hierarchy as it is."""
    return [
        *_label_faults(content),
        *_definition_faults(content),
        *_relation_faults(term_id, content, known_terms),
        *_domain_faults(content, known_domains),
        *_cycle_faults(term_id, content, broader),
    ]


def _label_faults(content: TermContent) -> Iterable[FieldError]:
    values: set[tuple[str, str]] = set()
    preferred: set[str] = set()
    for index, label in enumerate(content.labels):
        pointer = f"/labels/{index}"
        if (label.language, label.value) in values:
            yield FieldError(f"{pointer}/value", "repeated-label", "stands in one label of a language only")
        values.add((label.language, label.value))
        if label.kind == LabelKind.PREFERRED:
            if label.language in preferred:
                yield FieldError(f"{pointer}/kind", "second-preferred", "each language has one preferred label")
            preferred.add(label.language)
        if label.kind == LabelKind.DEPRECATED and label.reason is None:
            yield FieldError(f"{pointer}/reason", "missing", "a deprecated label tells why")
    if not preferred:
        yield FieldError("/labels", "no-preferred", "one label is preferred")


def _definition_faults(content: TermContent) -> Iterable[FieldError]:
    seen = set()
    for index, definition in enumerate(content.definitions):
        key = (definition.language, definition.audience, definition.style)
        if key in seen:
            detail = "one definition for each language, audience and style"
            yield FieldError(f"/definitions/{index}", "repeated-definition", detail)
        seen.add(key)


def _relation_faults(term_id: str, content: TermContent, known: Collection[str]) -> Iterable[FieldError]:
    replaced_by = [content.replaced_by] if content.replaced_by else []
    for field, targets in (
        ("broader", content.broader),
        ("related", content.related),
        ("replacedBy", replaced_by),
    ):
        for index, target in enumerate(targets):
            pointer = f"/{field}" if field == "replacedBy" else f"/{field}/{index}"
            if target == term_id:
                yield FieldError(pointer, "self-relation", "a term does not relate to itself")
            elif target not in known:
                yield FieldError(pointer, "unknown-term", "is not the id of a term")
            elif target in targets[:index]:
                yield FieldError(pointer, "repeated-relation", "names each term once")
    for index, target in enumerate(content.related):
        if target in content.broader:
            yield FieldError(f"/related/{index}", "broader-and-related", "is already broader: choose one")


def _domain_faults(content: TermContent, known: Collection[str]) -> Iterable[FieldError]:
    if content.domain not in known:
        detail = f"is one of {', '.join(sorted(known))}"
        yield FieldError("/domain", "unknown-domain", detail)


def _cycle_faults(term_id: str, content: TermContent, broader: Mapping[str, Collection[str]]) -> Iterable[FieldError]:
    for index, target in enumerate(content.broader):
        if target != term_id and term_id in _ancestors(target, term_id, broader):
            yield FieldError(f"/broader/{index}", "cycle", "is itself narrower than this term")


def _ancestors(start: str, changed: str, broader: Mapping[str, Collection[str]]) -> set[str]:
    """Collect what is broader than `start`; the changed term's own old relations do not count."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for above in broader.get(waiting.pop(), ()):
            if above not in found:
                found.add(above)
                if above != changed:
                    waiting.append(above)
    return found

"""Terms and their versions as the API shows them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from pydantic_core import to_json
from sqlmodel import Session

from api.clock import begin_of
from api.errors import NotFound
from api.terms.rules import Neighbour, Surroundings
from api.terms.schemas import TermContent, TermVersionRead
from db.events import instant_text
from db.term_pairs import broader_edges
from db.terms import (
    TermVersion,
    domains,
    find_term,
    term_documents,
    term_heads,
    term_versions,
    versions_on,
)


def document(version: TermVersion, next_from: date | None = None) -> str:
    """Give the ready JSON of a term in one of its versions, less what other terms and guidelines give it."""
    # A version that was decided ahead changes the term on its first day.
    changed_at = max(version.published_at, begin_of(version.valid_from))
    ready = {
        "id": version.term_id,
        "status": version.status,
        "version": version.number,
        "revision": version.revision,
        **version.content,
        "validFrom": version.valid_from,
        "validUntil": _day_before(next_from),
        "publishedAt": instant_text(version.published_at),
        "changedAt": instant_text(changed_at),
        "contentHash": version.content_hash,
    }
    return to_json(ready).decode()


def documents_of_today(session: Session, today: date, ids: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Give (id, ready document) of all terms or of some, each in the version that is valid today, piece by piece.

    A term whose first version is yet to begin is shown in its newest.
    """
    still = documents_on(session, today, after=today, until=date.max)
    return ((term_id, still.get(term_id, newest)) for term_id, newest in term_documents(session, ids))


def documents_on(session: Session, day: date, *, after: date, until: date) -> dict[str, str]:
    """Give the ready documents of the versions valid on a day, of terms that change later than `after`, by `until`."""
    return {
        version.term_id: document(version, next_from)
        for version, next_from in versions_on(session, day, after=after, until=until)
    }


def find_with_versions(session: Session, term_id: str) -> list[TermVersion]:
    """Load a term's versions, oldest first; raises NotFound."""
    if find_term(session, term_id) is None:
        raise NotFound("No term has this id.")
    return term_versions(session, term_id)


def present_version(versions: Sequence[TermVersion], version: TermVersion) -> TermVersionRead:
    """Show one of a term's versions, which come oldest first."""
    place = versions.index(version)
    following = versions[place + 1].valid_from if place + 1 < len(versions) else None
    return TermVersionRead.model_validate(
        {
            "term": version.term_id,
            "number": version.number,
            "status": version.status,
            "changeKind": version.change_kind,
            "changeNote": version.change_note,
            "validFrom": version.valid_from,
            "validUntil": _day_before(following),
            "publishedAt": version.published_at,
            "contentHash": version.content_hash,
            "supersedes": versions[place - 1].number if place else None,
            "content": version.content,
        }
    )


def surroundings(
    session: Session, contents: Mapping[str, TermContent], coming: Mapping[str, Neighbour] | None = None
) -> Surroundings:
    """Load what the rules need to judge these contents; `coming` tells of terms that are published with them."""
    named = {
        other
        for content in contents.values()
        for other in (*content.broader, *content.related, content.replaced_by)
        if other is not None
    }
    known = {term_id: Neighbour(status, replaced) for term_id, status, replaced in term_heads(session, named)}
    broader: dict[str, set[str]] = {}
    for narrow, broad in broader_edges(session, named):
        broader.setdefault(narrow, set()).add(broad)
    return Surroundings(
        terms={**known, **(coming or {})},
        domains=[domain.id for domain in domains(session)],
        broader={**broader, **{term_id: set(content.broader) for term_id, content in contents.items()}},
    )


def _day_before(day: date | None) -> date | None:
    return day - timedelta(days=1) if day else None

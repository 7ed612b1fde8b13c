"""Which terms may be shown otherwise than at an earlier sequence of the feed."""

from datetime import date

from sqlmodel import Session

from api.clock import day_of
from db.events import find_event, subjects_between
from db.guidelines import guidelines, version_heads
from db.terms import relatives, terms_that_begin
from db.types import PUBLIC_STREAM

# Beyond so many changes the whole is not much more, and easier to tell.
_MOST = 2_000


def touched_since(
    session: Session, after: int, until: int, today: date, municipality: str | None = None
) -> set[str] | None:
    """Name the terms that may have changed after one sequence, up to another; None when it may be any.

    Those that were published, or whose version began; those that they relate to, or did; those that a municipality
    reads otherwise, if one is named; those that guidelines cite which were published or
    repealed, or have begun or ended to be in force since the day of the earlier sequence. A few that are the same as
    before are among them.
    """
    seen = find_event(session, PUBLIC_STREAM, after)
    published = subjects_between(session, PUBLIC_STREAM, after, until, "terms", _MOST + 1)
    if seen is None or len(published) > _MOST:
        return None
    day = day_of(seen.occurred_at)
    published |= terms_that_begin(session, after=day, until=today)
    readings = f"municipalities/{municipality}/interpretations"
    read = subjects_between(session, PUBLIC_STREAM, after, until, readings, None) if municipality else set()
    return published | relatives(session, published) | read | _cited(session, after, until, day, today)


def _cited(session: Session, after: int, until: int, day: date, today: date) -> set[str]:
    """Name the terms that a guideline cites, in any version, whose standing has changed."""
    changed = subjects_between(session, PUBLIC_STREAM, after, until, "guidelines", None)
    changed |= {
        guideline.id
        for guideline in guidelines(session)
        if guideline.repealed_from is not None and day < guideline.repealed_from <= today
    }
    heads = version_heads(session)
    changed |= {head.guideline_id for head in heads if day < head.in_force_from <= today}
    return {term_id for head in heads if head.guideline_id in changed for term_id in head.terms}

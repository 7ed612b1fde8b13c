"""What reads ask the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.conftest import County


@contextmanager
def counting(county: County) -> Iterator[list[str]]:
    """Note the statements that reads send to the database."""
    seen: list[str] = []
    engine = county.app.state.database.reader

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)

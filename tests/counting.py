"""What reads ask the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.conftest import County


@contextmanager
def counting(county: County, *tables: str) -> Iterator[list[str]]:
    """Note the statements that reads send to the database on some tables: others are asked beside them by the clock."""
    seen: list[str] = []
    engine = county.app.state.database.reader

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if any(table in statement for table in tables):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)

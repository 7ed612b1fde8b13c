"""What routes ask for in their signatures: a transaction, a reader, If-Match, a paging."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import anyio
from fastapi import Depends, Header, Query, Request
from sqlmodel import Session

from api.edge.context import Topic, context_of
from api.edge.idempotency import Replay, claim_key
from api.errors import MalformedRequest, PreconditionFailed, PreconditionRequired, Unavailable
from api.identity.authenticate import Anyone
from api.published.current import Published
from api.schemas import Paging as _Paging
from db.session import Transaction, reading, transaction

# How many seconds a change waits for its turn.
_LONGEST_WAIT = 5
_SEQUENCE = re.compile(r"[0-9]{1,15}")
_ETAG = re.compile(r'"(0|[1-9][0-9]{0,17})(?:\.[^"]*)?"')


async def take_turn(request: Request) -> AsyncIterator[None]:
    """Wait for a place among the writers, on the event loop.

    Writers that waited for one another's locks in threads would leave no thread to the one that holds them.
    """
    turns: anyio.Semaphore = request.app.state.turns
    try:
        with anyio.fail_after(_LONGEST_WAIT):
            await turns.acquire()
    except TimeoutError as error:
        raise Unavailable("Too many changes are waiting; nothing was stored.", {"Retry-After": "2"}) from error
    try:
        yield
    finally:
        turns.release()


def open_transaction(
    request: Request, caller: Anyone, _turn: Annotated[None, Depends(take_turn, scope="function")]
) -> Iterator[Transaction]:
    """Give the transaction of this request; it has committed before the answer is sent."""
    database = request.app.state.database
    with transaction(database) as tx:
        try:
            claim_key(request, tx, caller)
        except Replay:
            # It acknowledges what a process may have written that died before it could tell the others.
            database.stamp.renew()
            raise
        yield tx
    if tx.public_sequence is not None:
        context_of(request.scope).public_sequence = tx.public_sequence


def open_reader(request: Request) -> Iterator[Session]:
    with reading(request.app.state.database) as session:
        yield session


def api_url(request: Request) -> str:
    """Give the public address under which everything of the API lies."""
    url: str = request.app.state.settings.api_url
    return url


# Function scope: with FastAPI's default the commit comes after the answer, and a failing one answers 200.
Tx = Annotated[Transaction, Depends(open_transaction, scope="function")]
Reader = Annotated[Session, Depends(open_reader, scope="function")]
Paging = Annotated[_Paging, Query()]


def sent_revisions(if_match: Annotated[str | None, Header()] = None) -> frozenset[int] | None:
    """Give the revisions that If-Match names; None when the header is absent."""
    if if_match is None:
        return None
    return frozenset(int(found[1]) for part in if_match.split(",") if (found := _ETAG.fullmatch(part.strip())))


IfMatch = Annotated[frozenset[int] | None, Depends(sent_revisions)]


def check_revision(revision: int, sent: frozenset[int] | None) -> None:
    """Refuse a change by one who has not read the object as it stands: 428 or 412."""
    if sent is None:
        raise PreconditionRequired('Send the object\'s ETag in If-Match, such as If-Match: "3".')
    if revision not in sent:
        raise PreconditionFailed(f"The object is now at revision {revision}.", {"ETag": f'"{revision}"'})


def creates_only(if_none_match: Annotated[str | None, Header()] = None) -> bool:
    """Tell whether `If-None-Match: *` asks to create, and never to replace."""
    return if_none_match is not None and if_none_match.strip() == "*"


CreatesOnly = Annotated[bool, Depends(creates_only)]


def check_put(revision: int | None, sent: frozenset[int] | None, *, creates: bool) -> None:
    """Refuse a PUT by one who does not know whether the object is there (`revision`), or how it stands: 428 or 412."""
    if sent is None and not creates:
        raise PreconditionRequired("Send If-None-Match: * to create, or the ETag in If-Match to replace.")
    if revision is None:
        if sent is not None:
            raise PreconditionFailed("There is nothing to replace: send If-None-Match: * to create.")
    elif creates:
        raise PreconditionFailed(f"There is one, at revision {revision}.", {"ETag": f'"{revision}"'})
    else:
        check_revision(revision, sent)


class Public:
    """Marks a route whose answer may be kept and shared until its topic changes."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic

    async def __call__(
        self, request: Request, _caller: Anyone, samsprak_min_sequence: Annotated[str | None, Header()] = None
    ) -> None:
        if samsprak_min_sequence is not None:
            await _wait_for(request.app.state.published, samsprak_min_sequence)
        context_of(request.scope).topic = self.topic


async def _wait_for(published: Published, sent: str) -> None:
    """Let nobody read what is older than a change that they know of."""
    if not _SEQUENCE.fullmatch(sent):
        raise MalformedRequest("Samsprak-Min-Sequence is a sequence of the public feed, such as 812.")
    if published.picture.sequence < int(sent):
        # The database is the truth: after this the picture holds all that is committed.
        await anyio.to_thread.run_sync(published.catch_up)
    if published.picture.sequence < int(sent):
        raise MalformedRequest(f"The last sequence is {published.picture.sequence}: there is no later one yet.")


def accepts_csv(request: Request) -> bool:
    """Tell whether the Accept header asks for CSV, which makes the answer one of those that it chooses between."""
    context_of(request.scope).negotiated = True
    return request.headers.get("accept", "").startswith("text/csv")


AcceptsCsv = Annotated[bool, Depends(accepts_csv)]


def wants_page(request: Request) -> bool:
    """Tell whether a page for people is asked for, by `format` or else by the Accept header."""
    context_of(request.scope).negotiated = True
    sent = request.query_params.get("format")
    return sent == "html" if sent else request.headers.get("accept", "").startswith("text/html")


AsPage = Annotated[bool, Depends(wants_page)]


def tell_revision(request: Request, revision: int | None) -> None:
    """Put the object's revision into the ETag of the answer."""
    context_of(request.scope).revision = revision

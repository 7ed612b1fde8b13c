"""The commands that look after what is kept: verify, backup, restore."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from api.console import fail, opened_database, read_settings
from api.events.checkpoints import read_checkpoint
from api.events.feed_file import UnreadableFileError, links_of, values_of
from api.identity.keys import Keys
from api.identity.parts import InvalidToken
from api.identity.public_keys import Jwk
from api.upkeep.backup import make_backup, restore_backup
from api.upkeep.checking import check_by_all_cores, check_feed, processes
from db.chain import BrokenChainError, streams
from db.checkpoints import signed_heads
from db.copies import UnusableCopyError
from db.events import Head
from db.migrate import check_at_head
from db.session import Database, reading

Kept = dict[str, list[Head]]


def verify_command(
    feed: Annotated[str | None, typer.Argument(help="A saved feed, `-` for standard input; else the database.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Checkpoints that were kept, as the API gave them.")] = None,
    jwks: Annotated[Path | None, typer.Option(help="The keys that signed them; else those of this service.")] = None,
) -> None:
    """Check that no event was changed, lost or put in; exits 1 and names the first that was."""
    if jwks is not None and checkpoint is None:
        fail("--jwks proves checkpoints: give --checkpoint too")
    try:
        kept = _kept(checkpoint, jwks) if checkpoint else {}
        if feed is not None:
            _verify_feed(feed, kept)
        else:
            with opened_database(read_settings()) as database:
                check_at_head(database)
                _verify_database(database, kept)
    except (UnreadableFileError, BrokenChainError) as error:
        fail(str(error))


def backup_command(file: Annotated[Path, typer.Argument(help="Where to; it must not be there yet.")]) -> None:
    """Copy the whole database into one file while it is in use, check the copy, and print what is in it."""
    with opened_database(read_settings()) as database:
        _report(partial(make_backup, database, file))


def restore_command(
    file: Annotated[Path, typer.Argument(help="What `backup` has made.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of what is there.")] = False,
) -> None:
    """Put a backup into an empty database, all of it or nothing, check it, and print what is in it."""
    with opened_database(read_settings()) as database:
        _report(partial(restore_backup, database, file, replace=replace))


def _report(work: Callable[[], dict[str, Any]]) -> None:
    try:
        typer.echo(json.dumps(work()))
    except (UnusableCopyError, BrokenChainError) as error:
        fail(str(error))


def _verify_feed(feed: str, kept: Kept) -> None:
    if len(kept) > 1:
        raise UnreadableFileError("the checkpoints are of several streams, and a feed is one")
    [(stream, heads)] = kept.items() or [("the feed", [])]
    with _reading(feed) as file, processes() as pool:
        _tell(stream, check_feed(pool, links_of(file), heads), len(heads))


def _verify_database(database: Database, kept: Kept) -> None:
    with reading(database) as session:
        told = {stream: signed_heads(session, stream) for stream in {*streams(session), *kept}}
    for stream, own in sorted(told.items()):
        # The own ones could have been changed together with the events, those that others kept not.
        heads = own + kept.get(stream, [])
        try:
            _tell(stream, check_by_all_cores(database, stream, heads), len(heads))
        except BrokenChainError as error:
            fail(f"{stream}: {error}")


def _tell(stream: str, head: Head, checkpoints: int) -> None:
    typer.echo(f"{stream}: {head.sequence} events, {checkpoints} checkpoints, whole up to sha256:{head.hash}")


def _kept(checkpoint: Path, jwks: Path | None) -> Kept:
    """Read checkpoints and prove their signatures; gives the heads by stream."""
    keys = _keys(jwks)
    found: Kept = {}
    with _reading(str(checkpoint)) as file:
        for value in values_of(file):
            items = value.get("items", [value]) if isinstance(value, dict) else None
            for each in items if isinstance(items, list) else [None]:
                jws = each.get("jws") if isinstance(each, dict) else None
                if not isinstance(jws, str):
                    raise UnreadableFileError(f"{checkpoint} holds something that is no checkpoint")
                try:
                    stream, head = read_checkpoint(jws, keys)
                except InvalidToken as refusal:
                    raise UnreadableFileError(f"a checkpoint of {checkpoint} proves nothing: {refusal}") from None
                found.setdefault(stream, []).append(head)
    if not found:
        raise UnreadableFileError(f"{checkpoint} holds no checkpoint")
    return found


def _keys(jwks: Path | None) -> Mapping[str, Jwk]:
    if jwks is None:
        settings = read_settings()
        with opened_database(settings) as database:
            return Keys(database, settings.signing_key_file).ring.public
    try:
        found = json.loads(jwks.read_text(encoding="utf-8"))["keys"]
        return {key["kid"]: key for key in found}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableFileError(f"{jwks} is not a JWKS file") from None


@contextmanager
def _reading(name: str) -> Iterator[TextIO]:
    if name == "-":
        yield sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise UnreadableFileError(f"cannot read {name}: {error.strerror}") from error

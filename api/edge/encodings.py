"""Compressed forms of an answer, made once and kept with it."""

import gzip
import re
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import brotli
import zstandard

# Browsers send some twenty characters, in some ten ways: what is longer is nobody's, and not read.
_LONGEST = 200
_MOST = 200

_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """A content coding; what is smaller than `worth_from` is sent as it is."""

    name: str
    compress: Callable[[bytes], bytes]
    # Makes what takes a body piece by piece, by its methods `compress` and `flush`.
    streaming: Callable[[], Any]
    # A smaller answer fits in a packet whole, and compressing it only costs.
    worth_from: int = 512

    def encode(self, body: bytes) -> bytes:
        """Give the coded body, or the very body when coding it is not worth it."""
        return body if self is IDENTITY or len(body) < self.worth_from else self.compress(body)

    def stream(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Code a body that is too large to be held whole."""
        coder = self.streaming()
        yield from map(coder.compress, pieces)
        yield coder.flush()


class _Unchanged:
    """Takes pieces as a compressor does, and gives them back."""

    def compress(self, piece: bytes) -> bytes:
        return piece

    def flush(self) -> bytes:
        return b""


class _Brotli:
    """Brotli's compressor by the names that the others use."""

    def __init__(self) -> None:
        coder = brotli.Compressor(quality=5)
        self.compress, self.flush = coder.process, coder.finish


class _Zstd(threading.local):
    """A compressor for each thread, kept: to make one costs as much as to compress a term."""

    def __init__(self) -> None:
        # Of a term the lowest level makes no more than the next ones, and of a page a twentieth.
        self.compress = zstandard.ZstdCompressor(level=1).compress


_ZSTD = _Zstd()


def _zstd(body: bytes) -> bytes:
    found: bytes = _ZSTD.compress(body)
    return found


IDENTITY = Coding("identity", bytes, _Unchanged)
# The best first. Levels: the next ones take many times as long for a twentieth less.
CODINGS = (
    Coding("zstd", _zstd, lambda: zstandard.ZstdCompressor(3).compressobj()),
    Coding("br", lambda body: brotli.compress(body, quality=5), _Brotli),
    Coding("gzip", lambda body: gzip.compress(body, compresslevel=6, mtime=0), lambda: zlib.compressobj(6, wbits=31)),
)
# For clients that refuse what is not coded, however small.
_STRICT = {coding: replace(coding, worth_from=0) for coding in CODINGS}


def choose_coding(accepted: bytes) -> Coding:
    """Choose the coding that an Accept-Encoding header likes best (RFC 9110, 12.5.3).

    Identity when it refuses all that there is: an answer that a client may still read is better than a 406.
    """
    weights = dict(_weighed(part) for part in accepted.decode("latin-1").lower().split(","))
    others = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding.name, others))
    weight = weights.get(best.name, others)
    # Where identity is not named it is taken, but what is named comes first.
    if weight == 0.0 or weights.get("identity", 0.0) > weight:
        return IDENTITY
    identity_refused = weights.get("identity", weights.get("*", 1.0)) == 0.0
    return _STRICT[best] if identity_refused else best


def _weighed(part: str) -> tuple[str, float]:
    name, _, parameter = (piece.strip() for piece in part.partition(";"))
    if not parameter:
        return name.removeprefix("x-"), 1.0
    found = _WEIGHT.fullmatch(parameter)
    return name.removeprefix("x-"), float(found[1]) if found else 0.0


class _Choices(dict[bytes, Coding]):
    """What is chosen for each Accept-Encoding, remembered: a hit must not read the header again."""

    def __missing__(self, accepted: bytes) -> Coding:
        if len(accepted) > _LONGEST:
            return IDENTITY
        if len(self) >= _MOST:
            self.clear()
        return self.setdefault(accepted, choose_coding(accepted))


CHOICES = _Choices()

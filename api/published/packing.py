"""Ready documents kept small: packed by what they have in common, unpacked in some microseconds."""

from collections.abc import Sequence
from threading import local

import zstandard

# A small glossary is no burden as it is, and has too little in common to learn from.
LEARN_FROM = 1_000
_DICTIONARY_BYTES = 32 * 1024


class Packing:
    """How the documents of one picture are packed; they may be unpacked in several threads."""

    def __init__(self, samples: Sequence[bytes] = ()) -> None:
        self._common = None
        if len(samples) >= LEARN_FROM:
            self._common = zstandard.train_dictionary(_DICTIONARY_BYTES, list(samples[:LEARN_FROM]))
            self._compress = zstandard.ZstdCompressor(level=1, dict_data=self._common).compress
            # The library's object serves one thread at a time.
            self._mine = local()

    def pack(self, document: bytes) -> bytes:
        if self._common is None:
            return document
        # Copied: the library's own result lies in room for the worst case, whose rest is too small for the next one.
        return bytes(memoryview(self._compress(document)))

    def unpack(self, packed: bytes) -> bytes:
        if self._common is None:
            return packed
        try:
            found: bytes = self._mine.decompress(packed)
        except AttributeError:
            self._mine.decompress = zstandard.ZstdDecompressor(dict_data=self._common).decompress
            found = self._mine.decompress(packed)
        return found

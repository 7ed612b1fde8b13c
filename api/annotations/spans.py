"""A text that was made from another by leaving out and replacing, and where each of its parts came from."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass
class Traced:
    """A text that grows from pieces of a source; offsets are code points."""

    pieces: list[str] = field(default_factory=list)
    # Where a piece begins, here and in the source; between two beginnings both count alike.
    _here: list[int] = field(default_factory=list)
    _there: list[int] = field(default_factory=list)
    _length: int = 0

    def add(self, piece: str, source: int) -> None:
        """Add a piece that stands in the source at `source`, or stands for what begins there."""
        self._here.append(self._length)
        self._there.append(source)
        self.pieces.append(piece)
        self._length += len(piece)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def source_of(self, offset: int) -> int:
        """Give the place in the source of a place in the text; the text's end is that of its last piece."""
        at = bisect_right(self._here, offset) - 1
        return self._there[at] + offset - self._here[at] if at >= 0 else offset

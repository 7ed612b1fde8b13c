"""What is sought, and what a label is to a search: a key, and the words in it."""

import re
from dataclasses import dataclass

from api.swedish import sort_key, undotted

# Letters and digits; the braces stand for å, ä and ö in a key.
_WORD = re.compile(r"(?:[^\W_]|[{|}])+")


def words_of(token: str) -> list[str]:
    """Part a token of a key: `e-post` holds e and post, and is epost too."""
    parts = _WORD.findall(token)
    return [*parts, "".join(parts)] if len(parts) > 1 else parts


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query, read: its key, and its words, of which the last one may be only begun."""

    key: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, query: str) -> "Wanted":
        """Read what somebody typed; nothing in it is syntax."""
        return cls.read(sort_key(query))

    @classmethod
    def read(cls, key: str) -> "Wanted":
        return cls(key, tuple(dict.fromkeys(_WORD.findall(key))))

    @property
    def undotted(self) -> "Wanted":
        return Wanted.read(undotted(self.key))

    @property
    def is_undotted(self) -> bool:
        """Tell whether the writer may have lacked å, ä and ö: who typed one of them has them all."""
        return undotted(self.key) == self.key

    def with_word(self, old: str, new: str) -> "Wanted":
        """Put one word in the place of another."""
        words = tuple(new if word == old else word for word in self.words)
        return Wanted(" ".join(words), words)

"""Swedish words: how they compare and in which order they stand."""

import unicodedata

# å, ä and ö are letters of their own, after z; other accents do not part words in a list.
_AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}


def fold(text: str) -> str:
    """Make two spellings equal that differ only in case or spacing."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def sort_key(text: str) -> str:
    """Give a key whose order by code point is that of a Swedish word list."""
    letters = (_AFTER_Z.get(char) or unicodedata.normalize("NFD", char)[0] for char in fold(text))
    return "".join(letters)

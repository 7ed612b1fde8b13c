"""Swedish words: how they compare and in which order they stand."""

import unicodedata

# å, ä and ö are letters of their own, after z; other accents do not part words in a list.
_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})


def fold(text: str) -> str:
    """Make two spellings equal that differ only in case or spacing."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def sort_key(text: str) -> str:
    """Give a key whose order by code point is that of a Swedish word list."""
    letters = fold(text).translate(_AFTER_Z)
    # Most words are plain by now, and a hundred thousand are sorted when the server starts.
    return letters if letters.isascii() else "".join(unicodedata.normalize("NFD", char)[0] for char in letters)

"""Swedish words: how they compare and in which order they stand."""

import unicodedata

# å, ä and ö are letters of their own, after z; what else sorts there is no letter, and would be taken for one.
_AFTER_Z = (("å", "{"), ("ä", "|"), ("ö", "}"), ("æ", "|"), ("ø", "}"))
_NO_LETTERS = "{|}"
_LETTERS = {"{": "Å", "|": "Ä", "}": "Ö"}


def fold(text: str) -> str:
    """Make two spellings equal that differ only in case or spacing."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def sort_key(text: str) -> str:
    """Give a key whose order by code point is that of a Swedish word list; other accents than å, ä, ö part no words."""
    key = fold(text)
    for sign in _NO_LETTERS:
        key = key.replace(sign, "")
    if key.isascii():
        return key
    # One by one: a translation table costs ten times as much.
    for letter, place in _AFTER_Z:
        key = key.replace(letter, place)
    if key.isascii():
        return key
    return "".join(char for char in unicodedata.normalize("NFD", key) if not unicodedata.combining(char))


def undotted(key: str) -> str:
    """Give the key of a word as it is typed where there are no keys for å, ä and ö."""
    return key.replace("{", "a").replace("|", "a").replace("}", "o")


def initial(key: str) -> str:
    """Give the letter under which a key stands in a word list: A to Ö, `0–9`, or `Tecken` for what is neither."""
    first = key[:1]
    if first.isdecimal():
        return "0–9"
    return _LETTERS.get(first) or (first.upper() if first.isalpha() else "Tecken")

"""Words that look like another and are not: letters of another alphabet, signs that do not show."""

import unicodedata
from collections.abc import Iterable

from api.swedish import fold

# Cyrillic, Greek and rare Latin letters that print as a Latin one does (after Unicode's confusables.txt, UTS 39).
_AS_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԌԚԜ" + "аеѕіјорсухһԁԛԝӏԍ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ" + "αγικνορυϲϳ" + "ıɑɡɩʟ",
    "ABESIJKMHOPCTYXGQW" + "aesijopcyxhdqwlg" + "ABEZHIKMNOPTYXC" + "ayikvopucj" + "iagil",
)


def confusable(word: str, others: Iterable[str]) -> list[str]:
    """List the words that are read as this one though they are spelt with other characters."""
    shape, spelling = _shape(word), fold(word)
    return [other for other in others if fold(other) != spelling and _shape(other) == shape]


def _shape(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word).translate(_AS_LATIN)
    shown = (
        "-" if unicodedata.category(sign) == "Pd" else sign for sign in apart if unicodedata.category(sign) != "Cf"
    )
    return fold("".join(shown))

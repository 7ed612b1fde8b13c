"""The exact text in print: what is handed to the typesetter, and the document that comes back."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.errors import Unavailable
from api.packages.head import HeadLine
from api.pages import words
from api.pages.redlines import in_swedish

_PROGRAM = Path(__file__).with_name("printing.py")
# A text of the largest size that is taken in needs about two.
_SECONDS = 30
# What the fonts of the library do not hold; PDF/A has no place for a letter without a form.
_UNDRAWN = re.compile(
    "[^\n\t -~\u00a0-\u0377\u03a3-\u04ff\u05d0-\u05ea\u0621-\u063a\u0640-\u0652\u1e00-\u1eff\u2000-\u2040"
    "\u2044-\u2052\u2074-\u208e\u20a0-\u20c0\u2100-\u211e\u2153-\u2184\u2190-\u23ff\u2460-\u2606\u270c-\u2714\ufb00-\ufb06]"
)


def guideline_pdf(content: Mapping[str, Any], head: Sequence[HeadLine], author: str, published: date) -> bytes:
    """Print a version; raises Unavailable when that takes too long."""
    return printed(copy(content, head, author, published))


def copy(content: Mapping[str, Any], head: Sequence[HeadLine], author: str, published: date) -> str:
    """Write what is to be set; a character that has no form in print is named, as in [U+1F600]."""
    data = {
        "title": in_swedish(content["title"]),
        "author": author,
        "published": [published.year, published.month, published.day],
        "head": [(line.label, line.shown) for line in head if line.shown],
        "content": content,
        "words": {
            "audience": words.AUDIENCE,
            "horizontal": {key: words.STEP[key] for key in words.HORIZONTAL_FIELDS},
            "workEnvironment": words.STEP["workEnvironment"],
        },
    }
    return _UNDRAWN.sub(lambda found: f"[U+{ord(found[0]):04X}]", json.dumps(data, ensure_ascii=False))


@lru_cache(maxsize=16)
def printed(text: str) -> bytes:
    """Every municipality's package of a version holds the same document, which takes most of the time."""
    # -P: what lies beside the program must not stand in for a library.
    command = [sys.executable, "-P", str(_PROGRAM)]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603  (our own program)
    except subprocess.TimeoutExpired as error:
        raise Unavailable("The document takes too long to print now.", {"Retry-After": "30"}) from error
    return done.stdout

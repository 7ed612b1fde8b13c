"""The exact text as PDF: tagged (PDF/UA-1), for the archive (PDF/A-2a), and the same bytes each time."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from api.packages.head import HeadLine
from api.pages import words
from api.pages.redlines import in_swedish

_TEMPLATE = Path(__file__).with_name("guideline.typ").read_bytes()
# What the fonts of the library do not hold; PDF/A has no place for a letter without a form.
_UNDRAWN = re.compile(
    "[^\n\t -~\u00a0-\u0377\u03a3-\u04ff\u05d0-\u05ea\u0621-\u063a\u0640-\u0652\u1e00-\u1eff\u2000-\u2040"
    "\u2044-\u2052\u2074-\u208e\u20a0-\u20c0\u2100-\u211e\u2153-\u2184\u2190-\u23ff\u2460-\u2606\u270c-\u2714\ufb00-\ufb06]"
)


def guideline_pdf(content: Mapping[str, Any], head: Sequence[HeadLine], author: str, published: date) -> bytes:
    """Set a version's text; a character that has no form in print is named, as in [U+1F600]."""
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
    return printed(_UNDRAWN.sub(lambda found: f"[U+{ord(found[0]):04X}]", json.dumps(data, ensure_ascii=False)))


@lru_cache(maxsize=16)
def printed(data: str) -> bytes:
    """Every municipality's package of a version holds the same document, which takes most of the time."""
    made = typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"data": data},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=0,
    )
    if not isinstance(made, bytes):
        msg = "a PDF is one file"
        raise TypeError(msg)
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # Not those of the machine: the bytes are to be the same on every one.
    return typst.Fonts(include_system_fonts=False)

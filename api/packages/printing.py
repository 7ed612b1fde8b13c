"""A program of its own that sets a text: JSON comes in, a PDF goes out.

Beside the server, since the library keeps up to a gigabyte of what it has set before. It loads nothing of ours.
"""

import sys
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).with_name("guideline.typ")


def typeset(data: str) -> bytes:
    """Set a text as PDF/UA-1 and PDF/A-2a: tagged, with its fonts in it, and the same bytes each time."""
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        # Not those of the machine: the bytes are to be the same on every one.
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"data": data},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=0,
    )
    if not isinstance(made, bytes):
        msg = "a PDF is one file"
        raise TypeError(msg)
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode()))

"""A redline as people read it: told in words and by strokes, never by colour alone."""

from collections.abc import Mapping, Sequence

from starlette.responses import HTMLResponse

from api.pages import words
from api.pages.rendering import render
from api.redline import Change


def redline_page(  # one argument a thing that the page says
    heading: str, address: str, earlier: str | None, later: str | None, changes: Sequence[Change]
) -> HTMLResponse:
    """Show changes; `address` leads back to what was changed, and a version that is None is no published one."""
    shown = placed(changes)
    return render("redline.html", heading=heading, address=address, earlier=earlier, later=later, changes=shown)


def placed(changes: Sequence[Change]) -> list[tuple[str, Change]]:
    """Give each change the words for where it stands."""
    return [(place_in_words(change.path), change) for change in changes]


def in_swedish(texts: Mapping[str, str]) -> str:
    """Choose the Swedish of a text, or what there is of it."""
    return texts.get("sv") or next(iter(texts.values()))


def place_in_words(path: str) -> str:
    """Say where a change stands: /provisions/1.4/text/sv is Bestämmelse, 1.4, text, svenska."""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:])
    return " · ".join(words.STEP.get(step, step) for step in steps)

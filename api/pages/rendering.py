"""Templates become pages: what they may say of texts and days, and what a browser may do with them."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api.clock import STOCKHOLM
from api.pages import words
from api.pages.prose import prose
from api.published.cards import Card

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

_CLOSED = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PAGE_POLICY = f"{_CLOSED}; style-src 'self'; img-src 'self'; form-action 'self'"
# The API's own page runs a script of ours, and its style sheet holds pictures as data.
DOCS_POLICY = (
    f"{_CLOSED}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'"
)


def render(name: str, status: int = 200, policy: str = _PAGE_POLICY, **values: Any) -> HTMLResponse:
    """Make a page of a template."""
    html = _templates.get_template(name).render(values)
    return HTMLResponse(html, status, {"Content-Security-Policy": policy})


def fragment(name: str, **values: Any) -> str:
    """Make a piece of HTML that stands in something else."""
    return _templates.get_template(name).render(values)


def document(name: str, **values: Any) -> bytes:
    """Make a page that stands by itself, without a server: its style is in it."""
    html = _templates.get_template(name).render(style=(STATIC / "page.css").read_text(encoding="utf-8"), **values)
    return html.encode()


def _in_swedish(texts: Mapping[str, str]) -> Markup:
    """Show a text in Swedish, or in the language that it has, marked as such."""
    if "sv" in texts:
        return escape(texts["sv"])
    language, text = next(iter(texts.items()))
    return Markup('<span lang="{}">{}</span>').format(language, text)


def _prose(texts: Mapping[str, str]) -> Markup:
    """Render a text in Swedish, or in the language that it has, marked as such."""
    language = "sv" if "sv" in texts else next(iter(texts))
    # Cleaned: see api/pages/prose.py.
    html = Markup(prose(texts[language]))  # noqa: S704
    if language == "sv":
        return Markup('<div class="prose">{}</div>').format(html)
    return Markup('<div class="prose" lang="{}">{}</div>').format(language, html)


def _prose_in(text: str, language: str = "sv") -> Markup:
    return _prose({language: text})


def _word_of(card: Card) -> Markup:
    """Show a term's own word, marked with its language where that is not Swedish."""
    language = next((label.language for label in card.labels if label.value == card.preferred), "sv")
    return _in_swedish({language: card.preferred})


def _with_code(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = re.split(r"`([^`]*)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def _day(value: date | datetime | str) -> Markup:
    """Write a day, or the Stockholm day of an instant, as Swedish has it."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    day = value.astimezone(STOCKHOLM).date() if isinstance(value, datetime) else value
    written = f"{day.day} {words.MONTHS[day.month - 1]} {day.year}"
    return Markup('<time datetime="{}">{}</time>').format(day, written)


@lru_cache
def _asset(name: str) -> str:
    """Give a file's address, which changes with the file: browsers may keep what they have."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:8]}"


_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "sv": _in_swedish,
    "prose": _prose,
    "prose_in": _prose_in,
    "word": _word_of,
    "code": _with_code,
    "day": _day,
    "asset": _asset,
}
_templates.globals["words"] = words

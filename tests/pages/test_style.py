"""The style sheet: contrast in light and in dark, and what it promises to those who set up their own view."""

import re

import pytest

from api.pages.rendering import STATIC

SHEET = (STATIC / "page.css").read_text(encoding="utf-8")
ROOTS = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
LIGHT, DARK = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", root)) for root in ROOTS)
TEXTS = [
    *(("ink", ground) for ground in ("paper", "card", "yes", "partly", "asked", "no")),
    *((colour, ground) for colour in ("soft", "link") for ground in ("paper", "card")),
    ("mark-ink", "mark"),
    ("paper", "link"),
]
EDGES = [("edge", "paper"), ("edge", "card")]


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("colour", "ground"), [*TEXTS, *EDGES])
def test_what_is_read_and_what_is_clicked_stands_out(scheme: dict[str, str], colour: str, ground: str) -> None:
    assert contrast(scheme[colour], scheme[ground]) >= (3 if (colour, ground) in EDGES else 4.5)


def test_both_schemes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("wish", ["forced-colors: active", "prefers-reduced-motion: no-preference", "print"])
def test_the_sheet_heeds_how_somebody_wants_to_read(wish: str) -> None:
    assert re.search(rf"@media \(?{wish}", SHEET)


def test_the_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|@font-face", SHEET)

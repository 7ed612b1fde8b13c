"""The table in docs/rest-api-profile.md: every rule once, and every test that it names."""

import re
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent
_PAGE = _FOLDER.parent.parent / "docs" / "rest-api-profile.md"
_TEST = re.compile(r"`(test_[a-z0-9_]+)`")
_LEVELS = {"MUST", "MUST NOT", "SHOULD", "SHOULD NOT"}


def _numbered(area: str, last: int, *missing: int) -> list[str]:
    return [f"{area}.{number:02}" for number in range(1, last + 1) if number not in missing]


# Version 1.2.0, the two of 2.0.0 that an API can show, and the linter's own.
RULES = [
    *_numbered("DOK", 24, 14),
    *_numbered("DOT", 4),
    *_numbered("RES", 6),
    *_numbered("UFN", 9, 6),
    *_numbered("MOG", 3),
    *_numbered("SAK", 37, 4, 7, 33, 34),
    *_numbered("AME", 7, 3),
    *_numbered("ARQ", 6, 4),
    *_numbered("ARP", 4, 1),
    *_numbered("FEL", 2),
    *_numbered("VER", 19),
    *_numbered("WEB", 6),
    *_numbered("HYP", 19),
    *_numbered("FNS", 14, 4),
    *_numbered("CAC", 1),
    "FOR.02",
    "SPA.02",
    "SPA.04",
]


def _rows() -> list[list[str]]:
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if re.fullmatch(r"[A-Z]{3}\.\d\d", row[0])]


def _written() -> dict[str, str]:
    """Give the tests of this folder that are named after a rule, and the rule."""
    found = {}
    for module in _FOLDER.glob("test_*.py"):
        for name, area, number in re.findall(
            r"^def (test_([a-z]{3})_(\d\d)_\w+)", module.read_text(encoding="utf-8"), re.MULTILINE
        ):
            found[name] = f"{area.upper()}.{number}"
    return found


ROWS = _rows()


def test_the_profile_has_151_rules_and_three_more_are_shown() -> None:
    assert len(RULES) == len(set(RULES)) == 151 + 3


def test_the_table_names_every_rule_once_and_in_order() -> None:
    assert [row[0] for row in ROWS] == RULES


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_tells_the_level_how_the_rule_is_met_and_what_shows_it(row: list[str]) -> None:
    _, level, how, shown = row
    assert level in _LEVELS
    assert how
    assert _TEST.search(shown) or shown.startswith(("the operator", "the process", "exception: "))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_names_only_tests_that_are_there(row: list[str]) -> None:
    assert set(_TEST.findall(row[3])) <= _written().keys()


def test_every_test_stands_in_the_row_of_its_rule() -> None:
    named = {row[0]: set(_TEST.findall(row[3])) for row in ROWS}
    rules = _written()
    for rule in sorted(set(rules.values())):
        assert {name for name in named[rule] if rules[name] == rule}, rule

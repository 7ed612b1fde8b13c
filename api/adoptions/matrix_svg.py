"""The matrix as a picture (SVG) that needs no colour: signs and words, links in reading order, texts for readers."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from api.adoptions.matrix import Matrix
from api.adoptions.matrix_forms import said
from api.adoptions.stands import Cell
from api.pages import words
from api.pages.redlines import in_swedish
from db.vocabulary import AdoptionStatus

_NAMES, _COLUMN, _LINE, _HEAD, _MARGIN = 150, 44, 24, 60, 10
_NUMBERS = 20
_ADOPTED = (AdoptionStatus.ADOPTED, AdoptionStatus.ADOPTED_WITH_CHANGES)
# Words beside the signs, short enough for a cell.
_SHORT = {
    AdoptionStatus.NOT_STARTED: "ej",
    AdoptionStatus.UNDER_REVIEW: "pröv",
    AdoptionStatus.ADOPTED: "ja",
    AdoptionStatus.ADOPTED_WITH_CHANGES: "ja*",
    AdoptionStatus.DECLINED: "nej",
    AdoptionStatus.REPEALED: "upph",
    AdoptionStatus.LAPSED: "slut",
}


def matrix_svg(drawn: Matrix, site: str) -> bytes:
    """Draw the matrix; its cells link to the decisions at `site`, line by line."""
    legend = len(drawn.columns) + len(AdoptionStatus) + 1
    width = max(_NAMES + _COLUMN * len(drawn.columns), 640) + 2 * _MARGIN
    height = _HEAD + _LINE * (len(drawn.towns) + legend + 1)
    return "".join(_written(drawn, site, width, height)).encode()


def _written(drawn: Matrix, site: str, width: int, height: int) -> Iterator[str]:
    adopted = sum(cell.status in _ADOPTED for cell in drawn.cells)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:lang="sv" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="group" aria-labelledby="titel beskrivning" font-family="sans-serif" font-size="13">'
        f'<title id="titel">Kommunernas läge den {drawn.day}</title>'
        f'<desc id="beskrivning">En rad för varje kommun och en kolumn för varje riktlinje. {adopted} av '
        f"{len(drawn.stands)} visade lägen är antaganden. Tecken och ord i varje ruta förklaras nedanför.</desc>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    )
    for number, _column in enumerate(drawn.columns, 1):
        yield _text(_across(number - 1), _HEAD - 12, str(number), 'text-anchor="middle" font-weight="bold"')
    cells = {(cell.municipality, cell.guideline): cell for cell in drawn.cells}
    for line, town in enumerate(drawn.towns):
        middle = _HEAD + _LINE * line + 16
        yield f'<path d="M{_MARGIN} {middle - 16}H{width - _MARGIN}" stroke="#999"/>'
        yield _text(_MARGIN, middle, town.name)
        for place, column in enumerate(drawn.columns):
            cell = cells.get((town.code, column.id))
            if cell is not None:
                told = f"{town.name}, {in_swedish(column.title)}: {said(cell)}"
                yield _drawn(cell, told, _across(place), middle, site)
    yield from _legend(drawn, _HEAD + _LINE * (len(drawn.towns) + 1))
    yield "</svg>"


def _drawn(cell: Cell, told: str, across: int, middle: int, site: str) -> str:
    sign = f"{words.SYMBOLS[cell.status]} {_SHORT[cell.status]}"
    shown = _text(across, middle, sign, 'text-anchor="middle"')
    if cell.decision is None:
        return f'<g role="img" aria-label={quoteattr(told)}><title>{escape(told)}</title>{shown}</g>'
    address = f"{site}/riktlinjer/{cell.guideline}#kommun-{cell.municipality}"
    return f"<a href={quoteattr(address)} aria-label={quoteattr(told)}><title>{escape(told)}</title>{shown}</a>"


def _legend(drawn: Matrix, top: int) -> Iterator[str]:
    for number, column in enumerate(drawn.columns, 1):
        yield _text(_MARGIN, top, f"{number}", 'font-weight="bold"')
        yield _text(_MARGIN + _NUMBERS + 10, top, f"{in_swedish(column.title)}, version {column.version}")
        top += _LINE
    for status in AdoptionStatus:
        yield _text(_MARGIN, top, f"{words.SYMBOLS[status]} {_SHORT[status]}", 'font-weight="bold"')
        yield _text(_MARGIN + 3 * _NUMBERS, top, f"{words.ADOPTION[status]}. {words.ADOPTION_MEANS[status]}")
        top += _LINE


def _across(place: int) -> int:
    return _MARGIN + _NAMES + _COLUMN * place + _COLUMN // 2


def _text(x: int, y: int, text: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" fill="#000" {more}>{escape(text)}</text>'

"""The table that is printed: a figure, what it is held against, and whether it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

_HEADINGS = ("what", "terms", "base", "ours", "figure", "spread", "goal", "")


@dataclass(frozen=True)
class Row:
    """One promise as it was measured; without a goal it only informs."""

    what: str
    terms: int
    figure: str
    base: str = ""
    ours: str = ""
    spread: str = ""
    goal: str = ""
    holds: bool | None = None
    remark: str = ""
    # The figure as a number, for a row that is made of others.
    value: float = 0

    @property
    def verdict(self) -> str:
        found = {None: "", True: "PASS", False: "MISS"}[self.holds]
        return f"{found} {self.remark}".strip()

    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            f"{self.terms:,}",
            self.base,
            self.ours,
            self.figure,
            self.spread,
            self.goal,
            self.verdict,
        )


def table(rows: Sequence[Row]) -> str:
    """Lay the rows out in columns; the first and the last to the left, figures to the right."""
    lines = [_HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    last = len(widths) - 1

    def laid(line: Sequence[str]) -> str:
        cells = (
            cell.ljust(width) if column in {0, last} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    return "\n".join([laid(lines[0]), "  ".join("-" * width for width in widths), *map(laid, lines[1:])])

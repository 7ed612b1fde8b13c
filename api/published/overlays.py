"""How municipalities read the terms, beside the shared text: an immutable part of the picture."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from api.errors import invalid
from api.interpretations.rules import needs_review
from db.interpretations import Interpretation
from db.vocabulary import Alignment


@dataclass(frozen=True, slots=True)
class Reading:
    """How one municipality reads one term, as it last said."""

    municipality: str
    term_id: str
    revision: int
    alignment: Alignment
    term_version: str
    wording: dict[str, str] | None
    reason: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Overlays:
    """What the municipalities that take part say: `towns` are their names, `readings` go by term, then by code."""

    towns: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Mapping[str, Reading]] = field(default_factory=dict)

    def patched(self, term_ids: Collection[str], standing: Iterable[Interpretation]) -> "Overlays":
        """Give the overlays after some terms are read otherwise; `standing` is all that is said of those terms now."""
        kept = {term_id: found for term_id, found in self.readings.items() if term_id not in term_ids}
        return replace(self, readings=kept | _by_term(standing))

    def overlay(self, term_id: str, current_version: str, municipality: str) -> dict[str, Any] | None:
        """Give what a municipality lays over a shared term; None where it has said nothing."""
        reading = self.readings.get(term_id, {}).get(municipality)
        if reading is None:
            return None
        return {
            "municipality": municipality,
            "alignment": reading.alignment,
            "wording": reading.wording,
            "termVersion": reading.term_version,
            "needsReview": needs_review(reading.term_version, current_version),
        }

    def check_municipality(self, code: str | None, pointer: str) -> None:
        """Refuse, at the field that `pointer` names, the code of one that does not take part."""
        if code is not None and code not in self.towns:
            listed = ", ".join(self.towns)
            raise invalid(pointer, "unknown-municipality", f"is the code of a municipality that takes part: {listed}")


def overlays_of(towns: Mapping[str, str], standing: Iterable[Interpretation]) -> Overlays:
    """Build the overlays of all terms."""
    return Overlays(towns, _by_term(standing))


def reading_of(row: Interpretation) -> Reading:
    """Take a reading from a row that withdraws nothing."""
    return Reading(**row.model_dump())


def _by_term(standing: Iterable[Interpretation]) -> dict[str, dict[str, Reading]]:
    found: dict[str, dict[str, Reading]] = {}
    for row in sorted(standing, key=lambda row: row.municipality):
        found.setdefault(row.term_id, {})[row.municipality] = reading_of(row)
    return found

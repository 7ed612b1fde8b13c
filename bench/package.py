"""The package of a guideline with 500 provisions: how long a board's first request takes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx
import uuid_utils.compat as uuid

from api import clock
from api.guidelines.publishing import GuidelineChange, publish_guideline
from api.guidelines.rules import with_keys
from api.guidelines.schemas import GuidelineContent
from bench.servers import Server
from bench.table import Row
from db.guidelines import CountyDecision, highest_number
from db.session import open_database, transaction
from db.vocabulary import ChangeKind, Outcome

PROVISIONS = 500
_GOAL = 2.0
_VERSIONS = 4
_ID = "en-stor-riktlinje"
_DAY = date(2026, 1, 1)


def publish_large(database: Path) -> None:
    """Publish a large guideline in some versions, each with another word in every third provision."""
    opened = open_database(f"sqlite:///{database}")
    try:
        with transaction(opened) as tx:
            number, base = highest_number(tx) + 1, None
            for version in range(_VERSIONS):
                content = with_keys(GuidelineContent.model_validate(large_content(version)), base, _ID)
                base = content.model_dump(mode="json", by_alias=True)
                decision = _decision()
                tx.add(decision)
                tx.flush()
                change = GuidelineChange(_ID, content, ChangeKind.MAJOR, {"sv": "Nya ord."}, _DAY, number)
                publish_guideline(tx, change, decision, clock.now())
    finally:
        opened.dispose()


def measure_package(ours: Server, terms: int) -> Iterator[Row]:
    """Time the first package of each version, redline and all, and then a municipality's of the same."""
    firsts = [_fetch(ours, version, "") for version in range(2, _VERSIONS + 1)]
    others = [_fetch(ours, version, "?municipality=2281") for version in range(2, _VERSIONS + 1)]
    for what, found in (("first of a version", firsts), ("a municipality's after it", others)):
        yield Row(
            what=f"package, {PROVISIONS} provisions: {what}",
            terms=terms,
            figure=f"{median(found):.2f} s",
            spread=f"{min(found):.2f} – {max(found):.2f}",
            goal=f"<= {_GOAL:.0f} s",
            holds=median(found) <= _GOAL,
        )


def _fetch(ours: Server, version: int, query: str) -> float:
    address = f"/api/v1/guidelines/{_ID}/versions/{version}.0/package{query}"
    began = perf_counter()
    httpx.get(f"http://127.0.0.1:{ours.port}{address}", timeout=60).raise_for_status()
    return perf_counter() - began


def large_content(version: int, first: int = 0) -> dict[str, Any]:
    """Write a guideline whose every third provision, from the first one told, says another word in each version."""
    return {
        "documentType": "riktlinje",
        "title": {"sv": "En stor riktlinje"},
        "purpose": {"sv": "Att mäta hur lång tid ett stort paket tar."},
        "provisions": [
            {
                "number": f"{place // 10 + 1}.{place % 10 + 1}",
                "modality": "ska",
                "responsible": {"sv": "kommunstyrelsen"},
                "text": {"sv": _sentence(place, version if place % 3 == first else 0) * 4},
                "followUp": {"sv": "En gång om året."},
            }
            for place in range(PROVISIONS)
        ],
    }


def _sentence(place: int, version: int) -> str:
    return f"Tjänst {place} ska vara begriplig för den som använder den för gång {version}, också utan hjälp. "


def _decision() -> CountyDecision:
    return CountyDecision(
        id=str(uuid.uuid7()),
        organisation="22",
        outcome=Outcome.APPROVED,
        body="Länsstyrgruppen",
        decided_on=_DAY,
        reason="För mätningen.",
        in_force_from=_DAY,
        recorded_at=clock.now(),
    )

"""Who was away for 90 days catches up from the feed alone, and has what they have who were there."""

import hashlib
from datetime import timedelta
from typing import Any

import rfc8785
import time_machine

from api import clock
from tests.conftest import County
from tests.examples import DECISION_BODY
from tests.proposals.acts import amendment, approved
from tests.terms.acts import amended, content_of, new_term, publish

_AWAY = 90
_PAGE = 7


class Copy:
    """What a subscriber keeps, made of events and of nothing else."""

    def __init__(self) -> None:
        self.sequence = 0
        self.terms: dict[str, dict[str, Any]] = {}
        self.guidelines: dict[str, str] = {}
        self.decisions: dict[str, dict[str, Any]] = {}

    def catch_up(self, county: County) -> None:
        while True:
            page = county.get(f"/events?after={self.sequence}&limit={_PAGE}").raise_for_status().json()
            for event in page["items"]:
                assert event["sequence"] == self.sequence + 1
                self.sequence = event["sequence"]
                self._take(event["kind"].partition(".")[0], event["data"])
            if page["_links"]["next"] is None:
                assert self.sequence == page["_meta"]["lastSequence"]
                return

    def _take(self, noun: str, data: dict[str, Any]) -> None:
        match noun:
            case "term":
                self.terms[data["id"]] = data
            case "guideline" if "version" in data:
                self.guidelines[data["id"]] = data["version"]
            case "decision":
                self.decisions[data["id"]] = data

    def bundle_hash(self) -> str:
        """Compute the glossary's hash as docs/intranets.md says, from the texts themselves."""
        digest = hashlib.sha256()
        for term_id, term in sorted(self.terms.items()):
            content = hashlib.sha256(rfc8785.dumps(term["content"])).hexdigest()
            digest.update(f"{term_id} {term['version']} {term['status']} sha256:{content}\n".encode())
        return f"sha256:{digest.hexdigest()}"


def change_something(county: County, week: int) -> None:
    content = content_of(county, "digital-mognad")
    content["definitions"][0]["text"] += f" Vecka {week}."
    publish(county, amended("digital-mognad", content, note={"sv": "Ett tillägg."}), new_term(f"nytt-{week}"))
    body = DECISION_BODY | {"sourceRevision": week, "reason": f"Vecka {week}."}
    integrator = county.token("2281", "integrator")
    for number in range(3):
        county.send("PUT", f"/municipalities/2281/decisions/s/{number}", body, integrator).raise_for_status()
    if week == 5:
        approved(county, amendment(county))
    if week == 12:
        retraction = {"retracted": True, "sourceRevision": 99}
        county.send("PUT", "/municipalities/2281/decisions/s/1", retraction, integrator).raise_for_status()


def test_who_was_away_for_90_days_ends_with_the_same_bundle_hash(county: County) -> None:
    absent, present = Copy(), Copy()
    absent.catch_up(county)
    begins = clock.now()
    for week in range(1, _AWAY // 7 + 1):
        with time_machine.travel(begins + timedelta(weeks=week), tick=True):
            change_something(county, week)
            present.catch_up(county)
    with time_machine.travel(begins + timedelta(_AWAY), tick=True):
        absent.catch_up(county)
        from_zero = Copy()
        from_zero.catch_up(county)
        for copy in (absent, present, from_zero):
            assert copy.bundle_hash() == county.get("/glossary").json()["contentHash"]
            assert vars(copy) == vars(present)
        for decision in absent.decisions.values():
            address = f"/municipalities/{decision['municipality']}/decisions/{decision['source']}"
            assert county.get(f"{address}/{decision['externalId']}").json() == decision
        for guideline_id, version in absent.guidelines.items():
            assert county.get(f"/guidelines/{guideline_id}/versions").json()["items"][0]["number"] == version

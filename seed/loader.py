"""Load the seed through the same schemas and rules that the API uses; safe to repeat."""

import csv
import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import uuid_utils.compat as uuid
from pydantic import TypeAdapter

from api import clock
from api.adoptions.schemas import DecisionRecord
from api.adoptions.service import record_decision
from api.guidelines import rules as guideline_rules
from api.guidelines.publishing import GuidelineChange, publish_guideline
from api.guidelines.schemas import GuidelineContent
from api.identity.authenticate import Caller
from api.identity.authors import AUTHOR_KEY
from api.identity.keys import add_key
from api.interpretations.schemas import InterpretationRecord
from api.interpretations.service import record_interpretation
from api.terms.publishing import TermChange, publish_terms
from api.terms.schemas import TermContent
from db.guidelines import CountyDecision, guidelines
from db.identity import InstanceValue, find_instance_value, live_keys
from db.interpretations import has_interpretations
from db.organisations import Organisation, organisation_codes
from db.session import Database, Transaction, transaction
from db.terms import Domain, domains, term_documents
from db.vocabulary import ChangeKind, OrganisationKind, Outcome, TermStatus

_DATA = Path(__file__).parent / "data"
_DECIDED, _IN_FORCE = date(2025, 12, 10), date(2026, 1, 1)
_NOTE = {"sv": "Första gemensamma versionen.", "en": "The first joint version."}
_DEMO = "seed"


def prepare(database: Database, *, own_keys: bool) -> None:
    """Make what every installation needs: Sweden's municipalities, a secret, a signing key."""
    with transaction(database) as tx:
        known = organisation_codes(tx)
        tx.add_all(row for row in _organisations() if row.code not in known)
        if find_instance_value(tx, AUTHOR_KEY) is None:
            tx.add(InstanceValue(name=AUTHOR_KEY, value=secrets.token_urlsafe(32)))
        needs_key = own_keys and not live_keys(tx)
    if needs_key:
        add_key(database)


def seed(database: Database, county: str, *, decisions: bool) -> None:
    """Fill an empty installation; `decisions` adds what municipalities of the demonstration county are made to say."""
    with transaction(database) as tx:
        if not domains(tx):
            _seed_domains(tx)
        if next(term_documents(tx), None) is None:
            _seed_terms(tx, county)
        if not guidelines(tx):
            _seed_guidelines(tx, county)
        if decisions:
            _seed_decisions(tx)
            if not has_interpretations(tx):
                _seed_interpretations(tx)


def _seed_domains(tx: Transaction) -> None:
    for position, domain in enumerate(_read("domains.json")):
        tx.add(Domain(id=domain["id"], position=position, labels=domain["labels"]))
    tx.flush()


def _seed_terms(tx: Transaction, county: str) -> None:
    changes = [
        TermChange(
            term_id=item["id"],
            content=TermContent.model_validate(item["content"]),
            status=TermStatus.APPROVED,
            kind=ChangeKind.MAJOR,
            note=_NOTE,
            organisation=county,
            valid_from=_IN_FORCE,
        )
        for item in _read("terms.json")
    ]
    publish_terms(tx, changes, clock.now())


def _seed_guidelines(tx: Transaction, county: str) -> None:
    now = clock.now()
    for item in _read("guidelines.json"):
        decision = CountyDecision(
            id=str(uuid.uuid7()),
            organisation=county,
            outcome=Outcome.APPROVED,
            body="Länsstyrgruppen",
            decided_on=_DECIDED,
            paragraph="§ 12",
            record_number="DEMO LS 2025/7",
            reason="Länets första gemensamma riktlinjer.",
            in_force_from=_IN_FORCE,
            recorded_at=now,
        )
        tx.add(decision)
        tx.flush()
        content = GuidelineContent.model_validate(item["content"])
        change = GuidelineChange(
            guideline_id=item["id"],
            content=guideline_rules.with_keys(content, None, item["id"]),
            kind=ChangeKind.MAJOR,
            note=_NOTE,
            in_force_from=_IN_FORCE,
            number=item["number"],
        )
        publish_guideline(tx, change, decision, now)


def _seed_decisions(tx: Transaction) -> None:
    adapter = TypeAdapter(DecisionRecord)
    for item in _read("decisions.json"):
        code, source, external_id = item.pop("municipality"), item.pop("source"), item.pop("externalId")
        caller = Caller(_DEMO, _DEMO, code, frozenset({"decisions:write"}), None)
        record_decision(tx, caller, code, source, external_id, adapter.validate_python(item))


def _seed_interpretations(tx: Transaction) -> None:
    for item in _read("interpretations.json"):
        code = item["municipality"]
        caller = Caller(_DEMO, _DEMO, code, frozenset({"interpretations:write"}), None)
        body = InterpretationRecord.model_validate(item["record"])
        record_interpretation(tx, caller, code, item["term"], None, body, creates=True)


def _organisations() -> list[Organisation]:
    with (_DATA / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counties = {row["county_code"]: row["county"] for row in rows}
    return [
        *(
            Organisation(code=code, kind=OrganisationKind.COUNTY, name=name, county_code=code)
            for code, name in counties.items()
        ),
        *(
            Organisation(
                code=row["code"],
                kind=OrganisationKind.MUNICIPALITY,
                name=row["name"],
                county_code=row["county_code"],
            )
            for row in rows
        ),
    ]


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((_DATA / name).read_text(encoding="utf-8"))
    return found

"""Make api/examples.json: real answers of the demonstration county, cut to a readable length.

Run `python -m tests.examples` when the shape of an answer has changed.
"""

import io
import json
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from api import __file__ as api_file
from api import clock
from api.identity.clients import create_client
from db.migrate import migrate
from db.session import open_database, transaction
from seed.loader import prepare, seed
from tests.conftest import County, running
from tests.identity.idp import Idp, idp
from tests.proposals.acts import amendment, submitted
from tests.terms.acts import amended, publish
from tests.webhooks.receiver import Receiver, receiver

PATH = Path(api_file).with_name("examples.json")
HOST = "https://samsprak.example"
DECISION = "/municipalities/2281/decisions/platina/KS-2026-0042"
# How much of a list an example shows.
_SHOWN = {
    "provisions": 2,
    "terms": 2,
    "municipalities": 2,
    "guidelines": 2,
    "cells": 3,
    "domains": 2,
    "items": 2,
    "changes": 2,
    "adoptions": 2,
    "deviations": 1,
}

PUBLIC_KEY = {
    "kty": "EC",
    "kid": "2026",
    "alg": "ES256",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
DECISION_BODY = {
    "guideline": "gemensamt-sprak",
    "version": "1.0",
    "kind": "adopt_with_changes",
    "bodyType": "kommunstyrelse",
    "body": "Kommunstyrelsen",
    "decidedOn": "2026-12-01",
    "paragraph": "§ 141",
    "recordNumber": "KS 2026/42",
    "validFrom": "2027-01-01",
    "validUntil": None,
    "legalForceOn": None,
    "reviewDue": "2028-01-01",
    "minutesUrl": None,
    "reason": "Kommunen behöver ett år till för utbildningen.",
    "deviations": [
        {
            "provision": "1.3",
            "motive": "Stödet för förslag är inte upphandlat.",
            "measure": "Förslag tas emot per e-post.",
            "until": "2027-12-31",
        }
    ],
    "sourceRevision": 7,
}


MANUAL_BODY = {
    name: value
    for name, value in DECISION_BODY.items()
    if name not in ("sourceRevision", "deviations") and value is not None
} | {"kind": "adopt", "decidedOn": "2026-11-02", "validFrom": "2026-11-02"}
BATCH_ITEMS = [
    {"externalId": "KS-2026-0042", **DECISION_BODY},
    {"externalId": "KS-2026-0043", **DECISION_BODY, "version": "9.0"},
]
READINESS_BODY = {
    "version": "1.0",
    "items": [
        {
            "prerequisite": "1",
            "state": "done",
            "note": None,
            "trainings": [{"targetGroup": "leaders", "heldOn": "2026-10-05"}],
        },
        {"prerequisite": "2", "state": "started", "note": "Vikarier är sökta."},
    ],
    "needsHelpWith": ["language_support"],
    "canHelpWith": ["own_staff"],
}
MATURITY = "/municipalities/2281/maturity-results/DiMiOS/2026"
MATURITY_BODY = {
    "dimension": "digital förmåga",
    "value": 48,
    "scale": "0-100",
    "measuredOn": "2026-05-01",
    "source": "Kommunens egen mätning våren 2026",
    "public": True,
}
INTERPRETATION = "/municipalities/2281/interpretations/digital-mognad"
INTERPRETATION_BODY = {
    "alignment": "narrower",
    "termVersion": "1.0",
    "wording": {"sv": "Hur långt förvaltningarna har kommit med e-tjänster."},
    "reason": "Kommunens mätning gäller bara e-tjänster.",
}


@contextmanager
def playing(url: str, **settings: Any) -> Iterator[tuple[County, dict[str, Any]]]:
    """Run a county on a seeded database, with those around it; gives it and what was said."""
    with idp() as provider, receiver() as inbox:
        near = (provider.host, inbox.host)
        with running(url, deliver=True, outbound_private_hosts=near, **settings) as county:
            yield county, make(county, provider, inbox)


def make(county: County, provider: Idp, inbox: Receiver) -> dict[str, Any]:
    """Play a short story and keep what is said in it."""
    made: dict[str, Any] = {}
    _play_proposal(county, made)
    _play_round(county, made)
    _play_trial(county, made)
    _play_decision(county, made)
    _play_deviations(county, made)
    _play_readiness(county, made)
    _play_maturity(county, made)
    _play_interpretation(county, made)
    _play_clients(county, made)
    _play_token(county, made)
    _play_issuer(county, provider, made)
    _play_webhooks(county, inbox, made)
    _play_checkpoint(county, made)
    _play_term(county)
    _play_annotations(county, made)
    for name, path in {
        "terms": "/terms?limit=1",
        "term": "/terms/digital-mognad",
        "term-versions": "/terms/digital-mognad/versions",
        "term-version": "/terms/digital-mognad/versions/1.1",
        "term-diff": "/terms/digital-mognad/versions/1.1/diff?from=1.0",
        "domains": "/domains?limit=2",
        "suggestions": "/suggestions?q=mogn",
        "glossary": "/glossary",
        "guidelines": "/guidelines?limit=1",
        "guideline": "/guidelines/gemensamt-sprak",
        "guideline-versions": "/guidelines/gemensamt-sprak/versions?limit=1",
        "guideline-version": "/guidelines/gemensamt-sprak/versions/1.0",
        "guideline-diff": "/guidelines/gemensamt-sprak/versions/1.1/diff?from=1.0",
        "adoptions": "/municipalities/2281/adoptions?limit=1&asOf=2027-02-01",
        "adoption-matrix": "/adoption-matrix?asOf=2027-02-01",
        "statistics": "/statistics?asOf=2026-11-24&period=year",
        "municipalities": "/municipalities?county=22&limit=2",
        "municipality": "/municipalities/2281",
        "events": "/events?after=60&limit=1",
        "api-info": "/api-info",
        "jwks": "/.well-known/jwks.json",
        "issuer-metadata": "/.well-known/oauth-authorization-server",
    }.items():
        made[name] = county.get(path).raise_for_status().json()
    made["feed"] = county.get("/feed?kinds=guideline.*&limit=1").raise_for_status().text
    made["event-stream"] = _as_stream(made["events"]["items"])
    made["tasks"] = county.get("/municipalities/2281/tasks", county.token("2281", "reader")).raise_for_status().json()
    made["calendar"] = _two_events(county.get("/calendar?municipality=2281").raise_for_status().text)
    package = county.get("/guidelines/gemensamt-sprak/versions/1.1/package?municipality=2281").raise_for_status()
    made["guideline-package"] = "\n".join(zipfile.ZipFile(io.BytesIO(package.content)).namelist())
    page = county.get("/terms/digital-mognad/versions/1.1/diff?from=1.0&format=html").raise_for_status().text
    made["redline.html"] = page[page.index("<section") : page.rindex("</main>")]
    drawn = county.get("/adoption-matrix?municipality=2281&guideline=gemensamt-sprak&asOf=2027-02-01&format=svg")
    made["adoption-matrix.svg"] = drawn.raise_for_status().text
    # A workbook is no text: its first letters stand for it.
    made["adoption-matrix.xlsx"] = county.get("/adoption-matrix?format=xlsx").raise_for_status().content[:2].decode()
    lines = county.get("/adoption-matrix?format=csv").raise_for_status().text.splitlines()
    statistics = county.get("/statistics?asOf=2026-11-24&format=csv").raise_for_status().text.splitlines()
    made["statistics.csv"] = "\r\n".join(statistics[:3]) + "\r\n"
    made["adoption-matrix.csv"] = "\r\n".join(lines[:3]) + "\r\n"
    return {name: _cut(value) for name, value in sorted(made.items())}


def _play_proposal(county: County, made: dict[str, Any]) -> None:
    editor, decider = county.token("2281"), county.token("22", "county_editor")
    content = county.get("/guidelines/gemensamt-sprak").json()["content"]
    text = content["provisions"][3]["text"]
    text["sv"] = text["sv"].replace("Större ändringar", "Större förändringar")
    made["proposal-create"] = {
        "target": {"type": "guideline", "id": "gemensamt-sprak"},
        "action": "amend",
        "baseVersion": "1.0",
        "changeKind": "minor",
        "title": "Tydligare ord om ändringar",
        "reason": "Ordet ändringar läses olika i kommunerna.",
        "content": content,
    }
    drafted = county.send("POST", "/proposals", made["proposal-create"], editor).raise_for_status()
    made["proposal-created"] = drafted.json()
    address = f"/proposals/{drafted.json()['id']}"
    made["proposal-update"] = {"title": "Tydligare ord om större förändringar"}
    edited = county.send("PATCH", address, made["proposal-update"], editor, if_match=drafted.headers["etag"])
    made["transition"] = {"action": "submit", "reason": None}
    submitted = county.send(
        "POST", f"{address}/transitions", made["transition"], editor, if_match=edited.headers["etag"]
    ).raise_for_status()
    made["proposal"] = submitted.json()
    made["proposals"] = county.get("/proposals").json()
    made["proposal-diff"] = county.get(f"{address}/diff").json()
    _play_comments(county, address, made)
    for name, path in {
        "proposal-preview": "preview",
        "proposal-impact": "impact",
        "submissions": "submissions",
        "submission": "submissions/1",
    }.items():
        made[name] = county.get(f"{address}/{path}").raise_for_status().json()
    made["proposal-decision"] = {
        "outcome": "approved",
        "body": "Länsstyrgruppen",
        "decidedOn": "2026-11-24",
        "paragraph": "§ 12",
        "recordNumber": "LS 2026/3",
        "reason": "Ändringen gör bestämmelsen tydligare.",
        "inForceFrom": "2026-11-24",
        "override": {"reason": "Ändringen är liten och brådskar."},
    }
    made["decision-on-proposal"] = (
        county.send(
            "POST", f"{address}/decision", made["proposal-decision"], decider, if_match=submitted.headers["etag"]
        )
        .raise_for_status()
        .json()
    )


def _play_comments(county: County, address: str, made: dict[str, Any]) -> None:
    made["comment-create"] = {"path": "/provisions/1.4", "text": "Vad räknas som en större förändring?"}
    asked = county.send("POST", f"{address}/comments", made["comment-create"], county.token("2260")).raise_for_status()
    comment = f"{address}/comments/{asked.json()['id']}"
    made["comment-resolution"] = {"resolution": "Vi förklarar det i vägledningen."}
    resolved = county.send("PATCH", comment, made["comment-resolution"], county.token("2281"), if_match='"1"')
    made["comment"] = resolved.raise_for_status().json()
    made["comments"] = county.get(f"{address}/comments?path=/provisions/1.4").raise_for_status().json()


def _play_round(county: County, made: dict[str, Any]) -> None:
    content = county.get("/guidelines/gemensamt-sprak").json()["content"]
    content["provisions"][3]["text"]["sv"] += " Barn och unga ska höras."
    body = amendment(county, content=content, changeKind="major", title="Barn och unga hörs", baseVersion="1.1")
    address, moderator = submitted(county, county.token("2281"), body), county.token("22", "county_editor")
    made["round-create"] = {
        "closesOn": (clock.today() + timedelta(60)).isoformat(),
        "invited": ["2260", "2262", "2280", "2281"],
        "decisionRule": "consent",
        "quorum": 3,
        "message": "Svara gärna bestämmelse för bestämmelse.",
    }
    read = county.get(address).headers["etag"]
    opened = county.send("POST", f"{address}/rounds", made["round-create"], moderator, if_match=read)
    made["round-opened"] = opened.raise_for_status().json()
    first = f"{address}/rounds/1"
    later = (clock.today() + timedelta(74)).isoformat()
    made["round-update"] = {"closesOn": later, "reason": "Två nämnder möts först i februari."}
    county.send("PATCH", first, made["round-update"], moderator, if_match='"1"').raise_for_status()
    made["statement-create"] = {
        "position": "oppose",
        "reason": "Vi har inga former för att höra barn än.",
        "condition": "Ett år att bygga upp dem.",
        "provisionComments": [
            {"provision": "1.4", "text": "Ska är för starkt.", "proposedText": "Barn och unga bör höras."}
        ],
    }
    answers = (("2260", {"position": "support"}), ("2262", made["statement-create"]))
    for code, answer in answers:
        sent = county.send("POST", f"{first}/statements", answer, county.token(code, "coordinator"))
        made["statement"] = sent.raise_for_status().json()
    for name, path in {"rounds": "rounds", "round": "rounds/1", "statements": "rounds/1/statements"}.items():
        made[name] = county.get(f"{address}/{path}").raise_for_status().json()
    made["sheet"] = county.get(f"{first}/sheet").raise_for_status().json()
    made["sheet"]["provisions"] = made["sheet"]["provisions"][3:4]
    page = county.get(f"{first}/sheet?format=html").raise_for_status().text
    made["sheet.html"] = page[page.index("<h1") : page.index("<dl")]
    # A workbook is no text: its first letters stand for it.
    made["sheet.xlsx"] = county.get(f"{first}/sheet?format=xlsx").raise_for_status().content[:2].decode()


def _play_trial(county: County, made: dict[str, Any]) -> None:
    word = {"language": "sv", "kind": "preferred", "value": "digital mognad", "forms": [], "reason": None}
    text = county.get("/terms/digital-mognad").json()["definitions"][0]
    made["proposal-create-term"] = {
        "target": {"type": "term", "id": "digital-formaga"},
        "action": "create",
        "title": "Ett nytt begrepp",
        "reason": "Ordet används i flera kommuner.",
        "content": {"domain": "grundbegrepp", "labels": [word], "definitions": [text]},
    }
    tried = county.send("POST", "/proposals?dryRun=true", made["proposal-create-term"], county.token("2281"))
    made["proposal-trial"] = tried.raise_for_status().json()


def _play_decision(county: County, made: dict[str, Any]) -> None:
    integrator = county.token("2281", "integrator")
    made["decision"] = DECISION_BODY
    made["retraction"] = {"retracted": True, "sourceRevision": 8}
    made["recorded-decision"] = county.send("PUT", DECISION, DECISION_BODY, integrator).raise_for_status().json()
    made["municipal-decision"] = county.get(DECISION).json()
    made["decisions"] = county.get("/municipalities/2281/decisions?limit=1").json()
    made["decision-revisions"] = county.get(f"{DECISION}/revisions").json()
    made["manual-decision"] = MANUAL_BODY
    made["written-decision"] = (
        county.send("POST", "/municipalities/2281/decisions", MANUAL_BODY, integrator).raise_for_status().json()
    )
    made["decision-batch-body"] = batch = {"source": "platina", "items": BATCH_ITEMS}
    made["decision-batch"] = (
        county.send("POST", "/municipalities/2281/decision-batches", batch, integrator).raise_for_status().json()
    )


def _play_deviations(county: County, made: dict[str, Any]) -> None:
    made["deviations"] = county.get("/deviations?asOf=2027-02-01&guideline=gemensamt-sprak").json()
    table = county.get("/deviations?asOf=2027-02-01&format=csv").text
    made["deviations.csv"] = "".join(table.splitlines(keepends=True)[:3])


def _play_readiness(county: County, made: dict[str, Any]) -> None:
    made["readiness-record"] = READINESS_BODY
    for code, help_ in (
        ("2281", {}),
        ("2262", {"items": [], "needsHelpWith": [], "canHelpWith": ["language_support"]}),
    ):
        address, by = f"/municipalities/{code}/readiness/gemensamt-sprak", county.token(code, "coordinator")
        county.send("PUT", address, READINESS_BODY | help_, by, if_none_match="*").raise_for_status()
    address = "/municipalities/2281/readiness"
    made["readiness"] = county.get(f"{address}/gemensamt-sprak").json()
    made["readiness-revisions"] = county.get(f"{address}/gemensamt-sprak/revisions").json()
    made["readiness-of-municipality"] = county.get(address).json()
    made["support-matches"] = county.get("/support-matches?matched=true").json()


def _play_maturity(county: County, made: dict[str, Any]) -> None:
    coordinator = county.token("2281", "coordinator")
    made["maturity-record"] = MATURITY_BODY
    recorded = county.send("PUT", MATURITY, MATURITY_BODY, coordinator).raise_for_status()
    made["maturity-result"] = recorded.json()
    made["maturity-results"] = county.get(MATURITY).raise_for_status().json()
    made["county-maturity-results"] = county.get("/maturity-results?dimension=digital%20förmåga").json()
    made["county-maturity-results.csv"] = county.get("/maturity-results?format=csv").raise_for_status().text
    made["maturity-retraction"] = {"dimension": "digital förmåga", "measuredOn": "2026-05-01", "retracted": True}


def _play_interpretation(county: County, made: dict[str, Any]) -> None:
    coordinator = county.token("2281", "coordinator")
    made["interpretation-record"] = INTERPRETATION_BODY
    again = {"alignment": "not_used", "termVersion": "1.0", "wording": None, "reason": "Vi säger digital förmåga."}
    county.send("PUT", INTERPRETATION, again, coordinator, if_none_match="*").raise_for_status()
    withdrawn = county.send("DELETE", INTERPRETATION, None, coordinator, if_match='"1"').raise_for_status()
    made["interpretation-withdrawal"] = withdrawn.json()
    recorded = county.send("PUT", INTERPRETATION, INTERPRETATION_BODY, coordinator, if_none_match="*")
    made["interpretation"] = recorded.raise_for_status().json()
    for name, path in {
        "interpretations": "/terms/digitalisering/interpretations?limit=2",
        "interpretation-revisions": f"{INTERPRETATION}/revisions",
        "divergences": "/divergences?limit=2",
    }.items():
        made[name] = county.get(path).raise_for_status().json()
    lines = county.get("/divergences?format=csv").raise_for_status().text.splitlines()
    made["divergences.csv"] = "\r\n".join(lines[:3]) + "\r\n"


def _play_clients(county: County, made: dict[str, Any]) -> None:
    coordinator = county.token("2281", "coordinator")
    made["client-create"] = {"name": "Ärendesystemet", "scopes": ["decisions:write", "events:read"]}
    made["client-create-with-key"] = {
        "organisation": "2281",
        "name": "Diariet",
        "scopes": ["events:read"],
        "publicKeys": [PUBLIC_KEY],
    }
    county.send("POST", "/clients", made["client-create-with-key"], coordinator).raise_for_status()
    created = county.send("POST", "/clients", made["client-create"], coordinator).raise_for_status()
    address = f"/clients/{created.json()['clientId']}"
    added = county.send("POST", f"{address}/secrets", None, coordinator).raise_for_status()
    made["client-update"] = {"name": "Ärendesystemet i molnet", "scopes": ["decisions:write"]}
    read = county.get(address, coordinator)
    changed = county.send("PATCH", address, made["client-update"], coordinator, if_match=read.headers["etag"])
    made["client"] = changed.raise_for_status().json()
    made["clients"] = county.get("/clients?limit=1", coordinator).raise_for_status().json()
    made["client-created"], made["client-secret"] = (
        answer.json() | {"clientSecret": answer.json()["clientSecret"][:8] + "…"} for answer in (created, added)
    )


def _play_token(county: County, made: dict[str, Any]) -> None:
    with transaction(county.app.state.database) as tx:
        client, secret = create_client(tx, "2281", "Platina-koppling", ["decisions:write", "events:read"])
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": secret}
    made["token"] = county.client.post("/oauth2/token", data=form).raise_for_status().json()
    made["token"]["access_token"] = made["token"]["access_token"][:24] + "…"


def _play_issuer(county: County, provider: Idp, made: dict[str, Any]) -> None:
    admin = county.token("22", "county_admin")
    made["issuer-create"] = {
        "organisation": "2281",
        "issuer": "https://login.example.se",
        "jwksUri": "https://login.example.se/jwks",
        "audience": "https://samsprak.example/api/v1",
        "algorithms": ["RS256"],
        "roleClaim": "roles",
        "roleMap": {"Ordlista redaktör": "editor", "Ordlista samordnare": "coordinator"},
        "orgNumber": "2120002411",
        "maxLifetime": 3600,
    }
    created = county.send("POST", "/issuers", made["issuer-create"], admin).raise_for_status()
    made["issuer"] = created.json()
    made["issuers"] = county.get("/issuers", admin).json()
    made["issuer-update"] = {"roleMap": {"Ordlista samordnare": "coordinator"}, "disabled": False}
    asked = provider.registration("2281", issuer="https://login.sundsvall.example", jwksUri=f"{provider.url}/jwks")
    tried = county.send("POST", "/issuers", asked, admin).raise_for_status().json()
    made["issuer-test"] = county.send("POST", f"/issuers/{tried['id']}/test", None, admin).raise_for_status().json()


def _play_webhooks(county: County, inbox: Receiver, made: dict[str, Any]) -> None:
    integrator = county.token("2281", "integrator")
    made["webhook-create"] = {
        "url": "https://arenden.sundsvall.example/samsprak",
        "kinds": ["decision.*", "guideline.published"],
        "description": "Ärendesystemet",
    }
    sent = made["webhook-create"] | {"url": inbox.url}
    created = county.send("POST", "/webhooks", sent, integrator).raise_for_status().json()
    address = f"/webhooks/{created['id']}"
    added = county.send("POST", f"{address}/secrets", None, integrator).raise_for_status().json()
    made["webhook-created"], made["webhook-secret"] = (
        answer | {"secret": answer["secret"][:12] + "…"} for answer in (created, added)
    )
    made["webhook-update"] = {"kinds": ["decision.*"], "disabled": False}
    etag = county.get(address, integrator).headers["etag"]
    changed = county.send("PATCH", address, made["webhook-update"], integrator, if_match=etag).raise_for_status()
    made["webhook"] = changed.json()
    made["webhooks"] = county.get("/webhooks?limit=1", integrator).raise_for_status().json()
    made["webhook-test"] = county.send("POST", f"{address}/test", None, integrator).raise_for_status().json()
    county.send("PUT", f"{DECISION}b", DECISION_BODY, integrator).raise_for_status()
    while not county.get(f"{address}/deliveries?status=delivered", integrator).json()["items"]:
        time.sleep(0.02)
    made["deliveries"] = county.get(f"{address}/deliveries?limit=1", integrator).json()
    made["webhook-replay-one"] = {"event": made["deliveries"]["items"][0]["eventId"]}
    made["webhook-replay-after"] = {"after": 118}
    replayed = county.send("POST", f"{address}/replays", {"after": 118}, integrator).raise_for_status()
    made["webhook-replay"] = replayed.json()
    for answer in (made["webhook-created"], made["webhook"], *made["webhooks"]["items"]):
        answer["url"] = made["webhook-create"]["url"]


def _play_checkpoint(county: County, made: dict[str, Any]) -> None:
    made["checkpoint-create"] = {"stream": "public"}
    admin = county.token("22", "county_admin")
    signed = county.send("POST", "/events/checkpoints", made["checkpoint-create"], admin).raise_for_status().json()
    # The daily signer may have come first or come later: on one page, of which one is shown, that makes no difference.
    listed = county.get("/events/checkpoints").raise_for_status().json()
    listed["items"] = listed["items"][:1]
    for each in (signed, *listed["items"]):
        each["jws"] = each["jws"][:24] + "…"
    made["checkpoint"], made["checkpoints"] = signed, listed


def _play_term(county: County) -> None:
    content = county.get("/terms/digital-mognad/versions/1.0").raise_for_status().json()["content"]
    content["labels"].append({"language": "fi", "kind": "preferred", "value": "digitaalinen kypsyys"})
    content["definitions"][0] |= {"source": "Länsstyrgruppen", "sourceRelation": "own"}
    publish(county, amended("digital-mognad", content, note={"sv": "Ordet på finska."}))


def _play_annotations(county: County, made: dict[str, Any]) -> None:
    made["annotation-request"] = {
        "text": "Riktlinjerna gäller kommunens digitala tjänster. Datorisering är något annat.",
        "language": "sv",
        "format": "text",
        "municipality": None,
    }
    made["annotation-request-html"] = {
        "text": '<h2>E-tj&auml;nster</h2><p>Våra <a href="/e-tjanster">e-tjänster</a> och öppna data</p>',
        "format": "html",
        "kinds": ["preferred", "alternative"],
        "domain": None,
        "first": "section",
    }
    asked = made["annotation-request"]
    made["annotations"] = county.send("POST", "/annotations", asked).raise_for_status().json()


def _as_stream(events: list[dict[str, Any]]) -> str:
    """Write events as they are told to one who listens."""
    told = [f"id: {event['sequence']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events]
    return "".join(["retry: 3000\nid: 60\n\n", *told])


def _two_events(calendar: str) -> str:
    parts = calendar.split("END:VEVENT")
    return "END:VEVENT".join([*parts[:2], parts[-1]])


def _cut(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _cut(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value[: _SHOWN.get(name)]]
    return value


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/examples.db"
        database = open_database(url)
        migrate(database)
        prepare(database, own_keys=True)
        seed(database, "22", decisions=True)
        database.dispose()
        with playing(url, base_url=HOST) as (_, made):
            pass
    PATH.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

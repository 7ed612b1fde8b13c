"""What editors and deciders do to proposals, over HTTP, for tests that need one in some state."""

from typing import Any

import httpx2

from tests.conftest import County

GUIDELINE = "gemensamt-sprak"
WITHDRAWAL = {"action": "withdraw", "reason": None}
APPROVAL = {
    "outcome": "approved",
    "body": "Länsstyrgruppen",
    "decidedOn": "2026-02-10",
    "paragraph": "§ 12",
    "recordNumber": "LS 2026/3",
    "reason": "Ändringen gör bestämmelsen tydligare.",
    "inForceFrom": "2026-03-01",
    "override": {"reason": "Ändringen är liten och brådskar."},
}
REJECTION = APPROVAL | {"outcome": "rejected", "inForceFrom": None, "override": None}


def content_of(county: County, guideline: str = GUIDELINE) -> dict[str, Any]:
    """Read the text of a guideline as it stands today."""
    content: dict[str, Any] = county.get(f"/guidelines/{guideline}").raise_for_status().json()["content"]
    return content


def amendment(county: County, **other: Any) -> dict[str, Any]:
    """Write a proposal that changes one word of a provision."""
    content = content_of(county)
    text = content["provisions"][3]["text"]
    text["sv"] = text["sv"].replace("Större ändringar", "Större förändringar")
    return {
        "target": {"type": "guideline", "id": GUIDELINE},
        "action": "amend",
        "baseVersion": "1.0",
        "changeKind": "minor",
        "title": "Tydligare ord om ändringar",
        "reason": "Ordet ändringar läses olika i kommunerna.",
        "content": content,
        **other,
    }


def draft(county: County, by: str, body: dict[str, Any] | None = None) -> str:
    """Draft a proposal and give its address."""
    made = county.send("POST", "/proposals", body or amendment(county), by).raise_for_status()
    return f"/proposals/{made.json()['id']}"


def edit(county: County, address: str, by: str, **changes: Any) -> httpx2.Response:
    """Change a proposal by one who has read it."""
    return county.send("PATCH", address, changes, by, if_match=etag(county, address, by))


def move(county: County, address: str, action: str, by: str, reason: str | None = None) -> httpx2.Response:
    """Move a proposal by one who has read it."""
    body = {"action": action, "reason": reason}
    return county.send("POST", f"{address}/transitions", body, by, if_match=etag(county, address, by))


def decide(county: County, address: str, by: str, body: dict[str, Any]) -> httpx2.Response:
    """Decide a proposal by one who has read it."""
    return county.send("POST", f"{address}/decision", body, by, if_match=etag(county, address, by))


def submitted(county: County, by: str, body: dict[str, Any] | None = None) -> str:
    """Draft a proposal, submit it, and give its address."""
    address = draft(county, by, body)
    move(county, address, "submit", by).raise_for_status()
    return address


def approved(county: County, body: dict[str, Any] | None = None, **decision: Any) -> str:
    """Take a proposal of 2281 all the way to an approval."""
    address = submitted(county, county.token("2281"), body)
    decide(county, address, county.token("22", "county_editor"), APPROVAL | decision).raise_for_status()
    return address


def etag(county: County, address: str, by: str | None) -> str:
    """Read the ETag that a reader is given, without the hash of the representation."""
    found: str = county.get(address, by).raise_for_status().headers["etag"]
    return found

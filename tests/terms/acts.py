"""How a test publishes terms: as a decision does, without the process before it."""

from datetime import date
from typing import Any

from api import clock
from api.terms.publishing import TermChange, publish_terms
from api.terms.schemas import TermContent
from db.session import transaction
from db.vocabulary import ChangeKind, TermStatus
from tests.conftest import County


def content_of(county: County, term_id: str) -> dict[str, Any]:
    """Read what the newest version of a term says."""
    found: dict[str, Any] = county.get(f"/terms/{term_id}/versions").raise_for_status().json()["items"][0]["content"]
    return found


def amended(term_id: str, content: dict[str, Any], **others: Any) -> TermChange:
    """Make a change to publish; by default a minor one of an approved term, from today."""
    facts: dict[str, Any] = {
        "status": TermStatus.APPROVED,
        "kind": ChangeKind.MINOR,
        "note": {"sv": "Tydligare ord."},
        "organisation": "22",
        "valid_from": clock.today(),
    }
    return TermChange(term_id=term_id, content=TermContent.model_validate(content), **(facts | others))


def new_term(term_id: str, *, valid_from: date | None = None, **others: Any) -> TermChange:
    """Make a new term with one Swedish word."""
    content = {
        "domain": "grundbegrepp",
        "labels": [{"language": "sv", "kind": "preferred", "value": term_id}],
        **others,
    }
    return amended(term_id, content, kind=ChangeKind.MAJOR, valid_from=valid_from or clock.today())


def publish(county: County, *changes: TermChange) -> None:
    """Publish in one transaction, and let the county see it."""
    with transaction(county.app.state.database) as tx:
        publish_terms(tx, changes, clock.now())
    county.app.state.published.catch_up()

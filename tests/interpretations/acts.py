"""What tests do with readings: record, withdraw, and give a term a new version."""

from typing import Any

import httpx2

from api import clock
from api.terms.publishing import TermChange, publish_terms
from api.terms.schemas import TermContent
from db.session import transaction
from db.vocabulary import ChangeKind, TermStatus
from tests.conftest import County

NEW = {"if_none_match": "*"}


def address(town: str, term: str) -> str:
    return f"/municipalities/{town}/interpretations/{term}"


def reading(alignment: str = "narrower", **others: Any) -> dict[str, Any]:
    return {
        "alignment": alignment,
        "termVersion": "1.0",
        "wording": {"sv": "Med våra ord."},
        "reason": "Så har vi alltid sagt.",
    } | others


def put(county: County, town: str, term: str, body: Any = None, **headers: str) -> httpx2.Response:
    """Record a reading as the town's own coordinator; without headers it is the first."""
    by = county.token(town, "coordinator")
    return county.send("PUT", address(town, term), body or reading(), by, **(headers or NEW))


def withdraw(county: County, town: str, term: str, revision: int) -> httpx2.Response:
    by = county.token(town, "coordinator")
    return county.send("DELETE", address(town, term), None, by, if_match=f'"{revision}"')


def publish(county: County, term: str, kind: ChangeKind, status: TermStatus = TermStatus.APPROVED) -> None:
    """Give a term a new version that says what the one before said."""
    shown = county.get(f"/terms/{term}").json()
    names = [field.alias or name for name, field in TermContent.model_fields.items()]
    content = TermContent.model_validate({name: shown[name] for name in names})
    change = TermChange(term, content, status, kind, {"sv": "Ändrad."}, "22", clock.today())
    with transaction(county.app.state.database) as tx:
        publish_terms(tx, [change], clock.now())
    county.app.state.published.catch_up()

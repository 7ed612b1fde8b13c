"""Record what a model measured of one's own municipality, and withdraw it; the events keep what was said before."""

from typing import Any, NamedTuple

from api import clock
from api.dependencies import check_put, check_revision
from api.errors import NotFound, Unprocessable
from api.events.record import record
from api.identity.authenticate import Caller
from api.maturity import rules
from api.maturity.reading import present
from api.maturity.schemas import MaturityBody, MaturityRead, MaturityRetraction
from api.organisations.owning import lock_own_municipality
from db.maturity import MaturityResult, find_result
from db.session import Transaction
from db.types import PUBLIC_STREAM


class Place(NamedTuple):
    """The address under which a municipality keeps the figures of one version of a model."""

    municipality: str
    model: str
    model_version: str

    @property
    def path(self) -> str:
        return f"municipalities/{self.municipality}/maturity-results/{self.model}/{self.model_version}"


def record_result(
    tx: Transaction,
    caller: Caller,
    place: Place,
    sent: frozenset[int] | None,
    body: MaturityBody,
    *,
    creates: bool,
) -> tuple[bool, MaturityResult]:
    """Create, replace or retract a figure; tells whether it was created.

    A new figure and one that is as it was need no precondition, so that a retry does no harm. Another value for the
    same dimension and day, and a retraction, ask for the revision that was read.
    """
    lock_own_municipality(tx, caller, place.municipality)
    row = find_result(tx, *place, body.dimension, body.measured_on)
    standing = row if row and row.retracted_at is None else None
    if isinstance(body, MaturityRetraction):
        if standing is None:
            raise NotFound("The municipality shows no such figure: name its dimension and its day as they are listed.")
        check_revision(standing.revision, sent)
        return False, _change(tx, standing, place, {"public": False, "retracted_at": clock.now()})
    found = list(rules.faults(body, clock.today()))
    if found:
        raise Unprocessable(found)
    said = body.model_dump(exclude={"retracted"})
    if standing and not creates and standing.model_dump(include=set(said)) == said:
        return False, standing
    if standing or creates or sent is not None:
        check_put(standing.revision if standing else None, sent, creates=creates)
    if row is None:
        row = MaturityResult(**place._asdict(), **said | {"public": False}, revision=0, recorded_at=clock.now())
        tx.add(row)
    return standing is None, _change(tx, row, place, {**said, "retracted_at": None})


def _change(tx: Transaction, row: MaturityResult, place: Place, said: dict[str, Any]) -> MaturityResult:
    """Change a figure and tell those who may know: of what is no longer public, the public learns just that."""
    was_public = row.public
    # A retraction is counted too: so no revision ever names two states.
    row.sqlmodel_update({**said, "revision": row.revision + 1, "recorded_at": clock.now()})
    tx.flush()
    if was_public and not row.public:
        _tell(tx, place, present(row, hidden=True), PUBLIC_STREAM)
    if row.retracted_at is None or not was_public:
        _tell(tx, place, present(row), PUBLIC_STREAM if row.public else place.municipality)
    return row


def _tell(tx: Transaction, place: Place, told: MaturityRead, stream: str) -> None:
    kind = f"maturity_result.{'withdrawn' if told.retracted else 'recorded'}"
    record(tx, kind, place.path, place.municipality, told.model_dump(mode="json", by_alias=True), stream)

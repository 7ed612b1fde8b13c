"""Changes of trusted issuers; each is told in the organisation's own stream."""

from typing import Any

import uuid_utils.compat as uuid

from api import clock
from api.dependencies import check_revision
from api.errors import NotFound, invalid
from api.events.record import record
from api.identity.authenticate import Caller
from api.identity.authors import who
from api.identity.jwks import KeySet
from api.identity.permissions import takes_part
from api.issuers import rules
from api.issuers.schemas import IssuerCreate, IssuerUpdate
from api.outbound.targets import private_hosts
from api.settings import Settings
from db.issuers import TrustedIssuer, lock_issuer
from db.organisations import find_organisation
from db.session import Transaction

NEVER_WAS = "No issuer has this id."


def create_issuer(tx: Transaction, caller: Caller, settings: Settings, body: IssuerCreate) -> TrustedIssuer:
    """Trust an issuer, for one organisation of the county."""
    organisation = body.organisation
    if not takes_part(organisation, settings.county) or find_organisation(tx, organisation) is None:
        raise invalid("/organisation", "unknown-organisation", "is not an organisation of this county")
    now = clock.now()
    issuer = TrustedIssuer(
        id=str(uuid.uuid7()),
        created_at=now,
        changed_at=now,
        disabled_at=now if body.disabled else None,
        **body.model_dump(exclude={"disabled"}),
    )
    _check(issuer, settings)
    tx.add(issuer)
    tx.flush()
    _tell(tx, caller, issuer, "issuer.created", body.model_dump(by_alias=True))
    return issuer


def change_issuer(
    tx: Transaction,
    caller: Caller,
    settings: Settings,
    issuer_id: str,
    sent: frozenset[int] | None,
    body: IssuerUpdate,
) -> TrustedIssuer:
    """Change what an issuer's tokens must be, disable or enable it; what is as it was is not told of."""
    issuer = lock_issuer(tx, issuer_id)
    if issuer is None:
        raise NotFound(NEVER_WAS)
    check_revision(issuer.revision, sent)
    before = issuer.model_dump() | {"disabled": issuer.disabled_at is not None}
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value != before[name]}
    if not changes:
        return issuer
    issuer.sqlmodel_update({name: value for name, value in changes.items() if name != "disabled"})
    _check(issuer, settings)
    issuer.changed_at = clock.now()
    kind = "issuer.changed"
    if "disabled" in changes:
        kind = "issuer.disabled" if changes["disabled"] else "issuer.enabled"
        issuer.disabled_at = issuer.changed_at if changes["disabled"] else None
    issuer.revision += 1
    fields = type(body).model_fields
    told = {
        str(fields[name].alias): {"before": before[name], "after": value} for name, value in sorted(changes.items())
    }
    _tell(tx, caller, issuer, kind, {"changes": told})
    return issuer


def tell_of_test(tx: Transaction, caller: Caller, issuer: TrustedIssuer, seen: KeySet) -> None:
    """Tell that somebody has had the issuer's keys fetched, and how many there were."""
    _tell(tx, caller, issuer, "issuer.tested", {"usable": len(seen.usable), "refused": len(seen.refused)})


def _check(issuer: TrustedIssuer, settings: Settings) -> None:
    rules.check_roles(issuer.organisation, issuer.role_map)
    private = private_hosts(settings.outbound_private_hosts)
    rules.check_addresses(issuer.issuer, issuer.jwks_uri, settings.base_url, private)


def _tell(tx: Transaction, caller: Caller, issuer: TrustedIssuer, kind: str, data: dict[str, Any]) -> None:
    told = {"id": issuer.id, "issuer": issuer.issuer, **data, "by": who(tx, caller)}
    record(tx, kind, f"issuers/{issuer.id}", issuer.organisation, told, stream=issuer.organisation)

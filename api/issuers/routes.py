"""Trusted issuers: whose tokens speak for which organisation."""

import uuid
from collections.abc import Iterator
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.dependencies import IfMatch, Reader, Tx, api_url, tell_revision
from api.edge.routing import StrictRoute
from api.errors import KeysUnavailable, NotFound
from api.identity.authenticate import IssuerManager
from api.identity.jwks import KeySet, KeySetError
from api.identity.key_sets import KeySets
from api.identity.trust import source_of
from api.issuers.reading import present_issuer, present_keys
from api.issuers.schemas import IssuerCreate, IssuerQuery, IssuerRead, IssuerTest, IssuerUpdate
from api.issuers.service import NEVER_WAS, change_issuer, create_issuer, tell_of_test
from api.openapi import answers, body_example
from api.outbound.targets import OutboundError
from api.paging import page_of
from api.schemas import Page
from db.issuers import TrustedIssuer, find_issuer, page_of_issuers
from db.session import Database, reading

router = APIRouter(tags=["identity"], route_class=StrictRoute)
IssuerId = Annotated[
    uuid.UUID,
    Path(
        alias="issuerId",
        description="The id of a trusted issuer. Utfärdarens id.",
        examples=["0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"],
    ),
]


def trust_anew(request: Request) -> Iterator[None]:
    """Let the next request be judged by the table as this one leaves it."""
    yield
    # As a dependency of the route itself this ends last: after the commit, before the answer.
    request.app.state.trust.try_to_refresh()


_TRUST = Depends(trust_anew, scope="function")


async def look_at_keys(request: Request, _caller: IssuerManager, issuer_id: IssuerId) -> tuple[TrustedIssuer, KeySet]:
    """Fetch an issuer's keys, before a transaction is open: no lock waits for a foreign server."""
    key_sets: KeySets = request.app.state.key_sets
    issuer = await to_thread.run_sync(_find, request.app.state.database, str(issuer_id))
    try:
        return issuer, await key_sets.look(source_of(issuer))
    except (OutboundError, KeySetError) as error:
        detail = error.detail if isinstance(error, OutboundError) else "what came is no set of keys for signatures"
        raise KeysUnavailable(f"No keys could be had: {detail}.", reason=error.reason) from None


def _find(database: Database, issuer_id: str) -> TrustedIssuer:
    with reading(database) as session:
        issuer = find_issuer(session, issuer_id)
    if issuer is None:
        raise NotFound(NEVER_WAS)
    return issuer


@router.get("/issuers", operation_id="listIssuers", responses=answers("issuers"))
def list_issuers(
    request: Request, session: Reader, _caller: IssuerManager, query: Annotated[IssuerQuery, Query()]
) -> Page[IssuerRead]:
    """List the trusted issuers, newest first, disabled ones too.

    De betrodda utfärdarna, de nyaste först, även de som är avstängda.
    """
    found, total = page_of_issuers(session, query.organisation, offset=query.offset, limit=query.limit)
    return page_of(request, query, [present_issuer(issuer, api_url(request)) for issuer in found], total)


@router.post(
    "/issuers",
    operation_id="createIssuer",
    status_code=201,
    dependencies=[_TRUST],
    responses=answers("issuer", 409, status=201),
    openapi_extra=body_example("issuer-create"),
)
def post_issuer(request: Request, response: Response, caller: IssuerManager, tx: Tx, body: IssuerCreate) -> IssuerRead:
    """Trust the tokens of an issuer, for one organisation; the roles that they carry are translated by `roleMap`.

    Gör en utfärdare betrodd för en organisation; rollerna i dess tokens översätts med `roleMap`.
    """
    issuer = create_issuer(tx, caller, request.app.state.settings, body)
    response.headers["ETag"] = f'"{issuer.revision}"'
    response.headers["Location"] = f"{api_url(request)}/issuers/{issuer.id}"
    return present_issuer(issuer, api_url(request))


@router.get("/issuers/{issuerId}", operation_id="getIssuer", responses=answers("issuer", 404))
def get_issuer(request: Request, session: Reader, _caller: IssuerManager, issuer_id: IssuerId) -> IssuerRead:
    """Read a trusted issuer.

    En betrodd utfärdare.
    """
    issuer = find_issuer(session, str(issuer_id))
    if issuer is None:
        raise NotFound(NEVER_WAS)
    tell_revision(request, issuer.revision)
    return present_issuer(issuer, api_url(request))


@router.patch(
    "/issuers/{issuerId}",
    operation_id="editIssuer",
    dependencies=[_TRUST],
    responses=answers("issuer", 404, 412, 428),
    openapi_extra=body_example("issuer-update"),
)
def patch_issuer(
    request: Request,
    response: Response,
    caller: IssuerManager,
    tx: Tx,
    issuer_id: IssuerId,
    if_match: IfMatch,
    body: IssuerUpdate,
) -> IssuerRead:
    """Change an issuer, or stop trusting it by `disabled`; what is left out stays.

    Ändrar en utfärdare, eller stänger av den med `disabled`; det som utelämnas står kvar.
    """
    issuer = change_issuer(tx, caller, request.app.state.settings, str(issuer_id), if_match, body)
    response.headers["ETag"] = f'"{issuer.revision}"'
    return present_issuer(issuer, api_url(request))


@router.post(
    "/issuers/{issuerId}/test",
    operation_id="testIssuer",
    responses=answers("issuer-test", 404, 409),
)
def post_test(
    seen: Annotated[tuple[TrustedIssuer, KeySet], Depends(look_at_keys)], caller: IssuerManager, tx: Tx
) -> IssuerTest:
    """Fetch an issuer's keys now and tell what it shows, disabled or not; 409 tells why there are none.

    Hämtar utfärdarens nycklar nu och visar vad som kom; 409 visar varför inga kom.
    """
    issuer, keys = seen
    tell_of_test(tx, caller, issuer, keys)
    return present_keys(issuer, keys)

"""Checkpoints of the feed: read those that are signed, ask for one now."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import Reader, Tx
from api.edge.finished import MAX_AGE
from api.edge.routing import StrictRoute
from api.events.checkpoints import sign_now
from api.events.rules import check_reading, check_signing
from api.events.schemas import CheckpointCreate, CheckpointQuery, CheckpointRead
from api.identity.authenticate import Asker, EventReader
from api.openapi import answers, body_example
from api.paging import page_of
from api.schemas import Page
from db.checkpoints import Checkpoint, checkpoints, count_checkpoints
from db.types import PUBLIC_STREAM

router = APIRouter(tags=["events"], route_class=StrictRoute)


@router.get("/events/checkpoints", operation_id="listCheckpoints", responses=answers("checkpoints"))
def list_checkpoints(
    request: Request, response: Response, session: Reader, caller: Asker, query: Annotated[CheckpointQuery, Query()]
) -> Page[CheckpointRead]:
    """Read a stream's signed checkpoints, newest first: one a day, and those that were asked for.

    En ströms signerade kontrollpunkter, den nyaste först: en om dagen och de som någon har bett om.
    """
    check_reading(caller, query.stream)
    if query.stream == PUBLIC_STREAM and caller is None:
        # Other caches may keep it for a while; ours is told of changes by events, and a checkpoint is none.
        response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    found = checkpoints(session, query.stream, query.offset, query.limit)
    return page_of(request, query, [present(each) for each in found], count_checkpoints(session, query.stream))


@router.post(
    "/events/checkpoints",
    operation_id="signCheckpoint",
    responses=answers("checkpoint"),
    openapi_extra=body_example("checkpoint-create"),
)
def sign_checkpoint(request: Request, caller: EventReader, tx: Tx, body: CheckpointCreate) -> CheckpointRead:
    """Have a stream signed as it stands: one's own, or the public one by the county.

    Signerar en ström som den är just nu: den egna, eller för länet den öppna.
    """
    check_signing(caller, body.stream, request.app.state.settings.county)
    return present(sign_now(tx, request.app.state.keys, request.app.state.settings.base_url, body.stream))


def present(checkpoint: Checkpoint) -> CheckpointRead:
    return CheckpointRead(
        hash=f"sha256:{checkpoint.hash}", **checkpoint.model_dump(include={"stream", "sequence", "signed_at", "jws"})
    )

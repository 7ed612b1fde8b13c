"""Decision sync by the thousand: as JSON, or as the table that a spreadsheet writes."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import Headers

from api.adoptions.batch_schemas import BatchQuery, BatchResult, DecisionBatch
from api.adoptions.batches import BatchRecorder, ReadBatch, read_items
from api.adoptions.sheets import SheetRow, rows_of_csv, rows_of_workbook, take_source
from api.dependencies import Tx
from api.edge.context import context_of
from api.edge.routing import StrictRoute, check_plain
from api.identity.authenticate import DecisionWriter
from api.openapi import answers, body_example
from api.organisations.routes import MunicipalityCodePath
from api.tables import CSV, XLSX

_READERS = {CSV: rows_of_csv, XLSX: rows_of_workbook}


class SheetRoute(StrictRoute):
    """A route that takes its items as a table too; `request.state.rows` holds the lines of the file."""

    taken = f"application/json, {CSV}, {XLSX}"

    async def read(self, request: Request, body: bytes) -> object:
        reader = _READERS.get(check_plain(request, self.taken))
        if reader is None:
            return await super().read(request, body)
        request.state.rows = await to_thread.run_sync(reader, body, limiter=request.app.state.opening)
        # The framework takes a body for JSON by this alone.
        request._headers = Headers({**request.headers, "content-type": "application/json"})  # noqa: SLF001
        source = take_source(request.state.rows)
        return {"source": source, "items": [row.item for row in request.state.rows]}


def read_batch(
    request: Request, _caller: DecisionWriter, query: Annotated[BatchQuery, Query()], body: DecisionBatch
) -> ReadBatch:
    """Read the items before the transaction is open, which others wait for."""
    rows: list[SheetRow] | None = getattr(request.state, "rows", None)
    return read_items(body.model_copy(update={"dry_run": body.dry_run or query.dry_run}), rows)


router = APIRouter(tags=["adoptions"], route_class=SheetRoute)


@router.post(
    "/municipalities/{municipalityCode}/decision-batches",
    operation_id="recordDecisions",
    responses=answers("decision-batch", 404),
    # Of the files only the text below tells: generated clients leave out an operation whose body may be no JSON.
    openapi_extra=body_example("decision-batch-body"),
)
def post_batch(
    request: Request,
    caller: DecisionWriter,
    read: Annotated[ReadBatch, Depends(read_batch)],
    tx: Tx,
    municipality_code: MunicipalityCodePath,
) -> BatchResult:
    """Record up to 1,000 decisions of one's own municipality: each is judged by itself, and told of in `results`.

    Batches may overlap, come in any order and be sent again: the end is the same. With `Idempotency-Key` a retry gets
    the first answer. A file is taken too, as `text/csv` or a workbook (.xlsx): the fields of the JSON are its columns
    (`source` too; `deviationProvision`, `deviationMotive` and so on for a deviation).
    Registrerar upp till 1 000 beslut; varje rad prövas för sig. En fil, CSV eller XLSX, har samma kolumner.
    """
    instance = context_of(request.scope).request_id
    recorder = BatchRecorder(tx, caller, municipality_code, instance, request.app.state.settings.base_url)
    return recorder.record(read)

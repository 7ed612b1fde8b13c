"""Many decisions of one source at once: each judged by itself, none poisoned by another."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from api.adoptions.batch_schemas import (
    BatchItem,
    BatchRecord,
    BatchResult,
    BatchRetraction,
    BatchSummary,
    DecisionBatch,
    RowResult,
)
from api.adoptions.service import Ledger
from api.adoptions.sheets import SheetRow
from api.errors import DomainError, FieldError, RevisionConflict, Unprocessable
from api.identity.authenticate import Caller
from api.openapi import Problem
from api.organisations.owning import lock_own_municipality
from api.problems import problem_body, row_faults
from db.session import Transaction

_items: TypeAdapter[BatchRecord | BatchRetraction] = TypeAdapter(BatchItem)


class ReadBatch(NamedTuple):
    """A batch whose items have been read, each by itself, and the lines of the file that they come from, if any."""

    batch: DecisionBatch
    items: Sequence[BatchRecord | BatchRetraction | Unprocessable]
    lines: Sequence[SheetRow | None]


def read_items(batch: DecisionBatch, rows: Sequence[SheetRow] | None = None) -> ReadBatch:
    """Read each item by itself: seconds for what is wrong in every way, so before a transaction is open."""
    lines: Sequence[SheetRow | None] = rows or [None] * len(batch.items)
    items = [_read(item, line) for item, line in zip(batch.items, lines, strict=True)]
    return ReadBatch(batch, items, lines)


class BatchRecorder:
    """Takes in a batch; `instance` and `base_url` name the request in the problems of its rows."""

    def __init__(self, tx: Transaction, caller: Caller, municipality: str, instance: str, base_url: str) -> None:
        self._tx, self._caller, self._municipality = tx, caller, municipality
        self._instance, self._base_url = instance, base_url

    def record(self, read: ReadBatch) -> BatchResult:
        """Record what can be recorded; with `atomic` a single fault raises Unprocessable for all."""
        lock_own_municipality(self._tx, self._caller, self._municipality)
        batch = read.batch
        named = {item.external_id for item in read.items if not isinstance(item, DomainError)}
        ledger = Ledger(self._tx, self._municipality, batch.source, named)
        results = [
            self._result(ledger, index, item, _named(batch.items[index]), line.number if line else None)
            for index, (item, line) in enumerate(zip(read.items, read.lines, strict=True))
        ]
        if batch.atomic:
            _check_all(results)
        if not batch.dry_run:
            ledger.write()
        counts = Counter(result.result for result in results)
        return BatchResult(dry_run=batch.dry_run, results=results, summary=BatchSummary.model_validate(counts))

    def _result(
        self,
        ledger: Ledger,
        index: int,
        item: BatchRecord | BatchRetraction | Unprocessable,
        external_id: str | None,
        row: int | None,
    ) -> RowResult:
        try:
            if isinstance(item, Unprocessable):
                raise item
            result, _decision = ledger.enter(item.external_id, item)
        except (Unprocessable, RevisionConflict) as refusal:
            problem = Problem.model_validate(problem_body(refusal, self._instance, self._base_url))
            return RowResult(index=index, row=row, external_id=external_id, result="rejected", problem=problem)
        return RowResult(index=index, row=row, external_id=external_id, result=result, problem=None)


def _read(item: Any, row: SheetRow | None) -> BatchRecord | BatchRetraction | Unprocessable:
    if row is not None and row.faults:
        return Unprocessable(row.faults)
    try:
        return _items.validate_python(item)
    except ValidationError as error:
        return Unprocessable(row_faults(error))


def _named(item: Any) -> str | None:
    """Give the id of a row, if it has one that can be told."""
    try:
        return BatchRetraction.model_validate(
            {"externalId": item.get("externalId"), "retracted": True, "sourceRevision": 0}
        ).external_id
    except (AttributeError, ValidationError):
        return None


def _check_all(results: Sequence[RowResult]) -> None:
    """Refuse the whole batch for the faults of its rows: raises Unprocessable."""
    faults = [
        FieldError(f"/items/{result.index}{pointer}", code, detail)
        for result in results
        if result.problem is not None
        for pointer, code, detail in _faults_of(result.problem)
    ]
    if faults:
        raise Unprocessable(faults[:50])


def _faults_of(problem: Problem) -> list[tuple[str, str, str]]:
    if problem.errors:
        return [(fault.pointer, fault.code, fault.detail) for fault in problem.errors]
    return [("/sourceRevision", RevisionConflict.slug, problem.detail)]

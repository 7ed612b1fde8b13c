"""A history of two hundred messages in any order, with any repetition, in batches of any size: the same bytes."""

import itertools
import os
import random
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from api.adoptions.batch_schemas import DecisionBatch
from api.adoptions.batches import BatchRecorder, read_items
from api.adoptions.guidelines import listed_guidelines
from api.adoptions.service import present_decision
from api.adoptions.stands import Stands
from api.identity.authenticate import Caller
from db.decisions import page_of_decisions
from db.session import Transaction, open_database, reading
from tests.conftest import Store, running
from tests.examples import DECISION_BODY
from tests.faults.rig import Figures

_TOWN, _SOURCE = "2281", "prov"
_DECISIONS, _REVISIONS = 50, 4
_GUIDELINES = ("gemensamt-sprak", "behov-och-nytta", "ledning-mandat-uppfoljning")
_KINDS = ("adopt", "adopt", "extend", "decline", "under_review", "repeal")
_DAYS = [date(2026, month, 15) for month in range(1, 13)]

Message = dict[str, Any]


def test_any_order_and_repetition_of_a_history_ends_in_the_same_bytes(
    store: Store, rounds: int, figures: Figures
) -> None:
    chance, told = random.Random(11), list(history(random.Random(5)))
    caller = Caller("test", "test", _TOWN, frozenset({"decisions:write"}), None)
    url = store.copy()
    with running(url) as county:
        by = county.token(_TOWN, "integrator")
        sent = {"source": _SOURCE, "items": told}
        first = county.send("POST", f"/municipalities/{_TOWN}/decision-batches", sent, by).raise_for_status().json()
        assert first["summary"]["rejected"] == 0
        with reading(county.app.state.database) as session:
            expected = ends(session)
    empty = store.copy()
    database = open_database(empty)
    # Ten thousand, half of them on each database, take ten minutes: PERMUTATIONS=5000 says so.
    wanted = int(os.environ.get("PERMUTATIONS", rounds * 20))
    for _ in range(wanted):
        with Transaction(database.writer) as tx:
            recorder = BatchRecorder(tx, caller, _TOWN, "urn:uuid:0", "https://samsprak.test")
            for batch in arriving(told, chance):
                result = recorder.record(read_items(DecisionBatch(source=_SOURCE, items=batch)))
                assert result.summary.rejected == 0
            assert ends(tx) == expected
            tx.rollback()
    database.dispose()
    for each in (url, empty):
        store.drop(each)
    figures |= {"messages": len(told), "permutations": wanted}


def history(chance: random.Random) -> list[Message]:
    """Make what a source says of fifty decisions, four times of each."""
    return [said(number, revision, chance) for number in range(_DECISIONS) for revision in range(1, _REVISIONS + 1)]


def said(number: int, revision: int, chance: random.Random) -> Message:
    address = {"externalId": f"KS-{number}", "sourceRevision": revision}
    if chance.random() < 0.2:
        return {**address, "retracted": True}
    decided = date(2026, 1, 10) + timedelta(chance.randrange(300))
    kind = chance.choice(_KINDS)
    until = decided + timedelta(chance.randrange(120)) if kind == "extend" or chance.random() < 0.3 else None
    return {
        **DECISION_BODY,
        **address,
        "guideline": chance.choice(_GUIDELINES),
        "kind": kind,
        "decidedOn": decided.isoformat(),
        "validFrom": (decided + timedelta(chance.choice([0, 0, 14]))).isoformat() if until is None else None,
        "validUntil": until and until.isoformat(),
        "reviewDue": None,
        "deviations": [],
    }


def arriving(told: list[Message], chance: random.Random) -> list[list[Message]]:
    """Shuffle, with every fifth message once more, and cut into batches."""
    messages = told + chance.sample(told, len(told) // 5)
    chance.shuffle(messages)
    cuts = [0, *sorted(chance.sample(range(1, len(messages)), chance.randrange(1, 5))), len(messages)]
    return [messages[first:last] for first, last in itertools.pairwise(cuts)]


def ends(session: Session) -> str:
    """Give all stands on some days, and all decisions, as they are shown."""
    stands, listed = Stands(), listed_guidelines(session, _DAYS[0])
    cells = [stand.text.decode() for day in _DAYS for stand in stands.on(session, day, [_TOWN], listed)]
    decisions, total = page_of_decisions(session, _TOWN, 0, 1_000)
    assert len(decisions) == total >= _DECISIONS
    return "\n".join([*cells, *(present_decision(each).model_dump_json() for each in decisions)])

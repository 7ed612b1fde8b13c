"""A county in which every write could be done."""

from collections.abc import Iterator

import pytest

from tests.conftest import Store, running
from tests.edge.desk import Desk, Write
from tests.examples import DECISION, DECISION_BODY
from tests.proposals.acts import APPROVAL, WITHDRAWAL, amendment, draft, submitted


@pytest.fixture(scope="module")
def desk(store: Store) -> Iterator[Desk]:
    url = store.copy()
    with running(url) as county:
        editor, other, decider = county.token("2281"), county.token("2260"), county.token("22", "county_editor")
        draft_of, submitted_of = draft(county, editor), submitted(county, other)
        writes = {
            "create": Write("POST", "/proposals", amendment(county), editor),
            "edit": Write("PATCH", draft_of, {"title": "En annan rubrik"}, editor),
            "move": Write("POST", f"{submitted_of}/transitions", WITHDRAWAL, other),
            "decide": Write("POST", f"{submitted_of}/decision", APPROVAL, decider),
            "record": Write("PUT", DECISION, DECISION_BODY, county.token("2281", "integrator")),
        }
        yield Desk(county, writes, county.token("2281", "coordinator"))
    store.drop(url)

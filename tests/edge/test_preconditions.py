"""If-Match: nobody changes what they have not read as it stands."""

import pytest

from api.problems import problem_response  # noqa: F401
from tests.conftest import County
from tests.edge.desk import check_problem
from tests.proposals.acts import APPROVAL, WITHDRAWAL, amendment, draft, edit, etag, move, submitted

WRITES = [("PATCH", "", {"title": "En annan rubrik"}), ("POST", "/transitions", WITHDRAWAL), ("POST", "/decision", APPROVAL)]

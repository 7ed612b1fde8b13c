"""Lists of proposals cost the database as much for one as for a page."""

import pytest

from tests.conftest import County
from tests.counting import counting
from tests.proposals.acts import amendment, draft, submitted
from tests.proposals.test_terms import correction


@pytest.mark.parametrize("reader", [None, ("2281", "editor"), ("22", "county_editor")])
def test_the_number_of_queries_does_not_depend_on_the_page(county: County, reader: tuple[str, str] | None) -> None:
    editor = county.token("2281")
    for place in range(12):
        submitted(county, editor, amendment(county, title=f"Förslag {place}"))
        draft(county, editor, correction(county, title=f"Utkast {place}"))
    by = county.token(*reader) if reader else None
    counts = []
    for limit in (1, 20, 100):
        with counting(county, "proposal", "instance_value") as seen:
            items = county.get(f"/proposals?limit={limit}", by).raise_for_status().json()["items"]
        assert len(items) == min(limit, 24 if reader == ("2281", "editor") else 12)
        counts.append(len(seen))
    assert len(set(counts)) == 1, seen
    assert 0 < counts[0] < 10

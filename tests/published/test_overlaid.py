"""Collections that take in a change: whatever is done to them, they are as if they were made anew."""

from hypothesis import given
from hypothesis import strategies as st

from api.published.overlaid import Ordered, OverlaidMap
from api.published.relations import Inbound

ids = st.text("abcd", min_size=1, max_size=2)


@given(st.dictionaries(ids, st.integers()), st.lists(st.dictionaries(ids, st.integers(), max_size=3), max_size=8))
def test_a_map_reads_as_all_that_was_laid_over_it(base: dict[str, int], changes: list[dict[str, int]]) -> None:
    found, wanted = OverlaidMap(base), dict(base)
    for changed in changes:
        before, known = found, dict(wanted)
        found, wanted = found.patched(changed), wanted | changed
        assert dict(before) == known
    assert dict(found) == wanted
    assert (len(found), sorted(found)) == (len(wanted), sorted(wanted))
    assert [found.get(key, "none") for key in "abcd"] == [wanted.get(key, "none") for key in "abcd"]


def test_what_is_laid_over_a_map_is_worked_into_it_when_it_has_grown() -> None:
    found = OverlaidMap({number: number for number in range(10)})
    for number in range(1_200):
        found = found.patched({number: -number})
    assert dict(found) == {number: -number for number in range(1_200)}


@given(st.integers(0, 3_000), st.lists(st.integers(0, 2_999), max_size=60))
def test_items_stay_in_order_whatever_comes_and_goes(count: int, moves: list[int]) -> None:
    wanted = set(range(count))
    found = Ordered(int, wanted)
    for item in moves:
        before, known = found, sorted(wanted)
        found = found.patched([item], []) if item in wanted else found.patched([], [item])
        wanted ^= {item}
        assert list(before) == known
    listed = sorted(wanted)
    assert list(found) == found[:] == [found[place] for place in range(len(found))] == listed
    assert (found[3:9], found[::2], found[-2:], len(found)) == (listed[3:9], listed[::2], listed[-2:], len(listed))


def test_a_list_may_grow_from_nothing_and_shrink_to_it() -> None:
    found = Ordered(int)
    for item in range(1_500):
        found = found.patched([], [item])
    assert list(found) == list(range(1_500))
    assert list(found.patched(range(1_500), [])) == []


stated = st.dictionaries(ids, st.lists(ids, unique=True, min_size=1, max_size=3).map(tuple), max_size=6)


@given(stated, st.lists(stated, max_size=5))
def test_who_points_at_a_term_follows_from_what_all_of_them_state(
    first: dict[str, tuple[str, ...]], changes: list[dict[str, tuple[str, ...]]]
) -> None:
    known, found = dict(first), Inbound.of(first.items())
    for changed in changes:
        dropped = {term_id: known[term_id] for term_id in changed if term_id in known}
        found = found.patched(dropped, changed)
        known |= changed
    anew = Inbound.of(known.items())
    for target in {target for targets in (first | known).values() for target in targets}:
        assert found.to(target) == anew.to(target)


def test_a_term_that_states_nothing_any_more_points_at_nothing() -> None:
    assert Inbound.of([("a", ("b",)), ("c", ("b",))]).patched({"a": ("b",)}, {}).to("b") == ("c",)

"""The whole square of states, moves and callers."""

import itertools

import pytest

from api.errors import Conflict, Forbidden, IllegalTransition
from api.proposals.rules import EDITABLE, ENDED, Action, Standing, after, allowed, check_editable
from db.proposals import OPEN
from db.vocabulary import ProposalStatus

MOVES = {
    ("draft", "submit"): "submitted",
    ("draft", "withdraw"): "withdrawn",
    ("submitted", "openRound"): "on_consultation",
    ("submitted", "return"): "returned",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "approve"): "approved",
    ("submitted", "reject"): "rejected",
    ("on_consultation", "close"): "closed",
    ("on_consultation", "withdraw"): "withdrawn",
    ("closed", "openRound"): "on_consultation",
    ("closed", "return"): "returned",
    ("closed", "withdraw"): "withdrawn",
    ("closed", "approve"): "approved",
    ("closed", "reject"): "rejected",
    ("returned", "submit"): "submitted",
    ("returned", "withdraw"): "withdrawn",
}
STANDINGS = [Standing(*flags) for flags in itertools.product((False, True), repeat=4)]


def may(action: Action, standing: Standing) -> bool:
    """Say it anew: the owner submits and withdraws, the county returns and refers, and decides what another wrote."""
    owners = action in (Action.SUBMIT, Action.WITHDRAW)
    deciders = action in (Action.APPROVE, Action.REJECT)
    return (
        (owners and standing.owns)
        or (not owners and not deciders and standing.moderates)
        or (deciders and standing.decides and not standing.wrote)
    )


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", ProposalStatus)
def test_what_is_not_in_the_table_is_refused(status: ProposalStatus, action: Action, standing: Standing) -> None:
    following = MOVES.get((status, action))
    if following is None:
        with pytest.raises(IllegalTransition) as refusal:
            after(status, action, standing)
        assert refusal.value.members["allowedTransitions"] == allowed(status, standing)
    elif may(action, standing):
        assert after(status, action, standing) == following
    else:
        with pytest.raises(Forbidden):
            after(status, action, standing)


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
@pytest.mark.parametrize("status", ProposalStatus)
def test_what_is_allowed_is_what_would_be_done(status: ProposalStatus, standing: Standing) -> None:
    expected = {action for action in Action if (status, action) in MOVES and may(action, standing)}
    assert set(allowed(status, standing)) == expected


@pytest.mark.parametrize("status", ProposalStatus)
def test_a_stranger_may_do_nothing(status: ProposalStatus) -> None:
    assert allowed(status, Standing()) == []


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REJECT])
def test_nobody_decides_what_they_wrote(action: Action) -> None:
    everything_else = Standing(owns=True, wrote=True, moderates=True, decides=True)
    with pytest.raises(Forbidden, match="Nobody decides a proposal that they wrote"):
        after(ProposalStatus.SUBMITTED, action, everything_else)


@pytest.mark.parametrize("status", ProposalStatus)
def test_only_a_draft_and_a_returned_proposal_are_edited(status: ProposalStatus) -> None:
    if status in ("draft", "returned"):
        check_editable(status)
    else:
        with pytest.raises(Conflict, match=f"this one is {status}"):
            check_editable(status)


def test_a_proposal_is_open_or_has_ended() -> None:
    assert set(OPEN) | ENDED == set(ProposalStatus)
    assert not set(OPEN) & ENDED
    assert set(OPEN) > EDITABLE


def test_nothing_moves_once_it_has_ended() -> None:
    assert not [move for move in MOVES if move[0] in ENDED]
    assert all(allowed(status, standing) == [] for status in ENDED for standing in STANDINGS)

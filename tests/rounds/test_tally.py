"""What answers come to under each rule: examples, and what is true of all of them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rounds.tally import Tally, tally
from db.rounds import Answer
from db.vocabulary import DecisionRule, Position

INVITED = ("2260", "2262", "2280", "2281", "2282", "2283", "2284")
_LETTERS = {
    "s": Position.SUPPORT,
    "c": Position.SUPPORT_WITH_CHANGES,
    "a": Position.ABSTAIN,
    "o": Position.OPPOSE,
}
# The rule, the quorum, the answers of the first of seven, and what is missing.
EXAMPLES = [
    ("consent", 1, "", "1 more answer is needed for the quorum of 1"),
    ("consent", 4, "ss", "2 more answers are needed for the quorum of 4"),
    ("consent", 3, "saa", None),
    ("consent", 1, "ssssss", None),
    ("consent", 1, "so", "one objection stands: 2262"),
    ("consent", 3, "oo", "1 more answer is needed for the quorum of 3; 2 objections stand: 2260, 2262"),
    ("majority", 1, "so", "support does not outnumber opposition: 1 to 1"),
    ("majority", 1, "sco", None),
    ("majority", 1, "aaaa", "support does not outnumber opposition: 0 to 0"),
    ("majority", 5, "sa", "3 more answers are needed for the quorum of 5"),
    ("two_thirds", 1, "sso", None),
    ("two_thirds", 1, "ssooa", "support is less than two thirds: 2 of 4"),
    ("two_thirds", 1, "aa", "support is less than two thirds: 0 of 0"),
    ("two_thirds", 1, "sssso", None),
    ("unanimous", 1, "sssssss", None),
    ("unanimous", 1, "scscscs", None),
    ("unanimous", 1, "ssssss", "1 has not answered: 2284"),
    ("unanimous", 1, "sssssao", "2 do not support it: 2283, 2284"),
    ("unanimous", 1, "ssssao", "1 has not answered: 2284; 2 do not support it: 2282, 2283"),
]


def answers(letters: str) -> list[Answer]:
    """Read `so`: the first municipality supports, the second is against."""
    return [Answer(code, _LETTERS[letter], None) for code, letter in zip(INVITED, letters, strict=False)]


@pytest.mark.parametrize(("rule", "quorum", "letters", "missing"), EXAMPLES)
def test_a_rule_tells_what_is_missing(rule: str, quorum: int, letters: str, missing: str | None) -> None:
    result = tally(INVITED, answers(letters), DecisionRule(rule), quorum)
    assert (result.missing, result.rule_met) == (missing, missing is None)
    assert all(lack.sv for lack in result.lacks)


def test_what_would_turn_those_who_are_against_is_listed() -> None:
    said = [Answer("2281", Position.OPPOSE, "Ett år till."), Answer("2260", Position.OPPOSE, None)]
    said.append(Answer("2262", Position.SUPPORT_WITH_CHANGES, "Stryk 1.3."))
    assert tally(INVITED, said, DecisionRule.CONSENT, 1).conditions == (("2281", "Ett år till."),)


SAID = st.dictionaries(st.sampled_from(INVITED), st.sampled_from(Position)).map(
    lambda found: [Answer(code, position, None) for code, position in found.items()]
)
QUORUM = st.integers(1, len(INVITED))
RULES = st.sampled_from(DecisionRule)


def met(said: Sequence[Answer], rule: DecisionRule, quorum: int) -> bool:
    return tally(INVITED, said, rule, quorum).rule_met


@given(SAID, RULES, QUORUM)
def test_the_rules_are_those_of_the_design(said: list[Answer], rule: DecisionRule, quorum: int) -> None:
    """Say them anew, in other words."""
    positions = [answer.position for answer in said]
    yes = sum(position.startswith("support") for position in positions)
    no = positions.count(Position.OPPOSE)
    meant = {
        "consent": no == 0,
        "majority": yes > no,
        "two_thirds": yes > 0 and yes / (yes + no) >= 2 / 3 - 1e-9,
        "unanimous": yes == len(INVITED),
    }[rule]
    assert met(said, rule, quorum) == (meant and len(said) >= quorum)


@given(st.data(), SAID, RULES, QUORUM)
def test_the_order_of_arrival_does_not_matter(
    data: st.DataObject, said: list[Answer], rule: DecisionRule, quorum: int
) -> None:
    def result(listed: list[Answer]) -> Tally:
        return tally(INVITED, listed, rule, quorum)

    assert result(data.draw(st.permutations(said))) == result(said)


@given(SAID, RULES, QUORUM, st.sampled_from(INVITED), st.sampled_from(["support", "support_with_changes"]))
def test_more_support_never_unmakes_what_is_met(
    said: list[Answer], rule: DecisionRule, quorum: int, code: str, position: str
) -> None:
    others = [answer for answer in said if answer.organisation != code]
    assert not met(said, rule, quorum) or met([*others, Answer(code, Position(position), None)], rule, quorum)


@given(SAID, QUORUM)
def test_a_stricter_rule_is_met_only_where_the_milder_ones_are(said: list[Answer], quorum: int) -> None:
    consent, majority, two_thirds, unanimous = (met(said, rule, quorum) for rule in DecisionRule)
    assert not two_thirds or majority
    assert not unanimous or (consent and majority and two_thirds)


@given(SAID, RULES, QUORUM)
def test_everybody_invited_is_counted_once(said: list[Answer], rule: DecisionRule, quorum: int) -> None:
    result = tally(INVITED, said, rule, quorum)
    assert sum(result.positions.values()) + len(result.unanswered) == len(INVITED)

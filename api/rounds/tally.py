"""What the counted answers of a round come to, and what its rule still lacks: a pure function."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.rounds import Answer
from db.vocabulary import DecisionRule, Position

_SUPPORT = (Position.SUPPORT, Position.SUPPORT_WITH_CHANGES)


@dataclass(frozen=True)
class Lack:
    """One thing that keeps a rule from being met: a code for machines, texts for people, who it is about."""

    code: str
    en: str
    sv: str
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tally:
    """Who has answered what; the rule is met when nothing is lacking."""

    positions: dict[Position, int]
    unanswered: tuple[str, ...]
    lacks: tuple[Lack, ...]
    conditions: tuple[tuple[str, str], ...]

    @property
    def rule_met(self) -> bool:
        return not self.lacks

    @property
    def missing(self) -> str | None:
        return "; ".join(lack.en for lack in self.lacks) or None


def tally(invited: Sequence[str], answers: Iterable[Answer], rule: DecisionRule, quorum: int) -> Tally:
    """Count one answer each of those invited; an abstention counts for the quorum only."""
    by_organisation = {answer.organisation: answer for answer in answers}
    ordered = [by_organisation[code] for code in sorted(by_organisation)]
    who = {each: tuple(one.organisation for one in ordered if one.position == each) for each in Position}
    unanswered = tuple(code for code in invited if code not in by_organisation)
    still = quorum - len(ordered)
    lacks = [_quorum(still, quorum)] if still > 0 else []
    lacks += _RULES[rule](who, unanswered)
    return Tally(
        positions={position: len(codes) for position, codes in who.items()},
        unanswered=unanswered,
        lacks=tuple(lacks),
        conditions=tuple(
            (one.organisation, one.condition) for one in ordered if one.position == Position.OPPOSE and one.condition
        ),
    )


_By = dict[Position, tuple[str, ...]]


def _quorum(still: int, quorum: int) -> Lack:
    answers = "1 more answer is" if still == 1 else f"{still} more answers are"
    return Lack("quorum", f"{answers} needed for the quorum of {quorum}", f"{still} svar till behövs: {quorum} krävs")


def _consent(who: _By, _unanswered: tuple[str, ...]) -> list[Lack]:
    against = who[Position.OPPOSE]
    if not against:
        return []
    named = ", ".join(against)
    if len(against) == 1:
        return [Lack("objections", f"one objection stands: {named}", f"en invändning står kvar: {named}", against)]
    en, sv = f"{len(against)} objections stand: {named}", f"{len(against)} invändningar står kvar: {named}"
    return [Lack("objections", en, sv, against)]


def _majority(who: _By, _unanswered: tuple[str, ...]) -> list[Lack]:
    yes, no = _votes(who)
    if yes > no:
        return []
    en = f"support does not outnumber opposition: {yes} to {no}"
    return [Lack("majority", en, f"stödet är inte större än motståndet: {yes} mot {no}", who[Position.OPPOSE])]


def _two_thirds(who: _By, _unanswered: tuple[str, ...]) -> list[Lack]:
    yes, no = _votes(who)
    # Where all abstain nobody supports: that is no two thirds of anything.
    if yes and 3 * yes >= 2 * (yes + no):
        return []
    en = f"support is less than two thirds: {yes} of {yes + no}"
    return [Lack("two_thirds", en, f"stödet är mindre än två tredjedelar: {yes} av {yes + no}", who[Position.OPPOSE])]


def _unanimous(who: _By, unanswered: tuple[str, ...]) -> list[Lack]:
    found = []
    if unanswered:
        named = ", ".join(unanswered)
        count = len(unanswered)
        en = f"{count} {'has' if count == 1 else 'have'} not answered: {named}"
        found.append(Lack("unanswered", en, f"{count} har inte svarat: {named}", unanswered))
    without = tuple(sorted(who[Position.OPPOSE] + who[Position.ABSTAIN]))
    if without:
        named, count = ", ".join(without), len(without)
        en = f"{count} {'does' if count == 1 else 'do'} not support it: {named}"
        found.append(Lack("unsupported", en, f"{count} stöder inte förslaget: {named}", without))
    return found


def _votes(who: _By) -> tuple[int, int]:
    return sum(len(who[position]) for position in _SUPPORT), len(who[Position.OPPOSE])


_RULES = {
    DecisionRule.CONSENT: _consent,
    DecisionRule.MAJORITY: _majority,
    DecisionRule.TWO_THIRDS: _two_thirds,
    DecisionRule.UNANIMOUS: _unanimous,
}

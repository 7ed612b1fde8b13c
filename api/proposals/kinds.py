"""The kinds of target that there are."""

from api.proposals.guideline_target import GuidelineTarget
from api.proposals.targets import Target
from api.proposals.term_target import TermTarget
from db.vocabulary import TargetType

TARGETS: dict[TargetType, Target] = {TargetType.GUIDELINE: GuidelineTarget(), TargetType.TERM: TermTarget()}

"""Every closed list of words that is stored in a column or shown to a client."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    MUNICIPALITY = "municipality"
    COUNTY = "county"


class TermStatus(StrEnum):
    CANDIDATE = "candidate"
    APPROVED = "approved"
    DEPRECATED = "deprecated"


class LabelKind(StrEnum):
    PREFERRED = "preferred"
    ALTERNATIVE = "alternative"
    DEPRECATED = "deprecated"
    HIDDEN = "hidden"


class Audience(StrEnum):
    GENERAL = "general"
    POLITICIANS = "politicians"
    LEADERS = "leaders"
    STAFF = "staff"


class DefinitionStyle(StrEnum):
    STANDARD = "standard"
    PLAIN = "plain"


class SourceRelation(StrEnum):
    """How a definition stands to the source that it names."""

    OWN = "own"
    BASED_ON = "based_on"
    QUOTED = "quoted"


class NoteKind(StrEnum):
    SCOPE = "scope"
    EXAMPLE = "example"
    HISTORY = "history"
    EDITORIAL = "editorial"
    CHANGE = "change"


class MatchRelation(StrEnum):
    EXACT = "exactMatch"
    CLOSE = "closeMatch"
    BROAD = "broadMatch"
    NARROW = "narrowMatch"
    RELATED = "relatedMatch"


class PairRelation(StrEnum):
    """How the two terms of a pair, ordered by id, stand to one another."""

    RELATED = "related"
    FIRST_IS_BROADER = "first_is_broader"
    SECOND_IS_BROADER = "second_is_broader"


class DocumentType(StrEnum):
    POLICY = "policy"
    STRATEGI = "strategi"
    PROGRAM = "program"
    PLAN = "plan"
    RIKTLINJE = "riktlinje"
    RUTIN = "rutin"


class Alignment(StrEnum):
    """How a municipality's reading of a term lies to the shared text."""

    SAME = "same"
    NARROWER = "narrower"
    BROADER = "broader"
    DIFFERENT = "different"
    NOT_USED = "not_used"


class Modality(StrEnum):
    SKA = "ska"
    BOR = "bör"
    KAN = "kan"


class TargetGroup(StrEnum):
    POLITICIANS = "politicians"
    LEADERS = "leaders"
    STAFF = "staff"


class PrerequisiteState(StrEnum):
    NOT_STARTED = "not_started"
    STARTED = "started"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class SupportKind(StrEnum):
    """What a municipality may need help with, or help another with, when a guideline is introduced."""

    OWN_STAFF = "own_staff"
    CONSULTANTS = "consultants"
    RESEARCHERS = "researchers"
    MANAGEMENT = "management"
    SUBSTITUTES = "substitutes"
    EQUIPMENT = "equipment"
    LANGUAGE_SUPPORT = "language_support"
    TRAINING = "training"
    USER_SUPPORT = "user_support"


class GuidelineStatus(StrEnum):
    """Derived from dates when read, never stored."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    REPEALED = "repealed"


class ChangeKind(StrEnum):
    MAJOR = "major"
    MINOR = "minor"


class TargetType(StrEnum):
    TERM = "term"
    GUIDELINE = "guideline"


class ProposalAction(StrEnum):
    CREATE = "create"
    AMEND = "amend"
    RETIRE = "retire"


class ProposalStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ON_CONSULTATION = "on_consultation"
    CLOSED = "closed"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class DecisionRule(StrEnum):
    """What the answers of a referral round must be for it to support an approval."""

    CONSENT = "consent"
    MAJORITY = "majority"
    TWO_THIRDS = "two_thirds"
    UNANIMOUS = "unanimous"


class Position(StrEnum):
    """What an organisation answers in a referral round."""

    SUPPORT = "support"
    SUPPORT_WITH_CHANGES = "support_with_changes"
    ABSTAIN = "abstain"
    OPPOSE = "oppose"


class DecisionKind(StrEnum):
    ADOPT = "adopt"
    ADOPT_WITH_CHANGES = "adopt_with_changes"
    DECLINE = "decline"
    EXTEND = "extend"
    REPEAL = "repeal"
    UNDER_REVIEW = "under_review"


class BodyType(StrEnum):
    KOMMUNFULLMAKTIGE = "kommunfullmaktige"
    KOMMUNSTYRELSE = "kommunstyrelse"
    NAMND = "namnd"
    GEMENSAM_NAMND = "gemensam_namnd"
    UTSKOTT = "utskott"
    KOMMUNALFORBUND = "kommunalforbund"
    DELEGATION = "delegation"
    TJANSTEPERSON = "tjansteperson"


class AdoptionStatus(StrEnum):
    """Derived from decisions, never stored."""

    NOT_STARTED = "not_started"
    UNDER_REVIEW = "under_review"
    ADOPTED = "adopted"
    ADOPTED_WITH_CHANGES = "adopted_with_changes"
    DECLINED = "declined"
    REPEALED = "repealed"
    LAPSED = "lapsed"


class VersionStatus(StrEnum):
    """How an adopted version stands to the newest one. Derived, never stored."""

    CURRENT = "current"
    MINOR_BEHIND = "minor_behind"
    MAJOR_BEHIND = "major_behind"


class TaskKind(StrEnum):
    """What may wait on a municipality, by its date."""

    STATEMENT_DUE = "statement_due"
    DECISION_NEEDED = "decision_needed"
    DEVIATION_ENDS = "deviation_ends"
    REVIEW_DUE = "review_due"


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class DisabledFor(StrEnum):
    """Why nothing is sent to a webhook."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"
    RESTORED = "restored"

"""Guidelines as targets of proposals."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from api.errors import FieldError, incomplete, invalid
from api.guidelines import rules
from api.guidelines.publishing import GuidelineChange, publish_guideline, repeal_guideline
from api.guidelines.schemas import GuidelineContent, dump
from api.proposals.targets import Approval, Content
from db.guidelines import guideline_versions, highest_number, lock_guideline
from db.proposals import highest_reserved_number
from db.session import Transaction
from db.terms import known_terms


class GuidelineTarget:
    """A guideline: numbered, in force from a day, repealed when it is retired."""

    noun = "guideline"
    path = "guidelines"
    page = "riktlinjer"
    scope = "guidelines:propose"
    schema = GuidelineContent

    def lock(self, tx: Transaction, target_id: str) -> None:
        lock_guideline(tx, target_id)

    def versions(self, session: Session, target_id: str) -> dict[str, Content]:
        return {version.number: version.content for version in guideline_versions(session, [target_id])}

    def reserve(self, tx: Transaction) -> int | None:
        return max(highest_number(tx), highest_reserved_number(tx)) + 1

    def faults(self, session: Session, _target_id: str, content: GuidelineContent) -> list[FieldError]:
        return rules.faults(content, known_terms(session, content.terms))

    def missing(self, content: Content) -> list[FieldError]:
        return rules.missing(GuidelineContent.model_validate(content))

    def store(
        self, session: Session, target_id: str, content: GuidelineContent, base: Mapping[str, Any] | None, origin: str
    ) -> Content:
        versions = self.versions(session, target_id).values()
        older = {item["key"] for version in versions for item in version["provisions"]}
        return dump(rules.with_keys(content, base, origin, older))

    def check_replacement(self, _session: Session, _target_id: str, _replaced_by: str) -> None:
        raise invalid("/replacedBy", "replaced-by-of-kept", "is for a term that is retired: leave it out")

    def publish(self, tx: Transaction, approval: Approval) -> str:
        content = GuidelineContent.model_validate(approval.content)
        # It was asked when the text was submitted; a merge may have brought together what each side took away.
        if lacking := rules.missing(content):
            raise incomplete([fault.under("/content") for fault in lacking])
        change = GuidelineChange(
            guideline_id=approval.target_id,
            content=content,
            kind=approval.kind,
            note=approval.note,
            in_force_from=approval.in_force_from,
            number=approval.number,
        )
        return publish_guideline(tx, change, approval.decision, approval.now).number

    def retire(self, tx: Transaction, approval: Approval) -> str | None:
        repeal_guideline(tx, approval.target_id, approval.decision, approval.in_force_from, approval.now)
        return None

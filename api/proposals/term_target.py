"""Terms as targets of proposals."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from api.errors import Conflict, FieldError, Unprocessable, invalid
from api.proposals.targets import Approval, Content
from api.terms import rules
from api.terms.publishing import TermChange, publish_terms, retirement
from api.terms.reading import surroundings
from api.terms.schemas import TermContent
from db.session import Transaction
from db.terms import known_terms, lock_domains, lock_terms, newest_versions, term_versions
from db.vocabulary import TermStatus


class TermTarget:
    """A term: approved by its first decision, deprecated when it is retired, and never gone."""

    noun = "term"
    path = "terms"
    page = "begrepp"
    scope = "terms:propose"
    schema = TermContent

    def lock(self, tx: Transaction, target_id: str) -> None:
        # In the order in which a publication locks them.
        lock_domains(tx)
        lock_terms(tx, [target_id])

    def versions(self, session: Session, target_id: str) -> dict[str, Content]:
        return {version.number: version.content for version in term_versions(session, target_id)}

    def reserve(self, _tx: Transaction) -> int | None:
        return None

    def faults(self, session: Session, target_id: str, content: TermContent) -> list[FieldError]:
        newest = newest_versions(session, [target_id]).get(target_id)
        before = TermContent.model_validate(newest.content) if newest else None
        return rules.faults(target_id, content, surroundings(session, {target_id: content}), before)

    def missing(self, _content: Content) -> list[FieldError]:
        return []

    def store(
        self, _session: Session, _target_id: str, content: TermContent, _base: Mapping[str, Any] | None, _origin: str
    ) -> Content:
        return content.model_dump(mode="json", by_alias=True)

    def check_replacement(self, session: Session, target_id: str, replaced_by: str) -> None:
        if replaced_by == target_id:
            raise invalid("/replacedBy", "self-relation", "a term does not relate to itself")
        if not known_terms(session, [replaced_by]):
            raise invalid("/replacedBy", "unknown-term", "is not the id of a term")

    def publish(self, tx: Transaction, approval: Approval) -> str:
        newest = newest_versions(tx, [approval.target_id]).get(approval.target_id)
        # What has ended may be described better; it does not come back by that.
        ended = newest is not None and newest.status == TermStatus.DEPRECATED
        change = TermChange(
            term_id=approval.target_id,
            content=TermContent.model_validate(approval.content),
            status=TermStatus.DEPRECATED if ended else TermStatus.APPROVED,
            kind=approval.kind,
            note=approval.note,
            organisation=approval.decision.organisation,
            valid_from=approval.in_force_from,
            county_decision_id=approval.decision.id,
        )
        return _publish(tx, change, approval)

    def retire(self, tx: Transaction, approval: Approval) -> str | None:
        change = retirement(
            tx,
            approval.target_id,
            replaced_by=approval.replaced_by,
            note=approval.note,
            organisation=approval.decision.organisation,
            valid_from=approval.in_force_from,
            county_decision_id=approval.decision.id,
        )
        return _publish(tx, change, approval)


def _publish(tx: Transaction, change: TermChange, approval: Approval) -> str:
    try:
        [version] = publish_terms(tx, [change], approval.now)
    except Unprocessable as error:
        if error.members["errors"][0]["pointer"] == "/inForceFrom":
            raise
        # The decision's own body is in order: the glossary is no longer as it was when the text was written.
        raise Conflict(
            "The glossary has changed so that this text no longer fits it: return the proposal.", **error.members
        ) from error
    return version.number

"""Terms as targets of proposals."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from api.errors import Conflict, FieldError, Unprocessable, invalid
from api.identity.authors import AUTHOR_KEY
from api.proposals.targets import Approval, Content
from api.terms import rules
from api.terms.publishing import TermChange, publish_terms
from api.terms.schemas import TermContent
from db.identity import find_instance_value
from db.session import Transaction
from db.terms import broader_edges, domains, find_term, known_terms, lock_term, term_versions
from db.vocabulary import ChangeKind, TermStatus


class TermTarget:
    """A term: approved by its first decision, deprecated when it is retired, and never gone."""

    noun = "term"
    path = "terms"
    scope = "terms:propose"
    schema = TermContent

    def lock(self, tx: Transaction, target_id: str) -> None:
        # The hierarchy is checked as a whole: three approvals at once could close a circle that none of them sees.
        find_instance_value(tx, AUTHOR_KEY, lock=True)
        lock_term(tx, target_id)

    def versions(self, session: Session, target_id: str) -> dict[str, Content]:
        return {version.number: version.content for version in term_versions(session, target_id)}

    def reserve(self, _tx: Transaction) -> int | None:
        return None

    def faults(self, session: Session, target_id: str, content: TermContent) -> list[FieldError]:
        pointed_at = {*content.broader, *content.related, content.replaced_by} - {None}
        broader: dict[str, set[str]] = {}
        for narrow, broad in broader_edges(session):
            broader.setdefault(narrow, set()).add(broad)
        return rules.faults(
            target_id,
            content,
            known_terms=known_terms(session, filter(None, pointed_at)),
            known_domains=[domain.id for domain in domains(session)],
            broader=broader,
        )

    def store(self, content: TermContent, _base: Mapping[str, Any] | None, _origin: str) -> Content:
        return content.model_dump(mode="json", by_alias=True)

    def check_replacement(self, session: Session, target_id: str, replaced_by: str) -> None:
        if replaced_by == target_id:
            raise invalid("/replacedBy", "self-relation", "a term does not relate to itself")
        if not known_terms(session, [replaced_by]):
            raise invalid("/replacedBy", "unknown-term", "is not the id of a term")

    def publish(self, tx: Transaction, approval: Approval) -> str:
        term = find_term(tx, approval.target_id)
        # What has ended may be described better; it does not come back by that.
        ended = term is not None and term.status == TermStatus.DEPRECATED
        return _publish(
            tx, approval, approval.content, TermStatus.DEPRECATED if ended else TermStatus.APPROVED, approval.kind
        )

    def retire(self, tx: Transaction, approval: Approval) -> str | None:
        term = find_term(tx, approval.target_id)
        if term is None or term.status == TermStatus.DEPRECATED:
            raise Conflict(f"{approval.target_id} cannot be retired: it is deprecated already.")
        *_, newest = self.versions(tx, approval.target_id).values()
        content = newest | {"replacedBy": approval.replaced_by}
        return _publish(tx, approval, content, TermStatus.DEPRECATED, ChangeKind.MINOR)


def _publish(tx: Transaction, approval: Approval, content: Content | None, status: TermStatus, kind: ChangeKind) -> str:
    versions = term_versions(tx, approval.target_id)
    if versions and approval.in_force_from < versions[-1].valid_from:
        detail = f"is not before {versions[-1].valid_from}, when version {versions[-1].number} comes into force"
        raise invalid("/inForceFrom", "before-newest-version", detail)
    change = TermChange(
        term_id=approval.target_id,
        content=TermContent.model_validate(content),
        status=status,
        kind=kind,
        note=approval.note,
        organisation=approval.decision.organisation,
        valid_from=approval.in_force_from,
        county_decision_id=approval.decision.id,
    )
    try:
        [version] = publish_terms(tx, [change], approval.now)
    except Unprocessable as error:
        # The decision's own body is in order: the glossary is no longer as it was when the text was written.
        raise Conflict(
            "The glossary has changed so that this text no longer fits it: return the proposal.", **error.members
        ) from error
    return version.number

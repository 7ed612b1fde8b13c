"""What the joint process asks of a kind of target: all that guidelines and terms do each in their own way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlmodel import Session

from api.errors import FieldError
from api.proposals.schemas import ProposedContent
from db.guidelines import CountyDecision
from db.session import Transaction
from db.vocabulary import ChangeKind

Content = dict[str, Any]


@dataclass(frozen=True)
class Approval:
    """What the county has approved; `content` and `replaced_by` are of the submitted text."""

    target_id: str
    content: Content | None
    replaced_by: str | None
    kind: ChangeKind
    note: dict[str, str]
    decision: CountyDecision
    in_force_from: date
    number: int | None
    now: datetime


class Target(Protocol):
    """One kind of target. `path` is its collection in the API, `page` the one for readers.

    `scope` is what its proposers hold.
    """

    noun: str
    path: str
    page: str
    scope: str

    @property
    def schema(self) -> type[ProposedContent]: ...

    def lock(self, tx: Transaction, target_id: str) -> None:
        """Let nobody else publish this target, nor what is checked against it, before this transaction ends."""

    def versions(self, session: Session, target_id: str) -> dict[str, Content]:
        """Give the contents by version number, oldest first; empty when there is no such target."""

    def reserve(self, tx: Transaction) -> int | None:
        """Give the number of a new target, where its kind is numbered."""

    def faults(self, session: Session, target_id: str, content: Any) -> list[FieldError]:
        """List what is wrong with a content, by pointers into it."""

    def missing(self, content: Content) -> list[FieldError]:
        """List what a content in order still lacks before it can be submitted and approved, by pointers into it."""

    def store(
        self, session: Session, target_id: str, content: Any, base: Mapping[str, Any] | None, origin: str
    ) -> Content:
        """Give content as it is stored; `origin` parts the keys of one text from those of another."""

    def check_replacement(self, session: Session, target_id: str, replaced_by: str) -> None:
        """Raise Unprocessable unless this target may give way to that one."""

    def publish(self, tx: Transaction, approval: Approval) -> str:
        """Publish the approved content; gives the number of the new version."""

    def retire(self, tx: Transaction, approval: Approval) -> str | None:
        """Let the target end; gives the number of the version that says so, where one does."""

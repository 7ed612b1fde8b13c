"""The head that a Swedish steering document carries: what it is, who decided it, from when it applies."""

from typing import NamedTuple

from api.guidelines.rules import review_due
from api.guidelines.schemas import GuidelineVersionRead
from api.pages import words
from api.pages.redlines import in_swedish


class HeadLine(NamedTuple):
    """One line of the head: its name for machines, its label and value for people."""

    name: str
    label: str
    value: str | None
    # What people read where there is no value; without it the line is left out for them.
    otherwise: str | None = None

    @property
    def shown(self) -> str | None:
        return self.value or self.otherwise


def document_head(version: GuidelineVersionRead, number: int, responsible: str, address: str) -> list[HeadLine]:
    """Write the head of a version; days are as in 2027-01-31."""
    decision = version.decision
    revised = review_due(version.in_force_from, version.content.review_interval_months)
    return [
        HeadLine("dokumenttyp", "Dokumenttyp", words.DOCUMENT[version.content.document_type]),
        HeadLine("titel", "Titel", in_swedish(version.content.title)),
        HeadLine("nummer", "Nummer", str(number)),
        HeadLine("version", "Version", version.number),
        HeadLine("beslutadAv", "Beslutad av", decision.body),
        HeadLine("beslutsdatum", "Beslutsdatum", decision.decided_on.isoformat()),
        HeadLine("paragraf", "Paragraf", decision.paragraph),
        HeadLine("diarienummer", "Diarienummer", decision.record_number, "saknas"),
        HeadLine("dokumentansvarig", "Dokumentansvarig", responsible),
        HeadLine("gallerFran", "Gäller från", version.in_force_from.isoformat()),
        HeadLine(
            "gallerTill",
            "Gäller till och med",
            version.in_force_until.isoformat() if version.in_force_until else None,
            "tills vidare",
        ),
        HeadLine("revideras", "Revideras senast", revised.isoformat() if revised else None, "ingen dag är bestämd"),
        HeadLine("ersatterVersion", "Ersätter version", version.supersedes),
        HeadLine("aterstallerVersion", "Återställer version", version.reverts),
        HeadLine("kontrollsumma", "Kontrollsumma", version.content_hash),
        HeadLine("permanentAdress", "Permanent adress", address),
    ]

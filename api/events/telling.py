"""What an event says to people, in Swedish: a title, facts, whole texts and what has changed in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from api.pages import words
from api.pages.redlines import in_swedish, placed
from api.redline import Change, redline
from db.events import Event
from db.guidelines import guideline_versions, version_heads
from db.organisations import names_of
from db.proposals import titles_of
from db.rounds import statements_by_id
from db.terms import term_versions

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """One event for people; `path` is that of a page."""

    title: str
    path: str
    facts: Sequence[tuple[str, str]] = ()
    texts: Sequence[tuple[str, Texts]] = ()
    changes: Sequence[tuple[str, Change]] = field(default=())


class Teller:
    """Tells of a page of events, with what they only name looked up once for all of them."""

    def __init__(self, session: Session, events: Sequence[Event], terms: Mapping[str, str]) -> None:
        self._session = session
        self._terms = terms
        self._names = names_of(session, {event.organisation for event in events})
        self._guidelines = {head.guideline_id: in_swedish(head.title) for head in version_heads(session)}
        self._proposals = titles_of(session, {_proposal_of(event) for event in events} - {""})
        stated = {event.subject.rpartition("/")[2] for event in events if event.kind == "statement.made"}
        self._statements = statements_by_id(session, stated)

    def name(self, code: str) -> str:
        return self._names.get(code, code)

    def tell(self, event: Event) -> Told:
        """Say what has happened; of what was erased only that it was, of an unknown kind only what it is about."""
        noun, _, _ = event.kind.partition(".")
        if event.data is None:
            return Told("Uppgifterna är borttagna, som lagen kräver", "/")
        told = _TELLERS.get(noun)
        return told(self, event, event.data) if told else Told(f"Ändring: {event.subject}", "/")

    def _term(self, event: Event, data: dict[str, Any]) -> Told:
        content = data["content"]
        version = f"begreppet {_word_of(content)}, version {data['version']}"
        did = "Avråds" if event.kind == "term.deprecated" else "Ändrat" if data["supersedes"] else "Nytt"
        changes: Sequence[Change] = ()
        if data["supersedes"]:
            found = term_versions(self._session, data["id"])
            before = next(each.content for each in found if each.number == data["supersedes"])
            changes = redline(before, content)
        texts = [("Definition", {each["language"]: each["text"]}) for each in content["definitions"]]
        return Told(
            f"{did}: {version}",
            f"/begrepp/{data['id']}",
            [("Gäller från", data["validFrom"])],
            [("Varför", data["changeNote"]), *([] if changes else texts)],
            placed(changes),
        )

    def _guideline(self, event: Event, data: dict[str, Any]) -> Told:
        path = f"/riktlinjer/{data['id']}"
        if event.kind == "guideline.repealed":
            title = self._guidelines.get(data["id"], data["id"])
            facts = [("Upphävs från", data["repealedFrom"])]
            return Told(f"Riktlinjen {title} upphävs", path, facts, _texts(("Varför", data["reason"])))
        content, changes = data["content"], []
        if data["supersedes"]:
            found = guideline_versions(self._session, [data["id"]])
            before = next(each.content for each in found if each.number == data["supersedes"])
            changes = redline(before, content)
        return Told(
            f"Riktlinjen {in_swedish(content['title'])}, version {data['version']}",
            path,
            [("Gäller från", data["inForceFrom"])],
            [("Varför", data["changeNote"]), *([] if changes else _text_of_guideline(content))],
            placed(changes),
        )

    def _proposal(self, event: Event, data: dict[str, Any]) -> Told:
        state = event.kind.partition(".")[2]
        facts = [
            ("Gäller", self._target(data["target"])),
            ("Förslag från", self.name(data["organisation"])),
            *_facts(data, body="Beslutat av", decidedOn="Beslutat", paragraph="Paragraf", publishedVersion="Version"),
        ]
        title = f"{words.PROPOSAL.get(state, 'Förslag')}: {data['title']}"
        return Told(title, f"/forslag/{data['id']}", facts, _texts(("Varför", data.get("reason"))))

    def _round(self, event: Event, data: dict[str, Any]) -> Told:
        did = {"opened": "Ute på remiss", "extended": "Längre remisstid", "closed": "Remissen är avslutad"}
        state = event.kind.partition(".")[2]
        return Told(
            f"{did.get(state, 'Remiss')}: {self._title(event)}",
            f"/forslag/{data['proposal']}",
            _facts(data, opensOn="Öppnar", former="Förut sista svarsdag", closesOn="Sista svarsdag"),
            _texts(("Meddelande", data.get("message")), ("Varför", data.get("reason"))),
        )

    def _statement(self, event: Event, data: dict[str, Any]) -> Told:
        stated = self._statements.get(data["id"])
        return Told(
            f"{self.name(event.organisation)} {_POSITIONS[data['position']]}: {self._title(event)}",
            f"/forslag/{data['proposal']}",
            texts=_texts(("Skäl", stated.reason), ("Villkor", stated.condition)) if stated else (),
        )

    def _comment(self, event: Event, data: dict[str, Any]) -> Told:
        did = "Svar på en kommentar" if event.kind == "comment.resolved" else "Kommentar"
        return Told(
            f"{did}: {self._title(event)}",
            f"/forslag/{data['proposal']}",
            texts=_texts(("Kommentar", data.get("text")), ("Svar", data.get("resolution"))),
        )

    def _decision(self, event: Event, data: dict[str, Any]) -> Told:
        town = self.name(event.organisation)
        if data["retracted"]:
            return Told(f"{town} har dragit tillbaka ett beslut", "/laget")
        title = f"{town} {_DECIDED[data['kind']]} {self._guidelines.get(data['guideline'], data['guideline'])}"
        facts = _facts(
            data,
            version="Version",
            body="Beslutat av",
            decidedOn="Beslutat",
            paragraph="Paragraf",
            recordNumber="Diarienummer",
            validFrom="Gäller från",
            validUntil="Gäller till och med",
        )
        for each in data["deviations"]:
            until = f" Till och med {each['until']}." if each.get("until") else ""
            said = f"{each['motive']} {each.get('measure') or ''}{until}"
            facts.append((f"Avvikelse från {each['provision']}", said))
        path = f"/riktlinjer/{data['guideline']}#kommun-{event.organisation}"
        return Told(title, path, facts, _texts(("Varför", data["reason"])))

    def _interpretation(self, event: Event, data: dict[str, Any]) -> Told:
        town = self.name(event.organisation)
        word, path = self._terms.get(data["termId"], data["termId"]), f"/begrepp/{data['termId']}"
        if "alignment" not in data:
            return Told(f"{town} har dragit tillbaka sin läsning av {word}", path)
        texts = [("Med kommunens ord", data["wording"])] if data["wording"] else []
        return Told(
            f"Så läser {town} begreppet {word}",
            path,
            [("Mot den gemensamma texten", words.ALIGNMENT[data["alignment"]])],
            [*texts, *_texts(("Varför", data["reason"]))],
        )

    def _readiness(self, event: Event, data: dict[str, Any]) -> Told:
        slug = event.subject.rpartition("/")[2]
        done = sum(item["state"] == "done" for item in data["items"])
        facts = [("Version", data["version"]), ("Förutsättningar som är på plats", f"{done} av {len(data['items'])}")]
        for name, heading in (("needsHelpWith", "Behöver hjälp med"), ("canHelpWith", "Kan hjälpa med")):
            if data[name]:
                facts.append((heading, ", ".join(words.SUPPORT[kind] for kind in data[name])))
        title = f"Så långt har {self.name(event.organisation)} kommit med {self._guidelines.get(slug, slug)}"
        return Told(title, f"/riktlinjer/{slug}", facts)

    def _maturity_result(self, event: Event, data: dict[str, Any]) -> Told:
        town = self.name(event.organisation)
        figure = f"{data['model']} {data['modelVersion']}: {data['dimension']}"
        if data["retracted"]:
            return Told(f"{town} visar inte längre {figure}", "/")
        value = f"{data['value']:.15g}".replace(".", ",")
        facts = [("Värde", f"{value} på skalan {data['scale']}"), *_facts(data, measuredOn="Mätt", source="Källa")]
        return Told(f"{town} i {figure}", "/", facts)

    def _title(self, event: Event) -> str:
        return self._proposals.get(_proposal_of(event), "ett förslag")

    def _target(self, target: dict[str, str]) -> str:
        known = self._guidelines if target["type"] == "guideline" else self._terms
        return known.get(target["id"], target["id"])


_TELLERS: dict[str, Callable[[Teller, Event, dict[str, Any]], Told]] = {
    name: getattr(Teller, f"_{name}")
    for name in (
        *("term", "guideline", "proposal", "round", "statement", "comment", "decision"),
        *("interpretation", "readiness", "maturity_result"),
    )
}
_DECIDED = {
    "adopt": "har antagit",
    "adopt_with_changes": "har med ändringar antagit",
    "decline": "har valt att inte anta",
    "extend": "har förlängt sitt antagande av",
    "repeal": "har upphävt sitt antagande av",
    "under_review": "prövar",
}
_POSITIONS = {key: value[0].lower() + value[1:] for key, value in words.POSITION.items()}


def _word_of(content: dict[str, Any]) -> str:
    labels = [label for label in content["labels"] if label["kind"] == "preferred"]
    found: str = min(labels, key=lambda label: label["language"] != "sv")["value"]
    return found


def _proposal_of(event: Event) -> str:
    collection, _, rest = event.subject.partition("/")
    return rest.partition("/")[0] if collection == "proposals" else ""


def _facts(data: dict[str, Any], **names: str) -> list[tuple[str, str]]:
    return [(told, str(data[name])) for name, told in names.items() if data.get(name)]


def _texts(*given: tuple[str, str | None]) -> list[tuple[str, Texts]]:
    return [(heading, {"sv": text}) for heading, text in given if text]


def _text_of_guideline(content: dict[str, Any]) -> Iterator[tuple[str, Texts]]:
    yield "Syfte", content["purpose"]
    for provision in content["provisions"]:
        yield f"{provision['number']} ({provision['modality']})", provision["text"]

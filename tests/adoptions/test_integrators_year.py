"""A year of a case system, over HTTP: nothing is lost, nothing is doubled, and whoever follows knows all of it."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.tables import CSV, XLSX
from tests.adoptions.documented import DocumentedReceiver, documented_receiver
from tests.adoptions.test_batches import BATCHES, HEAD, faults, lines, results, workbook
from tests.conftest import County, Store, running
from tests.events.test_catch_up import Copy
from tests.examples import DECISION_BODY
from tests.faults.waiting import wait_until
from tests.proposals.acts import amendment, approved

TOWN = "/municipalities/2281"
LANGUAGE, BENEFIT, SUPPORT = "gemensamt-sprak", "behov-och-nytta", "inforande-och-anvandarstod"
PLAIN: dict[str, Any] = {"kind": "adopt", "deviations": [], "reviewDue": None, "validUntil": None, "reason": None}
AGREED: dict[str, Any] = DECISION_BODY | PLAIN | {"decidedOn": "2027-02-10", "validFrom": "2027-02-10"}

pytestmark = pytest.mark.timeout(180)


class Year:
    """Sundsvall's case system, its receiver of webhooks, and what it does from February to December."""

    def __init__(self, county: County, receiver: DocumentedReceiver) -> None:
        self.county = county
        self.receiver = receiver
        self.by = county.token("2281", "integrator")
        self.coordinator = county.token("2281", "coordinator")
        self.first = 0
        self.webhook: dict[str, Any] = {}

    def put(self, number: int, revision: int, **said: Any) -> str:
        body = {**AGREED, **said, "sourceRevision": revision}
        return self._told(self.county.send("PUT", f"{TOWN}/decisions/platina/KS-{number}", body, self.by))

    def retract(self, number: int, revision: int) -> str:
        body = {"retracted": True, "sourceRevision": revision}
        return self._told(self.county.send("PUT", f"{TOWN}/decisions/platina/KS-{number}", body, self.by))

    def batch(self, items: list[dict[str, Any]], **headers: str) -> httpx2.Response:
        return self.county.send("POST", BATCHES, {"source": "platina", "items": items}, self.by, **headers)

    def file(self, content: bytes, kind: str) -> httpx2.Response:
        return self.county.raw("POST", BATCHES, content, self.coordinator, content_type=kind)

    def stand(self, guideline: str, day: str) -> tuple[str, str | None, str | None]:
        """Give status, version and how it stands to the newest version, as the county shows them on a day."""
        path = f"/adoptions?municipality=2281&guideline={guideline}&asOf={day}"
        [found] = self.county.get(path).raise_for_status().json()["items"]
        return found["status"], found["version"], found["versionStatus"]

    def act(self, what: str, body: Any = None) -> dict[str, Any]:
        answer = self.county.send("POST", f"/webhooks/{self.webhook['id']}/{what}", body, self.coordinator)
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    def last(self) -> int:
        return int(self.county.get("/events?limit=1").json()["_meta"]["lastSequence"])

    def _told(self, answer: httpx2.Response) -> str:
        return str(answer.raise_for_status().json()["result"])


@pytest.fixture
def year(store: Store, tmp_path: Any) -> Iterator[Year]:
    url = store.copy()
    with documented_receiver(tmp_path) as receiver:
        host = f"127.0.0.1:{receiver.port}"
        with running(url, deliver=True, outbound_private_hosts=(host,)) as county:
            yield Year(county, receiver)
    store.drop(url)


def item(number: int, revision: int = 1, **said: Any) -> dict[str, Any]:
    return {**AGREED, "externalId": f"KS-{number}", "sourceRevision": revision, **said}


def test_an_integrators_year(year: Year) -> None:
    february_subscribes_and_sends_what_there_is(year)
    march_is_cut_off_and_sends_again(year)
    april_brings_everything_in_disorder(year)
    may_corrects_and_withdraws(year)
    june_loses_its_receiver(year)
    august_changes_the_secret(year)
    september_brings_a_new_version(year)
    november_lets_an_adoption_end(year)
    december_replays_and_starts_from_zero(year)


def february_subscribes_and_sends_what_there_is(year: Year) -> None:
    """Subscribe, and send what there is as a batch, a table and a workbook; each bad row is refused by itself."""
    year.receiver.start()
    sent = {"url": year.receiver.url, "kinds": ["decision.*", "guideline.*"], "organisations": ["2281", "22"]}
    year.webhook = year.county.send("POST", "/webhooks", sent, year.coordinator).raise_for_status().json()
    year.receiver.secret.write_text(year.webhook["secret"])
    assert year.act("test")["taken"]
    year.first = year.last()
    told = year.batch([item(1), item(2, guideline=BENEFIT), item(3, version="9.0"), item(4, minutesUrl="javascript:1")])
    assert results(told) == ["created", "created", "rejected", "rejected"]
    assert faults(told) == [("/version", "unknown-version"), ("/minutesUrl", "wrong-form")]
    row = "KS-5;inforande-och-anvandarstod;1.0;adopt;kommunstyrelse;Kommunstyrelsen;2027-02-10;1"
    told = year.file(b"\xef\xbb\xbf" + lines(HEAD, row, "KS-6;gemensamt-sprak;1.0;adopt"), CSV)
    assert [(each["row"], each["result"]) for each in told.json()["results"]] == [(2, "created"), (3, "rejected")]
    assert results(year.file(workbook([HEAD.split(";"), row.split(";")]), XLSX)) == ["unchanged"]
    assert year.stand(LANGUAGE, "2027-02-10") == ("adopted", "1.0", "current")


def march_is_cut_off_and_sends_again(year: Year) -> None:
    """Send again what was never answered: with its key the answer is the same, without it nothing changes."""
    before = year.last()
    items = [item(number, guideline=BENEFIT, kind="under_review") for number in range(10, 20)]
    first = year.batch(items[:5], idempotency_key="natt-1")
    assert year.batch(items[:5], idempotency_key="natt-1").json() == first.json()
    assert results(year.batch(items)) == ["unchanged"] * 5 + ["created"] * 5
    assert results(year.batch(items, idempotency_key="natt-2")) == ["unchanged"] * 10
    assert year.batch(items[:4], idempotency_key="natt-1").status_code == 422
    assert year.last() == before + 10


def april_brings_everything_in_disorder(year: Year) -> None:
    """Send old news, in whatever way and however often: it changes nothing."""
    assert year.put(20, 3, guideline=SUPPORT, reason="Tredje.") == "created"
    stood, before = year.stand(SUPPORT, "2027-06-01"), year.last()
    assert [year.put(20, revision, guideline=SUPPORT, kind="decline") for revision in (1, 2)] == ["stale"] * 2
    overlapping = [item(20, 2, guideline=SUPPORT), item(20, 3, guideline=SUPPORT, reason="Tredje.")]
    assert results(year.batch(overlapping)) == ["stale", "unchanged"]
    assert (year.stand(SUPPORT, "2027-06-01"), year.last()) == (stood, before)
    [conflict] = year.batch([item(20, 3, guideline=SUPPORT, reason="En annan tredje.")]).json()["results"]
    assert conflict["problem"]["status"] == 409


def may_corrects_and_withdraws(year: Year) -> None:
    """Correct by a higher revision, withdraw by a retraction; every word of it is kept."""
    deviation = {"provision": "1.3", "motive": "Stödet är inte upphandlat.", "until": "2027-09-30"}
    assert year.put(1, 2, kind="adopt_with_changes", deviations=[deviation]) == "updated"
    assert year.stand(LANGUAGE, "2027-06-01")[0] == "adopted_with_changes"
    for day, expired in (("2027-09-30", False), ("2027-10-01", True)):
        listed = year.county.get(f"/deviations?municipality=2281&guideline={LANGUAGE}&asOf={day}").json()["items"]
        assert [each["expired"] for each in listed if each["motive"] == deviation["motive"]] == [expired]
    for number in range(10, 20):
        assert year.retract(number, 2) == "updated"
    assert year.stand(BENEFIT, "2027-06-01")[0] == "adopted"
    said = year.county.get(f"{TOWN}/decisions/platina/KS-1/revisions").json()["items"]
    assert [each["sourceRevision"] for each in said] == [2, 1]


def june_loses_its_receiver(year: Year) -> None:
    """Stop the receiver: whatever happens while it is away comes when it is back."""
    year.receiver.wait_for(year.last())
    year.receiver.stop()
    for number in range(30, 36):
        year.put(number, 1, guideline=BENEFIT)
    wait_until(lambda: _pending(year) != [], "a delivery that waits")
    year.receiver.start()
    assert year.act("test")["taken"]
    year.receiver.wait_for(year.last())


def august_changes_the_secret(year: Year) -> None:
    """Change the secret: two sign until the old one is revoked, and the receiver has one of them at any time."""
    second = year.act("secrets")
    year.put(40, 1, guideline=BENEFIT)
    year.receiver.wait_for(year.last())
    year.receiver.secret.write_text(second["secret"])
    year.put(40, 2, guideline=BENEFIT, reason="Rättat.")
    year.receiver.wait_for(year.last())
    [old] = [each["id"] for each in year.webhook["secrets"]]
    gone = year.county.send("DELETE", f"/webhooks/{year.webhook['id']}/secrets/{old}", None, year.coordinator)
    assert gone.is_success
    assert year.act("test")["taken"]


def september_brings_a_new_version(year: Year) -> None:
    """Ask anew by a major version: the adoption stands, is behind, and a decision waits until it is taken."""
    approved(year.county, amendment(year.county, changeKind="major"), inForceFrom="2027-09-01")
    assert year.stand(LANGUAGE, "2027-08-31")[2] == "current"
    assert year.stand(LANGUAGE, "2027-09-01") == ("adopted_with_changes", "1.0", "major_behind")
    assert _waiting(year) == [f"guidelines/{LANGUAGE}/versions/2.0"]
    assert year.put(50, 1, version="2.0", decidedOn="2027-09-20", validFrom="2027-10-01") == "created"
    assert year.stand(LANGUAGE, "2027-09-30") == ("adopted_with_changes", "1.0", "major_behind")
    assert year.stand(LANGUAGE, "2027-10-01") == ("adopted", "2.0", "current")
    assert _waiting(year) == []


def november_lets_an_adoption_end(year: Year) -> None:
    """Let an adoption with a last day lapse on the day after, by no job, and take it back by an extension."""
    year.put(60, 1, guideline=SUPPORT, decidedOn="2027-10-01", validFrom="2027-10-01", validUntil="2027-11-30")
    assert [year.stand(SUPPORT, day)[0] for day in ("2027-11-30", "2027-12-01")] == ["adopted", "lapsed"]
    extension = {"kind": "extend", "decidedOn": "2027-11-20", "validFrom": "2027-11-20", "validUntil": "2028-12-31"}
    year.put(61, 1, guideline=SUPPORT, **extension)
    assert year.stand(SUPPORT, "2027-12-01")[0] == "adopted"


def december_replays_and_starts_from_zero(year: Year) -> None:
    """Find that the receiver has proven every event once, and that a copy of the feed alone is what is shown."""
    year.receiver.wait_for(year.last())
    told = year.receiver.told()
    listed = year.county.get(f"/events?after={year.first}&limit=1000&kinds=decision.*,guideline.*").json()["items"]
    assert sorted(told, key=lambda each: each[1]) == [(e["kind"], e["sequence"], e["subject"]) for e in listed]
    year.act("replays", {"after": year.first})
    wait_until(lambda: _pending(year) == [], "all that is replayed")
    assert year.receiver.told() == told, "what it knows by its id it takes once"
    assert _statuses(year) == {"delivered"}
    copy = Copy()
    copy.catch_up(year.county)
    assert copy.bundle_hash() == year.county.get("/glossary").json()["contentHash"]
    shown = year.county.get(f"{TOWN}/decisions?limit=100").json()["items"]
    assert {each["id"]: each for each in shown} == {
        name: decision for name, decision in copy.decisions.items() if decision["municipality"] == "2281"
    }


def _waiting(year: Year) -> list[str]:
    """Name the versions of the guideline that wait for a decision of Sundsvall."""
    tasks = year.county.get(f"{TOWN}/tasks?limit=100", year.coordinator).raise_for_status().json()["items"]
    return [task["subject"] for task in tasks if task["kind"] == "decision_needed" and LANGUAGE in task["subject"]]


def _pending(year: Year) -> list[dict[str, Any]]:
    address = f"/webhooks/{year.webhook['id']}/deliveries?status=pending"
    items: list[dict[str, Any]] = year.county.get(address, year.coordinator).raise_for_status().json()["items"]
    return items


def _statuses(year: Year) -> set[str]:
    address = f"/webhooks/{year.webhook['id']}/deliveries?limit=100"
    return {each["status"] for each in year.county.get(address, year.coordinator).raise_for_status().json()["items"]}

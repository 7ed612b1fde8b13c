"""From a change to the receiver: signed, in order, once, and written down."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from standardwebhooks import Webhook, WebhookVerificationError

from tests.conftest import County, Store, running
from tests.edge.desk import check_problem
from tests.examples import DECISION_BODY
from tests.proposals.acts import amendment, draft
from tests.webhooks.conftest import Json, Post
from tests.webhooks.receiver import Answer


def test_what_happens_is_sent_signed_and_written_down(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    sequence = post.happen()
    [got] = post.receiver.wait_for(1)
    got.verify(webhook["secret"])
    [told] = post.county.get(f"/events?after={sequence - 1}").json()["items"]
    assert got.told == {"type": told["kind"], "timestamp": told["occurredAt"], "stream": "public", "data": told}
    assert (got.id, got.headers["content-type"]) == (told["id"], "application/json")
    post.receiver.stays_at(1)
    [delivery] = post.deliveries(webhook)
    assert (delivery["status"], delivery["sequence"], delivery["eventId"]) == ("delivered", sequence, got.id)
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["reason"], delivery["nextAttemptAt"]) == (204, None, None)


def test_a_signature_proves_the_very_bytes_and_the_id(post: Post) -> None:
    webhook = post.subscribe()
    post.happen()
    [got] = post.receiver.wait_for(1)
    signer = Webhook(webhook["secret"])
    for body, headers in ((got.body + b" ", got.headers), (got.body, got.headers | {"webhook-id": "other"})):
        with pytest.raises(WebhookVerificationError):
            signer.verify(body, headers)


def test_a_webhook_gets_what_it_asks_for_and_only_from_then_on(post: Post) -> None:
    post.happen()
    post.subscribe(kinds=["guideline.*", "decision.recorded"], organisations=["2260"])
    other = post.subscribe(kinds=["term.*"])
    post.happen(3)
    address, token = "/municipalities/2260/decisions/prov/1", post.county.token("2260", "integrator")
    post.county.send("PUT", address, DECISION_BODY, token).raise_for_status()
    post.receiver.wait_for(1)
    post.receiver.stays_at(1)
    assert post.receiver.got[0].told["data"]["organisation"] == "2260"
    # What it does not ask for is behind it all the same.
    assert post.read(other)["sequence"] == post.receiver.sequences[0]


def test_events_come_in_order_and_each_once(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    last = post.happen(60, subject="ett")
    post.receiver.wait_for(60)
    post.receiver.stays_at(60)
    assert post.receiver.sequences == list(range(last - 59, last + 1))
    assert {one["status"] for one in post.deliveries(webhook)} == {"delivered"}


def test_events_of_several_subjects_are_in_order_for_each(post: Post) -> None:
    post.receiver.answer = lambda _got: Answer(after=random.uniform(0, 0.02))
    post.subscribe(kinds=["decision.*"])
    for _ in range(10):
        for subject in "abcdef":
            post.happen(subject=subject)
    got = post.receiver.wait_for(60)
    for subject in "abcdef":
        of_one = [each.sequence for each in got if each.told["data"]["subject"].endswith(f"/{subject}")]
        assert of_one == sorted(of_one)
        assert len(of_one) == 10


def test_an_own_stream_is_sent_to_its_organisation_alone(post: Post) -> None:
    timra = post.county.token("2262", "coordinator")
    for stream in ("public", "2262"):
        post.subscribe(timra, stream=stream, kinds=["proposal.*"])
    own = post.subscribe(stream="2281", kinds=["proposal.*"])
    draft(post.county, post.county.token("2281"))
    [got] = post.receiver.wait_for(1)
    post.receiver.stays_at(1)
    got.verify(own["secret"])
    assert (got.told["stream"], got.told["type"]) == ("2281", "proposal.drafted")


def test_a_webhook_of_the_own_stream_tells_of_itself(post: Post) -> None:
    webhook = post.subscribe(stream="2281", kinds=["webhook.*"])
    [got] = post.receiver.wait_for(1)
    assert (got.told["type"], got.told["data"]["subject"]) == ("webhook.created", f"webhooks/{webhook['id']}")
    post.receiver.stays_at(1)


def test_the_tables_themselves_refuse_anothers_stream(post: Post) -> None:
    webhook = post.subscribe()
    change = sa.text("UPDATE webhook SET stream = '2260' WHERE id = :id")
    with pytest.raises(sa.exc.IntegrityError), post.county.app.state.database.writer.begin() as connection:
        connection.execute(change, {"id": webhook["id"]})


def test_both_secrets_sign_while_one_takes_the_place_of_the_other(post: Post) -> None:
    webhook = post.subscribe()
    second = post.act(webhook, "secrets").json()
    post.happen()
    [got] = post.receiver.wait_for(1)
    for secret in (webhook["secret"], second["secret"]):
        got.verify(secret)
    old = webhook["secrets"][0]["id"]
    post.county.send("DELETE", f"/webhooks/{webhook['id']}/secrets/{old}", None, post.sundsvall).raise_for_status()
    post.happen()
    got = post.receiver.wait_for(2)[1]
    got.verify(second["secret"])
    with pytest.raises(WebhookVerificationError):
        got.verify(webhook["secret"])


def test_one_event_is_sent_again_under_the_id_that_it_had(post: Post) -> None:
    webhook = post.subscribe()
    sequence = post.happen()
    [first] = post.receiver.wait_for(1)
    post.receiver.stays_at(1, 0.2)
    for count, body in enumerate(({"sequence": sequence}, {"event": first.id}), 2):
        told = post.act(webhook, "replays", body).raise_for_status().json()
        assert (told["first"], told["last"]) == (sequence, sequence)
        again = post.receiver.wait_for(count)[-1]
        assert (again.id, again.body) == (first.id, first.body)
        post.receiver.stays_at(count, 0.2)
    [delivery] = post.deliveries(webhook)
    assert (delivery["tries"], len(delivery["attempts"])) == (1, 3)


def test_all_after_a_sequence_are_sent_again_even_those_from_before_it_was_made(post: Post) -> None:
    webhook = post.subscribe(kinds=["guideline.published", "decision.*"])
    last = post.happen()
    post.receiver.wait_for(1)
    told = post.act(webhook, "replays", {"after": 0}).raise_for_status().json()
    assert (told["first"], told["last"]) == (1, last)
    wanted = post.county.get("/events?kinds=guideline.published,decision.*&limit=1000").json()["items"]
    post.receiver.wait_for(1 + len(wanted))
    post.receiver.stays_at(1 + len(wanted))
    assert sorted(post.receiver.sequences[1:]) == [one["sequence"] for one in wanted]
    assert len({got.id for got in post.receiver.got}) == len(wanted)


def test_one_that_was_stopped_goes_on_where_it_was(post: Post) -> None:
    webhook = post.subscribe()
    post.change(webhook, disabled=True).raise_for_status()
    last = post.happen(3)
    post.receiver.stays_at(0)
    post.change(webhook, disabled=False).raise_for_status()
    post.receiver.wait_for(3)
    assert sorted(post.receiver.sequences) == [last - 2, last - 1, last]


def test_a_deleted_webhook_gets_nothing_more(post: Post) -> None:
    webhook = post.subscribe()
    etag = f'"{webhook["revision"]}"'
    post.county.send("DELETE", f"/webhooks/{webhook['id']}", None, post.sundsvall, if_match=etag).raise_for_status()
    post.happen()
    post.receiver.stays_at(0)


def test_a_slow_receiver_delays_nobody_else(post: Post) -> None:
    slow = f"{post.receiver.url}/slow"
    post.receiver.answer = lambda got: Answer(after=3 if got.path.endswith("/slow") else 0)
    for _ in range(5):
        post.subscribe(url=slow)
    post.subscribe()
    began = time.monotonic()
    post.happen(5)
    while len([got for got in post.receiver.got if got.path == "/in"]) < 5:
        assert time.monotonic() - began < 2.5
        time.sleep(0.01)


@pytest.fixture
def alone(store: Store) -> Iterator[County]:
    """Give a county in which nobody but those who ask uses the database."""
    url = store.copy()
    with running(url, deliver=False) as county:
        yield county
    store.drop(url)


def test_a_write_knows_nothing_of_a_hundred_subscribers(alone: County) -> None:
    for code in ("2260", "2262", "2280", "2281", "2282"):
        for _ in range(20):
            body: Json = {"url": "https://arenden.example/in"}
            alone.send("POST", "/webhooks", body, alone.token(code, "coordinator")).raise_for_status()
    statements: list[str] = []

    @event.listens_for(alone.app.state.database.writer, "before_cursor_execute")
    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    token, body = alone.token("2281", "integrator"), {"retracted": True, "sourceRevision": 1}
    alone.send("PUT", "/municipalities/2281/decisions/prov/1", body, token).raise_for_status()
    assert any("event" in each for each in statements)
    assert not [each for each in statements if "webhook" in each or "delivery" in each]


def test_what_was_proposed_is_sent_when_it_is_public_and_not_before(post: Post) -> None:
    post.subscribe(kinds=["proposal.*"])
    county, editor = post.county, post.county.token("2281")
    made = county.send("POST", "/proposals", amendment(county), editor).raise_for_status()
    post.receiver.stays_at(0)
    address = f"/proposals/{made.json()['id']}/transitions"
    county.send("POST", address, {"action": "submit"}, editor, if_match='"1"').raise_for_status()
    assert post.receiver.wait_for(1)[0].told["type"] == "proposal.submitted"


def test_a_slow_receiver_is_tested_once_at_a_time(post: Post) -> None:
    webhook = post.subscribe()
    post.receiver.answer = lambda _got: Answer(after=1.5)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(post.act, webhook, "test")
        post.receiver.wait_for(1)
        assert post.county.app.state.tests_under_way == {"2281"}
        check_problem(post.act(webhook, "test"), 429, "too-many-requests")
        assert first.result().json()["taken"]
    post.receiver.answer = lambda _got: Answer()
    assert post.act(webhook, "test").json()["taken"]

"""From a change to the receiver: signed, in order, once, and written down."""

from tests.webhooks.conftest import Post


def test_what_happens_is_sent_signed_and_written_down(post: Post) -> None:
    webhook = post.subscribe(kinds=["decision.*"])
    sequence = post.happen()
    [got] = post.receiver.wait_for(1)
    got.verify(webhook["secret"])
    told = got.told
    feed = post.county.get(f"/events?after={sequence - 1}").json()["items"]
    assert told == {
        "type": "decision.recorded",
        "timestamp": feed[0]["occurredAt"],
        "stream": "public",
        "data": feed[0],
    }
    assert got.id == feed[0]["id"]
    post.receiver.stays_at(1)
    [delivery] = post.deliveries(webhook)
    assert (delivery["status"], delivery["sequence"], delivery["eventId"]) == ("delivered", sequence, got.id)
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["reason"], delivery["nextAttemptAt"]) == (204, None, None)

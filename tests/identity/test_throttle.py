"""Failures at the token endpoint: they are counted, they wait, and nobody else waits for them."""

from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import sqlalchemy as sa
import time_machine

from api.edge.rate_limits import Limits
from api.identity import clients
from api.identity.throttle import Throttle
from api.settings import Settings
from tests.conftest import County
from tests.identity.registry import EC_KEY, P256, ask, assertion, made, present
from tests.identity.test_tokens import STRANGER

pytestmark = pytest.mark.usefixtures("early_in_a_minute")

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_who_fails_often_waits_and_nobody_else(county: County) -> None:
    client, other = made(county), made(county)
    assert [ask(county, client, "wrong").status_code for _ in range(10)] == [401] * 10
    refusal = ask(county, client)
    assert (refusal.status_code, refusal.json()["error"]) == (429, "slow_down")
    assert 1 <= int(refusal.headers["retry-after"]) <= 60
    assert refusal.headers["cache-control"] == "no-store"
    assert ask(county, other).status_code == 200


def test_an_address_that_fails_under_ever_new_names_waits(county: County) -> None:
    client = made(county)
    answers = [ask(county, {"clientId": f"nobody-{n}"}, "wrong").status_code for n in range(60)]
    assert answers == [401] * 60
    assert ask(county, client).status_code == 429


def test_success_never_locks_anyone_out(county: County) -> None:
    by_secret, by_key = made(county), made(county, publicKeys=[EC_KEY])
    assert {ask(county, by_secret).status_code for _ in range(70)} == {200}
    signed = (assertion(by_key["clientId"], county.settings.token_url, P256) for _ in range(20))
    assert {present(county, each, client_id=by_key["clientId"]).status_code for each in signed} == {200}


def test_a_request_that_is_no_request_is_no_failure(county: County) -> None:
    client = made(county)
    said = {"client_id": client["clientId"], "client_secret": client["clientSecret"]}
    for form in ({"grant_type": "password"}, {"grant_type": "client_credentials", "scope": "all"}, {}):
        for _ in range(11):
            assert county.client.post("/oauth2/token", data=said | form).status_code == 400
    assert ask(county, client).status_code == 200


def waits(throttle: Throttle, failures: list[tuple[str, str]], address: str, client_id: str) -> int:
    async def play() -> int:
        for failure in failures:
            await throttle.count_failure(*failure)
        return await throttle.wait(address, client_id)

    return anyio.run(play)


def test_a_client_is_not_shut_out_by_a_stranger_who_knows_its_id() -> None:
    throttle = Throttle(Limits(Settings()))
    assert waits(throttle, [(THERE, "a")] * 10, THERE, "a") > 0
    assert waits(throttle, [], HERE, "a") == 0
    assert waits(throttle, [], THERE, "b") == 0


def test_two_minutes_later_all_is_forgiven() -> None:
    throttle = Throttle(Limits(Settings()))
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert 1 <= waits(throttle, [(HERE, "a")] * 10, HERE, "a") <= 60
        clock.shift(121)
        assert waits(throttle, [], HERE, "a") == 0


@pytest.mark.parametrize("address", ["valkey://127.0.0.1", "memory://", "async+redis://127.0.0.1", ""])
def test_another_store_is_refused_when_the_settings_are_read(address: str) -> None:
    with pytest.raises(ValueError, match="limits_url"):
        Settings(limits_url=address)


@pytest.fixture
def counted(county: County, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Count the questions to the database and the comparisons of secrets."""
    found = {"queries": 0, "comparisons": 0}
    compare = clients.hmac.compare_digest

    def ask_database(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # Of clients alone: once a second the program asks for what others have written.
        found["queries"] += statement.startswith("SELECT") and "client" in statement

    def compare_digest(one: str, another: str) -> bool:
        found["comparisons"] += 1
        return compare(one, another)

    engine = county.app.state.database.reader
    sa.event.listen(engine, "before_cursor_execute", ask_database)
    monkeypatch.setattr(clients.hmac, "compare_digest", compare_digest)
    yield found
    sa.event.remove(engine, "before_cursor_execute", ask_database)


def test_every_refusal_takes_the_same_work_and_gets_the_same_answer(county: County, counted: dict[str, int]) -> None:
    token = county.token("2281", "coordinator")
    client, rotating, disabled, by_key = made(county), made(county), made(county), made(county, publicKeys=[EC_KEY])
    county.send("POST", f"/clients/{rotating['clientId']}/secrets", None, token).raise_for_status()
    address = f"/clients/{disabled['clientId']}"
    county.send("PATCH", address, {"disabled": True}, token, if_match='"1"').raise_for_status()
    seen = set()
    nobody = {"clientId": "nobody"}
    for asked, secret in (
        (client, "wrong"),
        (rotating, "wrong"),
        (nobody, "wrong"),
        ({"clientId": "\0"}, "wrong"),
        (by_key, "wrong"),
        (disabled, "wrong"),
        (disabled, disabled["clientSecret"]),
    ):
        counted.update(queries=0, comparisons=0)
        answer = ask(county, asked, secret)
        seen.add((answer.status_code, answer.text, *sorted(counted.items())))
    assert [(status, *rest) for status, _text, *rest in seen] == [(401, ("comparisons", 2), ("queries", 2))]


def test_every_refused_assertion_takes_the_same_questions(county: County, counted: dict[str, int]) -> None:
    by_secret, by_key = made(county), made(county, publicKeys=[EC_KEY])
    seen = set()
    for client_id in (by_secret["clientId"], by_key["clientId"], "nobody"):
        counted.update(queries=0)
        answer = present(county, assertion(client_id, county.settings.token_url, STRANGER))
        seen.add((answer.status_code, answer.text, counted["queries"]))
    assert [(status, queries) for status, _text, queries in seen] == [(401, 1)]

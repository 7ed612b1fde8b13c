"""A client's secrets: changed without a pause, never lost in silence, and nowhere but in one answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa

from api.clock import now
from db.clients import find_client, note_last_use
from db.session import reading, transaction
from tests.conftest import County, Store, logged_after, serving
from tests.edge.desk import check_problem
from tests.identity.registry import (
    EC384_KEY,
    EC_KEY,
    RSA_KEY,
    SCOPES,
    ask,
    by,
    change,
    events,
    everything_stored,
    made,
    of_the_operator,
)

BY_KEY = {"publicKeys": [EC_KEY]}


def test_a_disabled_client_gets_no_token_until_it_is_enabled(county: County) -> None:
    client = made(county)
    told = change(county, client, "2281 coordinator", disabled=True).json()
    assert told["disabled"]
    assert told["disabledAt"]
    assert ask(county, client).status_code == 401
    assert change(county, client, "2281 coordinator", disabled=False).json()["disabledAt"] is None
    assert ask(county, client).status_code == 200
    assert [event["kind"] for event in events(county)] == ["client.created", "client.disabled", "client.enabled"]


def test_a_secret_is_changed_without_a_pause(county: County) -> None:
    client, token = made(county), by(county, "2281 coordinator")
    address = f"/clients/{client['clientId']}/secrets"
    answer = county.send("POST", address, None, token)
    second = answer.json()["clientSecret"]
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert [ask(county, client, secret).status_code for secret in (client["clientSecret"], second)] == [200, 200]
    check_problem(county.send("POST", address, None, token), 409, "conflict")

    old = client["secrets"][0]["id"]
    for _twice in range(2):
        left = county.send("DELETE", f"{address}/{old}", None, token)
        assert left.status_code == 200
        assert [secret["id"] for secret in left.json()["secrets"]] == [answer.json()["id"]]
    assert [ask(county, client, secret).status_code for secret in (client["clientSecret"], second)] == [401, 200]
    kinds = [event["kind"] for event in events(county)]
    assert kinds == ["client.created", "client.secret_added", "client.secret_revoked"]


def test_the_last_secret_is_not_lost_in_silence(county: County) -> None:
    client = made(county)
    address = f"/clients/{client['clientId']}/secrets/{client['secrets'][0]['id']}"
    refusal = county.send("DELETE", address, None, by(county, "2281 coordinator"))
    assert "disable" in check_problem(refusal, 409, "last-credential")["detail"]
    assert ask(county, client).status_code == 200
    assert change(county, client, "2281 coordinator", **BY_KEY).status_code == 200
    assert county.send("DELETE", address, None, by(county, "2281 coordinator")).json()["secrets"] == []
    assert ask(county, client).status_code == 401
    check_problem(change(county, client, "2281 coordinator", publicKeys=[]), 409, "last-credential")


def test_a_client_with_a_key_has_no_weaker_door(county: County) -> None:
    client = made(county, publicKeys=[EC_KEY, EC384_KEY, RSA_KEY])
    assert (client["clientSecret"], client["secrets"]) == (None, [])
    assert client["publicKeys"] == [key | {"use": "sig"} for key in (EC_KEY, EC384_KEY, RSA_KEY)]
    read = county.get(f"/clients/{client['clientId']}", by(county, "2281 coordinator")).json()
    assert change(county, client, "2281 coordinator", publicKeys=read["publicKeys"]).status_code == 200
    assert "".join(events(county)[0]["data"]["keys"]) == "onetwothree"


def test_a_replay_does_not_show_the_secret_again(county: County) -> None:
    token, sent = by(county, "2281 coordinator"), {"name": "Diariet", "scopes": SCOPES}
    first, again = (county.send("POST", "/clients", sent, token, Idempotency_Key="a-1") for _ in range(2))
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == first.json() | {"clientSecret": None, "secretShown": True}
    address = f"/clients/{first.json()['clientId']}/secrets"
    added, replayed = (county.send("POST", address, None, token, Idempotency_Key="b-1") for _ in range(2))
    assert replayed.json() == added.json() | {"clientSecret": None, "secretShown": True}
    assert [ask(county, first.json(), answer.json()["clientSecret"]).status_code for answer in (first, added)] == [
        200
    ] * 2
    stored = everything_stored(county)
    for answer in (first, added):
        assert answer.json()["clientSecret"] not in stored


def test_a_secret_stands_in_one_answer_and_nowhere_else(county: County) -> None:
    place = len(logged_after(0).encode())
    token = by(county, "2281 coordinator")
    client = made(county)
    second = county.send("POST", f"/clients/{client['clientId']}/secrets", {}, token).json()["clientSecret"]
    ask(county, client)
    ask(county, client, second + "x")
    change(county, client, "2281 coordinator", name="Annat")
    logged = logged_after(place)
    assert "/clients" in logged
    seen = [everything_stored(county), logged, repr(events(county))]
    seen += [county.get(path, token).text for path in ("/clients", f"/clients/{client['clientId']}")]
    assert [text for text in seen for secret in (client["clientSecret"], second) if secret in text] == []


def test_each_change_is_told_with_who_and_without_a_name(county: County) -> None:
    anna, berit = (county.token("2281", "coordinator", name) for name in ("anna", "berit"))
    client = made(county, anna)
    address = f"/clients/{client['clientId']}"
    county.send("PATCH", address, {"name": "Annat"}, berit, if_match='"1"').raise_for_status()
    county.send("POST", f"{address}/secrets", None, anna).raise_for_status()
    told = [event["data"] for event in events(county)]
    authors = [data["by"]["author"] for data in told]
    assert authors[0] == authors[2] != authors[1]
    assert {data["by"]["organisation"] for data in told} == {"2281"}
    assert "anna" not in repr(told)
    assert told[1] | {"by": None} == {
        "id": client["clientId"],
        "name": "Annat",
        "scopes": SCOPES,
        "keys": [],
        "disabled": False,
        "by": None,
    }
    of_the_operator(county, "2281", "events:read")
    assert events(county)[-1]["data"]["by"] == {"organisation": None, "author": "operator"}


def test_the_county_is_seen_in_the_stream_of_the_municipality(county: County) -> None:
    made(county, by(county, "22 county_admin"), organisation="2260")
    [event] = events(county, "2260")
    assert event["data"]["by"]["organisation"] == "22"


def test_last_use_is_written_later_and_never_back(county: County) -> None:
    client = made(county)
    address, token = f"/clients/{client['clientId']}", by(county, "2281 coordinator")
    ask(county, client)
    assert county.get(address, token).json()["lastUsedAt"] is None
    county.app.state.last_use.try_to_write()
    written = county.get(address, token)
    assert written.json()["lastUsedAt"]
    assert written.json()["revision"] == 1
    with transaction(county.app.state.database) as tx:
        note_last_use(tx, {client["clientId"]: now() - timedelta(days=1)})
    assert county.get(address, token).json() == written.json()


def test_what_cannot_be_written_is_written_the_next_time(county: County) -> None:
    client, last_use = made(county), county.app.state.last_use
    ask(county, client)
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("ALTER TABLE client RENAME TO hidden"))
    last_use.try_to_write()
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("ALTER TABLE hidden RENAME TO client"))
    last_use.write_each_minute()  # not yet
    last_use.try_to_write()
    with reading(county.app.state.database) as session:
        found = find_client(session, client["clientId"])
    assert found is not None
    assert found.last_used_at is not None


def test_a_token_does_not_wait_for_who_changes_the_client(county: County) -> None:
    client = made(county)
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE client SET name = 'Under ändring'"))
        assert ask(county, client).status_code == 200


def test_of_secrets_added_at_once_there_are_never_more_than_two(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        client, token = made(county), by(county, "2281 coordinator")
        address = f"/clients/{client['clientId']}/secrets"
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: county.send("POST", address, None, token), range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        # Of two that revoke one each at once, one is left.
        secrets = county.get(f"/clients/{client['clientId']}", token).json()["secrets"]
        with ThreadPoolExecutor(2) as threads:
            ends = threads.map(lambda secret: county.send("DELETE", f"{address}/{secret['id']}", None, token), secrets)
            assert sorted(answer.status_code for answer in ends) == [200, 409]
    store.drop(url)

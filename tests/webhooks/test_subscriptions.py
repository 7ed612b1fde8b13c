"""Webhooks are made, changed, given new secrets and deleted, each organisation its own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.identity.issuing import issue_token
from api.outbound.calls import Outbound
from tests.conftest import County, Store, logged_after, running
from tests.edge.desk import check_problem
from tests.webhooks.conftest import Json, Post

URL = "https://arenden.sundsvall.example/samsprak"
NEVER = "0193f0a0-7a1e-7c3b-9d2f-5b1c2d3e4f50"


def made(county: County, who: str = "2281 coordinator", **body: Any) -> Json:
    answer = county.send("POST", "/webhooks", {"url": URL, **body}, county.token(*who.split()))
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def test_a_webhook_is_made_read_and_listed(county: County) -> None:
    token = county.token("2281", "coordinator")
    body = {"url": URL, "kinds": ["decision.*"], "organisations": ["2260"], "description": "Ärendesystemet"}
    answer = county.send("POST", "/webhooks", body, token)
    webhook = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"].endswith(f"/webhooks/{webhook['id']}")
    assert answer.headers["cache-control"] == "no-store"
    assert webhook.items() >= body.items()
    assert (webhook["organisation"], webhook["stream"], webhook["sequence"]) == ("2281", "public", 118)
    assert webhook["secret"].startswith("whsec_")
    read = county.get(f"/webhooks/{webhook['id']}", token)
    assert read.headers["etag"].startswith('"1.')
    assert webhook == read.json() | {"secret": webhook["secret"], "secretShown": False}
    other = made(county)
    listed = county.get("/webhooks", token).json()
    assert [one["id"] for one in listed["items"]] == [other["id"], webhook["id"]]
    assert (other["kinds"], other["organisations"], other["description"]) == (None, None, None)


def test_a_secret_stands_in_one_answer_and_in_no_log_event_or_replay(county: County) -> None:
    place = len(logged_after(0).encode())
    token, body = county.token("2281", "coordinator"), {"url": URL}
    first, again = (county.send("POST", "/webhooks", body, token, Idempotency_Key="a") for _ in range(2))
    assert again.json() == first.json() | {"secret": None, "secretShown": True}
    address = f"/webhooks/{first.json()['id']}"
    added, replayed = (county.send("POST", f"{address}/secrets", None, token, Idempotency_Key="b") for _ in range(2))
    assert replayed.json() == added.json() | {"secret": None, "secretShown": True}
    seen = [county.get(path, token).text for path in ("/webhooks", address, "/events?stream=2281")]
    for answer in (first, added):
        assert not [text for text in (*seen, logged_after(place)) if answer.json()["secret"] in text]


def test_a_change_needs_the_etag_and_what_is_left_out_stays(county: County) -> None:
    webhook, token = made(county, kinds=["term.*"]), county.token("2281", "coordinator")
    address = f"/webhooks/{webhook['id']}"
    assert county.send("PATCH", address, {"kinds": None}, token).status_code == 428
    assert county.send("PATCH", address, {"kinds": None}, token, if_match='"7"').status_code == 412
    changed = county.send("PATCH", address, {"kinds": None, "description": "Ny"}, token, if_match='"1"').json()
    assert (changed["kinds"], changed["description"], changed["url"], changed["revision"]) == (None, "Ny", URL, 2)
    again = county.send("PATCH", address, {"description": "Ny"}, token, if_match='"2"')
    assert again.json() == changed, "nothing was to be changed"


def test_a_webhook_is_stopped_and_goes_on(county: County) -> None:
    webhook, token = made(county), county.token("2281", "coordinator")
    address = f"/webhooks/{webhook['id']}"
    stopped = county.send("PATCH", address, {"disabled": True}, token, if_match='"1"').json()
    assert (stopped["disabled"], stopped["disabledFor"]) == (True, "by_hand")
    assert stopped["disabledAt"]
    on = county.send("PATCH", address, {"disabled": False}, token, if_match='"2"').json()
    assert (on["disabled"], on["disabledFor"], on["disabledAt"]) == (False, None, None)


def test_a_deleted_webhook_is_as_if_it_never_was(county: County) -> None:
    webhook, token = made(county), county.token("2281", "coordinator")
    address = f"/webhooks/{webhook['id']}"
    assert county.send("DELETE", address, None, token).status_code == 428
    gone = county.send("DELETE", address, None, token, if_match='"1"')
    assert (gone.status_code, gone.json()["id"]) == (200, webhook["id"])
    assert county.get(address, token).status_code == 404
    assert county.get("/webhooks", token).json()["items"] == []


def test_a_secret_is_changed_and_never_the_last_one_lost(county: County) -> None:
    webhook, token = made(county), county.token("2281", "coordinator")
    address = f"/webhooks/{webhook['id']}/secrets"
    old = webhook["secrets"][0]["id"]
    check_problem(county.send("DELETE", f"{address}/{old}", None, token), 409, "last-secret")
    second = county.send("POST", address, None, token)
    assert second.status_code == 201
    check_problem(county.send("POST", address, None, token), 409, "conflict")
    for _twice in range(2):
        left = county.send("DELETE", f"{address}/{old}", None, token).json()
        assert [one["id"] for one in left["secrets"]] == [second.json()["id"]]
    assert left["revision"] == 3


def test_each_change_is_told_in_the_organisations_own_stream(county: County) -> None:
    before = county.get("/events").json()["_meta"]["lastSequence"]
    webhook, token = made(county), county.token("2281", "coordinator")
    address = f"/webhooks/{webhook['id']}"
    county.send("PATCH", address, {"description": "Ny"}, token, if_match='"1"').raise_for_status()
    secret = county.send("POST", f"{address}/secrets", None, token).json()["id"]
    county.send("DELETE", f"{address}/secrets/{secret}", None, token).raise_for_status()
    county.send("PATCH", address, {"disabled": True}, token, if_match='"4"').raise_for_status()
    county.send("PATCH", address, {"disabled": False}, token, if_match='"5"').raise_for_status()
    county.send("POST", f"{address}/replays", {"after": 0}, token).raise_for_status()
    county.send("DELETE", address, None, token, if_match='"6"').raise_for_status()
    events = county.get("/events?stream=2281&kinds=webhook.*", token).json()["items"]
    assert [event["kind"].removeprefix("webhook.") for event in events] == [
        *("created", "changed", "secret_added", "secret_revoked", "disabled", "enabled", "replayed", "deleted")
    ]
    assert {event["subject"] for event in events} == {f"webhooks/{webhook['id']}"}
    assert {event["data"]["by"]["organisation"] for event in events} == {"2281"}
    assert county.get("/events").json()["_meta"]["lastSequence"] == before


OF_OTHERS = [
    ("GET", "", None),
    ("PATCH", "", {"disabled": True}),
    ("DELETE", "", None),
    ("POST", "/secrets", None),
    ("DELETE", f"/secrets/{NEVER}", None),
    ("POST", "/test", None),
    ("GET", "/deliveries", None),
    ("POST", "/replays", {"after": 0}),
]


@pytest.mark.parametrize(("method", "path", "body"), OF_OTHERS)
@pytest.mark.parametrize("who", ["2260 coordinator", "22 county_admin", "2262 integrator"])
def test_another_organisations_webhook_is_as_one_that_never_was(
    offices: tuple[County, Json], method: str, path: str, body: Any, who: str
) -> None:
    county, webhook = offices
    token = county.token(*who.split())
    answer, never = (
        county.send(method, f"/webhooks/{each}{path}", body, token, if_match='"1"') for each in (webhook["id"], NEVER)
    )
    assert (answer.status_code, never.status_code) == (404, 404)
    assert answer.json() | {"instance": ""} == never.json() | {"instance": ""}
    # Other tests make some of this organisation's own.
    own = county.get("/webhooks?limit=100", token).json()["items"]
    assert {each["organisation"] for each in own} <= {who.split(maxsplit=1)[0]}


@pytest.fixture(scope="module")
def offices(store: Store) -> Any:
    url = store.copy()
    with running(url) as county:
        yield county, made(county)
    store.drop(url)


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("it is without TLS", {"url": "http://arenden.example/in"}, "/url", "not-https"),
    ("it is a file", {"url": "file:///etc/passwd"}, "/url", "wrong-form"),
    ("it is no address", {"url": "arenden.example"}, "/url", "wrong-form"),
    ("it has a user", {"url": "https://a:b@arenden.example/"}, "/url", "bad-url"),
    ("it has a fragment", {"url": "https://arenden.example/#a"}, "/url", "bad-url"),
    ("it has a line break", {"url": "https://arenden.example/\r\nX: y"}, "/url", "wrong-form"),
    ("its port is 0", {"url": "https://arenden.example:0/"}, "/url", "bad-url"),
    ("its port is that of mail", {"url": "https://arenden.example:25/"}, "/url", "port"),
    ("its host is in Swedish", {"url": "https://ärenden.example/"}, "/url", "wrong-form"),
    ("it is a number", {"url": "https://10.0.0.1/"}, "/url", "numeric-host"),
    ("it is one long number", {"url": "https://2130706433/"}, "/url", "numeric-host"),
    ("it is IPv6", {"url": "https://[::1]/"}, "/url", "numeric-host"),
    ("it leads into a cloud's inside", {"url": "http://169.254.169.254/latest"}, "/url", "not-https"),
    ("it is this service", {"url": "https://samsprak.test/in"}, "/url", "own-address"),
    ("its name is private", {"url": "https://private.example/"}, "/url", "address"),
    ("its name is private and public", {"url": "https://mixed.example/"}, "/url", "address"),
    ("it is longer than an address", {"url": f"https://arenden.example/{'a' * 2000}"}, "/url", "too-long"),
    ("it is null", {"url": None}, "/url", "string-type"),
    ("a kind is no kind", {"kinds": ["guidelines"]}, "/kinds/0", "wrong-form"),
    ("a kind is all", {"kinds": ["*"]}, "/kinds/0", "wrong-form"),
    ("a kind stands twice", {"kinds": ["term.*", "term.*"]}, "/kinds", "repeated"),
    ("it asks for nothing", {"kinds": []}, "/kinds", "too-short"),
    ("it asks for too much", {"kinds": [f"a.{'b' * n}" for n in range(1, 52)]}, "/kinds", "too-long"),
    ("an organisation is a name", {"organisations": ["Sundsvall"]}, "/organisations/0", "wrong-form"),
    ("the stream is a name", {"stream": "Sundsvall"}, "/stream", "wrong-form"),
    ("its description has two lines", {"description": "a\nb"}, "/description", "line-break"),
    ("it brings a secret", {"secret": "whsec_MTIz"}, "/secret", "unknown-field"),
    ("it names an organisation", {"organisation": "2260"}, "/organisation", "unknown-field"),
]


def resolve(host: str, _port: int) -> Sequence[str]:
    return {"private.example": ["10.1.2.3"], "mixed.example": ["93.184.216.34", "127.0.0.1"]}.get(host, [])


@pytest.mark.parametrize(
    ("changes", "pointer", "code"), [pytest.param(*rest, id=sentence) for sentence, *rest in REFUSED]
)
def test_what_no_webhook_may_be_is_named_and_nothing_is_stored(
    offices: tuple[County, Json], changes: dict[str, Any], pointer: str, code: str
) -> None:
    county, webhook = offices
    county.app.state.outbound = Outbound(resolve=resolve)
    token = county.token("2281", "coordinator")
    answer = county.send("POST", "/webhooks", {"url": URL} | changes, token)
    assert answer.status_code == 422, answer.text
    assert {"pointer": pointer, "code": code}.items() <= answer.json()["errors"][0].items()
    assert answer.json()["errors"][0]["detail"]
    assert county.get("/webhooks", token).json()["_meta"]["totalRecords"] == 1
    if changes.keys() == {"url"}:
        changed = county.send("PATCH", f"/webhooks/{webhook['id']}", changes, token, if_match='"1"')
        assert changed.json()["errors"] == answer.json()["errors"]


@pytest.mark.parametrize("body", [{}, {"stream": "2281"}, {"secret": "a"}, {"disabled": None}, {"url": None}])
def test_a_change_that_is_none_is_refused(offices: tuple[County, Json], body: Json) -> None:
    county, webhook = offices
    token = county.token("2281", "coordinator")
    assert county.send("PATCH", f"/webhooks/{webhook['id']}", body, token, if_match='"1"').status_code == 422


REPLAYS: list[tuple[Json, str, str]] = [
    ({}, "", "one-of"),
    ({"after": 0, "sequence": 1}, "", "one-of"),
    ({"after": -1}, "/after", "greater-than-equal"),
    ({"after": 119}, "/after", "too-late"),
    ({"after": 2**53}, "/after", "less-than-equal"),
    ({"after": "0"}, "/after", "int-type"),
    ({"sequence": 0}, "/sequence", "greater-than-equal"),
    ({"sequence": 119}, "/sequence", "unknown-event"),
    ({"event": NEVER}, "/event", "unknown-event"),
    ({"event": "a"}, "/event", "uuid-parsing"),
    ({"sequence": 1}, "/sequence", "not-subscribed"),
    ({"since": 1}, "/since", "unknown-field"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), REPLAYS)
def test_what_cannot_be_sent_again_is_named(offices: tuple[County, Json], body: Json, pointer: str, code: str) -> None:
    county, _ = offices
    token = county.token("2260", "integrator")
    found = county.get("/webhooks", token).json()["items"]
    webhook = found[0] if found else made(county, "2260 integrator", kinds=["decision.*"])
    answer = county.send("POST", f"/webhooks/{webhook['id']}/replays", body, token)
    assert answer.status_code == 422
    assert {"pointer": pointer, "code": code}.items() <= answer.json()["errors"][0].items()


def test_an_organisation_subscribes_to_its_own_stream_and_to_nobody_elses(county: County) -> None:
    assert made(county, stream="2281")["stream"] == "2281"
    for who, stream in {"2281 coordinator": "2260", "22 county_admin": "2281", "2260 integrator": "22"}.items():
        answer = county.send("POST", "/webhooks", {"url": URL, "stream": stream}, county.token(*who.split()))
        assert answer.status_code == 403, who
    keys, settings = county.app.state.keys, county.settings
    blind = issue_token(keys, settings, subject="a", organisation="2281", scopes=["webhooks:manage"])
    assert county.send("POST", "/webhooks", {"url": URL, "stream": "2281"}, blind).status_code == 403
    assert county.send("POST", "/webhooks", {"url": URL}, blind).status_code == 201


def test_an_organisation_has_twenty_at_the_most(county: County) -> None:
    for _ in range(20):
        made(county)
    answer = county.send("POST", "/webhooks", {"url": URL}, county.token("2281", "coordinator"))
    assert "20" in check_problem(answer, 409, "conflict")["detail"]
    assert made(county, "2260 coordinator")["organisation"] == "2260"


def test_of_secrets_added_at_once_there_are_never_more_than_two(county: County) -> None:
    webhook, token = made(county), county.token("2281", "coordinator")
    address = f"/webhooks/{webhook['id']}/secrets"
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: county.send("POST", address, None, token), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_a_test_tells_what_came_of_it_even_of_a_stopped_webhook(post: Post) -> None:
    webhook = post.subscribe(kinds=["term.*"])
    post.change(webhook, disabled=True).raise_for_status()
    told = post.act(webhook, "test").raise_for_status().json()
    [got] = post.receiver.got
    got.verify(webhook["secret"])
    assert (told["taken"], told["status"], told["reason"], told["messageId"]) == (True, 204, None, got.id)
    assert got.told | {"timestamp": ""} == {
        "type": "webhook.ping",
        "timestamp": "",
        "stream": "public",
        "data": {"webhook": webhook["id"]},
    }
    assert post.events()[-1]["data"].items() >= {"taken": True, "status": 204, "reason": None}.items()


def test_who_may_not_read_a_private_stream_leads_it_nowhere(county: County) -> None:
    webhook, settings = made(county, stream="2281"), county.settings
    manager = issue_token(county.app.state.keys, settings, subject="a", organisation="2281", scopes=["webhooks:manage"])
    address = f"/webhooks/{webhook['id']}"
    secret = webhook["secrets"][0]["id"]
    for method, path, body in (
        ("PATCH", "", {"url": "https://annan.example/"}),
        ("POST", "/replays", {"after": 0}),
        ("POST", "/secrets", None),
        ("DELETE", f"/secrets/{secret}", None),
        ("POST", "/test", None),
        ("GET", "/deliveries", None),
    ):
        answer = county.send(method, f"{address}{path}", body, manager, if_match='"1"')
        check_problem(answer, 403, "forbidden")
    assert county.get(address, manager).json()["url"] == webhook["url"]
    assert county.send("DELETE", address, None, manager, if_match='"1"').status_code == 200

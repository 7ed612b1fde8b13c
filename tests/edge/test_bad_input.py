"""Whatever is wrong in a request: it is told in problem+json, nothing is stored and nothing is echoed."""

import gzip
from collections.abc import Callable

import pytest

from tests.conftest import BASE, County, Store, serving
from tests.edge.desk import MARK, WRITES, Desk, check_problem
from tests.examples import DECISION_BODY

MEGABYTE = 1_000_000


def before(good: bytes, member: str) -> bytes:
    """Put a member first in an object."""
    return b"{" + member.encode() + b", " + good[1:]


Spoil = Callable[[bytes], bytes]
UNREADABLE: dict[str, tuple[str, Spoil]] = {
    "nothing": ("syntax", lambda _: b""),
    "no JSON": ("syntax", lambda _: MARK.encode()),
    "cut off": ("syntax", lambda good: good[:-1]),
    "two documents": ("syntax", lambda good: good + good),
    "a comma too much": ("syntax", lambda good: good[:-1] + b",}"),
    "a name twice": ("duplicate-key", lambda good: before(good, f'"x": "{MARK}", "x": "{MARK}"')),
    "33 levels": ("too-deep", lambda good: before(good, f'"x": {"[" * 32}{"]" * 32}')),
    "100,000 levels": ("too-deep", lambda good: before(good, f'"x": {"[" * 100_000}{"]" * 100_000}')),
    "100,000 open levels": ("too-deep", lambda _: b"[" * 100_000),
    "no UTF-8": ("not-utf-8", lambda good: good[:-1] + b', "x": "' + MARK.encode() + b'\xff"}'),
    "Latin-1": ("not-utf-8", lambda good: before(good, '"x": "å"').replace("å".encode(), b"\xe5")),
    "UTF-16": ("not-utf-8", lambda good: good.decode().encode("utf-16")),
    "UTF-16 without a mark": ("syntax", lambda good: good.decode().encode("utf-16-le")),
    "a byte order mark": ("syntax", lambda good: b"\xef\xbb\xbf" + good),
    "NaN": ("not-a-number", lambda good: before(good, '"x": NaN')),
    "Infinity": ("not-a-number", lambda good: before(good, '"x": Infinity')),
    "minus Infinity": ("not-a-number", lambda good: before(good, '"x": -Infinity')),
    "1e400": ("not-a-number", lambda good: before(good, '"x": 1e400')),
    "an integer past 64 bits": ("integer-range", lambda good: before(good, '"x": 9223372036854775808')),
    "an integer of 5,000 digits": ("integer-range", lambda good: before(good, f'"x": {"9" * 5_000}')),
    "a lone surrogate": ("lone-surrogate", lambda good: before(good, rf'"x": "{MARK}\ud800"')),
    "a lone surrogate as name": ("lone-surrogate", lambda good: before(good, r'"\udfff": 1')),
    "NUL": ("control-character", lambda good: before(good, rf'"x": "{MARK}\u0000"')),
    "NUL as name": ("control-character", lambda good: before(good, r'"\u0000": 1')),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_cannot_be_read_is_malformed(desk: Desk, name: str, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for fault, (code, spoil) in UNREADABLE.items():
        with subtests.test(fault):
            problem = check_problem(desk.send(name, spoil(desk.writes[name].sent)), 400, "malformed-request")
            assert problem["code"] == code
    assert desk.seen() == earlier


@pytest.mark.parametrize("name", WRITES)
def test_32_levels_are_read(desk: Desk, name: str) -> None:
    answer = desk.send(name, before(desk.writes[name].sent, f'"x": {"[" * 31}{"]" * 31}'))
    assert check_problem(answer, 422, "invalid-input")["errors"][0]["pointer"] == "/x"


@pytest.mark.parametrize("name", WRITES)
def test_what_is_no_such_object_is_not_accepted(desk: Desk, name: str, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for body in ("null", "[]", "7", '"zqxmark"', "true", "{}"):
        with subtests.test(body):
            check_problem(desk.send(name, body.encode()), 422, "invalid-input")
    assert desk.seen() == earlier


FIELDS_NOT_TAKEN = (
    *("unheard", "id", "status", "organisation", "revision", "author", "decided_on", "base_version"),
    *("a<b", "<record>", "[key]"),
)


@pytest.mark.parametrize("name", WRITES)
def test_a_field_that_is_not_taken_is_told_and_nothing_stored(desk: Desk, name: str, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for field in FIELDS_NOT_TAKEN:
        with subtests.test(field):
            answer = desk.send(name, before(desk.writes[name].sent, f'"{field}": "{MARK}"'))
            [fault] = check_problem(answer, 422, "invalid-input")["errors"]
            assert (fault["code"], fault["pointer"]) == ("unknown-field", "/…" if field[-1] in "b>]" else f"/{field}")
    assert desk.seen() == earlier


MEDIA_TYPES_NOT_TAKEN = (
    *(None, "", "text/plain", "application/xml", "application/merge-patch+json", "application/jsonx", "json"),
    *("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"),
    "application/json; charset=utf-16",
    "application/json;charset=ISO-8859-1",
    'application/json; charset="zqxmark"',
    "application/json; charset*=a; charset*0=b",
    "application/json; x*=a; x*0=b",
    f"application/json; charset*{'9' * 5_000}=a",
)


@pytest.mark.parametrize("name", WRITES)
def test_another_media_type_or_charset_is_not_read(desk: Desk, name: str, subtests: pytest.Subtests) -> None:
    earlier = desk.seen()
    for media_type in MEDIA_TYPES_NOT_TAKEN:
        with subtests.test(str(media_type)[:50]):
            answer = desk.send(name, desk.writes[name].sent, media_type)
            check_problem(answer, 415, "unsupported-media-type")
            assert answer.headers["accept"] == "application/json"
    assert desk.seen() == earlier


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "zqxmark"])
def test_a_body_that_is_coded_is_not_read(library: County, coding: str) -> None:
    body = gzip.compress(b'{"text": "digital mognad", "format": "text"}')
    answer = library.raw("POST", "/annotations", body, content_encoding=coding)
    check_problem(answer, 415, "unsupported-media-type")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "APPLICATION/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"'],
)
def test_json_may_say_that_it_is_utf_8(desk: Desk, media_type: str) -> None:
    check_problem(desk.send("record", b"{}", media_type), 422, "invalid-input")


@pytest.mark.parametrize(
    ("media_type", "status"),
    [("application/json; version=1; charset=utf-16", 415), ("application/json; charset=utf-8; version=1", 422)],
)
def test_every_parameter_of_a_media_type_is_read(desk: Desk, media_type: str, status: int) -> None:
    assert desk.send("record", b"{}", media_type).status_code == status


@pytest.mark.parametrize("name", WRITES)
def test_a_body_past_a_megabyte_is_too_large(desk: Desk, name: str) -> None:
    earlier, good = desk.seen(), before(desk.writes[name].sent, f'"x": "{MARK}"')
    check_problem(desk.send(name, good.ljust(MEGABYTE + 1)), 413, "payload-too-large")
    check_problem(desk.send(name, good.ljust(MEGABYTE)), 422, "invalid-input")
    assert desk.seen() == earlier


@pytest.mark.parametrize("told", ["1000001", "0" * 30 + "1000001", "9" * 4_400])
def test_a_body_that_tells_of_more_is_refused_before_it_comes(county: County, told: str) -> None:
    headers = {"Authorization": f"Bearer {county.token('2281')}", "Content-Length": told}
    answer = county.client.post(f"{BASE}/proposals", content=b"{}", headers=headers)
    check_problem(answer, 413, "payload-too-large")


def test_a_body_that_does_not_tell_its_length_is_stopped_when_it_is_too_large(store: Store) -> None:
    url = store.copy()
    with serving(url) as county:
        headers = {"Authorization": f"Bearer {county.token('2281')}", "Content-Type": "application/json"}
        chunks = (MARK.encode().ljust(1_000) for _ in range(1_100))
        answer = county.client.post(f"{BASE}/proposals", content=chunks, headers=headers)
        check_problem(answer, 413, "payload-too-large")
        assert county.get("/proposals", county.token("2281")).json()["items"] == []
    store.drop(url)


@pytest.mark.parametrize(
    ("status", "slug", "method", "path"),
    [
        (404, "not-found", "GET", "/zqxmark"),
        (404, "not-found", "GET", "/api/v2/zqxmark"),
        (404, "not-found", "GET", "/terms/zqxmark"),
        (404, "not-found", "GET", "/terms/ZQXMARK%00"),
        (404, "not-found", "GET", "/terms/zqxmark%2Fversions"),
        (404, "not-found", "GET", "/proposals/zqxmark"),
        (404, "not-found", "GET", "/proposals/9223372036854775808"),
        (404, "not-found", "GET", "/municipalities/9223372036854775808"),
        (404, "not-found", "GET", "/organisations/9223372036854775808"),
        (404, "not-found", "GET", "/guidelines/zqxmark/versions/1.0"),
        (404, "not-found", "GET", "/guidelines/gemensamt-sprak/versions/9223372036854775808.0"),
        (404, "not-found", "GET", "/guidelines/gemensamt-sprak/versions/999999.999999"),
        (404, "not-found", "GET", "/municipalities/2281/decisions/a/zqxmark%F0%9F%92%A9"),
        (404, "not-found", "GET", "/problems/zqxmark"),
        (405, "method-not-allowed", "DELETE", "/terms"),
        (405, "method-not-allowed", "PATCH", "/terms/zqxmark"),
        (405, "method-not-allowed", "ZQXMARK", "/terms"),
    ],
)
def test_an_address_with_nothing_at_it_is_told_without_naming_it(
    library: County, status: int, slug: str, method: str, path: str
) -> None:
    check_problem(library.send(method, path), status, slug)


@pytest.mark.parametrize("name", ["a b", "a%00b", "å", "x" * 129, "zqxmark%2F", "%F0%9F%92%A9"])
def test_a_decision_has_no_address_of_other_characters(desk: Desk, name: str) -> None:
    earlier, token = desk.seen(), desk.writes["record"].token
    for path in (f"/municipalities/2281/decisions/{name}/1", f"/municipalities/2281/decisions/platina/{name}"):
        assert desk.county.send("PUT", path, DECISION_BODY, token).status_code in (404, 422), path
    assert desk.seen() == earlier


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_was_not_foreseen_shows_nothing_of_the_inside(county: County, method: str) -> None:
    def stumble() -> None:
        raise LookupError(MARK)

    county.app.add_api_route("/stumble", stumble, methods=[method])
    answer = county.client.request(method, "/stumble")
    check_problem(answer, 500, "internal-error")
    for word in ("LookupError", "Traceback", "stumble", ".py", "python", "starlette"):
        assert word.lower() not in answer.text.lower(), word
    assert county.get("/terms").status_code == 200


@pytest.mark.parametrize("accept", ["application/xml", "text/turtle", "zqxmark", "application/json;q=0", "image/*", ""])
def test_one_who_takes_no_json_is_given_it_all_the_same(library: County, accept: str) -> None:
    answer = library.get("/terms/digitalisering", accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    check_problem(library.get("/terms/zqxmark", accept=accept), 404, "not-found")

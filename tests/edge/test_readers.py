"""What is read at the edge, past the app: nobody can tell it from what the app answers."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.edge.finished import Answered
from api.edge.headers import json_headers
from api.edge.public_cache import PublicCache
from tests.conftest import County
from tests.edge.asking import BROWSER, Answer, ask

words = st.sampled_from(["mogn", "digital", "å", "Ä", "%", "+", "bygg"]) | st.text(max_size=6)
parameters = st.tuples(st.just("q"), words) | st.tuples(
    st.sampled_from(["language", "limit", "q", "municipality", "x"]),
    st.sampled_from(["sv", "en", "sv-FI", "SV", "", "1", "050", "51", "-1", "\u0665", "\0"]) | words,
)
queries = st.lists(parameters, max_size=3).map(
    lambda sent: "&".join(f"{name}={quote(value, safe='')}" for name, value in sent)
)
# What no client writes so, but may send.
odd = st.text("q=&%;+#öÖ1a", max_size=12).map(lambda sent: sent.encode().decode("latin-1"))
paths = st.one_of(
    st.builds("/suggestions?{}".format, queries | odd.map(quote)),
    st.builds(
        "/terms/{}?{}".format, st.sampled_from(["digital-mognad", "klarsprak", "nix", ""]), st.just("") | queries
    ),
    st.builds("/domains?{}".format, st.sampled_from(["", "limit=2", "page=2", "x=1"])),
)
sent_headers = st.fixed_dictionaries(
    {},
    optional={
        "accept_encoding": st.sampled_from(["", "br", BROWSER, "identity;q=0"]),
        "accept": st.sampled_from(["*/*", "text/csv"]),
        "if_none_match": st.sampled_from(["*", '"x"', "known"]),
        "x_request_id": st.sampled_from(["abc-1", "no good"]),
        "traceparent": st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        "authorization": st.sampled_from(["Bearer nonsense", "Basic x"]),
        "samsprak_min_sequence": st.sampled_from(["1", "x", "999999"]),
    },
)


def told(answer: Answer) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Leave out what each answer of the app has of its own: the caller's budget, and the id of an error."""
    lines = [line for line in answer.headers if not line[0].startswith(b"ratelimit") and line[0] != b"content-length"]
    return answer.status, sorted(lines), re.sub(rb'"urn:uuid:[^"]+"', b'""', answer.body)


@settings(deadline=None, max_examples=150)
@given(paths, st.sampled_from(["GET", "HEAD"]), sent_headers)
def test_a_reader_answers_as_the_routes_do_whatever_is_asked_and_however(
    library: County, path: str, method: str, headers: dict[str, str]
) -> None:
    cache: PublicCache = library.app.state.cache
    reading = PublicCache(cache.app, 0, json_headers(library.settings.base_url))
    reading.reads = cache.reads
    routed = PublicCache(cache.app, 0)
    address = f"/api/v1{path.removesuffix('?')}"
    if headers.get("if_none_match") == "known":
        whole = ask(routed, address, **{name: value for name, value in headers.items() if name == "accept_encoding"})
        headers["if_none_match"] = dict(whole.headers).get(b"etag", b"").decode()
    assert told(ask(reading, address, method, **headers)) == told(ask(routed, address, method, **headers))


@pytest.mark.parametrize(
    ("path", "query", "answered"),
    [
        ("/api/v1/terms/digital-mognad", b"", True),
        ("/api/v1/terms/digital-mognad", b"municipality=2281", False),
        ("/api/v1/terms/nix", b"", False),
        ("/api/v1/terms/digital-mognad/versions", b"", False),
        ("/api/v1/suggestions", b"q=mogn&limit=5", True),
        ("/api/v1/suggestions", b"q=mogn&q=mogn", False),
        ("/api/v1/suggestions", b"q=", False),
        ("/api/v1/suggestions", b"q=mogn&x=1", False),
        ("/api/v1/domains", b"", True),
        ("/api/v1/domains", b"limit=2", False),
        ("/api/v1/terms", b"", False),
    ],
)
def test_what_is_not_simple_is_left_to_the_routes(library: County, path: str, query: bytes, answered: bool) -> None:  # noqa: FBT001
    assert isinstance(library.app.state.cache.reads(path, query), Answered) is answered


def test_what_a_reader_answers_spends_nobodys_budget_and_is_kept(county: County) -> None:
    cache: PublicCache = county.app.state.cache
    first = county.get("/suggestions?q=mogn")
    assert (cache.hits, cache.misses, "ratelimit" in first.headers) == (1, 0, False)
    cache.reads = lambda _path, _query: None
    assert county.get("/suggestions?q=mogn").content == first.content
    assert (cache.hits, cache.misses) == (2, 0)

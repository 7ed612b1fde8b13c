"""The picture: patched, it is what it would be if it were drawn anew; packed, its documents are what they were."""

import gzip
import json
from typing import Any

import brotli
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from api.edge.encodings import CODINGS, IDENTITY
from api.published.cards import DomainCard
from api.published.overlays import Overlays
from api.published.packing import LEARN_FROM, Packing
from api.published.picture import Picture, build

IDS = ("alfa", "beta", "gamma", "delta")
DOMAINS = [DomainCard("styrning", [{"language": "sv", "value": "Styrning"}]), DomainCard("data", [])]


def document(term_id: str, word: str, domain: str, status: str, broader: list[str], related: list[str]) -> str:
    labels = [{"language": "sv", "kind": "preferred", "value": word, "forms": [f"{word}en"], "reason": None}]
    return json.dumps(
        {
            "id": term_id,
            "status": status,
            "version": "1.0",
            "revision": 1,
            "domain": domain,
            "labels": labels,
            "definitions": [],
            "notes": [],
            "broader": broader,
            "related": related,
            "matches": [],
            "replacedBy": None,
            "validFrom": "2026-01-01",
            "changedAt": "2026-01-01T00:00:00.000000Z",
            "contentHash": f"sha256:{len(word):064x}",
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


terms = st.builds(
    document,
    st.sampled_from(IDS),
    st.text("aåöABC", min_size=1, max_size=3),
    st.sampled_from(["styrning", "data"]),
    st.sampled_from(["approved", "deprecated"]),
    st.lists(st.sampled_from(IDS), unique=True, max_size=2),
    st.lists(st.sampled_from(IDS), unique=True, max_size=2),
)
batches = st.lists(terms, max_size=4).map(lambda made: {json.loads(one)["id"]: one for one in made})
citations = st.dictionaries(st.sampled_from(IDS), st.just([("gemensamt-sprak", "1.0")]))


def drawn(sequence: int, documents: dict[str, str], cited_by: dict[str, Any]) -> Picture:
    return build(sequence, "https://x", "https://x/api/v1", DOMAINS, documents.items(), cited_by, Overlays())


def shown(picture: Picture) -> Any:
    tag, bundle = picture.bundle.coded(IDENTITY)
    terms = [picture.term_json(card) for card in picture.ordered]
    return tag, bundle, terms, picture.bundle.content_hash, picture.domain_list(), len(picture.cards)


@given(batches, citations, st.lists(st.tuples(batches, citations), max_size=5))
def test_a_patched_picture_shows_what_one_drawn_anew_does(
    first: dict[str, str], cited: dict[str, Any], changes: list[tuple[dict[str, str], dict[str, Any]]]
) -> None:
    known, picture = dict(first), drawn(1, first, cited)
    for sequence, (changed, quotes) in enumerate(changes, 2):
        known |= changed
        picture = picture.patched(sequence, changed.items(), quotes)
        cited = quotes
    assert shown(picture) == shown(drawn(1 + len(changes), known, cited))


def test_what_is_no_change_of_the_glossary_leaves_its_bundle_as_it_was_made() -> None:
    picture = drawn(1, {}, {})
    assert picture.patched(2).bundle is picture.bundle
    assert picture.patched(2, (), {}).bundle is not picture.bundle


def test_a_term_is_whole_json_with_each_member_once() -> None:
    picture = drawn(1, {"alfa": document("alfa", "å", "data", "approved", [], ["beta"])}, {})
    pairs = json.loads(picture.term_json(picture.cards["alfa"]), object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names)
    assert dict(pairs)["related"] == ["beta"]
    assert names[-5:] == ["narrower", "related", "citedBy", "replacement", "_links"]


def test_a_bundle_is_the_same_in_every_coding_and_is_compressed_once() -> None:
    bundle = drawn(1, {"alfa": document("alfa", "å" * 999, "data", "approved", [], [])}, {}).bundle
    decoders = {
        "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
        "br": brotli.decompress,
        "gzip": gzip.decompress,
    }
    _, plain = bundle.coded(IDENTITY)
    assert json.loads(plain)["terms"][0]["id"] == "alfa"
    for coding in CODINGS:
        tag, body = bundle.coded(coding)
        assert decoders[coding.name](body) == plain
        assert bundle.coded(coding)[1] is body
        assert tag != bundle.coded(IDENTITY)[0]


@given(st.lists(st.binary(max_size=50)))
def test_what_is_packed_is_unpacked_as_it_was(others: list[bytes]) -> None:
    for packing in PACKINGS:
        for one in others:
            assert packing.unpack(packing.pack(one)) == one


SAMPLES = [document(f"b-{number}", f"ord{number}", "data", "approved", [], []).encode() for number in range(1_500)]
PACKINGS = (Packing(), Packing(SAMPLES[: LEARN_FROM - 1]), Packing(SAMPLES))


def test_many_documents_that_are_alike_are_packed_small() -> None:
    assert sum(len(PACKINGS[2].pack(one)) for one in SAMPLES) < 0.3 * sum(map(len, SAMPLES))
    assert PACKINGS[1].pack(SAMPLES[0]) is SAMPLES[0]

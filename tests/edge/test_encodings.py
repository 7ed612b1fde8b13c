"""Which content coding a client gets, and what is sent in it."""

import gzip
import tracemalloc
from collections.abc import Callable

import brotli
import pytest
import zstandard

from api.edge.encodings import CHOICES, CODINGS, IDENTITY, Coding, choose_coding

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}
SMALL, LARGE = b"kort", b"ett gemensamt ord " * 1_000


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("deflate", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("zstd;q=0.5, br;q=0.8, gzip;q=0.7", "br"),
        ("zstd ; q=0, gzip", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;Q=0.5", "gzip"),
        ("*", "zstd"),
        ("*;q=0.1, gzip;q=0.5", "gzip"),
        ("zstd;q=0, br;q=0, *", "gzip"),
        ("*;q=0", "identity"),
        ("gzip, *;q=0", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", "identity"),
        ("identity;q=0, gzip;q=0.001", "gzip"),
        ("gzip;q=2, br;q=nan, zstd;q=-1", "identity"),
        ("gzip;level=9", "identity"),
        (",, ,;q=1,gzip,", "gzip"),
        ("åäö;q=½", "identity"),
    ],
)
def test_the_coding_that_a_client_likes_best_is_chosen(accepted: str, chosen: str) -> None:
    assert choose_coding(accepted.encode()).name == chosen


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: coding.name)
def test_every_coding_can_be_read_back_and_is_the_same_each_time(coding: Coding) -> None:
    encoded = coding.encode(LARGE)
    assert DECODERS[coding.name](encoded) == LARGE
    assert coding.encode(LARGE) == encoded
    assert len(encoded) < len(LARGE)


def test_a_small_body_is_sent_as_it_is_unless_identity_is_refused() -> None:
    for coding in (*CODINGS, IDENTITY):
        assert coding.encode(SMALL) is SMALL
    for refusal in (b"gzip, identity;q=0", b"gzip, *;q=0"):
        encoded = choose_coding(refusal).encode(SMALL)
        assert gzip.decompress(encoded) == SMALL


def test_one_choice_is_one_object_so_that_equal_ones_share_an_answer() -> None:
    assert choose_coding(b"gzip, br") is choose_coding(b"br;q=0.9, gzip;q=0.1") is CHOICES[b"br"]
    assert choose_coding(b"gzip, *;q=0") is choose_coding(b"identity;q=0, gzip")
    assert choose_coding(b"gzip, *;q=0") is not choose_coding(b"gzip")


def test_a_flood_of_odd_headers_is_not_remembered() -> None:
    tracemalloc.start()
    try:
        for number in range(5_000):
            assert CHOICES[b"gzip, x%d" % number].name == "gzip"
            assert CHOICES[b"gzip, " + b"x" * 10_000 + b"%d" % number] is IDENTITY
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 200_000
    assert CHOICES[b"gzip"].name == "gzip"

"""Compressed forms of an answer, made once and kept with it."""

import gzip
from collections.abc import Callable

import brotli
import zstandard

# Below this a packet holds the body whole and compressing only costs.
WORTH_COMPRESSING = 512

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=6).compress(body),
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


def choose_encoding(accepted: bytes) -> str:
    """Choose the best coding that an Accept-Encoding header takes; "" is identity."""
    qualities: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameters = part.strip().partition(";")
        qualities[name.strip()] = _quality(parameters)
    best, best_quality = "", 0.0
    for name in COMPRESSORS:
        quality = qualities.get(name, qualities.get("*", 0.0))
        if quality > best_quality:
            best, best_quality = name, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0

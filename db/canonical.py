"""The canonical bytes of a JSON value, which every hash of the project is taken over."""

import hashlib
import unicodedata
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """RFC 8785 over NFC text; raises ValueError for what JSON cannot hold."""
    return rfc8785.dumps(_nfc(value))


def content_hash(value: Any) -> str:
    """SHA-256 over the canonical bytes, as `sha256:` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", key): _nfc(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    return value

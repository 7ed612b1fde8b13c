"""The canonical bytes of a JSON value, which every hash of the project is taken over."""

import hashlib
import json
import re
import unicodedata
from typing import Any

import rfc8785

# What Python's own encoder may write otherwise than RFC 8785: fractions and integers of 16 digits, lone surrogates and
# names beyond U+D7FF, which sort otherwise in UTF-16. A text that only looks like one costs time, nothing else.
_RARE_NUMBER = re.compile(r"[:,\[]-?(?:\d+[.eE][0-9.eE+-]*|\d{16,})[,}\]]")
_RARE_CHARACTER = re.compile("[\ud800-\U0010ffff]")
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """RFC 8785 over NFC text; raises ValueError for what JSON cannot hold."""
    return exact(_nfc(value))


def exact(value: Any) -> bytes:
    """RFC 8785 over the text as it is; raises ValueError for what JSON cannot hold."""
    if isinstance(value, dict):
        # Several times as fast as the library, which is left what is rare.
        text = _encode(value)
        if not _RARE_NUMBER.search(text) and (text.isascii() or not _RARE_CHARACTER.search(text)):
            return text.encode()
    return rfc8785.dumps(value)


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

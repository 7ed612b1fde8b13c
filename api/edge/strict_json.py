"""JSON read strictly: one meaning a document, and nothing that the database or another reader would refuse.

The standard parser does the reading. This file adds what that lets through: duplicate names, NaN, lone surrogates,
U+0000, numbers that no column can hold, and nesting deep enough to exhaust the stack.
"""

import json
import math
import re
from typing import Literal

Reason = Literal[
    "not-utf-8",
    "syntax",
    "duplicate-key",
    "too-deep",
    "not-a-number",
    "lone-surrogate",
    "control-character",
    "integer-range",
]

# The closing quote is optional, so that an unterminated string is one match to the end and not a new try at each
# quote in it; with the possessive repeats the scan stays linear whatever the input is.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_LONGEST_INTEGER = len(str(_SMALLEST))


class JsonRefused(ValueError):
    """A document that is not read: `reason` is for programs, `detail` for people, and neither repeats the input."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def strict_json(data: bytes, *, max_depth: int = 32) -> object:
    """Read one JSON document (RFC 8259) from UTF-8 bytes without a byte order mark.

    Gives dict, list, str, int (signed 64 bits), float (finite, within the same range), bool or None. Strings are not
    normalised, and of control characters only U+0000 is refused. Raises JsonRefused and nothing else.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonRefused("not-utf-8", f"the bytes are not UTF-8 at byte {error.start}") from None
    _check_depth(data, max_depth)
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise JsonRefused("syntax", f"not JSON at {where}") from None
    # A surrogate or U+0000 can only come from an escape here: the first is not UTF-8, the second not JSON when bare.
    if _SUSPECT_ESCAPE.search(data):
        _check_strings(value)
    return value


def _check_depth(data: bytes, max_depth: int) -> None:
    """Count brackets outside strings, before the parser recurses over them."""
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > max_depth:
            raise JsonRefused("too-deep", f"arrays and objects nest deeper than {max_depth} levels")


def _check_strings(value: object) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item.keys()
            pending += item.values()
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str):
            if "\0" in item:
                raise JsonRefused("control-character", "a string or a name holds U+0000")
            if _SURROGATE.search(item):
                raise JsonRefused("lone-surrogate", "a string or a name holds half of a surrogate pair")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonRefused("duplicate-key", "an object holds the same name twice")
    return members


def _integer(digits: str) -> int:
    # The length is looked at first: int() takes quadratic time, and refuses 4,301 digits with an error of its own.
    if len(digits) <= _LONGEST_INTEGER and _SMALLEST <= (number := int(digits)) <= _LARGEST:
        return number
    raise JsonRefused("integer-range", "an integer does not fit in 64 bits")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise JsonRefused("not-a-number", "a number is too large to be one")
    # 1e19 is as much an integer as its twenty digits are: JSON knows one kind of number.
    if not _SMALLEST <= number <= _LARGEST:
        raise JsonRefused("integer-range", "a number does not fit in 64 bits")
    return number


def _constant(_name: str) -> float:
    raise JsonRefused("not-a-number", "NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)

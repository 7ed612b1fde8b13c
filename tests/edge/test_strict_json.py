"""Bad documents by their reason, and ordinary ones unharmed."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.edge.strict_json import JsonRefused, Reason, strict_json

BAD = [
    ("a byte that is never UTF-8", "not-utf-8", b'"\xff"'),
    ("Latin-1", "not-utf-8", '"å"'.encode("latin-1")),
    ("a letter cut in two", "not-utf-8", '"å"'.encode()[:2]),
    ("an overlong spelling", "not-utf-8", b'"\xc0\xaf"'),
    ("a surrogate in bytes", "not-utf-8", b'"\xed\xa0\x80"'),
    ("UTF-16 with its mark", "not-utf-8", '{"a": 1}'.encode("utf-16")),
    ("UTF-32 with its mark", "not-utf-8", '{"a": 1}'.encode("utf-32")),
    ("UTF-16 without a mark", "syntax", '{"a": 1}'.encode("utf-16-le")),
    ("UTF-8 with a byte order mark", "syntax", b"\xef\xbb\xbf{}"),
    ("nothing", "syntax", b""),
    ("only space", "syntax", b" \r\n\t"),
    ("a space of another kind", "syntax", "\u00a0{}".encode()),
    ("two documents", "syntax", b"{} {}"),
    ("a comma too much in a list", "syntax", b"[1,]"),
    ("a comma too much in an object", "syntax", b'{"a": 1,}'),
    ("a comment", "syntax", b"{} // so"),
    ("single quotes", "syntax", b"{'a': 1}"),
    ("a name without quotes", "syntax", b"{a: 1}"),
    ("a number for a name", "syntax", b"{1: 1}"),
    ("a word of Python", "syntax", b"None"),
    ("a leading zero", "syntax", b"01"),
    ("a plus sign", "syntax", b"+1"),
    ("a number that begins with its point", "syntax", b".5"),
    ("a number that ends with its point", "syntax", b"1."),
    ("a hexadecimal number", "syntax", b"0x10"),
    ("digits of another script", "syntax", "\uff11\uff12".encode()),
    ("an unknown escape", "syntax", b'"\\q"'),
    ("an escape with a space in it", "syntax", b'"\\u 12a"'),
    ("a bare line break in a string", "syntax", b'"a\nb"'),
    ("a bare zero in a string", "syntax", b'"a\0b"'),
    ("a string without end", "syntax", b'["a'),
    ("a string that ends in a backslash", "syntax", b'"a\\'),
    ("a list without end", "syntax", b"[1"),
    ("brackets that do not match", "syntax", b"[}"),
    ("brackets the wrong way round", "syntax", b"]" * 100 + b"[" * 100),
    ("a name twice", "duplicate-key", b'{"a": 1, "a": 1}'),
    ("a name twice, once escaped", "duplicate-key", b'{"a": 1, "\\u0061": 2}'),
    ("a name twice, deep inside", "duplicate-key", b'[[{"b": {"a": 1, "a": 2}}]]'),
    ("33 lists", "too-deep", b"[" * 33 + b"]" * 33),
    ("33 objects", "too-deep", b'{"a":' * 33 + b"1" + b"}" * 33),
    ("33 levels behind many shallow ones", "too-deep", b"[" + b"[]," * 50 + b"[" * 32 + b"]" * 33),
    ("33 levels behind a string of closing brackets", "too-deep", b'["' + b"]" * 99 + b'",' + b"[" * 32 + b"]" * 33),
    ("33 levels behind an escaped quote", "too-deep", b'["\\"]]]",' + b"[" * 32 + b"]" * 33),
    ("33 levels behind an escaped backslash", "too-deep", b'["\\\\",' + b"[" * 32 + b'"]"' + b"]" * 33),
    ("100,000 lists that never end", "too-deep", b"[" * 100_000),
    ("a million lists", "too-deep", b"[" * 1_000_000 + b"]" * 1_000_000),
    ("a million objects", "too-deep", b'{"a":' * 1_000_000 + b"1" + b"}" * 1_000_000),
    ("NaN", "not-a-number", b"NaN"),
    ("Infinity", "not-a-number", b'{"a": Infinity}'),
    ("minus Infinity", "not-a-number", b"[-Infinity]"),
    ("a float too large to be one", "not-a-number", b"1e400"),
    ("a float too small to be one", "not-a-number", b"-1e400"),
    ("a long float too large to be one", "not-a-number", b"1" * 400 + b".0"),
    ("the first half of a pair", "lone-surrogate", b'"\\ud800"'),
    ("the second half of a pair", "lone-surrogate", b'"\\uDFFF"'),
    ("a pair the wrong way round", "lone-surrogate", b'"\\ude00\\ud83d"'),
    ("half of a pair after an escaped backslash", "lone-surrogate", b'"\\\\\\ud800"'),
    ("half of a pair in a name", "lone-surrogate", b'{"\\ud800": 1}'),
    ("half of a pair, deep inside", "lone-surrogate", b'[{"a": [1, {"b": "\\udabc"}]}]'),
    ("a zero in a string", "control-character", b'"\\u0000"'),
    ("a zero in a name", "control-character", b'{"a\\u0000": 1}'),
    ("a zero, deep inside", "control-character", b'[{"a": [1, {"b": "x\\u0000"}]}]'),
    ("one more than 64 bits", "integer-range", b"9223372036854775808"),
    ("one less than 64 bits", "integer-range", b"-9223372036854775809"),
    ("an integer of a million digits", "integer-range", b"9" * 1_000_000),
    ("an integer of 5,000 digits in a list", "integer-range", b"[" + b"9" * 5_000 + b"]"),
    ("an integer too large, with its point", "integer-range", b"9223372036854775808.0"),
    ("an integer too large, as a power", "integer-range", b"1e19"),
    ("an integer too small, as a power", "integer-range", b"-1e300"),
]


@pytest.mark.parametrize(("reason", "data"), [pytest.param(*rest, id=sentence) for sentence, *rest in BAD])
def test_a_bad_document_is_refused_for_its_reason(reason: str, data: bytes) -> None:
    with pytest.raises(JsonRefused) as refusal:
        strict_json(data)
    assert refusal.value.reason == reason


def test_every_reason_has_a_bad_document() -> None:
    assert {reason for _, reason, _ in BAD} == set(get_args(Reason))


def deep(levels: int) -> object:
    return json.loads("[" * levels + "]" * levels)


GOOD = [
    ("an object", b' {"a": [1, -2.5, true, false, null, "x"]} \r\n', {"a": [1, -2.5, True, False, None, "x"]}),
    ("a bare string", b'"x"', "x"),
    ("the same name in two objects", b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
    ("names that differ in case", b'{"a": 1, "A": 2}', {"a": 1, "A": 2}),
    ("32 lists", b"[" * 32 + b"]" * 32, deep(32)),
    ("32 levels behind many shallow ones", b"[" + b"[]," * 50 + b"[" * 31 + b"]" * 32, [[]] * 50 + [deep(31)]),
    ("many lists side by side", b"[" + b"[]," * 50 + b"[]]", [[]] * 51),
    ("a string of brackets", b'["' + b"[{" * 50 + b'"]', ["[{" * 50]),
    ("a string of brackets and quotes", b'["\\"' + b"[" * 50 + b'\\\\"]', ['"' + "[" * 50 + "\\"]),
    ("a whole pair", b'"\\ud83d\\ude00"', "\U0001f600"),
    ("a backslash before the letter u", b'["\\\\ud800", "\\\\u0000"]', ["\\ud800", "\\u0000"]),
    ("the largest integer", b"9223372036854775807", 2**63 - 1),
    ("the smallest integer", b"-9223372036854775808", -(2**63)),
    ("a float that vanishes", b"1e-400", 0.0),
    ("a decomposed letter, left as it is", '"a\u030a"'.encode(), "a\u030a"),
    ("other control characters, escaped", b'"\\u0001\\t\\u007f"', "\x01\t\x7f"),
]


@pytest.mark.parametrize(("data", "value"), [pytest.param(*rest, id=sentence) for sentence, *rest in GOOD])
def test_a_good_document_is_read(data: bytes, value: object) -> None:
    assert strict_json(data) == value


def test_the_depth_is_the_callers_choice() -> None:
    assert strict_json(b"[[1]]", max_depth=2) == [[1]]
    with pytest.raises(JsonRefused, match="deeper than 1 "):
        strict_json(b"[[1]]", max_depth=1)


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b'{\n "a": secret}', "not JSON at line 2 column 7"),
        (b'"s\xffcret"', "not UTF-8 at byte 2"),
    ],
)
def test_the_detail_says_where(data: bytes, detail: str) -> None:
    with pytest.raises(JsonRefused) as refusal:
        strict_json(data)
    assert refusal.value.detail.endswith(detail)


@pytest.mark.parametrize(
    "data", [b'{"secret": 1, "secret": 1}', b'"secret\\ud800"', b'["secret" secret]', b'"\\secret"']
)
def test_the_refusal_never_repeats_the_input(data: bytes) -> None:
    with pytest.raises(JsonRefused) as refusal:
        strict_json(data)
    assert "secret" not in str(refusal.value)


STRINGS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e18, 1e18, allow_nan=False) | STRINGS,
    lambda inner: st.lists(inner) | st.dictionaries(STRINGS, inner),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_ordinary_json_is_read_as_it_was_written(value: object, in_ascii: bool, indent: int | None) -> None:  # noqa: FBT001
    assert strict_json(json.dumps(value, ensure_ascii=in_ascii, indent=indent).encode(), max_depth=100) == value


@given(st.binary() | st.text('[]{}",:\\ud8019eE+-. \n\0truefalsn').map(str.encode))
def test_no_bytes_are_more_than_refused_and_what_is_read_the_standard_parser_reads_too(data: bytes) -> None:
    try:
        value = strict_json(data)
    except JsonRefused:
        return
    assert value == json.loads(data)

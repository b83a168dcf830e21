"""JSON that means one thing is decoded; all else is refused with its line and column."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from astrograph.errors import DecodeError
from astrograph.formats import strict_json
from astrograph.formats.pointer import exists, walk
from astrograph.formats.strict_json import decode, decode_fast, positions, too_deep

REFUSED = {
    "empty file": (b"", "the file ends", 1, 1),
    "only space": (b" \n ", "the file ends", 2, 2),
    "duplicate key": (b'{"a": 1,\n "a": 2}', "already on line 1, column 2", 2, 2),
    "duplicate key written as an escape": (b'{"a": 1, "\\u0061": 2}', "already on line 1, column 2", 1, 10),
    "duplicate key far inside": (b'[{"x": [{"k": 1, "k": 1}]}]', "`k` is already", 1, 18),
    "NaN": (b"[NaN]", 'not "NaN"', 1, 2),
    "Infinity": (b'{"a": Infinity}', 'not "Infinity"', 1, 7),
    "minus Infinity": (b"-Infinity", 'not "-Infinity"', 1, 1),
    "a float too large": (b"[1,\n1e999]", "too large", 2, 1),
    "an integer too large": (b"[9007199254740993]", "beyond", 1, 2),
    "an integer far too large": (b"[-" + b"9" * 5000 + b"]", "beyond", 1, 2),
    "byte order mark": (b"\xef\xbb\xbf{}", "byte order mark", 1, 1),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not valid UTF-8", 1, 1),
    "invalid UTF-8": (b'{"a":\n "\xc3\xa9\xff"}', "byte 0xff", 2, 4),
    "a surrogate in UTF-8": (b'"\xed\xa0\x80"', "not valid UTF-8", 1, 2),
    "a lone surrogate escape": (b'["ok", "\\ud800"]', "surrogate", 1, 8),
    "a lone surrogate in a key": (b'{"\\udc00": 1}', "surrogate", 1, 2),
    "depth 101": (b"[" * 101 + b"]" * 101, "nested deeper than 100", 1, 101),
    "depth 101 of objects": (b'{"a":' * 101 + b"1" + b"}" * 101, "nested deeper than 100", 1, 501),
    "depth 200,000": (b"[" * 200_000, "nested deeper than 100", 1, 101),
    "comma at the end of an array": (b"[1,]", "a comma may not stand", 1, 4),
    "comma at the end of an object": (b'{"a": 1,}', "a comma may not stand", 1, 9),
    "no comma": (b"[1 2]", "`,` or `]`", 1, 4),
    "no colon": (b'{"a" 1}', "`:` is expected", 1, 6),
    "bare key": (b"{a: 1}", "double quotes", 1, 2),
    "single quotes": (b"'a'", "a value is expected", 1, 1),
    "leading zero": (b"[01]", "a value is expected", 1, 2),
    "plus sign": (b"+1", "a value is expected", 1, 1),
    "no digit after the point": (b"1.", "a value is expected", 1, 1),
    "unclosed text": (b'["a\n', "control character", 1, 4),
    "text to the end of the file": (b'["a', "never closed", 1, 2),
    "unknown escape": (b'"\\x41"', "unknown escape", 1, 2),
    "NUL in a text": (b'"\x00"', "control character", 1, 2),
    "unclosed array": (b"[1", "`,` or `]`", 1, 3),
    "two documents": (b"{}\n{}", "nothing may follow", 2, 1),
    "a comment": (b"// x\n1", "a value is expected", 1, 1),
}


@pytest.mark.parametrize(("data", "reason", "line", "column"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_plain_json_is_refused_with_line_and_column(data, reason, line, column):
    for reader in (decode, positions):
        with pytest.raises(DecodeError) as caught:
            reader(data)
        assert reason in caught.value.title
        assert (caught.value.line, caught.value.column) == (line, column)


def test_a_file_over_the_size_limit_is_refused_unread(monkeypatch):
    monkeypatch.setattr(strict_json, "MAX_BYTES", 10)
    assert decode(b"[" + b" " * 8 + b"]") == []
    with pytest.raises(DecodeError, match="larger than"):
        decode(b"[" + b" " * 9 + b"]")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"9007199254740992", 2**53),
        (b"-9007199254740992", -(2**53)),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\u0000"', "\0"),
        (b"[1.5, 1E2, -0.0, 0]", [1.5, 100.0, -0.0, 0]),
        (b'\r\n{"a" :\t[ ] }\r\n', {"a": []}),
        ('"é✦"'.encode(), "é✦"),
    ],
)
def test_plain_json_is_decoded(data, expected):
    assert decode(data) == expected


def test_a_hundred_levels_are_accepted():
    value = decode(b"[" * 100 + b"]" * 100)
    assert not too_deep(value)
    assert too_deep([value])


@given(st.binary(max_size=60) | st.text('[]{}":,0123456789.eE-+ \n\\untrfalsINa', max_size=40).map(str.encode))
@example(b"\xc3")
@example(b'{"a":1,"a":1}')
def test_random_bytes_are_decoded_or_refused_and_both_readers_agree(data):
    refusals = [_refusal(decode, data), _refusal(positions, data)]
    assert refusals[0] == refusals[1]
    if refusals[0] is None:
        assert json.loads(data) == decode(data)
        assert "" in positions(data)
    else:
        title, line, column = refusals[0]
        assert title
        assert min(line, column) >= 1


def _refusal(reader: Callable[[bytes], object], data: bytes) -> tuple[str, int, int] | None:
    try:
        reader(data)
    except DecodeError as error:
        return error.title, error.line, error.column
    return None


def test_positions_are_those_of_keys_items_and_the_document():
    data = b'\n{"a": {"b/c": [1,\n  {"x~": 2}]},\n "\xc3\xa9": "\xf0\x9f\x94\xae", "d": []}'
    assert positions(data) == {
        "": (2, 1),
        "/a": (2, 2),
        "/a/b~1c": (2, 8),
        "/a/b~1c/0": (2, 16),
        "/a/b~1c/1": (3, 3),
        "/a/b~1c/1/x~0": (3, 4),
        "/é": (4, 2),
        "/d": (4, 12),
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(JSON, st.sampled_from([None, 1, 2]), st.booleans())
def test_every_value_has_a_position(document, indent, ascii_only):
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()
    places = positions(data)
    assert decode(data) == document
    assert all(pointer in places for pointer, _ in walk(document))
    assert all(exists(document, pointer) for pointer in places)


def test_one_long_key_over_many_values_costs_no_quadratic_space():
    data = b'{"' + b"k" * 100_000 + b'": [' + b"1," * 50_000 + b'1], "after": 2}'
    assert list(positions(data)) == ["", "/after"]


def test_our_own_bytes_are_decoded_fast_and_broken_ones_refused():
    assert decode_fast(b'{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}
    with pytest.raises(DecodeError) as caught:
        decode_fast(b'{"a":\n ]}')
    assert (caught.value.line, caught.value.column) == (2, 2)


@given(st.binary(max_size=40))
def test_random_bytes_never_break_the_fast_reader(data):
    with suppress(DecodeError):
        assert isinstance(decode_fast(data), dict | list | str | int | float | None)

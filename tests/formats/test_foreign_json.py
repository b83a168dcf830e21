"""JSON of others: read for what it says, refused only where it says nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.errors import DecodeError
from astrograph.formats.foreign_json import MAX_BYTES, Repeated, Verbatim, Written, decode, text_of


@pytest.mark.parametrize(
    "text",
    [
        "1e999",
        "-1e999",
        "12345678901234567890",
        "0.123456789",
        "-0",
        "NaN",
        "Infinity",
        "-Infinity",
        "1.10",
        "1e3",
        "0.0",
    ],
)
def test_a_number_keeps_its_text(text: str) -> None:
    assert text_of(decode(f"[{text}]".encode()).value) == f"[{text}]"


def test_numbers_that_can_be_held_are_numbers_whatever_their_text() -> None:
    value = decode(b"[1, 1.5, 1.10, 1e3, 1e999, 0.123456]").value
    assert isinstance(value, list)
    assert [type(item) for item in value] == [int, float, Written, Written, Verbatim, Verbatim]
    assert value[:4] == [1, 1.5, 1.1, 1000.0]


def test_of_a_key_written_twice_the_last_counts_and_the_others_are_kept() -> None:
    document = decode(b'{"a": 1, "b": {"c": 1, "c": 2, "c": 3}, "a": 2}')
    assert document.value == {"a": 2, "b": {"c": 3}}
    assert isinstance(document.value, Repeated)
    assert document.value.earlier == [("a", 1)]
    inner = document.value["b"]
    assert isinstance(inner, Repeated)
    assert inner.earlier == [("c", 1), ("c", 2)]
    assert document.remarks == (
        "the key 'c' is written twice",
        "the key 'c' is written twice",
        "the key 'a' is written twice",
    )
    assert text_of(document.value) == '{"a":1,"a":2,"b":{"c":1,"c":2,"c":3}}'


def test_a_byte_order_mark_and_carriage_returns_do_not_matter() -> None:
    document = decode(b'\xef\xbb\xbf{\r\n"a": 1\r\n}\r\n')
    assert (document.value, document.remarks) == ({"a": 1}, ("it starts with a byte order mark",))


def test_lone_surrogates_are_kept_as_they_are() -> None:
    assert text_of(decode(b'["\\ud800", "\\ud83d\\ude00"]').value) == '["\\ud800","\\ud83d\\ude00"]'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file ends where a value is expected"),
        (b"{", "a key in double quotes is expected"),
        (b'{"a": 1,}', "a comma may not stand before `}`"),
        (b'{"a": 1} x', "nothing may follow the document"),
        (b"\xff\xfe{}", "the file is not valid UTF-8: byte 0xff"),
        (b"\xef\xbb\xbf\xff", "the file is not valid UTF-8: byte 0xff"),
        (b"[" * 200 + b"]" * 200, "nested deeper than 100"),
        (b"[" * 100_000, "nested deeper than 100"),
        (b" " * (MAX_BYTES + 1), "the file is larger than 8 MiB"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert (caught.value.title, caught.value.line > 0) == (said, True)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=25,
    )
)
def test_any_document_of_python_survives_reading_and_writing(value: object) -> None:
    text = json.dumps(value)
    assert json.dumps(json.loads(text_of(decode(text.encode()).value))) == text

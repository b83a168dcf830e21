"""One document, one sequence of bytes."""

from __future__ import annotations

import enum
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.errors import DecodeError
from astrograph.formats import canonical_json
from astrograph.formats.canonical_json import (
    LARGEST_INTEGER,
    encode,
    encode_line,
    encode_long,
    member,
    refusal,
    split,
)
from astrograph.formats.strict_json import decode, decode_fast

DECIMALS = st.integers(-(10**9), 10**9).map(lambda n: n / 10_000)
NUMBERS = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | DECIMALS
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=40,
)


def test_keys_are_sorted_indented_by_two_and_end_in_one_newline():
    assert encode({"b": [1, 2.5], "a": {"é": None}, "e": {}, "l": []}) == (
        b'{\n  "a": {\n    "\xc3\xa9": null\n  },\n  "b": [\n    1,\n    2.5\n  ],\n  "e": {},\n  "l": []\n}\n'
    )


def test_a_line_is_compact_sorted_and_ends_in_one_newline():
    assert encode_line({"b": "x\ny", "a": [1, 2]}) == b'{"a":[1,2],"b":"x\\ny"}\n'


@given(DOCUMENTS)
def test_decoding_undoes_encoding_and_encoding_again_gives_the_same_bytes(document):
    for encoder in (encode, encode_line):
        encoded = encoder(document)
        assert decode(encoded) == decode_fast(encoded) == document
        assert encoder(decode(encoded)) == encoded


@given(DOCUMENTS)
def test_the_bytes_are_those_of_the_standard_library(document):
    expected = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    assert encode(document) == expected.encode()


@given(st.dictionaries(TEXTS, DOCUMENTS, min_size=2, max_size=6))
def test_the_order_in_which_a_document_was_built_does_not_show(document):
    assert encode(dict(reversed(document.items()))) == encode(document)


CYCLE: list[object] = []
CYCLE.append(CYCLE)


class _FloatSubclass(float):
    pass


class _TextEnum(enum.StrEnum):
    T1 = "T1_critical"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "not a finite number"),
        (float("inf"), "not a finite number"),
        (float("-inf"), "not a finite number"),
        (LARGEST_INTEGER + 1, "beyond"),
        (-LARGEST_INTEGER - 1, "beyond"),
        (2**64, "beyond"),
        (10**400, "beyond"),
        (1e300, "beyond"),
        (0.12345, "more than 4 decimals"),
        (0.1 + 0.2, "more than 4 decimals"),
        (1e-5, "more than 4 decimals"),
        ("\ud800", "surrogate"),
        ({1: 2}, "key 1 is not text"),
        ({None: 2}, "key null is not text"),
        ({"\udc80": 2}, "not text"),
        (b"bytes", "not a JSON value"),
        ({1, 2}, "not a JSON value"),
        (_FloatSubclass(1.5), "not a JSON value"),
        (object(), "not a JSON value"),
        (CYCLE, "contains itself"),
    ],
)
def test_a_value_without_a_canonical_form_is_refused_with_its_place(value, reason):
    document = {"a": 1, "b/c": [None, value]}
    for encoder in (encode, encode_line):
        with pytest.raises(DecodeError, match=reason) as caught:
            encoder(document)
        assert "/b~1c/1" in caught.value.title
        assert caught.value.hint
    found = refusal(document)
    assert found is not None
    assert found[0].startswith("/b~1c/1")


@pytest.mark.parametrize(
    "value", [LARGEST_INTEGER, -LARGEST_INTEGER, 0.0001, -0.0, 99999.9999, 1e15, _TextEnum.T1, (1, 2)]
)
def test_what_lies_just_inside_the_limits_is_written(value):
    assert refusal([value]) is None
    assert json.loads(encode([value])) == [list(value) if isinstance(value, tuple) else value]


def test_extreme_depth_is_refused():
    document: list[object] = []
    for _ in range(100_000):
        document = [document]
    with pytest.raises(DecodeError, match="nested too deeply"):
        encode(document)


def test_a_bare_scalar_is_a_document():
    assert encode(None) == b"null\n"
    assert encode("x") == b'"x"\n'
    with pytest.raises(DecodeError, match="`/` cannot be written"):
        encode(float("nan"))


DOCUMENT = {"a": [{"x": 1}, {"x": [{"y": "},\n    {"}]}, {"x": 3}], "b": "text", "c": {"a": 2}, "d": []}


@pytest.mark.parametrize("name", DOCUMENT)
def test_a_member_is_found_without_decoding_the_others(name: str) -> None:
    found = member(encode(DOCUMENT), name)

    assert found is not None
    assert json.loads(found) == DOCUMENT[name]


def test_a_member_further_inside_is_none_of_the_document() -> None:
    assert member(encode(DOCUMENT), "x") is None


@pytest.mark.parametrize("size", [0, 1, 20, 10_000])
def test_an_object_without_its_long_arrays_and_their_pieces_hold_every_item_once(size: int) -> None:
    left, arrays = split(encode(DOCUMENT), "d", "a", "nope", size=size)

    found = json.loads(left)
    for name, pieces in arrays.items():
        assert found[name] == []
        found[name] = [item for piece in pieces for item in json.loads(piece)]
    assert found == DOCUMENT
    assert ("a" in arrays) == (size < len(member(encode(DOCUMENT), "a") or b""))


@given(
    st.dictionaries(st.sampled_from("abcx"), DOCUMENTS, max_size=3),
    st.dictionaries(st.sampled_from("bdy"), st.lists(DOCUMENTS, max_size=7), max_size=3),
    st.integers(1, 4),
)
def test_arrays_encoded_in_pieces_give_the_bytes_of_the_whole(document, arrays, batch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical_json, "_BATCH", batch)
        found = b"".join(encode_long(document, {name: iter(items) for name, items in arrays.items()}))

    assert found == encode(document | arrays)

"""What the YAML writer writes, the strict reader reads back: every value, type and text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrograph.errors import DecodeError
from astrograph.formats import strict_yaml, yaml_writer

ODD = ["", "no", "~", "null", "1e3", "0x1f", "012", "2024-01-01", "12:30", "- a", "a: b", "#x", "? x", "&a", "*a", "!t"]
ODDER = ["<<", "=", "@team", "`x`", "a\nb", " lead", "trail ", "\t", "\x7f", "\x85", "\u2028", "\ufeff", "\uffff", "𝔘"]
MARKS = ["%d", "{", "[", "'", '"', "|", ">", ",", ":", "-", "?", "---", "..."]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from([*ODD, *ODDER, *MARKS])
NUMBERS = st.integers(-(2**53), 2**53) | st.integers(-(10**9), 10**9).map(lambda number: number / 10**4)
SCALARS = st.none() | st.booleans() | TEXTS | NUMBERS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=20
)


def storable(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(storable, value.values()))
    return all(map(storable, value)) if isinstance(value, list) else yaml_writer.is_writable(value)


def read(text: str) -> object:
    document = strict_yaml.decode(text.encode())
    assert document.problems == (), text
    return document.value


@settings(max_examples=300)
@given(st.dictionaries(TEXTS, VALUES.filter(storable), max_size=5))
def test_whatever_is_written_reads_back_with_its_types(fields: dict[str, object]) -> None:
    back = read(yaml_writer.document(fields))
    assert json.dumps(back or {}, sort_keys=True) == json.dumps(fields, sort_keys=True)


@given(SCALARS.filter(storable))
def test_a_scalar_is_one_line_that_reads_back(value: object) -> None:
    text = yaml_writer.scalar(value)
    assert (text.count("\n"), read(f"x: {text}\n")) == (0, {"x": value})


def test_plain_words_stand_bare_and_everything_else_is_quoted() -> None:
    fields = {"owner": "@team", "tier": "T1_critical", "node": "no", "contract": "memory.fold@v2", "path": "a/b.json"}
    assert yaml_writer.document(fields) == (
        'owner: "@team"\ntier: T1_critical\nnode: "no"\ncontract: memory.fold@v2\npath: a/b.json\n'
    )


def test_nested_values_are_blocks() -> None:
    fields = {"a": [{"name": "x", "list": [1, [2, []]]}, {}], "b": {"c": {"d": None}}}
    assert yaml_writer.document(fields) == (
        "a:\n  - name: x\n    list:\n      - 1\n      - - 2\n        - []\n  - {}\nb:\n  c:\n    d: null\n"
    )


@pytest.mark.parametrize("length", [10, 998, 1000, 1024, 5000])
def test_keys_of_any_length_read_back(length: int) -> None:
    fields: dict[str, object] = {"k" * length + " é": {"x" * length + ":": 1}}
    assert read(yaml_writer.document(fields)) == fields


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 0.00001, 2**70, "\ud800", object()])
def test_what_has_no_yaml_is_refused(value: object) -> None:
    assert not yaml_writer.is_writable(value)
    if not isinstance(value, int):
        with pytest.raises(DecodeError):
            yaml_writer.document({"x": value})

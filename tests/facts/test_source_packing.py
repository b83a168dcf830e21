"""Facts travel as plain tuples, and nothing else is taken for facts."""

from __future__ import annotations

import marshal
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.facts.source import pack, parse_file, parser_key, unpack
from astrograph.model.facts import Definition, FileFacts, Import, Problem

LINES = st.integers(1, 10**6)
DEFINITIONS = st.lists(st.builds(Definition, st.text(), LINES, st.booleans(), st.booleans())).map(tuple)
FACTS = st.builds(
    FileFacts,
    imports=st.lists(
        st.builds(Import, st.text(), st.text(), st.integers(0, 9), LINES, st.booleans(), st.booleans())
    ).map(tuple),
    exported=st.none() | st.lists(st.text()).map(tuple),
    dynamic_all=st.booleans(),
    classes=DEFINITIONS,
    functions=DEFINITIONS,
    constants=DEFINITIONS,
    docstring=st.none() | st.text(),
    problems=st.lists(
        st.builds(
            Problem,
            st.sampled_from(["encoding", "null-byte", "syntax", "too-large", "partial", "unreadable"]),
            st.text(),
            st.integers(0, 10**6),
            st.integers(0, 10**6),
        )
    ).map(tuple),
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=8).map(tuple) | st.lists(inner, max_size=3),
)
FULL = FileFacts(
    imports=(Import("a", "b", 1, 2, nested=True),),
    exported=("a",),
    classes=(Definition("A", 1, documented=True),),
    functions=(Definition("f", 2, is_async=True),),
    constants=(Definition("C", 3),),
    docstring="text",
    problems=(Problem("syntax", "wrong", 4, 5),),
)


@given(FACTS)
def test_what_was_packed_unpacks_to_the_same_facts(facts: FileFacts):
    assert unpack(marshal.loads(marshal.dumps(pack(facts)))) == facts


@given(PLAIN)
def test_anything_else_is_refused(data: object):
    with pytest.raises(ValueError, match="packed"):
        unpack(data)


def changed(data: tuple, place: tuple[int, ...], value: object) -> tuple:
    first, *rest = place
    inner = changed(data[first], tuple(rest), value) if rest else value
    return (*data[:first], inner, *data[first + 1 :])


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((0,), []),
        ((0, 0), ("a", "b", 1, 2, True)),
        ((0, 0, 0), b"a"),
        ((0, 0, 2), -1),
        ((0, 0, 2), True),
        ((0, 0, 3), 0),
        ((0, 0, 4), 1),
        ((1,), ["a"]),
        ((1,), "a"),
        ((1, 0), None),
        ((2,), 1),
        ((3, 0, 0), None),
        ((3, 0, 1), 0),
        ((3, 0, 1), 1.0),
        ((4, 0, 3), None),
        ((5, 0), ("C",)),
        ((6,), b"text"),
        ((7, 0, 0), "mistake"),
        ((7, 0, 2), -1),
        ((7, 0, 3), "5"),
    ],
)
def test_a_single_wrong_field_is_refused(place: tuple[int, ...], value: object):
    packed = pack(FULL)
    assert unpack(packed) == FULL

    with pytest.raises(ValueError, match="packed"):
        unpack(changed(packed, place, value))


def test_a_missing_or_surplus_field_is_refused():
    for data in (pack(FULL)[:-1], (*pack(FULL), None)):
        with pytest.raises(ValueError, match="packed"):
            unpack(data)


def test_the_key_names_the_grammar_and_the_binding():
    parse_file(b"")

    assert parser_key().startswith("source/")
    assert f"tree-sitter/{version('tree-sitter')} " in parser_key()
    assert parser_key().endswith(f"tree-sitter-python/{version('tree-sitter-python')}")

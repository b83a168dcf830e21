"""JSON pointers name one place inside a document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.errors import DecodeError
from astrograph.formats.pointer import escape, exists, get, join, put, split, walk

# The document and the pointers of RFC 6901, section 5.
EXAMPLE = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", EXAMPLE),
        ("/foo", ["bar", "baz"]),
        ("/foo/0", "bar"),
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ('/k"l', 6),
        ("/ ", 7),
        ("/m~0n", 8),
    ],
)
def test_the_examples_of_rfc_6901_hold(pointer, expected):
    assert get(EXAMPLE, pointer) == expected
    assert exists(EXAMPLE, pointer)


@pytest.mark.parametrize(
    "pointer", ["/nope", "/foo/2", "/foo/-", "/foo/01", "/foo/-1", "/foo/bar", "/foo/0/x", "/foo/²"]
)
def test_a_place_that_is_not_there_is_missing(pointer):
    assert not exists(EXAMPLE, pointer)
    with pytest.raises(KeyError):
        get(EXAMPLE, pointer)


@pytest.mark.parametrize("pointer", ["foo", "#/foo", "/a~2", "/a~"])
def test_what_is_no_pointer_is_refused(pointer):
    with pytest.raises(DecodeError, match="not a JSON pointer"):
        split(pointer)


@given(st.lists(st.text(max_size=8), max_size=6))
def test_split_undoes_join(parts):
    assert split(join(parts)) == tuple(parts)


def test_put_creates_the_objects_on_the_way():
    document: dict[str, object] = {"module": {"path": "memory/fold"}}
    put(document, "/module/owner/name", "@team")
    put(document, "/a~1b", 1)
    assert document == {"module": {"path": "memory/fold", "owner": {"name": "@team"}}, "a/b": 1}


def test_put_replaces_and_appends_in_arrays():
    document: dict[str, object] = {"stars": ["Trail"]}
    put(document, "/stars/0", "Watch")
    put(document, "/stars/-", "Flow")
    assert document == {"stars": ["Watch", "Flow"]}


@pytest.mark.parametrize("pointer", ["/name/first", "/stars/1", "/stars/x", "/stars/7/x", ""])
def test_put_never_replaces_what_stands_in_its_way(pointer):
    document: dict[str, object] = {"name": "text", "stars": ["Trail"]}
    with pytest.raises(DecodeError):
        put(document, pointer, 1)
    assert document == {"name": "text", "stars": ["Trail"]}


def test_walk_gives_every_leaf_in_document_order():
    document = {"b": [1, {"x~": None}], "a": {"y/z": "t"}, "e": {}, "l": []}
    assert list(walk(document)) == [("/b/0", 1), ("/b/1/x~0", None), ("/a/y~1z", "t"), ("/e", {}), ("/l", [])]
    assert list(walk(3)) == [("", 3)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_every_leaf_that_walk_gives_can_be_got_at_its_pointer(document):
    leaves = list(walk(document))
    assert leaves
    assert all(get(document, pointer) == value for pointer, value in leaves)


def test_walk_survives_any_depth():
    document: list[object] = []
    for _ in range(100_000):
        document = [document]
    # An escape-free pointer of 100,000 levels is long, but it is one string a level; only the last is kept.
    shallow = document
    for _ in range(99_000):
        shallow = shallow[0]  # type: ignore[assignment]
    assert [pointer.count("/") for pointer, _ in walk(shallow)] == [1000]


def test_an_index_is_escaped_like_a_key():
    assert escape(3) == "3"
    assert escape("~/") == "~0~1"

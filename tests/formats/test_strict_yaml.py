"""YAML becomes JSON values without a surprise, and whatever the bytes are there is an answer."""

from __future__ import annotations

import json
import math

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from astrograph.errors import ConfigurationError
from astrograph.formats import strict_yaml
from astrograph.formats.pointer import get, walk
from astrograph.formats.strict_yaml import MAX_BYTES, YamlDocument, decode, yaml_key
from astrograph.formats.yaml_reader import MAX_NODES, MAX_PROBLEMS
from astrograph.formats.yaml_values import Ambiguity, resolve
from astrograph.model.codes import CODES


def codes(document: YamlDocument) -> list[tuple[str, int, int]]:
    return [(problem.code, problem.line, problem.column) for problem in document.problems]


def test_values_positions_and_no_problems():
    document = decode(
        b"# yaml-language-server: $schema=x.json\n"
        b"owner: '@memory-team'\n"
        b"tier: T1_critical\n"
        b"contracts:\n"
        b"  - memory.fold@v2\n"
        b"  - {a/b: [1, 0.5, true, null]}\n"
        b"description: |\n"
        b"  two\n"
        b"  lines\n"
        b"node:\n"
    )
    assert document.value == {
        "owner": "@memory-team",
        "tier": "T1_critical",
        "contracts": ["memory.fold@v2", {"a/b": [1, 0.5, True, None]}],
        "description": "two\nlines\n",
        "node": None,
    }
    assert document.problems == ()
    assert document.doubtful == frozenset()
    assert document.positions == {
        "": (2, 1),
        "/owner": (2, 1),
        "/tier": (3, 1),
        "/contracts": (4, 1),
        "/contracts/0": (5, 5),
        "/contracts/1": (6, 5),
        "/contracts/1/a~1b": (6, 6),
        "/contracts/1/a~1b/0": (6, 12),
        "/contracts/1/a~1b/1": (6, 15),
        "/contracts/1/a~1b/2": (6, 20),
        "/contracts/1/a~1b/3": (6, 26),
        "/description": (7, 1),
        "/node": (10, 1),
    }


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"---\n...\n"])
def test_an_empty_file_is_null_and_no_problem(data):
    document = decode(data)
    assert document.value is None
    assert document.problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-1", -1),
        ("9007199254740992", 2**53),
        ("0.5", 0.5),
        ("-12.0625", -12.0625),
        ("1.0", 1.0),
    ],
)
def test_scalars_in_json_syntax_have_their_json_value(text, expected):
    assert resolve(text) == expected
    assert type(resolve(text)) is type(expected)


@pytest.mark.parametrize("text", ["memory", "T1_critical", "v1", "1.2.3", "a@b", "-", "none", "nan", "infinity", "1-2"])
def test_plain_words_are_text(text):
    assert resolve(text) == text


_SURPRISES = """
no No NO yes Yes YES on On ON off Off OFF y Y n N True TRUE False FALSE
~ Null NULL
1e3 1E3 1.5e3 1.5e+3 -1e-3 010 0777 -010 0o17 0b101 0x1F 1_000 1_0.5 +1 +0.5 .5 1. -0 1.10 1.50 00
12:30 1:2:3 190:20:30.15
.inf .Inf .INF -.inf +.inf .nan .NaN .NAN
2024-01-01 2024-1-1 2001-12-14t21:59:43.10-05:00 2001-12-15T02:59:43.1Z
9007199254740993 -9007199254740993 123456789012345678901234567890 0.1234567890123456789
=
"""
SURPRISES = _SURPRISES.split()


@pytest.mark.parametrize("text", [*SURPRISES, "2001-12-14 21:59:43.10 -5"])
def test_a_yaml_surprise_is_a_problem_that_says_to_quote_it_and_keeps_the_text(text):
    document = decode(f"a: {text}\n".encode())
    assert codes(document) == [("AG206", 1, 4)]
    assert f'quote it to keep the text: "{text}"' in document.problems[0].fix
    assert document.value == {"a": text}
    assert document.doubtful == {"/a"}
    for quote in "'\"":
        assert decode(f"a: {quote}{text}{quote}\n".encode()) == YamlDocument(
            value={"a": text}, positions={"": (1, 1), "/a": (1, 1)}
        )


@given(st.text("0123456789+-.:_eExobTZ~nNyYoOfFtTrRuUeElLsS ", max_size=12))
def test_what_yaml_1_1_does_not_take_for_text_is_never_silently_another_value(text):
    resolved = resolve(text)
    if isinstance(resolved, Ambiguity):
        return
    loader = yaml.SafeLoader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    if resolved == text and isinstance(resolved, str):
        assert tag == "tag:yaml.org,2002:str"
    else:
        assert resolved == loader.construct_object(yaml.ScalarNode(tag, text))


@pytest.mark.parametrize(
    ("data", "column", "key"),
    [(b"on: 1\n", 1, "on"), (b"1: x\n", 1, "1"), (b"null: x\n", 1, "null"), (b"{12:30: x}\n", 2, "12:30")],
)
def test_a_key_that_is_not_text_to_everyone_is_a_problem(data, column, key):
    document = decode(data)
    assert codes(document) == [("AG206", 1, column)]
    assert document.problems[0].fix == f'quote the key: "{key}"'
    assert document.doubtful == {f"/{key}"}


def test_a_duplicate_key_names_both_places_and_the_first_value_is_kept():
    document = decode(b"a: 1\nb:\n  c: 2\n  c: no\na: 3\n")
    assert codes(document) == [("AG202", 4, 3), ("AG206", 4, 6), ("AG202", 5, 1)]
    assert "already on line 3, column 3" in document.problems[0].message
    assert "already on line 1, column 1" in document.problems[2].message
    assert document.value == {"a": 1, "b": {"c": 2}}
    assert {"/a", "/b/c"} <= document.doubtful
    assert document.doubtful_members() == {"/a", "/b"}


@pytest.mark.parametrize(
    ("data", "line", "column", "word"),
    [
        (b"a: &x 1\n", 1, 4, "anchor"),
        (b"a: &x [1]\n", 1, 4, "anchor"),
        (b"a: *x\n", 1, 4, "alias"),
        (b"*x : 1\n", 1, 1, "alias"),
        (b"a: !!str 1\n", 1, 4, "tag"),
        (b"a: !!python/object/apply:os.system [x]\n", 1, 4, "tag"),
        (b"a: ! x\n", 1, 4, "tag"),
        (b"a: !!binary aGk=\n", 1, 4, "tag"),
        (b"<<: {a: 1}\nb: 1\n", 1, 1, "merge key"),
        (b"? [a, b]\n: 1\n", 1, 3, "key that is not text"),
        (b"a: {{ name }}\n", 1, 5, "key that is not text"),
        (b"a: 1\n---\nb: 2\n", 2, 1, "second document"),
        (b"\xef\xbb\xbfa: 1\n", 1, 1, "byte order mark"),
    ],
)
def test_yaml_beyond_the_subset_is_a_problem_with_its_place(data, line, column, word):
    document = decode(data)
    assert codes(document) == [("AG203", line, column)]
    assert word in document.problems[0].message
    assert document.problems[0].fix


def test_a_quoted_merge_key_is_a_key():
    assert decode(b"'<<': 1\n").value == {"<<": 1}


LOOK = "correct the YAML here, or what is left open above"


@pytest.mark.parametrize(
    ("data", "line", "column", "fix"),
    [
        (b"a: 1\nowner: @team\n", 2, 8, 'put the value in double quotes: owner: "@team"'),
        (b"a: b: c\n", 1, 5, 'a value that holds ": " needs double quotes'),
        (b"a:\n\tb: 1\n", 2, 1, "indent with spaces; YAML allows no tabs there"),
        (b"a: [1\n", 2, 1, LOOK),
        (b"a: \xff\n", 1, 4, "save it as UTF-8"),
        ("a: é\nb: é".encode() + b"\xff", 2, 5, "save it as UTF-8"),
        (b'a: "\\ud800"\n', 1, 7, LOOK),
        (b"%YAML 3.0\n---\na: 1\n", 1, 1, LOOK),
    ],
)
def test_what_is_not_yaml_is_one_problem_with_its_place(data, line, column, fix):
    document = decode(data)
    assert codes(document) == [("AG201", line, column)]
    assert document.problems[0].fix == fix
    assert document.value is None
    assert document.doubtful_members() == {""}


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x07", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\ufffe"])
def test_control_characters_are_refused_with_their_place(character):
    document = decode(f"a: 1\nb: x{character}y\n".encode())
    assert codes(document) == [("AG201", 2, 5)]
    assert character not in document.problems[0].message


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_as_one(line_end):
    document = decode(line_end.join(["a: 1", "b: |", "  x", "  y", "c: no", ""]).encode())
    assert document.value == {"a": 1, "b": "x\ny\n", "c": "no"}
    assert codes(document) == [("AG206", 5, 4)]


@pytest.mark.parametrize("data", [b"[" * 100_000, b"{a: " * 100_000, b"- " * 100_000, b"? " * 100_000])
def test_nesting_deep_enough_to_crash_libyaml_is_one_problem(data):
    document = decode(data)
    assert {problem.code for problem in document.problems} == {"AG203"}
    assert document.problems[-1].message == "nested deeper than 50"
    assert document.value is None


@pytest.mark.parametrize("levels", [60, 999, 1_000, 1_001, 5_000])
def test_nesting_is_reported_where_it_gets_too_deep_whatever_libyaml_looks_ahead_to(levels):
    assert codes(decode("a: é\nb: ".encode() + b"[" * levels + b"]" * levels)) == [("AG203", 2, 53)]


def test_fifty_levels_are_accepted():
    assert decode(b"[" * 50 + b"]" * 50).problems == ()
    assert codes(decode(b"[" * 51 + b"]" * 51)) == [("AG203", 1, 51)]


def test_an_alias_bomb_is_refused_at_its_first_alias():
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 30)]
    document = decode("\n".join(lines).encode())
    assert {problem.code for problem in document.problems} == {"AG203"}
    assert document.value["a29"] == [None, None]  # type: ignore[index]


def test_a_file_over_the_size_limit_is_refused_unread():
    assert decode(b"#" * MAX_BYTES).problems == ()
    assert codes(decode(b"#" * (MAX_BYTES + 1))) == [("AG203", 1, 1)]


def test_too_many_values_are_refused_even_behind_too_many_problems():
    document = decode(b"? a\n" * MAX_NODES)
    assert len(document.problems) == MAX_PROBLEMS
    assert document.problems[-1].message == "more than 50,000 values"
    assert document.value is None


def test_one_long_key_over_many_values_costs_no_quadratic_space():
    document = decode(b"? " + b"k" * 100_000 + b"\n: [" + b"1," * 40_000 + b"1, no]\nafter: 2\n")
    assert list(document.positions) == ["", "/after"]
    assert document.doubtful == {""}


@given(st.binary(max_size=80) | st.text("ab:-[]{}#&*!|>'\"%@`,? \n\t<~0.", max_size=60).map(str.encode))
@example(b"a: \xed\xa0\x80")
@example("a: \ud800".encode("utf-16", "surrogatepass"))
@example(b"? ? a\n: b\n")
@example(b"--- !!map\n")
def test_random_bytes_always_get_an_answer(data):
    document = decode(data)
    assert all(problem.code in {"AG201", "AG202", "AG203", "AG206"} for problem in document.problems)
    assert all(problem.code in CODES and problem.line >= 1 and problem.column >= 1 for problem in document.problems)
    assert bool(document.doubtful) == bool([p for p in document.problems if "byte order mark" not in p.message])
    for pointer in document.positions:
        get(document.value, pointer)


TEXTS = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.integers(-(10**9), 10**9).map(lambda n: n / 10_000)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)


@given(JSON)
def test_json_is_yaml_with_the_same_value(document):
    read = decode(json.dumps(document, indent=1).encode())
    assert read.problems == ()
    assert read.value == document
    assert all(pointer in read.positions for pointer, _ in walk(document))


def test_surrogate_pairs_are_no_escape_of_yaml():
    assert [problem.code for problem in decode(rb'a: "\ud83d\ude00"').problems] == ["AG201"]
    assert decode(rb'a: "\U0001F600"').value == {"a": "😀"}


@given(JSON)
def test_what_other_writers_of_yaml_quote_is_read_back_the_same(document):
    read = decode(yaml.safe_dump(document, allow_unicode=False).encode())
    assert {problem.code for problem in read.problems} <= {"AG203", "AG206"}
    if not read.problems:
        assert read.value == document
        assert all(not isinstance(leaf, float) or math.isfinite(leaf) for _, leaf in walk(read.value))


def test_the_key_names_the_parser_with_its_versions():
    assert f"PyYAML {yaml.__version__}" in yaml_key()
    assert "libyaml 0." in yaml_key()


def test_without_libyaml_the_way_out_is_told(monkeypatch):
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    with pytest.raises(ConfigurationError, match="without libyaml"):
        strict_yaml.decode(b"a: 1")

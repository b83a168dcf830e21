"""Bytes that are no good Python: the facts that can be had are had, and what is wrong is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import astrograph
from astrograph.facts.source import MAX_BYTES, pack, parse_file, parser, unpack
from astrograph.model.facts import FileFacts, Problem


def told(facts: FileFacts) -> list[tuple[str, int, int]]:
    return [(problem.kind, problem.line, problem.column) for problem in facts.problems]


def modules(facts: FileFacts) -> list[str]:
    return [one.module for one in facts.imports]


# ── encodings ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "data",
    [
        "'é'\nX = 1\n".encode(),
        b"\xef\xbb\xbf" + "'é'\nX = 1\n".encode(),
        "# -*- coding: latin-1 -*-\n'é'\nX = 1\n".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\n'é'\nX = 1\n".encode("iso8859-15"),
        "# coding=utf-8-unix\n'é'\nX = 1\n".encode(),
        b"\xef\xbb\xbf" + "# coding: UTF_8\n'é'\nX = 1\n".encode(),
        "# coding: cp1252\r\n'é'\r\nX = 1\r\n".encode("cp1252"),
        "# coding: windows-1252\n'é'\nX = 1\n".encode("cp1252"),
        "x = 1\n# coding: latin-1\n'é'\nX = 1\n".encode().replace(b"x = 1\n", b"\n\n"),
    ],
)
def test_a_file_is_read_in_its_declared_encoding(data: bytes):
    facts = parse_file(data)

    assert facts.problems == ()
    assert facts.docstring == "é"
    assert [one.name for one in facts.constants] == ["X"]


def test_a_multibyte_encoding_does_not_confuse_the_parser():
    facts = parse_file("# coding: shift_jis\n'表'\nimport a\n".encode("shift_jis"))  # its second byte is `\`

    assert facts.problems == ()
    assert facts.docstring == "表"
    assert modules(facts) == ["a"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"import a\n# \xe9\n", ("encoding", 2, 3)),
        ("# coding: ascii\nimport a\nx = 'é'\n".encode(), ("encoding", 3, 6)),
        (b"# coding: klingon\nimport a\n", ("encoding", 1, 11)),
        (b"# coding: rot13\nimport a\n", ("encoding", 1, 11)),
        (b"\xef\xbb\xbf# coding: latin-1\nimport a\n", ("encoding", 1, 11)),
        (b"# coding: cp1252\nimport a # \xe9\x81\n", ("encoding", 2, 13)),
        ("import a\n".encode("utf-16"), ("encoding", 1, 1)),
        (b"\xfe\xff" + "import a\n".encode("utf-16-be"), ("encoding", 1, 1)),
        ("import a\n".encode("utf-32"), ("encoding", 1, 1)),
    ],
)
def test_a_file_in_another_encoding_than_declared_still_has_facts(data: bytes, problem: tuple[str, int, int]):
    facts = parse_file(data)

    assert told(facts) == [problem]
    assert modules(facts) == ["a"]


def test_a_declaration_below_code_or_past_the_second_line_does_not_count():
    assert parse_file(b"x = 1\n# coding: klingon\n").problems == ()
    assert parse_file(b"#\n#\n# coding: klingon\n").problems == ()


def test_null_bytes_are_told_and_the_rest_is_read():
    facts = parse_file(b"import a\nx = '\0\0'\nimport b\n")

    assert facts.problems == (Problem("null-byte", "the file holds 2 null bytes; Python reads none of it", 2, 6),)
    assert modules(facts) == ["a", "b"]


def test_every_kind_of_line_end_counts_as_one_line():
    facts = parse_file(b"import a\rimport b\r\nimport c\n'''x\ry'''\rdef f(): '''d\r\n  e'''\r")

    assert [(one.module, one.line) for one in facts.imports] == [("a", 1), ("b", 2), ("c", 3)]
    assert [(one.name, one.line) for one in facts.functions] == [("f", 6)]


def test_a_docstring_has_line_feeds_only():
    assert parse_file(b"'''a\r\n\r\nb\rc'''").docstring == "a\n\nb\nc"


# ── syntax ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import a\nx = = 1\ndef f(): pass\n", ("syntax", 2, 5)),
        ("import a\nclass A:\n    def f(self):\n        é = $\n\ndef f(): pass\n", ("syntax", 4, 9)),
        ("import a\n)\ndef f(): pass\n", ("syntax", 2, 1)),
        ("import a\nprint 'x'\ndef f(): pass\n", ("syntax", 2, 1)),
        ("import a\nif x:\n    exec code in scope\ndef f(): pass\n", ("syntax", 3, 5)),
        ("import a\nx([1, 2)\ndef f(): pass\n", ("syntax", 2, 8)),
        ("import a\ndef f(:\n    pass\n", ("syntax", 2, 7)),
    ],
)
def test_a_syntax_error_is_told_with_its_place_and_costs_nothing_else(source: str, problem: tuple[str, int, int]):
    facts = parse_file(source.encode())

    assert told(facts) == [problem]
    assert modules(facts) == ["a"]
    assert [one.name for one in facts.functions] == ["f"]


def test_a_problem_names_what_was_found():
    assert parse_file(b"x = = 1").problems[0].message == "this is not Python: = 1"
    assert parse_file(b"f(1, [2)").problems[0].message == "] is missing here"
    assert parse_file(b"print 'x'").problems[0].message == "the print statement is Python 2: print 'x'"


def test_a_problem_shows_no_control_characters_and_no_endless_line():
    message = parse_file(b"x = $ \x1b[31m\x07" + b"y" * 30_000).problems[0].message

    assert message.isprintable()
    assert len(message) < 80


@pytest.mark.parametrize(
    ("source", "opening"),
    [
        ("import a\nx = (1,\nimport b\ndef f(): pass\n", (2, 5)),
        ("import a\nx = {'é': [1,\n\nimport b\n", (2, 5)),
        ("import a\n'é', '''text\nimport b\n", (2, 6)),
        ("import a\nfrom b import (c,\n", (2, 15)),
    ],
)
def test_what_is_opened_and_never_closed_makes_the_reading_partial(source: str, opening: tuple[int, int]):
    facts = parse_file(source.encode())

    assert ("partial", *opening) in told(facts)
    assert "syntax" in {problem.kind for problem in facts.problems}
    assert modules(facts)[0] == "a"


def test_a_broken_import_keeps_its_module_and_guesses_no_name():
    facts = parse_file(b"from a.b import (c\n\ndef f(): pass\n")
    dangling = parse_file(b"from .a import\nimport b\n")
    prose = parse_file(b"import the module\nimport b,\nimport c.\n")

    assert [(one.module, one.name, one.level) for one in facts.imports] == [("a.b", "", 0)]
    assert [(one.module, one.name, one.level) for one in dangling.imports] == [("a", "", 1)]
    assert modules(prose) == ["b"]


def test_the_inside_of_a_broken_class_is_not_taken_for_the_module():
    facts = parse_file(b"class A(\n    def method(self): pass\n    LIMIT = 1\n\ndef f(): pass\n")

    assert "method" not in [one.name for one in facts.functions]
    assert facts.constants == ()


@pytest.mark.parametrize(
    "source",
    [
        "class A[T = int]: pass\n",
        "def f[T: str = int, *Ts = *tuple[int], **P = [int, str]](): pass\n",
        "type A[T = int] = list[T]\n",
        "try:\n    pass\nexcept A, B:\n    pass\n",
        "x = t'{y}'\n",
        "x = f'{f'{y}'}'\n",
        "async def f():\n    return [x async for x in y]\n",
        "match x:\n    case {'a': [1, *_]} if y: pass\n",
        "with (a as b, c as d): pass\n",
        "print >> file, 'x'\n",
    ],
)
def test_syntax_newer_than_an_interpreter_is_no_problem(source: str):
    facts = parse_file(f"import a\n{source}import b\n".encode())

    assert facts.problems == ()
    assert modules(facts) == ["a", "b"]


# ── size and shape ───────────────────────────────────────────────────────────


def test_a_file_above_the_size_cap_is_not_parsed():
    facts = parse_file(b"#" * (MAX_BYTES + 1))

    assert facts == FileFacts(
        problems=(Problem("too-large", "4194305 bytes are more than the 4194304 that are parsed", 1, 1),)
    )


def test_lines_of_30_kilobytes_are_read():
    facts = parse_file(b"X = '" + b"x" * 30_000 + b"'; import a\n" + b"Y = [" + b"1," * 15_000 + b"]\n")

    assert facts.problems == ()
    assert [one.name for one in facts.constants] == ["X", "Y"]
    assert modules(facts) == ["a"]


@pytest.mark.parametrize(
    "source",
    [
        b"x = " + b"(" * 50_000 + b")" * 50_000,
        b"x = " + b"-" * 50_000 + b"1",
        b"x" + b".a" * 50_000,
        b"A = " * 20_000 + b"1",
        b"__all__ = " + b"['a'] + " * 20_000 + b"['b']",
        b"__all__ = [" + b"(" * 20_000 + b"'a'" + b")" * 20_000 + b"]",
        b"(" * 20_000 + b"'doc'" + b")" * 20_000,
        b"".join(b" " * depth + b"if x:\n" for depth in range(300)),
        b"x = " + b"f'{" * 20_000,
        b"x = " + b"lambda: " * 20_000,
    ],
    ids=lambda source: source[:12].decode(),
)
def test_depth_is_no_obstacle(source: bytes):
    facts = parse_file(b"import a\n" + source + b"\n")

    assert modules(facts) == ["a"]
    assert unpack(pack(facts)) == facts


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parser, "_MOST_READ", 1024 * 1024)


def test_a_long_run_of_comments_is_read_in_time_and_its_neighbourhood_in_full(little_patience):
    comments = b"    # import no, __all__\n" * 1_000
    facts = parse_file(
        b"def f():\n" + comments + b"    'doc'\n\ndef g():\n    '''\n" + comments + b"    '''\nimport a\n"
    )

    assert facts.problems == ()
    assert [(one.name, one.documented) for one in facts.functions] == [("f", True), ("g", True)]
    assert [(one.module, one.line) for one in facts.imports] == [("a", 2_007)]


def test_text_comes_from_the_file_even_where_the_parser_saw_blanks(little_patience):
    comments = b"# it is\n" * 3_000
    facts = parse_file(b"'''\n" + comments + b"'''\ndef f():\n    x\n" + comments + b"    y\n")

    assert facts.docstring == ("# it is\n" * 3_000).rstrip("\n")


def test_a_file_that_takes_too_much_work_is_given_up(little_patience):
    facts = parse_file(b"def f():\n" + b"    # it's\n" * 3_000 + b"    pass\n")

    assert told(facts) == [("too-large", 1, 1)]


@pytest.mark.parametrize(
    ("limit", "source"),
    [
        ("_MOST_MARKS", b"(" * 20_000),
        ("_MOST_MARKS", b"import " + b"a." * 20_000 + b"a"),
        ("_MOST_CALLS", b"a b c d e f g (\n" * 2_000),
        ("_MOST_CALLS", b"a=1\n" * 10_000),
        ("_MOST_READ", b"\\\n" * 9_000),
    ],
)
def test_a_file_beyond_a_limit_on_marks_steps_or_bytes_read_is_given_up(
    monkeypatch: pytest.MonkeyPatch, limit: str, source: bytes
):
    assert ("too-large", 1, 1) not in told(parse_file(source))
    monkeypatch.setattr(parser, limit, {"_MOST_MARKS": 10_000, "_MOST_CALLS": 100, "_MOST_READ": 1024 * 1024}[limit])

    assert told(parse_file(source)) == [("too-large", 1, 1)]


def test_honest_code_of_the_largest_size_is_within_every_limit(monkeypatch: pytest.MonkeyPatch):
    for limit in ("_MOST_MARKS", "_MOST_CALLS", "_MOST_READ"):
        monkeypatch.setattr(parser, limit, getattr(parser, limit) // 64)
    top = Path(astrograph.__file__).parent
    code = b"\n".join(path.read_bytes() for path in sorted(top.rglob("*.py")))

    assert parse_file(code[: MAX_BYTES // 64].rpartition(b"\nclass ")[0]).problems == ()


def test_an_import_longer_than_any_module_is_left_out_and_told():
    facts = parse_file(b"import a\nimport " + b"b." * 600 + b"b\nfrom c import " + b"d" * 1_001 + b"\n")

    assert modules(facts) == ["a"]
    assert told(facts) == [("partial", 2, 1)]


def test_large_files_read_as_small_ones_do():
    part = "import a.é\n\n\ndef f():\n    '''Text — with dashes.'''\n    from b import c\n\n\nCONSTANT = 'ü'\n"
    copies = 1_000
    small, large = parse_file(part.encode()), parse_file((part * copies).encode())

    assert large.imports[-2:] == tuple(
        type(one)(one.module, one.name, one.level, one.line + 9 * (copies - 1), one.nested) for one in small.imports
    )
    assert len(large.imports) == copies * len(small.imports)
    assert (large.functions, large.constants) == (small.functions, small.constants)
    assert large.problems == ()


FRAGMENTS = [
    b"import ", b"from ", b"a", b".", b"..", b", ", b"(", b")", b"[", b"]", b"{", b"}", b":", b"\n", b"\n    ", b"\n  ",
    b"def f():", b"class A:", b"__all__", b" = ", b" += ", b".append", b"'", b'"""', b"f'", b"\\", b"#", b"if ",
    b"TYPE_CHECKING", b"else:", b"try:", b"except", b"print ", b"type ", b"\r", b"\0", b"\xe9", b"\xef\xbb\xbf",
    b"\xff\xfe", b"# coding: ", b"latin-1", b"utf-16", b"cp1252", b"iso2022_jp", "ﬁ".encode(), b"@", b"async ", b";",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(b"".join)))
@example(b"")
@example(b"\xff\xfe\x00\x00")
@example(b"# coding: utf-16\nimport a")
@example(b"# coding: " + b"a" * 5000)
def test_no_bytes_make_it_raise(data: bytes):
    facts = parse_file(data)

    assert unpack(pack(facts)) == facts
    assert facts == parse_file(data)
    lines = data.count(b"\n") + data.count(b"\r") + 1
    if not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in facts.problems)
        assert all(1 <= one.line <= lines for one in facts.imports)
    for text in [facts.docstring or "", *(facts.exported or ()), *(problem.message for problem in facts.problems)]:
        text.encode()

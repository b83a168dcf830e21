"""What one file says: imports, public names, docstrings."""

from __future__ import annotations

from textwrap import dedent

import pytest

from astrograph.facts.source import parse_file
from astrograph.model.facts import Definition, FileFacts, Import


def facts_of(source: str) -> FileFacts:
    facts = parse_file(dedent(source).encode())
    assert facts.problems == ()
    return facts


# ── imports ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a", [("a", "", 0)]),
        ("import a.b as c, d", [("a.b", "", 0), ("d", "", 0)]),
        ("import a . b", [("a.b", "", 0)]),
        ("from a.b import c as d, e", [("a.b", "c", 0), ("a.b", "e", 0)]),
        ("from a import *", [("a", "*", 0)]),
        ("from a import(b)", [("a", "b", 0)]),
        ("from a import (  # import x\n    b,  # from y import z\n    c,\n)", [("a", "b", 0), ("a", "c", 0)]),
        ("from a \\\n    import b, \\\n    c", [("a", "b", 0), ("a", "c", 0)]),
        ("from . import a", [("", "a", 1)]),
        ("from.a import b", [("a", "b", 1)]),
        ("from . .. a . b import c", [("a.b", "c", 3)]),
        ("from ... import *", [("", "*", 3)]),
        ("from __future__ import annotations", [("__future__", "annotations", 0)]),
        ("from importlib import import_module", [("importlib", "import_module", 0)]),
        ("x = 1; import a; y = 2; import b", [("a", "", 0), ("b", "", 0)]),
        ("import\\\n a", [("a", "", 0)]),
        ("from ﬁle import 𝕏", [("file", "X", 0)]),
        ("'import a'\nx = '''\nimport b\n'''\n# import c\nimportant = reimport = 1", []),
        ("f'{x:import}'", []),
    ],
)
def test_imports_are_read_as_written(source: str, expected: list[tuple[str, str, int]]):
    assert [(i.module, i.name, i.level) for i in facts_of(source).imports] == expected


def test_an_import_knows_its_line_and_where_it_stands():
    facts = facts_of(
        """\
        import top

        if TYPE_CHECKING:
            import typed
        else:
            import untyped

        try:
            import tried
        except ImportError: import caught

        def function():
            import local
            if typing.TYPE_CHECKING:
                from typed import local as x

        class Class:
            async def method(self):
                from a import (
                    b,
                )
        """
    )

    assert facts.imports == (
        Import("top", "", 0, 1),
        Import("typed", "", 0, 4, typing_only=True),
        Import("untyped", "", 0, 6),
        Import("tried", "", 0, 9),
        Import("caught", "", 0, 10),
        Import("local", "", 0, 13, nested=True),
        Import("typed", "local", 0, 15, nested=True, typing_only=True),
        Import("a", "b", 0, 19, nested=True),
    )


@pytest.mark.parametrize(
    ("condition", "body", "otherwise"),
    [
        ("TYPE_CHECKING", True, False),
        ("typing.TYPE_CHECKING", True, False),
        ("(t.TYPE_CHECKING)", True, False),
        ("not TYPE_CHECKING", False, True),
        ("not (typing.TYPE_CHECKING)", False, True),
        ("MY_TYPE_CHECKING", False, False),
        ("TYPE_CHECKING or x", False, False),
        ("x", False, False),
    ],
)
def test_only_what_type_checkers_alone_see_is_typing_only(condition: str, *, body: bool, otherwise: bool):
    facts = facts_of(f"if {condition}:\n    import a\nelse:\n    import b\n")

    assert [i.typing_only for i in facts.imports] == [body, otherwise]


def test_an_elif_may_be_for_type_checkers():
    facts = facts_of("if a:\n    import b\nelif TYPE_CHECKING:\n    import c\nelse:\n    import d\n")

    assert [(i.module, i.typing_only) for i in facts.imports] == [("b", False), ("c", True), ("d", False)]


# ── definitions ──────────────────────────────────────────────────────────────


def test_definitions_are_public_and_at_module_level():
    facts = facts_of(
        """\
        class Public: "documented"
        class _Private: pass
        class Outer:
            class Inner: pass
            def method(self): pass

        def plain(): pass

        @decorator
        async def decorated():
            # a comment first
            '''Documented.'''

        def _hidden(): pass
        """
    )

    assert facts.classes == (Definition("Public", 1, documented=True), Definition("Outer", 3))
    assert facts.functions == (
        Definition("plain", 7),
        Definition("decorated", 10, documented=True, is_async=True),
    )


@pytest.mark.parametrize(
    "block",
    [
        "if x:\n    {}\n",
        "if x:\n    pass\nelif y:\n    {}\n",
        "if x:\n    pass\nelse:\n    {}\n",
        "if TYPE_CHECKING:\n    {}\n",
        "try:\n    {}\nexcept E:\n    pass\n",
        "try:\n    pass\nexcept E:\n    {}\n",
        "try:\n    pass\nexcept* E:\n    {}\n",
        "try:\n    pass\nfinally:\n    {}\n",
        "with x:\n    {}\n",
        "for x in y:\n    {}\n",
        "while x:\n    {}\n",
        "match x:\n    case 1:\n        {}\n",
        "if a:\n  if b:\n    {}\n",
    ],
)
def test_blocks_at_module_level_belong_to_the_module(block: str):
    facts = facts_of(block.format("class A: B = 1; C: int = 2"))
    constants = facts_of(block.format("A = 1"))

    assert [one.name for one in facts.classes] == ["A"]
    assert facts.constants == ()
    assert [one.name for one in constants.constants] == ["A"]


def test_a_name_defined_twice_counts_once_at_its_first_line():
    facts = facts_of(
        """\
        @overload
        def f(a: int): ...
        @overload
        def f(a: str): ...
        def f(a):
            "The one with a docstring."
        """
    )

    assert facts.functions == (Definition("f", 2, documented=True),)


def test_constants_are_assigned_in_capitals():
    facts = facts_of(
        """\
        A = 1
        B: int = 2
        C: int
        D = E = 3
        F, (G, *H), [I] = x
        J.k = L[0] = 4
        _M = 5
        lower = Mixed = 6
        (N) = 7
        O += 1
        type P = int
        type Q[T] = list[T]
        __version__ = "1"
        A = 8
        """
    )

    assert [(one.name, one.line) for one in facts.constants] == [
        ("A", 1), ("B", 2), ("D", 4), ("E", 4), ("F", 5), ("G", 5), ("H", 5), ("I", 5), ("N", 9), ("P", 11),
        ("Q", 12),
    ]  # fmt: skip


def test_a_name_in_all_is_public_whatever_it_looks_like():
    facts = facts_of("__all__ = ['_f', '_C', 'logger', '__version__']\n_C = logger = __version__ = 1\ndef _f(): pass\n")

    assert [one.name for one in facts.functions] == ["_f"]
    assert [one.name for one in facts.constants] == ["_C", "logger", "__version__"]


def test_identifiers_are_compared_as_python_does():
    facts = facts_of("def ﬁnd(): pass\nclass 𝕏: pass\nﬀ = 𝔸 = 1\n")

    assert [one.name for one in facts.functions] == ["find"]
    assert [one.name for one in facts.classes] == ["X"]
    assert [one.name for one in facts.constants] == ["A"]


# ── docstrings ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", None),
        ("", None),
        ("# only a comment\n", None),
        ('"""One line."""', "One line."),
        ("# first\n\n'one'\n'two'\n", "one"),
        ("'a' 'b'  # c\n", "ab"),
        ("('in parentheses')", "in parentheses"),
        ("('a'\n # b\n 'c')", "ac"),
        ("'a'; import b", "a"),
        (r"'tab\tnul\x41\u00e9\U0001F600\101\N{BULLET}\
joined\q'", "tab     nulAé😀A•joined\\q"),
        (r"r'raw\n'", r"raw\n"),
        (r"u'\x41'", "A"),
        (r"'\ud800'", "\ufffd"),
        (r"'\N{NO SUCH CHARACTER}'", r"\N{NO SUCH CHARACTER}"),
        ("'''First.\n\n      indented\n    margin\n    '''", "First.\n\n  indented\nmargin"),
        ("''", ""),
        ("b'bytes'", None),
        ("f'text'", None),
        ("'a' f'b'", None),
        ("'a' b'b'", None),
        ("t'text'", None),
        ("'text' % 1", None),
        ("'text',", None),
        ("'text'.strip()", None),
    ],
)  # fmt: skip
def test_the_module_docstring_is_read_without_running_anything(source: str, expected: str | None):
    assert facts_of(source).docstring == expected

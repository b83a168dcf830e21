"""`__all__`: what is certain is listed, what is computed is never guessed."""

from __future__ import annotations

import pytest

from astrograph.facts.source import parse_file


def exports_of(source: str) -> tuple[tuple[str, ...] | None, bool]:
    facts = parse_file(source.encode())
    assert facts.problems == ()
    return facts.exported, facts.dynamic_all


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1", None),
        ("print(__all__)", None),
        ("'__all__'  # __all__", None),
        ("from a import b as c\nother.__all__ = ['x']", None),
        ("__all__ = []", ()),
        ("__all__ = ['a', \"b\", 'c' 'd', ('e'),  # f\n]", ("a", "b", "cd", "e")),
        ("__all__ = ('a', 'b')", ("a", "b")),
        ("__all__ = 'a', 'b'", ("a", "b")),
        ("__all__ = {'a'}", ("a",)),
        ("__all__ = (['a'])", ("a",)),
        ("__all__: list[str] = ['a']", ("a",)),
        ("__all__ = x = ['a']", ("a",)),
        ("__all__ = ['a'] + ['b'] + ['c']", ("a", "b", "c")),
        ("__all__ = ['a', *['b', *('c',)], 'd']", ("a", "b", "c", "d")),
        ("__all__ = ['a']\n__all__ += ['b']\n__all__ += 'c',", ("a", "b", "c")),
        ("__all__ = ['a']\n__all__.extend(['b'])\n__all__.append('c')", ("a", "b", "c")),
        ("__all__ = ['a']\n__all__ = __all__ + ['b']", ("a", "b")),
        ("__all__ = ['a']\n__all__ = ['b']", ("b",)),
        ("__all__ = ['a', 'a']\n__all__ += __all__", ("a",)),
        ("__all__ = ['a']\nfor n in __all__:\n    print(n)\ndef __dir__():\n    return __all__ + ['z']", ("a",)),
        ("__all__: list[str]\n__all__ = ['a']", ("a",)),
    ],
)
def test_a_literal_list_is_certain(source: str, expected: tuple[str, ...] | None):
    assert exports_of(source) == (expected, False)


@pytest.mark.parametrize(
    ("source", "certain"),
    [
        ("__all__ = names()", ()),
        ("__all__ = [n for n in dir()]", ()),
        ("__all__ = 'ab'", ()),
        ("__all__ = ('ab')", ()),
        ("__all__ = ['a', b, f'c', b'd']", ("a",)),
        ("__all__ = ['a', *other.__all__]", ("a",)),
        ("__all__ = ['a'] + other.__all__", ("a",)),
        ("__all__ = ['a'] * 2", ()),
        ("__all__ = ['a']\n__all__ += other.__all__", ("a",)),
        ("__all__ = ['a']\n__all__.extend(other.__all__)", ("a",)),
        ("__all__ = ['a']\n__all__.append(name)", ("a",)),
        ("__all__ = ['a']\n__all__ -= {'a'}", ()),
        ("__all__ = ['a']\n__all__.remove('a')", ()),
        ("__all__ = ['a']\n__all__.insert(0, 'b')", ("a",)),
        ("__all__ = ['a']\n__all__[0] = 'b'", ()),
        ("__all__ = ['a']\ndel __all__", ()),
        ("__all__ = ['a']\nif x:\n    __all__ += ['b']", ("a",)),
        ("if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']", ()),
        ("__all__ = ['a']\nfor n in x:\n    __all__.append(n)", ("a",)),
        ("__all__ = ['a']\ndef f():\n    __all__.append('b')", ("a",)),
        ("__all__ = ['a']\ndef f():\n    global __all__\n    __all__ = []", ()),
        ("from other import __all__", ()),
        ("import other as __all__", ()),
        ("__all__, x = [], 1", ()),
        ("__all__ = other()\n__all__ = __all__ + ['a']", ("a",)),
    ],
)
def test_a_computed_list_is_dynamic_and_holds_what_is_certain(source: str, certain: tuple[str, ...]):
    assert exports_of(source) == (certain, True)


def test_a_literal_list_makes_an_earlier_computed_one_irrelevant():
    assert exports_of("__all__ = other()\n__all__ = ['a']") == (("a",), False)

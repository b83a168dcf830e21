"""Facts as plain nested tuples, so that `marshal` can carry them between processes and into the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from astrograph.model.facts import Definition, FileFacts, Import, Problem

_KINDS = frozenset({"encoding", "null-byte", "syntax", "too-large", "partial", "unreadable"})

# One row each: the types of its fields, in order.
_FACTS = 8
_IMPORT = (str, str, int, int, bool, bool)
_DEFINITION = (str, int, bool, bool)
_PROBLEM = (str, str, int, int)

Value = TypeVar("Value")


def pack(facts: FileFacts) -> tuple[object, ...]:
    """The facts of a file as tuples of text, whole numbers, truth values and None."""
    return (
        tuple(map(tuple, facts.imports)),
        facts.exported,
        facts.dynamic_all,
        tuple(map(tuple, facts.classes)),
        tuple(map(tuple, facts.functions)),
        tuple(map(tuple, facts.constants)),
        facts.docstring,
        tuple(map(tuple, facts.problems)),
    )


def unpack(data: object) -> FileFacts:
    """The inverse of `pack`; raises ValueError on anything that `pack` could not have made."""
    if type(data) is not tuple or len(data) != _FACTS:
        raise ValueError("packed facts are a tuple of eight fields")
    imports, exported, dynamic_all, classes, functions, constants, docstring, problems = data
    if exported is not None and (type(exported) is not tuple or not all(type(name) is str for name in exported)):
        raise ValueError("packed exports are None or a tuple of names")
    if type(dynamic_all) is not bool or not (docstring is None or type(docstring) is str):
        raise ValueError("packed facts have a field of another type")
    return FileFacts(
        imports=_rows(imports, _import),
        exported=exported,
        dynamic_all=dynamic_all,
        classes=_rows(classes, _definition),
        functions=_rows(functions, _definition),
        constants=_rows(constants, _definition),
        docstring=docstring,
        problems=_rows(problems, _problem),
    )


def _rows(rows: object, read: Callable[[object], Value]) -> tuple[Value, ...]:
    if type(rows) is not tuple:
        raise ValueError("packed facts hold tuples")
    return tuple([read(row) for row in rows])


def _import(row: object) -> Import:
    if type(row) is not tuple or tuple(map(type, row)) != _IMPORT or row[2] < 0 or row[3] < 1:
        raise ValueError("a packed import is malformed")
    return Import(*row)


def _definition(row: object) -> Definition:
    if type(row) is not tuple or tuple(map(type, row)) != _DEFINITION or row[1] < 1:
        raise ValueError("a packed definition is malformed")
    return Definition(*row)


def _problem(row: object) -> Problem:
    if type(row) is not tuple or tuple(map(type, row)) != _PROBLEM or row[0] not in _KINDS or min(row[2:]) < 0:
        raise ValueError("a packed problem is malformed")
    return Problem(*row)

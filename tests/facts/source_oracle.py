"""The facts of a file as the running interpreter's own parser sees them: one side of a differential test."""

from __future__ import annotations

import ast
import warnings

from astrograph.facts.source.literals import clean_docstring

BLOCKS = (ast.If, ast.Try, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While, ast.Match, ast.TryStar)
BLOCKS_AND_CLAUSES = (*BLOCKS, ast.ExceptHandler, ast.match_case)


def parsed(data: bytes) -> ast.Module | None:
    """The tree of a file, None when the running interpreter does not parse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def guard(test: ast.expr) -> int:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return -guard(test.operand)
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return int(name == "TYPE_CHECKING")


def imports(tree: ast.Module) -> list[tuple[str, str, int, int, bool, bool]]:
    """(module, name, level, line, nested, typing only) of every import, in order."""
    found = []
    pending: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while pending:
        node, nested, typing_only = pending.pop()
        if isinstance(node, ast.Import):
            found += [(a.name, "", 0, node.lineno, nested, typing_only) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", a.name, node.level, node.lineno, nested, typing_only) for a in node.names]
        inside = nested or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        marks = {}
        if isinstance(node, ast.If) and (polarity := guard(node.test)):
            marks = {id(child): True for child in (node.body if polarity > 0 else node.orelse)}
        pending += [
            (child, inside, typing_only or marks.get(id(child), False))
            for child in reversed(list(ast.iter_child_nodes(node)))
        ]
    return sorted(found, key=lambda row: row[3])


def statements(tree: ast.Module) -> list[ast.stmt]:
    """The statements at module level, those in its blocks included, in order."""
    found = []
    pending: list[ast.AST] = list(reversed(tree.body))
    while pending:
        node = pending.pop()
        if isinstance(node, BLOCKS_AND_CLAUSES):
            pending += reversed(list(ast.iter_child_nodes(node)))
        elif isinstance(node, ast.stmt):
            found.append(node)
    return found


def definitions(tree: ast.Module) -> tuple[list, list, list]:
    """Public classes and functions as (name, line, documented, is async), and constants as (name, line)."""
    classes: dict[str, list] = {}
    functions: dict[str, list] = {}
    constants: dict[str, list] = {}
    for node in statements(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            known = classes if isinstance(node, ast.ClassDef) else functions
            row = known.setdefault(node.name, [node.name, node.lineno, False, False])
            row[2] |= ast.get_docstring(node) is not None
            row[3] |= isinstance(node, ast.AsyncFunctionDef)
        elif isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for name in bound(target):
                    constants.setdefault(name, [name, node.lineno])
        elif type(node).__name__ == "TypeAlias":
            constants.setdefault(node.name.id, [node.name.id, node.lineno])
    return tuple(list(map(tuple, known.values())) for known in (classes, functions, constants))


def bound(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Starred):
        return bound(target.value)
    if isinstance(target, (ast.Tuple, ast.List)):
        return [name for element in target.elts for name in bound(element)]
    return []


def docstring(tree: ast.Module) -> str | None:
    text = ast.get_docstring(tree, clean=False)
    return None if text is None else clean_docstring(text)

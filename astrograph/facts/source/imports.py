"""The imports of a file: at the top, in functions, under `TYPE_CHECKING`, and what is left of broken ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from astrograph.facts.source.walking import DEFINITIONS, nodes_at, source_of
from astrograph.model.facts import Import

if TYPE_CHECKING:
    from tree_sitter import Node

# Every import statement holds this word, and few other things do: the tree is entered only where it occurs.
_WORD = re.compile(rb"import\b")
_STATEMENTS = frozenset({"import_statement", "import_from_statement", "future_import_statement"})

# The usual ways to write one, on lines of its own.
_PLAIN = re.compile(
    r"^(?:import ([A-Za-z_][\w.]*)(?: as \w+)?"
    r"|from (\.*)((?:[A-Za-z_][\w.]*)?) import (?:([A-Za-z_]\w*|\*)|([\w ,]+)|\(([\w\s,]+)\)))$",
    re.ASCII | re.MULTILINE,
)

_NOISE = re.compile(r"#[^\n]*|[\\();]")
_KEYWORD = re.compile(r"\bimport\b")
_BROKEN_FROM = re.compile(r"from\b[ \t]*(\.*+(?:[^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)?+)[ \t]+import\b")
_BROKEN_IMPORT = re.compile(r"import[ \t]+([^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)[ \t]*(?:[,;#]|as\b|$)")

_TYPE_CHECKING = re.compile(rb"\(*\s*(not\b)?[\s(]*(?:[\w.]+\.)?TYPE_CHECKING[\s)]*")
_LONGEST_CONDITION = 200
_NEAR = 500


class _Context(NamedTuple):
    """Where a node stands; `guard` is 1 below `if TYPE_CHECKING`, -1 below `if not TYPE_CHECKING`, else 0."""

    nested: bool = False
    typing_only: bool = False
    guard: int = 0


_AT_THE_TOP = _Context()


def imports_of(root: Node, data: bytes) -> tuple[Import, ...]:
    """Every import of a file, in the order written."""
    # Nearly every import is a statement of the module itself; the tree is entered for the words outside of those.
    runs = _runs(root)
    found = [(run[0].start_byte, _imports_of_run(run, data)) for run in runs]
    words = _words_outside(runs, data)
    if words:
        enter = partial(_enter, data=data)
        for node, _field, context in nodes_at(root, words, stop=_STATEMENTS, start=_AT_THE_TOP, enter=enter):
            if node.type in _STATEMENTS or node.type == "import":
                found.append((node.start_byte, _imports(node, data, context)))
        found.sort(key=itemgetter(0))
    return tuple([item for _, items in found for item in items])


def _runs(root: Node) -> list[list[Node]]:
    """The import statements of the module itself, those together that nothing stands between."""
    runs: list[list[Node]] = []
    run: list[Node] = []
    for node in root.children:
        if node.type not in _STATEMENTS:
            run = []
            continue
        if not run:
            runs.append(run)
        run.append(node)
    return runs


def _words_outside(runs: Sequence[Sequence[Node]], data: bytes) -> list[int]:
    """Where the word stands outside of the runs, in order."""
    words: list[int] = []
    passed = 0
    for run in runs:
        words += [word.start() for word in _WORD.finditer(data, passed, run[0].start_byte)]
        passed = run[-1].end_byte
    return [*words, *(word.start() for word in _WORD.finditer(data, passed))]


def _imports_of_run(run: Sequence[Node], data: bytes) -> list[Import]:
    """The imports of statements that follow each other: read as text where each is written in a usual way."""
    plain = _PLAIN.findall(data[run[0].start_byte : run[-1].end_byte].decode("utf-8", "replace"))
    if len(plain) != len(run) or any(node.has_error for node in run):
        return [item for node in run for item in _imports(node, data, _AT_THE_TOP)]
    found: list[Import] = []
    for node, (whole, dots, module, name, names, lines) in zip(run, plain, strict=True):
        line = node.start_point[0] + 1
        if whole:
            found.append(Import(whole, "", 0, line))
        elif name:
            found.append(Import(module, name, len(dots), line))
        else:
            found += [Import(*named, line) for named in _named(module, names or lines, len(dots))]
    return found


def _imports(node: Node, data: bytes, context: _Context) -> list[Import]:
    """The imports of one statement, or of the word that is left of a broken one."""
    line = node.start_point[0] + 1
    nested, typing_only, _ = context
    whole = node.type in _STATEMENTS and not node.has_error
    names = _whole(node, data) if whole else _broken(node, data)
    return [Import(module, name, level, line, nested, typing_only) for module, name, level in names]


def _enter(context: _Context, node: Node, field: str | None, *, data: bytes) -> _Context:
    nested, typing_only, guard = context
    if (guard > 0 and field == "consequence") or (guard < 0 and field == "alternative"):
        typing_only = True
    kind = node.type
    if kind in DEFINITIONS:
        return _Context(nested=True, typing_only=typing_only)
    if kind in {"if_statement", "elif_clause"}:
        return _Context(nested, typing_only, _guard(node, data))
    return _Context(nested, typing_only)


def _guard(node: Node, data: bytes) -> int:
    condition = node.child_by_field_name("condition")
    if condition is None or condition.end_byte - condition.start_byte > _LONGEST_CONDITION:
        return 0
    match = _TYPE_CHECKING.fullmatch(source_of(condition, data))
    if match is None:
        return 0
    return 1 if match[1] is None else -1


def _whole(node: Node, data: bytes) -> list[tuple[str, str, int]]:
    """(module, name, level) of each name in a statement that parses: it holds words, commas and dots only."""
    text = _NOISE.sub(" ", source_of(node, data).decode())
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if text.startswith("import"):
        return [(module, "", 0) for part in text[len("import") :].split(",") if (module := _dotted(part))]
    origin, names = _KEYWORD.split(text[len("from") :], maxsplit=1)
    dotted = "".join(origin.split())
    module = dotted.lstrip(".")
    return _named(module, names, len(dotted) - len(module))


def _named(module: str, names: str, level: int) -> list[tuple[str, str, int]]:
    return [(module, words[0], level) for part in names.split(",") if (words := part.split())]


def _dotted(part: str) -> str:
    words = part.split()
    return "".join(words[: words.index("as")] if "as" in words else words)


def _broken(node: Node, data: bytes) -> list[tuple[str, str, int]]:
    """What is certain of an import that does not parse: the module, when it stands on a line of its own."""
    before = data[max(node.start_byte - _NEAR, 0) : node.start_byte].rpartition(b"\n")[2]
    after = data[node.start_byte : node.start_byte + _NEAR].partition(b"\n")[0]
    line = (before + after).decode("utf-8", "replace").lstrip()
    if not line.isascii():
        line = unicodedata.normalize("NFKC", line)
    if match := _BROKEN_FROM.match(line):
        module = match[1].lstrip(".")
        return [(module, "", len(match[1]) - len(module))] if match[1] else []
    match = _BROKEN_IMPORT.match(line)
    return [(match[1], "", 0)] if match else []

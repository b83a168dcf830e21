"""From the bytes of one file to its facts."""

from __future__ import annotations

from astrograph.facts.source.decoding import decode
from astrograph.facts.source.imports import imports_of
from astrograph.facts.source.names import module_docstring, public_names
from astrograph.facts.source.parser import syntax_tree
from astrograph.facts.source.problems import syntax_problems
from astrograph.model import limits
from astrograph.model.facts import FileFacts, Import, Problem

MAX_BYTES = limits.SOURCE
"""Files above this size are not parsed."""


def too_large(size: int) -> FileFacts:
    """The facts of a file of so many bytes that none of it is read."""
    message = f"{size} bytes are more than the {MAX_BYTES} that are parsed"
    return FileFacts(problems=(Problem("too-large", message, 1, 1),))


def _is_too_long(item: Import) -> bool:
    return len(item.module) + len(item.name) + item.level > limits.NAME


def parse_file(data: bytes) -> FileFacts:
    """The facts of one `*.py` file, whatever its bytes; never raises for what they hold (SPEC section 6).

    Lines count from 1, whatever the line ends; columns count characters, from 1,
    without the byte order mark. Creates many short-lived objects: a caller with many files does well to pause
    the garbage collector.
    """
    if len(data) > MAX_BYTES:
        return too_large(len(data))
    source = decode(data)
    root = syntax_tree(source.data)
    if root is None:
        message = "reading it takes far more work than its size calls for"
        return FileFacts(problems=(*source.problems, Problem("too-large", message, 1, 1)))
    names = public_names(root, source.data)
    problems = [*source.problems, *syntax_problems(root, source.data)]
    imports = imports_of(root, source.data)
    if any(_is_too_long(item) for item in imports):
        first = next(item for item in imports if _is_too_long(item))
        message = f"an import of more than {limits.NAME:,} characters is left out"
        problems.append(Problem("partial", message, first.line, 1))
        imports = tuple([item for item in imports if not _is_too_long(item)])
    return FileFacts(
        imports=imports,
        exported=names.exports.names,
        dynamic_all=names.exports.dynamic,
        classes=names.classes,
        functions=names.functions,
        constants=names.constants,
        docstring=module_docstring(root, source.data),
        problems=tuple(sorted(problems, key=lambda problem: (problem.line, problem.column, problem.kind))),
    )

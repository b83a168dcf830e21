"""What a package offers as a whole: the public names of its own files, and how much of them is documented."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from astrograph.model.facts import Definition, FileFacts, PackageSummary


class _Kind(Enum):
    CLASS = "class"
    FUNCTION = "function"
    CONSTANT = "constant"


def summarize(files: Sequence[tuple[str, FileFacts]]) -> PackageSummary:
    """The summary of a package's own files, given as (file name, facts) (SPEC sections 5 and 6).

    Test files offer nothing. A file with a public name (or `__init__.py`) offers what its `__all__` lists,
    or, where that is absent or computed, its public definitions. A name listed in one file and defined in
    another of the package, private or not, is offered too; one that is merely imported from elsewhere is not.
    """
    own = [(name, facts) for name, facts in files if not is_test_file(name)]
    offering = [facts for name, facts in own if name == "__init__.py" or not name.startswith("_")]
    offered: dict[_Kind, dict[str, list[Definition]]] = {kind: {} for kind in _Kind}
    for facts in offering:
        everything = facts.exported is None or facts.dynamic_all
        _collect(offered, facts, None if everything else frozenset(facts.exported or ()))
    known = {name for named in offered.values() for name in named}
    missing = frozenset(name for facts in offering for name in facts.exported or ()) - known
    for _, facts in own:
        _collect(offered, facts, missing)
    exports = [*offered[_Kind.CLASS].values(), *offered[_Kind.FUNCTION].values()]
    return PackageSummary(
        classes=tuple(sorted(offered[_Kind.CLASS])),
        functions=tuple(
            (name, any(one.is_async for one in found)) for name, found in sorted(offered[_Kind.FUNCTION].items())
        ),
        constants=tuple(sorted(offered[_Kind.CONSTANT])),
        docstring=next((facts.docstring for name, facts in own if name == "__init__.py"), None),
        exports_documented=sum(all(one.documented for one in found) for found in exports),
        exports_total=len(exports),
    )


def is_test_file(name: str) -> bool:
    """Whether a file is a test by its name alone: `test_*.py`, `*_test.py` or `conftest.py`."""
    return name == "conftest.py" or (name.endswith(".py") and name.startswith("test_")) or name.endswith("_test.py")


def _collect(
    offered: dict[_Kind, dict[str, list[Definition]]], facts: FileFacts, wanted: frozenset[str] | None
) -> None:
    """Add the definitions of one file that are wanted (None for all)."""
    kinds = (
        (_Kind.CLASS, facts.classes),
        (_Kind.FUNCTION, facts.functions),
        (_Kind.CONSTANT, facts.constants),
    )
    for kind, definitions in kinds:
        for definition in definitions:
            if wanted is None or definition.name in wanted:
                offered[kind].setdefault(definition.name, []).append(definition)

"""Facts: what the source says of a package, and what people say of it (SPEC sections 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from astrograph.model.finding import Finding


class Import(NamedTuple):
    """One import as written: `level` dots, then `module`, then the imported `name` (`""` for `import a.b`).

    `line` counts from 1. `nested` is inside a function or class, `typing_only` under `if TYPE_CHECKING`.
    """

    module: str
    name: str
    level: int
    line: int
    nested: bool = False
    typing_only: bool = False


class Site(NamedTuple):
    """Where an import stands: the name of the file in its package, and what `Import` says of line and context."""

    file: str
    line: int
    nested: bool = False
    typing_only: bool = False


class Definition(NamedTuple):
    """A public top-level name of a file: a class, a function or a constant."""

    name: str
    line: int
    documented: bool = False
    is_async: bool = False


class Problem(NamedTuple):
    """What the parser could not make sense of.

    `kind` is `encoding`, `null-byte`, `syntax`, `too-large`, `partial` or `unreadable`; `line` and `column` count
    from 1, and are 0 where there is no place.
    """

    kind: str
    message: str
    line: int
    column: int


class FileFacts(NamedTuple):
    """The facts of one `*.py` file: a pure function of its bytes.

    `exported` is `__all__` when it can be read without running the code, None when there is none; when it is
    computed (`__all__ += other.__all__`) `dynamic_all` is True and `exported` holds what is certain.
    `docstring` is the module docstring, dedented as `inspect.cleandoc` does, None when there is none.
    """

    imports: tuple[Import, ...] = ()
    exported: tuple[str, ...] | None = None
    dynamic_all: bool = False
    classes: tuple[Definition, ...] = ()
    functions: tuple[Definition, ...] = ()
    constants: tuple[Definition, ...] = ()
    docstring: str | None = None
    problems: tuple[Problem, ...] = ()


class PackageSummary(NamedTuple):
    """The exports and the documentation of one package; names are sorted and unique.

    `functions` are (name, is async). `docstring` is that of `__init__.py`. `exports_total` counts classes and
    functions, `exports_documented` those with a docstring wherever they are defined.
    """

    classes: tuple[str, ...] = ()
    functions: tuple[tuple[str, bool], ...] = ()
    constants: tuple[str, ...] = ()
    docstring: str | None = None
    exports_documented: int = 0
    exports_total: int = 0


class SourceSummary(NamedTuple):
    """What a manifest needs of a package's source, and nothing else.

    `imports` are unique, without line; `sites` tells for each, in the same order, where the first one stands of those
    that happen earliest (as the module is loaded, in a function, for type checkers only). `problems` are (file name,
    problem); `files` counts the package's own files.
    """

    exports: PackageSummary
    imports: tuple[Import, ...]
    problems: tuple[tuple[str, Problem], ...]
    test_paths: tuple[str, ...]
    files: int
    sites: tuple[Site, ...] = ()


class Tier(StrEnum):
    """How critical a module is."""

    T1 = "T1_critical"
    T2 = "T2_important"
    T3 = "T3_standard"
    T4 = "T4_experimental"


class Position(NamedTuple):
    """Where a value was written: path relative to the workspace, line and column from 1 (0 when unknown)."""

    path: str
    line: int = 0
    column: int = 0


class Authored(NamedTuple):
    """One authored field: its JSON value, where it was written, and in what: `authored` YAML, or `codeowners`."""

    value: object
    position: Position
    origin: str = "authored"


@dataclass(frozen=True)
class AuthoredFacts:
    """Everything people say of one module, the nearest file winning field by field.

    `fields` maps a field name (`owner`, `tier`, ... or a carried one) to its value and position.
    """

    fields: dict[str, Authored] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def value(self, name: str) -> object:
        """The value of a field, None when nobody said anything."""
        said = self.fields.get(name)
        return None if said is None else said.value

    def text(self, name: str) -> str | None:
        """The value of a text field, None when nobody said anything."""
        value = self.value(name)
        return value if isinstance(value, str) else None

"""The bytes of a contract file as a value with places: JSON, or the strict subset of YAML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from astrograph.errors import DecodeError
from astrograph.formats import strict_json
from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.finding import Finding

MAX_BYTES = limits.CONTRACT
"""Larger contracts are refused unread; YAML has a lower limit of its own."""

JSON_SUFFIX = ".json"
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (JSON_SUFFIX, *YAML_SUFFIXES)
"""The names of files that are read as contracts end so."""

_DUPLICATE = "is already on line"

Places = dict[str, tuple[int, int]]
"""JSON pointer -> line and column, of the key where a value has one."""


@dataclass(frozen=True)
class Document:
    """One decoded file. `problems` are those of its syntax; where there are any, `value` is not to be relied on."""

    path: str
    value: object
    find_places: Callable[[], Places]
    problems: tuple[Finding, ...] = ()

    @cached_property
    def _places(self) -> Places:
        return self.find_places()

    def place(self, pointer: str) -> tuple[int, int]:
        """Line and column of the value at a pointer, or of the nearest value around it."""
        while pointer and pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return self._places.get(pointer, (0, 0))

    def finding(self, code: str, message: str, *, at: str = "", fix: str = "", module: str = "") -> Finding:
        """Make a finding at a pointer."""
        line, column = self.place(at)
        return finding(code, message, path=self.path, line=line, column=column, fix=fix, module=module)


def decode(path: str, data: bytes) -> Document:
    """Decode a file by the suffix of its name; never raises, whatever the bytes are.

    Problems: AG201 (not JSON or YAML), AG202 (a key twice), AG203 and AG206 (YAML beyond the subset, ambiguous),
    AG307 (too large).
    """
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
        problem = finding("AG307", message, path=path, fix="split it, and refer from one part to the other")
        return Document(path, None, dict, (problem,))
    return _from_yaml(path, data) if path.endswith(YAML_SUFFIXES) else _from_json(path, data)


def _from_json(path: str, data: bytes) -> Document:
    try:
        return Document(path, strict_json.decode(data), lambda: strict_json.positions(data))
    except DecodeError as error:
        code = "AG202" if _DUPLICATE in error.title else "AG201"
        fix = error.hint or "correct the JSON here"
        problem = finding(code, error.title, path=path, line=error.line, column=error.column, fix=fix)
        return Document(path, None, dict, (problem,))


def _from_yaml(path: str, data: bytes) -> Document:
    from astrograph.formats import strict_yaml  # only where there is a YAML contract

    document = strict_yaml.decode(data)
    problems = tuple(
        finding(code, message, path=path, line=line, column=column, fix=fix)
        for code, message, line, column, fix in document.problems
    )
    return Document(path, document.value, lambda: document.positions, problems)

"""Changes made to a tree between two runs, each of which can be taken back."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator

from benchmarks.errors import BenchmarkError
from benchmarks.policy import RULES, read_json, write_json

_PROBE = "_measured_probe"
_NEVER_MATCHES = "no_module_is_called_this"


class BodyEdit:
    """A private function at the end of one source file, whose body changes from round to round.

    Imports, exports and docstrings stay as they are, so that a build has one file to read and nothing to
    write.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        with open(path, "rb") as file:
            self._original = file.read()

    def apply(self, number: int) -> None:
        """Make this round's body, which differs from that of any other number."""
        self._write(self._original + self.probe(number))

    @staticmethod
    def probe(number: int) -> bytes:
        """Return the text that only this round's file holds."""
        return f"\n\ndef {_PROBE}() -> int:\n    return {number}\n".encode()

    def revert(self) -> None:
        """Put the original bytes back."""
        self._write(self._original)

    def _write(self, data: bytes) -> None:
        with open(self._path, "wb") as file:
            file.write(data)


class IdleRule:
    """One more rule that matches no module: the rules change, no outcome does."""

    def __init__(self, workspace: str) -> None:
        self._path = os.path.join(workspace, RULES)
        self._original = read_json(self._path)
        if not self._original.get("rules"):
            raise BenchmarkError("The rules hold no rule to vary", fields=(("path", self._path),))

    def apply(self, number: int) -> None:
        """Append this round's rule: the last one with a pattern of its own."""
        changed = copy.deepcopy(self._original)
        changed["rules"].append({**changed["rules"][-1], "pattern": f"{_NEVER_MATCHES}_{number}"})
        write_json(self._path, changed)

    def revert(self) -> None:
        """Put the original rules back (the same values; the layout may differ)."""
        write_json(self._path, self._original)


def touch_all(root: str) -> int:
    """Give every Python file below `root` the current time and return how many there are."""
    touched = 0
    for path in python_files(root):
        os.utime(path)
        touched += 1
    return touched


def python_files(root: str) -> Iterator[str]:
    """Yield every `*.py` file below `root`, folder by folder in name order."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            if name.endswith(".py"):
                yield os.path.join(folder, name)

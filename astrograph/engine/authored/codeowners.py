"""CODEOWNERS as an owner source: read once per content, held against the packages once per content and inventory.

What it says of each module is kept in the state: a run in which neither the file nor the list of packages changed
neither reads nor matches anything (SPEC section 4).
"""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Mapping
from stat import S_ISREG
from typing import NamedTuple

from astrograph.engine.tool import tool_fingerprint
from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Package
from astrograph.store.files import read
from astrograph.store.stamps import signature, trusted
from astrograph.store.state import State, Table, Write

_KEY = b"codeowners"
_DIGEST = 16
_HEAD = 4 * _DIGEST
_GITLAB = ".gitlab/"


class OwnerLine(NamedTuple):
    """What CODEOWNERS says of a module: the owners as one text (None takes ownership away), and the line."""

    owner: str | None
    line: int


class _Answers(NamedTuple):
    """What the file says: of each package, in order, the line that decides (0: none); the owners on those lines."""

    lines: array[int]
    owners: dict[int, str | None]
    findings: tuple[Finding, ...]


class CodeownersSource:
    """What the CODEOWNERS file at `path` (relative to the workspace) says of each of `packages`.

    `content` is the digest of the file, NOTHING when there is none that can be used. `pending_writes` is what the state
    should remember.
    """

    def __init__(self, root: str, path: str, state: State, packages: Mapping[ModuleId, Package], *, keep: bool) -> None:
        self.path = path
        self.content = NOTHING
        self.pending_writes: list[Write] = []
        self._file = f"{root}/{path}"
        answers = self._known(state, packages, keep=keep)
        self.findings = answers.findings
        self._owners = answers.owners
        self._lines = dict(zip(packages, answers.lines, strict=True))

    def line_for(self, module: ModuleId) -> OwnerLine | None:
        """The line that decides for a module, None when none matches its `__init__.py`."""
        line = self._lines.get(module, 0)
        return OwnerLine(self._owners[line], line) if line else None

    def _known(self, state: State, packages: Mapping[ModuleId, Package], *, keep: bool) -> _Answers:
        """Take the answers from the state when they still hold, else from the file; `keep` new ones."""
        folders = [package.folder for package in packages.values()]
        context = combine(tool_fingerprint(), self.path.encode())
        asked = combine("\n".join(folders).encode())
        record = (state.get(Table.META, _KEY) or b"") if keep else b""
        started = time.time_ns()
        try:
            stat = os.lstat(self._file)
        except OSError as error:
            return self._unusable(f"the file cannot be read: {error.strerror}", len(folders))
        if not S_ISREG(stat.st_mode):
            return self._unusable("only a regular file is read here, not a link or a folder", len(folders))
        sign = signature(self.path, (), [stat])
        before, content, known_asked = (record[at : at + _DIGEST] for at in (0, _DIGEST, 2 * _DIGEST))
        holds = known_asked == asked and record[3 * _DIGEST : _HEAD] == context
        known = _unpack(record[_HEAD:], packages=len(folders)) if holds else None
        if known is not None and before == sign:
            self.content = Fingerprint(content)
            return known
        try:
            data = read(self._file, limits.CODEOWNERS)
        except OSError as error:
            return self._unusable(f"the file cannot be read: {error.strerror}", len(folders))
        self.content = fingerprint(data)
        answers = known if known is not None and content == self.content else self._evaluate(data, folders)
        if keep:
            head = trusted(sign, [stat], started) + self.content + asked + context
            self.pending_writes.append((Table.META, _KEY, head + _pack(answers)))
        return answers

    def _evaluate(self, data: bytes, folders: list[str]) -> _Answers:
        from astrograph.formats.codeowners import decode

        said = decode(data, gitlab=self.path.startswith(_GITLAB))
        findings = tuple(
            finding(code, message, path=self.path, line=line, column=column, fix=fix)
            for code, message, line, column, fix in said.problems
        )
        numbers = [rule.line for rule in said.rules]
        # A package is where its `__init__.py` is: a line for one of its other files says nothing of it.
        decided = [said.index_of(f"{folder}/__init__.py") for folder in folders]
        owners = {numbers[index]: said.rules[index].owner for index in sorted(set(decided)) if index >= 0}
        return _Answers(array("I", [numbers[index] if index >= 0 else 0 for index in decided]), owners, findings)

    def _unusable(self, message: str, packages: int) -> _Answers:
        fix = "put a CODEOWNERS file there, or mend `codeowners` in [tool.astrograph]"
        return _Answers(array("I", bytes(4 * packages)), {}, (finding("AG241", message, path=self.path, fix=fix),))


def _pack(answers: _Answers) -> bytes:
    head = json.dumps([list(answers.owners.items()), [item.to_json() for item in answers.findings]]).encode()
    return len(head).to_bytes(4, "big") + head + answers.lines.tobytes()


def _unpack(record: bytes, *, packages: int) -> _Answers | None:
    """The inverse of `_pack` for so many packages, None for a record of another shape."""
    end = 4 + int.from_bytes(record[:4], "big")
    lines = array("I")
    try:
        owners, findings = json.loads(record[4:end])
        lines.frombytes(record[end:])
        answers = _Answers(lines, dict(owners), tuple(map(Finding.from_json, findings)))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    sound = len(lines) == packages and {0, *answers.owners}.issuperset(lines)
    return answers if sound and all(type(owner) in {str, type(None)} for owner in answers.owners.values()) else None

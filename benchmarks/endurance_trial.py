"""The workspace under trial: its inputs in several variants, and what an independent clean build gives for each."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from astrograph.store.files import TEMPORARY_PREFIX
from astrograph.store.layout import MANIFEST_NAME
from astrograph.store.state import State, Table
from astrograph.store.traces import ModuleTrace, Traces
from benchmarks.endurance_process import Ended, Running
from benchmarks.errors import BenchmarkError
from benchmarks.naming import module_at
from benchmarks.policy import RULES, read_json, write_json
from benchmarks.workspaces import write_workspace

Snapshot = dict[str, bytes]
"""Path below `build/` -> bytes, without the state."""

Marks = dict[str, tuple[int, int]]
"""Path below `build/` -> (inode, mtime in nanoseconds): changes exactly when a file is written anew."""

_PINS = "rules/pins.json"
_STATE_FILES = {"clone", "lock", "state.db", "state.db-wal", "state.db-shm"}
_SHOWN = 3


class Policy(StrEnum):
    """Two rule sets under which most manifests differ."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> Policy:
        """The one that is not this one."""
        return Policy.SECOND if self is Policy.FIRST else Policy.FIRST


@dataclass(frozen=True, slots=True)
class Reference:
    """What a clean build gave: the bytes, the traces, and its exit code (1 when a gate has findings)."""

    files: Snapshot
    traces: Mapping[str, ModuleTrace]
    exit: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the state holds: the trace of each module, and a number that moves when the module is made again."""

    traces: Mapping[str, ModuleTrace]
    rows: Mapping[str, int]


class Trial:
    """A generated workspace at `root`, built with `words`; its inputs vary by `use`, `take_away` and `put_back`."""

    def __init__(self, root: str, *, words: Sequence[str], module: str) -> None:
        self.root = root
        self.words = tuple(words)
        self.policy = Policy.FIRST
        self._module = module
        self._inputs: dict[Policy, Mapping[str, bytes]] = {}
        self._references: dict[tuple[Policy, bool], Reference] = {}

    @classmethod
    def make(cls, root: str, *, packages: int, seed: int, words: Sequence[str]) -> Trial:
        """Write the workspace and pin it under both policies; the first is in force, nothing is built."""
        write_workspace(root, packages=packages, seed=seed)
        trial = cls(root, words=words, module=module_at(0))
        trial._pin(Policy.FIRST)
        rules = read_json(f"{root}/{RULES}")
        rules["weights"]["path_regex"] = 0.75
        write_json(f"{root}/{RULES}", rules)
        trial._pin(Policy.SECOND)
        trial.use(Policy.FIRST)
        return trial

    def _pin(self, policy: Policy) -> None:
        ended = self.run("pin", "--reason", "endurance")
        if ended.exit != 0:
            raise BenchmarkError("The generated workspace cannot be pinned", fields=(("it said", ended.tail),))
        self._inputs[policy] = {path: _read(f"{self.root}/{path}") for path in (RULES, _PINS)}

    # inputs

    def use(self, policy: Policy) -> None:
        """Put a policy in force, with its pins."""
        self.policy = policy
        for path, data in self._inputs[policy].items():
            with open(f"{self.root}/{path}", "wb") as file:
                file.write(data)

    @property
    def is_whole(self) -> bool:
        """Whether the package that can be taken away is there; others import it."""
        return os.path.isdir(f"{self.root}/src/{self._module}")

    def take_away(self) -> None:
        """Take a package away."""
        if self.is_whole:
            os.rename(f"{self.root}/src/{self._module}", f"{self.root}/away")

    def put_back(self) -> None:
        """Put the package back."""
        if not self.is_whole:
            os.rename(f"{self.root}/away", f"{self.root}/src/{self._module}")

    # running

    def start(self, *words: str, environment: Mapping[str, str] | None = None, prefix: Sequence[str] = ()) -> Running:
        """Start doit with these words, those of the build when there are none."""
        return Running(self.root, words or self.words, environment=environment or {}, prefix=prefix)

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Run doit to its end."""
        return self.start(*words, environment=environment).wait()

    def timed(self) -> float:
        """Build, and say how long that took in seconds."""
        started = time.monotonic()
        self.run()
        return time.monotonic() - started

    def clear(self, folder: str = "") -> None:
        """Remove everything generated, or a folder of it."""
        shutil.rmtree(f"{self.root}/build/{folder}", ignore_errors=True)

    @property
    def state(self) -> str:
        """The state database."""
        return f"{self.root}/build/.astrograph/state.db"

    @property
    def lock(self) -> str:
        """The lock file."""
        return f"{self.root}/build/.astrograph/lock"

    # what came out

    def snapshot(self) -> Snapshot:
        """The bytes of everything generated, without the state."""
        return {path: _read(f"{self.root}/build/{path}") for path in self._outputs()}

    def marks(self) -> Marks:
        """The identity of every file generated, without the state."""
        found = {}
        for path in self._outputs():
            stat = os.lstat(f"{self.root}/build/{path}")
            found[path] = (stat.st_ino, stat.st_mtime_ns)
        return found

    def _outputs(self) -> list[str]:
        top = f"{self.root}/build"
        found = []
        for folder, folders, files in os.walk(top):
            if folder == top and ".astrograph" in folders:
                folders.remove(".astrograph")
            found += [os.path.relpath(f"{folder}/{name}", top) for name in files]
        return found

    def reference(self) -> Reference:
        """What a build from nothing of the present inputs gives, made once in a folder of its own by one process."""
        key = (self.policy, self.is_whole)
        if key not in self._references:
            with tempfile.TemporaryDirectory(prefix="astrograph-reference-") as folder:
                root = f"{folder}/clean"
                shutil.copytree(self.root, root, ignore=shutil.ignore_patterns("build", "away"))
                twin = Trial(root, words=(*self.words, "-n", "1"), module=self._module)
                ended = twin.run()
                if ended.complaints(0, 1):
                    raise BenchmarkError("A clean build fails", fields=(("it said", ended.tail),))
                self._references[key] = Reference(twin.snapshot(), twin.recorded().traces, ended.exit)
        return self._references[key]

    def complaints(self) -> list[str]:
        """What is wrong after a run that ended well: other bytes than a clean build's, or leftovers."""
        found = _differences(self.snapshot(), self.reference().files)
        folder = os.path.dirname(self.state)
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return found + [f"leftover {name} beside the state" for name in sorted(set(names) - _STATE_FILES)]

    def torn(self, *references: Reference, killed: bool) -> list[str]:
        """What is wrong at any moment: a file that is neither what one clean build gives nor what another gives.

        Only a run that was `killed` may leave temporary files.
        """
        found = []
        for path, data in self.snapshot().items():
            if os.path.basename(path).startswith(TEMPORARY_PREFIX):
                found += [] if killed else [f"leftover {path}"]
            elif path.startswith("manifests/") and data not in [item.files.get(path) for item in references]:
                found.append(f"torn {path}, {len(data)} bytes")
        return found[:_SHOWN]

    def recorded(self) -> Recorded:
        """What the state holds now, read from a copy: opening the original would mend it."""
        with tempfile.TemporaryDirectory(prefix="astrograph-state-") as folder:
            copy = f"{folder}/state.db"
            for suffix in ("", "-wal"):
                if os.path.exists(self.state + suffix):
                    shutil.copyfile(self.state + suffix, copy + suffix)
            return _recorded(copy) if os.path.exists(copy) else Recorded({}, {})


def module_of(path: str) -> str:
    """The module whose manifest a path below `build/` is, empty when it is none."""
    if not path.startswith("manifests/") or not path.endswith(f"/{MANIFEST_NAME}"):
        return ""
    return path.removeprefix("manifests/").removesuffix(f"/{MANIFEST_NAME}")


def manifest_of(module: str) -> str:
    """The path below `build/` of the manifest of a module."""
    return f"manifests/{module}/{MANIFEST_NAME}"


def _recorded(path: str) -> Recorded:
    state = State(path)
    records = state.load(Table.TRACE)
    state.close()
    try:
        with closing(sqlite3.connect(path)) as connection:
            rows = {key.decode(): row for key, row in connection.execute("SELECT key, rowid FROM line")}
    except sqlite3.OperationalError:
        rows = {}  # killed before there was a table
    return Recorded(dict(Traces({key.decode(): data for key, data in records.items()}).items()), rows)  # type: ignore[misc]


def _differences(found: Snapshot, expected: Snapshot) -> list[str]:
    lines = [f"missing {path}" for path in sorted(expected.keys() - found.keys())]
    lines += [f"left over {path}" for path in sorted(found.keys() - expected.keys())]
    lines += [
        f"other bytes in {path}" for path in sorted(found.keys() & expected.keys()) if found[path] != expected[path]
    ]
    hidden = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"… and {hidden} more differences"] if hidden > 0 else [])


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()

"""A temporary workspace and the verbs of the language."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from astrograph.doit_plugin.wiring import as_toml
from astrograph.engine.pinning import pin
from astrograph.engine.scaffold import scaffold
from astrograph.engine.session import open_workspace
from astrograph.store.layout import Layout
from astrograph.store.stamps import SLACK_NS
from astrograph.store.state import State
from support.policy import light_rules
from support.runs import ASTROGRAPH, DOIT, Run, killed, run_here, run_there
from support.witness import Witness

RULES = "rules/star_rules.json"
EXCEPTIONS = "rules/star_rules_exceptions.json"
CANON = "rules/star_canon.json"
SCHEMA = "schemas/module_manifest.schema.json"
NOON = "2026-01-01T12:00:00+00:00"

Snapshot = dict[str, bytes]
"""Path below `build/` -> bytes; a folder in it is there too, with a final slash and no bytes."""


class Workspace:
    """One workspace below a temporary folder, with the single source root `src`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def make(cls, root: Path, *, rules: Mapping[str, Any] | None = None) -> "Workspace":
        """Scaffold a workspace with the light rules (or `rules`), pinned and without a package."""
        workspace = cls(root)
        (root / "src").mkdir(parents=True)
        workspace.write(RULES, json.dumps(rules or light_rules(), indent=1))
        scaffold(str(root), source_roots=["src"], wiring=as_toml(), by="test", at=NOON)
        workspace.delete("manifests_src/_defaults.yaml")
        return workspace

    def twin(self, root: Path) -> "Workspace":
        """A copy of the inputs alone, for an independent build from nothing."""
        shutil.copytree(self.root, root, symlinks=True, ignore=_generated(self.root))
        return Workspace(root)

    # files

    def path(self, path: str) -> Path:
        """Where a path relative to the workspace is."""
        return self.root / path

    def write(self, path: str, content: str | bytes) -> Path:
        """Put a file, and the folders above it."""
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def append(self, path: str, content: bytes) -> None:
        """Put bytes at the end of a file."""
        target = self.path(path)
        target.write_bytes(target.read_bytes() + content)

    def delete(self, path: str) -> None:
        """Remove a file or a whole folder."""
        target = self.path(path)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder."""
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).rename(self.path(new))

    def rewrite_unseen(self, path: str, content: bytes) -> None:
        """Put other bytes of the same size and set the mtime back: what `mtime + size` checkers do not see."""
        target = self.path(path)
        before = target.stat()
        assert len(content) == before.st_size, "the point is to keep the size"
        target.write_bytes(content)
        os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))

    def touch(self, path: str) -> None:
        """Give a file a new mtime."""
        os.utime(self.path(path))

    def settle(self) -> None:
        """Let files grow old enough for their stat keys to prove their content."""
        time.sleep(1.2 * SLACK_NS / 1e9)

    # packages, authored facts, policy

    def package(self, module: str, source: str | bytes = "", **files: str | bytes) -> Path:
        """Put a package: its `__init__.py`, and further files by stem (`store="..."` is `store.py`)."""
        for stem, content in files.items():
            self.write(f"src/{module}/{stem}.py", content)
        return self.write(f"src/{module}/__init__.py", source)

    def author(self, module: str, text: str | bytes) -> Path:
        """Put the authored file of a module (`memory/_defaults` is that of a folder)."""
        return self.write(f"manifests_src/{module}.yaml", text)

    def document(self, path: str, change: Callable[[Any], object]) -> None:
        """Change a JSON file in place."""
        data = json.loads(self.path(path).read_bytes())
        change(data)
        self.write(path, json.dumps(data, indent=1))

    def rules(self, change: Callable[[Any], object]) -> None:
        """Change the rules; nothing is pinned."""
        self.document(RULES, change)

    def exceptions(self, change: Callable[[Any], object]) -> None:
        """Change the exceptions; nothing is pinned."""
        self.document(EXCEPTIONS, change)

    def settings(self, lines: str) -> None:
        """Add lines to `[tool.astrograph]`."""
        text = self.path("pyproject.toml").read_text()
        self.write("pyproject.toml", text.replace("[tool.astrograph]\n", f"[tool.astrograph]\n{lines}\n", 1))

    def pin(self) -> None:
        """Pin the policy as it is."""
        workspace = open_workspace(str(self.root))
        state = State(Layout(workspace).absolute(Layout(workspace).state))
        pin(workspace, state, by="test", at=NOON, reason="the test means it")
        state.close()

    # running

    def run(self, *words: str) -> Run:
        """Run doit in this process: `run()` builds, `run("validate")` runs the gates too."""
        return run_here(self.root, words)

    def run_while(self, act: Callable[[], object], *words: str) -> Run:
        """Run, and `act` once, when the first manifest is about to be put in its place."""
        pending = [act]

        def interfere(path: str) -> None:
            if pending and path.endswith("module.manifest.json"):
                pending.pop()()

        return run_here(self.root, words, witness=Witness(before_durable=interfere))

    def run_killed(self, *words: str, before: int) -> bool:
        """Run until just before the n-th durable act, then die as by `kill -9`; returns whether it came to that."""
        return killed(self.root, words, before=before)

    def doit(
        self, *words: str, below: str = ".", environment: Mapping[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m doit` in a process of its own."""
        return run_there(self.path(below), [*DOIT, *words], environment=environment)

    def astrograph(
        self, *words: str, below: str = ".", environment: Mapping[str, str | None] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `astrograph` in a process of its own."""
        return run_there(self.path(below), [*ASTROGRAPH, *words], environment=environment)

    # what came out

    def snapshot(self) -> Snapshot:
        """Everything under `build/` but the state, with the folders inside its families."""
        top = self.path("build")
        found: Snapshot = {}
        for path in sorted(top.rglob("*")):
            name = path.relative_to(top).as_posix()
            top_name, _, below = name.partition("/")
            if top_name != ".astrograph" and (below or not path.is_dir()):
                found[f"{name}/" if path.is_dir() else name] = b"" if path.is_dir() else path.read_bytes()
        return found

    def manifest_path(self, module: str) -> str:
        """Where the manifest of a module is."""
        return f"build/manifests/{module}/module.manifest.json"

    def manifest(self, module: str) -> Any:
        """The manifest of a module."""
        return json.loads(self.path(self.manifest_path(module)).read_bytes())

    def manifests(self) -> list[str]:
        """The modules that have a manifest on disk."""
        top = self.path("build/manifests")
        return sorted(path.parent.relative_to(top).as_posix() for path in top.rglob("module.manifest.json"))

    def ledger(self, stratum: str) -> dict[str, Any]:
        """The lines of a ledger by module."""
        text = self.path(f"build/ledger/{stratum}.jsonl").read_text("utf-8")
        return {line["module"]: line for line in map(json.loads, text.splitlines())}

    def gate(self, name: str) -> Any:
        """The result of a gate."""
        return json.loads(self.path(f"build/gates/{name}.json").read_bytes())

    def codes(self, gate: str) -> list[str]:
        """The codes a gate found, sorted."""
        return sorted(finding["code"] for finding in self.gate(gate)["findings"])

    # the state

    @property
    def state_file(self) -> Path:
        """The state database."""
        return self.path("build/.astrograph/state.db")

    def known_modules(self) -> list[str]:
        """The modules the state remembers."""
        connection = sqlite3.connect(self.state_file)
        rows = connection.execute("SELECT key FROM trace ORDER BY key").fetchall()
        connection.close()
        return [key.decode() for (key,) in rows]


def _generated(root: Path) -> Callable[[str, list[str]], list[str]]:
    return lambda folder, names: ["build"] if Path(folder) == root and "build" in names else []

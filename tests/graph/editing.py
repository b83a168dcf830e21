"""What people and accidents do to a workspace: one method an edit, from a small world so that edits collide."""

import os
import re
import sqlite3
from pathlib import Path

from support import Workspace
from support.workspace import Snapshot

MODULES = ("core", "core/types", "core/types/deep", "memory/fold", "memory/recall", "vision")
"""Module ids that nest, and that the sources below import."""

SOURCES = (
    b"",
    b"import core.types\nimport faiss\n",
    b"import core.typos\nimport faiss\n",
    b"from core.types.deep import thing\nfrom . import near\n",
    b"import memory.fold, vision.lens\nVALUE = 1\n",
    b"import memory.fold, vision.lens\nVALUE = 2\n",
    b'"""Said."""\n__all__ = ["go"]\n\ndef go():\n    return 1\n',
    b'"""Said."""\n__all__ = ["go"]\n\ndef go():\n    return 2\n',
    b"def broken(:\n",
    b"\xff\xfe not utf-8\n",
)
"""Sources; some differ in the body alone, some have the same size."""

FILES = ("__init__.py", "store.py", "test_store.py")

AUTHORED = (
    b"owner: '@memory'\nnode: memory\n",
    b"owner: '@vision'\nnode: vision\n",
    b"tier: T1_critical\ncontracts: [memory.fold@v1]\n",
    b"stars: [Trail]\ndescription: Said.\n",
    b"owner: [not, a, text]\n",
    b"owner: one\nowner: two\n",
)

AUTHORED_PLACES = (
    *("_defaults", "core/_defaults", "memory/_defaults"),
    *("core/types", "memory/fold", "memory/recall", "vision", "nowhere"),
)

WEIGHTS = (0.4, 0.75, 0.95)
"""What a path counts for under each of the rule sets."""

SETTINGS = ("", 'exclude = ["/src/vision/"]', 'placeholder_owners = ["@memory"]', 'schema_version = "1.1.1"')

Inputs = frozenset[tuple[Path, bytes]]


class Editor:
    """Edits one workspace. An edit that has nothing to work on does nothing."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.plain_settings = ws.path("pyproject.toml").read_text()
        self.source_root = "src"

    # source

    def put_source(self, module: str, file: str, source: bytes) -> None:
        self.ws.write(f"{self.source_root}/{module}/{file}", source)

    def remove_source(self, number: int) -> None:
        path = self._pick(self._sources(), number)
        if path is not None:
            path.unlink()

    def remove_folder(self, module: str) -> None:
        if self.ws.path(f"{self.source_root}/{module}").is_dir():
            self.ws.delete(f"{self.source_root}/{module}")

    def rename_package(self, old: str, new: str) -> None:
        source, target = (self.ws.path(f"{self.source_root}/{module}") for module in (old, new))
        if source.is_dir() and not target.exists() and not target.is_relative_to(source):
            self.ws.rename(f"{self.source_root}/{old}", f"{self.source_root}/{new}")

    def move_source_root(self) -> None:
        """Rename the folder everything is in, and say so in the settings."""
        old, self.source_root = self.source_root, {"src": "lib", "lib": "src"}[self.source_root]
        self.ws.rename(old, self.source_root)
        settings = self.ws.path("pyproject.toml").read_text()
        self.ws.write("pyproject.toml", settings.replace(f'["{old}"]', f'["{self.source_root}"]'))
        self.plain_settings = self.plain_settings.replace(f'["{old}"]', f'["{self.source_root}"]')

    def edit_unseen(self, number: int) -> None:
        """Import something else in a file that imports anything, keep its size and mtime."""
        path = self._pick([path for path in self._sources() if _imported_otherwise(path.read_bytes())], number)
        if path is not None:
            turned = _imported_otherwise(path.read_bytes())
            self.ws.rewrite_unseen(path.relative_to(self.ws.root).as_posix(), turned)

    def touch_everything(self) -> None:
        for folder in (self.source_root, "manifests_src", "rules", "build"):
            for path in self.ws.path(folder).rglob("*"):
                if ".astrograph" not in path.parts:
                    os.utime(path)

    # authored

    def put_authored(self, place: str, text: bytes) -> None:
        self.ws.author(place, text)

    def remove_authored(self, place: str) -> None:
        self.ws.path(f"manifests_src/{place}.yaml").unlink(missing_ok=True)

    def move_authored(self, old: str, new: str) -> None:
        if old != new and self.ws.path(f"manifests_src/{old}.yaml").is_file():
            self.ws.rename(f"manifests_src/{old}.yaml", f"manifests_src/{new}.yaml")

    # policy

    def weigh(self, weight: float) -> None:
        self.ws.rules(lambda rules: rules["weights"].update(path_regex=weight))

    def force(self, module: str | None) -> None:
        forced = {module: {"star": "Watch", "reason": "said so"}} if module else {}
        self.ws.exceptions(lambda exceptions: exceptions.update(force_promote=forced))

    def set(self, line: str) -> None:
        self.ws.write("pyproject.toml", self.plain_settings.replace("[tool.doit]", f"{line}\n\n[tool.doit]", 1))

    def pin(self) -> None:
        self.ws.pin()

    # accidents

    def _sources(self) -> list[Path]:
        return list(self.ws.path(self.source_root).rglob("*.py"))

    def _pick(self, paths: list[Path], number: int) -> Path | None:
        return sorted(paths)[number % len(paths)] if paths else None

    def tamper(self, family: str, number: int, how: str) -> None:
        """Change one generated file by hand."""
        made = [path for path in self.ws.path(f"build/{family}").rglob("*.json*") if path.is_file()]
        path = self._pick(made, number)
        if path is None:
            return
        data = path.read_bytes()
        match how:
            case "delete":
                path.unlink()
            case "truncate":
                path.write_bytes(data[: len(data) // 2])
            case "append":
                path.write_bytes(data + b"\n")
            case _:
                self.ws.rewrite_unseen(path.relative_to(self.ws.root).as_posix(), data[:-2] + b" \n")

    def damage_file(self, at: float, how: str) -> None:
        """Truncate the state, flip a byte of it, or take it away."""
        path = self.ws.state_file
        size = path.stat().st_size if path.is_file() else 0
        if size == 0:
            return
        match how:
            case "remove":
                path.unlink()
            case "truncate":
                os.truncate(path, int(size * at))
            case _:
                data = bytearray(path.read_bytes())
                data[min(int(size * at), size - 1)] ^= 0x40
                path.write_bytes(data)

    def damage_record(self, table: str, number: int) -> None:
        """Flip a bit of one record, in a database that is sound otherwise."""
        if not self.ws.state_file.is_file():
            return
        connection = sqlite3.connect(self.ws.state_file)
        try:
            rows = connection.execute(
                f"SELECT key, value FROM {table} WHERE key != ? ORDER BY key", (b"format",)
            ).fetchall()
            if rows:
                key, value = rows[number % len(rows)]
                broken = value[:-1] + bytes([value[-1] ^ 1])
                connection.execute(f"UPDATE {table} SET value = ? WHERE key = ?", (broken, key))
                connection.commit()
        except sqlite3.DatabaseError:
            pass  # damaged already
        finally:
            connection.close()


def _imported_otherwise(source: bytes) -> bytes:
    """The source with other names imported and as many bytes, nothing when it imports none."""
    turned = re.sub(rb"(import|from) ([a-z])", lambda found: found[1] + (b" c" if found[2] == b"x" else b" x"), source)
    return b"" if turned == source else turned


def build_from_nothing(ws: Workspace) -> tuple[int, Snapshot]:
    """The exit code and the bytes of an independent build of the same inputs."""
    twin = ws.twin(ws.root.with_name(f"{ws.root.name}-clean"))
    code = twin.run("validate").exit
    result = twin.snapshot()
    twin.delete(".")
    return code, result


class CleanBuilds:
    """Builds from nothing, each made once per inputs."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self._known: dict[Inputs, tuple[int, Snapshot]] = {}

    def of_now(self) -> tuple[int, Snapshot]:
        """What the workspace as it is now would give."""
        inputs = self._inputs()
        if inputs not in self._known:
            self._known[inputs] = build_from_nothing(self.ws)
        return self._known[inputs]

    def _inputs(self) -> Inputs:
        files = [path for path in self.ws.root.rglob("*") if path.is_file()]
        below = [(path.relative_to(self.ws.root), path) for path in files]
        return frozenset((name, path.read_bytes()) for name, path in below if name.parts[0] != "build")

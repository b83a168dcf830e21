"""`[tool.astrograph]` of `pyproject.toml` as a `Workspace`; an unknown key is an error with a suggestion."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING

from astrograph.errors import ConfigurationError
from astrograph.model.workspace import NOT_SETTINGS, CanaryPolicy, Form, Placement, Workspace

if TYPE_CHECKING:
    from astrograph.model.adoption import Shape

_PATHS = ("rules", "exceptions", "canon", "schema", "pins", "authored", "contracts", "build", "publish_to")
_GENERATED = (".astrograph", "manifests", "ledger", "gates", "audit", "site", "generations", "snapshots")
_RESERVED = frozenset({".git", ".github", "git~1"})
_CANARY_KEYS = ("size", "critical")
_LINES = 2_000
"""How far `line_of` looks."""

_PLACEMENT_KEYS = ("pointer", "form")


def read_settings(data: bytes, *, root: str, manifest_fields: Mapping[str, bool], build_dir: str = "") -> Workspace:
    """The workspace described by the bytes of a `pyproject.toml` at the absolute folder `root`.

    `manifest_fields` are the names that `[tool.astrograph.manifest]` may place, with whether each holds stars.
    `build_dir` is the build folder a person chose, relative to `root` where it lies in it, `""` for that of the file.
    Raises ConfigurationError listing everything that is wrong at once.
    """
    document = decode_toml(data)
    tool = document.get("tool", {})
    table = tool.get("astrograph") if isinstance(tool, dict) else tool
    if table is not None and not isinstance(table, dict):
        path = ("tool", "astrograph") if isinstance(tool, dict) else ("tool",)
        raise ConfigurationError(f"pyproject.toml:{line_of(data, path)}: {'.'.join(path)} is not a table")
    if table is None:
        raise ConfigurationError(
            "this is not a workspace: pyproject.toml has no [tool.astrograph]",
            fields=(("folder", _safe(root)),),
            hint="run `astrograph init` here, or change to the folder of the workspace",
        )
    return _Reader(table, manifest_fields).workspace(root, build_dir=build_dir, project=document.get("project"))


def decode_toml(data: bytes) -> dict[str, object]:
    """The document in the bytes of a `pyproject.toml`; raises ConfigurationError with the line."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"pyproject.toml:{line}: not UTF-8", hint="save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        last = data.count(b"\n") + (not data.endswith(b"\n"))
        problem = str(error).replace("end of document", f"end of document, line {last}")
    except RecursionError:
        problem = "nested too deeply"
    raise ConfigurationError(
        "pyproject.toml is not valid TOML", fields=(("problem", _safe(problem)),), hint="correct the line it names"
    )


def line_of(data: bytes, path: tuple[str, ...]) -> int:
    """The line where the value at `path` of a TOML document ends: its reader keeps no places, so ever more is read."""
    lines = data.decode("utf-8").splitlines(keepends=True)
    for count in range(1, min(len(lines), _LINES) + 1):
        value: object = None
        try:
            value = tomllib.loads("".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            return count
    return len(lines)


def _safe(text: str) -> str:
    from astrograph.formats.text import safe

    return safe(text)


class _Reader:
    """Collects every problem of the table before raising once."""

    def __init__(self, table: dict[str, object], manifest_fields: Mapping[str, bool]) -> None:
        self.table = table
        self.manifest_fields = manifest_fields
        self.problems: list[str] = []

    def workspace(self, root: str, *, build_dir: str, project: object) -> Workspace:
        known = [item.name for item in fields(Workspace) if item.name not in NOT_SETTINGS | {"placements"}]
        known.append("manifest")
        self.unknown_keys(self.table, known, where="tool.astrograph")
        named = project.get("name") if isinstance(project, dict) else None
        values: dict[str, object] = {"name": named} if isinstance(named, str) and named else {}
        read: dict[str, Callable[[str, object], object]] = {
            "source_roots": self.folders,
            "exclude": self.texts,
            "legacy_prefixes": self.texts,
            "placeholder_owners": self.texts,
            "name": self.text,
            "schema_version": self.text,
            "coverage_min": self.fraction,
            "codeowners": self.path,
            "canary": self.canary,
            "approver_must_differ": self.flag,
            "format_assertion": self.flag,
            "adopt": self.adopt,
            "adopt_name": self.file_name,
            "keep_generations": self.count,
            **dict.fromkeys(_PATHS, self.path),
        }
        for name, reader in read.items():
            if name in self.table:
                values[name] = reader(name, self.table[name])
        if "manifest" in self.table:
            values["placements"] = self.placements(self.table["manifest"])
        if self.problems:
            raise ConfigurationError(
                "[tool.astrograph] in pyproject.toml cannot be used",
                fields=tuple(("problem", problem) for problem in self.problems),
                hint="the keys and their defaults are listed in docs/CONFIGURATION.md",
            )
        workspace = Workspace(root=root, **values, build_dir=build_dir)  # type: ignore[arg-type]
        self.check_reserved(workspace)
        self.check_build(workspace)
        self.check_published(workspace)
        return workspace

    def check_reserved(self, workspace: Workspace) -> None:
        """Refuse git's own folders, however a file system lets their names be written."""
        for name in ("build_dir", "build", "publish_to", "contracts", "authored"):
            folder = getattr(workspace, name)
            if _RESERVED.intersection(part.rstrip(". ").casefold() for part in folder.split("/")):
                raise ConfigurationError(
                    "a folder of git or GitHub cannot be used",
                    fields=((name.replace("_dir", ""), _safe(folder)),),
                    hint=f"choose another folder, such as `{getattr(Workspace, name) or 'build'}`",
                )

    def check_build(self, workspace: Workspace) -> None:
        """Refuse a build folder in which, or around which, people keep files: what is stale there is removed."""
        kept = {f"source root {item}": item for item in workspace.source_roots if item != "."}
        kept |= {"authored": workspace.authored, "contracts": workspace.contracts}
        for name in ("rules", "exceptions", "canon", "schema", "pins"):
            kept[name] = getattr(workspace, name).rpartition("/")[0]
        place = workspace.build_place
        build = f"{place}/"
        kept["workspace"] = workspace.root
        for name, folder in kept.items():
            # From outside a build folder may hold the workspace, but not lie in it.
            inside = build.startswith(f"{folder}/") and name != "workspace"
            if place == "." or (folder and (inside or f"{folder}/".startswith(build))):
                raise ConfigurationError(
                    "the build folder would hold what people write",
                    fields=(("build", _safe(place)), (_safe(name), _safe(folder or "."))),
                    hint="give `build` in [tool.astrograph] a folder of its own, such as `build`"
                    if place == workspace.build
                    else "give --build-dir (or ASTROGRAPH_BUILD) a folder of its own",
                )

    def check_published(self, workspace: Workspace) -> None:
        """Refuse to publish into what people write, or what we generate otherwise: the folder is replaced whole."""
        place, build = f"{workspace.published_place}/", workspace.build_place
        taken = {f"source root {item}": item for item in workspace.source_roots if item != "."}
        taken |= {name: getattr(workspace, name) for name in ("authored", "contracts")}
        taken |= {name: getattr(workspace, name) for name in ("rules", "exceptions", "canon", "schema", "pins")}
        ours = {f"{build}/{name}": f"{build}/{name}" for name in _GENERATED}
        for name, path in (*taken.items(), *ours.items(), ("build", build)):
            inside = place.startswith(f"{path}/") and name in ours
            if workspace.publish_to == "." or f"{path}/".startswith(place) or inside:
                raise ConfigurationError(
                    "publish_to is replaced whole at each publication, and something else lives there",
                    fields=(("publish_to", _safe(workspace.publish_to)), (_safe(name), _safe(path))),
                    hint="give `publish_to` in [tool.astrograph] a folder of its own, such as `manifests`",
                )

    def unknown_keys(self, table: dict[str, object], known: list[str], *, where: str) -> None:
        for key in table:
            if key not in known:
                from astrograph.formats.text import did_you_mean

                near = did_you_mean(key, known, n=1)
                suggestion = f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(known)}"
                self.problems.append(f"{where}.{_safe(key)} is not a key{suggestion}")

    def wrong(self, name: str, value: object, wanted: str) -> None:
        self.problems.append(f"{name} must be {wanted}, not {_safe(repr(value))}")

    def text(self, name: str, value: object) -> str:
        if isinstance(value, str) and value:
            return value
        self.wrong(name, value, "a text that is not empty")
        return ""

    def texts(self, name: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
            return tuple(value)
        self.wrong(name, value, "a list of texts")
        return ()

    def path(self, name: str, value: object) -> str:
        text = self.text(name, value)
        unfit = "\\" in text or ".." in text.split("/") or any(ord(char) < ord(" ") for char in text)
        if text and (text.startswith(("/", "~")) or unfit):
            self.wrong(name, value, "a path inside the workspace with forward slashes")
        return "/".join(part for part in text.split("/") if part not in {"", "."}) or text[:1]

    def folders(self, name: str, value: object) -> tuple[str, ...]:
        roots = tuple(self.path(name, item) or "." for item in self.texts(name, value))
        if not roots:
            self.wrong(name, value, "a list with at least one folder")
        for position, first in enumerate(roots):
            for second in roots[position + 1 :]:
                nested = f"{first}/".startswith(f"{second}/") or f"{second}/".startswith(f"{first}/")
                if nested or "." in (first, second):
                    self.problems.append(f"{name}: {first!r} and {second!r} overlap")
        return roots

    def fraction(self, name: str, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.wrong(name, value, "a number from 0 to 1")
        return 0.0

    def count(self, name: str, value: object) -> int:
        if type(value) is int and value > 0:
            return value
        self.wrong(name, value, "a whole number from 1")
        return 1

    def flag(self, name: str, value: object) -> bool:
        if not isinstance(value, bool):
            self.wrong(name, value, "true or false")
        return value is True

    def canary(self, name: str, value: object) -> CanaryPolicy:
        if not isinstance(value, dict):
            self.wrong(name, value, "a table with size and critical")
            return CanaryPolicy()
        self.unknown_keys(value, list(_CANARY_KEYS), where=name)
        default = CanaryPolicy()
        return CanaryPolicy(
            size=self.fraction("canary.size", value.get("size", default.size)),
            critical=self.texts("canary.critical", value.get("critical", [])),
        )

    def adopt(self, name: str, value: object) -> tuple[Shape, ...]:  # noqa: ARG002 - the name is in every problem
        from astrograph.formats.adopt_settings import read_shapes

        return read_shapes(value, self.problems.append)

    def file_name(self, name: str, value: object) -> str:
        text = self.path(name, value)
        if "/" in text:
            self.wrong(name, value, "the name of a file, without a folder")
        return text

    def placements(self, value: object) -> tuple[tuple[str, Placement | None], ...]:
        if not isinstance(value, dict):
            self.wrong("manifest", value, "a table of fields")
            return ()
        self.unknown_keys(value, list(self.manifest_fields), where="manifest")
        placed: dict[str, Placement | None] = {}
        for name, target in sorted(value.items()):
            placed[name] = self.placement(f"manifest.{name}", target, stars=self.manifest_fields.get(name, False))
        self.overlaps({name: item.pointer for name, item in placed.items() if item is not None})
        return tuple(placed.items())

    def placement(self, name: str, value: object, *, stars: bool) -> Placement | None:
        if value is False:
            return None
        table = {"pointer": value} if isinstance(value, str) else value
        if not isinstance(table, dict):
            self.wrong(name, value, "a JSON pointer, a table with pointer and form, or false to leave it out")
            return None
        self.unknown_keys(table, list(_PLACEMENT_KEYS), where=name)
        pointer = table.get("pointer")
        if not isinstance(pointer, str) or not pointer.startswith("/") or pointer.endswith("/"):
            self.wrong(name, pointer, "a JSON pointer such as '/metadata/owner'")
            return None
        form = table.get("form", Form.IDS.value)
        if form not in list(Form) or (form != Form.IDS and not stars):
            self.wrong(
                f"{name}.form", form, "one of ids, labels, label" if stars else "left out: only stars have forms"
            )
            return None
        return Placement(pointer=pointer, form=Form(form))

    def overlaps(self, pointers: dict[str, str]) -> None:
        ordered = sorted((pointer, name) for name, pointer in pointers.items())
        for (first, first_name), (second, second_name) in pairwise(ordered):
            if f"{second}/".startswith(f"{first}/"):
                self.problems.append(f"manifest.{second_name} ({second}) lies in manifest.{first_name} ({first})")

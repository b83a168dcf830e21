"""Making a workspace where there is none: settings, policy files, pins, and a place for authored facts."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from stat import S_IMODE

from astrograph.engine.pinning import pin
from astrograph.engine.policy import Policy, policy_paths
from astrograph.engine.session import SETTINGS_FILE, open_workspace
from astrograph.engine.tool import shipped_folder
from astrograph.errors import ConfigurationError, StorageError
from astrograph.facts.authored import modeline
from astrograph.formats.canonical_json import encode
from astrograph.formats.settings import read_settings
from astrograph.manifest.fields import placeable_fields
from astrograph.store.border import refuse_linked
from astrograph.store.files import read, write_atomically
from astrograph.store.layout import Layout
from astrograph.store.state import State

_COPIED = (
    "rules/star_canon.json",
    "rules/star_rules.json",
    "schemas/authored.schema.json",
    "schemas/contract.schema.json",
    "schemas/module_manifest.schema.json",
    "schemas/pins.schema.json",
    "schemas/star_canon.schema.json",
    "schemas/star_rules.schema.json",
    "schemas/star_rules_exceptions.schema.json",
)
_EXCEPTIONS = "rules/star_rules_exceptions.json"
_DEFAULTS = "manifests_src/_defaults.yaml"
_IGNORED = "/build/"

_DEFAULTS_TEXT = """\
# What holds for every module that nothing nearer says otherwise of.
# A folder's own _defaults.yaml, then <module id>.yaml, win field by field. For example:
#
# owner: "@platform-team"
# tier: T3_standard
# lane: production
"""


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """What was made, changed and kept, as paths relative to the workspace."""

    made: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]


def scaffold(root: str, *, source_roots: Sequence[str], wiring: str, by: str, at: str) -> Scaffolded:
    """Make the folder `root` a workspace. Files that are there are kept, never written over.

    `wiring` are the `[tool.doit]` tables. Raises ConfigurationError when it is a workspace already, or when its
    `pyproject.toml` cannot be extended safely.
    """
    made: list[str] = []
    changed: list[str] = []
    kept: list[str] = []
    settings, existed = _settings(root, source_roots=source_roots, wiring=wiring)
    for source_root in source_roots:
        if not os.path.isdir(f"{root}/{source_root}"):
            raise ConfigurationError(
                "a source root is not a folder",
                fields=(("source root", source_root),),
                hint="name the folder your packages are imported from: astrograph init --source-root DIR",
            )
    templates = shipped_folder()
    files = {path: read(f"{templates}/{path}") for path in _COPIED}
    files[_EXCEPTIONS] = encode({"do_not_promote": [], "force_promote": {}})
    files[_DEFAULTS] = f"{modeline('../schemas/authored.schema.json')}\n{_DEFAULTS_TEXT}".encode()
    _rehearse(root, settings, files)
    for path, data in sorted(files.items()):
        if os.path.lexists(f"{root}/{path}"):
            kept.append(path)
        else:
            write_atomically(f"{root}/{path}", data)
            made.append(path)
    (changed if _ignore_build(root) else kept).append(".gitignore")
    _rewrite(f"{root}/{SETTINGS_FILE}", settings)
    (changed if existed else made).append(SETTINGS_FILE)
    workspace = open_workspace(root)
    layout = Layout(workspace)
    refuse_linked(layout)
    state = State(layout.absolute(layout.state))
    pin(workspace, state, by=by, at=at, reason="first pin of a new workspace")
    state.close()
    made.append(workspace.pins)
    return Scaffolded(tuple(sorted(made)), tuple(sorted(changed)), tuple(sorted(kept)))


def _settings(root: str, *, source_roots: Sequence[str], wiring: str) -> tuple[bytes, bool]:
    """The `pyproject.toml` to write, and whether there is one."""
    listed = ", ".join(map(json.dumps, source_roots))  # a JSON text is a TOML one
    ours = f"[tool.astrograph]\nsource_roots = [{listed}]\n\n{wiring}"
    try:
        before = read(f"{root}/{SETTINGS_FILE}").decode("utf-8")
        tool = tomllib.loads(before).get("tool", {})
    except FileNotFoundError:
        return ours.encode(), False
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            "pyproject.toml is there but cannot be read", fields=(("problem", str(error)),), hint="mend it first"
        ) from error
    if "astrograph" in tool:
        raise ConfigurationError("this is a workspace already", fields=(("folder", root),), hint="run doit")
    if "doit" in tool:
        raise ConfigurationError(
            "pyproject.toml has a [tool.doit] of its own",
            fields=(("folder", root),),
            hint=f"merge these tables into it by hand, then run doit pin:\n\n{ours}",
        )
    return f"{before.rstrip()}\n\n{ours}".encode(), True


def _ignore_build(root: str) -> bool:
    """Keep `build/` out of git; returns whether `.gitignore` had to be changed."""
    path = f"{root}/.gitignore"
    try:
        before = read(path).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        before = ""
    except OSError as error:
        raise StorageError("cannot read .gitignore", fields=(("problem", str(error)),)) from error
    if {_IGNORED, "build/", "/build", "build"} & set(before.splitlines()):
        return False
    text = f"{before.rstrip()}\n{_IGNORED}\n".lstrip("\n")
    _rewrite(path, text.encode("utf-8", "surrogateescape"))
    return True


def _rehearse(root: str, settings: bytes, files: dict[str, bytes]) -> None:
    """Read everything as a run would, before anything is written; raises what a run would raise."""
    workspace = read_settings(settings, root=root, manifest_fields=placeable_fields())

    def after(path: str) -> bytes | None:
        try:
            return read(f"{root}/{path}")
        except OSError:
            return files.get(path)

    Policy(workspace, {kind: after(path) for kind, path in policy_paths(workspace).items()}, None).compile()


def _rewrite(path: str, data: bytes) -> None:
    """Write a file of somebody else's: a link stays a link, permissions stay."""
    target = os.path.realpath(path)
    mode = os.stat(target).st_mode if os.path.exists(target) else None
    write_atomically(target, data)
    if mode is not None:
        os.chmod(target, S_IMODE(mode))

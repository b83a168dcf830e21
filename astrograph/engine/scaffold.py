"""Making a workspace, or completing one: settings, policy files, pins, and a place for authored facts."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from astrograph.engine.pinning import pin
from astrograph.engine.policy import Policy, policy_paths
from astrograph.engine.session import SETTINGS_FILE, check_source_roots, open_workspace
from astrograph.engine.tool import shipped_folder
from astrograph.errors import ConfigurationError, DecodeError, PolicyError, UsageError
from astrograph.facts.authored import modeline
from astrograph.formats.canonical_json import encode
from astrograph.formats.settings import read_settings
from astrograph.formats.toml_editing import Tables, add_entries, missing_entries, table_of, tables_of
from astrograph.manifest.fields import placeable_fields
from astrograph.model import limits
from astrograph.model.digests import sha256
from astrograph.model.pins import PolicyKind
from astrograph.model.workspace import Workspace
from astrograph.store.border import refuse_linked
from astrograph.store.files import read
from astrograph.store.layout import Layout
from astrograph.store.people_files import PeopleFiles
from astrograph.store.state import State

_SCHEMAS = (
    "schemas/authored.schema.json",
    "schemas/contract.schema.json",
    "schemas/pins.schema.json",
    "schemas/star_canon.schema.json",
    "schemas/star_rules.schema.json",
    "schemas/star_rules_exceptions.schema.json",
)
_POLICY = {
    PolicyKind.RULES: "rules/star_rules.json",
    PolicyKind.CANON: "rules/star_canon.json",
    PolicyKind.SCHEMA: "schemas/module_manifest.schema.json",
}
_IGNORE = ".gitignore"
_OURS = ("tool", "astrograph")
_FREE = frozenset({"reporter"})
"""What of the wiring may be set otherwise: how a run is reported."""

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
    """What was made, added to and kept as it was, as paths relative to the workspace."""

    made: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]


def scaffold(root: str, *, source_roots: Sequence[str] | None, wiring: str, by: str, at: str) -> Scaffolded:
    """Make the folder `root` a workspace, or add what an unfinished one lacks. Nothing that exists is changed.

    `wiring` are the `[tool.doit]` tables; without `source_roots` they are `src`, where there is one, else the folder
    itself. All that can be refused is refused before anything is written, and what was written when a run was cut
    short is completed by the next. Raises ConfigurationError, PolicyError, EditRefusedError or StorageError.
    """
    files = PeopleFiles(root)
    default = "src" if os.path.isdir(f"{root}/src") else "."
    wanted: Tables = {_OURS: {"source_roots": list(source_roots or [default])}, **tables_of(tomllib.loads(wiring))}
    settings = files.edit(SETTINGS_FILE, lambda before: _extended(before, wanted), dry_run=True)
    workspace = read_settings(settings.after or b"", root=root, manifest_fields=placeable_fields())
    check_source_roots(workspace)
    if source_roots is not None and tuple(source_roots) != workspace.source_roots:
        raise UsageError("source_roots are set already", hint=f"edit them in [tool.astrograph] of {SETTINGS_FILE}")
    texts = _texts(workspace)
    _rehearse(workspace, texts)
    for path, data in texts.items():
        files.create(path, data, dry_run=True)
    files.edit(_IGNORE, lambda before: _ignoring(before, workspace.build), dry_run=True)

    made = {path for path, data in sorted(texts.items()) if files.create(path, data)}
    edits = [
        files.edit(_IGNORE, lambda before: _ignoring(before, workspace.build)),
        files.edit(SETTINGS_FILE, lambda before: _extended(before, wanted)),
    ]
    made |= {edit.path for edit in edits if edit.changes and edit.before is None}
    if not os.path.lexists(f"{root}/{workspace.pins}"):
        workspace = open_workspace(root)
        layout = Layout(workspace)
        refuse_linked(layout)
        state = State(layout.absolute(layout.state))
        pin(workspace, state, by=by, at=at, reason="first pin of a new workspace")
        state.close()
        made.add(workspace.pins)
    changed = {edit.path for edit in edits if edit.changes} - made
    kept = {*texts, *(edit.path for edit in edits), workspace.pins} - made - changed
    return Scaffolded(tuple(sorted(made)), tuple(sorted(changed)), tuple(sorted(kept)))


def _extended(before: bytes | None, wanted: Tables) -> bytes:
    """`pyproject.toml` with what it lacks of the wanted tables; an existing `[tool.astrograph]` is left alone."""
    try:
        text = (before or b"").decode("utf-8")
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        marked = (before or b"").startswith(b"\xef\xbb\xbf")
        problem = "it begins with a byte order mark, which TOML does not allow" if marked else str(error)
        raise ConfigurationError(
            f"{SETTINGS_FILE} cannot be used", fields=(("problem", problem),), hint="fix it, then run init again"
        ) from error
    _refuse_other_wiring(document, wanted)
    missing = missing_entries(document, wanted)
    if table_of(document, _OURS) is not None:
        missing.pop(_OURS, None)
    try:
        return add_entries(text, missing).encode()
    except (DecodeError, UnicodeEncodeError) as error:
        hint = error.hint if isinstance(error, DecodeError) else "name folders in UTF-8"
        raise ConfigurationError(f"{SETTINGS_FILE}: {error}".split("\n", 1)[0], hint=hint) from error


def _refuse_other_wiring(document: Mapping[str, object], wanted: Tables) -> None:
    fields: list[tuple[str, str]] = []
    for name, entries in wanted.items():
        found = table_of(document, name)
        if name == _OURS or not isinstance(found, dict):
            continue
        fields += [
            (f"[{'.'.join(name)}] {key}", f"is {found[key]!r}, must be {value!r}")
            for key, value in entries.items()
            if key in found and found[key] != value and key not in _FREE
        ]
    if fields:
        raise ConfigurationError(
            f"{SETTINGS_FILE} wires doit to something else",
            fields=tuple(fields),
            hint="change or remove these entries, then run `astrograph init` again",
        )


def _ignoring(before: bytes | None, folder: str) -> bytes:
    """`.gitignore` with the folder of what is built."""
    data = before or b""
    if {f"/{folder}/", f"{folder}/", f"/{folder}", folder}.intersection(data.decode("utf-8", "replace").split()):
        return data
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    gap = newline if data and not data.endswith(b"\n") else b""
    return data + gap + f"/{folder}/".encode() + newline


def _texts(workspace: Workspace) -> dict[str, bytes]:
    """What each file of a new workspace holds, by path. Authored files are begun where there is no folder for them."""
    templates = shipped_folder()
    texts = {path: read(f"{templates}/{path}", limits.POLICY) for path in _SCHEMAS}
    paths = policy_paths(workspace)
    texts |= {paths[kind]: read(f"{templates}/{path}", limits.POLICY) for kind, path in _POLICY.items()}
    texts[workspace.exceptions] = encode({"do_not_promote": [], "force_promote": {}})
    if not os.path.lexists(f"{workspace.root}/{workspace.authored}"):
        above = "../" * (workspace.authored.count("/") + 1)
        head = modeline(f"{above}schemas/authored.schema.json")
        texts[f"{workspace.authored}/_defaults.yaml"] = f"{head}\n{_DEFAULTS_TEXT}".encode()
    return texts


def _rehearse(workspace: Workspace, texts: Mapping[str, bytes]) -> None:
    """Read the policy as a run would, before anything is written; raises what a run would raise.

    A policy file that is gone but pinned is only made again with the bytes that were pinned.
    """
    there = Policy.read(workspace)
    paths = policy_paths(workspace)
    data = {kind: texts[path] if there.data[kind] is None else there.data[kind] for kind, path in paths.items()}
    for kind, path in paths.items():
        pinned = there.pins.of(kind) if there.pins is not None else None
        if there.data[kind] is None and pinned is not None and pinned.sha256 != sha256(texts[path]):
            raise PolicyError(
                "a policy file is missing, and what was pinned is not what ships with Astrograph",
                fields=(("file", path), ("pinned", pinned.sha256)),
                hint='restore it from version control, or write a new one and run `doit pin --reason "why"`',
            )
    Policy(workspace, data, None).compile()

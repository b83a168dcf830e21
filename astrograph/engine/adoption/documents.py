"""Finding old documents, and the module each belongs to: the one in whose folder it stands (SPEC section 11)."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from stat import S_ISREG

from astrograph.errors import UsageError
from astrograph.inventory.exclusion import make_excluder
from astrograph.inventory.guards import check_module_path, printable
from astrograph.model import limits
from astrograph.model.adoption import Standing
from astrograph.model.digests import Sha256, sha256
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import Workspace
from astrograph.store.files import read

_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})
"""Folders that hold nobody's manifests; they are named in the report and not walked."""

_SUGGESTED = 20
"""So many documents without a module get a suggestion each: the nearest of 100,000 names takes long to find."""


@dataclass(slots=True)
class OldDocument:
    """One old document.

    `path` is how it is shown, `folder` its place below the folder that is adopted, `place` the path that would be the
    id of its module. `module` is the one it speaks of, None where there is none; `note` says why it is not adopted.
    """

    path: str
    absolute: str
    folder: str
    place: str = ""
    standing: Standing = Standing.ADOPTED
    module: ModuleId | None = None
    note: str = ""
    fix: str = ""


@dataclass(slots=True)
class OldTree:
    """All old documents below one folder, in path order; `skipped` are folders that were not looked into."""

    top: str
    shown: str
    documents: list[OldDocument] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    unlisted: list[tuple[str, str]] = field(default_factory=list)


def find_documents(
    workspace: Workspace, top: str, *, name: str, modules: Mapping[ModuleId, object], started_in: str
) -> OldTree:
    """Every file called `name` below `top`, keyed by folder. Raises UsageError when `top` is no folder.

    What this program builds itself is left out, unless `top` lies in it.
    """
    absolute = os.path.realpath(os.path.join(started_in, top))
    if not os.path.isdir(absolute):
        raise UsageError(
            f"{printable(top)} is not a folder", hint="doit adopt --from DIR takes the folder of old manifests"
        )
    root = os.path.realpath(workspace.root)
    inside = absolute == root or absolute.startswith(f"{root}{os.sep}")
    shown = absolute[len(root) + 1 :].replace(os.sep, "/") if inside else absolute
    tree = OldTree(top=absolute, shown=printable(shown))
    build = os.path.realpath(os.path.join(root, workspace.build_place))
    _walk(tree, name, own=frozenset() if f"{absolute}/".startswith(f"{build}/") else frozenset({build}))
    _key(tree, workspace, root=root, modules=modules)
    return tree


def _walk(tree: OldTree, name: str, *, own: Collection[str]) -> None:
    pending = [""]
    found: list[tuple[str, str]] = []
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(f"{tree.top}/{folder}" if folder else tree.top) as entries:
                for entry in entries:
                    below = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.name == name and not entry.is_dir(follow_symlinks=False):
                        found.append((folder, entry.path))
                    elif entry.is_dir(follow_symlinks=False):
                        skip = entry.name in _SKIPPED or entry.path in own
                        (tree.skipped if skip else pending).append(printable(below) if skip else below)
        except OSError as error:
            tree.unlisted.append((printable(folder), error.strerror or "unreadable"))
    for folder, path in sorted(found):
        shown = "/".join(part for part in (tree.shown, printable(folder), printable(name)) if part)
        tree.documents.append(OldDocument(path=shown, absolute=path, folder=folder))
    tree.skipped.sort()
    tree.unlisted.sort()


def _key(tree: OldTree, workspace: Workspace, *, root: str, modules: Mapping[ModuleId, object]) -> None:
    """Give each document its module, and of several for one module the nearest one its right."""
    ranked: dict[ModuleId, list[tuple[int, int]]] = {}
    homeless: list[OldDocument] = []
    inner = tree.top[len(root) + 1 :].replace(os.sep, "/") if f"{tree.top}/".startswith(f"{root}/") else None
    for index, document in enumerate(tree.documents):
        found = _module_of(document.folder, inner, workspace, modules)
        if found is None:
            homeless.append(document)
        else:
            document.module = found[0]
            ranked.setdefault(found[0], []).append((found[1], index))
    for module, places in ranked.items():
        (_, first), *others = sorted(places)
        for _, index in others:
            twin = tree.documents[index]
            twin.standing = Standing.TWIN
            twin.note = f"{tree.documents[first].path} speaks of {module} too, and counts"
            twin.fix = "keep one of the two"
    beside_source = any(rank == 0 for places in ranked.values() for rank, _ in places)
    for document in tree.documents:
        beside = _beside(document.folder, inner, workspace) if beside_source else None
        document.place = document.folder if beside is None else beside
    _tell_homeless(homeless, workspace, modules, set(ranked))


def _module_of(
    folder: str, inner: str | None, workspace: Workspace, modules: Mapping[ModuleId, object]
) -> tuple[ModuleId, int] | None:
    """The module whose folder this is, and how directly: beside its source, under its id, below a source root."""
    beside = _beside(folder, inner, workspace)
    if beside in modules:
        return ModuleId(beside or ""), 0
    if folder in modules:
        return ModuleId(folder), 1
    for source_root in workspace.source_roots:
        stripped = _below(folder, source_root)
        if stripped in modules:
            return ModuleId(stripped or ""), 2
    return None


def _beside(folder: str, inner: str | None, workspace: Workspace) -> str | None:
    """The path below a source root that a folder has, None when it lies in none; `inner` is where the tree lies."""
    if inner is None:
        return None
    place = f"{inner}/{folder}".strip("/")
    for source_root in workspace.source_roots:
        if source_root == ".":
            return place
        below = _below(place, source_root)
        if below is not None:
            return below
    return None


def _below(path: str, folder: str) -> str | None:
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def _tell_homeless(
    documents: list[OldDocument], workspace: Workspace, modules: Mapping[ModuleId, object], claimed: set[ModuleId]
) -> None:
    """Say of each document without a module what it seems to be."""
    excluder = make_excluder(workspace)
    free = [module for module in modules if module not in claimed] if documents else []
    suggested = 0
    for document in documents:
        copied = _copied(document.place, modules)
        reason = _excluded(document.place, excluder)
        checked = check_module_path(document.place, folder=document.path, legacy_prefixes=workspace.legacy_prefixes)
        if not isinstance(checked, str) and checked.code == "AG106":
            document.standing, document.note = Standing.LEGACY, checked.message
            document.fix = f"move it to {copied}" if copied and copied not in claimed else "remove it"
        elif reason is not None:
            document.standing, document.note = Standing.EXCLUDED, f"it lies in an excluded folder ({reason})"
            document.fix = "remove it, or adopt that folder by itself"
        elif copied is not None:
            document.standing = Standing.COPY
            state = (
                "which has a document of its own" if copied in claimed else "which has none: move it there to adopt it"
            )
            document.note = f"it stands in the folder of no module; it seems to be a copy of {copied}, {state}"
        elif not isinstance(checked, str):
            document.standing, document.note, document.fix = Standing.MISSING, checked.message, checked.fix
        else:
            document.standing = Standing.MISSING
            document.note = f"there is no package {printable(document.place) or 'at the top'}"
            suggested += 1
            document.fix = _nearest(document.place, free if suggested <= _SUGGESTED else ())


def _copied(folder: str, modules: Mapping[ModuleId, object]) -> ModuleId | None:
    """The module that the end of a path names, the longest one."""
    parts = folder.split("/")
    ends = ("/".join(parts[start:]) for start in range(1, len(parts)))
    return next((ModuleId(end) for end in ends if end in modules), None)


def _excluded(folder: str, excluder: object) -> str | None:
    assert callable(excluder)
    parts = folder.split("/") if folder else []
    for depth, name in enumerate(parts, 1):
        reason = excluder("/".join(parts[:depth]), name)
        if reason is not None:
            return str(reason)
    return None


def _nearest(folder: str, modules: Collection[ModuleId]) -> str:
    from astrograph.formats.text import did_you_mean

    near = did_you_mean(printable(folder), modules, n=1)
    return f"move it to {near[0]}, or remove it" if near else "create the package, or remove it"


@dataclass(frozen=True, slots=True)
class Contents:
    """The bytes of one document and their digest."""

    sha256: Sha256
    data: bytes


def read_contents(document: OldDocument) -> Contents:
    """Read one document; raises OSError. Links and what is no regular file are refused."""
    stat = os.lstat(document.absolute)
    if not S_ISREG(stat.st_mode):
        raise OSError(0, "it is no regular file")
    data = read(document.absolute, limits.KEPT)
    return Contents(sha256(data), data)

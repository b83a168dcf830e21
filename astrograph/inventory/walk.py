"""The walk: every package below a source root, with one listing a folder and one stat a file (SPEC section 2).

It runs over every folder and file of the monorepo on every run, so its inner loops are written out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from stat import S_IFMT, S_IFREG, S_ISLNK
from sys import intern

from astrograph.errors import UsageError
from astrograph.inventory.exclusion import Excluder, make_excluder
from astrograph.inventory.guards import check_module_path, collisions, printable
from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Excluded, Inventory, Package
from astrograph.model.workspace import Workspace
from astrograph.store.files import unreadable_fix
from astrograph.store.stamps import signature
from astrograph.store.trees import is_too_long

_INIT = "__init__.py"
_NEVER_A_PACKAGE = "__pycache__"
_TESTS = "tests"
_NAME = attrgetter("name")
_TOO_LONG = "AG117"
_TOO_DEEP_FIX = "remove it, move it further up, or leave it out through `exclude`"


class Walk:
    """The walk of one source root.

    `rejected` and `excluded` collect what was met and left out; the walk itself never raises for what it meets.
    """

    def __init__(self, workspace: Workspace, source_root: str, excluder: Excluder) -> None:
        self.rejected: list[Finding] = []
        self.excluded: list[Excluded] = []
        self._top = workspace.root if source_root == "." else f"{workspace.root}/{source_root}"
        self._prefix = "" if source_root == "." else f"{source_root}/"
        self._legacy = workspace.legacy_prefixes
        self._excluder = excluder
        self._real_top: str | None = None

    def below(self, paths: Iterable[str]) -> list[Package]:
        """Every package at or below these folders, which are relative to the root (`""` is the root itself)."""
        found: list[Package] = []
        pending = list(paths)
        while pending:
            self.visit(pending.pop(), pending, found)
        return found

    def frontier(self, at_least: int) -> tuple[list[Package], list[str]]:
        """The packages near the root, and at least so many folders below them still to walk, where there are."""
        found: list[Package] = []
        pending = [""]
        while pending and len(pending) < at_least:
            further: list[str] = []
            for path in pending:
                self.visit(path, further, found)
            pending = further
        return found, sorted(pending)

    def one(self, module: ModuleId) -> Package | None:
        """One package by its id, listed without walking anything else; None when there is none that may have it."""
        found: list[Package] = []
        if not self._is_excluded(module) and not self._is_linked(module):
            self.visit(module, [], found)
        return found[0] if found else None

    def reaching(self, folder: str) -> list[str]:
        """Where to begin for a folder relative to the workspace: relative to the root, nothing where it is left out."""
        if folder == "." or self._prefix.startswith(f"{folder}/"):
            return [""]
        below = folder.removeprefix(self._prefix)
        return [] if not f"{folder}/".startswith(self._prefix) or self._is_excluded(below) else [below]

    def _is_excluded(self, path: str) -> bool:
        parts = path.split("/")
        folders = (("/".join(parts[:depth]), name) for depth, name in enumerate(parts, 1))
        return any(self._excluder(f"{self._prefix}{below}", name) is not None for below, name in folders)

    def _is_linked(self, path: str) -> bool:
        parts = path.split("/")
        return any(os.path.islink(f"{self._top}/{'/'.join(parts[:depth])}") for depth in range(1, len(parts) + 1))

    def visit(self, path: str, pending: list[str], found: list[Package]) -> None:
        """List one folder: its sub-folders go to `pending`, the package it is, if it is one, to `found`."""
        before = len(pending)
        sources: list[os.DirEntry[str]] = []
        is_package = has_tests = False
        try:
            with os.scandir(f"{self._top}/{path}" if path else self._top) as entries:
                for entry in entries:
                    name = entry.name
                    if name.endswith(".py") and not entry.is_dir(follow_symlinks=False):
                        sources.append(entry)
                        if name == _INIT:
                            is_package = True
                    elif entry.is_dir(follow_symlinks=False):
                        if name != _NEVER_A_PACKAGE and self._descend(path, name, pending) and name == _TESTS:
                            has_tests = True
                    elif entry.is_symlink() and os.path.isfile(f"{entry.path}/{_INIT}"):
                        self._linked_folder(path, entry)
        except OSError as error:
            message = f"folder cannot be read: {error.strerror}"
            self.rejected.append(finding("AG112", message, path=self._shown(path), fix=unreadable_fix(error)))
            return
        if is_package and not self._take(path, sources, found, has_tests=has_tests):
            del pending[before:]

    def _take(self, path: str, sources: list[os.DirEntry[str]], found: list[Package], *, has_tests: bool) -> bool:
        """Add the package that a folder is; False when its path is too long, as is that of every package below it."""
        before = len(self.rejected)
        package = self._admit(path, sources, has_tests=has_tests)
        if package is not None:
            found.append(package)
        return all(item.code != _TOO_LONG for item in self.rejected[before:])

    def _descend(self, path: str, name: str, pending: list[str]) -> bool:
        below = f"{path}/{name}" if path else name
        reason = self._excluder(f"{self._prefix}{below}", name)
        if reason is None:
            if is_too_long(below):
                message = f"the path of a folder has more than {limits.FOLDER:,} bytes; what is in it is unknown"
                self.rejected.append(finding("AG118", message, path=self._shown(path), fix=_TOO_DEEP_FIX))
                return False
            pending.append(below)
            return True
        self.excluded.append(Excluded(self._shown(below), reason))
        return False

    def _linked_folder(self, path: str, entry: os.DirEntry[str]) -> None:
        folder = self._shown(f"{path}/{entry.name}" if path else entry.name)
        if self._leaves_root(entry.path):
            message = "package folder is a symbolic link that leaves the source root"
            self.rejected.append(finding("AG108", message, path=folder, fix="replace the link by the folder itself"))
        else:
            self.excluded.append(Excluded(folder, "symbolic link to a folder that is inventoried under its own path"))

    def _leaves_root(self, path: str) -> bool:
        if self._real_top is None:
            self._real_top = os.path.realpath(self._top)
        target = os.path.realpath(path)
        return target != self._real_top and not target.startswith(f"{self._real_top}{os.sep}")

    def _shown(self, path: str) -> str:
        return printable(f"{self._prefix}{path}" if path else self._prefix.rstrip("/") or ".")

    def _admit(self, path: str, sources: list[os.DirEntry[str]], *, has_tests: bool) -> Package | None:
        """The package a folder with an `__init__.py` is, unless it breaks a path guard."""
        if not path:
            message = "a package at the source root has no id"
            fix = "make its parent folder the source root, or remove this __init__.py"
            self.rejected.append(finding("AG109", message, path=f"{self._prefix}{_INIT}", fix=fix))
            return None
        module = check_module_path(path, folder=f"{self._prefix}{path}", legacy_prefixes=self._legacy)
        if not isinstance(module, str):
            self.rejected.append(module)
            return None
        sources.sort(key=_NAME)
        names: list[str] = []
        folder = f"{self._prefix}{path}"
        stats: list[os.stat_result] = []
        certain = True
        for entry in sources:
            try:
                stat = entry.stat(follow_symlinks=False)
                if S_IFMT(stat.st_mode) != S_IFREG:
                    if S_ISLNK(stat.st_mode) and self._leaves_root(entry.path):
                        self._reject_linked_file(path, entry.name)
                        return None
                    stat = entry.stat()
                    if S_IFMT(stat.st_mode) != S_IFREG:
                        continue
            except OSError:  # it went away, or leads nowhere: reading will tell
                certain = False
                names.append(entry.name)
                continue
            names.append(intern(entry.name))
            stats.append(stat)
        if _INIT not in names:
            return None
        tests = self._tests(path, names, has_tests=has_tests)
        return Package(module, folder, tuple(names), tests, signature(folder, names, stats, tests) if certain else None)

    def _reject_linked_file(self, path: str, name: str) -> None:
        message = "source file is a symbolic link that leaves the source root"
        where = self._shown(f"{path}/{name}")
        self.rejected.append(finding("AG108", message, path=where, fix="replace the link by the file itself"))

    def _tests(self, path: str, names: list[str], *, has_tests: bool) -> tuple[str, ...]:
        """Test files of the package folder and of its own `tests/` folder, by name only."""
        found = [name for name in names if "test" in name and is_test_file(name)]
        if has_tests:
            try:
                with os.scandir(f"{self._top}/{path}/{_TESTS}") as entries:
                    listed = [entry.name for entry in entries if entry.is_file()]
            except OSError:  # the walk reports the folder itself
                listed = []
            found += [f"{_TESTS}/{name}" for name in listed if is_test_file(name)]
        return tuple(sorted(found))


def is_test_file(name: str) -> bool:
    """Whether a file name is that of a test by the usual conventions."""
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def find_package(workspace: Workspace, module: ModuleId) -> Package | None:
    """One package by its id, without walking anything else; None when there is none that may have it."""
    excluder = make_excluder(workspace)
    found = (Walk(workspace, source_root, excluder).one(module) for source_root in workspace.source_roots)
    return next((package for package in found if package is not None), None)


def first_package(workspace: Workspace, folder: str) -> str | None:
    """A package at or below a folder of ours (relative to the workspace) that is in the inventory but for that folder.

    None where there is none: a folder that is excluded for another reason hides nothing.
    """
    excluder = make_excluder(replace(workspace, build="", publish_to="", build_dir=""))
    for source_root in workspace.source_roots:
        walk = Walk(workspace, source_root, excluder)
        found: list[Package] = []
        pending = walk.reaching(folder)
        while pending and not found:
            walk.visit(pending.pop(), pending, found)
        if found:
            return found[0].folder
    return None


def expect_package(workspace: Workspace, module: ModuleId) -> Package:
    """The same; raises UsageError with the reason where there is none."""
    package = find_package(workspace, module)
    if package is not None:
        return package
    leads_to = _leads_to(workspace, module)
    if leads_to is None:
        raise UsageError(f"the package of {module!r} is gone, excluded or rejected", hint="run doit validate")
    raise UsageError(
        f"{module!r} is a symbolic link to {leads_to!r}, which is inventoried under that path alone",
        hint=f"name it by that path: {leads_to}",
    )


def _leads_to(workspace: Workspace, module: ModuleId) -> str | None:
    """The id of the folder that a symbolic link leads to, None where there is none in the same source root."""
    for source_root in workspace.source_roots:
        top = os.path.realpath(f"{workspace.root}/{source_root}")
        real = os.path.realpath(f"{top}/{module}")
        inner = real.removeprefix(f"{top}{os.sep}").replace(os.sep, "/")
        if inner not in {real, module} and os.path.isfile(f"{real}/{_INIT}"):
            return inner
    return None


def merge(packages: Iterable[Package], rejected: Iterable[Finding], excluded: Iterable[Excluded]) -> Inventory:
    """The inventory of several walks, `packages` in the order of their source roots.

    Ids that stand twice, or that collide after case folding, are rejected.
    """
    by_id: dict[ModuleId, Package] = {}
    problems = list(rejected)
    for package in packages:
        twin = by_id.setdefault(package.id, package)
        if twin is not package:
            message = f"module {package.id} stands in {twin.folder} too"
            fix = "remove or rename one of the two packages"
            problems.append(finding("AG113", message, path=package.folder, fix=fix))
    if not all(map(str.isascii, by_id)):
        for module, problem in collisions((item.id, item.folder) for item in by_id.values()).items():
            del by_id[module]
            problems.append(problem)
    return Inventory(
        packages=dict(sorted(by_id.items())),
        rejected=tuple(sorted(problems)),
        excluded=tuple(sorted(excluded)),
    )


def take_inventory(workspace: Workspace) -> Inventory:
    """Walk every source root, one after the other."""
    excluder = make_excluder(workspace)
    walks = [Walk(workspace, source_root, excluder) for source_root in workspace.source_roots]
    packages = [package for walk in walks for package in walk.below([""])]
    return merge(
        packages,
        (problem for walk in walks for problem in walk.rejected),
        (item for walk in walks for item in walk.excluded),
    )

"""Patterns of `exclude` that leave nothing out, and what was probably meant (SPEC section 2)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from posixpath import normpath

from astrograph.inventory.exclusion import BUILT_IN_EXCLUDES, excluded_by
from astrograph.inventory.guards import printable
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.inventory import Inventory
from astrograph.model.workspace import Workspace

_SETTINGS = "pyproject.toml"
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_PLAIN_ADVICE = "correct it, or remove it; patterns are relative to the workspace, as in a .gitignore at its top"


def idle_patterns(workspace: Workspace, inventory: Inventory) -> Iterator[Finding]:
    """A warning for each pattern that matches no folder.

    Names that are left out anyway are none: `node_modules` is not there before it is installed.
    """
    used = {item.reason for item in inventory.excluded}
    idle = [each for each in workspace.exclude if excluded_by(each) not in used and not _is_built_in(each)]
    folders = _folders(inventory) if idle else set()
    for pattern in idle:
        plain = pattern.strip("!/")
        there = plain == normpath(plain) and os.path.isdir(f"{workspace.root}/{plain}")
        if not there and not _matched(pattern, folders):
            cause, fix = _meant(pattern, workspace, folders)
            message = f"the exclude pattern {printable(pattern)!r} has no effect: {cause}"
            yield finding("AG114", message, path=_SETTINGS, line=_line_of(pattern, workspace.root), fix=fix)


def _is_built_in(pattern: str) -> bool:
    name = pattern.strip("/").rpartition("/")[2]
    return name in BUILT_IN_EXCLUDES or name.startswith(".") or name == "__pycache__"


def _folders(inventory: Inventory) -> set[str]:
    """Every folder that is known: those of packages, those above them, and those left out."""
    found = {item.path for item in inventory.excluded}
    for package in inventory.packages.values():
        folder = printable(package.folder)
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _matched(pattern: str, folders: set[str], *, key: Callable[[str], str] = str) -> str:
    """A folder that a pattern matches, read by `key`; `""` when there is none."""
    from pathspec import GitIgnoreSpec

    try:
        spec = GitIgnoreSpec.from_lines([key(pattern)])
    except ValueError:
        return ""
    return next((each for each in sorted(folders) if spec.check_file(f"{key(each)}/").include is not None), "")


def _meant(pattern: str, workspace: Workspace, folders: set[str]) -> tuple[str, str]:
    """The likely cause, and the fix."""
    causes = []
    written = pattern
    if "\\" in written:
        causes.append("folders are separated by `/`, not by a backslash")
        written = written.replace("\\", "/")
    if written.removeprefix("!").startswith("./"):
        causes.append("a pattern does not begin with `./`")
        written = written.replace("./", "", 1)
    braces = _BRACES.search(written)
    if braces is not None:
        each = [written.replace(braces[0], part.strip(), 1) for part in braces[1].split(",")]
        return "; ".join([*causes, "braces are not expanded"]), f"write one pattern for each: {', '.join(each)}"
    below = [f"{root}/{written.lstrip('/')}" for root in workspace.source_roots if root != "."]
    for candidate in (written, *below):
        outside = [] if candidate == written else ["it is relative to a source root instead of the workspace"]
        if _matched(candidate, folders):
            return "; ".join([*causes, *outside]), f"write {candidate!r}"
        folder = _matched(candidate, folders, key=str.casefold)
        if folder:
            return "; ".join([*causes, *outside, "upper and lower case differ"]), f"write {folder!r}"
    if written.endswith(".py"):
        causes.append("only folders can be left out, not files")
    return "; ".join(causes or ["no folder matches it"]), _PLAIN_ADVICE


def _line_of(pattern: str, root: str) -> int:
    """The line of the settings in which a pattern is written, 0 when it is not found."""
    try:
        with open(f"{root}/{_SETTINGS}", encoding="utf-8") as file:
            lines = file.readlines()
    except (OSError, ValueError):
        return 0
    spellings = {f"{quote}{text}{quote}" for quote in "\"'" for text in (pattern, pattern.replace("\\", "\\\\"))}
    return next((at for at, line in enumerate(lines, 1) if any(text in line for text in spellings)), 0)

"""Path guards: what a module id may be (SPEC section 2). Looks at text only, never at the disk."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId

MANIFEST_NAME = "module.manifest.json"
"""The file name of a manifest; a folder of that name could not stand beside one."""

DEFAULTS_STEM = "_defaults"
"""The name of a folder's authored defaults, without its suffix; a module of that name could have no file of its own."""

_PLAIN = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)*")
_UNNAMEABLE = "=*"
_SHOWN_BYTES = 40


def printable(path: str) -> str:
    """The path with bytes that are not UTF-8 shown as escapes, fit for JSON and for people."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def check_module_path(path: str, *, folder: str, legacy_prefixes: Sequence[str]) -> ModuleId | Finding:
    """The id for a package at `path` below its source root, or the finding that says why it cannot have one.

    `folder` is the same place relative to the workspace, for the finding. Legacy prefixes match whole segments,
    or any beginning when they end in a character that is no letter or digit.
    """
    legacy = _legacy_prefix(path, legacy_prefixes)
    if legacy is not None:
        return _rejected(
            "AG106",
            f"module path starts with the legacy prefix {legacy!r}",
            folder,
            "move the package, or drop the prefix from legacy_prefixes",
        )
    if len(path) > limits.STRATUM or not path.isascii():
        too_long = _length_problem(path)
        if too_long is not None:
            return _rejected("AG117", too_long, folder, "give the folder a shorter name, or move it further up")
    if _PLAIN.fullmatch(path) and DEFAULTS_STEM not in path:
        return ModuleId(path)
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return _rejected("AG110", "module path is not valid UTF-8", folder, "rename the folder")
    for segment in path.split("/"):
        problem = _segment_problem(segment)
        if problem is not None:
            code, message, fix = problem
            return _rejected(code, f"{message}: segment {segment!r}", folder, fix)
    return ModuleId(path)


def _length_problem(path: str) -> str | None:
    """What is too long about the path of a module, in bytes; None when nothing is."""
    segments = path.encode("utf-8", "surrogateescape").split(b"/")
    for segment in segments:
        allowed = limits.STRATUM if segment is segments[0] else limits.SEGMENT
        if len(segment) > allowed:
            shown = segment[:_SHOWN_BYTES].decode("utf-8", "ignore")
            return f"a folder name has {len(segment):,} bytes, more than {allowed}: {shown}…"
    size = sum(map(len, segments)) + len(segments) - 1
    return f"a module id has {size:,} bytes, more than {limits.MODULE_ID}" if size > limits.MODULE_ID else None


def _segment_problem(segment: str) -> tuple[str, str, str] | None:
    if segment in {"", ".", ".."}:
        return "AG101", "module path has an empty, `.` or `..` segment", "rename the folder"
    if segment != segment.strip():
        return "AG104", "module path segment starts or ends with a space", "rename the folder"
    if "\\" in segment or any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in segment):
        return "AG103", "module path has a backslash or a control character", "rename the folder"
    if any(char.isupper() or char.istitle() for char in segment):
        return "AG102", "module path has an upper-case letter", f"rename the folder to {segment.lower()!r}"
    if not unicodedata.is_normalized("NFC", segment):
        composed = unicodedata.normalize("NFC", segment)
        return "AG105", "module path is not in Unicode normal form C", f"rename the folder to {composed!r} in NFC"
    if segment in {MANIFEST_NAME, DEFAULTS_STEM} or any(char in segment for char in _UNNAMEABLE):
        return "AG111", "module path has a name that no task or target can have", "rename the folder"
    return None


def _legacy_prefix(path: str, prefixes: Sequence[str]) -> str | None:
    for prefix in prefixes:
        if path.startswith(prefix):
            rest = path[len(prefix) :]
            if not rest or rest[0] == "/" or not prefix[-1].isalnum():
                return prefix
    return None


def collisions(places: Iterable[tuple[ModuleId, str]]) -> dict[ModuleId, Finding]:
    """The ids that are equal to another after case folding, each with its finding; `places` are (id, folder)."""
    groups: dict[str, list[tuple[ModuleId, str]]] = {}
    for module, folder in places:
        groups.setdefault(module.casefold(), []).append((module, folder))
    found: dict[ModuleId, Finding] = {}
    for group in groups.values():
        for module, folder in group if len(group) > 1 else ():
            others = ", ".join(sorted(repr(other) for other, _ in group if other != module))
            found[module] = _rejected(
                "AG107", f"module path differs from {others} only in case", folder, "rename one of the folders"
            )
    return found


def _rejected(code: str, message: str, folder: str, fix: str) -> Finding:
    return finding(code, printable(message), path=printable(folder), fix=printable(fix))

"""The gate over the places of modules and manifests (SPEC sections 2 and 9).

The walk has refused what breaks a guard. This gate reports those, and looks at the path of every manifest
once more with its own eyes: a guard that the walk forgot would otherwise be forgotten here too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from astrograph.gates.registry import Gate
from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.inventory import Inventory

_PLAIN = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode categories of characters that control, hide or break lines."""
_UNNAMEABLE = frozenset("=*")

_FIX = "rename the package folder, then run `doit`"


def paths_gate(
    inventory: Inventory,
    *,
    manifest_paths: Sequence[str],
    folder: str = "",
    legacy_prefixes: Sequence[str] = (),
    idle_patterns: Iterable[Finding] = (),
) -> GateResult:
    """Judge whether any module or manifest breaks a path guard.

    `manifest_paths` are `<module id>/module.manifest.json` below `folder`, which is stripped; a path that
    does not lie below it breaks a guard too. Rejected paths count among what has been compared. `idle_patterns` are
    the warnings about patterns of `exclude`.
    """
    rejected = {item.path for item in inventory.rejected}
    checked = len(inventory.packages) + len(rejected)
    problems = [*inventory.rejected, *idle_patterns]
    twins: dict[str, str] = {}
    for path in manifest_paths:
        problems += _path_problems(path, folder=folder, legacy_prefixes=legacy_prefixes)
        twin = twins.setdefault(path.casefold(), path)
        if twin != path:
            message = f"manifest path differs from {_shown(twin)} only in case"
            problems.append(finding("AG107", message, path=_shown(path), fix=_FIX))
    return judge(
        Gate.PATHS.value,
        compared=checked,
        expected=checked,
        findings=tuple(problems),
        notes=(("manifests", len(manifest_paths)), ("rejected", len(rejected))),
    )


def _path_problems(path: str, *, folder: str, legacy_prefixes: Sequence[str]) -> Iterator[Finding]:
    prefix = f"{folder}/" if folder else ""
    shown = _shown(path)
    if not path.startswith(prefix):
        yield finding("AG101", f"manifest path lies outside of {_shown(folder)}", path=shown, fix=_FIX)
        return
    relative = path.removeprefix(prefix)
    for legacy in legacy_prefixes:
        if _starts_with(relative, legacy):
            yield finding("AG106", f"manifest path starts with the legacy prefix {legacy!r}", path=shown, fix=_FIX)
    if _bytes(relative.rpartition("/")[0]) > limits.MODULE_ID:
        message = f"manifest path has a module id of more than {limits.MODULE_ID:,} bytes"
        yield finding("AG117", message, path=shown, fix=_FIX)
    if _bytes(relative.partition("/")[0]) > limits.STRATUM:
        yield finding("AG117", f"manifest path starts with more than {limits.STRATUM} bytes", path=shown, fix=_FIX)
    for segment in relative.split("/"):
        problem = _segment_problem(segment)
        if problem is not None:
            code, message = problem
            yield finding(code, f"manifest path has a segment that {message}", path=shown, fix=_FIX)


def _starts_with(path: str, legacy: str) -> bool:
    """Tell whether a legacy prefix ends where a segment of the path ends, or itself says where it ends."""
    rest = path.removeprefix(legacy)
    if not legacy or rest == path:
        return False
    return not rest or rest[0] == "/" or not legacy[-1].isalnum()


def _segment_problem(segment: str) -> tuple[str, str] | None:
    if _bytes(segment) > limits.SEGMENT:
        return "AG117", f"is longer than {limits.SEGMENT} bytes"
    if _PLAIN.fullmatch(segment):
        return None
    categories = {unicodedata.category(character) for character in segment}
    checks = (
        ("AG101", "is empty, `.` or `..`", segment in {"", ".", ".."}),
        ("AG104", "starts or ends with a space", segment != segment.strip()),
        ("AG110", "is not valid UTF-8", "Cs" in categories),
        (
            "AG103",
            "has a backslash or a control character",
            "\\" in segment or not _UNSEEN.isdisjoint(categories),
        ),
        ("AG102", "has an upper-case letter", any(map(_is_capital, segment))),
        ("AG105", "is not in Unicode normal form C", not unicodedata.is_normalized("NFC", segment)),
        ("AG111", "has a character that no task can be named with", not _UNNAMEABLE.isdisjoint(segment)),
    )
    return next(((code, message) for code, message, broken in checks if broken), None)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _is_capital(character: str) -> bool:
    return character.isupper() or character.istitle()


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode("utf-8")

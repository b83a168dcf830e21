"""Bytes -> exceptions: modules that must not be promoted, and modules forced onto a star (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astrograph.formats.policy_document import PolicyDocument, child, open_document
from astrograph.model.canon import SUPPORTING, Canon, StarId
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Exceptions, Forbidden, Forced

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def read_exceptions(data: bytes, *, path: str, canon: Canon) -> Exceptions:
    """Read both lists of the exceptions file. Raises PolicyProblems with every problem at once.

    A module in both lists is refused, and so is a forced promotion without a reason.
    """
    document = open_document(data, path=path)
    known = document.members(
        document.value, at="", required=(), optional=("$schema", "do_not_promote", "force_promote")
    )
    forbidden = _forbidden(document, known.get("do_not_promote", []))
    forced = _forced(document, known.get("force_promote", {}), canon)
    _check_disjoint(document, forbidden, forced)
    document.finish()
    return Exceptions(do_not_promote=forbidden, force_promote=forced)


def compile_gitignore(patterns: Sequence[str]) -> GitIgnoreSpec:
    """Compile gitignore patterns over module ids; match them against `module_folder(id)`.

    Runs on RE2, so that a pattern of many wildcards stays linear. Raises ValueError for what gitignore
    refuses.
    """
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns, backend="re2")


def module_folder(module: ModuleId) -> str:
    """Write a module id as a folder, so that the patterns `memory/fold/` and `memory/fold` both name it."""
    return f"{module}/"


def _forbidden(document: PolicyDocument, value: object) -> tuple[Forbidden, ...]:
    forbidden = []
    for at, element in document.items(value, at="/do_not_promote"):
        pattern = document.text(element, at=at)
        if pattern.strip() and not _is_gitignore(pattern):
            document.problem(
                "AG516",
                f"`{pattern}` is not a gitignore pattern",
                at=at,
                fix="write a module id, or a pattern such as `memory/*`",
            )
            continue
        forbidden.append(Forbidden(pattern=pattern, line=document.line(at)))
    return tuple(forbidden)


def _is_gitignore(pattern: str) -> bool:
    try:
        spec = compile_gitignore([pattern])
    except ValueError:
        return False
    return any(each.include is not None for each in spec.patterns)


def _forced(document: PolicyDocument, value: object, canon: Canon) -> tuple[Forced, ...]:
    forced = []
    for module, element in document.mapping(value, at="/force_promote").items():
        at = child("/force_promote", module)
        document.text(module, at=at)
        known = document.members(element, at=at, required=("star",), optional=("reason",))
        star = StarId("")
        if "star" in known:
            star = document.star(known["star"], at=child(at, "star"), resolve=canon.resolve, names=canon.names)
        if star == SUPPORTING:
            document.problem(
                "AG516",
                f"`{module}` is forced to `{SUPPORTING}`, which is no promotion",
                at=child(at, "star"),
                fix="list it under `do_not_promote`",
            )
        forced.append(
            Forced(
                module=ModuleId(module),
                star=star,
                reason=_reason(document, known, at=at, module=module),
                line=document.line(at),
            )
        )
    return tuple(forced)


def _reason(document: PolicyDocument, known: dict[str, object], *, at: str, module: str) -> str:
    reason = known.get("reason", "")
    if not isinstance(reason, str) or not reason.strip():
        document.problem(
            "AG513",
            f"`{module}` is forced without a reason",
            at=child(at, "reason"),
            fix="add `reason`: why a person knows better than the rules",
        )
        return ""
    return document.text(reason, at=child(at, "reason"))


def _check_disjoint(document: PolicyDocument, forbidden: tuple[Forbidden, ...], forced: tuple[Forced, ...]) -> None:
    if not (forbidden and forced):
        return
    spec = compile_gitignore([each.pattern for each in forbidden])
    for each in forced:
        verdict = spec.check_file(module_folder(each.module))
        if verdict.include and verdict.index is not None:
            pattern = forbidden[verdict.index].pattern
            document.problem(
                "AG512",
                f"`{each.module}` is forced to `{each.star}` and forbidden by `{pattern}`",
                at=child("/force_promote", each.module),
                fix="remove it from one of the two lists",
            )

"""The gates over what is published, what is about to be, and the way back (SPEC sections 9 and 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from astrograph.formats.text import plural
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge, not_applicable
from astrograph.model.generation import DifferenceKind, PublishedDifference

SHOWN_DIFFERENCES = 1_000
"""So many differences become findings of their own; one sums up the rest."""


_DIFFERENCES = {
    DifferenceKind.CHANGED: ("AG405", "has other bytes than were published"),
    DifferenceKind.MISSING: ("AG406", "was published and is not there, or cannot be read"),
    DifferenceKind.EXTRA: ("AG407", "was never published"),
}


def drift_gate(
    differences: Sequence[PublishedDifference], *, generation: int | None, published: int, unpublished: int, folder: str
) -> GateResult:
    """Judge whether the published folder holds exactly what was published there.

    `generation` is the current one, None while there is none, `published` the number of its manifests. `unpublished`
    counts the modules whose staged manifest differs from the published one, which is normal between publications.
    `folder` is where people read.
    """
    if generation is None or not (published or differences):
        return not_applicable(Gate.DRIFT.value, "nothing has been published yet")
    problems = [_drift(item, generation, folder) for item in sorted(differences)[:SHOWN_DIFFERENCES]]
    hidden = len(differences) - SHOWN_DIFFERENCES
    if hidden > 0:
        problems.append(finding("AG405", f"and {hidden:,} more files are not as they were published", path=folder))
    extra = sum(item.kind is DifferenceKind.EXTRA for item in differences)
    looked_at = published + extra
    result = judge(
        Gate.DRIFT.value,
        compared=looked_at,
        expected=looked_at,
        findings=tuple(problems),
        notes=(("generation", generation), ("published", published), ("unpublished_changes", unpublished)),
    )
    staged = f"; {plural(unpublished, 'module')} built anew since" if unpublished else ""
    return replace(result, reason=f"generation {generation}{staged}")


def _drift(item: PublishedDifference, generation: int, folder: str) -> Finding:
    code, what = _DIFFERENCES[item.kind]
    fix = (
        f"`doit rollback {generation}` puts back what was published and keeps this aside; where git changed a tracked "
        "folder, restore it from git; a change that is meant goes into source or authored facts, and once the folder "
        "is right again, doit plan publishes it"
    )
    return finding(code, f"{item.path} {what}", path=item.path, fix=fix, module=_module_of(item.path, folder))


_PLAN_CODES = {"pending": "AG601", "expired": "AG602", "invalid": "AG603", "stale": "AG604"}


def canary_gate(state: str, *, reason: str, plan_path: str, digest: str = "", sampled: int = 0) -> GateResult:
    """Judge whether the canary of the current plan has been approved.

    `state` is what is known of the plan: `none`, `empty`, `spent`, `stale`, `pending`, `expired`, `invalid` or
    `approved`; `reason` says it in words. `sampled` is the size of the canary. A state that nobody foresaw fails.
    """
    if state in {"none", "empty", "spent"}:
        return not_applicable(Gate.CANARY.value, reason or "there is no plan")
    problems: tuple[Finding, ...] = ()
    if state != "approved":
        code = _PLAN_CODES.get(state, "AG603")
        again = "run `doit plan`" if state == "stale" else "run `doit canary`, look at the sample, then `doit approve`"
        problems = (finding(code, reason or f"the plan is {state}", path=plan_path, fix=again),)
    result = judge(
        Gate.CANARY.value,
        compared=1,
        expected=1,
        findings=problems,
        notes=(("plan", digest), ("sampled", sampled), ("state", state)),
    )
    return replace(result, reason="" if problems else f"{plural(sampled, 'module')} sampled, {reason or 'approved'}")


@dataclass(frozen=True, slots=True)
class GenerationCheck:
    """One generation that was looked at: its number, how many manifests it holds, and what is wrong with it."""

    number: int
    modules: int
    problems: tuple[str, ...] = ()


def rollback_gate(
    current: GenerationCheck | None, target: GenerationCheck | None, *, parent: int | None, folder: str
) -> GateResult:
    """Judge whether the generation to go back to is there, and whether it and the current one are whole.

    `current` is None while nothing is published. `target` is the generation that `parent` names, None when it is not
    there. Generation 0 has no parent and needs none; which one a damaged generation follows may not be known.
    """
    if current is None:
        return not_applicable(Gate.ROLLBACK.value, "nothing has been published yet")
    if parent is None and not current.problems:
        return not_applicable(Gate.ROLLBACK.value, "nothing has been published over what stood there before")
    checked = [current] if target is None else [current, target]
    problems = [
        _damaged(check, problem, folder, is_current=check is current) for check in checked for problem in check.problems
    ]
    if target is None and parent is not None:
        message = f"generation {parent}, which generation {current.number} follows, is not there"
        problems.append(finding("AG610", message, path=_place(folder, parent), fix="restore it from a backup"))
    result = judge(
        Gate.ROLLBACK.value,
        compared=len(checked),
        expected=2,
        findings=tuple(problems),
        notes=(("current", current.number), ("manifests", sum(check.modules for check in checked)), ("target", parent)),
    )
    return replace(result, reason=result.reason if problems else f"generation {parent} is whole")


def _damaged(check: GenerationCheck, problem: str, folder: str, *, is_current: bool) -> Finding:
    fix = "restore it from a backup; `doit generations --verify` tells which are whole"
    if is_current:
        fix = (
            "`doit generations --verify` tells which are whole, and `doit rollback N` goes to one of them; "
            "or restore its folder from a backup"
        )
    message = f"generation {check.number}: {problem}"
    return finding("AG611", message, path=_place(folder, check.number), fix=fix)


def _place(folder: str, number: int) -> str:
    return f"{folder}/{number:06d}"


def _module_of(path: str, folder: str) -> str:
    """The module whose manifest a path in the published folder is, `""` when it is none."""
    inner, slash, name = path.removeprefix(f"{folder}/").rpartition("/")
    return inner if slash and path.startswith(f"{folder}/") and name.endswith(".json") else ""

"""The gate that nobody's owner, tier or contracts change unless a person wrote so (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from astrograph.formats.text import plural, shown
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge, not_applicable
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Changes, FieldChange

_CODES = {"owner": "AG401", "tier": "AG402", "contracts": "AG403"}
"""The fields that are compared, and the code of a change that nobody wrote."""

PARITY_FIELDS = tuple(_CODES)
"""The names of the fields that are compared, as `[tool.astrograph.manifest]` has them."""


def parity_gate(
    before: Mapping[ModuleId, Entry] | None,
    lines: Iterable[LedgerLine],
    changes: Changes,
    *,
    pointers: Mapping[str, str],
    read_from_documents: bool = False,
    authored_anywhere: bool = True,
    authored: str = "manifests_src",
) -> GateResult:
    """Judge whether owner, tier and contracts of every module of the baseline are kept, or changed by an authored edit.

    `before` is what is published, None or empty when nothing is. `pointers` are the JSON pointers of the three fields
    in a manifest; one that is left out of manifests is not compared. A change counts as authored when `changes` name
    it with the place where it was written. `read_from_documents` says that the baseline is a tree that somebody else
    wrote, whose values were found by pointer; `authored_anywhere` that somebody wrote one of the fields.
    Modules that are gone are listed in the notes, they break nothing.
    """
    if not before:
        return not_applicable(Gate.PARITY.value, "nothing has been published yet")
    after = {line.module: line for line in lines}
    named = {change.module: change.fields for change in changes.modules if change.module in before}
    compared_fields = [name for name in _CODES if name in pointers]
    valued = dict.fromkeys(compared_fields, 0)
    problems: list[Finding] = []
    edits: dict[str, int] = {}
    compared = 0
    removed = []
    for module, entry in before.items():
        line = after.get(module)
        if line is None:
            removed.append(module)
            continue
        compared += 1
        for name in compared_fields:
            old, new = getattr(entry, name), getattr(line, name)
            valued[name] += bool(old or new)
            if old == new or (name == "contracts" and sorted(old) == sorted(new)):
                continue
            gained = read_from_documents and not old  # values come from authored files alone
            if gained or _is_authored(named.get(module, ()), pointers[name], lost=not new):
                edits[name] = edits.get(name, 0) + 1
            else:
                problems.append(_lost(module, name, old, new, authored=authored))
    if not (authored_anywhere or read_from_documents or any(valued.values())):
        return not_applicable(Gate.PARITY.value, "nobody has said an owner, tier or contract of any module yet")
    if compared:
        problems += _vacuous(valued, read_from_documents=read_from_documents)
    result = judge(
        Gate.PARITY.value,
        compared=compared,
        expected=len(before) - len(removed),
        findings=tuple(problems),
        notes=(
            ("authored_changes", dict(sorted(edits.items()))),
            ("baseline", len(before)),
            ("removed", sorted(removed)),
            ("with_a_value", valued),
        ),
    )
    told = [f"{number:,} {name} by an authored edit" for name, number in sorted(edits.items())]
    told += [f"{plural(len(removed), 'module')} removed"] if removed else []
    return replace(result, reason=result.reason or ", ".join(told))


def _is_authored(fields: Iterable[FieldChange], pointer: str, *, lost: bool) -> bool:
    """Whether a person wrote the change of the value at `pointer`, or of what it lies in."""
    return any(change.is_written(lost=lost) and f"{pointer}/".startswith(f"{change.pointer}/") for change in fields)


def _lost(module: ModuleId, name: str, old: object, new: object, *, authored: str) -> Finding:
    was, now = ("were", "are") if name == "contracts" else ("was", "is")
    message = f"the {name} of {module} {was} {_text(old)} and {now} {_text(new)}, and no authored edit says so"
    fix = f"write `{name}:` with the value you mean in {authored}/{module}.yaml, then run `doit plan`"
    return finding(_CODES[name], message, path=f"{authored}/{module}.yaml", fix=fix, module=module)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(shown, value)) or "none"
    return "none" if value is None else shown(value)


def _vacuous(valued: Mapping[str, int], *, read_from_documents: bool) -> list[Finding]:
    """What was compared without there being anything to compare: nothing at all, or owners looked for in vain."""
    if any(valued.values()) and not (read_from_documents and valued.get("owner") == 0):
        return []
    what = "owner" if any(valued.values()) else ", ".join(valued) or "owner, tier or contracts"
    message = f"no module has any value to compare, before or after: {what}"
    fix = "place the fields where the published manifests have them, in [tool.astrograph.manifest]; or author them"
    return [finding("AG404", message, path="pyproject.toml", fix=fix)]

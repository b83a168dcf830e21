"""Change classes: changes of one shape counted together, so that a person reviews K classes, not N files."""

from __future__ import annotations

from collections.abc import Iterable

from astrograph.model.ids import ModuleId
from astrograph.model.plan import VARIOUS, WHOLE, ChangeCause, ChangeClass, ChangeKind, ModuleChange

MOST_VALUES = 12
"""A field with more (from, to) pairs than this, for one cause, has all but the common ones folded into one class."""

COMMON = 20
"""A pair is common when at least one in so many changes of its field is of it, and more than one module has it."""

_Key = tuple[str, ChangeCause]
_Pair = tuple[str, str]


def classes_of(changes: Iterable[ModuleChange]) -> tuple[ChangeClass, ...]:
    """The change classes, whole modules first, then by field, cause, count (largest first) and values.

    Of a field whose values differ from module to module (a docstring, a list of exports) only those that many modules
    share stand for themselves; the others are one class with `VARIOUS` as its values.
    """
    counts: dict[_Key, dict[_Pair, list[ModuleId]]] = {}
    for change in changes:
        for field, before, after, cause in _shapes(change):
            counts.setdefault((field, cause), {}).setdefault((before, after), []).append(change.module)
    found: list[ChangeClass] = []
    for (field, cause), pairs in sorted(counts.items(), key=lambda item: (item[0][0] != WHOLE, *item[0])):
        found += _of_field(field, cause, pairs)
    return tuple(found)


def _shapes(change: ModuleChange) -> Iterable[tuple[str, str, str, ChangeCause]]:
    match change.kind:
        case ChangeKind.ADDED:
            return [(WHOLE, "", WHOLE, ChangeCause.INVENTORY)]
        case ChangeKind.REMOVED:
            return [(WHOLE, WHOLE, "", ChangeCause.INVENTORY)]
        case ChangeKind.CHANGED:
            return [(item.pointer, item.before, item.after, item.cause) for item in change.fields]


def _of_field(field: str, cause: ChangeCause, pairs: dict[_Pair, list[ModuleId]]) -> list[ChangeClass]:
    ordered = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    kept = len(ordered)
    if kept > MOST_VALUES:
        least = max(2, -(-sum(len(modules) for _, modules in ordered) // COMMON))
        kept = sum(len(modules) >= least for _, modules in ordered[: MOST_VALUES - 1])
    found = [
        ChangeClass(field, before, after, cause, len(modules), min(modules))
        for (before, after), modules in ordered[:kept]
    ]
    rest = [module for _, modules in ordered[kept:] for module in modules]
    if rest:
        found.append(ChangeClass(field, VARIOUS, VARIOUS, cause, len(rest), min(rest)))
    return found

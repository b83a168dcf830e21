"""What of a plan follows from the baseline and what is built: `doit plan` writes it, and a plan is held against it."""

from __future__ import annotations

from astrograph.engine.planning.staged import baseline, outputs_of, staged_changes, staged_entries
from astrograph.engine.session import Session
from astrograph.model.canon import StarId
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.plan import ChangeKind, Changes, ParityCounts, Plan, StarCount
from astrograph.publication.classes import classes_of
from astrograph.publication.sampling import SIZE_UNIT, sample_of

_PARITY_FIELDS = ("owner", "tier", "contracts")

_EMPTY = frozenset({"", "null", "[]"})
"""How a value that went away reads in a change."""


def derived_plan(session: Session) -> Plan:
    """The plan but for its inputs and the verdicts of gates, which are left empty.

    Raises UsageError for unknown critical ids.
    """
    current = session.generations.current()
    before, after = baseline(session) or {}, staged_entries(session)
    changes = staged_changes(session)
    space = session.workspace
    size = round(space.canary.size * SIZE_UNIT)
    return Plan(
        parent=None if current is None else current.number,
        parent_digest="" if current is None else current.digest,
        modules=len(after),
        changes=changes,
        classes=classes_of(changes.modules),
        canary=sample_of(changes.modules, before=before, after=after, configured=space.canary.critical, size=size),
        inputs=(),
        outputs=outputs_of(after),
        gates=(),
        distribution=_distribution(session, before, after),
        parity=_parity(session, before, after, changes),
        size=size,
    )


def _distribution(
    session: Session, before: dict[ModuleId, Entry], after: dict[ModuleId, Entry]
) -> tuple[StarCount, ...]:
    old, new = _count(before), _count(after)
    return tuple(StarCount(star.id, old.get(star.id, 0), new.get(star.id, 0)) for star in session.policy.canon.stars)


def _count(entries: dict[ModuleId, Entry]) -> dict[StarId, int]:
    counts: dict[StarId, int] = {}
    for entry in entries.values():
        for star in entry.stars:
            counts[star] = counts.get(star, 0) + 1
    return counts


def _parity(
    session: Session, before: dict[ModuleId, Entry], after: dict[ModuleId, Entry], changes: Changes
) -> ParityCounts:
    placements = session.policy.placements
    pointers = tuple(placements[name].pointer for name in _PARITY_FIELDS if name in placements)
    fields = {change.module: change.fields for change in changes.modules if change.kind is ChangeKind.CHANGED}
    compared = unchanged = authored = 0
    for module, old in before.items():
        new = after.get(module)
        if new is None:
            continue
        compared += 1
        if (old.owner, old.tier, old.contracts) == (new.owner, new.tier, new.contracts):
            unchanged += 1
            continue
        touched = [
            item
            for item in fields.get(module, ())
            if any(f"{item.pointer}/".startswith(f"{pointer}/") for pointer in pointers)
        ]
        authored += bool(touched) and all(item.is_written(lost=item.after in _EMPTY) for item in touched)
    return ParityCounts(compared, unchanged, authored, compared - unchanged - authored, len(before) - compared)

"""What differs between the baseline and what is staged: modules, and each JSON pointer of their manifests, with why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import encode_line
from astrograph.formats.pointer import escape
from astrograph.formats.strict_json import decode_fast
from astrograph.model.assignment import Origin
from astrograph.model.canon import SUPPORTING
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.plan import ChangeCause, ChangeKind, Changes, FieldChange, ModuleChange, Promotion

Entries = Mapping[ModuleId, Entry]

UNREADABLE = "?"
"""Stands for a manifest that is not JSON: no JSON text, so it is no value either."""

_PROMOTING = frozenset({Origin.INFERRED, Origin.FORCED})


class FieldSource(StrEnum):
    """What a field of a manifest is made of, and so which inputs can have moved it.

    `FEEDING` is authored and read by the rules too (owner, capabilities, node); `RESOLVED` is read from the source and
    depends on which packages there are, `IMPORTED` likewise and read by the rules too (external imports); `FIXED`
    only changes with policy, settings or tool.
    """

    AUTHORED = "authored"
    FEEDING = "feeding"
    SOURCE = "source"
    RESOLVED = "resolved"
    IMPORTED = "imported"
    INFERRED = "inferred"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Moved:
    """Which inputs of one module differ from those its baseline was made of.

    `known` is False for a baseline that does not tell (a tree we found or adopted); the flags are False then.
    `decided` is whether a person decided the stars, before or now.
    """

    known: bool
    authored: bool = False
    source: bool = False
    resolution: bool = False
    policy: bool = False
    tool: bool = False
    decided: bool = False


def moved_between(before: Entry, after: Entry, *, policy: bool, tool: bool) -> Moved:
    """Which inputs moved; `policy` and `tool` hold for all modules alike."""
    if not before.source:
        return Moved(known=False)
    return Moved(
        known=True,
        authored=before.authored != after.authored,
        source=before.source != after.source,
        resolution=before.resolution != after.resolution,
        policy=policy,
        tool=tool,
        decided=Origin.AUTHORED in (before.origin, after.origin),
    )


def changes_between(
    before: Entries | None, after: Entries, *, fields_of: Callable[[ModuleId], tuple[FieldChange, ...]]
) -> Changes:
    """Everything that differs, in module id order.

    `fields_of` is asked once for each module whose manifest has other bytes, in that order.
    """
    known = before or {}
    changes: list[ModuleChange] = []
    for module in sorted(known.keys() | after.keys()):
        old, new = known.get(module), after.get(module)
        if old is None and new is not None:
            changes.append(ModuleChange(module, ChangeKind.ADDED, "", new.manifest, new.tier))
        elif new is None and old is not None:
            changes.append(ModuleChange(module, ChangeKind.REMOVED, old.manifest, "", old.tier))
        elif old is not None and new is not None and old.manifest != new.manifest:
            changes.append(
                ModuleChange(module, ChangeKind.CHANGED, old.manifest, new.manifest, new.tier, fields_of(module))
            )
    touched = sum(change.kind is not ChangeKind.REMOVED for change in changes)
    return Changes(tuple(changes), promotions_between(before, after), len(after) - touched)


def promotions_between(before: Entries | None, after: Entries) -> tuple[Promotion, ...]:
    """The modules that the rules, or a forced exception, gave a star which their baseline lacks (SPEC section 7).

    The baseline of a module that is new is Supporting alone. Supporting is what a module falls back to: never gained.
    """
    known = before or {}
    found: list[Promotion] = []
    for module in sorted(after):
        entry = after[module]
        if entry.origin not in _PROMOTING:
            continue
        old = known.get(module)
        stars = (SUPPORTING,) if old is None else old.stars
        gained = tuple(star for star in entry.stars if star not in stars and star != SUPPORTING)
        if gained:
            found.append(Promotion(module, stars, entry.stars, gained, entry.tier, entry.confidence, entry.origin))
    return tuple(found)


class FieldComparer:
    """Compares manifests field by field, and tells why each field differs.

    `sources` maps the JSON pointer of each field we place to what it is made of; everything else is authored and
    carried through.
    """

    def __init__(self, sources: Mapping[str, FieldSource]) -> None:
        self._sources = dict(sources)
        self._known: dict[str, FieldSource] = {}

    def compare(
        self,
        before: bytes,
        after: bytes,
        *,
        moved: Moved,
        place_of: Callable[[str], str],
        written_in: Callable[[str, FieldSource], str],
    ) -> tuple[FieldChange, ...]:
        """Each pointer that differs between two manifests, in pointer order.

        `place_of` gives the place (`path:line`) where the value at a pointer is authored now, `""` when it is not;
        `written_in` gives the place to name for a change that authored facts made, of a value of that source.
        """
        differing = list(_differing(_decoded(before), _decoded(after)))
        sources = {self.source_of(pointer) for pointer, _, _ in differing}
        changes: list[FieldChange] = []
        for pointer, old, new in sorted(differing):
            source = self.source_of(pointer)
            at = place_of(pointer) if source in {FieldSource.AUTHORED, FieldSource.FEEDING} else ""
            cause = _cause(source, moved, beside=sources, authored_at=at)
            if cause is ChangeCause.AUTHORED:
                at = written_in(pointer, source)
            changes.append(FieldChange(pointer, old, new, cause, at))
        return tuple(changes)

    def source_of(self, pointer: str) -> FieldSource:
        """What the value at a pointer is made of: that of the nearest placed field at, above or below it."""
        found = self._known.get(pointer)
        if found is None:
            found = self._known[pointer] = self._find(pointer)
        return found

    def _find(self, pointer: str) -> FieldSource:
        above = pointer
        while above:
            if above in self._sources:
                return self._sources[above]
            above = above.rpartition("/")[0]
        below = {source for place, source in self._sources.items() if place.startswith(f"{pointer}/")}
        return below.pop() if len(below) == 1 else FieldSource.AUTHORED if not below else FieldSource.FIXED


def _cause(source: FieldSource, moved: Moved, *, beside: set[FieldSource], authored_at: str) -> ChangeCause:
    """The most specific input that moved and can have changed a field of this kind.

    Of several that moved, the one nearest to the module wins: its authored facts, its source, the inventory, then
    policy, then the tool. Where the baseline does not tell its inputs, a value that stands in an authored file now is
    authored; nothing else can be told.
    """
    if not moved.known:
        return ChangeCause.AUTHORED if authored_at else ChangeCause.UNKNOWN
    general = [(moved.policy, ChangeCause.POLICY), (moved.tool, ChangeCause.TOOL)]
    order = [*_particular(source, moved, beside), *general]
    return next((cause for holds, cause in order if holds), ChangeCause.UNKNOWN)


def _particular(source: FieldSource, moved: Moved, beside: set[FieldSource]) -> list[tuple[bool, ChangeCause]]:
    """The inputs of the module itself that can change a field, the nearest first."""
    match source:
        case FieldSource.AUTHORED | FieldSource.FEEDING:
            return [(moved.authored, ChangeCause.AUTHORED)]
        case FieldSource.SOURCE:
            return [(moved.source, ChangeCause.SOURCE)]
        case FieldSource.RESOLVED | FieldSource.IMPORTED:
            return [(moved.source, ChangeCause.SOURCE), (moved.resolution, ChangeCause.INVENTORY)]
        case FieldSource.INFERRED:
            return _inferred(moved, beside)
        case FieldSource.FIXED:
            return []


def _inferred(moved: Moved, beside: set[FieldSource]) -> list[tuple[bool, ChangeCause]]:
    """The rules read authored facts and external imports: one of those that differs too is the cause, else the policy.

    Where no policy moved, what is left are authored facts or imports whose difference no manifest field shows.
    """
    fed = moved.authored and (FieldSource.FEEDING in beside or moved.decided)
    imported = FieldSource.IMPORTED in beside
    others = not (moved.policy or moved.tool)
    return [
        (fed or (moved.authored and others), ChangeCause.AUTHORED),
        (moved.source and (imported or others), ChangeCause.SOURCE),
        (moved.resolution and (imported or others), ChangeCause.INVENTORY),
    ]


_MISSING = object()

_PLAIN = frozenset({str, int, bool, type(None)})
"""Types whose equal values are written the same."""


def _decoded(data: bytes) -> object:
    try:
        return decode_fast(data)
    except DecodeError:
        return _MISSING


def _differing(before: object, after: object) -> Iterator[tuple[str, str, str]]:
    """Each pointer that differs with both values as texts: objects go by member, all else as a whole."""
    if before is _MISSING or after is _MISSING:
        yield "", UNREADABLE if before is _MISSING else _text(before), UNREADABLE if after is _MISSING else _text(after)
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if not _same(before, after):
            yield "", _text(before), _text(after)
        return
    waiting: list[tuple[str, dict[str, object], dict[str, object]]] = [("", before, after)]
    while waiting:
        pointer, old_members, new_members = waiting.pop()
        for key in old_members.keys() | new_members.keys():
            old, new = old_members.get(key, _MISSING), new_members.get(key, _MISSING)
            if isinstance(old, dict) and isinstance(new, dict):
                waiting.append((f"{pointer}/{escape(key)}", old, new))
            elif not _same(old, new):
                yield f"{pointer}/{escape(key)}", _text(old), _text(new)


def _same(old: object, new: object) -> bool:
    """Whether two values would be written the same: most are, so this must be quick."""
    if type(old) is not type(new):
        return False
    if type(old) in _PLAIN or old is new:
        return old == new
    import orjson

    return orjson.dumps(old, option=orjson.OPT_SORT_KEYS) == orjson.dumps(new, option=orjson.OPT_SORT_KEYS)


def _text(value: object) -> str:
    if value is _MISSING:
        return ""
    try:
        return encode_line(value).decode().rstrip("\n")
    except DecodeError:
        import json  # a found document may hold numbers that ours never do

        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

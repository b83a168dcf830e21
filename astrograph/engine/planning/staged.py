"""What is staged beside what is published: entries and changes, worked out once a session (SPEC section 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from astrograph.engine.planning.authored_files import AUTHORED_FILES, AuthoredFiles
from astrograph.engine.planning.inputs import engines_digest, policy_digests, settings_digest
from astrograph.engine.policy import policy_paths
from astrograph.engine.session import Session
from astrograph.errors import DecodeError
from astrograph.formats.generation_text import lines_digest
from astrograph.formats.strict_json import decode_fast
from astrograph.manifest.fields import FIELDS, FieldOrigin
from astrograph.model import limits
from astrograph.model.digests import Fingerprint, Sha256
from astrograph.model.generation import Entry, Generation
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Changes, FieldChange
from astrograph.publication.baseline import entry_of_line
from astrograph.publication.diff import FieldComparer, FieldSource, Moved, changes_between, moved_between
from astrograph.store.files import read, storage_error
from astrograph.store.generations import Generations

if TYPE_CHECKING:
    from astrograph.model.facts import AuthoredFacts

PLAN_EXTRA = "plan.json"
"""The plan that a generation was published with, kept beside it."""

_cached: WeakKeyDictionary[Session, tuple[Fingerprint, Changes]] = WeakKeyDictionary()

_FEEDING = frozenset({"owner", "capabilities", "node"})
_IMPORTED = "external"
_RESOLVED = "internal"
_FIXED = frozenset({"schema_version", "name", "path"})
_DECIDING = ("stars", "capabilities", "node", "owner")


def baseline(session: Session) -> dict[ModuleId, Entry] | None:
    """The entries of the current generation, None while nothing was ever published."""
    current = session.generations.current()
    return None if current is None else session.generations.entries(current.number)


def staged_entries(session: Session) -> dict[ModuleId, Entry]:
    """The entries of what is built, in id order. Ask only when manifests and ledgers are up to date."""
    return {entry.module: entry for entry in sorted((entry_of(session, line) for line in session.gates.lines), key=_id)}


def entry_of(session: Session, line: LedgerLine) -> Entry:
    """The entry of one module that is built."""
    trace = session.survey.traces.get(line.module)
    if trace is None:
        return entry_of_line(line, source="", authored="", resolution="")
    source, authored, resolution = trace.source.hex(), trace.authored.hex(), trace.resolution.hex()
    return entry_of_line(line, source=source, authored=authored, resolution=resolution)


def _id(entry: Entry) -> ModuleId:
    return entry.module


def outputs_of(entries: dict[ModuleId, Entry]) -> Sha256:
    """The digest of exactly the manifests of these entries."""
    return lines_digest((module, entry.manifest) for module, entry in entries.items())


def staged_changes(session: Session) -> Changes:
    """Everything that differs between the baseline and what is built, worked out once per state of the ledgers."""
    fingerprint = session.ledgers.fingerprint
    known = _cached.get(session)
    if known is None or known[0] != fingerprint:
        known = _cached[session] = (fingerprint, changes_to(session, staged_entries(session)))
    return known[1]


def changes_to(session: Session, after: dict[ModuleId, Entry], *, only: Collection[ModuleId] | None = None) -> Changes:
    """What differs between the baseline and these entries; `only` leaves other modules of the baseline aside."""
    generations = session.generations
    current, before = generations.current(), baseline(session)
    if current is None or before is None:
        return changes_between(None, after, fields_of=lambda _: ())
    if only is not None:
        before = {module: before[module] for module in only if module in before}
    return changes_between(before, after, fields_of=_FieldReader(session, generations, current, before, after))


class _FieldReader:
    """Compares the manifests of changed modules, asked for in id order."""

    def __init__(
        self,
        session: Session,
        generations: Generations,
        current: Generation,
        before: dict[ModuleId, Entry],
        after: dict[ModuleId, Entry],
    ) -> None:
        self._session, self._generations, self._current = session, generations, current
        self._before, self._after = before, after
        changed = sorted(
            module for module, entry in before.items() if module in after and after[module].manifest != entry.manifest
        )
        self._published: Iterator[tuple[ModuleId, bytes]] = iter(generations.manifests(current.number, changed))
        self._comparer = FieldComparer(field_sources(session))
        self._names = {placement.pointer: name for name, placement in session.policy.placements.items()}
        self._policy, self._tool = _moved_for_all(session, generations, current)

    def __call__(self, module: ModuleId) -> tuple[FieldChange, ...]:
        name, published = next(self._published)
        assert name == module, "manifests come in the order they are asked for"
        path = self._session.layout.absolute(self._session.layout.manifest(module))
        try:
            staged = read(path, limits.OUTPUT)
        except OSError as error:
            raise storage_error(error, path) from error
        facts = self._session.survey.authored.facts_of(module)
        return self._comparer.compare(
            published,
            staged,
            moved=self._moved(module),
            place_of=lambda pointer: next(iter(self._standing(facts, pointer).values()), ""),
            written_in=lambda pointer, source: self._authored.place(
                module,
                self._fields_at(pointer),
                self._standing(facts, pointer),
                follows=source is FieldSource.INFERRED,
            ),
        )

    def _moved(self, module: ModuleId) -> Moved:
        return moved_between(self._before[module], self._after[module], policy=self._policy, tool=self._tool)

    @cached_property
    def _authored(self) -> AuthoredFiles:
        listed = self._generations.attachment(self._current.number, AUTHORED_FILES)
        return AuthoredFiles(self._session.survey.authored, listed)

    def _standing(self, facts: AuthoredFacts, pointer: str) -> dict[str, str]:
        """The places where the authored fields stand now that the value at a pointer comes from, by field."""
        said = {name: facts.fields[name].position for name in self._fields_at(pointer) if name in facts.fields}
        return {name: f"{where.path}:{where.line}" if where.line else where.path for name, where in said.items()}

    def _fields_at(self, pointer: str) -> tuple[str, ...]:
        """The authored fields that a value can come from."""
        above = pointer
        while above:
            name = self._names.get(above)
            if name is not None:
                return _DECIDING if FIELDS[name].origin is FieldOrigin.INFERRED else (name,)
            above = above.rpartition("/")[0]
        return (pointer[1:].partition("/")[0].replace("~1", "/").replace("~0", "~"),)


def _moved_for_all(session: Session, generations: Generations, current: Generation) -> tuple[bool, bool]:
    """Whether the policy (or the settings) differs from that of the baseline, and whether the tool does.

    The plan that a generation was published with tells; where it keeps none, its own policy digests do.
    """
    recorded, now = dict(current.policy), policy_digests(session)
    policy = any(recorded.get(path) != now.get(path) for path in policy_paths(session.workspace).values())
    inputs = _inputs_of(generations.attachment(current.number, PLAN_EXTRA))
    settings = "settings" in inputs and inputs["settings"] != settings_digest(session)
    return policy or settings, bool(inputs) and inputs.get("engines") != engines_digest()


def _inputs_of(plan: bytes | None) -> Mapping[str, object]:
    """The inputs of a published plan, in whatever version of the format it was written."""
    try:
        document = decode_fast(plan) if plan is not None else None
    except DecodeError:
        document = None
    inputs = document.get("inputs") if isinstance(document, dict) else None
    return inputs if isinstance(inputs, dict) else {}


def field_sources(session: Session) -> dict[str, FieldSource]:
    """What the value at each pointer of this workspace's manifests is made of."""
    return {placement.pointer: _source_of(name) for name, placement in session.policy.placements.items()}


def _source_of(name: str) -> FieldSource:
    if name in _FEEDING:
        return FieldSource.FEEDING
    if name in _FIXED:
        return FieldSource.FIXED
    if name in {_IMPORTED, _RESOLVED}:
        return FieldSource.IMPORTED if name == _IMPORTED else FieldSource.RESOLVED
    match FIELDS[name].origin:
        case FieldOrigin.AUTHORED:
            return FieldSource.AUTHORED
        case FieldOrigin.SOURCE:
            return FieldSource.SOURCE
        case FieldOrigin.INFERRED:
            return FieldSource.INFERRED

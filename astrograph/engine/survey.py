"""The survey: one scan of everything, and for each module whether its trace still holds, and if not, why.

The same walk that proves a module fresh gives the reasons why it is not, so the two can never disagree.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from astrograph.engine.authored.tree import AuthoredTree
from astrograph.engine.policy import Policy
from astrograph.engine.reading import FileRead, digest_package
from astrograph.engine.scan import Outputs, Scan
from astrograph.engine.tool import facts_fingerprint
from astrograph.inventory.walk import expect_package
from astrograph.model.digests import NOTHING, Fingerprint, combine
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.inventory import Inventory, Package
from astrograph.store.layout import Layout
from astrograph.store.outputs import output_signature, verify
from astrograph.store.state import State, Table, Write
from astrograph.store.traces import ModuleTrace, Traces

if TYPE_CHECKING:
    from astrograph.inventory.imports import ModuleIndex
    from astrograph.model.facts import AuthoredFacts, SourceSummary

_INVENTORY = b"inventory"


class Cause(StrEnum):
    """Why a manifest must be made again."""

    NEW = "new"
    FORCED = "forced"
    SOURCE = "source"
    AUTHORED = "authored"
    POLICY = "policy"
    RESOLUTION = "resolution"
    OUTPUT = "output"


class Staleness(NamedTuple):
    """The causes for one module, with the detail people want to read (`memory/fold/store.py changed`)."""

    causes: tuple[Cause, ...]
    detail: str

    def __str__(self) -> str:
        return self.detail


@dataclass
class Survey:
    """What a scan found.

    `stale` holds the modules to make again, in id order. `traces` are the traces as the scan leaves them: fresh
    signatures in place. `removed` are modules the state knows that are no more. `sources` are source fingerprints
    the survey had to compute because a stat signature moved. `knows_inventory` is whether the state remembers which
    modules there were.
    """

    policy: Policy
    inventory: Inventory
    authored: AuthoredTree
    traces: Traces
    stale: dict[ModuleId, Staleness] = field(default_factory=dict)
    removed: tuple[ModuleId, ...] = ()
    sources: dict[ModuleId, tuple[Fingerprint, Fingerprint]] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    rehashed: int = 0
    knows_inventory: bool = True

    @cached_property
    def index(self) -> ModuleIndex:
        """The modules by importable name, for resolving imports."""
        from astrograph.inventory.imports import ModuleIndex

        return ModuleIndex(self.inventory.packages)

    @property
    def modules(self) -> tuple[ModuleId, ...]:
        """Every module, in id order."""
        return tuple(self.inventory.packages)

    def settle(self, module: ModuleId, signature: Fingerprint) -> list[Write]:
        """What to record of a manifest that was too young for its stat key to prove anything when it was made.

        After `signature` was taken it was read, and was as it had been made.
        """
        trace = self.traces.get(module)
        if trace is None or signature == NOTHING:
            return []
        trace = trace._replace(output_signature=signature)
        self.traces.put(module, trace)
        return [(Table.TRACE, module.encode(), trace.pack())]

    def strata(self) -> dict[str, list[ModuleId]]:
        """The modules of each stratum, in id order."""
        grouped: dict[str, list[ModuleId]] = {}
        for module in self.inventory.packages:
            grouped.setdefault(stratum_of(module), []).append(module)
        return grouped


def facts_key(source: Fingerprint) -> Fingerprint:
    """The key of the facts cache: content, and the code that reads it."""
    return combine(facts_fingerprint(), source)


def take_survey(policy: Policy, state: State, layout: Layout, *, workers: int) -> Survey:
    """Scan sources, authored files and outputs, and hold every trace against them."""
    with _no_garbage():
        return _take_survey(policy, state, layout, workers=workers)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Hold the collector back: a scan makes values by the million, and none of them in cycles."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # nor will what it found be garbage before the end
        if collecting:
            gc.enable()


def _take_survey(policy: Policy, state: State, layout: Layout, *, workers: int) -> Survey:
    scan = Scan(policy.workspace, layout, workers=workers, expected=state.count(Table.TRACE))
    try:
        records = state.load(Table.TRACE)
        authored = AuthoredTree(policy, state)
    except BaseException:
        scan.end()
        raise
    inventory, outputs = scan.finish()
    authored.ask_codeowners(inventory.packages, state)
    traces = Traces({module: records.pop(module.encode(), b"") for module in inventory.packages})
    survey = Survey(
        policy=policy,
        inventory=inventory,
        authored=authored,
        traces=traces,
        removed=tuple(sorted(ModuleId(key.decode("utf-8", "replace")) for key in records)),
        writes=list(authored.pending_writes),
    )
    _Examiner(survey, state, layout, outputs).run()
    return survey


class Examined(NamedTuple):
    """One module on its own: its package, its authored facts, and why it is stale (None when it is not)."""

    package: Package
    authored: AuthoredFacts
    staleness: Staleness | None


def examine_one(policy: Policy, state: State, layout: Layout, module: ModuleId) -> Examined:
    """Hold the trace of one module against its own inputs, without scanning anything else.

    Modules that came or went since the last run are not seen. Raises UsageError when the package is gone or breaks
    a path guard.
    """
    package = expect_package(policy.workspace, module)
    authored = AuthoredTree(policy, state, only=module)
    authored.ask_codeowners({module: package}, state, keep=False)
    traces = Traces({module: state.get(Table.TRACE, module.encode()) or b""})
    trace = traces.get(module)
    if trace is None:
        return Examined(package, authored.facts_of(module), Staleness((Cause.NEW,), "never built"))
    survey = Survey(
        policy=policy,
        inventory=Inventory({module: package}),
        authored=authored,
        traces=traces,
    )
    outputs = {module: output_signature(layout.absolute(layout.manifest(module)))}
    _Examiner(survey, state, layout, outputs).examine(module, package, trace, policy=policy.fingerprint, doubtful=False)
    return Examined(package, authored.facts_of(module), survey.stale.get(module))


class _Examiner:
    """Holds each trace against the scan."""

    def __init__(self, survey: Survey, state: State, layout: Layout, outputs: Outputs) -> None:
        self.survey = survey
        self.state = state
        self.outputs = outputs
        self.root = survey.policy.workspace.root
        self.manifests = layout.absolute(layout.manifests)
        self.layout = layout

    def run(self) -> None:
        survey = self.survey
        doubtful = self.doubtful_resolutions()
        policy = survey.policy.fingerprint
        fingerprint_of = survey.authored.fingerprint_of
        cached = None if len(survey.traces) else self.state.keys(Table.SUMMARY)
        holds = survey.traces.holds
        for module, package in survey.inventory.packages.items():
            if module not in doubtful and holds(
                module,
                signature=package.signature or b"",
                output_signature=self.outputs[module] or b"",
                authored=fingerprint_of(module),
                policy=policy,
            ):
                continue
            trace = survey.traces.get(module)
            if trace is None:
                survey.stale[module] = Staleness((Cause.NEW,), "never built")
                if cached is None or cached:
                    self.digest(module, package)
            else:
                self.examine(module, package, trace, policy=policy, doubtful=module in doubtful)

    def examine(
        self, module: ModuleId, package: Package, trace: ModuleTrace, *, policy: Fingerprint, doubtful: bool
    ) -> None:
        """One module: refresh moved signatures of equal content, or note why it is stale."""
        causes: list[tuple[Cause, str]] = []
        if doubtful and self.resolution_of(module, trace) != trace.resolution:
            # Recorded before anything is built: a killed run must not leave a trace that looks resolved.
            trace = trace._replace(resolution=NOTHING)
            self.survey.traces.put(module, trace)
            self.survey.writes.append((Table.TRACE, module.encode(), trace.pack()))
        if trace.resolution == NOTHING:
            causes.append((Cause.RESOLUTION, "an import leads elsewhere since modules were added or removed"))
        fresh = trace
        if package.signature != trace.signature:
            sign, source = self.digest(module, package)
            if source != trace.source:
                causes.append((Cause.SOURCE, self.source_detail(package, trace.source)))
            else:
                fresh = fresh._replace(signature=sign)
        if self.survey.authored.fingerprint_of(module) != trace.authored:
            causes.append((Cause.AUTHORED, "authored facts changed"))
        if policy != trace.policy:
            causes.append((Cause.POLICY, "policy, settings or the tool itself changed"))
        path = f"{self.manifests}/{module}/module.manifest.json"
        if self.outputs[module] != trace.output_signature:
            sign_out = verify(path, trace.output)
            if sign_out is None:
                causes.append((Cause.OUTPUT, "the manifest was edited, truncated or removed"))
            else:
                fresh = fresh._replace(output_signature=sign_out)
        if causes:
            detail = "; ".join(text for _, text in causes)
            self.survey.stale[module] = Staleness(tuple(cause for cause, _ in causes), detail)
        elif fresh != trace:
            self.survey.traces.put(module, fresh)
            self.survey.writes.append((Table.TRACE, module.encode(), fresh.pack()))

    def digest(self, module: ModuleId, package: Package) -> tuple[Fingerprint, Fingerprint]:
        """The signature and source fingerprint of a package whose stat signature says nothing."""
        self.survey.rehashed += 1
        sign, source = digest_package(self.root, package.folder, package.files, package.test_paths)
        self.survey.sources[module] = (sign, source)
        return sign, source

    def source_detail(self, package: Package, before: Fingerprint) -> str:
        """Which file of a package changed, when the cache still knows what it was."""
        from astrograph.engine.packages import known_files

        known = known_files(self.state.get(Table.FACTS, facts_key(before)))
        if not known:
            return f"source in {package.folder} changed"
        changed: list[str] = []

        def use(item: FileRead, digest: Fingerprint) -> None:
            if known.get(item.name, (b"",))[0] != digest:
                changed.append(item.name)

        digest_package(self.root, package.folder, package.files, package.test_paths, use=use)
        gone = sorted(set(known) - set(package.files))
        names = [f"source {package.folder}/{name} changed" for name in changed[:2]]
        names += [f"source {package.folder}/{name} removed" for name in gone[:2]]
        return ", ".join(names) or f"the test files of {package.folder} changed"

    # imports that may lead elsewhere

    def doubtful_resolutions(self) -> frozenset[ModuleId]:
        """The modules whose imports might resolve otherwise than when their trace was made.

        The state remembers the ids of the inventory that all traces were resolved against. Every module is doubtful
        when that is unknown; else those that import below an id that came or went.
        """
        survey = self.survey
        now = "\n".join(survey.inventory.packages).encode()
        before = self.state.get(Table.META, _INVENTORY)
        if before == now:
            return frozenset()
        doubtful = frozenset(survey.traces)
        survey.knows_inventory = before is not None
        if before is not None:
            names = before.decode("utf-8", "replace").split("\n")
            doubtful = self.touched_since([ModuleId(item) for item in names if item])
        survey.writes.append((Table.META, _INVENTORY, now))
        return doubtful

    def touched_since(self, before: list[ModuleId]) -> frozenset[ModuleId]:
        """The modules that came or went since, and those whose imports could lead to one of them."""
        from astrograph.inventory.imports import InventoryChange, absolute_names

        found = set(before) ^ set(self.survey.inventory.packages)
        gone = set(before) - set(self.survey.inventory.packages)
        # A module whose trace was lost may have left a manifest all the same.
        self.survey.removed = tuple(sorted(gone.union(self.survey.removed)))
        change = InventoryChange(before, self.survey.inventory.packages)
        for module, trace in self.survey.traces.items():
            summary = self.summary_of(trace)
            if summary is None or change.affects(absolute_names(module, summary.imports)):
                found.add(module)
        return frozenset(found)

    def resolution_of(self, module: ModuleId, trace: ModuleTrace) -> Fingerprint:
        """What the imports a trace was made from resolve to now, NOTHING when they are not known any more."""
        from astrograph.inventory.imports import resolve

        summary = self.summary_of(trace)
        if summary is None:
            return NOTHING
        resolution = resolve(module, summary.imports, self.survey.index)
        return resolution_fingerprint(resolution.internal, resolution.external)

    def summary_of(self, trace: ModuleTrace) -> SourceSummary | None:
        from astrograph.engine.summaries import unpack_summary

        return unpack_summary(self.state.get(Table.SUMMARY, facts_key(trace.source)))


def sites_fingerprint(folder: str, imports: Iterable[tuple[str, str, int, int]]) -> Fingerprint:
    """The digest of where the imports of the module in `folder` stand.

    `imports` are (imported module, file name, line, how late), in id order.
    """
    places = (f"{target}\n{file}\n{line}\n{late}".encode() for target, file, line, late in imports)
    return combine(folder.encode("utf-8", "surrogateescape"), *places)


def resolution_fingerprint(internal: Iterable[str], external: Iterable[str]) -> Fingerprint:
    """The digest of a resolution."""
    return combine("\n".join(internal).encode(), "\n".join(external).encode())

"""The graph as data: every task there is, what it makes and what it needs (SPEC section 8). Knows nothing of doit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from astrograph.audit.registry import DATA, Artifact
from astrograph.engine.auditing.reads import GATES_READ
from astrograph.engine.auditing.reads import OF_THE_PLAN as MADE_OF_THE_PLAN
from astrograph.engine.policy import policy_paths
from astrograph.engine.session import Session
from astrograph.gates.registry import AFTER_ARTIFACTS, OF_THE_PLAN, Gate
from astrograph.gates.registry import AFTER_GATES as JUDGED_LAST
from astrograph.model.ids import ModuleId
from astrograph.store.files import refuse_links, remove


class Kind(StrEnum):
    """The task families; a task is named `kind:key`."""

    MANIFEST = "manifest"
    LEDGER = "ledger"
    GATE = "gate"
    AUDIT = "audit"
    SITE = "site"


PURPOSE = {
    Kind.MANIFEST: "the manifest of each package",
    Kind.LEDGER: "one line a module, one file a stratum",
    Kind.GATE: "the checks over the whole set",
    Kind.AUDIT: "what the checks and the ledgers come to, for people and for other programs",
    Kind.SITE: "the constellation to look at in a browser",
}

PLAIN = (Kind.MANIFEST, Kind.LEDGER, Kind.GATE, Kind.AUDIT)
"""The families that a run without task names brings up to date; the site is made when it is asked for."""


SITE_KEY = "index.html"
"""The one task of its family: it makes all of the site, and this page stands for it."""


class TaskKey(NamedTuple):
    """The name of a task, in parts."""

    kind: Kind
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @classmethod
    def parse(cls, text: str) -> TaskKey | None:
        """The task a text such as `manifest:memory/fold` names, None when it is no task of ours."""
        kind, separator, key = text.partition(":")
        return cls(Kind(kind), key) if separator and key and kind in list(Kind) else None


class Graph:
    """Every task of a session. Targets and dependencies are paths relative to the workspace."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.layout = session.layout
        self._imports_expected = False

    def exists(self, task: TaskKey) -> bool:
        """Whether there is such a task."""
        match task.kind:
            case Kind.MANIFEST:
                return task.key in self.session.survey.inventory.packages
            case Kind.LEDGER:
                return task.key in self.session.ledgers.strata
            case Kind.GATE:
                return task.key in list(Gate)
            case Kind.AUDIT:
                return task.key in list(Artifact)
            case Kind.SITE:
                return task.key == SITE_KEY

    def tasks(self, kind: Kind) -> Iterator[TaskKey]:
        """Every task of a family, in order."""
        return (TaskKey(kind, key) for key in self._keys(kind))

    def _keys(self, kind: Kind) -> Iterable[str]:
        match kind:
            case Kind.MANIFEST:
                return self.session.survey.modules
            case Kind.LEDGER:
                return self.session.ledgers.strata
            case Kind.GATE:
                return (gate.value for gate in Gate)
            case Kind.AUDIT:
                return (artifact.value for artifact in Artifact)
            case Kind.SITE:
                return (SITE_KEY,)

    def target(self, task: TaskKey) -> str:
        """The file a task makes."""
        match task.kind:
            case Kind.MANIFEST:
                return self.layout.manifest(ModuleId(task.key))
            case Kind.LEDGER:
                return self.layout.ledger(task.key)
            case Kind.GATE:
                return self.layout.gate(task.key)
            case Kind.AUDIT:
                return self.layout.artifact(task.key)
            case Kind.SITE:
                return f"{self.layout.site}/{SITE_KEY}"

    def files(self, task: TaskKey) -> list[str]:
        """The files a task reads."""
        workspace = self.session.workspace
        match task.kind:
            case Kind.MANIFEST:
                module = ModuleId(task.key)
                package = self.session.survey.inventory.packages[module]
                sources = [f"{package.folder}/{name}" for name in package.files]
                authored = self.session.survey.authored.paths_for(module)
                # A dangling link is a source file that cannot be read, which doit would take for a missing dependency.
                return [
                    path
                    for path in (*policy_paths(workspace).values(), *authored, *sources)
                    if os.path.exists(self.layout.absolute(path))
                ]
            case Kind.LEDGER:
                return [self.layout.manifest(module) for module in self.session.ledgers.strata[task.key]]
            case Kind.GATE:
                ledgers = [self.layout.ledger(stratum) for stratum in self.session.ledgers.strata]
                return [*policy_paths(workspace).values(), workspace.pins, *ledgers]
            case Kind.AUDIT | Kind.SITE:
                return [self.target(other) for other in self.needs(task)]

    def needs(self, task: TaskKey) -> Iterator[TaskKey]:
        """The tasks that come before a task."""
        match task.kind:
            case Kind.MANIFEST:
                return iter(())
            case Kind.LEDGER:
                return (TaskKey(Kind.MANIFEST, module) for module in self.session.ledgers.strata[task.key])
            case Kind.GATE:
                return self._needs_of_gate(Gate(task.key))
            case Kind.AUDIT:
                return self._needs_of_artifact(Artifact(task.key))
            case Kind.SITE:
                return chain(self.tasks(Kind.LEDGER), self.tasks(Kind.GATE), self.tasks(Kind.AUDIT))

    def _needs_of_gate(self, gate: Gate) -> Iterator[TaskKey]:
        yield from self.tasks(Kind.LEDGER)
        if gate in JUDGED_LAST:
            yield from (TaskKey(Kind.GATE, other) for other in Gate if other not in JUDGED_LAST | AFTER_ARTIFACTS)
        if gate in AFTER_ARTIFACTS:
            yield from (TaskKey(Kind.AUDIT, artifact) for artifact in DATA)
        elif gate in OF_THE_PLAN:
            yield from (TaskKey(Kind.AUDIT, artifact) for artifact in MADE_OF_THE_PLAN)

    def _needs_of_artifact(self, artifact: Artifact) -> Iterator[TaskKey]:
        if artifact not in MADE_OF_THE_PLAN:
            yield from self.tasks(Kind.LEDGER)
        yield from (TaskKey(Kind.GATE, gate) for gate in GATES_READ.get(artifact, ()))
        if artifact is Artifact.REPORT:
            yield TaskKey(Kind.AUDIT, Artifact.DEPENDENCY_GRAPH)

    def is_known_stale(self, task: TaskKey) -> bool:
        """Whether a task must run whatever runs before it."""
        return task.kind is Kind.MANIFEST and task.key in self.session.survey.stale

    def why_stale(self, task: TaskKey) -> str | None:
        """Why a task must run, None when it need not. May be asked before and during a run."""
        match task.kind:
            case Kind.MANIFEST:
                reason = self.session.survey.stale.get(ModuleId(task.key))
                return None if reason is None else str(reason)
            case Kind.LEDGER:
                fresh = self.session.ledgers.is_fresh(task.key, self.session.survey.writes)
                return None if fresh else "a line of the ledger changed"
            case Kind.GATE:
                fresh = self.session.gate_inputs.is_fresh(Gate(task.key), self.session.survey.writes)
                return None if fresh else "what the gate reads changed"
            case Kind.AUDIT:
                fresh = self.session.audits.is_fresh(Artifact(task.key), self.session.survey.writes)
                return None if fresh else "what the artifact is made of changed"
            case Kind.SITE:
                fresh = self.session.site.is_fresh(self.session.survey.writes)
                return None if fresh else "what the site shows changed"

    def expect(self, tasks: Iterable[TaskKey]) -> None:
        """Work ahead from now on for the tasks that a run is sure to ask for, told in the order in which it will."""
        expected = list(tasks)
        self._imports_expected = TaskKey(Kind.AUDIT, Artifact.DEPENDENCY_GRAPH) in expected
        stale = [ModuleId(task.key) for task in expected if self.is_known_stale(task)]
        if stale:
            self.session.builder.begin(stale)

    def run(self, task: TaskKey) -> bool:
        """Do a task; returns whether its target had to be written."""
        match task.kind:
            case Kind.MANIFEST:
                module = ModuleId(task.key)
                written = self.session.builder.manifest(module)
                self.session.survey.stale.pop(module, None)
                return written
            case Kind.LEDGER:
                return self.session.ledgers.make(task.key)
            case Kind.GATE:
                if self._imports_expected:
                    self.session.audits.begin()
                return self.session.gates.make(Gate(task.key))
            case Kind.AUDIT:
                return self.session.audits.make(Artifact(task.key))
            case Kind.SITE:
                return self.session.site.make()

    def remove_target(self, task: TaskKey, *, dry_run: bool) -> bool:
        """Remove what a task made, with the folders left empty; returns whether there is (or was) anything."""
        if task.kind is Kind.SITE:
            return self.session.site.remove(dry_run=dry_run)
        path = self.layout.absolute(self.target(task))
        if dry_run:
            return os.path.lexists(path)
        if task.kind is Kind.MANIFEST:
            refuse_links(path, below=self.layout.absolute(self.layout.manifests))
        return remove(path, up_to=self.layout.absolute(self.layout.build))

    def stale_tasks(self, kinds: tuple[Kind, ...]) -> list[TaskKey]:
        """The tasks of these families that must run, or might once what they need has run; in dependency order."""
        stale = [TaskKey(Kind.MANIFEST, module) for module in self.session.survey.stale]
        touched = {task.key.partition("/")[0] for task in stale}
        ledgers = [task for task in self.tasks(Kind.LEDGER) if task.key in touched or self.why_stale(task) is not None]
        later = [task for kind in (Kind.GATE, Kind.AUDIT, Kind.SITE) if kind in kinds for task in self.tasks(kind)]
        if ledgers:
            return [*stale, *ledgers, *later]
        return [*stale, *self._with_those_after([task for task in later if self.why_stale(task) is not None], later)]

    def _with_those_after(self, chosen: list[TaskKey], tasks: list[TaskKey]) -> list[TaskKey]:
        """Some tasks, and those that need one of them: gates need artifacts, and other artifacts need gates."""
        found = dict.fromkeys(chosen)
        grown = bool(found)
        while grown:
            after = [task for task in tasks if task not in found and any(each in found for each in self.needs(task))]
            found.update(dict.fromkeys(after))
            grown = bool(after)
        return list(found)

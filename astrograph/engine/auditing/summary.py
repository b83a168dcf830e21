"""The run in a few numbers, and the import graph as a picture: the work behind `doit report`."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrograph.audit.acceptance import Met, judge_criteria
from astrograph.audit.pictures import Part, graphml, mermaid, neighbourhood
from astrograph.audit.registry import PURPOSE, Artifact
from astrograph.engine.auditing.writers import report_values
from astrograph.model.gate import Verdict
from astrograph.model.ids import ModuleId

if TYPE_CHECKING:
    from astrograph.audit.report_values import ChangedModules
    from astrograph.engine.session import Session


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """One artifact on disk: its path relative to the workspace, its size in bytes, and what it tells."""

    path: str
    size: int
    purpose: str


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """How what is built differs from what is published, in modules."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True)
class Summary:
    """One run in numbers.

    `gates` counts gates by verdict, `failing` names those that fail, `waiting` the criteria that are not met, with why.
    `changes` is None while nothing is published, `generation` is the number of what is.
    """

    modules: int
    supporting: int
    in_band: bool
    stars: dict[str, int]
    promotions: int
    suggestions: int
    disagreements: int
    never: int
    cycles: int
    exports: int
    documented: int
    gates: dict[str, int]
    failing: tuple[str, ...]
    criteria: int
    met: int
    waiting: tuple[tuple[str, str, str], ...]
    changes: ChangeCounts | None
    generation: int | None
    artifacts: tuple[ArtifactFile, ...]


def summarize(session: Session) -> Summary:
    """The numbers of the run. Ask when the artifacts are up to date."""
    values = session.audits.values
    told = report_values(values)
    verdicts = Counter(result.verdict.value for result in told.gates)
    judged = judge_criteria(told.gates, approved=told.approved)
    return Summary(
        modules=told.after.modules,
        supporting=told.after.supporting,
        in_band=told.after.in_band,
        stars={item.star: item.modules for item in told.after.stars},
        promotions=len(told.promotions),
        suggestions=sum(line.assignment.suggestion is not None for line in told.lines),
        disagreements=sum(line.assignment.disagreement is not None for line in told.lines),
        never=len(told.never),
        cycles=len(told.cycles),
        exports=sum(line.exports_total for line in told.lines),
        documented=sum(line.exports_documented for line in told.lines),
        gates={verdict.value: verdicts[verdict.value] for verdict in Verdict},
        failing=tuple(result.gate for result in told.gates if result.verdict is Verdict.FAIL),
        criteria=len(judged),
        met=sum(item.met is Met.MET for item in judged),
        waiting=tuple((item.criterion.name, item.met.value, item.why) for item in judged if item.met is not Met.MET),
        changes=None if told.changes is None else _counts(told.changes),
        generation=told.generation,
        artifacts=tuple(_file(session, artifact) for artifact in Artifact),
    )


def _counts(changes: ChangedModules) -> ChangeCounts:
    kinds = (changes.added, changes.changed, changes.removed, changes.unchanged)
    return ChangeCounts(*map(len, kinds))


def _file(session: Session, artifact: Artifact) -> ArtifactFile:
    path = session.layout.artifact(artifact)
    return ArtifactFile(path, os.stat(session.layout.absolute(path)).st_size, PURPOSE[artifact])


def picture(session: Session, module: ModuleId | None, *, depth: int, form: str) -> str:
    """The import graph, or the part of it around a module, as `mermaid` or `graphml`."""
    values = session.audits.values
    edges = sorted(values.edges)
    everything = Part(session.survey.modules, tuple(edges))
    part = everything if module is None else neighbourhood(edges, module, depth=depth)
    lines = {line.module: line for line in values.lines}
    return mermaid(part, lines) if form == "mermaid" else graphml(part, lines, values.folders).decode("utf-8")

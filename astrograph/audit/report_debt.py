"""The part of the report about what is owed: cycles, coverage, owners, documentation, tests and contracts."""

from __future__ import annotations

from collections.abc import Sequence

from astrograph.audit.distribution import percent
from astrograph.audit.documentation import documentation_of
from astrograph.audit.registry import Artifact
from astrograph.audit.report_values import ReportValues
from astrograph.formats.markdown import link, table
from astrograph.formats.text import plural
from astrograph.model.dependencies import Cycle
from astrograph.model.facts import Tier
from astrograph.model.gate import GateResult
from astrograph.model.ids import ModuleId

_CYCLES = 20
_MEMBERS = 12
_CUTS = 8
_NAMED = 12


def coverage_and_debt(values: ReportValues) -> list[str]:
    """The sections, in order."""
    return [*_cycles(values), *_debt(values)]


def _cycles(values: ReportValues) -> list[str]:
    count = link(plural(len(values.cycles), "cycle"), Artifact.DEPENDENCY_GRAPH.value)
    if not values.cycles:
        return ["## Import cycles", f"{count}."]
    rows = [_cycle_row(cycle, values) for cycle in values.cycles[:_CYCLES]]
    header = ("modules", "which", "imports", "on loading", "cut")
    more = [f"… and {len(values.cycles) - _CYCLES:,} more."] if len(values.cycles) > _CYCLES else []
    said = (
        f"{count}. Without the imports under *cut* none is left; “≤” marks a set that may not be the smallest. "
        "*On loading* tells whether the imports that happen as modules are loaded make a ring by themselves."
    )
    return ["## Import cycles", said, table(header, rows, right=(2,)), *more]


def _cycle_row(cycle: Cycle, values: ReportValues) -> list[str]:
    cuts = [
        f"{values.places.manifest(edge.source)} → {values.places.manifest(edge.target)} "
        f"({values.places.source(values.folders[edge.source], edge)})"
        for edge in cycle.cut[:_CUTS]
    ]
    more = f" and {len(cycle.cut) - _CUTS:,} more" if len(cycle.cut) > _CUTS else ""
    return [
        f"{len(cycle.members):,}",
        _modules(cycle.members, values, limit=_MEMBERS),
        f"{cycle.edges:,}",
        "yes" if cycle.at_load else "no",
        f"{'' if cycle.exact else '≤ '}{len(cycle.cut):,}: {', '.join(cuts)}{more}",
    ]


def _debt(values: ReportValues) -> list[str]:
    lines = values.lines
    total = len(lines)
    documented = documentation_of(lines)
    whole = documented.whole
    critical = [line for line in lines if line.tier == Tier.T1]
    placeholders = _listed(values, "placeholder_owned")
    rows = [
        _coverage(values),
        _owed("without an owner", _listed(values, "unowned"), total, Artifact.COVERAGE, values),
        _owed("with a placeholder for an owner", placeholders, total, Artifact.COVERAGE, values),
        _owed("without a tier", [line.module for line in lines if not line.tier], total, Artifact.COVERAGE, values),
        _owed(
            "without a description",
            [line.module for line in lines if not line.described],
            total,
            Artifact.COVERAGE,
            values,
        ),
        _owed(
            "with undocumented exports",
            [module for _, module, _ in documented.lacking],
            total,
            Artifact.DOCUMENTATION,
            values,
        ),
        _owed(
            "T1 without tests",
            [line.module for line in critical if not line.has_tests],
            len(critical),
            None,
            values,
        ),
        _owed(
            "T1 without a contract",
            [line.module for line in critical if not line.contracts],
            len(critical),
            Artifact.CONTRACT_COVERAGE,
            values,
        ),
    ]
    exports = link(f"{whole.documented:,} of {whole.exports:,} exports", Artifact.DOCUMENTATION.value)
    return [
        "## Coverage and debt",
        f"{exports} are documented, {percent(whole.documented, whole.exports)}.",
        table(("modules", "count", "share", "which"), rows, right=(1, 2)),
    ]


def _coverage(values: ReportValues) -> list[str]:
    notes = _notes(values.gates, "coverage")
    covered, eligible = notes.get("covered"), notes.get("eligible")
    share = percent(covered, eligible) if type(covered) is int and type(eligible) is int else "–"
    count = f"{covered:,}" if type(covered) is int else "–"
    return [link("covered", Artifact.COVERAGE.value), count, share, ""]


def _owed(
    what: str, modules: Sequence[ModuleId], total: int, where: Artifact | None, values: ReportValues
) -> list[str]:
    """A row; `where` is the artifact that lists them all, None where only the manifests tell."""
    which = _modules(modules, values, limit=_NAMED)
    return [
        what if where is None else link(what, where.value),
        f"{len(modules):,}",
        percent(len(modules), total),
        which or "–",
    ]


def _modules(modules: Sequence[ModuleId], values: ReportValues, *, limit: int) -> str:
    more = f" and {len(modules) - limit:,} more" if len(modules) > limit else ""
    return ", ".join(map(values.places.manifest, modules[:limit])) + more


def _listed(values: ReportValues, name: str) -> list[ModuleId]:
    found = _notes(values.gates, "coverage").get(name)
    return [ModuleId(str(item)) for item in found] if isinstance(found, list) else []


def _notes(gates: Sequence[GateResult], name: str) -> dict[str, object]:
    return next((dict(result.notes) for result in gates if result.gate == name), {})

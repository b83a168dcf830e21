"""What the dashboard says of health: gates, coverage, contracts, debt, hubs and cycles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from astrograph.audit.site.findings import findings_list
from astrograph.audit.site.graph import Graph
from astrograph.audit.site.markup import Markup, escape, join, link, tag
from astrograph.audit.site.model import SiteModel
from astrograph.audit.site.page import breakable, module_link, owner_link, section, share, star_chip, table
from astrograph.formats.text import plural
from astrograph.model.facts import Tier
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine

_TOP = 12
_FINDINGS = 40

_LISTED = ("uncovered", "unowned", "placeholder_owned", "excluded", "rejected", "orphaned")
_BROKEN = ("broken", "missing", "unused")


def gates_part(model: SiteModel) -> Markup:
    """Every gate with its verdict and what it compared, and its first findings to unfold."""
    known = frozenset(line.module for line in model.lines)
    rows = [
        (
            tag("span", gate.verdict.value, class_=f"verdict {gate.verdict.name.lower()}"),
            link(f"#gate-{gate.gate}", gate.gate) if gate.findings else escape(gate.gate),
            f"{gate.compared:,} of {gate.expected:,}",
            _said(gate),
        )
        for gate in model.gates
    ]
    lists = [
        tag(
            "details",
            tag("summary", f"{gate.gate}: {plural(len(gate.findings), 'finding')}"),
            findings_list(gate.findings, up="", modules=known, shown=_FINDINGS),
            id=f"gate-{gate.gate}",
            open="" if gate.verdict is Verdict.FAIL else None,
        )
        for gate in model.gates
        if gate.findings
    ]
    return section("Gates", table(("Verdict", "Gate", "#Compared", ""), rows), *lists, id_="gates")


def _said(gate: GateResult) -> str:
    parts = [gate.reason] if gate.reason else []
    if gate.findings:
        parts.append(plural(len(gate.findings), "finding"))
    if gate.known:
        parts.append(f"{len(gate.known):,} known")
    return ", ".join(parts)


def coverage_part(model: SiteModel) -> Markup:
    """Both truths of coverage: how many modules have a manifest, and which of them nobody speaks for."""
    totals = model.coverage.get("totals")
    rows = []
    if isinstance(totals, Mapping):
        covered, eligible = totals.get("covered"), totals.get("eligible")
        if isinstance(covered, int) and isinstance(eligible, int):
            rows.append(("covered", f"{covered:,} of {eligible:,}", share(covered, eligible)))
    rows += [
        (name.replace("_", " "), f"{len(listed):,}", _examples(listed))
        for name in _LISTED
        if isinstance(listed := model.coverage.get(name), list)
    ]
    return section("Coverage", table(("", "#", ""), rows))


def contracts_part(model: SiteModel) -> Iterator[Markup]:
    """Contracts per tier, and those that nothing resolves or nobody uses."""
    document = model.contract_coverage
    tiers = document.get("tiers")
    if not isinstance(tiers, Mapping):
        return
    rows = []
    for tier in (*(each.value for each in Tier), *sorted(set(tiers) - {each.value for each in Tier})):
        said = tiers.get(tier)
        if isinstance(said, Mapping):
            covered, modules = said.get("covered"), said.get("modules")
            if isinstance(covered, int) and isinstance(modules, int) and modules:
                rows.append((tier, f"{covered:,} of {modules:,}", share(covered, modules)))
    rows += [
        (name, f"{len(listed):,}", _examples(listed))
        for name in _BROKEN
        if isinstance(listed := document.get(name), list)
    ]
    yield section("Contracts", table(("", "#Modules", ""), rows))


def _examples(listed: list[object]) -> str:
    """The first few things of a list in an artifact, whatever names them there."""
    named = [_name(each) for each in listed[:3]]
    return ", ".join(named) + (", …" if len(listed) > len(named) else "")


def _name(thing: object) -> str:
    if isinstance(thing, Mapping):
        said = next((thing[key] for key in ("module", "id", "reference", "path") if thing.get(key)), "")
        return str(said)
    return str(thing)


def debt_part(model: SiteModel) -> Markup:
    """What is missing: owners, tiers, descriptions, tests and contracts of what is critical."""
    lines = model.lines
    critical = [line for line in lines if line.tier == Tier.T1]
    documented, exports = sum(line.exports_documented for line in lines), sum(line.exports_total for line in lines)
    rows = [
        ("no owner, or a placeholder", _some([line.module for line in lines if not has_owner(model, line)])),
        ("no tier", _some([line.module for line in lines if line.tier is None])),
        ("no description", _some([line.module for line in lines if not line.described])),
        ("T1 without tests", _some([line.module for line in critical if not line.has_tests])),
        ("T1 without a contract", _some([line.module for line in critical if not line.contracts])),
        ("source with findings", _some([line.module for line in lines if line.findings])),
    ]
    exported = tag(
        "p", f"{documented:,} of {exports:,} exports are documented ({share(documented, exports)}).", class_="quiet"
    )
    return section("Debt", table(("", "#Modules", "For example"), [(name, *cells) for name, cells in rows]), exported)


def _some(modules: list[ModuleId]) -> tuple[str, Markup]:
    return f"{len(modules):,}", join([module_link(each, up="") for each in modules[:3]], ", ")


def hubs_part(model: SiteModel, graph: Graph) -> Markup:
    """The modules that most others import."""
    ranked = sorted(model.lines, key=lambda line: (-len(graph.used_by[line.module]), line.module))[:_TOP]
    rows = [
        (
            module_link(line.module, up=""),
            join([star_chip(star, model.canon, up="") for star in line.assignment.stars], " "),
            line.tier or "",
            owner_link(line.owner, up=""),
            f"{len(graph.used_by[line.module]):,}",
            f"{graph.reach[line.module].all_dependents:,}" if line.module in graph.reach else "-",
        )
        for line in ranked
        if graph.used_by[line.module]
    ]
    heads = ("Module", "Star", "Tier", "Owner", "#Used by", "#In all")
    return section("What most rests on", table(heads, rows))


def cycles_part(model: SiteModel) -> Iterator[Markup]:
    """The rings of imports, with what to cut."""
    cycles = model.dependencies.cycles
    if not cycles:
        return
    rows = []
    for cycle in cycles[:_TOP]:
        members = join([module_link(each, up="") for each in cycle.members[:6]], ", ")
        hidden = len(cycle.members) - 6
        cut = join([_cut(edge.source, f"{edge.file}:{edge.line}", edge.target) for edge in cycle.cut[:3]], ", ")
        rest = len(cycle.cut) - 3
        rows.append(
            (
                f"{len(cycle.members):,}",
                join((members, escape(f", +{hidden}" if hidden > 0 else ""))),
                join((cut, escape(f", +{rest}" if rest > 0 else ""))),
                "smallest" if cycle.exact else "small, not proved smallest",
            )
        )
    yield section("Cycles", table(("#Modules", "Ring", "Imports to cut", "Cut"), rows), note=f"{len(cycles):,}")


def _cut(source: ModuleId, place: str, target: ModuleId) -> Markup:
    return tag("code", breakable(source), f" {place} → ", breakable(target))


def has_owner(model: SiteModel, line: LedgerLine) -> bool:
    """Whether a module belongs to somebody who exists."""
    return line.owner is not None and line.owner not in model.placeholder_owners

"""`report.md`: the run for people, each number with a link to where it comes from (SPEC section 13)."""

from __future__ import annotations

from collections.abc import Mapping

from astrograph.audit.acceptance import Met, judge_criteria
from astrograph.audit.constellation import signed
from astrograph.audit.distribution import BAND, percent
from astrograph.audit.findings import why_it_stands
from astrograph.audit.registry import PURPOSE, Artifact
from astrograph.audit.report_debt import coverage_and_debt
from astrograph.audit.report_decisions import decisions
from astrograph.audit.report_findings import findings
from astrograph.audit.report_values import ReportValues
from astrograph.formats.markdown import bar, code, escape, link, table
from astrograph.formats.text import plural
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.plan import ChangeKind

_MARKS = {Verdict.PASS: "✅", Verdict.WARN: "⚠️", Verdict.FAIL: "❌", Verdict.NOT_APPLICABLE: "–"}
_BAD = frozenset({Verdict.FAIL, Verdict.WARN})
_GENERATIONS = 20
_NAMED = 5
_APPROVE = "`doit canary`, a look at it, then `doit approve`"
_AFTER = {"approved": "`doit publish`", "stale": "`doit plan`, since something moved after the last one"}
"""What follows a plan that stands so; any other has to be approved."""


def report_page(values: ReportValues) -> bytes:
    """The page."""
    parts = [
        f"# {escape(values.title)}",
        _opening(values),
        *_gates(values),
        *findings(values),
        *_acceptance(values),
        *_distribution(values),
        *decisions(values),
        *coverage_and_debt(values),
        *_trend(values),
        *_artifacts(),
    ]
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def _opening(values: ReportValues) -> str:
    failing = [result.gate for result in values.gates if result.verdict is Verdict.FAIL]
    verdict = (
        f"**{plural(len(failing), 'gate')} failing**: {', '.join(map(code, failing))}."
        if failing
        else ("**No gate fails.**")
    )
    said = [verdict, f"{link(plural(values.after.modules, 'module'), Artifact.STARS_AFTER.value)} as built."]
    if values.changes is None:
        said.append("Nothing has been published yet.")
    elif values.changes.any:
        told = ", ".join(_changed(kind, values) for kind in ChangeKind)
        said.append(f"Against generation {values.generation}: {told}, {len(values.changes.unchanged):,} unchanged.")
    else:
        said.append(f"All of them are as they are published, in generation {values.generation}.")
    return " ".join([*said, _next(values)])


def _changed(kind: ChangeKind, values: ReportValues) -> str:
    """How many modules come, change or go, and the first of them by name; one that goes has no manifest to lead to."""
    assert values.changes is not None
    modules = values.changes.of(kind)
    name = code if kind is ChangeKind.REMOVED else values.places.manifest
    shown = ", ".join(map(name, modules[:_NAMED])) + (", …" if len(modules) > _NAMED else "")
    return f"{len(modules):,} {kind.value}{f' ({shown})' if shown else ''}"


def _next(values: ReportValues) -> str:
    """The command that comes next on the way to a publication."""
    failing = [result.gate for result in values.gates if result.verdict is Verdict.FAIL and result.gate != "canary"]
    if failing:
        return f"Next: mend what fails ({link('Findings', '#findings')}), then `doit plan`."
    canary = next((result for result in values.gates if result.gate == "canary"), None)
    if canary is None or canary.verdict is Verdict.NOT_APPLICABLE:
        idle = values.changes is not None and not values.changes.any
        return "Nothing has to be done." if idle else "Next: `doit plan`."
    return f"Next: {_AFTER.get(str(dict(canary.notes).get('state')), _APPROVE)}."


def _gates(values: ReportValues) -> list[str]:
    rows = [_gate_row(result, values) for result in values.gates]
    return ["## Gates", table(("", "gate", "compared", "findings", "known", ""), rows, right=(2, 3, 4))]


def _gate_row(result: GateResult, values: ReportValues) -> list[str]:
    applies = result.verdict is not Verdict.NOT_APPLICABLE
    return [
        _MARKS[result.verdict],
        link(code(result.gate), f"{values.places.gates}/{result.gate}.json"),
        f"{result.compared:,} of {result.expected:,}" if applies else "–",
        f"{len(result.findings):,}" if result.findings else "–",
        f"{len(result.known):,}" if result.known else "–",
        escape(why_it_stands(result) if result.verdict in _BAD else result.reason),
    ]


def _acceptance(values: ReportValues) -> list[str]:
    judged = judge_criteria(values.gates, approved=values.approved)
    met = sum(item.met is Met.MET for item in judged)
    rest = [item for item in judged if item.met is not Met.MET]
    said = f"{link(f'{met} of {len(judged)} criteria', Artifact.ACCEPTANCE.value)} are met."
    if not rest:
        return ["## Acceptance", said]
    rows = [[escape(item.criterion.name), item.met.value, escape(item.why)] for item in rest]
    return ["## Acceptance", said, table(("criterion", "stands", "why"), rows)]


def _distribution(values: ReportValues) -> list[str]:
    after, before = values.after, values.before
    low, high = BAND
    was = {} if before is None else {item.star: item.modules for item in before.stars}
    rows = []
    for item in after.stars:
        known = values.canon.by_id.get(item.star)
        name = item.star if known is None else f"{known.emoji} {known.id}"
        earlier = "–" if before is None else f"{was.get(item.star, 0):,}"
        moved = "–" if before is None else signed(item.modules - was.get(item.star, 0))
        share = item.modules / after.modules if after.modules else 0.0
        rows.append(
            [escape(name), earlier, f"{item.modules:,}", moved, percent(item.modules, after.modules), bar(share)]
        )
    header = (
        "star",
        link("before", Artifact.STARS_BEFORE.value),
        link("after", Artifact.STARS_AFTER.value),
        "difference",
        "share",
        "",
    )
    verdict = "within" if after.in_band else "outside"
    said = (
        f"{percent(after.supporting, after.modules)} Supporting, {verdict} the band of {low // 10} to {high // 10} %. "
        f"Star by star: {link(Artifact.CONSTELLATION.value, Artifact.CONSTELLATION.value)}."
    )
    return ["## Distribution", said, table(header, rows, right=(1, 2, 3, 4))]


_COLUMNS = ("number", "kind", "created", "modules", "added", "changed", "removed", "promotions")


def _trend(values: ReportValues) -> list[str]:
    if not values.trend:
        return ["## Trend", "Nothing has been published yet; each publication adds a line here."]
    rows = [_trend_row(line) for line in values.trend[-_GENERATIONS:]]
    header = ("generation", *_COLUMNS[1:], "Supporting")
    return ["## Trend", table(header, rows, right=(0, 3, 4, 5, 6, 7, 8))]


def _trend_row(line: Mapping[str, object]) -> list[str]:
    stars = line.get("stars")
    supporting = stars.get("Supporting") if isinstance(stars, dict) else None
    modules = line.get("modules")
    share = percent(supporting, modules) if type(supporting) is int and type(modules) is int else "–"
    return [*(_shown(line.get(name)) for name in _COLUMNS), share]


def _shown(value: object) -> str:
    if type(value) is int:
        return f"{value:,}"
    return escape(value) if isinstance(value, str) else "–"


def _artifacts() -> list[str]:
    rows = [[link(code(artifact.value), artifact.value), escape(PURPOSE[artifact])] for artifact in Artifact]
    return ["## Artifacts", table(("file", "what it tells"), rows)]

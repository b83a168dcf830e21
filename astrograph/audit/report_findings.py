"""The part of the report about what is wrong: findings of all gates, errors first."""

from __future__ import annotations

from collections.abc import Sequence

from astrograph.audit.report_values import ReportValues
from astrograph.formats.markdown import code, escape, link, table
from astrograph.formats.text import plural
from astrograph.model.finding import Finding, Severity, worst_first
from astrograph.model.gate import GateResult

_OF_A_GATE = 15
"""So many findings of one gate are shown: a flood from one leaves room for the others."""

_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️"}


def findings(values: ReportValues) -> list[str]:
    """The section: code, place, what, fix; then what of which gate is left out."""
    found = [(result, item) for result in values.gates for item in worst_first(result.findings)[:_OF_A_GATE]]
    if not found:
        return ["## Findings", "None."]
    errors = [pair for pair in found if pair[1].severity is Severity.ERROR]
    warnings = [pair for pair in found if pair[1].severity is not Severity.ERROR]
    rows = [_row(result, item) for result, item in (*errors, *warnings)]
    return [
        "## Findings",
        f"{_counted(values.gates)}. `doit explain CODE` tells what a code means.",
        table(("", "code", "where", "what", "fix", "gate"), rows),
        *_hidden(values),
    ]


def _counted(gates: Sequence[GateResult]) -> str:
    every = [item for result in gates for item in result.findings]
    errors = sum(item.severity is Severity.ERROR for item in every)
    kinds = ((errors, "error"), (len(every) - errors, "warning"))
    return " and ".join(plural(number, kind) for number, kind in kinds if number)


def _row(result: GateResult, item: Finding) -> list[str]:
    return [
        _MARKS[item.severity],
        code(item.code),
        code(item.place) if item.path else "–",
        escape(item.message),
        escape(item.fix) or "–",
        code(result.gate),
    ]


def _hidden(values: ReportValues) -> list[str]:
    told = [
        f"{len(result.findings) - _OF_A_GATE:,} more in "
        f"{link(code(f'{result.gate}.json'), f'{values.places.gates}/{result.gate}.json')}"
        for result in values.gates
        if len(result.findings) > _OF_A_GATE
    ]
    return [f"… and {', '.join(told)}."] if told else []

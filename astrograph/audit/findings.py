"""Findings in the words of reports: the worst one first, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from astrograph.model.finding import Finding, Severity
from astrograph.model.gate import GateResult, Verdict


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors before warnings, each in the order they came in."""
    return sorted(findings, key=lambda item: item.severity is not Severity.ERROR)


def place_of(finding: Finding) -> str:
    """`path:line:column` as far as it is known."""
    numbers = [number for number in (finding.line, finding.column) if number]
    return ":".join([finding.path, *map(str, numbers)]) if finding.path else ""


def why_it_stands(result: GateResult) -> str:
    """Why a gate says what it says: of one that fails or warns its first finding, of any other its reason or count."""
    if not result.findings or result.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return result.reason or f"{result.compared:,} of {result.expected:,}"
    first = worst_first(result.findings)[0]
    place = place_of(first)
    more = f", and {len(result.findings) - 1:,} more" if len(result.findings) > 1 else ""
    told = f"{first.code} {f'{place}: ' if place else ''}{first.message}{more}"
    # Of a gate that could not look at everything that is the worse news.
    return f"{result.reason}; {told}" if result.reason and result.compared < result.expected else told

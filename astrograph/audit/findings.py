"""The verdict of a gate in the words of reports."""

from __future__ import annotations

from astrograph.model.finding import worst_first
from astrograph.model.gate import GateResult, Verdict


def why_it_stands(result: GateResult) -> str:
    """Why a gate says what it says: of one that fails or warns its first finding, of any other its reason or count."""
    if not result.findings or result.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return result.reason or f"{result.compared:,} of {result.expected:,}"
    first = worst_first(result.findings)[0]
    more = f", and {len(result.findings) - 1:,} more" if len(result.findings) > 1 else ""
    told = f"{first.code} {f'{first.place}: ' if first.path else ''}{first.message}{more}"
    # Of a gate that could not look at everything that is the worse news.
    return f"{result.reason}; {told}" if result.reason and result.compared < result.expected else told

"""Totals: what each artifact counts, and the same counted anew from the ledger, so that the two can be compared."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from astrograph.audit.registry import Artifact
from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import member
from astrograph.formats.strict_json import decode_fast
from astrograph.model.artifact import Total
from astrograph.model.ledger import LedgerLine


@dataclass(frozen=True, slots=True)
class Counted:
    """What only the engine knows beside the ledger lines.

    `promotions` counts the modules promoted against the baseline, `baseline` its modules (0 where there is none),
    `eligible` the packages of the inventory.
    """

    promotions: int
    baseline: int
    eligible: int


def compare_totals(artifact: Artifact, data: bytes, lines: Iterable[LedgerLine], counted: Counted) -> tuple[Total, ...]:
    """The totals of one artifact beside those of the ledger; nothing for an artifact that counts nothing.

    Raises DecodeError when the artifact cannot be read.
    """
    expected = expected_totals(artifact, lines, counted)
    if not expected:
        return ()
    stated = totals_of(artifact, data)
    return tuple(Total(name, stated.get(name), number) for name, number in sorted(expected.items()))


def totals_of(artifact: Artifact, data: bytes) -> dict[str, int]:
    """The totals that the bytes of an artifact state. Raises DecodeError when they cannot be read."""
    if artifact.endswith(".csv"):
        return {"rows": _rows(data)}
    if not artifact.endswith(".json"):
        return {}
    said = member(data, "totals")
    document = decode_fast(data) if said is None else {"totals": decode_fast(said)}
    totals = document.get("totals") if isinstance(document, dict) else None
    if not isinstance(totals, dict):
        raise DecodeError(f"{artifact.value} has no totals")
    return {str(name): number for name, number in totals.items() if type(number) is int}


def _rows(data: bytes) -> int:
    try:
        text = data.decode("utf-8")
        return max(0, sum(1 for _ in csv.reader(text.splitlines(keepends=True), strict=True)) - 1)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DecodeError(f"not comma-separated values: {error}") from None


def expected_totals(artifact: Artifact, lines: Iterable[LedgerLine], counted: Counted) -> dict[str, int]:
    """The totals that the ledger gives for one artifact, counted without the code that writes it."""
    count = _COUNTS.get(artifact)
    return {} if count is None else count(list(lines), counted)


def _stars(lines: list[LedgerLine], _: Counted) -> dict[str, int]:
    return {"modules": len(lines), "assignments": sum(len(line.assignment.stars) for line in lines)}


def _documentation(lines: list[LedgerLine], _: Counted) -> dict[str, int]:
    return {
        "modules": len(lines),
        "exports": sum(line.exports_total for line in lines),
        "documented": sum(line.exports_documented for line in lines),
    }


def _rule_hits(lines: list[LedgerLine], _: Counted) -> dict[str, int]:
    hits: Counter[str] = Counter()
    for line in lines:
        hits.update({item.pointer for item in line.assignment.evidence})
    return {"modules": len(lines), "hits": hits.total(), "rules_hit": len(hits)}


_COUNTS: Mapping[Artifact, Callable[[list[LedgerLine], Counted], dict[str, int]]] = {
    Artifact.STARS_BEFORE: lambda _, counted: {"modules": counted.baseline},
    Artifact.STARS_AFTER: _stars,
    Artifact.PROMOTIONS: lambda _, counted: {"rows": counted.promotions},
    Artifact.SUGGESTIONS: lambda lines, _: {"rows": sum(line.assignment.suggestion is not None for line in lines)},
    Artifact.DISAGREEMENTS: lambda lines, _: {"rows": sum(line.assignment.disagreement is not None for line in lines)},
    Artifact.COVERAGE: lambda lines, counted: {
        "eligible": counted.eligible,
        "covered": sum(1 for line in lines if line.manifest),
    },
    Artifact.CONTRACT_COVERAGE: lambda lines, _: {
        "modules": len(lines),
        "references": sum(len(line.contracts) for line in lines),
    },
    Artifact.CEILINGS: lambda _, counted: {"promotions": counted.promotions},
    Artifact.RULE_HITS: _rule_hits,
    Artifact.DEPENDENCY_GRAPH: lambda lines, _: {
        "modules": len(lines),
        "imports": sum(len(line.internal) for line in lines),
    },
    Artifact.DOCUMENTATION: _documentation,
}

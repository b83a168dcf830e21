"""The tables of decisions: promotions, suggestions, disagreements (SPEC section 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from astrograph.formats.csv_text import encode
from astrograph.model.assignment import Assignment, Evidence, Score
from astrograph.model.canon import StarId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Promotion

_SEPARATOR = "; "


def promotions_table(promotions: Iterable[Promotion]) -> bytes:
    """Modules that gained a star against the baseline, in id order."""
    header = ("module", "from", "to", "promoted_to", "tier", "confidence")
    rows = (
        (
            item.module,
            stars_text(item.before),
            stars_text(item.after),
            stars_text(item.gained),
            item.tier or "",
            decimal(item.confidence),
        )
        for item in promotions
    )
    return encode(header, rows)


def suggestions_table(lines: Iterable[LedgerLine]) -> bytes:
    """Modules with a star worth a look, the surest first."""
    return _of_another_star("suggestion", ((line, line.assignment.suggestion) for line in suggested(lines)))


def disagreements_table(lines: Iterable[LedgerLine]) -> bytes:
    """Modules whose star a person chose where the rules would have promoted them to another, the surest first."""
    return _of_another_star("rules_say", ((line, line.assignment.disagreement) for line in disputed(lines)))


def _of_another_star(column: str, rows: Iterable[tuple[LedgerLine, Score | None]]) -> bytes:
    """Modules beside a star that they do not have, and what spoke for it; `column` names that star's column."""
    header = ("module", "stars", column, "confidence", "tier", "owner", "evidence")
    cells = (
        (
            line.module,
            stars_text(line.assignment.stars),
            other.star,
            decimal(other.confidence),
            line.tier or "",
            line.owner or "",
            evidence_text(line.assignment.evidence, other.star),
        )
        for line, other in rows
        if other is not None
    )
    return encode(header, cells)


def suggested(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """The lines with a suggestion, the surest first, then in id order."""
    return _surest_first(lines, lambda assignment: assignment.suggestion)


def disputed(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """The lines with a disagreement, the surest first, then in id order."""
    return _surest_first(lines, lambda assignment: assignment.disagreement)


def _surest_first(lines: Iterable[LedgerLine], said_of: Callable[[Assignment], Score | None]) -> list[LedgerLine]:
    found = [(-said.raw, line.module, line) for line in lines if (said := said_of(line.assignment)) is not None]
    return [line for _, _, line in sorted(found, key=lambda item: item[:2])]


def stars_text(stars: Sequence[StarId]) -> str:
    """Stars in one cell."""
    return _SEPARATOR.join(stars)


def decimal(thousandths: int) -> str:
    """Whole thousandths as people read them: `0.900`."""
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def evidence_text(evidence: Iterable[Evidence], star: StarId) -> str:
    """What spoke for a star: `node_override "memory" 0.500 (/node_overrides/2); ...`."""
    return _SEPARATOR.join(
        f'{item.signal.value} "{item.shown}" {decimal(item.weight)} ({item.pointer})'
        for item in evidence
        if item.star == star
    )

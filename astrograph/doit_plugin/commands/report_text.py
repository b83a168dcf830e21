"""How `doit report` looks, as text and as JSON. Values in, text out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from astrograph.engine.auditing.summary import Summary
from astrograph.formats.text import plural, safe

_BOLD, _DIM, _RED, _GREEN, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m"
_BAR = 24


def as_text(summary: Summary, *, colour: bool) -> str:
    """The run in one screen."""
    bold, dim, red, green, reset = (_BOLD, _DIM, _RED, _GREEN, _RESET) if colour else ("",) * 5
    mood = red if summary.failing else green
    lines = [f"{bold}{plural(summary.modules, 'module')}{reset}   {mood}{_verdict(summary)}{reset}", ""]
    lines += [f"  {name:<12} {text}" for name, text in _rows(summary)]
    lines += ["", *_stars(summary)]
    if summary.waiting:
        lines += ["", f"{summary.met} of {summary.criteria} criteria are met"]
        lines += [f"  {stands:<8} {safe(name)}   {dim}{safe(why)}{reset}" for name, stands, why in summary.waiting]
    width = max(len(item.path) for item in summary.artifacts)
    lines += ["", "Artifacts"]
    lines += [
        f"  {safe(item.path):<{width}}  {_size(item.size):>8}  {dim}{item.purpose}{reset}" for item in summary.artifacts
    ]
    return "\n".join(lines)


def _verdict(summary: Summary) -> str:
    if summary.failing:
        return f"{plural(len(summary.failing), 'gate')} failing: {', '.join(summary.failing)}"
    return "no gate fails"


def _rows(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "gates", ", ".join(f"{count} {verdict}" for verdict, count in summary.gates.items() if count)
    band = "within" if summary.in_band else "outside"
    yield "Supporting", f"{_percent(summary.supporting, summary.modules)}, {band} the band of 55 to 70 %"
    decisions = [
        plural(summary.promotions, "promotion"),
        plural(summary.suggestions, "suggestion"),
        plural(summary.disagreements, "disagreement"),
        f"{plural(summary.never, 'rule')} that never fire{'s' if summary.never == 1 else ''}",
    ]
    yield "decisions", ", ".join(decisions)
    yield "imports", plural(summary.cycles, "cycle")
    yield "documented", f"{summary.documented:,} of {summary.exports:,} exports"
    if summary.changes is None:
        yield "published", "nothing yet"
        return
    changes = summary.changes
    since = f"+{changes.added:,} added, ~{changes.changed:,} changed, -{changes.removed:,} removed"
    yield "published", f"generation {summary.generation}; built since: {since}"


def _stars(summary: Summary) -> Iterator[str]:
    most = max(summary.stars.values(), default=0) or 1
    for star, count in summary.stars.items():
        yield f"  {safe(star):<12} {count:>7,}  {'█' * -(-count * _BAR // most)}"


def _percent(part: int, whole: int) -> str:
    tenths = part * 1000 // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"


def _size(size: int) -> str:
    for unit, scale in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} B"


def as_document(summary: Summary) -> dict[str, object]:
    """The same as one JSON object, `astrograph.report/1`."""
    return {
        "schema": "astrograph.report/1",
        "modules": summary.modules,
        "supporting": {"modules": summary.supporting, "in_band": summary.in_band},
        "stars": summary.stars,
        "promotions": summary.promotions,
        "suggestions": summary.suggestions,
        "disagreements": summary.disagreements,
        "rules_that_never_fire": summary.never,
        "cycles": summary.cycles,
        "exports": {"total": summary.exports, "documented": summary.documented},
        "gates": {"verdicts": summary.gates, "failing": list(summary.failing)},
        "criteria": {
            "total": summary.criteria,
            "met": summary.met,
            "waiting": [{"criterion": name, "met": stands, "why": why} for name, stands, why in summary.waiting],
        },
        "published": None
        if summary.changes is None
        else {"generation": summary.generation, "built_since": asdict(summary.changes)},
        "artifacts": [{"path": item.path, "bytes": item.size, "tells": item.purpose} for item in summary.artifacts],
    }

"""Measurements as one table for people and one JSON object for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import Series, own_size_kib, ratio

_HEADINGS = ("case", "tool", "wall s", "min", "max", "cpu s", "peak MB", "ratio", "note")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A tool or case that was left out, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A physical floor: how long one kind of work takes on the same tree with nothing around it."""

    name: str
    seconds: float
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one benchmark found; ratios are multiples of the wall time of `base` in the same case."""

    subject: Mapping[str, object]
    base: str
    series: Sequence[Series]
    limits: Sequence[Limit]
    skipped: Sequence[Skipped]

    def text(self) -> str:
        """Write the table, the limits and what was skipped."""
        rows = [_HEADINGS, *(self._row(series) for series in self.series)]
        legend = (
            f"ratio: wall time as a multiple of {self.base}'s in the same case\n"
            f"peak: largest single process; {_megabytes(own_size_kib())} MB is the least to be seen"
        )
        parts = [
            "  ".join(f"{name} {value}" for name, value in self.subject.items()),
            _aligned(rows, left=(0, 1, 8)),
            legend,
        ]
        if self.limits:
            limits = [(limit.name, f"{limit.seconds:.3f}", limit.note) for limit in self.limits]
            parts.append(
                "the same tree, one process, one thread, cache warm\n"
                + _aligned([("limit", "s", "note"), *limits], left=(0, 2))
            )
        parts += [f"skipped {skipped.name}: {skipped.why}" for skipped in self.skipped]
        return "\n\n".join(parts)

    def json(self) -> dict[str, Any]:
        """Return the same as one JSON object; seconds and KiB, every sample included."""
        return {
            "schema": "astrograph.benchmark/1",
            "subject": dict(self.subject),
            "machine": {
                "python": platform.python_version(),
                "system": platform.system(),
                "architecture": platform.machine(),
                "processors": os.cpu_count(),
            },
            "base": self.base,
            "smallest_visible_peak_kib": own_size_kib(),
            "measurements": [self._object(series) for series in self.series],
            "limits": [{"name": limit.name, "seconds": limit.seconds, "note": limit.note} for limit in self.limits],
            "skipped": [{"name": skipped.name, "why": skipped.why} for skipped in self.skipped],
        }

    def _row(self, series: Series) -> tuple[str, ...]:
        walls = [sample.wall for sample in series.samples]
        multiple = self._ratio(series)
        return (
            series.case,
            series.tool,
            f"{series.wall:.3f}",
            f"{min(walls):.3f}",
            f"{max(walls):.3f}",
            f"{series.cpu:.3f}",
            _peak(series.peak_kib),
            "" if multiple is None else f"{multiple:.2f}×",
            _note(series),
        )

    def _object(self, series: Series) -> dict[str, Any]:
        return {
            "case": series.case,
            "tool": series.tool,
            "wall_median": series.wall,
            "cpu_median": series.cpu,
            "peak_kib": series.peak_kib,
            "ratio": self._ratio(series),
            "samples": [
                {
                    "wall": sample.wall,
                    "cpu": sample.cpu,
                    "peak_kib": sample.peak_kib,
                    "exit_code": sample.exit_code,
                }
                for sample in series.samples
            ],
        }

    def _ratio(self, series: Series) -> float | None:
        for other in self.series:
            if other.case == series.case and other.tool == self.base:
                return ratio(series.wall, base=other.wall)
        return None


def _note(series: Series) -> str:
    codes = sorted({sample.exit_code for sample in series.samples} - {0})
    return f"exit {', '.join(map(str, codes))}" if codes else ""


def _peak(kib: int) -> str:
    """Write a peak in MB, with `≤` where it cannot be told apart from our own size."""
    return _megabytes(kib) if kib > own_size_kib() else f"≤{_megabytes(own_size_kib())}"


def _megabytes(kib: int) -> str:
    return f"{kib * 1024 / 1e6:.1f}"


def _aligned(rows: Sequence[Sequence[str]], *, left: Sequence[int]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)

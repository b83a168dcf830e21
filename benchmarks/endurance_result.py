"""What an endurance case found: rounds, violations, and what is worth telling of them; one table, one JSON object."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_HEADINGS = ("case", "rounds", "violations", "notes")
_SHOWN = 20


@dataclass(slots=True)
class Case:
    """One line of the table. `notes` counts what happened; `largest` keeps the largest of a measure.

    `skipped` says why the machine does not allow the case, and is empty when it ran.
    """

    name: str
    rounds: int = 0
    violations: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    largest: dict[str, int] = field(default_factory=dict)
    skipped: str = ""

    def judge(self, what: str, complaints: Sequence[str]) -> None:
        """Count one round; each complaint is a violation, told with what was done."""
        self.rounds += 1
        self.violations += [f"{self.name} {self.rounds} ({what}): {complaint}" for complaint in complaints]

    def measure(self, name: str, value: int) -> None:
        """Keep the largest value of a measure."""
        self.largest[name] = max(value, self.largest.get(name, 0))

    @property
    def told(self) -> str:
        """The notes in one line."""
        if self.skipped:
            return f"skipped: {self.skipped}"
        counts = [f"{count} {name}" for name, count in sorted(self.notes.items())]
        return ", ".join(counts + [f"{name} at most {value}" for name, value in self.largest.items()])


def as_text(cases: Sequence[Case], subject: Mapping[str, object]) -> str:
    """The table, and the first violations under it."""
    rows = [_HEADINGS]
    rows += [(case.name, str(case.rounds), str(len(case.violations)), case.told) for case in cases]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [", ".join(f"{name} {value}" for name, value in subject.items()), ""]
    for name, rounds, violations, told in rows:
        lines.append(f"{name:{widths[0]}}  {rounds:>{widths[1]}}  {violations:>{widths[2]}}  {told}".rstrip())
    violations_told = [text for case in cases for text in case.violations]
    lines += ["", *violations_told[:_SHOWN]] if violations_told else []
    if len(violations_told) > _SHOWN:
        lines.append(f"… and {len(violations_told) - _SHOWN} more (--json shows all)")
    return "\n".join(lines)


def as_json(cases: Sequence[Case], subject: Mapping[str, object]) -> dict[str, Any]:
    """The same as one object, with every violation."""
    return {
        "schema": "astrograph.endurance/1",
        "subject": dict(subject),
        "machine": {
            "python": platform.python_version(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "processors": os.cpu_count(),
        },
        "cases": [
            {
                "case": case.name,
                "rounds": case.rounds,
                "violations": case.violations,
                "notes": dict(sorted(case.notes.items())),
                "largest": case.largest,
                "skipped": case.skipped,
            }
            for case in cases
        ],
    }

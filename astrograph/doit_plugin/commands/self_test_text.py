"""What `doit validate --self-test` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from astrograph.formats.text import plural, safe, safe_json

if TYPE_CHECKING:
    from astrograph.engine.self_test.trial import SelfTest, Trial

_RED, _GREEN = "31", "32"


def as_text(report: SelfTest, *, colour: bool) -> str:
    """The table of plants, each with its gates and their verdicts without it and with it; then the outcome."""
    rows = [(trial.plant.name, _gates(trial), _moves(trial)) for trial in report.trials]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = []
    for trial, row in zip(report.trials, rows, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"{cells}  {_paint('ok', _GREEN, colour=colour) if trial.holds else _wrong(trial, colour=colour)}")
    return "\n".join([*lines, "", _outcome(report)])


def as_json(report: SelfTest) -> str:
    """The same as one JSON object."""
    document = {
        "schema": "astrograph.self-test/1",
        "holds": report.holds,
        "unproven": [gate.value for gate in report.unproven],
        "plants": [
            {
                "corruption": trial.plant.name,
                "gates": sorted(gate.value for gate in trial.plant.gates),
                "before": {gate.value: verdict.value for gate, verdict in trial.before.items()},
                "after": {gate.value: verdict.value for gate, verdict in trial.after.items()},
                "missed": [gate.value for gate in trial.missed],
                "disturbed": [gate.value for gate in trial.disturbed],
                "refused": trial.refused,
                "ok": trial.holds,
            }
            for trial in report.trials
        ],
    }
    return safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def _gates(trial: Trial) -> str:
    return ", ".join(sorted(gate.value for gate in trial.plant.gates))


def _moves(trial: Trial) -> str:
    moves = {f"{trial.before[gate].value} → {trial.after[gate].value}" for gate in trial.plant.gates}
    return ", ".join(sorted(moves))


def _wrong(trial: Trial, *, colour: bool) -> str:
    told = [f"{gate.value} did not turn red" for gate in trial.missed if not trial.refused]
    told += [f"{gate.value} {trial.before[gate].value} → {trial.after[gate].value}" for gate in trial.disturbed]
    told += [safe(trial.refused)] if trial.refused else []
    return _paint(f"WRONG: {'; '.join(told)}", _RED, colour=colour)


def _outcome(report: SelfTest) -> str:
    wrong = sum(not trial.holds for trial in report.trials)
    if wrong:
        return f"{wrong} of {plural(len(report.trials), 'plant')} did not turn exactly their own gates red."
    if report.unproven:
        return f"No plant proves {', '.join(report.unproven)}."
    gates = len({gate for trial in report.trials for gate in trial.plant.gates})
    return f"All {plural(len(report.trials), 'plant')} turn exactly their own gates red; {gates} gates are proved."


def _paint(text: str, style: str, *, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text

"""How long the commands of a publication take on a generated workspace, each as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.measure import median, output_of, run
from benchmarks.tools import doit

_EDITED_SHARE = 10
"""Every tenth package gets a new function between two publications, which changes its manifest."""

_APPROVE = ("approve", "--by", "benchmark", "--yes")


@dataclass(slots=True)
class Timing:
    """The wall seconds of each run of one command."""

    name: str
    seconds: list[float] = field(default_factory=list)


def measure_times(folder: str, *, packages: int, runs: int, seed: int) -> list[Timing]:
    """Publish a workspace, change a tenth of it, publish again, go back and forth; raises BenchmarkError."""
    words = ("--packages", str(packages), "--seed", str(seed))
    subprocess.run([sys.executable, "-m", "benchmarks.workspaces", folder, *words], check=True, stdout=sys.stderr)
    output_of(doit(folder, "pin", "--reason", "benchmark"))
    output_of(doit(folder))
    timings: dict[str, Timing] = {}

    def timed(name: str, *command: str) -> None:
        timings.setdefault(name, Timing(name)).seconds.append(run(doit(folder, *command)).wall)
        print(f"{name} {timings[name].seconds[-1]:.2f} s", file=sys.stderr)

    for turn in range(runs):
        _edit(folder, turn=turn)
        output_of(doit(folder))
        timed("plan", "plan")
        timed("canary", "canary")
        timed("approve", *_APPROVE)
        timed("publish", "publish", "--yes")
        timed("rollback", "rollback")
        timed("rollback, forward", "rollback", str(turn + 1))
        timed("validate after it", "validate")
        timed("validate, nothing new", "validate")
        timed("generations --verify", "generations", "--verify")
    return list(timings.values())


def _edit(folder: str, *, turn: int) -> None:
    """Add a public function to every tenth package."""
    packages = sorted(top for top, _, names in os.walk(f"{folder}/src") if "model.py" in names)
    for package in packages[turn::_EDITED_SHARE]:
        with open(f"{package}/model.py", "a", encoding="utf-8") as file:
            file.write(f"\n\ndef added_in_turn_{turn}() -> int:\n    return {turn}\n")


def times_text(timings: Sequence[Timing]) -> str:
    """The table: median, fastest, slowest."""
    width = max(len(timing.name) for timing in timings)
    lines = [f"{'command':{width}}  median     min     max"]
    lines += [
        f"{item.name:{width}}  {median(item.seconds):4.2f} s  {min(item.seconds):4.2f} s  {max(item.seconds):4.2f} s"
        for item in timings
    ]
    return "\n".join(lines)

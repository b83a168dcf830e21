"""Publishing measured and tormented: `python -m benchmarks.publication`.

- `times`: how long plan, publish and rollback take, each a process of its own.
- `kills`: `kill -9` at random moments of `doit publish` and `doit rollback`; after the next command what is published
  must be the old tree or the new one as a whole, and nothing may be left over.
- `reader`: a process that walks the tree in a loop through publications and rollbacks, and must never see a mixture.
- `cuts`: the same as kills, on a disk that loses what was not yet written (Linux, root).

Exits 1 on any violation.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.endurance_result import Case, as_json, as_text
from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.graph import working_folder
from benchmarks.policy import REPOSITORY
from benchmarks.publication_cuts import power_cuts
from benchmarks.publication_kills import kills
from benchmarks.publication_reader import reader
from benchmarks.publication_times import Timing, measure_times, times_text

_SMALL = 200
"""Packages where each round starts processes: enough for a switch to take a while, few enough for many rounds."""


def _kills(folder: str, options: argparse.Namespace) -> Case:
    return kills(f"{folder}/kills", packages=min(options.packages, _SMALL), rounds=options.rounds, seed=options.seed)


def _reader(folder: str, options: argparse.Namespace) -> Case:
    return reader(f"{folder}/reader", modules=options.packages, switches=max(2, options.rounds // 4))


def _cuts(folder: str, options: argparse.Namespace) -> Case:
    rounds = max(2, options.rounds // 4)
    return power_cuts(folder, modules=min(options.packages, _SMALL), rounds=rounds, seed=options.seed)


CASES: dict[str, Callable[[str, argparse.Namespace], Case]] = {"kills": _kills, "reader": _reader, "cuts": _cuts}
"""The cases that can be violated, in the order they run; `times` comes first."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, torment, print."""
    names = ("times", *CASES)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publication", description=__doc__)
    parser.add_argument("--packages", type=int, default=2000, metavar="N", help="packages (default 2000)")
    parser.add_argument("--rounds", type=int, default=200, metavar="N", help="kills (default 200)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each timed command (default 3)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="other moments")
    parser.add_argument("--only", default=",".join(names), metavar="NAMES", help="default: %(default)s")
    parser.add_argument("--folder", metavar="DIR", help="work in this new folder and keep it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options = parser.parse_args(arguments)
    wanted = [name for name in options.only.split(",") if name]
    for name in wanted:
        if name not in names:
            raise BenchmarkError(f"There is no case {name!r}", hint=f"one of {', '.join(names)}")
    os.environ["PYTHONPATH"] = REPOSITORY  # every process runs the code of this checkout, whatever is installed
    started = time.monotonic()
    timings: list[Timing] = []
    with working_folder(options.folder) as folder:
        if "times" in wanted:
            timings = measure_times(f"{folder}/times", packages=options.packages, runs=options.runs, seed=options.seed)
        cases = [case(folder, options) for name, case in CASES.items() if name in wanted]
    minutes = round((time.monotonic() - started) / 60, 1)
    subject: dict[str, object] = {"packages": options.packages, "rounds": options.rounds, "seed": options.seed}
    subject["minutes"] = minutes
    if options.json:
        seconds = {timing.name: timing.seconds for timing in timings}
        print(json.dumps({**as_json(cases, subject), "seconds": seconds}, indent=2))
    else:
        print("\n\n".join([*([times_text(timings)] if timings else []), as_text(cases, subject)]))
    if any(case.violations for case in cases):
        sys.exit(1)


if __name__ == "__main__":
    report_errors(main)

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

from benchmarks.command_line import named, played, rounds_parser
from benchmarks.endurance_result import Case, as_json, as_text
from benchmarks.errors import report_errors
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
    parser = rounds_parser("benchmarks.publication", __doc__, packages="packages", seed="other moments", names=names)
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each timed command (default 3)")
    options = parser.parse_args(arguments)
    wanted = named(options.only, names, what="case")
    os.environ["PYTHONPATH"] = REPOSITORY  # every process runs the code of this checkout, whatever is installed
    started = time.monotonic()
    timings: list[Timing] = []
    with working_folder(options.folder) as folder:
        if "times" in wanted:
            timings = measure_times(f"{folder}/times", packages=options.packages, runs=options.runs, seed=options.seed)
        cases = [CASES[name](folder, options) for name in wanted if name in CASES]
    subject = played(options, since=started)
    if options.json:
        seconds = {timing.name: timing.seconds for timing in timings}
        print(json.dumps({**as_json(cases, subject), "seconds": seconds}, indent=2))
    else:
        print("\n\n".join([*([times_text(timings)] if timings else []), as_text(cases, subject)]))
    if any(case.violations for case in cases):
        sys.exit(1)


if __name__ == "__main__":
    report_errors(main)

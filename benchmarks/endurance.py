"""Does it endure? `python -m benchmarks.endurance`: kills, damaged state, full disks, two runs, faults, power cuts.

Every round ends with an undisturbed run, whose bytes must equal those of an independent build from nothing. Exits 1
on any violation. Linux only: it looks at `/proc`, and mounts small disks where root may.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.command_line import named, played, rounds_parser
from benchmarks.endurance_disks import full_disk, power_cut
from benchmarks.endurance_faults import faults
from benchmarks.endurance_kills import WORKERS, kills, measure_shapes
from benchmarks.endurance_pairs import pairs
from benchmarks.endurance_result import Case, as_json, as_text
from benchmarks.endurance_state import damaged_state
from benchmarks.endurance_trial import Trial
from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.graph import working_folder

_SMALL = 60
"""Packages of the smaller workspaces: enough files for worker processes, a second for a round."""

_BUILD = ("run", "-n", str(WORKERS))
_VALIDATE = ("validate", "-n", str(WORKERS))


class Endurance:
    """One endurance run: `rounds` kills over `packages` packages, and shares of `rounds` of everything else."""

    def __init__(self, folder: str, *, packages: int, rounds: int, seed: int) -> None:
        self.folder = folder
        self.packages = packages
        self.small = min(packages, _SMALL)
        self.rounds = rounds
        self.seed = seed

    def _trial(self, name: str, *, packages: int, words: Sequence[str]) -> Trial:
        return Trial.make(f"{self.folder}/{name}", packages=packages, seed=self.seed, words=words)

    def kills(self) -> list[Case]:
        """Kills, Ctrl-C and termination at random moments."""
        trial = self._trial("kills", packages=self.packages, words=_BUILD)
        seconds = measure_shapes(trial)
        shares = {signal.SIGKILL: self.rounds, signal.SIGINT: self.rounds // 8, signal.SIGTERM: self.rounds // 8}
        return [
            kills(trial, number=number, rounds=max(1, rounds), seed=self.seed, seconds=seconds)
            for number, rounds in shares.items()
        ]

    def state(self) -> list[Case]:
        """State that was damaged."""
        trial = self._trial("state", packages=self.small, words=_VALIDATE)
        return [damaged_state(trial, rounds=max(1, self.rounds * 17 // 40), seed=self.seed)]

    def disk(self) -> list[Case]:
        """A disk that runs full."""
        return [full_disk(f"{self.folder}/full", packages=self.small, seed=self.seed, words=_VALIDATE)]

    def pairs(self) -> list[Case]:
        """Two runs at once."""
        trial = self._trial("pairs", packages=self.small, words=_VALIDATE)
        return pairs(trial, rounds=max(1, self.rounds // 4), seed=self.seed)

    def faults(self) -> list[Case]:
        """Every fault point."""
        return [faults(self._trial("faults", packages=self.small, words=_VALIDATE), seed=self.seed)]

    def power(self) -> list[Case]:
        """Power cuts."""
        rounds = max(1, self.rounds // 10)
        return [power_cut(self.folder, packages=self.small, seed=self.seed, words=_VALIDATE, rounds=rounds)]


GROUPS: dict[str, Callable[[Endurance], list[Case]]] = {
    "kills": Endurance.kills,
    "state": Endurance.state,
    "disk": Endurance.disk,
    "pairs": Endurance.pairs,
    "faults": Endurance.faults,
    "power": Endurance.power,
}
"""Every group of cases, in the order they run."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, play, print; exits 1 on any violation."""
    parser = rounds_parser(
        "benchmarks.endurance",
        __doc__,
        packages="packages under kills",
        seed="other moments, another tree",
        names=GROUPS,
    )
    options = parser.parse_args(arguments)
    wanted = named(options.only, GROUPS, what="group")
    if not sys.platform.startswith("linux"):
        raise BenchmarkError("Endurance is measured on Linux", hint="the tests under tests/faults run everywhere")
    started = time.monotonic()
    with working_folder(options.folder) as folder:
        run = Endurance(folder, packages=options.packages, rounds=options.rounds, seed=options.seed)
        cases = [case for name in wanted for case in GROUPS[name](run)]
    subject = played(options, since=started)
    print(json.dumps(as_json(cases, subject), indent=2) if options.json else as_text(cases, subject))
    if any(case.violations for case in cases):
        sys.exit(1)


if __name__ == "__main__":
    report_errors(main)

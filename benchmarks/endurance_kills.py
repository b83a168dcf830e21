"""Kills and signals at random moments, over rebuilds and cold builds (SPEC section 8, guarantees 5, 13 and 15)."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Mapping
from enum import StrEnum

from astrograph.engine.workers import CHUNK_FILES, UNITS_PER_WORKER
from benchmarks.dice import Dice
from benchmarks.endurance_process import KILLED, Ended, Running, Victim
from benchmarks.endurance_result import Case
from benchmarks.endurance_trial import Marks, Recorded, Reference, Snapshot, Trial, manifest_of, module_of
from benchmarks.source_text import FILES_PER_PACKAGE

WORKERS = 2

AT_RISK = (UNITS_PER_WORKER * WORKERS + 1) * math.ceil(CHUNK_FILES / FILES_PER_PACKAGE)
"""The most manifests that may be made and not recorded: the units handed out, and the one being recorded."""

_EXITS = {signal.SIGKILL: (KILLED,), signal.SIGINT: (130, -signal.SIGINT), signal.SIGTERM: (143,)}
"""How a run may end. Started with `-m`, Python itself ends by the signal, whatever code it was given, when Ctrl-C met
it amid text that it executes (it makes named tuples so): a shell shows 130 for either."""

_COLD_SHARE = 0.05


class Shape(StrEnum):
    """What a round has to build: all under other rules, all manifests, everything, or what is then taken back."""

    RULES = "rules"
    WIPED = "wiped"
    COLD = "cold"
    TAKEN_BACK = "taken back"


def kills(trial: Trial, *, number: signal.Signals, rounds: int, seed: int, seconds: Mapping[Shape, float]) -> Case:
    """Hit a build with one signal at random moments and let the next run go on.

    `seconds` is how long each shape of a round takes.
    """
    case = Case(number.name)
    trial.reference()
    for turn in range(rounds):
        dice = Dice(seed=seed * 100 + int(number), index=turn)
        shape = _shape(dice)
        what = _Round(trial, case, dice, number).play(shape, seconds[shape])
        print(f"{case.name} {turn + 1}/{rounds} {what}", file=sys.stderr)
    return case


def measure_shapes(trial: Trial) -> dict[Shape, float]:
    """How long each shape of a round takes when nothing hits it, in seconds."""
    trial.clear()
    cold = trial.timed()
    trial.use(trial.policy.other)
    rules = trial.timed()
    trial.clear("manifests")
    return {Shape.COLD: cold, Shape.RULES: rules, Shape.TAKEN_BACK: rules, Shape.WIPED: trial.timed()}


def _shape(dice: Dice) -> Shape:
    return Shape.COLD if dice.chance(_COLD_SHARE) else dice.pick((Shape.RULES, Shape.WIPED, Shape.TAKEN_BACK))


class _Round:
    """One round: prepare, build, hit, look, go on, look again."""

    def __init__(self, trial: Trial, case: Case, dice: Dice, number: signal.Signals) -> None:
        self.trial = trial
        self.case = case
        self.dice = dice
        self.number = number

    def play(self, shape: Shape, seconds: float) -> str:
        """Play the round; returns what was done."""
        trial, start = self.trial, self.trial.reference()
        self._prepare(shape)
        goal = trial.reference()
        before = trial.marks()
        running = trial.start()
        victim = self._hit(running, seconds)
        ended = running.wait()
        what = f"{shape}, {self.number.name} to {victim}"
        found = [*self._ending(ended, victim), *running.left()]
        found += trial.torn(start, goal, killed=self.number is signal.SIGKILL)
        if shape is Shape.TAKEN_BACK:
            trial.use(trial.policy.other)
            goal = trial.reference()
        found += self._resume(goal, before)
        self.case.judge(what, found)
        return what

    def _prepare(self, shape: Shape) -> None:
        match shape:
            case Shape.RULES | Shape.TAKEN_BACK:
                self.trial.use(self.trial.policy.other)
            case Shape.WIPED:
                self.trial.clear("manifests")
            case Shape.COLD:
                self.trial.clear()

    def _hit(self, running: Running, seconds: float) -> Victim:
        victims = list(Victim)
        if self.number is not signal.SIGKILL:
            # Before the run holds the workspace it is Python starting up, which answers signals in its own way.
            running.wait_for_lock(self.trial.lock)
            victims = [Victim.GROUP, Victim.PARENT]
        running.sleep(seconds * self.dice.below(1000) / 1000)
        return running.hit(self.number, self.dice.pick(victims), choose=self.dice.pick)

    def _ending(self, ended: Ended, victim: Victim) -> list[str]:
        if ended.exit == 0:
            self.case.notes["ended first" if victim is not Victim.WORKER else "went on without a worker"] += 1
        else:
            self.case.notes["cut short"] += 1
        return ended.complaints(0, *(() if victim is Victim.WORKER else _EXITS[self.number]))

    def _resume(self, goal: Reference, start: Marks) -> list[str]:
        """Go on, and hold the run to what it may do again."""
        after, files, state = self.trial.marks(), self.trial.snapshot(), self.trial.recorded()
        kept = _kept(state, files, goal)
        written = {module_of(path) for path in after if after[path] != start.get(path) and _is_right(path, files, goal)}
        at_risk = len(written - kept - {""})
        self.case.measure("made but not recorded", at_risk)
        ended = self.trial.run()
        found = [*ended.complaints(goal.exit), *self.trial.complaints()]
        if at_risk > AT_RISK:
            found.append(f"{at_risk} manifests were made and not recorded, more than {AT_RISK}")
        now, marks = self.trial.recorded(), self.trial.marks()
        again = sorted(module for module in kept if now.rows.get(module) != state.rows.get(module))
        if again:
            found.append(f"{len(again)} recorded modules were made again, such as {again[0]}")
        twice = sorted(path for path in after if _is_right(path, files, goal) and marks.get(path) != after[path])
        if twice:
            found.append(f"{len(twice)} right files were written again, such as {twice[0]}")
        return found


def _kept(state: Recorded, files: Snapshot, goal: Reference) -> set[str]:
    """The modules whose work is done and recorded: the trace tells of the present inputs, the file is right."""
    contents = slice(2, None)  # without the two stat signatures, which differ from place to place
    return {
        module
        for module, trace in state.traces.items()
        if module in goal.traces
        and trace[contents] == goal.traces[module][contents]
        and _is_right(manifest_of(module), files, goal)
    }


def _is_right(path: str, files: Snapshot, goal: Reference) -> bool:
    return path in goal.files and files.get(path) == goal.files[path]

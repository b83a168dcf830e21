"""Every fault point, every kind of fault, at the first, second and some later time it is reached."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

from astrograph.store.faults import PUBLISHING, Point
from astrograph.store.files import TEMPORARY_PREFIX
from benchmarks.dice import Dice
from benchmarks.endurance_process import KILLED
from benchmarks.endurance_result import Case
from benchmarks.endurance_trial import Trial
from benchmarks.policy import RULES

_REMOVING = (Point.SWEEP, Point.REMOVE, Point.REMOVED)
_LATER = 40
_ERROR = 2


class Fault(NamedTuple):
    """One armed fault."""

    point: Point
    kind: str
    nth: int

    def __str__(self) -> str:
        return f"{self.point}:{self.kind}:{self.nth}"


def every_fault(*, seed: int) -> Iterator[Fault]:
    """Every point with every kind that applies to it, the first, the second and a random later time."""
    for index, point in enumerate(point for point in Point if point not in PUBLISHING):
        later = 3 + Dice(seed=seed, index=index).below(_LATER)
        kinds = ("kill", "enospc", "eio", *(("short",) if point is Point.WRITE else ()))
        for kind in kinds:
            for nth in (1, 2, later):
                yield Fault(point, kind, nth)


def faults(trial: Trial, *, seed: int) -> Case:
    """Meet each fault, then run undisturbed. Every second one meets a build from nothing, the others a change."""
    case = Case("faults")
    trial.run()
    for turn, fault in enumerate(every_fault(seed=seed)):
        play = _pinning if fault.point is Point.SYNC else _building
        case.judge(str(fault), play(trial, case, fault, cold=turn % 2 == 1))
        if turn % 10 == 0:
            print(f"{case.name} {turn + 1} {fault}", file=sys.stderr)
    return case


def _building(trial: Trial, case: Case, fault: Fault, *, cold: bool) -> list[str]:
    if fault.point in _REMOVING:
        _make_whole(trial)
    before = trial.reference()
    if cold and fault.point not in _REMOVING:
        trial.clear()
    trial.use(trial.policy.other)
    (trial.take_away if trial.is_whole else trial.put_back)()
    goal = trial.reference()
    run = trial.start(environment={"ASTROGRAPH_FAULT": str(fault)})
    ended = run.wait()
    found = ended.complaints(*_endings(fault, good=goal.exit))
    if ended.exit == _ERROR and not ("error: " in ended.err and "fix: " in ended.err):
        found.append(f"no message with a way out: {ended.tail}")
    _note(case, fault, ended.exit)
    found += run.left()
    found += trial.torn(before, goal, killed=fault.kind == "kill")
    return found + trial.run().complaints(goal.exit) + trial.complaints()


def _make_whole(trial: Trial) -> None:
    """What is removed under a fault must have been built."""
    if not trial.is_whole:
        trial.put_back()
        trial.run()


def _pinning(trial: Trial, case: Case, fault: Fault, *, cold: bool) -> list[str]:
    """Pins are synced one by one, as a person's word depends on them; nothing else is."""
    del cold
    path = f"{trial.root}/{RULES}"
    with open(path, "ab") as file:
        file.write(b"\n")
    ended = trial.run("pin", "--reason", "endurance", environment={"ASTROGRAPH_FAULT": str(fault)})
    found = ended.complaints(*_endings(fault, good=0))
    _note(case, fault, ended.exit)
    found += trial.run("pin", "--reason", "endurance").complaints(0)
    found += [f"leftover {name}" for name in os.listdir(os.path.dirname(path)) if name.startswith(TEMPORARY_PREFIX)]
    trial.use(trial.policy)
    return found + trial.run().complaints(trial.reference().exit) + trial.complaints()


def _endings(fault: Fault, *, good: int) -> tuple[int, ...]:
    """How a run that meets a fault may end. The first time a point is reached there is always one.

    A killed worker is no end: its work is done again. A short write is none either: the rest is written.
    """
    if fault.kind == "kill":
        return (KILLED, good)
    if fault.kind == "short":
        return (good,)
    return (_ERROR,) if fault.nth == 1 else (_ERROR, good)


def _note(case: Case, fault: Fault, code: int) -> None:
    match code:
        case 2:
            case.notes["refused with a message"] += 1
        case code if code == KILLED:
            case.notes["killed"] += 1
        case _:
            case.notes["overcome or not reached"] += 1
            if fault.nth == 1 and fault.kind == "kill":
                case.notes["workers killed"] += 1

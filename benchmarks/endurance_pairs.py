"""Two runs at once: one result, the loser told who holds the workspace (SPEC section 8, guarantee 7)."""

from __future__ import annotations

import signal
import sys

from benchmarks.dice import Dice
from benchmarks.endurance_process import KILLED, Victim
from benchmarks.endurance_result import Case
from benchmarks.endurance_trial import Trial

_REFUSED = 3


def pairs(trial: Trial, *, rounds: int, seed: int) -> list[Case]:
    """Two runs started together; the same with `--wait`; and one started the moment the holder was killed."""
    trial.run()
    cases = (Case("pairs"), Case("pairs --wait"), Case("dead holder"))
    for case, turns, play in zip(cases, (rounds, rounds // 2, rounds // 2), (_together, _waiting, _after), strict=True):
        for turn in range(max(1, turns)):
            trial.use(trial.policy.other)
            found = play(trial, case, Dice(seed=seed, index=turn))
            case.judge(case.name, found + trial.complaints())
        print(f"{case.name} {case.rounds} rounds", file=sys.stderr)
    return list(cases)


def _together(trial: Trial, case: Case, _: Dice) -> list[str]:
    good = trial.reference().exit
    runs = [trial.start(), trial.start()]
    ended = [run.wait() for run in runs]
    found = [line for item in ended for line in item.complaints(good, _REFUSED)]
    losers = [item for item in ended if item.exit == _REFUSED]
    case.notes["refused" if losers else "one after the other"] += 1
    if len(losers) == len(runs):
        found.append("both were refused")
    for run, item in zip(reversed(runs), ended, strict=True):
        if item.exit == _REFUSED and not (f"pid {run.pid} on " in item.err and "--wait" in item.err):
            found.append(f"the holder is not named: {item.tail}")
    return found


def _waiting(trial: Trial, case: Case, _: Dice) -> list[str]:
    good = trial.reference().exit
    ended = [run.wait() for run in [trial.start(*trial.words, "--wait"), trial.start(*trial.words, "--wait")]]
    case.notes["waited"] += any("waiting for" in item.err for item in ended)
    return [line for item in ended for line in item.complaints(good)]


def _after(trial: Trial, case: Case, dice: Dice) -> list[str]:
    good = trial.reference().exit
    holder = trial.start()
    holder.wait_for_lock(trial.lock)
    holder.sleep(0.2 * dice.below(100) / 100)
    holder.hit(signal.SIGKILL, Victim.PARENT, choose=dice.pick)
    killed = holder.wait()
    case.notes["holder killed"] += killed.exit == KILLED
    return [*killed.complaints(KILLED, good), *trial.run().complaints(good), *holder.left()]

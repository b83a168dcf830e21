"""`kill -9` at random moments of `doit publish` and `doit rollback`, most of them while they write."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

from benchmarks.dice import Dice
from benchmarks.endurance_process import KILLED, Running, Victim
from benchmarks.endurance_result import Case
from benchmarks.measure import output_of
from benchmarks.publication_trees import complaints, generations_at, held, published
from benchmarks.tools import doit

_PUBLISH = ("publish", "--yes")
_ROLLBACK = ("rollback",)
_NEXT = (("run",), ("validate",), ("plan",))
"""The commands that may come next; each mends what it finds."""

_ANSWERS = (0, 4)
"""Done, or done with a plan that waits for a person."""

_TICK_SECONDS = 0.0005
_EARLY_SHARE = 0.2


def kills(folder: str, *, packages: int, rounds: int, seed: int) -> Case:
    """Kill publications and rollbacks in turns, and look what the next command makes of it."""
    case = Case("kills")
    _prepare(folder, packages=packages, seed=seed)
    lengths = {words: _length(folder, words) for words in (_PUBLISH, _ROLLBACK)}
    for turn in range(rounds):
        words = (_PUBLISH, _ROLLBACK)[turn % 2]
        case.judge(" ".join(words), _round(folder, case, words, lengths[words], Dice(seed=seed, index=turn)))
        print(f"{case.name} {turn + 1}/{rounds}", file=sys.stderr)
    return case


def _prepare(folder: str, *, packages: int, seed: int) -> None:
    """A workspace with generations 1 and 2, and an approved plan for 3; its build folder is kept as a template."""
    words = ("--packages", str(packages), "--seed", str(seed))
    subprocess.run([sys.executable, "-m", "benchmarks.workspaces", folder, *words], check=True, stdout=sys.stderr)
    output_of(doit(folder, "pin", "--reason", "benchmark"))
    for turn in range(3):
        for top, _, names in os.walk(f"{folder}/src"):
            if "model.py" in names:
                with open(f"{top}/model.py", "a", encoding="utf-8") as file:
                    file.write(f"\n\ndef added_in_turn_{turn}() -> int:\n    return {turn}\n")
        for command in (("plan",), ("canary",), ("approve", "--by", "benchmark", "--yes")):
            output_of(doit(folder, *command))
        if turn < 2:
            output_of(doit(folder, *_PUBLISH))
    shutil.copytree(f"{folder}/build", f"{folder}/template")


def _again(folder: str) -> None:
    shutil.rmtree(f"{folder}/build")
    shutil.copytree(f"{folder}/template", f"{folder}/build")


def _length(folder: str, words: tuple[str, ...]) -> tuple[float, float]:
    """How many seconds a command takes before it writes, and from then on, when nothing hits it."""
    _again(folder)
    started = time.monotonic()
    running = Running(folder, words, environment={})
    _wait_for_writing(folder, running)
    writing = time.monotonic()
    running.wait()
    return writing - started, time.monotonic() - writing


def _wait_for_writing(folder: str, running: Running) -> None:
    """Wait until a new generation or a new tree appears, or the command is over."""
    generations = f"{folder}/build/generations"
    while not running.is_over:
        if any(name.startswith((".sealed", ".staging")) for name in os.listdir(generations)):
            return
        time.sleep(_TICK_SECONDS)


def _round(folder: str, case: Case, words: tuple[str, ...], length: tuple[float, float], dice: Dice) -> list[str]:
    _again(folder)
    generations = generations_at(folder)
    after = 3 if words == _PUBLISH else 1
    old = held(generations, 2)
    share = dice.below(1000) / 1000
    running = Running(folder, words, environment={})
    if dice.chance(_EARLY_SHARE):
        running.sleep(share * length[0])
    else:
        _wait_for_writing(folder, running)
        running.sleep(share * length[1])
    running.hit(signal.SIGKILL, Victim.PARENT, choose=dice.pick)
    ended = running.wait()
    refused = ended.complaints(0, KILLED)
    case.notes["died" if ended.exit == KILLED else "were faster"] += 1
    seen = published(generations)
    output_of(doit(folder, *dice.pick(_NEXT), accepted=_ANSWERS))
    found = complaints(generations_at(folder), before=2, after=after)
    new = held(generations_at(folder), after) if after in generations_at(folder).numbers() else None
    if seen not in (old, new):
        found.append("a mixture was seen before the next command")
    current = generations_at(folder).pointer()
    case.notes["old" if current is not None and current.current == 2 else "new"] += 1
    return found + refused

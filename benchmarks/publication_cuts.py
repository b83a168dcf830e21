"""Power cuts amid publications and rollbacks: a disk image that stops at once, with nothing flushed."""

from __future__ import annotations

import os
import signal
import sys
import time

from benchmarks.dice import Dice
from benchmarks.endurance_disks import NotHere, image_mounted, shut_down, system
from benchmarks.endurance_result import Case
from benchmarks.publication_trees import complaints, generations_at, made_tree, publish

_LONGEST_SECONDS = 0.5


def power_cuts(folder: str, *, modules: int, rounds: int, seed: int) -> Case:
    """Cut the power while one tree after the other is published and taken back."""
    case = Case("cuts")
    try:
        with image_mounted(f"{folder}/cuts") as (place, mount):
            root = f"{place}/workspace"
            publish(generations_at(root), made_tree(modules, text="first"))
            for turn in range(rounds):
                case.judge("cut", _cut(root, case, Dice(seed=seed, index=turn), place, mount, modules=modules))
                print(f"{case.name} {turn + 1}/{rounds}", file=sys.stderr)
    except NotHere as reason:
        case.skipped = str(reason)
    return case


def _cut(root: str, case: Case, dice: Dice, place: str, mount: list[str], *, modules: int) -> list[str]:
    generations = generations_at(root)
    current = generations.current()
    assert current is not None
    back = current.parent if dice.chance(0.5) and current.parent else None
    after = max(generations.numbers()) + 1 if back is None else back
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if back is None:
                publish(generations, made_tree(modules, text=str(dice.below(1000))))
            else:
                generations.switch(back)
            code = 0
        finally:
            os._exit(code)
    time.sleep(dice.below(1000) / 1000 * _LONGEST_SECONDS)
    shut_down(place)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    system(["umount", place])
    system(mount)
    recovered = generations_at(root)
    recovered.recover()
    found = complaints(recovered, before=current.number, after=after)
    now = recovered.pointer()
    case.notes["old" if now is not None and now.current == current.number else "new"] += 1
    recovered.prune(keep=3)
    return found

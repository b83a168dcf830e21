"""State that was damaged: one line and a rebuild, never a wrong byte (SPEC section 8, guarantee 10)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from benchmarks.dice import Dice
from benchmarks.endurance_result import Case
from benchmarks.endurance_trial import Trial

_FLIPS = 40
_TOLD = "has been discarded"
_REFUSED = "cannot use the state database"


@dataclass(frozen=True, slots=True)
class Damage:
    """One way to damage the state.

    `told`: a message must say that the state was dropped. `refused`: the run may end with exit 2 and a message, as
    only a person can mend it; `mend` is what that person does. `after_kill`: a killed run comes first, so that
    there is a write-ahead log.
    """

    name: str
    apply: Callable[[str, Dice], None]
    told: bool = False
    refused: bool = False
    after_kill: bool = False
    mend: Callable[[str], None] = lambda _: None


def damaged_state(trial: Trial, *, rounds: int, seed: int) -> Case:
    """Damage the state in every way in turn, in half of the rounds together with a change of the inputs."""
    case = Case("state")
    trial.run()
    for turn in range(rounds):
        damage = DAMAGES[turn % len(DAMAGES)]
        found = _round(trial, case, damage, Dice(seed=seed, index=turn))
        case.judge(damage.name, found)
        print(f"{case.name} {turn + 1}/{rounds} {damage.name}", file=sys.stderr)
    return case


def _round(trial: Trial, case: Case, damage: Damage, dice: Dice) -> list[str]:
    if damage.after_kill:
        trial.use(trial.policy.other)
        trial.run(environment={"ASTROGRAPH_FAULT": f"state-committed:kill:{2 + dice.below(40)}"})
    if not os.path.exists(trial.state):
        trial.run()
    if damage.after_kill and not os.path.exists(f"{trial.state}-wal"):
        return ["a killed run left no write-ahead log to damage"]
    damage.apply(trial.state, dice)
    if dice.chance(0.5):
        (trial.take_away if trial.is_whole else trial.put_back)()
    goal = trial.reference()
    ended = trial.start(prefix=without_privileges()).wait()
    found = ended.complaints(goal.exit, *((2,) if damage.refused else ()))
    lines = [line for line in ended.err.splitlines() if _TOLD in line or _REFUSED in line]
    if len(lines) > 1 or (damage.told and not lines):
        found.append(f"told {len(lines)} times, not once: {ended.tail}")
    if ended.exit == 2 and damage.refused:
        case.notes["refused with a message"] += 1
        damage.mend(trial.state)
        found += trial.run().complaints(goal.exit)
    else:
        case.notes["dropped with a message" if lines else "read around the damage"] += 1
    return found + trial.complaints()


def without_privileges() -> Sequence[str]:
    """How to run a command so that permissions count for root too; nothing where that is not possible."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return ()
    taken = "-dac_override,-dac_read_search"
    return ("setpriv", "--bounding-set", taken, "--inh-caps", taken)


def _truncate(path: str, dice: Dice) -> None:
    os.truncate(path, dice.below(os.path.getsize(path)))


def _tear_first_page(path: str, dice: Dice) -> None:
    os.truncate(path, 1 + dice.below(4000))


def _flip(path: str, dice: Dice) -> None:
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        for _ in range(_FLIPS):
            data[dice.below(len(data))] ^= 1 << dice.below(8)
        file.seek(0)
        file.write(data)


def _flip_one(path: str, dice: Dice) -> None:
    """A bit of a page header or a cell pointer, where a flip can hide rows instead of spoiling them."""
    page = dice.below(max(1, os.path.getsize(path) // 4096))
    with open(path, "r+b") as file:
        file.seek(page * 4096 + (100 if page == 0 else 0) + dice.below(40))
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ (1 << dice.below(8))]))


def _zero_page(path: str, dice: Dice) -> None:
    with open(path, "r+b") as file:
        file.seek(4096 * dice.below(max(1, os.path.getsize(path) // 4096)))
        file.write(bytes(4096))


def _foreign(path: str, _: Dice) -> None:
    _replace(path, b"")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE song (name)")


def _text(path: str, _: Dice) -> None:
    _replace(path, b"a shopping list: milk, bread, eggs\n" * 200)


def _newer(path: str, _: Dice) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'astrograph state 999' WHERE key = ?", (b"format",))


def _replace(path: str, data: bytes) -> None:
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    with open(path, "wb") as file:
        file.write(data)


def _unreadable(path: str, _: Dice) -> None:
    os.chmod(path, 0)


def _readable(path: str) -> None:
    os.chmod(path, 0o644)


def _folder_instead(path: str, _: Dice) -> None:
    os.unlink(path)
    os.mkdir(path)


def _no_folder(path: str) -> None:
    os.rmdir(path)


def _in_log(damage: Callable[[str, Dice], None]) -> Callable[[str, Dice], None]:
    return lambda path, dice: damage(f"{path}-wal", dice)


DAMAGES = (
    Damage("truncated", _truncate),
    Damage("torn first page", _tear_first_page, told=True),
    Damage("bits flipped", _flip),
    Damage("one bit of a page header", _flip_one),
    Damage("a page of zeros", _zero_page),
    Damage("of another program", _foreign, told=True),
    Damage("text", _text, told=True),
    Damage("newer", _newer, told=True),
    Damage("empty", lambda path, _: _replace(path, b"")),
    Damage("gone", lambda path, _: os.unlink(path)),
    Damage("unreadable", _unreadable, refused=True, mend=_readable),
    Damage("a folder in its place", _folder_instead, refused=True, mend=_no_folder),
    Damage("log truncated", _in_log(_truncate), after_kill=True),
    Damage("log with bits flipped", _in_log(_flip), after_kill=True),
    Damage("log gone", lambda path, _: os.unlink(f"{path}-wal"), after_kill=True),
    Damage("bits flipped under a log", _flip, after_kill=True),
    Damage("truncated under a log", _truncate, after_kill=True),
)
"""Every damage, in the order of the rounds."""

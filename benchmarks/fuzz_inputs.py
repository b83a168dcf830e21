"""Hostile inputs: one file of a workspace changed in a way that people, merges, disks and attackers change files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.dice import Dice

_WORDS: tuple[bytes, ...] = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\x1b[31m",
    b"\xf0\x9f\x98\x80",
    b"\xed\xa0\x80",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"NaN",
    b"123456789012345678901234567890",
    b'""',
    b"[]",
    b"{}",
    b"[[]]",
    b'{"": {"": []}}',
    b"[" * 600,
    b'{"a":' * 600,
    b"- " * 600,
    b"(" * 5000,
    b"../../outside",
    b"/dev/zero",
    b"//",
    b"~",
    b"&a *a",
    b"<<<<<<< ours\n",
    b"!!python/object/apply:os.system [touch]",
    b"__import__('os')",
    b"(a+)+$",
    b"(?<!a)(b|b)*$",
    b"a" * 5000,
    b"A.b" * 300,
    b"import a" + b".a" * 2000 + b"\n",
    b"\\\n" * 3000,
    b"'''",
    b"x = [\n",
    b"::error::x",
    b"$ref",
    b'{"$ref": "#"}',
    b'{"$ref": "http://localhost/x"}',
    b"SELECT",
    b"ssh-ed25519",
    b"2026-02-31T25:61:61+00:00",
)
"""What is put into files: bytes that mean something to one of the readers."""

_LARGE = 9 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to change a file: a name for the report, and the change to the file at a path."""

    name: str
    apply: Callable[[str, Dice], None]


def mutate(path: str, dice: Dice) -> str:
    """Change the file at `path` in one way, or in several; returns the names of what was done."""
    chosen = [dice.pick(_WHOLE)] if dice.chance(0.12) else [dice.pick(_BYTES) for _ in range(1 + dice.low(4))]
    for mutation in chosen:
        mutation.apply(path, dice)
    return "+".join(mutation.name for mutation in chosen)


def _edited(change: Callable[[bytes, Dice], bytes]) -> Callable[[str, Dice], None]:
    def apply(path: str, dice: Dice) -> None:
        with open(path, "rb") as file:
            data = file.read()
        changed = change(data, dice)
        with open(path, "wb") as file:
            file.write(changed)

    return apply


def _flip(data: bytes, dice: Dice) -> bytes:
    changed = bytearray(data)
    for _ in range(1 + dice.below(8)):
        if changed:
            changed[dice.below(len(changed))] ^= 1 << dice.below(8)
    return bytes(changed)


def _cut(data: bytes, dice: Dice) -> bytes:
    start = dice.below(len(data) + 1)
    return data[:start] + data[start + dice.below(200) :]


def _truncate(data: bytes, dice: Dice) -> bytes:
    return data[: dice.below(len(data) + 1)]


def _insert(data: bytes, dice: Dice) -> bytes:
    start = dice.below(len(data) + 1)
    return data[:start] + dice.pick(_WORDS) + data[start:]


def _repeat(data: bytes, dice: Dice) -> bytes:
    start = dice.below(len(data) + 1)
    piece = data[start : start + 1 + dice.below(300)]
    return data[:start] + piece * (2 + dice.below(60)) + data[start:]


def _swap_lines(data: bytes, dice: Dice) -> bytes:
    lines = data.split(b"\n")
    one, other = dice.below(len(lines)), dice.below(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _replace_value(data: bytes, dice: Dice) -> bytes:
    """Put another value where one is: behind a colon or an equals sign."""
    places = [index for index, byte in enumerate(data) if byte in b":="]
    if not places:
        return _insert(data, dice)
    start = dice.pick(places) + 1
    ends = [end for end in (data.find(mark, start) for mark in (b",", b"\n", b"}")) if end >= 0]
    return data[:start] + b" " + dice.pick(_WORDS) + data[min(ends, default=len(data)) :]


def _rename_key(data: bytes, dice: Dice) -> bytes:
    places = [index for index, byte in enumerate(data) if byte in b'":']
    if not places:
        return _flip(data, dice)
    start = dice.pick(places)
    return data[:start] + b"x" + data[start + 1 :]


def _grow(data: bytes, dice: Dice) -> bytes:
    piece = data or b"x"
    return piece * min(1 + _LARGE // len(piece), 10 ** (2 + dice.below(4)))


def _as_folder(path: str, dice: Dice) -> None:  # noqa: ARG001 - every change has this shape
    os.unlink(path)
    os.mkdir(path)


def _as_link(path: str, dice: Dice) -> None:
    os.unlink(path)
    name = os.path.basename(path)
    os.symlink(dice.pick(("/dev/zero", "/dev/stdin", "nowhere", name, "/etc/passwd", "../..", "/proc/self/mem")), path)


def _as_pipe(path: str, dice: Dice) -> None:  # noqa: ARG001
    os.unlink(path)
    os.mkfifo(path)


def _sparse(path: str, dice: Dice) -> None:  # noqa: ARG001
    os.truncate(path, 3 << 30)


def _old(path: str, dice: Dice) -> None:
    seconds = dice.pick((-(2**31), -1, 0, 2**33, 2**33 + 12345))
    os.utime(path, (seconds, seconds))


def _gone(path: str, dice: Dice) -> None:  # noqa: ARG001
    os.unlink(path)


def _moved(path: str, dice: Dice) -> None:
    deep = os.path.join(path + ".d", *["d" * 40] * (1 + dice.below(12)))
    os.makedirs(deep)
    shutil.move(path, deep)


_BYTES = tuple(
    Mutation(change.__name__.strip("_"), _edited(change))
    for change in (_flip, _cut, _truncate, _insert, _repeat, _swap_lines, _replace_value, _replace_value, _rename_key)
)
_WHOLE = (
    *(
        Mutation(change.__name__.strip("_"), change)
        for change in (_as_folder, _as_link, _as_link, _as_pipe, _sparse, _old, _gone, _moved)
    ),
    Mutation("grow", _edited(_grow)),
)

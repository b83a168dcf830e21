"""JSON at the door: what others wrote, decoded only when it means one thing (RFC 8259, I-JSON)."""

from __future__ import annotations

import json
import re
from typing import Never, cast

from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import LARGEST_INTEGER
from astrograph.formats.json_scanner import MAX_DEPTH, Scanner

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are refused unread."""

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_CONTAINERS = frozenset({dict, list, tuple})
_SAFE_DIGITS = 15


def decode(data: bytes) -> object:
    """Decode a JSON file; raises DecodeError with line and column (from 1) for all that is not plain JSON.

    Refused besides syntax errors: duplicate keys, NaN and infinities (also by overflow, `1e999`), integers
    beyond ±2^53, a byte order mark, lone surrogates, invalid UTF-8, nesting deeper than 100, more than 64
    MiB.
    """
    text = _text(data)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except (ValueError, RecursionError):
        Scanner(text).scan()
        raise DecodeError("not valid JSON", line=1, column=1) from None
    if too_deep(value) or _SURROGATE_ESCAPE.search(text):
        Scanner(text).scan()
    return value


def decode_fast(data: bytes) -> object:
    """Decode bytes we wrote ourselves: no check but syntax. Raises DecodeError with line and column."""
    import orjson

    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise DecodeError("not valid JSON", line=error.lineno, column=error.colno) from None


def positions(data: bytes) -> dict[str, tuple[int, int]]:
    """Find where each value stands: JSON pointer to line and column (from 1), of its key where it has one.

    Takes time linear in the size. Pointers beyond 2,048 characters are left out. Raises DecodeError like
    `decode`.
    """
    scanner = Scanner(_text(data), record=True)
    scanner.scan()
    return scanner.positions


def too_deep(value: object) -> bool:
    """Whether arrays and objects stand inside one another more than 100 deep."""
    level = [value] if type(value) in _CONTAINERS else []
    no_container_in = _CONTAINERS.isdisjoint
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for holder in level:
            children = holder.values() if type(holder) is dict else cast("list[object]", holder)
            if not no_container_in(map(type, children)):
                below += [child for child in children if type(child) in _CONTAINERS]
        if not below:
            return False
        level = below
    return True


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise DecodeError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB", line=1, column=1)
    if data.startswith(b"\xef\xbb\xbf"):
        raise DecodeError(
            "the file starts with a byte order mark", line=1, column=1, hint="save it as UTF-8 without one"
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
        raise DecodeError(
            f"the file is not valid UTF-8: byte 0x{data[error.start]:02x}",
            line=before.count(b"\n") + 1,
            column=column,
            hint="save it as UTF-8",
        ) from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError
    return made


def _integer(digits: str) -> int:
    if len(digits) > _SAFE_DIGITS and (len(digits) > _SAFE_DIGITS + 2 or abs(int(digits)) > LARGEST_INTEGER):
        raise ValueError
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError
    return value


def _constant(name: str) -> Never:
    raise ValueError(name)

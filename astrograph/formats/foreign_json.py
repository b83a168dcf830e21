"""JSON that somebody else wrote: read for what it says, with the exact text of what JSON values cannot keep.

`strict_json` refuses what does not mean one thing. Old manifests have it all the same (a key written twice, `NaN`, a
number beyond every range), and adoption must lose none of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import LARGEST_INTEGER
from astrograph.formats.json_scanner import MAX_DEPTH, Scanner
from astrograph.formats.strict_json import too_deep
from astrograph.formats.yaml_writer import is_writable
from astrograph.model import limits

MAX_BYTES = limits.ADOPTED
"""Larger documents are refused unread."""

_MARK = b"\xef\xbb\xbf"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SAFE_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A number that JSON values of ours cannot hold, as it was written: `1e999`, `NaN`, `12345678901234567890`."""

    text: str


class Written(float):
    """A number that can be held, but is written otherwise by us: `1.10`, `1e3`, `-0`."""

    text: str

    @classmethod
    def of(cls, text: str) -> Written:
        """The number that a JSON text says."""
        made = cls(text)
        made.text = text
        return made


class Repeated(dict[str, object]):
    """An object with a key written more than once: the last value of each, and in `earlier` those before it."""

    earlier: list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """One decoded document; `remarks` says what was odd about it, in the order it was met.

    Numbers may be `Verbatim` or `Written`, objects `Repeated`; texts may hold lone surrogates where `has_surrogates`.
    """

    value: object
    remarks: tuple[str, ...] = ()
    has_surrogates: bool = False


@dataclass(slots=True)
class _Oddities:
    """What one decoding met."""

    repeated: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)


def decode(data: bytes) -> ForeignDocument:
    """Decode an old document.

    Raises DecodeError, with line and column where there is one, for what cannot be read at all: not UTF-8, not JSON,
    nested deeper than 100, larger than 8 MiB.
    """
    if len(data) > MAX_BYTES:
        raise DecodeError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB", line=1, column=1)
    marked = data.startswith(_MARK)
    try:
        text = data[len(_MARK) * marked :].decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise DecodeError(
            f"the file is not valid UTF-8: byte 0x{data[error.start + len(_MARK) * marked]:02x}",
            line=before.count(b"\n") + 1,
            column=len(before) - before.rfind(b"\n"),
        ) from None
    odd = _Oddities()
    value = _parse(text, odd)
    if too_deep(value):
        raise DecodeError(f"nested deeper than {MAX_DEPTH}", line=1, column=1)
    remarks = ["it starts with a byte order mark"] if marked else []
    remarks += [f"the key {key!r} is written twice" for key in odd.repeated]
    remarks += [f"{text} is no JSON value" for text in dict.fromkeys(odd.constants)]
    return ForeignDocument(value, tuple(remarks), has_surrogates=_SURROGATE.search(text) is not None)


def _parse(text: str, odd: _Oddities) -> object:
    def pairs(members: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(members)
        if len(made) == len(members):
            return made
        kept = Repeated(made)
        seen: set[str] = set()
        kept.earlier = []
        for key, value in reversed(members):
            if key in seen:
                kept.earlier.insert(0, (key, value))
                odd.repeated.append(key)
            seen.add(key)
        return kept

    def constant(name: str) -> Verbatim:
        odd.constants.append(name)
        return Verbatim(name)

    try:
        return json.loads(
            text, object_pairs_hook=pairs, parse_int=_integer, parse_float=_decimal, parse_constant=constant
        )
    except (ValueError, RecursionError):
        Scanner(text).scan()
        raise DecodeError("not valid JSON", line=1, column=1) from None


def _integer(digits: str) -> object:
    if len(digits) > _SAFE_DIGITS and (len(digits) > _SAFE_DIGITS + 2 or abs(int(digits)) > LARGEST_INTEGER):
        return Verbatim(digits)
    return Verbatim(digits) if digits == "-0" else int(digits)


def _decimal(digits: str) -> object:
    value = float(digits)
    if not is_writable(value):
        return Verbatim(digits)
    return value if repr(value) == digits else Written.of(digits)


def text_of(value: object) -> str:
    """Write a decoded value as compact JSON, every number as it was written, a key written twice twice.

    The text is ASCII, so that it can hold what UTF-8 cannot.
    """
    match value:
        case Verbatim() | Written():
            return value.text
        case dict():
            earlier = value.earlier if isinstance(value, Repeated) else []
            members = [*earlier, *value.items()]
            return "{" + ",".join(f"{json.dumps(key)}:{text_of(inner)}" for key, inner in members) + "}"
        case list():
            return "[" + ",".join(map(text_of, value)) + "]"
        case _:
            return json.dumps(value)

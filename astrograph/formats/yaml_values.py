"""What a YAML document means here: its value, where things stand, and which plain scalars may stand bare.

Plain scalars resolve by the JSON schema of YAML 1.2 (section 10.2): `true`, `false`, `null`, and numbers as
JSON writes them; an empty value is null, as every YAML reader agrees. What some YAML reader would turn into
something other than its text (`no`, `1e3`, `010`, `12:30`, a date) is ambiguous: its text is kept and a
problem is told, so that no value ever changes silently (SPEC section 4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from astrograph.formats.canonical_json import LARGEST_INTEGER
from astrograph.formats.text import quoted, shown


class YamlProblem(NamedTuple):
    """One thing wrong with a YAML file; `line` and `column` count from 1."""

    code: str
    message: str
    line: int
    column: int
    fix: str


@dataclass(frozen=True)
class YamlDocument:
    """A decoded YAML file.

    `value` is None when nothing could be decoded (then `problems` says why), and for an empty file.
    `positions` maps a JSON pointer to line and column, of its key where it has one. `doubtful` are the
    pointers whose value is not certain because a problem touches it: ambiguous, written twice, an alias, a
    tag.
    """

    value: object
    positions: dict[str, tuple[int, int]]
    problems: tuple[YamlProblem, ...] = ()
    doubtful: frozenset[str] = frozenset()

    def doubtful_members(self) -> frozenset[str]:
        """Give the pointers of the top-level members with a doubt in them, `""` when the whole file is."""
        return frozenset("/".join(place.split("/", 2)[:2]) for place in self.doubtful)


class Ambiguity(NamedTuple):
    """A plain scalar that may not stand bare, why, and the way out."""

    message: str
    fix: str


_VALUES: dict[str, object] = {"": None, "null": None, "true": True, "false": False}
_WORDS = {
    "true": frozenset({"y", "Y", "yes", "Yes", "YES", "True", "TRUE", "on", "On", "ON"}),
    "false": frozenset({"n", "N", "no", "No", "NO", "False", "FALSE", "off", "Off", "OFF"}),
    "null": frozenset({"~", "Null", "NULL"}),
}

_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"0|-?[1-9][0-9]*+")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*+)\.[0-9]++")
_SHORTEST = re.compile(r".*\.(?:0|[0-9]*[1-9])")
_NUMBER_TO_SOME = re.compile(
    r"[-+]?(?:"
    r"0b[01_]++|0o[0-7_]++|0x[0-9a-fA-F_]++"  # binary, octal, hexadecimal
    r"|[0-9][0-9_]*+(?::[0-5]?[0-9])++(?:\.[0-9_]*+)?"  # base 60: 12:30
    r"|(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?|\.[0-9][0-9_]*+)(?:[eE][-+]?[0-9]++)?"
    r")"
)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]|[ \t]++)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*+)?"
    r"[ \t]*+(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?)?)?"
)
_EXACT_DIGITS = 15


def resolve(text: str) -> object | Ambiguity:
    """Give the JSON value of a plain scalar, or the reason why it may not stand bare."""
    if text in _VALUES:
        return _VALUES[text]
    if text[0] in _NUMBER_STARTS:
        return _numeric(text)
    for meaning, words in _WORDS.items():
        if text in words:
            return _reads_as(meaning, text)
    if text == "=":
        return Ambiguity("`=` has a meaning of its own in YAML", _quote_it(text))
    return text


def _numeric(text: str) -> object | Ambiguity:
    if _INTEGER.fullmatch(text):
        if len(text) > _EXACT_DIGITS + 2 or abs(int(text)) > LARGEST_INTEGER:
            return Ambiguity(f"{quoted(text)} is an integer beyond ±2^53", _quote_it(text))
        return int(text)
    if _DECIMAL.fullmatch(text):
        value = float(text)
        if _SHORTEST.fullmatch(text) and len(text) <= _EXACT_DIGITS + 1:
            return value
        return Ambiguity(f"{quoted(text)} as a number becomes {value}", _quote_it(text))
    return _read_by_others(text) or text


def _read_by_others(text: str) -> Ambiguity | None:
    if _DATE.fullmatch(text):
        return Ambiguity(f"{quoted(text)} is a date to some YAML readers", _quote_it(text))
    if _NOT_FINITE.fullmatch(text):
        return Ambiguity(f"{quoted(text)} is no number that JSON has", _quote_it(text))
    if _NUMBER_TO_SOME.fullmatch(text):
        message = f"{quoted(text)} is a number to some YAML readers, and not written as JSON writes it"
        return Ambiguity(message, _quote_it(text, "the plain decimal number"))
    return None


def _reads_as(meaning: str, text: str) -> Ambiguity:
    return Ambiguity(f"{quoted(text)} means {meaning} to some YAML readers", _quote_it(text, meaning))


def _quote_it(text: str, otherwise: str = "") -> str:
    fix = f"quote it to keep the text: {shown(text)}"
    return f"{fix}, or write {otherwise}" if otherwise else fix

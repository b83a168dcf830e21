"""A JSON reader that knows where it is: it finds the first thing wrong, or the place of every value.

`strict_json` decodes with the standard library and comes here for lines and columns only, so the rules of
both are the same, and the messages do not depend on the interpreter.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Never

from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import LARGEST_INTEGER, has_surrogate
from astrograph.formats.pointer import escape
from astrograph.formats.text import quoted, shown

MAX_DEPTH = 100
"""Arrays and objects inside one another."""

MAX_POINTER = 2048
"""Longer pointers are not recorded, or a file with one long key near the root would take quadratic space."""

_SPACE = re.compile(r"[ \t\n\r]*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?")
_WORD = re.compile(r"[A-Za-z0-9_+.-]++")
_LITERALS = ("true", "false", "null")
_SAFE_DIGITS = len(str(LARGEST_INTEGER))


class Scanner:
    """Reads one text. With `record`, `positions` maps each JSON pointer to its line and column (from 1)."""

    def __init__(self, text: str, *, record: bool = False) -> None:
        self._text = text
        self._at = 0
        self._record = record
        self._lines: list[int] | None = None
        self.positions: dict[str, tuple[int, int]] = {}

    def scan(self) -> None:
        """Read the whole text; raises DecodeError at the first thing that is not accepted."""
        self._space()
        self._note("", self._at)
        self._value("", depth=0)
        if self._at < len(self._text):
            self._fail("nothing may follow the document")

    def _value(self, pointer: str | None, *, depth: int) -> None:
        opener = self._text[self._at : self._at + 1]
        if opener in ("{", "["):
            if depth == MAX_DEPTH:
                self._fail(f"nested deeper than {MAX_DEPTH}")
            self._at += 1
            if opener == "{":
                self._object(pointer, depth=depth + 1)
            else:
                self._array(pointer, depth=depth + 1)
        elif opener == '"':
            self._string()
        else:
            self._scalar()
        self._space()

    def _object(self, pointer: str | None, *, depth: int) -> None:
        seen: dict[str, int] = {}
        self._space()
        if self._took("}"):
            return
        while True:
            start = self._at
            if not self._text.startswith('"', start):
                self._fail("a key in double quotes is expected")
            key = self._string()
            if key in seen:
                self._fail_duplicate(key, first=seen[key], second=start)
            seen[key] = start
            self._space()
            if not self._took(":"):
                self._fail("`:` is expected after a key")
            self._space()
            inner = self._inside(pointer, key)
            self._note(inner, start)
            self._value(inner, depth=depth)
            if self._took("}"):
                return
            self._comma("}")

    def _array(self, pointer: str | None, *, depth: int) -> None:
        self._space()
        if self._took("]"):
            return
        index = 0
        while True:
            inner = self._inside(pointer, index)
            self._note(inner, self._at)
            self._value(inner, depth=depth)
            if self._took("]"):
                return
            self._comma("]")
            index += 1

    def _comma(self, closer: str) -> None:
        if not self._took(","):
            self._fail(f"`,` or `{closer}` is expected")
        self._space()
        if self._text.startswith(closer, self._at):
            self._fail(f"a comma may not stand before `{closer}`")

    def _string(self) -> str:
        start = self._at
        match = _STRING.match(self._text, start)
        assert match is not None
        self._at = match.end()
        if not self._took('"'):
            self._fail_in_string(start)
        token = self._text[start : self._at]
        if "\\" not in token:
            return token[1:-1]
        value = str(json.loads(token))
        if has_surrogate(value):
            self._at = start
            self._fail("text holds a lone surrogate escape")
        return value

    def _scalar(self) -> None:
        match = _NUMBER.match(self._text, self._at)
        word = _WORD.match(self._text, self._at)
        if match is not None and word is not None and match.end() == word.end():
            self._number(match)
        elif word is None or word.group() not in _LITERALS:
            found = shown(word.group() if word else self._text[self._at : self._at + 1], limit=30)
            self._fail(
                f"a value is expected, not {found}" if found != '""' else "the file ends where a value is expected"
            )
        else:
            self._at = word.end()

    def _number(self, match: re.Match[str]) -> None:
        digits, fraction, exponent = match.group(0, 1, 2)
        if fraction is None and exponent is None:
            if len(digits) > _SAFE_DIGITS + 1 or abs(int(digits)) > LARGEST_INTEGER:
                self._fail("an integer beyond ±2^53", hint="write it as text, in double quotes")
        elif abs(float(digits)) == float("inf"):
            self._fail("a number too large to keep")
        self._at = match.end()

    def _space(self) -> None:
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _took(self, character: str) -> bool:
        if self._text.startswith(character, self._at):
            self._at += 1
            return True
        return False

    def _inside(self, pointer: str | None, key: str | int) -> str | None:
        if pointer is None or not self._record:
            return None
        inner = f"{pointer}/{escape(key)}"
        return inner if len(inner) <= MAX_POINTER else None

    def _note(self, pointer: str | None, offset: int) -> None:
        if self._record and pointer is not None:
            self.positions[pointer] = self._place(offset)

    def _place(self, offset: int) -> tuple[int, int]:
        if self._lines is None:
            self._lines = [0, *(found.end() for found in re.finditer("\n", self._text))]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _fail_in_string(self, start: int) -> Never:
        found = self._text[self._at : self._at + 1]
        if found == "\\":
            self._fail("an unknown escape in a text")
        if found:
            self._fail(f"the control character {shown(found)} in a text must be written as an escape")
        self._at = start
        self._fail("a text is never closed")

    def _fail_duplicate(self, key: str, *, first: int, second: int) -> Never:
        line, column = self._place(first)
        self._at = second
        self._fail(f"the key {quoted(key)} is already on line {line}, column {column}", hint="keep one of the two")

    def _fail(self, problem: str, *, hint: str = "") -> Never:
        line, column = self._place(self._at)
        raise DecodeError(problem, line=line, column=column, hint=hint)

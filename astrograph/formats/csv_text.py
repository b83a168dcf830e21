"""Comma-separated values as RFC 4180 has them, safe to open in a spreadsheet and to print on a terminal."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from astrograph.errors import DecodeError
from astrograph.formats.text import safe

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula when it comes first; the last four are the full-width forms."""

_SPECIAL = frozenset(',"')


def encode(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as UTF-8 with CRLF line ends.

    A cell that a spreadsheet could take for a formula gets an apostrophe in front. What is unfit for a terminal, line
    ends too, is written as an escape, so that a row is always one line.
    """
    lines = [",".join(map(cell, row)) for row in (header, *rows)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8")


def cell(text: str) -> str:
    """One cell as it stands in the file."""
    risky = text.lstrip(" ").startswith(_FORMULA)
    shown = safe(text)
    if risky:
        shown = f"'{shown}"
    if not _SPECIAL.isdisjoint(shown) or shown != shown.strip():
        return '"' + shown.replace('"', '""') + '"'
    return shown


def decode(data: bytes) -> list[list[str]]:
    """The rows of a table, its header first, cells as they are shown. Raises DecodeError."""
    try:
        text = data.decode("utf-8")
        return list(csv.reader(text.splitlines(keepends=True), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DecodeError(f"not comma-separated values: {error}") from None

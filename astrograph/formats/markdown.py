"""Markdown in which text from source or YAML stays text: no markup, no HTML, no new line comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from astrograph.formats.text import safe

_MARKUP = re.compile(r"[\\`*_{}\[\]~$]|(?<=:)/(?=/)|(?<=www)\.")
"""Characters within a line that mean something to some reader of Markdown, and those that make addresses links."""

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"})

_NO_CODE = re.compile(r"[^0-9A-Za-z\x80-\U0010ffff]")

_PLAIN_CODE = re.compile(r"[0-9A-Za-z_./@:;, =+-]+")

_PLAIN_PATH = re.compile(r"[^0-9A-Za-z_./~-]")


def escape(text: str) -> str:
    """Text from elsewhere as text within a paragraph or in a table cell: characters with a meaning lose it."""
    return _MARKUP.sub(r"\\\g<0>", safe(text)).translate(_ENTITIES)


def code(text: str) -> str:
    """Text from elsewhere in the type of code; also within a table, where a bar would end the cell."""
    shown = safe(text)
    if _PLAIN_CODE.fullmatch(shown) and shown == shown.strip():
        return f"`{shown}`"
    return f"<code>{_NO_CODE.sub(_entity, shown)}</code>"


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match.group())};"


def link(words: str, target: str) -> str:
    """A link; `words` are Markdown already, `target` is a relative path, with `#line` at its end where there is one."""
    path, mark, line = target.partition("#")
    quoted = _PLAIN_PATH.sub(lambda match: "".join(f"%{byte:02X}" for byte in _bytes(match.group())), path)
    return f"[{words}]({quoted}{mark}{line})"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """A table of cells that are Markdown already; the columns in `right` (from 0) hold numbers."""
    rule = ["---:" if position in right else "---" for position in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def bar(share: float, *, width: int = 20) -> str:
    """A share of 0 to 1 as a row of blocks."""
    full = round(min(1.0, max(0.0, share)) * width)
    return "█" * full + "░" * (width - full)

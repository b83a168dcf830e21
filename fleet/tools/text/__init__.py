"""Small helpers for text that people read."""

from __future__ import annotations

from textwrap import fill

__all__ = ["WIDTH", "plural", "wrap"]

WIDTH = 88


def wrap(text: str, *, width: int = WIDTH) -> str:
    """`text` in lines of at most `width` characters, continued with an indent."""
    return fill(text, width=width, subsequent_indent="  ", break_long_words=False)


def plural(count: int, noun: str) -> str:
    """`1 fold`, `2 folds`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"

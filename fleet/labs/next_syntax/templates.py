"""Template strings, and `except` with several types and no parentheses (Python 3.14)."""

from html import escape
from string.templatelib import Interpolation, Template


def greeting(name: str) -> Template:
    """A template that has not been turned into text yet."""
    return t"Hello, <b>{name}</b>!"


def to_html(template: Template) -> str:
    """The text of a template, with every value escaped."""
    return "".join(escape(str(part.value)) if isinstance(part, Interpolation) else part for part in template)


def to_number(text: str) -> float | None:
    """The number that `text` spells, None when it spells none."""
    try:
        return float(text)
    except TypeError, ValueError:
        return None

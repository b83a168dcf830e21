"""Values as YAML that `strict_yaml` reads back exactly: blocks, text in double quotes unless it is a plain word.

There is no emitter under this: PyYAML's folds long lines, writes dates and `no` bare where its own resolver allows it,
and knows nothing of the subset we accept. What is written here is checked by reading it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import refusal
from astrograph.formats.text import quoted, shown
from astrograph.formats.yaml_values import resolve

LONGEST_SIMPLE_KEY = 1000
"""A longer key is written as `? key`: readers look for the colon of a simple key 1,024 characters far."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./@-][A-Za-z0-9_]+)*")
_PLAIN_LENGTH = 100
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_STEP = 2


def scalar(value: object) -> str:
    """Write one scalar, an empty array or an empty object on one line.

    Raises DecodeError for a number whose plain text is read as something else: it has no YAML of its own.
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int() | float():
            return _number(value)
        case list() | tuple() if not value:
            return "[]"
        case dict() if not value:
            return "{}"
    raise DecodeError(f"{shown(value)} is not a scalar")


def flow(value: object) -> str:
    """Write any value on one line, `[a, b]` or `{name: x}`, as it may stand behind a key. Raises DecodeError."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow_key(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def _flow_key(key: str) -> str:
    name = _text(key)
    return name if len(name) <= LONGEST_SIMPLE_KEY else f"? {name} "


def is_writable(value: object) -> bool:
    """Whether a scalar has a YAML text that reads back to exactly it, and a form in canonical JSON."""
    if isinstance(value, float) and type(value) is float:
        return refusal(value) is None and _reads_back(repr(value), value)
    return refusal(value) is None


def document(fields: Mapping[str, object]) -> str:
    """Write fields as a block mapping, one a line or more, each line ended.

    Values are made of dict, list, tuple, str, bool, int, float and None. Raises DecodeError for what YAML cannot hold.
    """
    return "".join(f"{line}\n" for line in _mapping(fields, indent=0))


def members(fields: Mapping[str, object], *, indent: int) -> str:
    """Write fields as further members of a block mapping that stands at a column, counted from 0."""
    return "".join(f"{line}\n" for line in _mapping(fields, indent=indent))


def _mapping(fields: Mapping[str, object], *, indent: int) -> Iterator[str]:
    space = " " * indent
    for key, value in fields.items():
        name = _text(key)
        if len(name) > LONGEST_SIMPLE_KEY:
            yield f"{space}? {name}"
            name = ""
        yield from _entry(f"{space}{name}:", value, indent=indent)


def _entry(head: str, value: object, *, indent: int) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, indent=indent + _STEP)
    elif isinstance(value, list | tuple) and value:
        yield head
        yield from _sequence(value, indent=indent + _STEP)
    else:
        yield f"{head} {scalar(value)}"


def _sequence(items: list[object] | tuple[object, ...], *, indent: int) -> Iterator[str]:
    space = " " * indent
    for item in items:
        if isinstance(item, dict) and item:
            first, *others = _mapping(item, indent=indent + _STEP)
            yield f"{space}- {first[indent + _STEP :]}"
            yield from others
        elif isinstance(item, list | tuple) and item:
            first, *others = _sequence(item, indent=indent + _STEP)
            yield f"{space}- {first[indent + _STEP :]}"
            yield from others
        else:
            yield f"{space}- {scalar(item)}"


def _text(text: str) -> str:
    if len(text) <= _PLAIN_LENGTH and _PLAIN.fullmatch(text) and resolve(text) == text:
        return text
    written = json.dumps(text, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        raise DecodeError(f"{quoted(text)} holds a lone surrogate, which is not text") from None
    return _UNFIT.sub(lambda match: f"\\u{ord(match.group()):04x}", written)


def _number(value: float) -> str:
    text = repr(value)
    if not _reads_back(text, value):
        raise DecodeError(f"the number {text} is not read back as it is", hint="write it as text")
    return text


def _reads_back(text: str, value: float) -> bool:
    found = resolve(text)
    return type(found) is type(value) and repr(found) == text

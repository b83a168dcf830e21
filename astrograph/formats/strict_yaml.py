"""YAML at the door: a small subset, read to JSON values with the place of each (SPEC section 4).

There is one parser, libyaml through PyYAML, read at the level of events: 16 times faster than the pure
parser, and the two disagree on some inputs, so that choosing by what is installed would make results depend
on the machine. Composing nodes, where libyaml can overrun the stack, is never reached.
"""

from __future__ import annotations

import re

from astrograph.errors import ConfigurationError
from astrograph.formats.text import shown
from astrograph.formats.yaml_values import YamlDocument, YamlProblem
from astrograph.model import limits

__all__ = ["MAX_BYTES", "YamlDocument", "YamlProblem", "decode", "yaml_key"]

MAX_BYTES = limits.YAML
"""Larger files are refused unread."""

_SUBSET = 1
"""Raise when the accepted subset or the meaning of anything in it changes."""

_BYTE_ORDER_MARK = "\ufeff"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def decode(data: bytes) -> YamlDocument:
    """Decode a YAML file. Whatever the bytes are, the answer is a document; `problems` tells what is wrong.

    Problems: AG201 not YAML or not UTF-8; AG202 a key written twice (the first value is kept); AG203 beyond
    the subset: anchors, aliases, tags, merge keys, keys that are not text, a second document, a byte order
    mark, more than 1 MiB, 50 levels or 50,000 values; AG206 a scalar that not all YAML readers take for the
    same (its text is kept). At most 100 problems are told. Raises ConfigurationError where PyYAML comes
    without libyaml.
    """
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
        return _nothing(YamlProblem("AG203", message, 1, 1, "split it, or move bulk data elsewhere"))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode())
        message = f"the file is not valid UTF-8: byte 0x{data[error.start]:02x}"
        return _nothing(YamlProblem("AG201", message, line, column, "save it as UTF-8"))
    marked = text.startswith(_BYTE_ORDER_MARK)
    text = text.removeprefix(_BYTE_ORDER_MARK)
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        line, column = _place(text[: forbidden.start()])
        message = f"the character {shown(forbidden.group())} may not stand in a YAML file"
        fix = 'remove it, or write it as an escape in double quotes: "\\u0085"'
        return _nothing(YamlProblem("AG201", message, line, column, fix))
    document = _read(text)
    return _with_mark(document) if marked else document


def yaml_key() -> str:
    """Name the parser and our subset with their versions: part of the key of anything cached from YAML."""
    from yaml import __version__
    from yaml._yaml import get_version_string

    return f"strict-yaml {_SUBSET}, PyYAML {__version__}, libyaml {get_version_string()}"


def _read(text: str) -> YamlDocument:
    import yaml

    if not yaml.__with_libyaml__:
        raise ConfigurationError(
            "PyYAML is installed without libyaml",
            hint="install PyYAML from a wheel, or build it with the libyaml headers present",
        )
    from astrograph.formats.yaml_reader import read

    return read(text)


def _nothing(problem: YamlProblem) -> YamlDocument:
    return YamlDocument(value=None, positions={}, problems=(problem,), doubtful=frozenset({""}))


def _with_mark(document: YamlDocument) -> YamlDocument:
    problem = YamlProblem("AG203", "the file starts with a byte order mark", 1, 1, "save it as UTF-8 without one")
    return YamlDocument(
        value=document.value,
        positions=document.positions,
        problems=(problem, *document.problems),
        doubtful=document.doubtful,
    )


def _place(before: str) -> tuple[int, int]:
    breaks = list(_LINE_BREAK.finditer(before))
    return len(breaks) + 1, len(before) - (breaks[-1].end() if breaks else 0) + 1

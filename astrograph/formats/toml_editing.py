"""Adding entries to the tables of a TOML file, every other byte as it was. Text in, text out.

Only whole lines are added: behind the header of a table that is written out, else a new table at the end. Each result
is read back, and counts only when it says what the file said before and the new entries.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Mapping

from astrograph.errors import DecodeError

Name = tuple[str, ...]
"""The name of a table: `("tool", "doit")` is `[tool.doit]`."""

Tables = Mapping[Name, Mapping[str, object]]
"""Texts and lists of texts by key, by table."""


def tables_of(document: Mapping[str, object], above: Name = ()) -> dict[Name, dict[str, object]]:
    """The tables of a document with entries that are no tables, outer ones first."""
    entries = {key: value for key, value in document.items() if not isinstance(value, dict)}
    found = {above: entries} if entries else {}
    for key, value in document.items():
        if isinstance(value, dict):
            found |= tables_of(value, (*above, key))
    return found


def table_of(document: object, name: Name) -> object:
    """What a document has by the name of a table, None when it has nothing."""
    for part in name:
        document = document.get(part) if isinstance(document, dict) else None
    return document


def missing_entries(document: Mapping[str, object], wanted: Tables) -> dict[Name, dict[str, object]]:
    """The tables, and of them the entries, that a document does not have; a table that is there with all is left out.

    A value that is no table, where one is wanted, has none of the entries.
    """
    missing: dict[Name, dict[str, object]] = {}
    for name, entries in wanted.items():
        found = table_of(document, name)
        lacking = {key: value for key, value in entries.items() if not isinstance(found, dict) or key not in found}
        if lacking or found is None:
            missing[name] = lacking
    return missing


def add_entries(text: str, tables: Tables) -> str:
    """The text with these entries, none of which it has, added to its tables.

    Raises DecodeError, with the lines to add by hand as its hint, when they cannot be added as lines; ValueError when
    the text is not TOML.
    """
    document = tomllib.loads(text)
    for name, entries in tables.items():
        wanted = copy.deepcopy(document)
        inner: object = wanted
        for part in name:
            inner = inner.setdefault(part, {}) if isinstance(inner, dict) else {}
        if isinstance(inner, dict):
            inner.update(entries)
        for edited in _ways(text, name, entries):
            try:
                document = tomllib.loads(edited)
            except tomllib.TOMLDecodeError:
                continue
            if _same(document, wanted):
                text = edited
                break
        else:
            raise DecodeError(
                f"[{'.'.join(name)}] cannot be extended by adding lines",
                hint="add these entries to it by hand, then run the command again:\n\n" + as_text(tables),
            )
    return text


def as_text(tables: Tables) -> str:
    """The tables as text, a blank line between them."""
    return "\n".join(f"[{'.'.join(name)}]\n{_lines(entries)}" for name, entries in tables.items())


def _lines(entries: Mapping[str, object]) -> str:
    # A JSON text is a TOML one, surrogate pairs aside.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in entries.items())


def _ways(text: str, name: Name, entries: Mapping[str, object]) -> Iterator[str]:
    newline = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
    lines = _lines(entries).replace("\n", newline)
    parts = r"[ \t]*\.[ \t]*".join(rf"(?:{part}|\"{part}\"|'{part}')" for part in map(re.escape, name))
    for header in re.finditer(rf"^[ \t]*\[[ \t]*{parts}[ \t]*\][ \t]*(?:#[^\r\n]*)?(\r?\n|\Z)", text, re.MULTILINE):
        yield text[: header.end()] + ("" if header[1] else newline) + lines + text[header.end() :]
    gap = newline if text else ""
    end = newline if text and not text.endswith("\n") else ""
    yield f"{text}{end}{gap}[{'.'.join(name)}]{newline}{lines}"


def _same(one: object, other: object) -> bool:
    """Whether two documents say the same, types and all; a value that is not a number equals itself."""
    return json.dumps(one, sort_keys=True, default=repr) == json.dumps(other, sort_keys=True, default=repr)

"""HTML that cannot be broken out of: text becomes markup in one place, and only there.

Everything that comes from source or YAML enters a page as a child or an attribute of `tag`, which escapes whatever is
not `Markup` already. No text of theirs ever becomes an address: every `href` is made by `paths`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache

from astrograph.formats.text import safe

_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;", ord("'"): "&#39;"}
_SPECIAL = re.compile("[&<>\"']")
_VOID = frozenset({"meta", "link", "input", "br", "hr"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(text: str) -> Markup:
    r"""Text as HTML that shows it: markup characters as entities, controls and direction marks as `\x1b`, `\u202e`."""
    shown = safe(text)
    return Markup(shown if _SPECIAL.search(shown) is None else shown.translate(_ENTITIES))


def tag(name: str, /, *children: str, **attributes: str | int | None) -> Markup:
    """One element. Children and attribute values that are not `Markup` are escaped; an attribute None is left out.

    A final underscore of an attribute name is dropped and others become dashes: `class_`, `aria_label`.
    """
    said = "".join(
        [f' {_attribute(key)}="{escape(str(value))}"' for key, value in attributes.items() if value is not None]
    )
    if name in _VOID:
        return Markup(f"<{name}{said}>")
    inner = "".join([child if type(child) is Markup else escape(child) for child in children])
    return Markup(f"<{name}{said}>{inner}</{name}>")


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def join(parts: Iterable[Markup], separator: str = "") -> Markup:
    """Markup one after the other."""
    return Markup(separator.join(parts))


def link(address: str, /, *children: str, **attributes: str | int | None) -> Markup:
    """A link within the site; `address` comes from `paths`."""
    return tag("a", *children, href=address, **attributes)


def script_data(name: str, columns: Iterable[tuple[str, object]]) -> bytes:
    """A script that sets `window.<name>` to an object, one line a key.

    A page opened from disk may load a script but not fetch a file. ASCII, and without `<`, so that no reader of any
    kind takes a part of it for something else.
    """
    body = ",\n".join([f"{_json(key)}:{_json(value)}" for key, value in columns])
    return f"window.{name}={{\n{body}\n}};\n".encode("ascii")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")

"""JSON pointers (RFC 6901): the one way a place inside a document is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from astrograph.errors import DecodeError
from astrograph.formats.text import quoted

_INDEX = re.compile(r"0|[1-9][0-9]{0,14}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


def split(pointer: str) -> tuple[str, ...]:
    """Give the keys of a pointer, unescaped: `("a/b", "0")` for `/a~1b/0`, `()` for the whole document.

    Raises DecodeError when it does not start with `/` or holds a `~` that is neither `~0` nor `~1`.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/") or _BAD_ESCAPE.search(pointer):
        raise DecodeError(
            f"{quoted(pointer)} is not a JSON pointer",
            hint="write it as `/module/owner`, with `~1` for a `/` and `~0` for a `~` inside a key",
        )
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def escape(key: str | int) -> str:
    """One key or index as it stands in a pointer: `a~1b` for `a/b`."""
    return str(key).replace("~", "~0").replace("/", "~1")


def join(parts: Iterable[str | int]) -> str:
    """Write keys and indexes as a pointer; the inverse of `split`."""
    return "".join("/" + escape(part) for part in parts)


def get(document: object, pointer: str) -> object:
    """Look up the value at a pointer. Raises KeyError when there is none, DecodeError for no pointer."""
    value = document
    for part in split(pointer):
        value = _child(value, part, pointer)
    return value


def exists(document: object, pointer: str) -> bool:
    """Whether the document has a value at a pointer."""
    try:
        get(document, pointer)
    except KeyError:
        return False
    return True


def put(document: dict[str, object], pointer: str, value: object) -> None:
    """Set the value at a pointer, in place, creating the objects on the way; `-` appends to an array.

    Raises DecodeError for the empty pointer, and where the way leads through something that is no object and
    no array, or past the end of an array: nothing is ever replaced but the value at the pointer itself.
    """
    *way, last = split(pointer) or (None,)
    if last is None:
        raise DecodeError("the whole document cannot be put in its own place", hint="name a field: `/field`")
    holder: object = document
    for part in way:
        assert part is not None
        if isinstance(holder, dict):
            holder = holder.setdefault(part, {})
        else:
            try:
                holder = _child(holder, part, pointer)
            except KeyError:
                raise _no_way(pointer, part) from None
    _set(holder, last, value=value, pointer=pointer)


def walk(document: object) -> Iterator[tuple[str, object]]:
    """Every leaf (scalar, empty object or empty array) with its pointer, in document order."""
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        if value and isinstance(value, dict):
            waiting += [(f"{pointer}/{escape(key)}", value[key]) for key in reversed(value)]
        elif value and isinstance(value, list | tuple):
            waiting += [(f"{pointer}/{i}", value[i]) for i in range(len(value) - 1, -1, -1)]
        else:
            yield pointer, value


def _child(value: object, part: str, pointer: str) -> object:
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list | tuple) and _INDEX.fullmatch(part) and int(part) < len(value):
        return value[int(part)]
    raise KeyError(pointer)


def _set(holder: object, last: str, *, value: object, pointer: str) -> None:
    if isinstance(holder, dict):
        holder[last] = value
    elif isinstance(holder, list) and last == "-":
        holder.append(value)
    elif isinstance(holder, list) and _INDEX.fullmatch(last) and int(last) < len(holder):
        holder[int(last)] = value
    else:
        raise _no_way(pointer, last)


def _no_way(pointer: str, part: str) -> DecodeError:
    return DecodeError(
        f"nothing can be put at {quoted(pointer)}",
        fields=(("stuck at", quoted(part)),),
        hint="another value already stands on the way there; choose a pointer that does not lead through it",
    )

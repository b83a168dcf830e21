"""Canonical JSON (SPEC section 5): one document, one sequence of bytes, on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice

from astrograph.errors import DecodeError
from astrograph.formats.pointer import escape
from astrograph.formats.text import quoted, shown

LARGEST_INTEGER = 2**53
"""Integers beyond this, either way, are not the same number to every JSON reader."""

DECIMALS = 4
"""Decimal places a number may have, so that no float's text depends on a library."""

_BATCH = 4_096
"""How many items of a long array are encoded at a time."""

_OPENED, _CLOSED = b'{\n  "": [', b"\n  ]\n}\n"
"""What stands around the items of an array that is the one member of an object."""

_SETTLED = frozenset({str, bool, type(None)})


def encode(document: object) -> bytes:
    """Give the canonical bytes: UTF-8, sorted keys, two-space indent, one final newline.

    `document` is made of dict (with text keys), list, tuple, str, bool, int, float, None and members of
    text enums. Raises DecodeError naming the place of a value that has no canonical form: NaN, an infinity,
    an integer beyond ±2^53, a number that needs more than four decimals, a lone surrogate, a key that is
    not text, any other type.
    """
    import orjson

    return _dump(document, orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def encode_long(document: dict[str, object], arrays: Mapping[str, Iterable[object]]) -> Iterator[bytes]:
    """What `encode` gives for an object that has these arrays beside its own members, in pieces.

    Only some thousand of the items exist at a time.
    """
    rest = encode(document | dict.fromkeys(arrays, ()))
    for name in sorted(arrays):
        before, key, rest = rest.partition(b'\n  "%b": []' % name.encode())
        assert key, f"a name that is written otherwise than it reads: {name!r}"
        yield before + key[:-1]
        items, separator = iter(arrays[name]), b""
        while batch := list(islice(items, _BATCH)):
            yield separator + encode({"": batch})[len(_OPENED) : -len(_CLOSED)]
            separator = b","
        yield b"\n  ]" if separator else b"]"
    yield rest


def member(data: bytes, name: str) -> bytes | None:
    """The bytes of one member of a canonical object, None when it has none of that name; nothing is decoded."""
    place = _place(data, name)
    return None if place is None else data[place]


def split(data: bytes, *names: str, size: int) -> tuple[bytes, dict[str, Iterator[bytes]]]:
    """Take arrays of objects out of a canonical object: what is left, and each as arrays of about `size` bytes.

    What is left has them empty. An array of no more than `size` bytes stays where it is.
    """
    found = ((place, name) for name in names if (place := _place(data, name)) is not None)
    long = sorted((place.start, place.stop, name) for place, name in found if place.stop - place.start > size)
    left, end = [], 0
    for start, stop, _ in long:
        left += [data[end:start], b"[]"]
        end = stop
    return b"".join([*left, data[end:]]), {name: _pieces(data, start, stop, size) for start, stop, name in long}


def _place(data: bytes, name: str) -> slice | None:
    """Where the value of a member of a canonical object stands.

    A line of the outermost object begins with two spaces and its key, one further inside with more, and no text
    holds a line break.
    """
    key = b'\n  "%b": ' % name.encode()
    start = data.find(key)
    if start < 0:
        return None
    start += len(key)
    end = data.find(b',\n  "', start)
    return slice(start, end if end >= 0 else data.rfind(b"\n}", start))


def _pieces(data: bytes, start: int, stop: int, size: int) -> Iterator[bytes]:
    begin, last = start + 1, b"\n    },\n    {"
    while (cut := data.find(last, begin + size, stop)) >= 0:
        yield b"[%b]" % data[begin : cut + len(b"\n    }")]
        begin = cut + len(b"\n    },")
    yield b"[%b]" % data[begin : stop - 1]


def encode_line(document: object) -> bytes:
    """Give the document compact, on one line that ends in a newline. Raises DecodeError like `encode`."""
    import orjson

    return _dump(document, orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def refusal(document: object) -> tuple[str, str] | None:
    """Name the first value that has no canonical form: its pointer and the reason; None when all is well."""
    import orjson

    try:
        orjson.dumps(document, option=_native_only())
    except TypeError as error:
        return next(_refusals(document), ("", str(error)))
    # orjson has refused cycles and extreme depth by now, so this walk ends.
    return None if _numbers_are_plain(document) else next(_refusals(document))


def _dump(document: object, layout: int) -> bytes:
    import orjson

    encoded = b""
    with suppress(TypeError):
        encoded = orjson.dumps(document, option=layout | _native_only())
    if encoded and _numbers_are_plain(document):
        return encoded
    place, reason = refusal(document) or ("", "unknown")
    raise DecodeError(
        f"{quoted(place or '/')} cannot be written as canonical JSON: {reason}",
        hint="write it as text, or round it to four decimals",
    )


def _native_only() -> int:
    import orjson

    return orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def _numbers_are_plain(document: object) -> bool:
    """Whether we let through all that orjson has let through; the fast answer, without a place."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is dict:
            waiting += [child for child in value.values() if type(child) not in _SETTLED]  # type: ignore[attr-defined]
        elif kind is list or kind is tuple:
            waiting += [child for child in value if type(child) not in _SETTLED]  # type: ignore[attr-defined]
        elif kind not in _SETTLED and _reason(value):
            return False
    return True


def _reason(value: object) -> str:
    """Why a scalar has no canonical form, `""` when it has one."""
    match value:
        case None | bool():
            return ""
        case str():
            return "a lone surrogate is not text" if has_surrogate(value) else ""
        case int() if type(value) is int:
            return "" if -LARGEST_INTEGER <= value <= LARGEST_INTEGER else "an integer beyond ±2^53"
        case float() if type(value) is float:
            return _float_reason(value)
        case _:
            return f"{shown(value)} is not a JSON value"


def _float_reason(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN)
        return "not a finite number"
    if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        return "a number beyond ±2^53"
    return "" if round(value, DECIMALS) == value else f"{value!r} needs more than {DECIMALS} decimals"


def has_surrogate(text: str) -> bool:
    """Whether a text holds a lone surrogate, which UTF-8 cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _refusals(document: object) -> Iterator[tuple[str, str]]:
    """Every refusal with its pointer, in document order; the slow answer, for messages only."""
    waiting: list[tuple[str, object, frozenset[int]]] = [("", document, frozenset())]
    while waiting:
        place, value, above = waiting.pop()
        if id(value) in above or len(above) > 250:  # noqa: PLR2004 (where the encoder stops as well)
            yield place, "it contains itself, or is nested too deeply"
            continue
        if type(value) is dict:
            inside = above | {id(value)}
            for key in value:
                if type(key) is not str or has_surrogate(key):
                    yield place, f"the key {shown(key)} is not text"
            pairs = [(f"{place}/{escape(str(key))}", child, inside) for key, child in value.items()]
            waiting += reversed(pairs)
        elif type(value) in (list, tuple):
            inside = above | {id(value)}
            items = [(f"{place}/{i}", child, inside) for i, child in enumerate(value)]  # type: ignore[arg-type,var-annotated]
            waiting += reversed(items)
        elif reason := _reason(value):
            yield place, reason

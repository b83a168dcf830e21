"""Values of decoded JSON that have to be what we write: each of one type, or a ValueError that says which.

Speed counts: gates read every value of every line of a ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from astrograph.model.digests import Sha256

_T = TypeVar("_T")

_ALL_TEXT = frozenset({str})
_DIGITS = "0123456789abcdef"
_DIGEST_LENGTH = 64


def text(value: object) -> str:
    """A text, empty or not."""
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - one error for every malformed document
    return value


def text_or_none(value: object) -> str | None:
    """A text, or nothing."""
    return None if value is None else text(value)


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not _ALL_TEXT.issuperset(map(type, value)):
        raise ValueError("expected a list of texts")
    return tuple(value)


def number(value: object) -> int:
    """A whole number from 0."""
    if type(value) is not int or value < 0:  # a bool is an int to isinstance
        raise ValueError("expected a whole number from 0")
    return value


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("expected true or false")  # noqa: TRY004 - as above
    return value


def sha256(value: object) -> Sha256:
    """A SHA-256."""
    digits = text(value)
    if len(digits) != _DIGEST_LENGTH or digits.strip(_DIGITS):
        raise ValueError("expected a SHA-256 in lower-case hexadecimal digits")
    return Sha256(digits)


def member(members: Mapping[Any, _T], value: object) -> _T:
    """The member of a closed set that a value stands for."""
    try:
        return members[value]
    except (KeyError, TypeError):  # TypeError: a list or an object, which no mapping looks for
        raise ValueError(f"expected one of {', '.join(map(str, members))}") from None


def each(read: Callable[[object], _T], value: object) -> tuple[_T, ...]:
    """A list, each item of it read by `read`."""
    if not isinstance(value, list):
        raise ValueError("expected a list")  # noqa: TRY004 - as above
    return tuple([read(item) for item in value])

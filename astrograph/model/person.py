"""Names of people, as pins and approvals record them: which ones name a person, and which name the same one."""

from __future__ import annotations

from unicodedata import normalize

_NOBODY = frozenset({"", "unknown"})
"""What stands where no name was found: earlier versions recorded `unknown`."""


def is_person(name: str) -> bool:
    """Whether a recorded name is that of a person."""
    return _folded(name) not in _NOBODY


def same_person(one: str, other: str) -> bool:
    """Whether two names are equal but for case, spacing and Unicode form."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(normalize("NFKC", name).split()).casefold()

"""The account: every claim of adoption held against the manifest that was built, every value counted once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from astrograph.formats import pointer
from astrograph.formats.foreign_json import text_of
from astrograph.manifest.adoption.claims import Claim, Digest, Kind, count_leaves
from astrograph.model.adoption import Fate

MISSING = ""
"""The text of a value that is not there."""

_LONGEST = 4000
"""A longer value is cut in the report; the old bytes are in generation 0."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that the new manifest generates and that differs: JSON texts of both, `""` where there is none."""

    pointer: str
    old: str
    new: str


@dataclass(slots=True)
class Account:
    """What became of one document: how many values met each fate, and which.

    `pointers` holds the places of each fate (the whole value below each of them counts), `reasons` why those that are
    not carried are not.
    """

    read: int = 0
    counts: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    pointers: dict[Fate, list[str]] = field(default_factory=lambda: {fate: [] for fate in Fate})
    differences: list[Difference] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the sums agree with the number of values read."""
        return sum(self.counts.values()) == self.read

    def add(self, fate: Fate, place: str, leaves: int, reason: str = "") -> None:
        """Count the values below one place."""
        self.counts[fate] += leaves
        self.pointers[fate].append(place)
        if fate is Fate.NOT_CARRIED:
            self.reasons[place] = reason


def account_of(read: int, claims: list[Claim], new: object, *, said_at: Callable[[str], str]) -> Account:
    """Hold the claims for a document against the new manifest.

    `read` is the number of values in it, `new` the decoded manifest, None when there is none. `said_at` gives the place
    of what is authored at a pointer of the new manifest, for the reason where something else was said there.
    """
    account = Account(read=read)
    for claim in claims:
        fate, reason = _fate(claim, new, account, said_at)
        account.add(fate, claim.pointer, claim.leaves, reason)
    return account


def values_in(document: object) -> int:
    """How many values a document has; an empty one has none."""
    return 0 if isinstance(document, dict) and not document else count_leaves(document)


def lost_account(read: int, reason: str) -> Account:
    """The account of a document that was read and not adopted: nothing of it is carried."""
    account = Account(read=read)
    account.add(Fate.NOT_CARRIED, "", account.read, reason)
    return account


def _fate(claim: Claim, new: object, account: Account, said_at: Callable[[str], str]) -> tuple[Fate, str]:
    if claim.kind is Kind.LOST:
        return Fate.NOT_CARRIED, claim.reason
    if new is None:
        return Fate.NOT_CARRIED, "the module has no manifest: it could not be built"
    if claim.kind is Kind.GENERATED:
        return _generated(claim, new, account), ""
    found = _found(new, claim.at)
    if found is not _NOTHING and same(found, claim.expected):
        return _said(claim, found, account), ""
    if claim.kind is Kind.FIELD and _stands_elsewhere(new, claim):
        return _said(claim, claim.expected, account), ""
    place = said_at(claim.at)
    return Fate.NOT_CARRIED, f"{place} says otherwise" if place else "the new manifest says otherwise"


def _generated(claim: Claim, new: object, account: Account) -> Fate:
    found = _found(new, claim.at)
    if (found is _NOTHING or not same(found, claim.expected)) and not _stands_elsewhere(new, claim):
        account.differences.append(_difference(claim, found))
    return Fate.GENERATED


def _said(claim: Claim, found: object, account: Account) -> Fate:
    """The fate of a value that the new manifest holds: another name for it counts as generated, with both told."""
    if claim.kind is Kind.KEPT:
        return Fate.CARRIED
    if not claim.renamed:
        return Fate.EQUAL
    account.differences.append(_difference(claim, found))
    return Fate.GENERATED


def _stands_elsewhere(new: object, claim: Claim) -> bool:
    """Whether an item of a list stands at another position of it."""
    holder = _found(new, claim.at.rpartition("/")[0])
    return isinstance(holder, list) and isinstance(claim.expected, str) and claim.expected in holder


_NOTHING = object()


def _found(document: object, at: str) -> object:
    try:
        return pointer.get(document, at)
    except KeyError:
        return _NOTHING


def _difference(claim: Claim, found: object) -> Difference:
    return Difference(claim.pointer, _cut(claim.value), MISSING if found is _NOTHING else _cut(found))


def _cut(value: object) -> str:
    text = text_of(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"


def same(first: object, second: object) -> bool:
    """Whether two values are the same in value and type: 1 is neither 1.0 nor true."""
    if isinstance(second, Digest):
        return second.matches(first)
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(value, second[key]) for key, value in first.items())
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, float) and isinstance(second, float):
        return str(float(first)) == str(float(second))
    return type(first) is type(second) and first == second

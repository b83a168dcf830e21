"""Rules and exceptions as values: weights and thresholds in integer thousandths (SPEC sections 3 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from astrograph.model.canon import StarId
from astrograph.model.ids import ModuleId


class Signal(StrEnum):
    """The five kinds of weighted signal, in the order evidence is listed."""

    CAPABILITY = "capability_override"
    NODE = "node_override"
    PATH = "path_regex"
    OWNER = "owner_prior"
    DEPENDENCY = "dependency_hint"


class Rule(NamedTuple):
    """One rule of any kind.

    `match` is a regular expression for PATH, OWNER and DEPENDENCY, and an exact case-insensitive name for
    CAPABILITY and NODE. `pointer` is its JSON pointer in the rules file (`/rules/12`), `line` its line there
    (0 when unknown), `source` the author's own remark.
    """

    signal: Signal
    star: StarId
    match: str
    pointer: str
    line: int = 0
    source: str = ""


class Exclusion(NamedTuple):
    """A pattern whose matches are blanked out of the text before any path rule sees it."""

    pattern: str
    explain: str
    pointer: str
    line: int = 0


class Limits(NamedTuple):
    """The ceilings and the floor; the floor is in thousandths of a percent point (55.0 % is 55_000)."""

    max_promotions_run: int
    max_promotions_per_star: int
    max_stars_per_module: int
    min_supporting_percentage: int


@dataclass(frozen=True)
class Rules:
    """A whole rule set. Weights and the two confidence thresholds are integer thousandths."""

    version: str
    stars: tuple[StarId, ...]
    deny: frozenset[StarId]
    weights: dict[Signal, int]
    min_suggest: int
    min_autopromote: int
    exclusions: tuple[Exclusion, ...]
    rules: tuple[Rule, ...]
    limits: Limits

    def of(self, signal: Signal) -> tuple[Rule, ...]:
        """The rules of one kind, in file order."""
        return tuple(rule for rule in self.rules if rule.signal is signal)


class Forced(NamedTuple):
    """A star a person forces on one module, with the reason; `line` is where the exceptions file says so."""

    module: ModuleId
    star: StarId
    reason: str
    line: int = 0


class Forbidden(NamedTuple):
    """A gitignore-style pattern over module ids that must not be promoted."""

    pattern: str
    line: int = 0


@dataclass(frozen=True)
class Exceptions:
    """Both lists of `star_rules_exceptions.json`."""

    do_not_promote: tuple[Forbidden, ...] = ()
    force_promote: tuple[Forced, ...] = ()

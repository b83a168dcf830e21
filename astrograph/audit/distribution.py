"""How modules are spread over the stars, before and after (SPEC section 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from astrograph.audit.registry import Artifact
from astrograph.model.canon import SUPPORTING, Canon, StarId
from astrograph.model.facts import Tier

BAND = (550, 700)
"""The share of Supporting modules that a sane distribution has, in thousandths (SPEC section 13)."""

NO_TIER = "none"
UNKNOWN = "unknown"


class Placed(NamedTuple):
    """One module as far as distributions go: of a ledger line, or of an entry of the baseline."""

    stars: tuple[StarId, ...]
    tier: str | None
    origin: str | None


class StarShare(NamedTuple):
    """One star: how many modules have it, and how many of them in each tier and from each origin."""

    star: StarId
    modules: int
    tiers: dict[str, int]
    origins: dict[str, int]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The modules of one state by star, in canon order; stars that the canon lacks come last.

    `supporting` counts those that are Supporting and nothing else, `starless` those whose stars are not known.
    """

    modules: int
    assignments: int
    supporting: int
    starless: int
    stars: tuple[StarShare, ...]

    @property
    def share(self) -> int:
        """The share of Supporting modules in thousandths, cut; 0 where there is no module."""
        return self.supporting * 1000 // self.modules if self.modules else 0

    @property
    def in_band(self) -> bool:
        """Whether the share of Supporting modules lies within the band."""
        low, high = BAND
        return low * self.modules <= self.supporting * 1000 <= high * self.modules and self.modules > 0


def distribution_of(placed: Iterable[Placed], canon: Canon) -> Distribution:
    """Count modules by star, tier and origin."""
    modules: Counter[StarId] = Counter()
    tiers: Counter[tuple[StarId, str]] = Counter()
    origins: Counter[tuple[StarId, str]] = Counter()
    total = supporting = starless = 0
    for item in placed:
        total += 1
        supporting += item.stars == (SUPPORTING,)
        starless += not item.stars
        for star in item.stars:
            modules[star] += 1
            tiers[star, item.tier or NO_TIER] += 1
            origins[star, item.origin or UNKNOWN] += 1
    known = [star.id for star in canon.stars]
    shares = [
        StarShare(
            star,
            modules[star],
            {tier: tiers[star, tier] for tier in _tier_order(tiers, star)},
            {origin: count for (name, origin), count in sorted(origins.items()) if name == star},
        )
        for star in (*known, *sorted(modules.keys() - set(known)))
    ]
    return Distribution(total, modules.total(), supporting, starless, tuple(shares))


def _tier_order(tiers: Counter[tuple[StarId, str]], star: StarId) -> list[str]:
    found = {tier for name, tier in tiers if name == star}
    known = [*(tier.value for tier in Tier), NO_TIER]
    return [tier for tier in known if tier in found] + sorted(found.difference(known))


def distribution_document(
    found: Distribution, canon: Canon, *, artifact: Artifact, generation: int | None
) -> dict[str, object]:
    """The artifact; `generation` is the published state it tells of, None for what is built."""
    low, high = BAND
    return {
        "schema": artifact.schema,
        "totals": {"modules": found.modules, "assignments": found.assignments},
        "generation": generation,
        "supporting": {
            "modules": found.supporting,
            "share": fraction(found.supporting, found.modules),
            "band": [low / 1000, high / 1000],
            "in_band": found.in_band,
        },
        "without_a_star": found.starless,
        "stars": [
            {
                "star": item.star,
                "label": canon.by_id[item.star].label if item.star in canon.by_id else item.star,
                "domain": canon.by_id[item.star].domain if item.star in canon.by_id else "",
                "modules": item.modules,
                "share": fraction(item.modules, found.modules),
                "tiers": item.tiers,
                "origins": item.origins,
            }
            for item in found.stars
        ],
    }


def fraction(part: int, whole: int) -> float:
    """A share of 0 to 1 with three decimals, cut: what lacks one never reads as all."""
    return (part * 1000 // whole) / 1000 if whole else 0.0


def percent(part: int, whole: int) -> str:
    """A share for people: `61.4 %`, cut; a dash where there is nothing to share."""
    if not whole:
        return "–"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10} %"

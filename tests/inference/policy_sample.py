"""A small policy, spelled out, that the inference tests share."""

from dataclasses import replace

from astrograph.model.canon import SUPPORTING, Canon, Star, StarId
from astrograph.model.rules import Exclusion, Limits, Rule, Rules, Signal

ANCHOR, TRAIL, WATCH = StarId("Anchor"), StarId("Trail"), StarId("Watch")

CANON = Canon(
    stars=(
        Star(ANCHOR, "⚓", "Core Infrastructure", "⚓ Anchor (Core Infrastructure)"),
        Star(TRAIL, "✦", "Memory", "✦ Trail (Memory)"),
        Star(WATCH, "🛡️", "Guardian/Governance", "🛡️ Watch (Guardian/Governance)"),
        Star(SUPPORTING, "🔧", "Infrastructure/Utilities", "🔧 Supporting (Infrastructure/Utilities)"),
    ),
    aliases=(("Memory", TRAIL),),
)

WEIGHTS = {
    Signal.CAPABILITY: 600,
    Signal.NODE: 500,
    Signal.PATH: 400,
    Signal.OWNER: 350,
    Signal.DEPENDENCY: 300,
}

_SECTION = {
    Signal.CAPABILITY: "capability_overrides",
    Signal.NODE: "node_overrides",
    Signal.PATH: "rules",
    Signal.OWNER: "owner_priors",
    Signal.DEPENDENCY: "dependency_hints",
}


def rule_set(
    *rules: tuple[Signal, StarId, str],
    exclusions: tuple[str, ...] = (),
    deny: frozenset[StarId] = frozenset(),
    max_stars: int = 2,
) -> Rules:
    """Rules from (signal, star, match) triples, numbered per section and one per line from line 10."""
    ordered = sorted(rules, key=lambda each: list(Signal).index(each[0]))
    numbers = dict.fromkeys(Signal, 0)
    made = []
    for line, (signal, star, match) in enumerate(ordered, start=10):
        pointer = f"/{_SECTION[signal]}/{numbers[signal]}"
        made.append(Rule(signal=signal, star=star, match=match, pointer=pointer, line=line))
        numbers[signal] += 1
    return Rules(
        version="1",
        stars=tuple(star.id for star in CANON.stars),
        deny=deny,
        weights=WEIGHTS,
        min_suggest=500,
        min_autopromote=700,
        exclusions=tuple(
            Exclusion(pattern=pattern, explain="", pointer=f"/exclusions/{index}", line=5 + index)
            for index, pattern in enumerate(exclusions)
        ),
        rules=tuple(made),
        limits=Limits(
            max_promotions_run=800,
            max_promotions_per_star=200,
            max_stars_per_module=max_stars,
            min_supporting_percentage=55_000,
        ),
    )


def with_limits(rules: Rules, **changes: int) -> Rules:
    """The same rules with other limits."""
    return replace(rules, limits=replace(rules.limits, **changes))

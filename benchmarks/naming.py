"""Where package number i of a generated workspace lives: a pure function of i, so that no list is kept."""

from __future__ import annotations

from benchmarks.dice import Dice
from benchmarks.words import ADJECTIVES, GROUPS, NOUNS, STRATA

_NAMES = len(ADJECTIVES) * len(NOUNS)
_MOST_IMPORTS = 6


def module_at(index: int) -> str:
    """Return the module id of package `index`: `anvil/amber_adapter` or `anvil/intake/brisk_adapter`."""
    stratum, position = index % len(STRATA), index // len(STRATA)
    generation, name = divmod(position, _NAMES)
    adjective = ADJECTIVES[name % len(ADJECTIVES)]
    noun = NOUNS[(name // len(ADJECTIVES) + stratum * 7) % len(NOUNS)]
    suffix = f"_{generation}" if generation else ""
    group = f"{GROUPS[position // 2 % len(GROUPS)]}/" if position % 2 else ""
    return f"{STRATA[stratum]}/{group}{adjective}_{noun}{suffix}"


def class_prefix(module: str) -> str:
    """Return the words of a module's last segment as a class name: `AmberAdapter`."""
    return "".join(word.capitalize() for word in module.rpartition("/")[2].split("_"))


def imported_modules(*, index: int, packages: int, dice: Dice) -> list[str]:
    """Return the modules that package `index` imports: mostly older ones, mostly of its own stratum.

    About one package in two hundred also imports a younger one of its stratum, which makes a few cycles.
    """
    chosen: dict[int, None] = {}
    for _ in range(min(index, 1 + dice.low(_MOST_IMPORTS))):
        if dice.chance(0.6) and index >= len(STRATA):
            target = index % len(STRATA) + len(STRATA) * dice.low(index // len(STRATA))
        else:
            target = dice.low(index)
        chosen[target] = None
    younger = index + len(STRATA)
    if dice.chance(0.005) and younger < packages:
        chosen[younger] = None
    return [module_at(target) for target in chosen]

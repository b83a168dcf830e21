"""The canary: which modules of a plan a person looks at (SPEC section 10). Deterministic: chance is the id's digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from astrograph.errors import UsageError
from astrograph.formats.generation_text import lines_digest
from astrograph.formats.text import did_you_mean
from astrograph.model.digests import sha256
from astrograph.model.facts import Tier
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.plan import CanarySample, ChangeKind, ModuleChange

SIZE_UNIT = 10_000
"""A canary size is a whole number of ten thousandths, so that rounding up means the same on every machine."""


@dataclass(frozen=True, slots=True)
class StratumSample:
    """One stratum of a sample: of `population` modules that are not critical `chosen` were drawn by chance."""

    population: int
    chosen: int


def draw(
    changed: Collection[ModuleId], critical: Collection[ModuleId], *, size: int
) -> tuple[tuple[ModuleId, ...], tuple[ModuleId, ...]]:
    """The sample and the critical modules in it, both in id order.

    Of each stratum the first `size` ten thousandths in the order of the SHA-256 of the id, rounded up and at least
    one; the critical ones always. Where the critical ones are all that would be drawn of a stratum, the first other
    one is drawn too: what was picked on purpose says nothing of what was not.
    """
    strata: dict[str, list[ModuleId]] = {}
    for module in changed:
        strata.setdefault(stratum_of(module), []).append(module)
    always = set(critical) & set(changed)
    sample = set(always)
    for modules in strata.values():
        ordered = sorted(modules, key=lambda module: (sha256(module.encode()), module))
        drawn = ordered[: max(1, -(-len(ordered) * size // SIZE_UNIT))]
        sample.update(drawn)
        others = [module for module in ordered if module not in always]
        if others and always.issuperset(drawn):
            sample.add(others[0])
    return tuple(sorted(sample)), tuple(sorted(always))


def strata_of(changed: Iterable[ModuleId], sample: CanarySample) -> dict[str, StratumSample]:
    """How many modules of each stratum were left to chance, and how many of those were drawn."""
    critical, drawn = set(sample.critical), set(sample.modules)
    population: dict[str, int] = {}
    chosen: dict[str, int] = {}
    for module in changed:
        if module not in critical:
            stratum = stratum_of(module)
            population[stratum] = population.get(stratum, 0) + 1
            chosen[stratum] = chosen.get(stratum, 0) + (module in drawn)
    return {stratum: StratumSample(population[stratum], chosen[stratum]) for stratum in sorted(population)}


def sample_of(
    changes: Collection[ModuleChange],
    *,
    before: Mapping[ModuleId, Entry],
    after: Mapping[ModuleId, Entry],
    configured: Iterable[str],
    size: int,
) -> CanarySample:
    """The canary of a plan's changes; `configured` are the ids of `canary.critical`.

    A module counts as T1 when it is, or was in the baseline. Raises UsageError for a configured id of no module.
    """
    check_configured(configured, before.keys() | after.keys())
    changed = [change.module for change in changes]
    wanted = {ModuleId(module) for module in configured}
    critical = [module for module in changed if module in wanted or _is_t1(module, before) or _is_t1(module, after)]
    modules, always = draw(changed, critical, size=size)
    staged = {change.module: change.after for change in changes if change.kind is not ChangeKind.REMOVED}
    outputs = lines_digest((module, staged[module]) for module in modules if module in staged)
    return CanarySample(population=len(changed), modules=modules, critical=always, outputs=outputs)


def check_configured(configured: Iterable[str], known: Collection[ModuleId]) -> None:
    """Raise UsageError naming every id of `canary.critical` that is no module, with the nearest ones."""
    unknown = [module for module in configured if module not in known]
    if not unknown:
        return
    near = {module: did_you_mean(module, known, n=1) for module in unknown[:20]}
    raise UsageError(
        "canary.critical in [tool.astrograph] names modules that do not exist",
        fields=tuple(
            ("unknown", f"{module}{f' (did you mean {found[0]}?)' if found else ''}") for module, found in near.items()
        ),
        hint="correct the ids in pyproject.toml; `doit list --all manifest` shows every module",
    )


def _is_t1(module: ModuleId, entries: Mapping[ModuleId, Entry]) -> bool:
    entry = entries.get(module)
    return entry is not None and entry.tier == Tier.T1

"""The gate that enough modules are covered, and the count of those that are not (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from shlex import quote

from astrograph.formats.canonical_json import DECIMALS
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Inventory
from astrograph.model.ledger import LedgerLine

OWNERLESS_SHOWN = 20
"""How many modules without a real owner get a warning of their own before one warning sums up the rest."""

_NAMED = 5
"""How many modules a message names."""


@dataclass(slots=True)
class _Census:
    """What the ledger says of the inventory: each list holds module ids."""

    covered: set[ModuleId] = field(default_factory=set)
    unowned: list[ModuleId] = field(default_factory=list)
    placeholder_owned: list[ModuleId] = field(default_factory=list)
    without_tier: list[ModuleId] = field(default_factory=list)
    without_description: list[ModuleId] = field(default_factory=list)
    strangers: list[ModuleId] = field(default_factory=list)
    spoken_for: int = 0
    lines: int = 0


def coverage_gate(
    lines: Iterable[LedgerLine],
    inventory: Inventory,
    *,
    minimum: float,
    placeholder_owners: Collection[str],
    orphans: Sequence[str],
    orphaned_manifests: Sequence[str] = (),
    authored: str = "manifests_src",
) -> GateResult:
    """Judge whether at least the fraction `minimum` of the eligible modules is covered.

    Eligible is every package of the inventory; covered is one with a ledger line that knows its manifest.
    That is the truth of files; the notes tell the other one too, of people: `real` counts the modules with an owner
    who is no placeholder, those with a tier, with a description, and with all three. Modules that lack one, rejected
    and excluded paths, `orphans` (authored files of no module) and `orphaned_manifests` (built or published manifests
    of no module) are listed. `authored` is the folder of authored facts.
    """
    census = _take_census(lines, inventory, placeholder_owners)
    eligible = len(inventory.packages)
    uncovered = [module for module in sorted(inventory.packages) if module not in census.covered]
    problems = [_stranger(module, authored) for module in sorted(census.strangers)]
    problems += _ownerless(census, authored)
    # Division of whole numbers is rounded once, as is the text `0.99`: equal fractions compare equal.
    if eligible and len(census.covered) / eligible < minimum:
        problems.append(_below(uncovered, eligible, minimum))
    result = judge(
        Gate.COVERAGE.value,
        compared=eligible if census.lines else 0,
        expected=eligible,
        findings=tuple(problems),
        notes=(
            ("covered", len(census.covered)),
            ("eligible", eligible),
            ("excluded", _excluded(inventory)),
            ("minimum", round(minimum, DECIMALS)),
            ("orphaned", sorted(orphans)),
            ("orphaned_manifests", sorted(orphaned_manifests)),
            ("real", _real(census)),
            ("placeholder_owned", sorted(census.placeholder_owned)),
            ("rejected", sorted({item.path for item in inventory.rejected})),
            ("uncovered", uncovered),
            ("unowned", sorted(census.unowned)),
            ("without_description", sorted(census.without_description)),
            ("without_tier", sorted(census.without_tier)),
        ),
    )
    orphaned = len(orphans) + len(orphaned_manifests)
    return replace(result, reason=result.reason or _summary(census, inventory, orphaned))


def _take_census(lines: Iterable[LedgerLine], inventory: Inventory, placeholder_owners: Collection[str]) -> _Census:
    placeholders = {_owner_key(owner) for owner in placeholder_owners}
    census = _Census()
    for line in lines:
        census.lines += 1
        if line.module not in inventory.packages:
            census.strangers.append(line.module)
            continue
        if line.manifest:
            census.covered.add(line.module)
        is_placeholder = bool(line.owner) and _owner_key(line.owner or "") in placeholders
        if not line.owner:
            census.unowned.append(line.module)
        elif is_placeholder:
            census.placeholder_owned.append(line.module)
        if not line.tier:
            census.without_tier.append(line.module)
        if not line.described:
            census.without_description.append(line.module)
        census.spoken_for += bool(line.owner and not is_placeholder and line.tier and line.described)
    return census


def _real(census: _Census) -> dict[str, int]:
    """How many modules people speak for, field by field and in all."""
    known = census.lines - len(census.strangers)
    return {
        "modules": census.spoken_for,
        "owner": known - len(census.unowned) - len(census.placeholder_owned),
        "tier": known - len(census.without_tier),
        "description": known - len(census.without_description),
    }


def _owner_key(owner: str) -> str:
    return owner.strip().removeprefix("@").casefold()


def _excluded(inventory: Inventory) -> list[dict[str, str]]:
    ordered = sorted(inventory.excluded, key=lambda item: item.path)
    return [{"path": item.path, "reason": item.reason} for item in ordered]


def _summary(census: _Census, inventory: Inventory, orphaned: int) -> str:
    eligible = len(inventory.packages)
    beside = (
        (len({item.path for item in inventory.rejected}), "rejected"),
        (len(inventory.excluded), "excluded"),
        (len(census.placeholder_owned), "placeholder-owned"),
        (len(census.unowned), "unowned"),
        (orphaned, "orphaned"),
    )
    counts = "".join(f", {number:,} {name}" for number, name in beside if number)
    # Files are one truth, people the other: it is told wherever the two are not the same.
    real = f", {census.spoken_for:,} with owner, tier and description" if census.spoken_for < eligible else ""
    return f"{len(census.covered):,} of {eligible:,} covered{real}{counts}"


def _below(uncovered: list[ModuleId], eligible: int, minimum: float) -> Finding:
    named = ", ".join(uncovered[:_NAMED])
    more = f" and {len(uncovered) - _NAMED:,} more" if len(uncovered) > _NAMED else ""
    share = _percent((eligible - len(uncovered)) / eligible)
    message = f"{share} of {eligible:,} modules are covered, the minimum is {_percent(minimum)}; not: {named}{more}"
    return finding("AG218", message, path="", fix="run `doit` and mend the tasks that fail")


def _percent(fraction: float) -> str:
    """Write a fraction as a percentage, cut and not rounded: what lacks one module never reads as 100 %."""
    tenths = int(fraction * 1000 + 1e-9)
    return f"{tenths // 10}.{tenths % 10} %"


def _above(module: ModuleId) -> str:
    """The folder above a module as `doit facts` takes it: `memory/` for `memory/fold`, `/` for `memory`."""
    return f"{module.rpartition('/')[0]}/"


def _stranger(module: ModuleId, authored: str) -> Finding:
    message = f"the ledger has a line for {module}, which is not in the inventory"
    return finding("AG901", message, path=f"{authored}/{module}.yaml", fix="run `doit`", module=module)


def _ownerless(census: _Census, authored: str) -> list[Finding]:
    placeholders = set(census.placeholder_owned)
    command = 'doit facts set {} owner "@name"'.format
    modules = sorted([*census.unowned, *census.placeholder_owned])
    problems = [
        finding(
            "AG213",
            f"module {module} has {'only a placeholder for an' if module in placeholders else 'no'} owner",
            path=f"{authored}/{module}.yaml",
            fix=f"{command(quote(module))}; for its folder: {command(quote(_above(module)))}",
            module=module,
        )
        for module in modules[:OWNERLESS_SHOWN]
    ]
    rest = len(modules) - OWNERLESS_SHOWN
    if rest > 0:
        message = f"and {rest:,} more modules have no owner, or only a placeholder"
        fix = 'one for a folder serves every module below it: doit facts set FOLDER/ owner "@name"'
        problems.append(finding("AG213", message, path=authored, fix=fix))
    return problems

"""Who has a contract and which contracts have a user: the values of `contract_coverage.json` (SPEC sections 12, 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from astrograph.model.contract import Contract, ContractKind, ContractStatus, ContractUser, Registry
from astrograph.model.facts import Tier
from astrograph.model.ids import ModuleId

NO_TIER = "none"
"""Stands for the modules of which nobody said a tier."""


@dataclass(slots=True)
class TierCoverage:
    """The modules of one tier: how many, how many refer to a valid contract, and which do not."""

    modules: int = 0
    covered: int = 0
    uncovered: list[ModuleId] = field(default_factory=list)


@dataclass(slots=True)
class Coverage:
    """What the references of all modules come to.

    `tiers` has every tier, T1 first, then the modules without one. `users` maps the path of a contract to the modules
    that refer to it, in id order. `references` counts references by what they lead to, `missing` are those (module,
    reference) that lead to nothing.
    """

    tiers: dict[str, TierCoverage]
    users: dict[str, list[ModuleId]]
    references: dict[ContractStatus, int]
    missing: list[tuple[ModuleId, str]]
    unused: list[Contract]
    broken: list[Contract]


def cover(registry: Registry, modules: Iterable[ContractUser]) -> Coverage:
    """Follow every reference of every module."""
    coverage = Coverage(
        tiers={tier: TierCoverage() for tier in (*(tier.value for tier in Tier), NO_TIER)},
        users={contract.path: [] for contract in registry.contracts},
        references=dict.fromkeys(ContractStatus, 0),
        missing=[],
        unused=[],
        broken=[item for item in registry.contracts if item.status is ContractStatus.BROKEN],
    )
    for module in modules:
        tier = coverage.tiers.setdefault(module.tier or NO_TIER, TierCoverage())
        tier.modules += 1
        if _follow(registry, module, coverage):
            tier.covered += 1
        else:
            tier.uncovered.append(module.module)
    coverage.unused = [
        item for item in registry.contracts if not coverage.users[item.path] and item.path not in registry.referred
    ]
    return coverage


def _follow(registry: Registry, module: ContractUser, coverage: Coverage) -> bool:
    """Count the references of one module; returns whether one of them leads to a valid contract."""
    covered = False
    for reference in module.contracts:
        contract = registry.find(reference)
        if contract is None:
            coverage.references[ContractStatus.MISSING] += 1
            coverage.missing.append((module.module, reference))
            continue
        coverage.references[contract.status] += 1
        covered = covered or contract.status is ContractStatus.OK
        users = coverage.users[contract.path]
        if not users or users[-1] != module.module:
            users.append(module.module)
    return covered


def contract_coverage(registry: Registry, modules: Iterable[ContractUser]) -> dict[str, object]:
    """The document of `contract_coverage.json`, of JSON values in a fixed order; `modules` are ledger lines.

    Uncovered modules are listed for T1, where each is an error, and counted for the other tiers.
    """
    coverage = cover(registry, modules)
    return {
        "contracts": [_contract(item, coverage.users[item.path]) for item in registry.contracts],
        "kinds": {kind.value: sum(item.kind is kind for item in registry.contracts) for kind in ContractKind},
        "tiers": {tier: {"modules": found.modules, "covered": found.covered} for tier, found in coverage.tiers.items()},
        "t1_uncovered": list(coverage.tiers[Tier.T1].uncovered),
        "references": {status.value: count for status, count in coverage.references.items()},
        "missing": [{"module": module, "reference": reference} for module, reference in coverage.missing],
        "unused": [item.label for item in coverage.unused],
        "broken": [item.label for item in coverage.broken],
        "parts": list(registry.parts),
        "other_files": list(registry.others),
    }


def _contract(contract: Contract, users: list[ModuleId]) -> dict[str, object]:
    return {
        "id": contract.id or None,
        "path": contract.path,
        "kind": None if contract.kind is None else contract.kind.value,
        "module": contract.module or None,
        "status": contract.status.value,
        "used_by": users,
    }

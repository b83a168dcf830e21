"""The gate over contracts: every reference leads to a valid one, and every T1 module has one (SPEC sections 9, 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from shlex import quote

from astrograph.formats.text import plural, quoted
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.contract import Contract, ContractKind, ContractStatus, ContractUser, Promise, Reference, Registry
from astrograph.model.facts import Position, Tier
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.ids import ModuleId

_NAMED = 5
"""How many names a message lists."""


@dataclass(slots=True)
class _Uses:
    """What the references of all modules come to."""

    valid: set[ModuleId] = field(default_factory=set)
    broken: dict[ModuleId, list[Contract]] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    statuses: dict[ContractStatus, int] = field(default_factory=lambda: dict.fromkeys(ContractStatus, 0))
    findings: list[Finding] = field(default_factory=list)


def contracts_gate(
    modules: Iterable[ContractUser],
    registry: Registry,
    references: Iterable[Reference],
    *,
    expected: int,
    tier_place: Callable[[ModuleId], Position],
    exports: Mapping[ModuleId, Promise | None],
) -> GateResult:
    """Judge contracts and the references to them.

    `modules` are the lines of all ledgers and `expected` how many modules there are; `references` are theirs,
    followed. `tier_place` says where a module got its tier. `exports` are what the modules that contracts of
    kind `module` name have to offer, None for one whose source facts are not known; a module that is not in it does
    not exist.
    """
    uses = _follow(references)
    problems = [*registry.findings, *uses.findings]
    seen: set[ModuleId] = set()
    critical: list[ModuleId] = []
    for module in modules:
        seen.add(module.module)
        if module.tier == Tier.T1:
            critical.append(module.module)
            if module.module not in uses.valid:
                problems.append(_without(module, uses, tier_place(module.module)))
    for contract in registry.contracts:
        problems += contract.findings
        if contract.path not in uses.users and contract.path not in registry.referred:
            problems.append(_unused(contract))
        if contract.status is ContractStatus.OK and contract.kind is ContractKind.MODULE:
            problems += _unkept(contract, exports)
    covered = sum(module in uses.valid for module in critical)
    return judge(
        Gate.CONTRACTS.value,
        compared=len(seen) + len(registry.contracts) + len(registry.parts),
        expected=expected + registry.files,
        findings=tuple(problems),
        notes=(
            ("contracts", len(registry.contracts)),
            ("kinds", {kind.value: sum(item.kind is kind for item in registry.contracts) for kind in ContractKind}),
            ("references", {status.value: count for status, count in uses.statuses.items()}),
            ("t1_modules", len(critical)),
            ("t1_with_contract", covered),
            ("other_files", list(registry.others)),
        ),
    )


def _follow(references: Iterable[Reference]) -> _Uses:
    uses = _Uses()
    for reference in references:
        uses.statuses[reference.status] += 1
        if reference.contract is None:
            uses.findings.append(_missing(reference))
            continue
        uses.users[reference.contract.path] = uses.users.get(reference.contract.path, 0) + 1
        if reference.status is ContractStatus.OK:
            uses.valid.add(reference.module)
        else:
            uses.broken.setdefault(reference.module, []).append(reference.contract)
    return uses


def _missing(reference: Reference) -> Finding:
    path, line, column = reference.at
    return finding(
        "AG301",
        f"module {reference.module}: {reference.problem}",
        path=path,
        line=line,
        column=column,
        fix=reference.fix,
        module=reference.module,
    )


def _without(user: ContractUser, uses: _Uses, at: Position) -> Finding:
    module = user.module
    broken = uses.broken.get(module, [])
    subject = f"module {module} is {Tier.T1.value}"
    if broken:
        message = f"{subject} and has no valid contract: {quoted(broken[0].label)} is broken"
        fix = f"mend {broken[0].path}"
    elif user.contracts:
        message = f"{subject} and has no contract: what it refers to does not exist"
        fix = f"correct the reference, or write one: doit contracts new {quote(module)}"
    else:
        message = f"{subject} and has no contract"
        fix = f"doit contracts new {quote(module)}"
    return finding("AG303", message, path=at.path, line=at.line, column=at.column, fix=fix, module=module)


def _unused(contract: Contract) -> Finding:
    message = f"no module refers to the contract {quoted(contract.label)}"
    line, column = contract.at
    fix = f"refer to it from {contract.module}, or delete it" if contract.module else "refer to it, or delete it"
    return finding("AG304", message, path=contract.path, line=line, column=column, fix=fix)


def _unkept(contract: Contract, exports: Mapping[ModuleId, Promise | None]) -> list[Finding]:
    """What a module contract promises that its module does not have."""
    module = ModuleId(contract.module)
    if module not in exports:
        message = f"the contract {quoted(contract.label)} is that of {quoted(module)}, which does not exist"
        return [finding("AG311", message, path=contract.path, fix="correct `module`, or delete the contract")]
    offered = exports[module]
    if offered is None:
        return []
    promise = contract.promise
    asynchronous = dict(offered.functions)
    gone = [name for name in promise.classes if name not in offered.classes]
    gone += [name for name, _ in promise.functions if name not in asynchronous]
    gone += [name for name in promise.constants if name not in offered.constants]
    changed = [name for name, is_async in promise.functions if asynchronous.get(name, is_async) is not is_async]
    told = []
    if gone:
        told.append(f"{module} does not export {_names(gone)}, which {quoted(contract.label)} promises")
    if changed:
        told.append(f"{module} has {_names(changed)} async otherwise than {quoted(contract.label)} promises")
    fix = "bring it back, or promise less in a new version"
    return [finding("AG311", each, path=contract.path, fix=fix, module=module) for each in told]


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(map(quoted, names[:_NAMED]))
    return shown if len(names) <= _NAMED else f"{shown} and {plural(len(names) - _NAMED, 'more name')}"

"""How `doit contracts` looks. Values in, text out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from astrograph.contracts.coverage import Coverage, TierCoverage
from astrograph.formats.findings import render
from astrograph.formats.text import plural, safe
from astrograph.model.contract import Contract, ContractKind, ContractStatus, Registry
from astrograph.model.finding import Finding, worst_first

if TYPE_CHECKING:
    from astrograph.engine.contracts.of_module import Scaffolded

_USERS_SHOWN = 3
_BOLD, _DIM, _RED, _YELLOW, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[0m"

Row = tuple[str, str, str, str]


def overview(registry: Registry, coverage: Coverage, findings: Sequence[Finding], *, colour: bool) -> str:
    """The whole answer for people: registry, coverage, findings, and one line that sums up."""
    blocks = []
    if registry.contracts:
        blocks.append("\n".join(_table(registry, coverage, colour=colour)))
    blocks.append("\n".join(_tiers(coverage, colour=colour)))
    beside = list(_beside(registry))
    if beside:
        blocks.append("\n".join(beside))
    ordered = worst_first(findings)
    if ordered:
        blocks.append("\n".join(render(item, colour=colour) for item in ordered))
    blocks.append(_sum(registry, coverage))
    return "\n\n".join(blocks)


def _table(registry: Registry, coverage: Coverage, *, colour: bool) -> Iterator[str]:
    rows: list[Row] = [("contract", "kind", "", "used by")]
    rows += [_row(item, coverage.users[item.path], registry) for item in registry.contracts]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    styles = {ContractStatus.BROKEN.value: _RED, "unused": _YELLOW}
    for number, row in enumerate(rows):
        name, kind, status, users = (f"{cell:<{width}}" for cell, width in zip(row, [*widths, 0], strict=True))
        if colour:
            status = f"{styles[row[2]]}{status}{_RESET}" if row[2] in styles else status
            name, users = (name, users) if number else (f"{_DIM}{name}", f"{users}{_RESET}")
        yield f"{name}  {kind}  {status}  {users}".rstrip()


def _row(contract: Contract, users: Sequence[str], registry: Registry) -> Row:
    kind = "?" if contract.kind is None else contract.kind.value
    unused = not users and contract.path not in registry.referred
    status = "unused" if unused and contract.status is ContractStatus.OK else contract.status.value
    hidden = len(users) - _USERS_SHOWN
    named = ", ".join(map(safe, users[:_USERS_SHOWN])) + (f", +{hidden}" if hidden > 0 else "")
    return safe(contract.label), kind, status, named or ("other contracts" if not unused else "nobody")


def _tiers(coverage: Coverage, *, colour: bool) -> Iterator[str]:
    bold, reset = (_BOLD, _RESET) if colour else ("", "")
    yield f"{bold}{'tier':<16}  modules  with a contract{reset}"
    for tier, found in coverage.tiers.items():
        if found.modules:
            yield f"{safe(tier):<16}  {found.modules:>7,}  {found.covered:>7,}  {_share(found):>6}"


def _share(found: TierCoverage) -> str:
    """The share in percent, cut and not rounded: what lacks one module never reads as 100 %."""
    return f"{100 * found.covered // found.modules} %"


def _beside(registry: Registry) -> Iterator[str]:
    if registry.parts:
        yield f"parts of other contracts: {', '.join(map(safe, registry.parts))}"
    if registry.others:
        yield f"files of a kind that is not read: {', '.join(map(safe, registry.others))}"


def _sum(registry: Registry, coverage: Coverage) -> str:
    kinds = ", ".join(
        f"{count} {kind.value}"
        for kind in ContractKind
        if (count := sum(item.kind is kind for item in registry.contracts))
    )
    total = sum(coverage.references.values())
    statuses = ", ".join(f"{count:,} {status.value}" for status, count in coverage.references.items() if count)
    contracts = f"{plural(len(registry.contracts), 'contract')}{f' ({kinds})' if kinds else ''}"
    return f"{contracts}; {plural(total, 'reference')}{f': {statuses}' if statuses else ''}"


def facts_command(made: Scaffolded) -> str:
    """The command that makes the module refer to its new contract."""
    return shlex.join(["doit", "facts", "set", made.module, "contracts", *made.references, made.id])


def written(made: Scaffolded, *, authored: str) -> str:
    """What was written, and what to do next."""
    exports = made.exports
    counted = (
        (len(exports.classes), "class"),
        (len(exports.functions), "function"),
        (len(exports.constants), "constant"),
    )
    promised = ", ".join(plural(number, word) for number, word in counted if number) or "no exports"
    return "\n".join(
        [
            f"wrote {safe(made.path)}: {promised}",
            "",
            f"Refer to it in {safe(authored)}:",
            "  contracts:",
            *(f"    - {json.dumps(name, ensure_ascii=False)}" for name in map(safe, (*made.references, made.id))),
            f"or run: {safe(facts_command(made))}",
            "",
            "Then write its guarantees: what holds, one sentence each, such that a test could show it.",
        ]
    )

"""Everything that is known of one module, without loading the graph: the work behind `doit info MODULE`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from astrograph.engine.policy import Policy
from astrograph.engine.session import Session
from astrograph.engine.summaries import unpack_summary
from astrograph.engine.survey import Staleness, examine_one, facts_key
from astrograph.errors import UsageError
from astrograph.formats.ledger_line import decode as decode_ledger_line
from astrograph.formats.text import did_you_mean
from astrograph.model.dependencies import Cycle, Edge, When
from astrograph.model.ids import ModuleId
from astrograph.store.state import State, Table
from astrograph.store.traces import Traces

if TYPE_CHECKING:
    from astrograph.inference.reach import Reach
    from astrograph.model.contract import ContractStatus
    from astrograph.model.facts import AuthoredFacts, SourceSummary
    from astrograph.model.inventory import Package
    from astrograph.model.ledger import LedgerLine


_WHEN = tuple(When)

_LARGEST_RING = 200
"""A ring of more modules is told, and where to cut it is left to the artifact."""


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """One module as the last build left it, and whether that still holds.

    `line`, `summary` and `authored` are None when it was never built. `staleness` is None when it is up to date.
    `rule_lines` maps the JSON pointer of a rule to its line in the rules file. `policy_problem` says why the policy
    cannot be used, `""` when it can. `contracts` is what each reference to a contract leads to. `imports` tells where
    each imported module is imported. `ring` are the modules of its import cycle, `cycle` that with where to cut it.
    """

    module: ModuleId
    package: Package
    manifest: str
    line: LedgerLine | None
    summary: SourceSummary | None
    authored: AuthoredFacts | None
    staleness: Staleness | None
    dependents: tuple[str, ...]
    all_dependents: int
    all_dependencies: int
    rules_path: str
    rule_lines: dict[str, int]
    reach: Reach | None
    policy_problem: str
    contracts: Mapping[str, ContractStatus] = field(default_factory=dict)
    imports: tuple[Edge, ...] = ()
    ring: tuple[ModuleId, ...] = ()
    cycle: Cycle | None = None


def find_module(session: Session, name: str, *, folder: str) -> ModuleId:
    """The module that an id, a dotted name, a task name or a path in it names; `folder` is where paths start.

    Raises UsageError with the nearest ids.
    """
    for candidate in _candidates(session, name, folder=folder):
        module = ModuleId(candidate)
        if session.state.get(Table.TRACE, module.encode()) is not None or _folder_of(session, module) is not None:
            return module
    known = [key.decode("utf-8", "replace") for key in session.state.keys(Table.TRACE)]
    near = did_you_mean(name.replace(".", "/") if "/" not in name else name, known)
    hint = f"did you mean {', '.join(near)}?" if near else "doit list --all shows every module"
    if not known:
        hint = "nothing is built yet: run doit first"
    raise UsageError(f"there is no module {name!r}", hint=hint)


def _candidates(session: Session, name: str, *, folder: str) -> list[str]:
    plain = name.removeprefix("manifest:").strip("/")
    found = [plain]
    if "/" not in plain:
        found.append(plain.replace(".", "/"))
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return found
    path = os.path.realpath(path)
    if os.path.isfile(path):
        path = os.path.dirname(path)
    for source_root in session.workspace.source_roots:
        top = os.path.realpath(f"{session.workspace.root}/{source_root}")
        if path.startswith(f"{top}/"):
            inner = path[len(top) + 1 :].replace(os.sep, "/")
            parts = inner.split("/")
            found += ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return found


def _folder_of(session: Session, module: ModuleId) -> str | None:
    for source_root in session.workspace.source_roots:
        folder = module if source_root == "." else f"{source_root}/{module}"
        if os.path.isfile(f"{session.workspace.root}/{folder}/__init__.py"):
            return folder
    return None


def inspect_module(session: Session, module: ModuleId) -> ModuleInfo:
    """Gather what the state, the authored files and the rules say of one module.

    Raises UsageError when the package is gone or breaks a path guard.
    """
    policy = Policy.read(session.workspace)
    examined = examine_one(policy, session.state, session.layout, module)
    state = session.state
    record = state.get(Table.LINE, module.encode())
    line = None
    with suppress(ValueError):  # of another shape: as if there were none
        line = None if record is None else decode_ledger_line(record)
    trace = Traces({module: state.get(Table.TRACE, module.encode()) or b""}).get(module)
    summary = None if trace is None else state.get(Table.SUMMARY, facts_key(trace.source))
    rule_lines, reach, problem = _rules_side(policy, line)
    ring = state.ring_of(module)
    return ModuleInfo(
        module=module,
        package=examined.package,
        manifest=session.layout.manifest(module),
        line=line,
        summary=unpack_summary(summary),
        authored=examined.authored,
        staleness=examined.staleness,
        dependents=tuple(state.dependents(module)),
        all_dependents=state.all_dependents(module),
        all_dependencies=state.all_dependencies(module),
        rules_path=session.workspace.rules,
        rule_lines=rule_lines,
        reach=reach,
        policy_problem=problem,
        imports=tuple(_edges_of(state, module)),
        ring=tuple(map(ModuleId, ring)),
        cycle=_cycle(state, ring),
        contracts=_contract_statuses(session, examined.authored),
    )


def _contract_statuses(session: Session, authored: AuthoredFacts) -> dict[str, ContractStatus]:
    said = authored.value("contracts")
    if not isinstance(said, list) or not said:
        return {}
    from astrograph.engine.contracts.of_module import statuses

    return statuses(session, list(map(str, said)))


def _edges_of(state: State, module: ModuleId) -> list[Edge]:
    rows = state.edges_of(module)
    return [Edge(module, ModuleId(target), file, line, _WHEN[late]) for target, file, line, late in rows]


def _cycle(state: State, ring: list[str]) -> Cycle | None:
    """The import cycle of these modules with where to cut it; None without one, and for one that is very large."""
    if not 1 < len(ring) <= _LARGEST_RING:
        return None
    from astrograph.audit.dependencies import cycle_of

    members = list(map(ModuleId, ring))
    inside = frozenset(members)
    return cycle_of(members, [edge for item in members for edge in _edges_of(state, item) if edge.target in inside])


def _rules_side(policy: Policy, line: LedgerLine | None) -> tuple[dict[str, int], Reach | None, str]:
    """Where the rules stand, and what another star would take; the policy may be unusable, which is told."""
    from astrograph.errors import PolicyError

    try:
        policy.check_pins()
    except PolicyError as error:
        problem = f"{error.title}: {', '.join(name for name, _ in error.fields)}"
    else:
        problem = ""
    if line is None:
        return {}, None, problem
    try:
        rules, canon = policy.rules, policy.canon
    except PolicyError as error:
        return {}, None, error.title
    from astrograph.inference.reach import what_it_takes
    from astrograph.inference.score import Scored

    scored = Scored(
        evidence=line.assignment.evidence, scores=line.assignment.scores, exclusions=line.assignment.exclusions
    )
    reach = what_it_takes(line.assignment, scored, rules=rules, canon=canon)
    return {rule.pointer: rule.line for rule in rules.rules}, reach, problem

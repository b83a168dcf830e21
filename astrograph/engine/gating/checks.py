"""Running gates: each gets what it reads, its result is a file, and it runs again only when what it reads changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from astrograph.audit.registry import DATA as ARTIFACTS
from astrograph.engine.gating.inputs import JUDGED_BY_RATCHET
from astrograph.engine.gating.values import now
from astrograph.engine.ledger import write_node
from astrograph.errors import AstrographError, DamagedGenerationError, DecodeError, PolicyError
from astrograph.formats.canonical_json import encode
from astrograph.formats.ledger_line import decode as decode_ledger_line
from astrograph.formats.policy_known import ratchet_of
from astrograph.formats.strict_json import decode as decode_json
from astrograph.gates.audit import audit_gate
from astrograph.gates.authored import authored_gate, source_gate
from astrograph.gates.canon import canon_gate
from astrograph.gates.ceilings import ceiling_run_gate, ceiling_star_gate, supporting_floor_gate
from astrograph.gates.coverage import coverage_gate
from astrograph.gates.manifests import ManifestBytes, roundtrip_gate, schema_gate
from astrograph.gates.parity import PARITY_FIELDS, parity_gate
from astrograph.gates.paths import paths_gate
from astrograph.gates.policy import ceiling_module_gate, pins_gate, rules_gate
from astrograph.gates.publication import canary_gate, drift_gate, rollback_gate
from astrograph.gates.ratchet import ratchet_gate
from astrograph.gates.registry import Gate
from astrograph.inference.lint import lint_usage
from astrograph.inventory.idle_patterns import idle_patterns
from astrograph.model import limits
from astrograph.model.assignment import Assignment
from astrograph.model.codes import finding
from astrograph.model.digests import fingerprint
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, acknowledge, judge
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Changes
from astrograph.store.files import read
from astrograph.store.layout import MANIFEST_NAME
from astrograph.store.outputs import files_below, signature_before_reading
from astrograph.store.state import Write

if TYPE_CHECKING:
    from astrograph.engine.session import Session

_PLACES = frozenset({"path", "folder"})
"""The fields of an error that say where."""

_REASON = "reason"

_SETTLED_AT_ONCE = 4_096
"""How many traces are recorded in one transaction."""


class Gates:
    """The gates of one session. Ask only when its manifests and ledgers are built."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.survey = session.survey
        self.policy = session.survey.policy
        self.workspace = session.workspace
        self.state = session.state
        self.layout = session.layout
        self.ledgers = session.ledgers
        self.inputs = session.gate_inputs
        self.values = self.inputs.values

    # freshness

    def is_fresh(self, gate: Gate, writes: list[Write]) -> bool:
        """Whether the result on disk is what the gate would say now."""
        return self.inputs.is_fresh(gate, writes)

    def make(self, gate: Gate) -> bool:
        """Run a gate and write its result; returns whether the file had to be written."""
        result = self.run(gate)
        path = self.layout.absolute(self.layout.gate(gate))
        data = encode(result.to_json())
        inputs = self.session.reads.vouch(self.inputs.of(gate))
        return write_node(self.state, f"gate:{gate}", inputs=inputs, path=path, data=data)

    def result(self, gate: Gate) -> GateResult:
        """The result on disk; raises DecodeError or OSError when it cannot be read."""
        data = read(self.layout.absolute(self.layout.gate(gate)), limits.OUTPUT)
        self.session.reads.see_node(f"gate:{gate}", data)
        try:
            return GateResult.from_json(decode_json(data))
        except (KeyError, TypeError, ValueError):
            raise DecodeError(
                "the result of a gate is not as it was written",
                fields=(("path", self.layout.gate(gate)),),
                hint="run `doit` again: it is made anew",
            ) from None

    # running

    def run(self, gate: Gate) -> GateResult:
        """What a gate says of the set as it is on disk now, the ratchet considered.

        A gate that cannot read what it judges fails.
        """
        try:
            result = self._judge(gate)
        except PolicyError:
            raise
        except AstrographError as error:
            result = _unreadable(gate, error, root=self.workspace.root)
        return acknowledge(result, ratchet_of(self.values.known or ()))

    def _judge(self, gate: Gate) -> GateResult:
        expected = len(self.survey.inventory.packages)
        match gate:
            case Gate.PINS:
                return pins_gate(self.policy.pin_checks())
            case Gate.CANON:
                return canon_gate(
                    self.policy.canon,
                    self.policy.rules,
                    self.policy.schema_document,
                    canon_path=self.workspace.canon,
                    rules_path=self.workspace.rules,
                    schema_path=self.workspace.schema,
                    has_own_layout=bool(self.workspace.placements),
                )
            case Gate.RULES:
                return rules_gate(self._lint(), rules_count=len(self.policy.rules.rules))
            case Gate.PATHS:
                return paths_gate(
                    self.survey.inventory,
                    manifest_paths=self._manifest_paths(),
                    legacy_prefixes=self.workspace.legacy_prefixes,
                    idle_patterns=idle_patterns(self.workspace, self.survey.inventory),
                )
            case Gate.SCHEMA:
                pointer = self.policy.placements.get("schema_version")
                return schema_gate(
                    self._manifests(),
                    self.policy.schema,
                    schema_path=self.workspace.schema,
                    fit=self.policy.fit,
                    version=self.workspace.schema_version,
                    version_pointer=None if pointer is None else pointer.pointer,
                    expected=expected,
                )
            case Gate.ROUNDTRIP:
                return roundtrip_gate(self._manifests(), expected=expected)
            case Gate.AUTHORED:
                findings = self.survey.authored.tree_findings(self.survey.modules)
                return authored_gate(self.lines, findings, files=self.survey.authored.files, modules=expected)
            case Gate.SOURCE:
                files = sum(len(package.files) for package in self.survey.inventory.packages.values())
                return source_gate(self.lines, expected=files)
            case Gate.CONTRACTS:
                return self.session.contracts.judge(self.lines)
            case Gate.CEILING_MODULE:
                return ceiling_module_gate(
                    self.lines,
                    self.policy.rules.limits,
                    expected=expected,
                    authored=self.workspace.authored,
                    rules_path=self.workspace.rules,
                )
            case Gate.PARITY:
                return self._parity()
            case Gate.CEILING_RUN:
                return ceiling_run_gate(
                    self.values.promotions,
                    self.policy.rules.limits,
                    compared=len(self.lines),
                    expected=expected,
                    rules_path=self.workspace.rules,
                )
            case Gate.CEILING_STAR:
                return ceiling_star_gate(
                    self.values.promotions,
                    self.policy.rules.limits,
                    stars=[star.id for star in self.policy.canon.stars],
                    compared=len(self.lines),
                    expected=expected,
                    rules_path=self.workspace.rules,
                )
            case Gate.SUPPORTING_FLOOR:
                return supporting_floor_gate(
                    self.lines,
                    self.values.before,
                    self.policy.rules.limits,
                    expected=expected,
                    rules_path=self.workspace.rules,
                )
            case Gate.COVERAGE:
                return coverage_gate(
                    self.lines,
                    self.survey.inventory,
                    minimum=self.workspace.coverage_min,
                    placeholder_owners=self.workspace.placeholder_owners,
                    orphans=self.survey.authored.orphans(self.survey.modules),
                    orphaned_manifests=self._orphaned_manifests(),
                    authored=self.workspace.authored,
                )
            case Gate.DRIFT:
                placed = self.values.placed
                return drift_gate(
                    self.values.differences,
                    generation=None if placed is None else placed.number,
                    published=0 if placed is None else placed.modules,
                    unpublished=self.values.unpublished,
                    folder=self.layout.published,
                )
            case Gate.CANARY:
                return self._canary()
            case Gate.ROLLBACK:
                return self._rollback()
            case Gate.RATCHET:
                return ratchet_gate(
                    self.values.known,
                    [self.result(other) for other in JUDGED_BY_RATCHET],
                    allowed=self.values.published_known,
                    path=self.layout.known_violations,
                    problems=self.values.known_problems,
                )
            case Gate.AUDIT:
                return self._audit()

    def _parity(self) -> GateResult:
        from astrograph.engine.planning.planning import staged_changes

        before, placements = self.values.before, self.policy.placements
        return parity_gate(
            before,
            self.lines,
            staged_changes(self.session) if before else Changes((), (), 0),
            pointers={name: placements[name].pointer for name in PARITY_FIELDS if name in placements},
            read_from_documents=self.values.is_foreign,
            authored_anywhere=self._authored_anywhere(),
            authored=self.workspace.authored,
        )

    def _authored_anywhere(self) -> bool:
        """Whether parity has anything to look at; authored files are asked only where the ledger knows of nothing."""
        said = self.survey.authored.facts_of
        return any(line.owner or line.tier or line.contracts for line in self.lines) or any(
            facts.value(name) for facts in map(said, self.survey.modules) for name in PARITY_FIELDS
        )

    def _canary(self) -> GateResult:
        from astrograph.engine.planning.planning import PlanState, plan_status

        status = plan_status(self.session, now=now())
        # A plan that was published and taken back rests on its inputs still: it may be approved anew.
        taken_back = status.state is PlanState.SPENT and status.approval is not None
        self.inputs.plan_is_idle = status.state in {PlanState.NONE, PlanState.SPENT} and not taken_back
        return canary_gate(
            status.state.value,
            reason=status.reason,
            plan_path=self.layout.plan,
            digest=status.digest,
            sampled=0 if status.plan is None else len(status.plan.canary.modules),
        )

    def _rollback(self) -> GateResult:
        values = self.values
        try:
            back = values.back
        except DamagedGenerationError:
            back = None
        return rollback_gate(
            values.check_current(),
            None if back is None else values.check_generation(back),
            parent=back,
            folder=self.layout.generations,
        )

    def _audit(self) -> GateResult:
        from astrograph.engine.auditing.audits import artifact_checks

        return audit_gate(artifact_checks(self.session), expected=len(ARTIFACTS))

    @cached_property
    def lines(self) -> list[LedgerLine]:
        """Every line of every ledger on disk; a ledger that cannot be read is missing from it, and gates count."""
        found: list[LedgerLine] = []
        known: dict[Assignment, Assignment] = {}
        for stratum in self.ledgers.strata:
            data: bytes | None = None
            try:
                data = read(self.layout.absolute(self.layout.ledger(stratum)), limits.OUTPUT)
                found += [decode_ledger_line(line, known=known) for line in data.splitlines(keepends=True)]
            except (OSError, ValueError):
                continue
            finally:
                self.session.reads.see_node(f"ledger:{stratum}", data, inputs=self.ledgers.inputs(stratum))
        return found

    def _manifests(self) -> Iterator[ManifestBytes]:
        """Every manifest on disk. What this run made is settled on the way: the next run need not read it again."""
        settled: list[Write] = []
        traces = self.survey.traces
        for module in self.survey.modules:
            path = self.layout.manifest(module)
            absolute = self.layout.absolute(path)
            try:
                signature = None if traces.is_settled(module) else signature_before_reading(absolute)
                data = read(absolute, limits.OUTPUT)
            except OSError:
                self.session.reads.see(module not in traces)
                yield module, path, None
                continue
            as_traced = fingerprint(data) == traces.output(module)
            self.session.reads.see(as_traced)
            if signature is not None and as_traced:
                settled += self.survey.settle(module, signature)
            if len(settled) >= _SETTLED_AT_ONCE:
                self.state.commit(settled)
                settled = []
            yield module, path, data
        if settled:
            self.state.commit(settled)

    def _orphaned_manifests(self) -> list[str]:
        """The manifests of no module: built ones nobody removed yet, and published ones until the next publication."""
        packages = self.survey.inventory.packages
        built = {self.layout.manifest(module).removeprefix(f"{self.layout.manifests}/") for module in packages}
        found = [f"{self.layout.manifests}/{path}" for path in self._manifest_paths() if path not in built]
        if self.values.placed is not None:
            gone = (module for module in self.values.before or {} if module not in packages)
            found += [f"{self.layout.published}/{module}/{MANIFEST_NAME}" for module in gone]
        return found

    def _manifest_paths(self) -> list[str]:
        top = self.layout.absolute(self.layout.manifests)
        below = len(top) + 1
        found = sorted(path[below:] for path in files_below(top) if path.endswith(f"/{MANIFEST_NAME}"))
        self.session.reads.see({f"{module}/{MANIFEST_NAME}" for module in self.survey.traces}.issubset(found))
        return found

    def _lint(self) -> tuple[Finding, ...]:
        hits: Counter[str] = Counter()
        excluded: Counter[str] = Counter()
        for line in self.lines:
            hits.update({item.pointer for item in line.assignment.evidence})
            excluded.update(line.assignment.exclusions)
        usage = lint_usage(
            self.policy.rules,
            self.policy.exceptions,
            rule_hits=hits,
            exclusion_hits=excluded,
            modules=self.survey.modules,
            paths=self.policy.lint_paths,
        )
        return (*self.policy.lint(), *usage)


def _unreadable(gate: Gate, error: AstrographError, *, root: str) -> GateResult:
    """The failure of a gate whose inputs cannot be read; places are told relative to the workspace."""
    fields = [(name, value.removeprefix(f"{root}/")) for name, value in error.fields]
    places = [value for name, value in fields if name in _PLACES]
    said = "".join(
        f", {name} {value}" if name != _REASON else f": {value}" for name, value in fields if name not in _PLACES
    )
    problem = finding("AG416", f"{error.title}{said}", path=places[0] if places else "", fix=error.hint)
    return judge(gate.value, compared=0, expected=1, findings=(problem,))

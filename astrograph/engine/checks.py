"""Running gates: each gets what it reads, its result is a file, and it runs again only when what it reads changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from astrograph.engine.ledger import Ledgers, node_is_fresh, write_node
from astrograph.engine.survey import Survey
from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import encode
from astrograph.formats.ledger_line import decode as decode_ledger_line
from astrograph.formats.strict_json import decode as decode_json
from astrograph.gates.authored import authored_gate, source_gate
from astrograph.gates.canon import canon_gate
from astrograph.gates.coverage import coverage_gate
from astrograph.gates.manifests import ManifestBytes, roundtrip_gate, schema_gate
from astrograph.gates.paths import paths_gate
from astrograph.gates.policy import ceiling_module_gate, pins_gate, rules_gate
from astrograph.gates.registry import Gate
from astrograph.inference.lint import lint_usage
from astrograph.model.digests import Fingerprint, combine
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult
from astrograph.model.ledger import LedgerLine
from astrograph.store.files import read
from astrograph.store.layout import MANIFEST_NAME, Layout
from astrograph.store.outputs import files_below
from astrograph.store.state import State, Write


class Gates:
    """The gates of one survey. Ask only when its manifests and ledgers are built."""

    def __init__(self, survey: Survey, state: State, layout: Layout, ledgers: Ledgers) -> None:
        self.survey = survey
        self.policy = survey.policy
        self.workspace = survey.policy.workspace
        self.state = state
        self.layout = layout
        self.ledgers = ledgers

    # freshness

    def inputs(self, gate: Gate) -> Fingerprint:
        """The digest of everything a gate reads, the tool and its settings included."""
        parts: list[bytes] = [self.policy.fingerprint, gate.encode()]
        match gate:
            case Gate.PINS:
                parts.append(self.policy.pins_data or b"")
            case Gate.CANON:
                pass
            case Gate.PATHS:
                parts += [self._inventory_digest, self._settings_digest]
            case Gate.SOURCE | Gate.SCHEMA | Gate.ROUNDTRIP | Gate.CEILING_MODULE | Gate.RULES:
                parts.append(self.ledgers.fingerprint)
            case Gate.AUTHORED:
                parts += [self.ledgers.fingerprint, self.survey.authored.fingerprint, self._stray_digest]
            case Gate.COVERAGE:
                parts += [self.ledgers.fingerprint, self._inventory_digest, self._settings_digest]
                parts.append(self.survey.authored.fingerprint)
        return combine(*parts)

    @cached_property
    def _inventory_digest(self) -> bytes:
        inventory = self.survey.inventory
        listed = (list(inventory.packages), inventory.rejected, inventory.excluded)
        return combine(repr(listed).encode("utf-8", "backslashreplace"))

    @cached_property
    def _settings_digest(self) -> bytes:
        space = self.workspace
        settings = (space.legacy_prefixes, space.coverage_min, space.placeholder_owners, space.authored)
        return combine(repr(settings).encode())

    @cached_property
    def _stray_digest(self) -> bytes:
        return combine(repr(self.survey.authored.findings).encode("utf-8", "backslashreplace"))

    def is_fresh(self, gate: Gate, writes: list[Write]) -> bool:
        """Whether the result on disk is what the gate would say now."""
        path = self.layout.absolute(self.layout.gate(gate))
        return node_is_fresh(self.state, f"gate:{gate}", inputs=self.inputs(gate), path=path, writes=writes)

    def make(self, gate: Gate) -> bool:
        """Run a gate and write its result; returns whether the file had to be written."""
        result = self.run(gate)
        path = self.layout.absolute(self.layout.gate(gate))
        data = encode(result.to_json())
        return write_node(self.state, f"gate:{gate}", inputs=self.inputs(gate), path=path, data=data)

    def result(self, gate: Gate) -> GateResult:
        """The result on disk; raises DecodeError or OSError when it cannot be read."""
        data = decode_json(read(self.layout.absolute(self.layout.gate(gate))))
        if not isinstance(data, dict):
            raise DecodeError("a gate result is not an object")
        return GateResult.from_json(data)

    # running

    def run(self, gate: Gate) -> GateResult:
        """What a gate says of the set as it is on disk now."""
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
                )
            case Gate.RULES:
                return rules_gate(self._lint(), rules_count=len(self.policy.rules.rules))
            case Gate.PATHS:
                return paths_gate(
                    self.survey.inventory,
                    manifest_paths=self._manifest_paths(),
                    legacy_prefixes=self.workspace.legacy_prefixes,
                )
            case Gate.SCHEMA:
                pointer = self.policy.placements.get("schema_version")
                return schema_gate(
                    self._manifests(),
                    self.policy.schema,
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
            case Gate.CEILING_MODULE:
                return ceiling_module_gate(
                    self.lines,
                    self.policy.rules.limits,
                    expected=expected,
                    authored=self.workspace.authored,
                    rules_path=self.workspace.rules,
                )
            case Gate.COVERAGE:
                return coverage_gate(
                    self.lines,
                    self.survey.inventory,
                    minimum=self.workspace.coverage_min,
                    placeholder_owners=self.workspace.placeholder_owners,
                    orphans=self.survey.authored.orphans(self.survey.modules),
                    authored=self.workspace.authored,
                )

    @cached_property
    def lines(self) -> list[LedgerLine]:
        """Every line of every ledger on disk; a ledger that cannot be read is missing from it, and gates count."""
        found: list[LedgerLine] = []
        for stratum in self.ledgers.strata:
            try:
                data = read(self.layout.absolute(self.layout.ledger(stratum)))
                found += [decode_ledger_line(line) for line in data.splitlines(keepends=True)]
            except (OSError, ValueError):
                continue
        return found

    def _manifests(self) -> Iterator[ManifestBytes]:
        for module in self.survey.modules:
            path = self.layout.manifest(module)
            try:
                yield module, path, read(self.layout.absolute(path))
            except OSError:
                yield module, path, None

    def _manifest_paths(self) -> list[str]:
        top = self.layout.absolute(self.layout.manifests)
        below = len(top) + 1
        return sorted(path[below:] for path in files_below(top) if path.endswith(f"/{MANIFEST_NAME}"))

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

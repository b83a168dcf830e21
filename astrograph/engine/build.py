"""Making one manifest: facts, inference, document, file, trace. The work behind `manifest:<module>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from astrograph.engine.extraction import Extraction
from astrograph.engine.packages import Job, SourceSummary, known_files, unpack_summary
from astrograph.engine.tally import Tally
from astrograph.engine.survey import Survey, facts_key, resolution_fingerprint
from astrograph.formats.canonical_json import encode
from astrograph.formats.ledger_line import encode as encode_ledger_line
from astrograph.formats.text import did_you_mean
from astrograph.inference.decide import decide
from astrograph.inference.score import Subject
from astrograph.inventory.guards import printable
from astrograph.inventory.imports import Resolution, resolve
from astrograph.manifest.assemble import SourceView, assemble
from astrograph.model.assignment import Assignment
from astrograph.model.canon import StarId
from astrograph.model.codes import finding
from astrograph.model.digests import Fingerprint, fingerprint, sha256
from astrograph.model.facts import AuthoredFacts, Problem
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Package
from astrograph.model.ledger import LedgerLine
from astrograph.store.layout import Layout
from astrograph.store.outputs import put
from astrograph.store.state import State, Table, Write
from astrograph.store.traces import ModuleTrace

_PROBLEM_CODES = {
    "syntax": "AG701",
    "null-byte": "AG702",
    "encoding": "AG703",
    "too-large": "AG704",
    "partial": "AG705",
    "unreadable": "AG706",
}


@dataclass(frozen=True, slots=True)
class _Source:
    """The source side of one manifest: digests as read, the summary, and what the cache must learn."""

    signature: Fingerprint
    fingerprint: Fingerprint
    summary: SourceSummary
    writes: tuple[Write, ...] = ()


class Builder:
    """Makes manifests for one survey. `workers` processes parse ahead."""

    def __init__(self, survey: Survey, state: State, layout: Layout, *, tally: Tally, workers: int) -> None:
        self.survey = survey
        self.policy = survey.policy
        self.state = state
        self.layout = layout
        self.workers = workers
        self.tally = tally
        self._extraction: Extraction | None = None

    def begin(self, modules: Sequence[ModuleId]) -> None:
        """Start parsing ahead for the modules that will be asked for, in this order."""
        cached = self.state.keys(Table.SUMMARY) if modules else set()
        wanted = [module for module in modules if self._cached_key(module) not in cached]
        files = sum(len(self.survey.inventory.packages[module].files) for module in wanted)
        self._extraction = Extraction(wanted, self._job, workers=self.workers, files=files)

    def close(self) -> None:
        """Stop the workers."""
        if self._extraction is not None:
            self._extraction.close()
            self._extraction = None

    def _cached_key(self, module: ModuleId) -> Fingerprint | None:
        known = self._known_source(module)
        return None if known is None else facts_key(known[1])

    def _known_source(self, module: ModuleId) -> tuple[Fingerprint, Fingerprint] | None:
        """Signature and fingerprint of a package whose current content the survey has established."""
        digested = self.survey.sources.get(module)
        if digested is not None:
            return digested
        trace = self.survey.traces.get(module)
        return None if trace is None else (trace.signature, trace.source)

    def _job(self, module: ModuleId) -> Job:
        package = self.survey.inventory.packages[module]
        trace = self.survey.traces.get(module)
        before = None if trace is None else self.state.get(Table.FACTS, facts_key(trace.source))
        folder = f"{self.policy.workspace.root}/{package.folder}"
        return Job(module, folder, package.files, package.test_paths, known_files(before))

    def manifest(self, module: ModuleId) -> bool:
        """Make one manifest; returns whether its file had to be written. Raises StorageError and PolicyError."""
        package = self.survey.inventory.packages[module]
        source = self._source(module)
        authored_fingerprint = self.survey.authored.fingerprint_of(module)
        authored = self.survey.authored.facts_of(module)
        resolution = resolve(module, source.summary.imports, self.survey.index)
        stars, star_findings = self._authored_stars(module, authored)
        assignment = self._assign(module, authored, resolution, stars)
        data = encode(self._document(module, source.summary, authored, assignment, resolution))
        findings = _source_findings(module, package, source.summary) + authored.findings + star_findings
        line = encode_ledger_line(
            _ledger_line(module, source.summary, authored, assignment, resolution, data, findings)
        )
        written, output_signature = put(self.layout.absolute(self.layout.manifest(module)), data)
        trace = ModuleTrace(
            signature=source.signature,
            source=source.fingerprint,
            authored=authored_fingerprint,
            policy=self.policy.fingerprint,
            resolution=resolution_fingerprint(resolution.internal, resolution.external),
            output=fingerprint(data),
            output_signature=output_signature,
            line=fingerprint(line),
        )
        self._record(module, trace, line, source.writes, resolution)
        self.tally.written += written
        self.tally.unchanged += not written
        return written

    def _record(
        self, module: ModuleId, trace: ModuleTrace, line: bytes, writes: tuple[Write, ...], resolution: Resolution
    ) -> None:
        key = module.encode()
        before = self.survey.traces.get(module)
        moved = before is None or before.resolution != trace.resolution
        self.state.commit(
            [*writes, (Table.LINE, key, line), (Table.TRACE, key, trace.pack())],
            edges=(module, resolution.internal) if moved else None,
        )
        self.survey.traces[module] = trace

    def _source(self, module: ModuleId) -> _Source:
        known = self._known_source(module)
        if known is not None:
            record = self.state.get(Table.SUMMARY, facts_key(known[1]))
            if record is not None:
                return _Source(known[0], known[1], unpack_summary(record))
        if self._extraction is None:
            self.begin([module])
        assert self._extraction is not None
        made = self._extraction.get(module)
        self.tally.parsed += made.parsed
        key = facts_key(made.source)
        writes: tuple[Write, ...] = ((Table.FACTS, key, made.facts), (Table.SUMMARY, key, made.summary))
        return _Source(made.signature, made.source, unpack_summary(made.summary), writes)

    def _authored_stars(
        self, module: ModuleId, authored: AuthoredFacts
    ) -> tuple[tuple[StarId, ...], tuple[Finding, ...]]:
        said = authored.fields.get("stars")
        if said is None or not isinstance(said.value, list):
            return (), ()
        stars: list[StarId] = []
        findings: list[Finding] = []
        for name in said.value:
            star = self.policy.canon.resolve(str(name))
            if star is None:
                near = did_you_mean(str(name), self.policy.canon.names, n=1)
                findings.append(
                    finding(
                        "AG212",
                        f"{str(name)!r} is no star of the canon",
                        path=said.position.path,
                        line=said.position.line,
                        column=said.position.column,
                        fix=f"did you mean {near[0]!r}?" if near else f"one of {', '.join(self.policy.canon.by_id)}",
                        module=module,
                    )
                )
            elif star not in stars:
                stars.append(star)
        return tuple(stars), tuple(findings)

    def _assign(
        self, module: ModuleId, authored: AuthoredFacts, resolution: Resolution, stars: tuple[StarId, ...]
    ) -> Assignment:
        subject = Subject(
            module=module,
            capabilities=_capability_names(authored),
            node=authored.text("node"),
            owner=authored.text("owner"),
            external=resolution.external,
        )
        return decide(
            authored_stars=stars,
            scored=self.policy.scorer.score(subject),
            rules=self.policy.rules,
            exceptions=self.policy.exception_index,
            module=module,
        )

    def _document(
        self,
        module: ModuleId,
        summary: SourceSummary,
        authored: AuthoredFacts,
        assignment: Assignment,
        resolution: Resolution,
    ) -> dict[str, object]:
        exports = summary.exports
        return assemble(
            module,
            source=SourceView(
                internal=resolution.internal,
                external=resolution.external,
                classes=exports.classes,
                functions=exports.functions,
                constants=exports.constants,
                docstring=exports.docstring,
                exports_documented=exports.exports_documented,
                exports_total=exports.exports_total,
                test_paths=tuple(map(printable, summary.test_paths)),
            ),
            authored=authored,
            assignment=assignment,
            canon=self.policy.canon,
            placements=self.policy.placements,
            carried=self.policy.carried,
            schema_version=self.policy.workspace.schema_version,
        )


def _capability_names(authored: AuthoredFacts) -> tuple[str, ...]:
    capabilities = authored.value("capabilities")
    if not isinstance(capabilities, list):
        return ()
    return tuple(item["name"] for item in capabilities if isinstance(item, dict) and isinstance(item.get("name"), str))


def _contracts(authored: AuthoredFacts) -> tuple[str, ...]:
    contracts = authored.value("contracts")
    return tuple(map(str, contracts)) if isinstance(contracts, list) else ()


def _source_findings(module: ModuleId, package: Package, summary: SourceSummary) -> tuple[Finding, ...]:
    return tuple(_source_finding(module, package.folder, name, problem) for name, problem in summary.problems)


def _source_finding(module: ModuleId, folder: str, name: str, problem: Problem) -> Finding:
    return finding(
        _PROBLEM_CODES[problem.kind],
        problem.message,
        path=printable(f"{folder}/{name}"),
        line=problem.line,
        column=problem.column,
        module=module,
    )


def _ledger_line(
    module: ModuleId,
    summary: SourceSummary,
    authored: AuthoredFacts,
    assignment: Assignment,
    resolution: Resolution,
    data: bytes,
    findings: tuple[Finding, ...],
) -> LedgerLine:
    return LedgerLine(
        module=module,
        manifest=sha256(data),
        owner=authored.text("owner"),
        tier=authored.text("tier"),
        lane=authored.text("lane"),
        described=bool(authored.text("description")),
        contracts=_contracts(authored),
        capabilities=_capability_names(authored),
        node=authored.text("node"),
        assignment=assignment,
        internal=resolution.internal,
        external=resolution.external,
        files=summary.files,
        has_tests=bool(summary.test_paths),
        exports_documented=summary.exports.exports_documented,
        exports_total=summary.exports.exports_total,
        findings=tuple(sorted(findings)),
    )

"""Making one manifest from facts to file: the part of a manifest task that touches no state.

Runs in worker processes as well as here; the same job gives the same bytes wherever it runs.
"""

from __future__ import annotations

from typing import NamedTuple

from astrograph.engine.authored.tree import AuthoredTree
from astrograph.engine.packages import KnownFiles, extract
from astrograph.engine.policy import Policy
from astrograph.engine.summaries import pack_summary, unpack_summary
from astrograph.engine.survey import resolution_fingerprint, sites_fingerprint
from astrograph.formats.canonical_json import encode
from astrograph.formats.ledger_line import encode as encode_ledger_line
from astrograph.formats.text import did_you_mean
from astrograph.inference.decide import decide
from astrograph.inference.patterns import MatchLimitError
from astrograph.inference.score import Subject
from astrograph.inventory.guards import printable
from astrograph.inventory.imports import ImportSite, ModuleIndex, Resolution, resolve, resolve_sites
from astrograph.manifest.assemble import Assembler, SourceView
from astrograph.model.assignment import Assignment
from astrograph.model.canon import StarId
from astrograph.model.codes import finding
from astrograph.model.digests import Fingerprint, fingerprint, sha256
from astrograph.model.facts import AuthoredFacts, Problem, SourceSummary
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Package
from astrograph.model.ledger import LedgerLine
from astrograph.store.layout import Layout
from astrograph.store.outputs import put
from astrograph.store.traces import ModuleTrace

_PROBLEMS = {
    "syntax": ("AG701", "correct it; what stands around it was read"),
    "null-byte": ("AG702", "save the file as UTF-8 text, or restore it"),
    "encoding": ("AG703", "save the file as UTF-8, or declare its encoding in the first line"),
    "too-large": ("AG704", "move its data out of the code, or split the file"),
    "partial": ("AG705", "close it"),
    "unreadable": ("AG706", "make it readable, or remove it"),
}
"""Kind of problem -> (code, way out)."""


class Known(NamedTuple):
    """A source whose facts are in the cache: its signature and fingerprint as the survey read them, and the summary."""

    signature: Fingerprint
    source: Fingerprint
    summary: bytes


class Job(NamedTuple):
    """One manifest to make. `known` spares reading the source; `files` spare parsing those that did not change."""

    package: Package
    known: Known | None
    files: KnownFiles


class Product(NamedTuple):
    """What came of a job: the trace and ledger line to record, and the cache records that are new.

    `facts` and `summary` are None when they came from the cache; `parsed` counts source files parsed.
    """

    module: ModuleId
    trace: ModuleTrace
    line: bytes
    imports: tuple[ImportSite, ...]
    written: bool
    facts: bytes | None
    summary: bytes | None
    parsed: int


class Producer:
    """Makes manifests under one policy, against one inventory and one set of authored files."""

    def __init__(self, policy: Policy, authored: AuthoredTree, index: ModuleIndex, layout: Layout) -> None:
        self.policy = policy
        self.authored = authored
        self.index = index
        self.layout = layout
        self.assembler = Assembler(
            policy.placements,
            canon=policy.canon,
            carried=policy.carried,
            schema_version=policy.workspace.schema_version,
            left_out_when_empty=policy.fit.left_out_when_empty,
        )

    def produce(self, job: Job) -> Product:
        """Make one manifest and write its file, unless the file holds those bytes already.

        Raises StorageError and PolicyError.
        """
        module = job.package.id
        facts: bytes | None = None
        made_summary: bytes | None = None
        parsed = 0
        known = None if job.known is None else unpack_summary(job.known.summary)
        if job.known is None or known is None:
            signature, source, facts, summary, parsed = extract(self.policy.workspace.root, job.package, job.files)
            made_summary = pack_summary(summary)
        else:
            signature, source, summary = job.known.signature, job.known.source, known
        authored = self.authored.facts_of(module)
        resolution, sites = resolve_sites(module, summary.imports, summary.sites, self.index)
        document, assignment, star_findings = self._document(module, summary, authored, resolution)
        data = encode(document)
        findings = _source_findings(module, job.package, summary) + authored.findings + star_findings
        line = encode_ledger_line(_ledger_line(module, summary, authored, assignment, resolution, data, findings))
        imports = _printable(sites)
        written, output_signature = put(
            self.layout.absolute(self.layout.manifest(module)),
            data,
            below=self.layout.absolute(self.layout.manifests),
        )
        trace = ModuleTrace(
            signature=signature,
            source=source,
            authored=self.authored.fingerprint_of(module),
            policy=self.policy.fingerprint,
            resolution=resolution_fingerprint(resolution.internal, resolution.external),
            output=fingerprint(data),
            output_signature=output_signature,
            line=fingerprint(line),
            sites=sites_fingerprint(job.package.folder, imports),
        )
        return Product(module, trace, line, imports, written, facts, made_summary, parsed)

    def rehearse(self, job: Job, authored: AuthoredFacts) -> dict[str, object]:
        """The manifest a package would have if people said this of it. Writes nothing; raises PolicyError."""
        summary = None if job.known is None else unpack_summary(job.known.summary)
        if summary is None:
            summary = extract(self.policy.workspace.root, job.package, job.files).summary
        module = job.package.id
        document, _, _ = self._document(module, summary, authored, resolve(module, summary.imports, self.index))
        return document

    def _document(
        self, module: ModuleId, summary: SourceSummary, authored: AuthoredFacts, resolution: Resolution
    ) -> tuple[dict[str, object], Assignment, tuple[Finding, ...]]:
        stars, findings = self._authored_stars(module, authored)
        assignment = self._assign(module, authored, resolution, stars)
        return self.assembler.assemble(module, _view(summary, resolution), authored, assignment), assignment, findings

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
        try:
            scored = self.policy.scorer.score(subject)
        except MatchLimitError as error:
            raise self.policy.beyond_limit(error, module) from error
        return decide(
            authored_stars=stars,
            scored=scored,
            rules=self.policy.rules,
            exceptions=self.policy.exception_index,
            module=module,
        )


def _printable(imports: tuple[ImportSite, ...]) -> tuple[ImportSite, ...]:
    return tuple([item._replace(file=printable(item.file)) for item in imports])


def _view(summary: SourceSummary, resolution: Resolution) -> SourceView:
    exports = summary.exports
    return SourceView(
        internal=resolution.internal,
        external=resolution.external,
        classes=exports.classes,
        functions=exports.functions,
        constants=exports.constants,
        docstring=exports.docstring,
        exports_documented=exports.exports_documented,
        exports_total=exports.exports_total,
        test_paths=tuple(map(printable, summary.test_paths)),
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
    code, fix = _PROBLEMS[problem.kind]
    return finding(
        code,
        problem.message,
        path=printable(f"{folder}/{name}"),
        line=problem.line,
        column=problem.column,
        fix=fix,
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

"""Making the bytes of each audit artifact from the values of a session (SPEC section 13)."""

from __future__ import annotations

from posixpath import relpath
from typing import TYPE_CHECKING

from astrograph import __version__
from astrograph.audit.acceptance import acceptance_document
from astrograph.audit.constellation import constellation_page
from astrograph.audit.contracts import contract_coverage_document
from astrograph.audit.distribution import distribution_document
from astrograph.audit.documentation import documentation_document, documentation_of
from astrograph.audit.provenance import PolicyFile, Provenance, approval_document, digests_document
from astrograph.audit.registry import Artifact
from astrograph.audit.report import report_page
from astrograph.audit.report_values import Places, ReportValues, changed_modules
from astrograph.audit.rules import rule_hits, rule_hits_document
from astrograph.audit.tables import disagreements_table, promotions_table, suggestions_table
from astrograph.audit.verdicts import ceilings_document, coverage_document, parity_document
from astrograph.engine.auditing.reads import CEILINGS, further_files
from astrograph.engine.policy import policy_paths
from astrograph.formats.canonical_json import encode
from astrograph.formats.generation_text import tree_digest
from astrograph.gates.registry import Gate
from astrograph.model.digests import sha256
from astrograph.model.generation import Entry

if TYPE_CHECKING:
    from astrograph.engine.auditing.values import AuditValues


def write_artifact(values: AuditValues, artifact: Artifact) -> bytes:
    """The bytes of an artifact as its inputs give them now."""
    session = values.session
    gates = session.gates
    match artifact:
        case Artifact.DIGESTS:
            return encode(digests_document(_provenance(values)))
        case Artifact.CANARY_LIST:
            from astrograph.publication.report import canary_list_text

            plan = values.plan
            return canary_list_text(None if plan is None else plan.canary)
        case Artifact.CANARY_REPORT:
            from astrograph.publication.report import canary_report

            return canary_report(values.plan)
        case Artifact.APPROVAL:
            return encode(_approval(values))
        case Artifact.STARS_BEFORE | Artifact.STARS_AFTER:
            return encode(_distribution(values, artifact))
        case Artifact.PROMOTIONS:
            return promotions_table(session.gate_inputs.values.promotions)
        case Artifact.SUGGESTIONS:
            return suggestions_table(values.lines)
        case Artifact.DISAGREEMENTS:
            return disagreements_table(values.lines)
        case Artifact.COVERAGE:
            return encode(coverage_document(gates.result(Gate.COVERAGE)))
        case Artifact.CONTRACT_COVERAGE:
            from astrograph.contracts.coverage import contract_coverage

            return encode(contract_coverage_document(contract_coverage(session.contracts.registry, values.lines)))
        case Artifact.PARITY:
            return encode(parity_document(gates.result(Gate.PARITY)))
        case Artifact.CEILINGS:
            return encode(ceilings_document({gate.value: gates.result(gate) for gate in CEILINGS}))
        case Artifact.RULE_HITS:
            document = rule_hits_document(rule_hits(values.lines), session.policy.rules, path=session.workspace.rules)
            return encode(document)
        case Artifact.DEPENDENCY_GRAPH:
            return session.audits.graph()
        case Artifact.DOCUMENTATION:
            return encode(documentation_document(documentation_of(values.lines)))
        case Artifact.ACCEPTANCE:
            return encode(acceptance_document(values.results, approved=values.approved))
        case Artifact.CONSTELLATION:
            return constellation_page(
                values.lines,
                session.policy.canon,
                before=values.before,
                after=values.after,
                manifests=_places(values).manifests,
            )
        case Artifact.REPORT:
            return report_page(report_values(values))


def _distribution(values: AuditValues, artifact: Artifact) -> dict[str, object]:
    canon = values.session.policy.canon
    if artifact is Artifact.STARS_AFTER:
        return distribution_document(values.after, canon, artifact=artifact, generation=None)
    from astrograph.audit.distribution import distribution_of

    current = values.session.gate_inputs.values.current
    before = values.before if values.before is not None else distribution_of((), canon)
    number = None if current is None else current.number
    return distribution_document(before, canon, artifact=artifact, generation=number)


def _approval(values: AuditValues) -> dict[str, object]:
    approval, digest, problem = values.approval()
    data = values.plan_bytes
    return approval_document(approval, plan=None if data is None else sha256(data), digest=digest, problem=problem)


def _provenance(values: AuditValues) -> Provenance:
    session = values.session
    policy = session.policy
    pins = policy.pins
    files = [(session.workspace.pins, policy.pins_data)]
    files += [(path, values.bytes_of(path)) for path in further_files(values.layout)]
    plan, approval = values.plan_bytes, values.bytes_of(values.layout.approval)
    published = session.gate_inputs.values
    return Provenance(
        version=__version__,
        policy=[
            PolicyFile(
                kind.value,
                path,
                None if (data := policy.data[kind]) is None else sha256(data),
                None if pins is None else pins.of(kind),
            )
            for kind, path in policy_paths(session.workspace).items()
        ],
        files=[(path, sha256(data)) for path, data in files if data is not None],
        modules=len(values.lines),
        tree=tree_digest(Entry(line.module, line.manifest) for line in values.lines),
        plan=None if plan is None else sha256(plan),
        approval=None if approval is None else sha256(approval),
        current=published.current,
        known_good=None if published.current is None else published.generations.known_good(),
    )


def _places(values: AuditValues) -> Places:
    """Where things are, seen from the folder of the artifacts."""
    layout = values.layout
    root = f"{relpath(layout.absolute('.'), layout.absolute(layout.audit))}/"
    return Places(
        root=root,
        manifests=relpath(layout.manifests, layout.audit),
        gates=relpath(layout.gates, layout.audit),
        rules=f"{root}{values.session.workspace.rules}",
    )


def report_values(values: AuditValues) -> ReportValues:
    """What the report tells."""
    session = values.session
    published = session.gate_inputs.values
    before = published.before
    rules = session.policy.rules
    hits = rule_hits(values.lines)
    return ReportValues(
        title="Run report",
        places=_places(values),
        canon=session.policy.canon,
        rules=rules,
        lines=values.lines,
        gates=values.results,
        after=values.after,
        before=values.before,
        generation=None if published.current is None else published.current.number,
        approved=values.approved,
        changes=None
        if before is None
        else changed_modules(
            {module: entry.manifest for module, entry in before.items()},
            {line.module: line.manifest for line in values.lines},
        ),
        promotions=published.promotions,
        never=[rule for rule in rules.rules if not hits.rules[rule.pointer]],
        cycles=values.cycles,
        folders=values.folders,
        trend=values.trend,
    )

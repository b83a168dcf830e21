"""What the site shows, gathered from the state, the ledgers, the gates and what was published (SPEC section 13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from astrograph.audit.registry import Artifact
from astrograph.audit.site.model import Detail, PlanView, SiteModel
from astrograph.engine.survey import facts_key
from astrograph.errors import DecodeError
from astrograph.formats.strict_json import decode
from astrograph.inventory.guards import printable
from astrograph.model.rules import Signal
from astrograph.store.state import Table

if TYPE_CHECKING:
    from astrograph.engine.session import Session
    from astrograph.inference.reach import Reach
    from astrograph.model.facts import SourceSummary
    from astrograph.model.ids import ModuleId
    from astrograph.model.ledger import LedgerLine

_WAYS = {
    Signal.PATH: "a path that matches",
    Signal.CAPABILITY: "the capability",
    Signal.NODE: "the node",
    Signal.OWNER: "an owner that matches",
    Signal.DEPENDENCY: "an import that matches",
}

_BEFORE_EVERYTHING = "1970-01-01T00:00:00+00:00"


def site_model(session: Session) -> SiteModel:
    """One value of everything the pages tell. Ask when ledgers, gates and artifacts are built.

    Raises AstrographError when what was published cannot be read.
    """
    policy, workspace, values = session.policy, session.workspace, session.audits.values
    packages = session.survey.inventory.packages
    lines = tuple(line for line in values.lines if line.module in packages)
    session.reads.see(len(lines) == len(values.lines))
    from astrograph.engine.planning.planning import staged_changes

    return SiteModel(
        title=printable(workspace.name),
        canon=policy.canon,
        lines=lines,
        detail_of=_details(session, {line.module: line for line in lines}),
        gates=tuple(values.results),
        dependencies=values.dependencies,
        rules={rule.pointer: rule for rule in policy.rules.rules},
        rules_path=workspace.rules,
        baseline=session.gates.values.before,
        changes=staged_changes(session),
        plan=_plan(session),
        trend=tuple(values.trend),
        coverage=_artifact(session, Artifact.COVERAGE),
        contract_coverage=_artifact(session, Artifact.CONTRACT_COVERAGE),
        floor=policy.rules.limits.min_supporting_percentage,
        placeholder_owners=workspace.placeholder_owners,
    )


def _artifact(session: Session, artifact: Artifact) -> Mapping[str, object]:
    """An artifact as it is on disk, empty where it cannot be read: the gate `audit` tells of that."""
    data = session.audits.values.made(artifact)
    try:
        document = None if data is None else decode(data)
    except DecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _plan(session: Session) -> PlanView | None:
    """The plan as it stands, without asking the clock: an approval is judged as of the moment it was given."""
    from astrograph.engine.planning.planning import PlanState, plan_status
    from astrograph.publication.report import report_document

    approval, _, _ = session.audits.values.approval()
    status = plan_status(session, now=_BEFORE_EVERYTHING if approval is None else approval.at)
    if status.plan is None:
        return None
    # A spent plan that an approval is known of was taken back: it starts from what is published again.
    passed = status.state is PlanState.SPENT and status.approval is None
    return PlanView(
        plan=status.plan,
        digest=status.digest,
        state=status.state.value,
        reason=status.reason,
        hint=status.hint,
        report=report_document(status.plan),
        generation=status.generation,
        holds=not passed and status.state not in {PlanState.STALE, PlanState.EMPTY},
    )


# one module


def _details(session: Session, lines: Mapping[ModuleId, LedgerLine]) -> Callable[[ModuleId], Detail]:
    packages, authored = session.survey.inventory.packages, session.survey.authored

    def detail_of(module: ModuleId) -> Detail:
        return Detail(
            folder=printable(packages[module].folder),
            manifest=session.layout.manifest(module),
            authored=authored.facts_of(module).fields,
            summary=_summary(session, module),
            instead=_instead(session, lines[module]),
        )

    return detail_of


def _summary(session: Session, module: ModuleId) -> SourceSummary | None:
    from astrograph.engine.summaries import unpack_summary

    trace = session.survey.traces.get(module)
    return None if trace is None else unpack_summary(session.state.get(Table.SUMMARY, facts_key(trace.source)))


def _instead(session: Session, line: LedgerLine) -> str:
    """What another star would take, in words; only where something speaks for a star at all."""
    from astrograph.inference.reach import what_it_takes
    from astrograph.inference.score import Scored

    said = line.assignment
    if not said.scores:
        return ""
    scored = Scored(evidence=said.evidence, scores=said.scores, exclusions=said.exclusions)
    reach = what_it_takes(said, scored, rules=session.policy.rules, canon=session.policy.canon)
    return "" if reach is None else _in_words(reach)


def _in_words(reach: Reach) -> str:
    steps = [f"{_WAYS[step.rule.signal]} {step.rule.match!r} (+{step.weight / 1000:.2f})" for step in reach.steps]
    return f"For {reach.star} instead: {' and '.join(steps)}, {reach.total / 1000:.2f} in all."

"""The audit artifacts as tasks: what each reads, whether it still holds, making it (SPEC sections 8 and 13)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from astrograph.audit.registry import DATA, Artifact
from astrograph.engine.auditing.reads import GATES_READ, further_files
from astrograph.engine.ledger import node_is_fresh, write_node
from astrograph.engine.tool import shipped_folder, tool_fingerprint
from astrograph.errors import AstrographError, DecodeError
from astrograph.model import limits
from astrograph.model.artifact import ArtifactCheck
from astrograph.model.digests import NOTHING, Fingerprint, combine
from astrograph.model.pins import PolicyKind
from astrograph.store.files import read
from astrograph.store.state import Table, Write
from astrograph.store.traces import NodeTrace

if TYPE_CHECKING:
    from astrograph.engine.auditing.graph import GraphAhead
    from astrograph.engine.auditing.values import AuditValues
    from astrograph.engine.session import Session

_PIECE = 1024 * 1024
"""How many bytes of an array are decoded at a time; a shorter one is decoded with the rest."""


class Audits:
    """The artifacts of one session. Ask only when ledgers, and the gates that an artifact reads, are built."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.layout = session.layout
        self.state = session.state
        self._sites: tuple[int, Fingerprint] | None = None
        self._begun = False
        self._ahead: GraphAhead | None = None

    @cached_property
    def values(self) -> AuditValues:
        """What the artifacts are made of, each thing worked out once."""
        from astrograph.engine.auditing.values import AuditValues

        return AuditValues(self.session)

    # freshness

    def inputs(self, artifact: Artifact) -> Fingerprint:
        """The digest of everything an artifact is made of, and of the code that makes it."""
        return combine(tool_fingerprint(), artifact.encode(), *self._parts(artifact))

    def _parts(self, artifact: Artifact) -> list[bytes]:
        session, layout = self.session, self.layout
        ledgers, published = session.ledgers.fingerprint, session.gate_inputs.values.generation_digest
        canon, rules = (session.policy.data[kind] or b"" for kind in (PolicyKind.CANON, PolicyKind.RULES))
        content = session.gate_inputs.values.content
        said = [self._output(f"gate:{gate}") for gate in GATES_READ.get(artifact, ())]
        match artifact:
            case Artifact.DIGESTS:
                files = (layout.plan, layout.approval, *further_files(layout))
                named = repr(files).encode("utf-8", "backslashreplace")
                return [session.policy.pinned_state, ledgers, published, named, *map(content, files)]
            case Artifact.CANARY_LIST | Artifact.CANARY_REPORT:
                return [content(layout.plan)]
            case Artifact.APPROVAL:
                return [content(layout.plan), content(layout.approval)]
            case Artifact.STARS_BEFORE:
                return [published, canon]
            case Artifact.STARS_AFTER:
                return [ledgers, canon]
            case Artifact.PROMOTIONS:
                return [ledgers, published]
            case Artifact.SUGGESTIONS | Artifact.DISAGREEMENTS | Artifact.DOCUMENTATION:
                return [ledgers]
            case Artifact.CONTRACT_COVERAGE:
                return [ledgers, session.contracts.fingerprint]
            case Artifact.RULE_HITS:
                return [ledgers, canon, rules, session.workspace.rules.encode("utf-8", "surrogateescape")]
            case Artifact.DEPENDENCY_GRAPH:
                return [self._sites_digest]
            case Artifact.COVERAGE | Artifact.PARITY | Artifact.CEILINGS:
                return [*said]
            case Artifact.ACCEPTANCE:
                return [published, *said]
            case Artifact.CONSTELLATION:
                return [ledgers, published, canon, layout.audit.encode("utf-8", "surrogateescape")]
            case Artifact.REPORT:
                places = repr((layout.audit, session.workspace.rules)).encode("utf-8", "backslashreplace")
                graph = self._output(f"audit:{Artifact.DEPENDENCY_GRAPH}")
                return [ledgers, published, canon, rules, places, graph, content(layout.trend), *said]

    def _output(self, task: str) -> Fingerprint:
        """The fingerprint of what a task made last, NOTHING when it never ran."""
        trace = NodeTrace.unpack(self.state.get(Table.NODE, task.encode()))
        return NOTHING if trace is None else trace.output

    @property
    def _sites_digest(self) -> Fingerprint:
        """The digest of who imports whom and where; worked out anew only when a trace has been set since."""
        traces = self.session.survey.traces
        if self._sites is None or self._sites[0] != traces.changes:
            self._sites = (traces.changes, traces.sites_digest(self.session.survey.modules))
        return self._sites[1]

    def is_fresh(self, artifact: Artifact, writes: list[Write]) -> bool:
        """Whether the file on disk is what would be made now."""
        path = self.layout.absolute(self.layout.artifact(artifact))
        return node_is_fresh(self.state, f"audit:{artifact}", inputs=self.inputs(artifact), path=path, writes=writes)

    # making

    def begin(self) -> None:
        """Have the import graph worked out while gates are judged, where a second process can do that."""
        if self._begun:
            return
        self._begun = True
        from astrograph.engine.auditing.graph import GraphAhead, worth_a_process

        modules = len(self.session.survey.modules)
        if (
            worth_a_process(modules=modules, workers=self.session.workers)
            and not self.session.survey.stale
            and not self.is_fresh(Artifact.DEPENDENCY_GRAPH, [])
        ):
            with suppress(OSError):  # no temporary file to be had: it is made when it is asked for
                self._ahead = GraphAhead(self.values, made_of=self._sites_digest)

    def graph(self) -> bytes:
        """The artifact of the import graph as it is now."""
        from astrograph.audit.dependencies import graph_artifact

        ahead = self._ahead
        made = None if ahead is None or ahead.made_of != self._sites_digest else ahead.join()
        self.close()
        values = self.values
        return b"".join(graph_artifact(values.dependencies, values.folders)) if made is None else made

    def close(self) -> None:
        """End the process that works the import graph out. Safe to call twice."""
        if self._ahead is not None:
            self._ahead.end()
            self._ahead = None

    def make(self, artifact: Artifact) -> bool:
        """Write an artifact; returns whether the file had to be written."""
        from astrograph.engine.auditing.writers import write_artifact

        inputs = self.inputs(artifact)
        path = self.layout.absolute(self.layout.artifact(artifact))
        data = write_artifact(self.values, artifact)
        inputs = self.session.reads.vouch(inputs)
        return write_node(self.state, f"audit:{artifact}", inputs=inputs, path=path, data=data)

    # looking at them

    def checks(self) -> Iterator[ArtifactCheck]:
        """Each artifact that the gate `audit` reads: is it there, is it well formed, does it agree with the ledger."""
        from astrograph.audit.totals import Counted, compare_totals

        values = self.session.gate_inputs.values
        counted = Counted(
            promotions=len(values.promotions),
            baseline=len(values.before or {}),
            eligible=len(self.session.survey.inventory.packages),
        )
        for artifact in DATA:
            path = self.layout.artifact(artifact)
            try:
                data = read(self.layout.absolute(path), limits.OUTPUT)
            except OSError:
                yield ArtifactCheck(artifact.value, path, present=False)
                continue
            try:
                problem = schema_problem(artifact, data)
                totals = () if problem else compare_totals(artifact, data, self.values.lines, counted)
            except DecodeError as error:
                yield ArtifactCheck(artifact.value, path, present=True, problem=error.title)
                continue
            yield ArtifactCheck(artifact.value, path, present=True, problem=problem, totals=totals)


def artifact_checks(session: Session) -> Iterator[ArtifactCheck]:
    """What the gate `audit` judges."""
    return session.audits.checks()


def schema_problem(artifact: Artifact, data: bytes) -> str:
    """Why the bytes of an artifact break its schema, `""` when they do not; raises DecodeError for what is no JSON."""
    from astrograph.formats.json_schema import compile_schema
    from astrograph.formats.strict_json import decode_fast

    if not artifact.endswith(".json"):
        return ""
    path = f"schemas/audit/{artifact.stem}.schema.json"
    try:
        schema = compile_schema(decode_fast(read(f"{shipped_folder()}/{path}", limits.POLICY)), path=path)
    except (OSError, AstrographError) as error:
        return f"its schema {path} cannot be used: {error}"
    for document in _parts_of(artifact, data):
        if not schema.is_valid(document):
            problems = schema.explain(document)
            return f"{problems[0].pointer or '/'}: {problems[0].message}" if problems else "it breaks its schema"
    return ""


def _parts_of(artifact: Artifact, data: bytes) -> Iterator[object]:
    """The document; a large import graph as several, each with some of its nodes or edges, to keep memory small."""
    from astrograph.formats.canonical_json import split
    from astrograph.formats.strict_json import decode_fast

    rest, arrays = split(data, *(("edges", "nodes") if artifact is Artifact.DEPENDENCY_GRAPH else ()), size=_PIECE)
    document = decode_fast(rest)
    yield document
    if isinstance(document, dict):
        for name, pieces in arrays.items():
            yield from (document | {name: decode_fast(piece)} for piece in pieces)

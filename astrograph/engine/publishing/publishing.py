"""Publishing: from an approved plan to a generation that people read, all or nothing; and back (SPEC section 10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from astrograph.engine.gating.values import KNOWN_COPY
from astrograph.engine.graph import PLAIN, Graph
from astrograph.engine.planning.authored_files import AUTHORED_FILES, authored_files_lines
from astrograph.engine.planning.found import BEFORE_THE_FIRST, note_found_tree, standing_entries
from astrograph.engine.planning.inputs import policy_digests
from astrograph.engine.planning.planning import ApprovedPlan, PlanState, approved_plan, check_approval, plan_status
from astrograph.engine.planning.staged import PLAN_EXTRA, staged_entries
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, AstrographError, StorageError, UsageError
from astrograph.formats.canonical_json import encode_line
from astrograph.gates.registry import Gate
from astrograph.model import limits
from astrograph.model.digests import sha256
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.generation import Entry, Generation, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.store.files import read
from astrograph.store.generations import tree_digest
from astrograph.store.published import check_contents, check_place
from astrograph.store.switching import TREND_LINE, Switch

APPROVAL_COPY = "approval.json"
"""The name under which a generation keeps the approval it was published with."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is about to be published: the generation's number, what it holds, and what that changes.

    `parent` is the number of the generation it starts from, 0 where there is none yet.
    """

    approved: ApprovedPlan
    number: int
    parent: int
    canary_only: bool
    entries: Mapping[ModuleId, Entry]
    added: int
    changed: int
    removed: int
    promotions: int


@dataclass(frozen=True, slots=True)
class Publication:
    """How a publication ended.

    `failing` are the gates that kept it from happening; `switch` is None when it did not happen (a failing gate, a dry
    run, or nothing to publish, where there is no proposal either). `pruned` are the generations that were removed for
    being too many.
    """

    proposal: Proposal | None = None
    failing: tuple[GateResult, ...] = ()
    switch: Switch | None = None
    pruned: tuple[int, ...] = ()


def publish(
    session: Session,
    *,
    canary_only: bool = False,
    dry_run: bool = False,
    confirm: Callable[[Proposal], bool],
    by: str,
) -> Publication:
    """Publish the approved plan, or with `canary_only` its sample alone over what is published.

    The lock is held and an interrupted publication was recovered. `confirm` shows the proposal; it returns whether a
    person was asked, and raises ActionNeededError when nobody said yes. Raises ActionNeededError without a valid
    approval or when anything moved since, ConfigurationError and StorageError; what was published is untouched then. A
    plan that changes nothing needs no approval, and makes no generation.
    """
    session.prepare()
    _mend_ledgers(session)
    status = plan_status(session, now=clock(), thorough=True)
    approved = None if status.state is PlanState.EMPTY else approved_plan(status)
    failing = _failing_gates(session)
    if failing or approved is None:
        return Publication(failing=failing)
    generations = session.generations
    check_place(generations.published, name=session.layout.published)
    check_contents(generations.found(), name=session.layout.published)
    proposal = _propose(session, approved, canary_only=canary_only)
    if dry_run:
        return Publication(proposal)
    if confirm(proposal):
        # A person may have thought about it for an hour: everything is read anew.
        with Session(session.workspace, workers=session.workers) as anew:
            if check_approval(anew, now=clock()) != approved:
                raise ActionNeededError("the approval changed meanwhile", hint="run doit publish again")
    try:
        _seal(session, proposal, by=by)
        switch = generations.switch(proposal.number)
    except AstrographError:
        with suppress(AstrographError):  # should that fail too, the next command does it
            generations.recover()
        raise
    pruned: list[int] = []
    with suppress(StorageError):  # it is published; what is one generation too many can go next time
        pruned = generations.prune(keep=session.workspace.keep_generations)
    session.finish()
    return Publication(proposal, switch=switch, pruned=tuple(pruned))


def clock() -> str:
    """Now: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


# gates


def _mend_ledgers(session: Session) -> None:
    """See to it that ledgers say what was built before anything is read from them: they may have been edited."""
    for stratum in () if session.survey.stale else session.ledgers.strata:
        if not session.ledgers.is_fresh(stratum, []):
            session.ledgers.make(stratum)


def _failing_gates(session: Session) -> tuple[GateResult, ...]:
    """Bring every gate up to date (what they read is, or the plan would be stale) and return those that fail."""
    graph = Graph(session)
    tasks = graph.stale_tasks(PLAIN)
    if tasks:
        session.begin()
    for task in tasks:
        if graph.why_stale(task) is not None:
            graph.run(task)
    results = [session.gates.result(gate) for gate in Gate]
    return tuple(result for result in results if result.verdict is Verdict.FAIL)


# what is published


def _propose(session: Session, approved: ApprovedPlan, *, canary_only: bool) -> Proposal:
    generations = session.generations
    staged = staged_entries(session)
    if tree_digest(staged.values()) != approved.plan.outputs:
        raise ActionNeededError("what is built is not what was planned", hint="run doit plan and approve anew")
    current = generations.current()
    before = standing_entries(session) if current is None else generations.entries(current.number)
    entries = _with_sample(before, staged, approved) if canary_only else staged
    promoted = approved.plan.changes.promotions
    common = [module for module in entries if module in before]
    sampled = set(approved.plan.canary.modules)
    return Proposal(
        approved=approved,
        number=generations.next_number(),
        parent=0 if current is None else current.number,
        canary_only=canary_only,
        entries=entries,
        added=len(entries) - len(common),
        changed=sum(entries[module].manifest != before[module].manifest for module in common),
        removed=len(before) - len(common),
        promotions=sum(item.module in sampled for item in promoted) if canary_only else len(promoted),
    )


def _with_sample(
    before: Mapping[ModuleId, Entry], staged: Mapping[ModuleId, Entry], approved: ApprovedPlan
) -> dict[ModuleId, Entry]:
    """What is published with the modules of the canary as the plan has them: new, changed, or gone."""
    sample = approved.plan.canary.modules
    chosen = set(sample)
    merged = {module: entry for module, entry in before.items() if module not in chosen}
    merged |= {module: staged[module] for module in sample if module in staged}
    return dict(sorted(merged.items()))


def _seal(session: Session, proposal: Proposal, *, by: str) -> Generation:
    generations = session.generations
    approved = proposal.approved
    created = clock()
    if generations.current() is None and note_found_tree(session, by=by, now=created) is None:
        generations.seal(
            parent=None,
            kind=GenerationKind.EMPTY,
            created=created,
            by=by,
            reason=BEFORE_THE_FIRST,
            entries=(),
            manifests=(),
        )
    return generations.seal(
        parent=proposal.parent,
        kind=GenerationKind.CANARY if proposal.canary_only else GenerationKind.FULL,
        created=created,
        by=by,
        reason=approved.approval.reason,
        plan=approved.digest,
        approval=approved.approval_digest,
        policy=policy_digests(session).items(),
        entries=proposal.entries.values(),
        manifests=_manifests(session, proposal),
        attachments=_attachments(session, proposal, created=created),
    )


def _manifests(session: Session, proposal: Proposal) -> Iterator[tuple[ModuleId, bytes]]:
    """The bytes of each manifest: those staged, or of the parent where only the sample is published."""
    layout = session.layout
    sample = set(proposal.approved.plan.canary.modules)
    kept = [module for module in proposal.entries if proposal.canary_only and module not in sample]
    from_parent = iter(session.generations.manifests(proposal.parent, kept) if kept else ())
    for module in proposal.entries:
        if proposal.canary_only and module not in sample:
            yield next(from_parent)
        else:
            yield module, _bytes_of(layout.absolute(layout.manifest(module)))


def _attachments(session: Session, proposal: Proposal, *, created: str) -> dict[str, bytes]:
    """What is kept with a generation: the very plan and approval, the ratchet, its trend line, its authored files."""
    layout, approved = session.layout, proposal.approved
    found = {TREND_LINE: _trend_line(session, proposal, created=created)}
    if not proposal.canary_only:  # what stays of the parent was made of the authored files of then
        found[AUTHORED_FILES] = authored_files_lines(session.survey.authored)
    for name, path, digest in (
        (PLAN_EXTRA, layout.plan, approved.digest),
        (APPROVAL_COPY, layout.approval, approved.approval_digest),
    ):
        found[name] = _bytes_of(layout.absolute(path))
        if sha256(found[name]) != digest:
            raise ActionNeededError(f"{path} changed while it was published", hint="run doit publish again")
    with suppress(FileNotFoundError):
        found[KNOWN_COPY] = read(layout.absolute(layout.known_violations), limits.YAML)
    return found


def _trend_line(session: Session, proposal: Proposal, *, created: str) -> bytes:
    stars = Counter(star for entry in proposal.entries.values() for star in entry.stars)
    results = [session.gates.result(gate) for gate in Gate]
    notes = next((dict(result.notes) for result in results if result.gate == Gate.COVERAGE), {})
    return encode_line(
        {
            "number": proposal.number,
            "parent": proposal.parent,
            "kind": (GenerationKind.CANARY if proposal.canary_only else GenerationKind.FULL).value,
            "created": created,
            "modules": len(proposal.entries),
            "added": proposal.added,
            "changed": proposal.changed,
            "removed": proposal.removed,
            "promotions": proposal.promotions,
            "stars": dict(sorted(stars.items())),
            "coverage": notes.get("covered"),
            "eligible": notes.get("eligible"),
            "gates_failing": sum(result.verdict is Verdict.FAIL for result in results),
            "gates_warning": sum(result.verdict is Verdict.WARN for result in results),
        }
    )


def _bytes_of(path: str) -> bytes:
    try:
        return read(path, limits.OUTPUT)
    except OSError as error:
        raise ActionNeededError(
            f"a file that is about to be published cannot be read: {error.strerror}",
            fields=(("path", path),),
            hint="something else is at work in these folders: run doit plan again when it has ended",
        ) from None


# and back


def roll_back(session: Session, number: int | None) -> Switch:
    """Put a generation back, the parent of the current one unless told; raises UsageError where there is none.

    The lock is held and an interrupted publication was recovered. Looks at no rules, pins or sources: it must work
    whatever state those are in.
    """
    generations = session.generations
    pointer = generations.pointer()
    if pointer is None:
        raise UsageError("nothing was published yet, so there is nothing to go back to", hint="run doit plan")
    if number is None:
        # Only here does the current generation have to be readable: a damaged one is a reason to leave it.
        current = generations.current()
        number = None if current is None else current.parent
    if number is None:
        raise UsageError(
            f"generation {pointer.current} has no parent to go back to",
            fields=(("generations", ", ".join(map(str, generations.numbers()))),),
            hint="name one: doit rollback N",
        )
    return generations.switch(number, strict=False)

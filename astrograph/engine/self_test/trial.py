"""One trial: plant a corruption in a copy of the scratch workspace, run every gate, compare the verdicts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from astrograph.audit.registry import DATA
from astrograph.engine.graph import Kind
from astrograph.engine.self_test.plants import Plant
from astrograph.engine.self_test.plants_of_building import of_outputs, of_people, of_policy
from astrograph.engine.self_test.plants_of_change import of_audit, of_change, of_publication, of_the_plan
from astrograph.engine.self_test.scratch import Scratch, copy_policy, run_tasks, scratch_workspace
from astrograph.engine.self_test.tree import tell_history
from astrograph.errors import AstrographError
from astrograph.gates.registry import AFTER_ARTIFACTS, AFTER_GATES, Gate
from astrograph.manifest.fields import placement_of
from astrograph.model.gate import Verdict
from astrograph.model.workspace import Workspace

Verdicts = dict[Gate, Verdict]


def plants() -> tuple[Plant, ...]:
    """Every plant there is."""
    return (
        *of_policy(),
        *of_outputs(),
        *of_people(),
        *of_change(),
        *of_publication(),
        *of_the_plan(),
        *of_audit(),
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """What one plant came to: the verdicts without it and with it; `refused` says why it came to no verdict."""

    plant: Plant
    before: Verdicts
    after: Verdicts
    refused: str = ""

    @property
    def missed(self) -> tuple[Gate, ...]:
        """The gates that should have turned red (or warned) and did not, or were so without the plant."""
        wanted = Verdict.WARN if self.plant.warns else Verdict.FAIL
        return tuple(
            gate
            for gate in Gate
            if gate in self.plant.gates and not (self.before[gate] is not wanted is self.after[gate])
        )

    @property
    def disturbed(self) -> tuple[Gate, ...]:
        """The other gates whose verdict changed."""
        return tuple(
            gate for gate in Gate if gate not in self.plant.gates and self.before[gate] is not self.after[gate]
        )

    @property
    def holds(self) -> bool:
        """Whether its own gates turned red, and no other changed."""
        return not self.refused and not self.missed and not self.disturbed


@dataclass(frozen=True, slots=True)
class SelfTest:
    """All trials, and the gates that no plant proves."""

    trials: tuple[Trial, ...]

    @property
    def unproven(self) -> tuple[Gate, ...]:
        """The gates that turned red for no plant."""
        sound = (trial.plant for trial in self.trials if not trial.missed and not trial.plant.warns)
        proven = {gate for plant in sound for gate in plant.gates}
        return tuple(gate for gate in Gate if gate not in proven)

    @property
    def holds(self) -> bool:
        """Whether every plant was found by its own gates and no others, and every gate has one."""
        return bool(self.trials) and all(trial.holds for trial in self.trials) and not self.unproven


def run_self_test(space: Workspace, *, told: Callable[[str], object] = lambda _: None) -> SelfTest:
    """Prove the gates over a scratch workspace with the policy files of this one. Touches nothing of it.

    `told` hears what is going on. Raises AstrographError when a gate fails in the scratch workspace as it is.
    """
    with _folder() as folder:
        idle, approved = _prepare(space, folder)
        told("a scratch workspace was built and published")
        clean = {False: _verdicts(idle, None, f"{folder}/clean"), True: _verdicts(approved, None, f"{folder}/clean")}
        trials = []
        placed = placement_of(space)
        for plant in (plant for plant in plants() if placed.keys() >= set(plant.fields)):
            base, before = approved if plant.approved else idle, clean[plant.approved]
            try:
                trials.append(Trial(plant, before, _verdicts(base, plant, f"{folder}/planted")))
            except (AstrographError, OSError) as error:
                trials.append(Trial(plant, before, before, refused=str(error).partition("\n")[0]))
        return SelfTest(tuple(trials))


@contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="astrograph-self-test-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(space: Workspace, folder: str) -> tuple[Scratch, Scratch]:
    """The workspace whose plan is spent, and its copy with an approved one."""
    idle = Scratch(scratch_workspace(space, f"{folder}/idle"))
    copy_policy(space, idle)
    tell_history(idle)
    approved = idle.twin(f"{folder}/approved")
    approved.plan_and_approve()
    approved.build()
    return idle, approved


def _verdicts(base: Scratch, plant: Plant | None, folder: str) -> Verdicts:
    """The verdict of every gate over a copy of `base` with one corruption."""
    scratch = base.twin(folder)
    try:
        if plant is not None and plant.inputs is not None:
            plant.inputs(scratch)
        with scratch.open() as session:
            if plant is None or plant.rebuild:
                session.prepare()
                run_tasks(session, (Kind.MANIFEST, Kind.LEDGER))
            if plant is not None and plant.outputs is not None:
                plant.outputs(scratch)
            for gate in _without(AFTER_GATES | AFTER_ARTIFACTS):
                session.gates.make(gate)
            edited = plant is not None and plant.outputs is not None
            for artifact in DATA:
                if edited or not session.audits.is_fresh(artifact, session.survey.writes):
                    session.audits.make(artifact)
            if plant is not None and plant.artifacts is not None:
                plant.artifacts(scratch)
            for gate in (*AFTER_GATES, *AFTER_ARTIFACTS):
                session.gates.make(gate)
            return {gate: session.gates.result(gate).verdict for gate in Gate}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _without(gates: Iterable[Gate]) -> list[Gate]:
    left_out = set(gates)
    return [gate for gate in Gate if gate not in left_out]

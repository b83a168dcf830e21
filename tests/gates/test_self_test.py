"""`doit validate --self-test`: every gate turns red for its own corruption, and a broken gate is found out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Workspace

from astrograph.engine.gating import checks
from astrograph.engine.gating.checks import Gates
from astrograph.engine.self_test import trial
from astrograph.engine.self_test.trial import SelfTest, plants, run_self_test
from astrograph.engine.session import open_workspace
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.gate import GateResult, judge

NAMED = {
    "a lost owner": {Gate.PARITY},
    "a changed contract": {Gate.PARITY},
    "a field path that no longer exists": {Gate.PARITY},
    "a swapped star": {Gate.CEILING_STAR},
    "a legacy path": {Gate.PATHS},
    "a truncated manifest": {Gate.SCHEMA, Gate.ROUNDTRIP},
    "a stale pin": {Gate.PINS},
    "a hand-edited published file": {Gate.DRIFT},
    "an approval for another plan": {Gate.CANARY},
    "a ceiling for the run one too low": {Gate.CEILING_RUN},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.make(tmp_path / "space")
    made.package("memory/fold", '"""Fold."""\n')
    return made


def test_every_plant_turns_its_own_gates_red_and_no_other(workspace: Workspace):
    workspace.run()
    before = workspace.snapshot()
    done = workspace.run("validate", "--self-test", "--json")
    report = json.loads(done.out)
    assert [plant for plant in report["plants"] if not plant["ok"]] == []
    assert (done.exit, report["schema"], report["holds"], report["unproven"]) == (0, "astrograph.self-test/1", True, [])
    assert len(report["plants"]) >= 30
    assert workspace.snapshot() == before, "nothing of the workspace itself is touched"


def test_the_corruptions_that_must_be_among_them_are_and_every_gate_has_one_of_its_own():
    all_plants = {plant.name: set(plant.gates) for plant in plants()}
    assert len(all_plants) == len(plants()), "names tell plants apart"
    assert {name: all_plants.get(name) for name in NAMED} == NAMED
    assert {gate for gates in all_plants.values() if len(gates) == 1 for gate in gates} == set(Gate)


def only(monkeypatch: pytest.MonkeyPatch, *gates: Gate) -> None:
    """Plant only what is meant for these gates, for the sake of time."""
    chosen = tuple(plant for plant in plants() if plant.gates & set(gates))
    monkeypatch.setattr(trial, "plants", lambda: chosen)


def blind(gate: str) -> Callable[..., GateResult]:
    return lambda *_, **__: judge(gate, compared=1, expected=1)


FUNCTIONS = {
    Gate.PARITY: "parity_gate",
    Gate.CEILING_STAR: "ceiling_star_gate",
    Gate.SUPPORTING_FLOOR: "supporting_floor_gate",
    Gate.DRIFT: "drift_gate",
    Gate.ROLLBACK: "rollback_gate",
    Gate.CANARY: "canary_gate",
    Gate.AUDIT: "audit_gate",
}


def test_gates_that_always_pass_make_the_command_fail(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    only(monkeypatch, *FUNCTIONS)
    for gate, function in FUNCTIONS.items():
        monkeypatch.setattr(checks, function, blind(gate))
    done = workspace.run("validate", "--self-test")
    assert done.exit == 1
    assert [gate for gate in FUNCTIONS if f"{gate} did not turn red" not in done.out] == []
    assert "did not turn exactly their own gates red" in done.out


def test_a_limit_that_is_off_by_one_makes_it_fail(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    only(monkeypatch, Gate.CEILING_RUN)
    right = checks.ceiling_run_gate
    lax = lambda promotions, *rest, **named: right(promotions[1:], *rest, **named)  # noqa: E731
    monkeypatch.setattr(checks, "ceiling_run_gate", lax)
    assert workspace.run("validate", "--self-test").exit == 1


def test_a_gate_that_turns_red_for_what_is_anothers_makes_it_fail(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    only(monkeypatch, Gate.DRIFT)
    right = Gates.run

    def jumpy(gates: Gates, gate: Gate) -> GateResult:
        if gate is Gate.PINS and gates.values.differences:
            return judge(gate, compared=1, expected=1, findings=(finding("AG514", "jumpy", path="x"),))
        return right(gates, gate)

    monkeypatch.setattr(Gates, "run", jumpy)
    done = workspace.run("validate", "--self-test")
    assert done.exit == 1
    assert "WRONG: pins pass → fail" in done.out


def test_gates_without_a_plant_are_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    only(monkeypatch, Gate.PINS)
    report: SelfTest = run_self_test(open_workspace(str(workspace.root)))
    assert all(item.holds for item in report.trials)
    assert not report.holds
    assert set(report.unproven) == set(Gate) - {Gate.PINS}


def demand_a_field(workspace: Workspace) -> None:
    def demand(document: Any) -> None:
        document["properties"]["team_code"] = {"type": "string", "description": "A code."}
        document["required"].append("team_code")

    workspace.document("schemas/module_manifest.schema.json", demand)
    workspace.pin()


def test_a_policy_under_which_a_sound_workspace_fails_is_told(workspace: Workspace):
    demand_a_field(workspace)
    done = workspace.run("validate", "--self-test")
    assert done.exit == 3
    assert "gates fail in a sound scratch workspace" in done.err
    assert "schema: AG2" in done.err


def test_a_schema_that_asks_for_a_field_everybody_is_given_can_be_proved(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    demand_a_field(workspace)
    workspace.author("_defaults", "owner: '@all'\nteam_code: t1\n")
    only(monkeypatch, Gate.SCHEMA)
    report = run_self_test(open_workspace(str(workspace.root)))
    assert [item.plant.name for item in report.trials if not item.holds] == []

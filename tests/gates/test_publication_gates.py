"""What is published, what is about to be, and the way back."""

from __future__ import annotations

import pytest

from astrograph.gates.publication import SHOWN_DIFFERENCES, GenerationCheck, canary_gate, drift_gate, rollback_gate
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.generation import DifferenceKind, PublishedDifference

FOLDER = "build/published"


def difference(path: str, kind: DifferenceKind) -> PublishedDifference:
    return PublishedDifference(f"{FOLDER}/{path}", kind)


def drift(*differences: PublishedDifference, generation: int | None = 3, published: int = 5, unpublished: int = 0):
    return drift_gate(differences, generation=generation, published=published, unpublished=unpublished, folder=FOLDER)


def said(result: GateResult) -> list[tuple[str, str, str]]:
    return [(item.code, item.path, item.module) for item in result.findings]


def test_a_published_tree_as_it_was_published_passes():
    result = drift()
    assert (result.verdict, result.compared, result.expected, result.reason) == (Verdict.PASS, 5, 5, "generation 3")


def test_that_what_is_built_differs_from_what_is_published_is_told_and_no_failure():
    result = drift(unpublished=2)
    assert (result.verdict, result.reason) == (Verdict.PASS, "generation 3; 2 modules built anew since")
    assert dict(result.notes)["unpublished_changes"] == 2


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("a/b/module.manifest.json", DifferenceKind.CHANGED, ("AG405", "a/b")),
        ("a/b/module.manifest.json", DifferenceKind.MISSING, ("AG406", "a/b")),
        ("a/b/module.manifest.json", DifferenceKind.EXTRA, ("AG407", "a/b")),
        ("notes.txt", DifferenceKind.EXTRA, ("AG407", "")),
    ],
)
def test_a_file_that_differs_fails_with_its_place(path: str, kind: DifferenceKind, expected: tuple[str, str]):
    result = drift(difference(path, kind))
    assert result.verdict is Verdict.FAIL
    assert said(result) == [(expected[0], f"{FOLDER}/{path}", expected[1])]


def test_very_many_differences_are_summed_up():
    many = [difference(f"m{n:05}/module.manifest.json", DifferenceKind.MISSING) for n in range(SHOWN_DIFFERENCES + 7)]
    result = drift(*many, published=len(many))
    assert len(result.findings) == SHOWN_DIFFERENCES + 1
    assert "and 7 more files" in result.findings[0].message


@pytest.mark.parametrize("kind", list(DifferenceKind))
def test_drift_names_every_way_out(kind: DifferenceKind):
    (found,) = drift(difference("a/module.manifest.json", kind)).findings
    for way in ("`doit rollback 3` puts back", "restore it from git", "source or authored facts", "doit plan"):
        assert way in found.fix


@pytest.mark.parametrize("generation", [None, 0])
def test_drift_does_not_apply_while_nothing_is_published(generation: int | None):
    assert drift(generation=generation, published=0).verdict is Verdict.NOT_APPLICABLE


def test_a_file_in_a_published_folder_that_should_be_empty_fails():
    result = drift(difference("x", DifferenceKind.EXTRA), generation=0, published=0)
    assert (result.verdict, result.compared) == (Verdict.FAIL, 1)


# ── the canary ────────────────────────────────────────────────────────────────


def canary(state: str, reason: str = "") -> GateResult:
    return canary_gate(state, reason=reason, plan_path="build/plan.json", digest="d" * 64, sampled=12)


@pytest.mark.parametrize("state", ["none", "spent"])
def test_without_a_plan_to_publish_the_canary_does_not_apply(state: str):
    assert canary(state).verdict is Verdict.NOT_APPLICABLE


def test_an_approved_plan_passes():
    result = canary("approved", "by Ann, until tomorrow")
    assert (result.verdict, result.compared, result.expected) == (Verdict.PASS, 1, 1)
    assert result.reason == "12 modules sampled, by Ann, until tomorrow"


@pytest.mark.parametrize(
    ("state", "code"),
    [("pending", "AG601"), ("expired", "AG602"), ("invalid", "AG603"), ("stale", "AG604"), ("unheard of", "AG603")],
)
def test_a_plan_that_may_not_be_published_fails_with_its_reason(state: str, code: str):
    result = canary(state, "this is why")
    assert (result.verdict, said(result)) == (Verdict.FAIL, [(code, "build/plan.json", "")])
    assert result.findings[0].message == "this is why"


# ── the way back ──────────────────────────────────────────────────────────────


def rollback(current: GenerationCheck | None, target: GenerationCheck | None, *, parent: int | None = 1) -> GateResult:
    return rollback_gate(current, target, parent=parent, folder="build/generations")


def test_two_whole_generations_pass():
    result = rollback(GenerationCheck(2, 10), GenerationCheck(1, 9))
    assert (result.verdict, result.compared, result.expected) == (Verdict.PASS, 2, 2)
    assert dict(result.notes) == {"current": 2, "target": 1, "manifests": 19}


def test_rollback_does_not_apply_while_nothing_is_published():
    assert rollback(None, None, parent=None).verdict is Verdict.NOT_APPLICABLE
    assert rollback(GenerationCheck(0, 9), None, parent=None).verdict is Verdict.NOT_APPLICABLE


def test_a_parent_that_is_gone_fails():
    result = rollback(GenerationCheck(2, 10), None)
    assert (result.verdict, said(result)) == (Verdict.FAIL, [("AG610", "build/generations/000001", "")])


def test_a_damaged_generation_fails_even_where_nobody_knows_which_one_it_follows():
    result = rollback(GenerationCheck(2, 0, ("it is not there",)), None, parent=None)
    assert (result.verdict, said(result)) == (Verdict.FAIL, [("AG611", "build/generations/000002", "")])
    assert "`doit rollback N`" in result.findings[0].fix
    assert "backup" in result.findings[0].fix


@pytest.mark.parametrize("damaged", [1, 2])
def test_damage_of_either_generation_fails(damaged: int):
    checks = {n: GenerationCheck(n, 10, ("entries.jsonl is missing",) if n == damaged else ()) for n in (1, 2)}
    result = rollback(checks[2], checks[1])
    assert (result.verdict, said(result)) == (Verdict.FAIL, [("AG611", f"build/generations/00000{damaged}", "")])

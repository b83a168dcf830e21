"""`doit canary`: the plan's sample as list and report, or a look before there is a plan."""

from __future__ import annotations

import json

import pytest
from planned import approved, planned, publish
from support.workspace import Workspace

from astrograph.publication.report import canary_list_text, canary_report

LIST, REPORT = "build/audit/canary_list.txt", "build/audit/canary_report.json"


def report(ws: Workspace) -> dict[str, object]:
    return json.loads(ws.path(REPORT).read_bytes())


def test_list_and_report_are_functions_of_the_plan_alone(family):
    plan = planned(family)
    run = family.run("canary")
    assert run.exit == 0, run.err
    assert family.path(LIST).read_bytes() == canary_list_text(plan.canary)
    assert family.path(REPORT).read_bytes() == canary_report(plan)
    assert family.path(LIST).read_text().splitlines() == list(plan.canary.modules)


def test_the_report_waits_for_an_approval_and_says_what_a_clean_sample_proves(family):
    planned(family)
    family.run("canary")
    found = report(family)
    assert found["status"] == "PENDING_APPROVAL"
    assert found["strata"] == [
        {"stratum": "core", "changed": 1, "sampled": 1},
        {"stratum": "memory", "changed": 2, "sampled": 1},
    ]
    assert [(item["confidence"], item["defects"], item["per_mille"]) for item in found["bound"]] == [
        (95, 1, 334),
        (99, 1, 334),
    ]
    assert (found["population"], found["sample"], found["size"]) == (3, 2, 1000)


def test_text_shows_sample_proof_and_next_step(family):
    planned(family)
    text = family.run("canary").out
    assert text.startswith("PENDING_APPROVAL   the canary of plan ")
    assert "sample   2 modules of 3 changed modules in 2 strata\n" in text
    assert "If all of the sample is right, then of all changed modules at most" in text
    assert "     1 of 3 (33.3 %) are wrong, with 95 % confidence\n" in text
    assert text.endswith("next   doit approve\n")


def test_json_is_one_object_with_the_report(family):
    planned(family)
    document = json.loads(family.run("canary", "--json").out)
    assert document["schema"] == "astrograph.canary/1"
    assert document["report"] == report(family)


def test_what_to_look_at_is_told_with_its_reason(family):
    family.author("core/_defaults", "tier: T1_critical\nowner: core\n")
    family.author("memory/_defaults", "node: memory\n")
    planned_or_failing(family)
    family.run("canary")
    found = {item["why"]: item["modules"] for item in report(family)["look_at"]}
    assert found["it is T1_critical"] == ["core/types"]
    assert len(found["it is promoted to a star"]) == 1
    assert report(family)["critical"] == ["core/types"]


def planned_or_failing(ws: Workspace) -> None:
    assert ws.run("plan").exit in {0, 1}


def test_a_removed_module_can_be_in_the_sample(family):
    family.author("core/types", "tier: T1_critical\nowner: core\ncontracts: []\n")
    approved_in_spite(family)
    family.delete("src/core/types")
    family.delete("manifests_src/core")
    planned_or_failing(family)
    family.run("canary")
    found = report(family)
    assert "core/types" in found["critical"]
    assert {"why": "it is removed", "count": 1, "modules": ["core/types"]} in found["look_at"]


def approved_in_spite(ws: Workspace) -> None:
    """Publish whatever the gates say: the commands refuse, the store does not."""
    planned_or_failing(ws)
    assert ws.run("canary").exit == 0
    assert ws.run("approve", "--by", "lead", "--yes").exit == 0
    publish(ws)


def test_configured_ids_are_in_it_and_unknown_ones_are_an_error(family):
    family.settings('canary = { size = 0.1, critical = ["memory/fold", "memory/recall"] }')
    planned(family)
    family.run("canary")
    assert {"memory/fold", "memory/recall"} <= set(family.path(LIST).read_text().splitlines())
    text = family.path("pyproject.toml").read_text()
    family.write("pyproject.toml", text.replace('"memory/recall"', '"memory/recal"'))
    run = family.run("plan")
    assert run.exit == 3
    assert "unknown: memory/recal (did you mean memory/recall?)" in run.err


# ── without a plan ────────────────────────────────────────────────────────────


def test_before_anything_is_built_only_the_sample_is(family):
    for name in "abcdefgh":
        family.package(f"memory/{name}", "")
    run = family.run("canary")
    assert run.exit == 0, run.err
    sample = family.path(LIST).read_text().splitlines()
    assert family.manifests() == sample
    assert len(sample) < 11
    assert (report(family)["status"], report(family)["plan"]) == ("PARTIAL", "")
    assert "it can not be approved" in run.out
    assert run.out.endswith("next   doit plan\n")
    assert not family.path("build/plan.json").exists()


def test_a_look_before_a_plan_can_not_be_approved(family):
    family.run("canary")
    run = family.run("approve", "--by", "lead", "--yes")
    assert (run.exit, "there is no plan" in run.err) == (4, True)
    assert not family.path("build/approval.json").exists()


def test_a_build_after_a_look_gives_what_a_build_from_nothing_gives(family, tmp_path):
    twin = family.twin(tmp_path / "twin")
    family.run("canary")
    planned(family)
    planned(twin)
    assert family.path("build/plan.json").read_bytes() == twin.path("build/plan.json").read_bytes()


def test_a_look_before_a_plan_compares_with_what_is_published(family):
    approved(family)
    publish(family)
    family.delete("build/plan.json")
    family.package("core/types", "KEY = 1\n\n\nclass Other:\n    pass\n")
    run = family.run("canary")
    assert run.exit == 0, run.err
    (change,) = report(family)["modules"]
    assert (change["module"], change["kind"]) == ("core/types", "changed")
    assert {field["cause"] for field in change["fields"]} == {"source"}


# ── when the plan no longer holds ─────────────────────────────────────────────


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda ws: ws.package("core/types", "KEY = 2\n"), "the plan is stale: source changed in the stratum core"),
        (lambda ws: ws.author("core/types", "lane: labs\n"), "the plan is stale: authored facts changed"),
        (lambda ws: ws.write("build/plan.json", "{}"), "build/plan.json cannot be used"),
    ],
)
def test_a_plan_that_no_longer_holds_has_no_canary(family, act, reason):
    planned(family)
    act(family)
    run = family.run("canary")
    assert (run.exit, reason in run.err) == (4, True), run.err
    assert report(family)["status"] != "PENDING_APPROVAL"


def test_the_canary_takes_no_words(family):
    run = family.run("canary", "memory/fold")
    assert (run.exit, "canary takes no words" in run.err) == (3, True)

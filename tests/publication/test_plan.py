"""`doit plan`: what a publication would change, in one canonical document with one digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from planned import approved, planned, publish, status
from support.workspace import RULES, Workspace

from astrograph.engine.planning.planning import PlanState
from astrograph.errors import DecodeError
from astrograph.model.plan import ChangeCause, ChangeKind
from astrograph.publication.document import decode_plan, encode_plan, plan_digest

DEFAULTS = 'owner: "@memory-team"\ntier: T2_important\nnode: memory\n'


@pytest.fixture
def published(family: Workspace) -> Workspace:
    """The family with authored facts, published as generation 1."""
    family.author("memory/_defaults", DEFAULTS)
    approved(family)
    assert publish(family) == 1
    return family


def fields(plan, module: str) -> dict[str, tuple[str, str, str, str]]:
    """The field changes of one module by pointer."""
    (change,) = (item for item in plan.changes.modules if item.module == module)
    return {item.pointer: (item.before, item.after, item.cause.value, item.at) for item in change.fields}


# ── the document ──────────────────────────────────────────────────────────────


def test_the_first_plan_adds_every_module_and_starts_from_nothing(family):
    plan = planned(family)
    assert (plan.parent, plan.parent_digest, plan.modules, plan.changes.unchanged) == (None, "", 3, 0)
    assert {change.kind for change in plan.changes.modules} == {ChangeKind.ADDED}
    assert [(c.field, c.count, c.example) for c in plan.classes] == [("module", 3, "core/types")]
    manifests = {
        m: hashlib.sha256(family.path(family.manifest_path(m)).read_bytes()).hexdigest() for m in family.manifests()
    }
    lines = "".join(f"{digest}  {module}\n" for module, digest in sorted(manifests.items()))
    assert plan.outputs == hashlib.sha256(lines.encode()).hexdigest()


def test_the_same_state_gives_the_same_plan_wherever_it_is_made(family, tmp_path):
    plan = planned(family)
    first = family.path("build/plan.json").read_bytes()
    assert hashlib.sha256(first).hexdigest() == plan_digest(plan)
    planned(family)
    assert family.path("build/plan.json").read_bytes() == first
    twin = family.twin(tmp_path / "twin")
    planned(twin)
    assert twin.path("build/plan.json").read_bytes() == first


def test_the_text_ends_with_the_digest_and_what_comes_next(family):
    run = family.run("plan")
    digest = hashlib.sha256(family.path("build/plan.json").read_bytes()).hexdigest()
    assert f"plan {digest}\n     build/plan.json\n\nnext   doit canary\n" in run.out
    assert "3 modules over nothing published yet\n  +3 added   ~0 changed   -0 removed   0 unchanged" in run.out


def test_json_holds_the_digest_and_the_whole_plan(family):
    run = family.run("plan", "--json")
    data = family.path("build/plan.json").read_bytes()
    document = json.loads(run.out)
    assert document["schema"] == "astrograph.plan/1"
    assert document["digest"] == hashlib.sha256(data).hexdigest()
    assert document["plan"] == json.loads(data)
    assert document["path"] == "build/plan.json"


def test_a_plan_reads_back_as_it_was_and_in_no_other_way(family):
    plan = planned(family)
    data = encode_plan(plan)
    assert decode_plan(data) == plan
    for other in (
        data + b"\n",
        data.replace(b'"added"', b'"changed"'),
        b"{}",
        b"[]",
        b"\xff",
        data.replace(b'"modules": 3', b'"modules": 3.0'),
        data.replace(b'"modules": 3', b'"modules": 3, "more": 1'),
        json.dumps(json.loads(data)).encode(),
    ):
        if other == data.replace(b'"added"', b'"changed"'):
            assert plan_digest(decode_plan(other)) != plan_digest(plan)
        else:
            with pytest.raises(DecodeError, match=r"plan|JSON"):
                decode_plan(other)
    assert plan_digest(replace(plan, modules=4)) != plan_digest(plan)


def test_every_input_has_its_digest(family):
    family.write("contracts/one.json", "{}")
    family.write("rules/known_violations.yaml", "[]\n")
    family.write("rules/allowed_approvers", "")
    names = [name for name, _ in planned_with_findings(family).inputs]
    assert names == sorted(names)
    assert {name for name in names if name.startswith("source/")} == {"source/core", "source/memory"}
    assert {"authored", "contracts", "engines", "settings"} <= set(names)
    assert {f"policy/{RULES}", "policy/rules/pins.json", "policy/rules/known_violations.yaml"} <= set(names)
    assert "policy/rules/allowed_approvers" in names
    assert "codeowners" not in names


def test_a_failing_gate_is_told_and_ends_with_exit_1(family):
    family.author("memory/fold", "ownr: x\n")
    run = family.run("plan")
    assert run.exit == 1, run.out
    assert "fail authored" in run.out
    assert "next   mend what fails, then doit plan again" in run.out
    document = json.loads(family.run("plan", "--json").out)
    assert (document["failing"], document["plan"]["gates"]["authored"]) == (["authored"], "fail")


@pytest.mark.parametrize("words", [("plan", "memory/fold"), ("plan", "--single")])
def test_a_plan_is_about_the_whole_workspace(family, words):
    run = family.run(*words)
    assert run.exit == 3
    assert not family.path("build/plan.json").exists()


# ── changes and their causes ──────────────────────────────────────────────────


def test_with_nothing_changed_there_is_nothing_to_publish(published):
    run = published.run("plan")
    assert run.exit == 0
    assert "3 modules over generation 1\n  +0 added   ~0 changed   -0 removed   3 unchanged" in run.out
    assert "next   nothing to publish: what is built is what is published" in run.out


def test_an_authored_edit_is_told_with_its_place(published):
    published.author("memory/fold", '# who\nowner: "@new"\n')
    plan = planned(published)
    assert fields(plan, "memory/fold") == {
        "/module/owner": ('"@memory-team"', '"@new"', "authored", "manifests_src/memory/fold.yaml:2")
    }
    assert [change.module for change in plan.changes.modules] == ["memory/fold"]
    assert (plan.parity.compared, plan.parity.authored, plan.parity.other) == (3, 1, 0)
    assert "1 changed by authored edits" in published.run("plan").out


def test_an_owner_that_was_deleted_is_told_with_the_file_it_stood_in(published):
    published.author("memory/_defaults", "tier: T2_important\nnode: memory\n")
    changed = fields(planned(published), "memory/fold")
    assert changed == {"/module/owner": ('"@memory-team"', '"@all"', "authored", "manifests_src/_defaults.yaml:1")}
    published.delete("manifests_src/_defaults.yaml")
    changed = fields(planned_with_findings(published), "memory/fold")
    assert changed == {"/module/owner": ('"@memory-team"', "null", "authored", "manifests_src/memory/_defaults.yaml")}


def planned_with_findings(ws: Workspace):
    """The plan of a workspace whose gates may fail."""
    assert ws.run("plan").exit in {0, 1}
    return decode_plan(ws.path("build/plan.json").read_bytes())


def test_source_inventory_and_policy_are_told_apart(published):
    published.package("memory/fold", "from core.types import KEY\n\n\nclass Fold:\n    pass\n")
    published.package("core/more", "")
    published.package("memory/recall", "import core.types\nimport memory.fold\nimport core.more\n")
    published.delete("src/core/types")
    plan = planned_with_findings(published)
    kinds = {change.module: change.kind for change in plan.changes.modules}
    assert kinds["core/types"] is ChangeKind.REMOVED
    assert kinds["core/more"] is ChangeKind.ADDED
    fold = fields(plan, "memory/fold")
    assert fold["/exports/classes"][:3] == ("[]", '["Fold"]', "source")
    assert fold["/dependencies/internal"][:3] == ('["core/types"]', "[]", "source")
    assert fields(plan, "memory/recall")["/dependencies/internal"][2] == "source"


def test_a_package_that_comes_changes_others_through_the_inventory(published):
    published.package("memory/recall/deep", "")
    published.package("memory/recall", "import core.types\nimport memory.fold\n")
    plan = planned(published)
    assert [(c.module, c.kind.value) for c in plan.changes.modules] == [("memory/recall/deep", "added")]
    approved(published)
    publish(published)
    published.package("numpy/core", "")
    published.package("numpy", "")
    published.package("memory/fold", "from core.types import KEY\nimport numpy\n")
    approved(published)
    publish(published)
    published.delete("src/numpy")
    plan = planned(published)
    assert fields(plan, "memory/fold")["/dependencies/internal"] == (
        '["core/types","numpy"]',
        '["core/types"]',
        "inventory",
        "",
    )


def test_a_change_of_rules_is_policy_and_promotes(published):
    before = planned(published)
    assert before.changes.promotions == ()
    published.author("core/_defaults", "node: core\n")
    approved(published)
    publish(published)
    published.rules(lambda rules: rules["confidence"].update(min_autopromote=0.95))
    published.pin()
    plan = planned(published)
    assert {item.cause for change in plan.changes.modules for item in change.fields} == {ChangeCause.POLICY}
    assert fields(plan, "memory/fold")["/constellation/stars"][:3] == ('["Trail"]', '["Supporting"]', "policy")
    stars = {item.star: (item.before, item.after) for item in plan.distribution}
    assert (stars["Trail"], stars["Anchor"], stars["Supporting"]) == ((2, 0), (1, 0), (0, 3))
    approved(published)
    publish(published)
    published.rules(lambda rules: rules["confidence"].update(min_autopromote=0.7))
    published.pin()
    plan = planned(published)
    assert [(item.module, item.gained) for item in plan.changes.promotions] == [
        ("core/types", ("Anchor",)),
        ("memory/fold", ("Trail",)),
        ("memory/recall", ("Trail",)),
    ]
    assert "  core/types     🔧 Supporting → ⚓ Anchor  0.90 inferred\n" in published.run("plan").out


def test_a_decided_star_is_authored(published):
    published.author("memory/fold", "stars: [Watch]\n")
    plan = planned(published)
    assert fields(plan, "memory/fold")["/constellation/stars"] == (
        '["Trail"]',
        '["Watch"]',
        "authored",
        "manifests_src/memory/fold.yaml:1",
    )
    assert plan.changes.promotions == ()


def test_full_text_shows_each_module_and_field(published):
    published.author("memory/fold", 'owner: "@new"\n')
    text = published.run("plan", "--full").out
    assert "  ~ memory/fold  T2_important\n" in text
    assert '      /module/owner  "@memory-team" → "@new"  authored manifests_src/memory/fold.yaml:1\n' in text


def test_of_long_lists_the_text_shows_what_came_and_what_went(published):
    names = [f"a_rather_long_name_{number}" for number in range(9)]
    published.package("memory/fold", "".join(f"def {name}(): ...\n" for name in names))
    approved(published)
    publish(published)
    published.package("memory/fold", "".join(f"def {name}(): ...\n" for name in [*names[1:], "b"]))
    text = published.run("plan").out
    gone, new = '{"async": false, "name": "a_rather_long_name_0"}', '{"async": false, "name": "b"}'
    assert f"1 × /exports/functions  -{gone} +{new}  source" in text


def test_text_from_the_workspace_never_reaches_the_terminal_raw(published):
    published.package("memory/fold", 'from core.types import KEY\n"""x"""\n'.replace("x", "\x1b[31m\u202ered"))
    published.package("memory/recall", '"""\x1b[31m\u202ered"""\nimport core.types\nimport memory.fold\n')
    for words in (("plan", "--full"), ("plan", "--json"), ("canary",)):
        run = published.run(*words)
        assert run.exit == 0, run.err
        assert not {"\x1b", "\u202e"} & set(run.out)
        assert "red" in run.out


# ── when files move while it is made ──────────────────────────────────────────


def test_source_that_changes_while_the_plan_is_made_stops_it(family, monkeypatch):
    from astrograph.doit_plugin.commands.plan import Plan

    report = Plan.report
    monkeypatch.setattr(
        Plan,
        "report",
        lambda self, **named: (family.package("core/types", "KEY = 2\n"), report(self, **named))[1],
    )
    run = family.run("plan")
    assert run.exit == 4
    assert "source changed while the plan was made" in run.err
    assert not family.path("build/plan.json").exists()


def test_without_a_plan_there_is_nothing_to_approve(built):
    assert (status(built).state, status(built).reason) == (PlanState.NONE, "there is no plan")
    run = built.run("approve", "--by", "lead", "--yes")
    assert (run.exit, "there is no plan" in run.err, "run doit plan" in run.err) == (4, True, True)

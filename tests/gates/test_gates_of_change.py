"""The gates of change in a workspace that is built, published, edited, approved and damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import Run, Workspace, light_rules

from astrograph.engine.ledger import not_overtaken
from astrograph.formats.policy_known import write_known
from astrograph.model.digests import NOTHING, fingerprint
from astrograph.model.gate import KnownViolation
from astrograph.store.state import State, Table
from astrograph.store.traces import NodeTrace

OF_CHANGE = ("parity", "ceiling_run", "ceiling_star", "supporting_floor", "drift", "canary", "rollback")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.make(tmp_path / "space")
    made.author("_defaults", "owner: '@all'\ntier: T3_standard\n")
    for module in ("core/storage", "core/types", "labs/one", "labs/two"):
        made.package(module, f'"""About {module}."""\n')
    return made


def publish(workspace: Workspace) -> None:
    for words in (("plan",), ("canary",), ("approve", "--by", "Ann", "--yes"), ("publish", "--yes", "--by", "Ann")):
        done = workspace.run(*words)
        assert done.exit == 0, (words, done.out, done.err)


def verdicts(workspace: Workspace) -> dict[str, str]:
    return {gate: workspace.gate(gate)["verdict"] for gate in OF_CHANGE}


def codes(workspace: Workspace, *gates: str) -> list[str]:
    return sorted({code for gate in gates for code in workspace.codes(gate)})


def validated(workspace: Workspace) -> Run:
    return workspace.run("validate")


def test_before_the_first_publication_only_what_needs_no_baseline_applies(workspace: Workspace):
    assert validated(workspace).exit == 0
    assert verdicts(workspace) == {
        "parity": "n/a",
        "ceiling_run": "pass",
        "ceiling_star": "pass",
        "supporting_floor": "pass",
        "drift": "n/a",
        "canary": "n/a",
        "rollback": "n/a",
    }


def test_after_a_publication_everything_applies_but_the_plan_that_is_spent(workspace: Workspace):
    publish(workspace)
    assert validated(workspace).exit == 0
    assert verdicts(workspace) == {**dict.fromkeys(OF_CHANGE, "pass"), "canary": "n/a"}


def test_nothing_runs_when_nothing_changed_and_no_gate_runs_for_an_edited_body(workspace: Workspace):
    publish(workspace)
    validated(workspace)
    assert validated(workspace).tasks == ()
    workspace.package("labs/one", '"""About labs/one."""\nx = 1 if __name__ else 2\ndel x\n')
    done = validated(workspace)
    assert (done.ran("gate"), done.ran("ledger")) == ([], [])


def test_nothing_runs_while_a_plan_waits_and_nothing_changed(workspace: Workspace):
    workspace.run("plan")
    workspace.run("canary")
    assert validated(workspace).exit == 4
    assert validated(workspace).ran("gate") == []


def test_that_only_a_word_is_missing_is_exit_4_and_said_so(workspace: Workspace):
    workspace.run("plan")
    workspace.run("canary")
    done = validated(workspace)
    assert (done.exit, codes(workspace, "canary")) == (4, ["AG601"])
    assert "a person has to decide" in done.out
    document = json.loads(workspace.run("validate", "--json").out)
    assert (document["schema"], document["verdict"]) == ("astrograph.validate/1", "action-needed")


def test_a_stale_plan_is_exit_4_and_names_what_moved(workspace: Workspace):
    workspace.run("plan")
    workspace.run("canary")
    workspace.run("approve", "--by", "Ann", "--yes")
    assert validated(workspace).exit == 0
    workspace.package("labs/one", '"""About labs/one, differently."""\n')
    done = validated(workspace)
    assert (done.exit, codes(workspace, "canary")) == (4, ["AG604"])
    assert "labs" in workspace.gate("canary")["findings"][0]["message"]


def test_a_gate_that_fails_beside_a_missing_word_is_exit_1(workspace: Workspace):
    workspace.run("plan")
    workspace.author("labs/gone", "owner: '@x'\n")
    assert validated(workspace).exit == 1


def test_a_forged_approval_is_exit_1(workspace: Workspace):
    workspace.run("plan")
    workspace.run("canary")
    workspace.run("approve", "--by", "Ann", "--yes")
    workspace.document("build/approval.json", lambda document: document.update(by="Bob"))
    done = validated(workspace)
    assert (done.exit, codes(workspace, "canary")) == (1, ["AG603"])


def test_an_authored_owner_may_change_and_a_lost_one_may_not(workspace: Workspace):
    workspace.author("labs/one", "owner: '@one'\n")
    publish(workspace)
    workspace.author("labs/one", "owner: '@two'\n")
    assert validated(workspace).exit == 0
    assert workspace.gate("parity")["notes"]["authored_changes"] == {"owner": 1}
    workspace.delete("manifests_src/_defaults.yaml")
    workspace.author("_defaults", "tier: T3_standard\n")
    assert validated(workspace).exit == 1
    assert [item["module"] for item in workspace.gate("parity")["findings"]] == [
        "core/storage",
        "core/types",
        "labs/two",
    ]


def test_the_ceiling_for_a_run_holds_at_its_limit_and_not_one_above(tmp_path: Path):
    rules = light_rules()
    rules["limits"]["max_promotions_run"] = 1
    workspace = Workspace.make(tmp_path / "space", rules=rules)
    workspace.author("_defaults", "owner: '@all'\n")
    workspace.package("memory/fold")
    workspace.author("memory/fold", "node: memory\n")
    assert validated(workspace).exit == 0
    workspace.package("memory/more")
    workspace.author("memory/more", "node: memory\n")
    assert (validated(workspace).exit, codes(workspace, "ceiling_run")) == (1, ["AG408"])
    workspace.delete("src/memory/more")
    workspace.delete("manifests_src/memory/more.yaml")
    publish(workspace)
    workspace.package("memory/more")
    workspace.author("memory/more", "node: memory\n")
    assert validated(workspace).exit == 0, "what was published does not count again"


def test_a_published_file_edited_by_hand_is_seen_at_once(workspace: Workspace):
    publish(workspace)
    validated(workspace)
    workspace.append("build/published/labs/one/module.manifest.json", b" ")
    done = validated(workspace)
    assert (done.exit, codes(workspace, "drift")) == (1, ["AG405"])
    assert done.ran("gate") == ["audit", "drift", "ratchet"] or "drift" in done.ran("gate")


def test_a_damaged_record_of_what_is_published_fails_every_gate_that_reads_it(workspace: Workspace):
    publish(workspace)
    validated(workspace)
    workspace.append("build/generations/000001/entries.jsonl", b"{}\n")
    workspace.package("labs/one", '"""About labs/one, differently."""\n')
    done = validated(workspace)
    assert done.exit != 0
    assert "generation" in done.err + done.out
    assert codes(workspace, "parity", "ceiling_run", "ceiling_star", "supporting_floor") == ["AG416"]
    assert codes(workspace, "rollback") == ["AG611"]


@pytest.mark.parametrize("damage", ["folder", "metadata", "entries"])
def test_a_damaged_current_generation_is_a_verdict_and_other_commands_refuse(workspace: Workspace, damage: str):
    publish(workspace)
    assert validated(workspace).exit == 0
    folder = workspace.path("build/generations/000001")
    match damage:
        case "folder":
            folder.rename(folder.with_name(".lost"))
            workspace.path("build/generations/.lost").rename(workspace.path("lost"))
        case "metadata":
            workspace.append("build/generations/000001/generation.json", b"x")
        case _:
            workspace.append("build/generations/000001/entries.jsonl", b"{}\n")
            workspace.author("labs/one", "tier: T2_important\n")
    for _ in range(2):
        done = validated(workspace)
        assert (done.exit, "error:" in done.err) == (1, False)
        assert codes(workspace, "rollback") == ["AG611"]
        (found,) = workspace.gate("rollback")["findings"]
        assert found["path"] == "build/generations/000001"
        assert "doit rollback N" in found["fix"]
        for gate in ("parity", "drift"):
            (found,) = workspace.gate(gate)["findings"]
            assert (found["code"], found["path"]) == ("AG416", "build/generations/000001")
            assert found["message"].startswith("generation 1 is damaged: ")
            assert str(workspace.root) not in found["message"]
    told = json.loads(workspace.run("validate", "--json").out)
    assert (told["schema"], told["verdict"]) == ("astrograph.validate/1", "fail")
    for words in (["report"], ["plan"]):
        refused = workspace.run(*words)
        assert (refused.exit, "error: generation 1 is damaged" in refused.err) == (2, True)
    assert workspace.run("rollback", "0").exit == 0
    assert codes(workspace, "rollback") == ["AG611"], "nothing was judged since"
    validated(workspace)
    assert codes(workspace, "rollback") == []


def test_a_refreshed_signature_never_takes_the_place_of_a_newer_trace(tmp_path: Path):
    older, newer = (NodeTrace(fingerprint(text), fingerprint(b"out"), NOTHING) for text in (b"older", b"newer"))
    state = State(str(tmp_path / "state.db"))
    state.own()
    state.commit([(Table.NODE, b"gate:parity", newer.pack()), (Table.NODE, b"content:x", newer.pack())])
    refreshed = [
        (Table.NODE, b"gate:parity", older.pack()),
        (Table.NODE, b"gate:parity", newer._replace(output_signature=fingerprint(b"seen")).pack()),
        (Table.NODE, b"gate:drift", older.pack()),
        (Table.NODE, b"content:x", older.pack()),
    ]
    assert not_overtaken(state, refreshed) == refreshed[1:]
    state.close()


# ── the ratchet ───────────────────────────────────────────────────────────────

KNOWN = "rules/known_violations.yaml"
OWNERLESS = KnownViolation("AG213", "labs/one", "adopted without an owner")


def owned_but_one(workspace: Workspace) -> None:
    workspace.delete("manifests_src/_defaults.yaml")
    for module in ("core/storage", "core/types", "labs/two"):
        workspace.author(module, "owner: '@x'\ntier: T3_standard\n")


def test_a_known_violation_is_shown_and_not_counted(workspace: Workspace):
    owned_but_one(workspace)
    validated(workspace)
    assert workspace.gate("coverage")["verdict"] == "warn"
    workspace.write(KNOWN, write_known([OWNERLESS]))
    done = validated(workspace)
    assert (workspace.gate("coverage")["verdict"], workspace.gate("ratchet")["verdict"]) == ("pass", "pass")
    assert "known AG213" in done.out
    assert "adopted without an owner" in done.out
    github = workspace.run("validate", "--format", "github").out
    assert "::notice file=manifests_src/labs/one.yaml" in github


def test_an_entry_that_is_mended_must_go(workspace: Workspace):
    workspace.write(KNOWN, write_known([OWNERLESS]))
    assert (validated(workspace).exit, codes(workspace, "ratchet")) == (1, ["AG412"])


def test_the_list_does_not_grow_once_it_was_published(workspace: Workspace):
    owned_but_one(workspace)
    publish(workspace)
    workspace.write(KNOWN, write_known([OWNERLESS]))
    assert (validated(workspace).exit, codes(workspace, "ratchet")) == (1, ["AG413"])


def test_the_list_that_was_published_may_stay_and_may_shrink(workspace: Workspace):
    owned_but_one(workspace)
    workspace.write(KNOWN, write_known([OWNERLESS]))
    publish(workspace)
    assert validated(workspace).exit == 0
    workspace.author("labs/one", "owner: '@x'\n")
    workspace.delete(KNOWN)
    assert validated(workspace).exit == 0


def test_a_list_that_cannot_be_used_is_a_finding_and_nothing_is_known(workspace: Workspace):
    owned_but_one(workspace)
    workspace.write(KNOWN, "violations:\n  - AG213\n")
    assert (validated(workspace).exit, codes(workspace, "ratchet")) == (1, ["AG516"])
    assert workspace.gate("coverage")["verdict"] == "warn"


def test_an_unknown_format_is_refused(workspace: Workspace):
    assert workspace.run("validate", "--format", "xml").exit == 3

"""The artifacts of a build: all there, well formed, in agreement with the ledger, made again only for a reason."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support import Workspace

from astrograph.audit.registry import AFTER_GATES, DATA, PURPOSE, Artifact
from astrograph.engine.auditing import audits
from astrograph.engine.auditing.audits import schema_problem
from astrograph.engine.auditing.reads import GATES_READ
from astrograph.engine.graph import Graph, Kind, TaskKey
from astrograph.engine.session import Session
from astrograph.gates.registry import Gate

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas" / "audit"


def artifact(ws: Workspace, name: Artifact) -> bytes:
    return ws.path(f"build/audit/{name}").read_bytes()


def document(ws: Workspace, name: Artifact) -> Any:
    return json.loads(artifact(ws, name))


def rows(ws: Workspace, name: Artifact) -> list[dict[str, str]]:
    text = artifact(ws, name).decode("utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))


@pytest.fixture
def starry(ws: Workspace) -> Workspace:
    """Modules that are promoted, suggested, disputed and left alone, with documented and undocumented exports."""
    ws.package("memory/fold", "import core.types\n\ndef fold():\n    pass\n\ndef unfold():\n    '''Doc.'''\n")
    ws.author("memory/fold", "owner: '@memory'\ntier: T1_critical\nnode: memory\ndescription: Folds.\n")
    ws.package("memory/recall")
    ws.author("memory/recall", "owner: triage\nnode: memory\nstars: [Anchor]\n")
    ws.package("core/types")
    ws.package("tools/search", "import faiss\n")
    ws.author("tools/search", "owner: '@watchers'\n")
    ws.author("tools/_defaults", "capabilities:\n  - name: dream_work\n    type: job\n")
    return ws


def test_a_plain_run_makes_every_artifact_and_the_next_run_none(family: Workspace) -> None:
    run = family.run()

    assert run.exit == 0
    assert sorted(run.ran("audit")) == sorted(item.value for item in Artifact)
    assert sorted(path.name for path in family.path("build/audit").iterdir()) == sorted(item.value for item in Artifact)
    assert family.run().tasks == ()


def test_every_artifact_of_json_has_a_schema_of_its_name_that_it_fulfils(starry: Workspace) -> None:
    starry.run()
    named = {item.stem for item in Artifact if item.endswith(".json")}

    assert {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()} == named
    assert {item: schema_problem(item, artifact(starry, item)) for item in Artifact} == dict.fromkeys(Artifact, "")


def test_the_schemas_let_nothing_else_through(starry: Workspace) -> None:
    starry.run()
    for item in (each for each in Artifact if each.endswith(".json")):
        told = document(starry, item)

        assert schema_problem(item, json.dumps({**told, "surprise": 1}).encode())
        for key in told:
            assert schema_problem(item, json.dumps({name: told[name] for name in told if name != key}).encode())


def test_two_builds_of_the_same_inputs_give_the_same_bytes(starry: Workspace, tmp_path: Path) -> None:
    starry.run()
    other = starry.twin(tmp_path / "elsewhere" / "twin")
    other.run("-n", "1")

    mine, theirs = starry.snapshot(), other.snapshot()

    assert [path for path in mine if path.startswith("audit/") and mine[path] != theirs[path]] == []
    assert mine.keys() == theirs.keys()


def test_the_gate_counts_every_total_anew_and_agrees(starry: Workspace) -> None:
    starry.run()

    result = starry.gate("audit")

    assert (result["verdict"], result["compared"], result["expected"]) == ("pass", len(DATA), len(DATA))
    assert result["notes"]["totals"] >= 15


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (Artifact.STARS_AFTER, "modules"),
        (Artifact.STARS_AFTER, "assignments"),
        (Artifact.DEPENDENCY_GRAPH, "imports"),
        (Artifact.DOCUMENTATION, "documented"),
        (Artifact.RULE_HITS, "hits"),
        (Artifact.CEILINGS, "promotions"),
        (Artifact.COVERAGE, "eligible"),
        (Artifact.CONTRACT_COVERAGE, "references"),
    ],
)
def test_a_total_that_is_off_by_one_is_found(starry: Workspace, name: Artifact, key: str) -> None:
    starry.run()
    starry.document(f"build/audit/{name}", lambda told: told["totals"].update({key: told["totals"][key] + 1}))

    with Session.open(str(starry.root)) as session:
        found = {check.artifact: check for check in session.audits.checks()}

    wrong = [(item.name, item.stated, item.counted) for item in found[name].totals if item.stated != item.counted]
    assert [(said, stated - counted) for said, stated, counted in wrong] == [(key, 1)]


def test_a_table_that_lacks_a_row_is_found(starry: Workspace) -> None:
    starry.run()
    table = starry.path(f"build/audit/{Artifact.PROMOTIONS}")
    table.write_bytes(b"".join(table.read_bytes().splitlines(keepends=True)[:-1]))

    with Session.open(str(starry.root)) as session:
        found = {check.artifact: check.totals for check in session.audits.checks()}

    (rows_of,) = found[Artifact.PROMOTIONS]
    assert rows_of.stated == rows_of.counted - 1


@pytest.mark.parametrize("name", list(Artifact))
def test_an_artifact_edited_or_removed_by_hand_is_made_again_and_no_other(starry: Workspace, name: Artifact) -> None:
    starry.run()
    before = starry.snapshot()
    starry.append(f"build/audit/{name}", b" ")

    edited = starry.run()
    starry.delete(f"build/audit/{name}")
    removed = starry.run()

    assert (edited.files, removed.files) == ([f"audit/{name}"], [f"audit/{name}"])
    assert starry.snapshot() == before


def test_one_changed_module_rewrites_only_what_says_something_new(starry: Workspace) -> None:
    starry.run()
    starry.append("src/tools/search/__init__.py", b"\ndef find():\n    pass\n")

    run = starry.run()

    assert set(run.files) - {"manifests/tools/search/module.manifest.json", "ledger/tools.jsonl"} == {
        "audit/digests.json",
        "audit/documentation.json",
        "audit/report.md",
    }


def test_an_artifact_is_made_of_what_it_says_and_needs_the_tasks_that_make_that(built: Workspace) -> None:
    with Session.open(str(built.root)) as session:
        graph = Graph(session)
        for item in Artifact:
            needs = set(graph.needs(TaskKey(Kind.AUDIT, item)))

            assert {TaskKey(Kind.GATE, gate) for gate in GATES_READ.get(item, ())} <= needs
        of_the_gate = set(graph.needs(TaskKey(Kind.GATE, Gate.AUDIT)))
        of_the_page = set(graph.needs(TaskKey(Kind.AUDIT, Artifact.ACCEPTANCE)))

    assert {task.key for task in of_the_gate if task.kind is Kind.AUDIT} == set(DATA)
    assert {task.key for task in of_the_page if task.kind is Kind.GATE} == set(Gate)
    assert set(DATA) | set(AFTER_GATES) == set(Artifact) == set(PURPOSE)


def test_one_artifact_can_be_asked_for_by_name(family: Workspace) -> None:
    run = family.run("audit:star_distribution_after.json")

    assert (run.exit, run.ran("audit"), run.ran("gate")) == (0, ["star_distribution_after.json"], [])
    assert document(family, Artifact.STARS_AFTER)["totals"] == {"modules": 3, "assignments": 3}


# what they say


def test_promotions_tell_from_to_and_confidence(starry: Workspace) -> None:
    starry.run()

    assert artifact(starry, Artifact.PROMOTIONS).decode() == (
        "module,from,to,promoted_to,tier,confidence\r\nmemory/fold,Supporting,Trail,Trail,T1_critical,0.900\r\n"
    )


def test_suggestions_and_disagreements_tell_what_spoke_for_them(starry: Workspace) -> None:
    starry.run()

    (suggestion,) = rows(starry, Artifact.SUGGESTIONS)
    (disagreement,) = rows(starry, Artifact.DISAGREEMENTS)

    assert (suggestion["module"], suggestion["suggestion"], suggestion["confidence"]) == (
        "tools/search",
        "Drift",
        "0.600",
    )
    assert suggestion["evidence"] == 'capability_override "dream_work" 0.600 (/capability_overrides/7)'
    assert (disagreement["module"], disagreement["stars"], disagreement["rules_say"]) == (
        "memory/recall",
        "Anchor",
        "Trail",
    )


def test_the_distribution_is_told_with_tiers_origins_and_the_band(starry: Workspace) -> None:
    starry.run()

    after = document(starry, Artifact.STARS_AFTER)
    trail = next(item for item in after["stars"] if item["star"] == "Trail")

    assert after["supporting"] == {"modules": 2, "share": 0.5, "band": [0.55, 0.7], "in_band": False}
    assert (trail["modules"], trail["share"], trail["tiers"], trail["origins"]) == (
        1,
        0.25,
        {"T1_critical": 1},
        {"inferred": 1},
    )
    assert document(starry, Artifact.STARS_BEFORE)["totals"] == {"modules": 0, "assignments": 0}


def test_documentation_and_rule_hits_count_what_the_ledger_says(starry: Workspace) -> None:
    starry.run()

    documentation, hits = document(starry, Artifact.DOCUMENTATION), document(starry, Artifact.RULE_HITS)
    by_match = {(item["signal"], item["match"]): item["hits"] for item in hits["rules"]}

    assert documentation["lacking"] == [{"module": "memory/fold", "exports": 2, "documented": 1}]
    assert documentation["totals"]["modules_described"] == 1
    assert (by_match["node_override", "memory"], by_match["node_override", "dream"]) == (2, 0)
    assert (
        len(hits["never"]) == hits["totals"]["rules_never_hit"] == hits["totals"]["rules"] - hits["totals"]["rules_hit"]
    )


def test_before_there_is_a_plan_its_artifacts_say_so(family: Workspace) -> None:
    family.run()

    assert artifact(family, Artifact.CANARY_LIST) == b""
    assert document(family, Artifact.CANARY_REPORT)["status"] == "NO_PLAN"
    assert document(family, Artifact.APPROVAL)["status"] == "NO_PLAN"
    assert document(family, Artifact.PARITY)["verdict"] == "n/a"


def test_acceptance_holds_every_gate_and_says_what_is_not_met_and_why(family: Workspace) -> None:
    family.package("memory/fold", "import core.types\n")
    family.author("memory/fold", "ownr: '@fold'\n")
    family.run()

    told = document(family, Artifact.ACCEPTANCE)
    stands = {item["criterion"]: (item["met"], item["why"]) for item in told["criteria"]}

    assert [item["gate"] for item in told["gates"]] == [gate.value for gate in Gate]
    assert told["verdict"] == "fail"
    assert stands["authored facts are valid and complete"][0] == "not met"
    assert stands["policy files match their pins"][0] == "met"
    assert stands["the canary is approved"] == ("not yet", "canary: there is no plan")


def test_a_publication_moves_the_baseline_of_every_artifact(family: Workspace) -> None:
    family.author("_defaults", "owner: '@all'\nnode: memory\n")
    for words in (["plan"], ["canary"], ["approve", "--by", "lead", "--yes"], ["publish", "--yes"]):
        run = family.run(*words)
        assert run.exit == 0, (words, run.out, run.err)
    family.package("memory/zip")
    family.author("core/_defaults", "node: core\n")
    family.run()

    before, after = document(family, Artifact.STARS_BEFORE), document(family, Artifact.STARS_AFTER)
    report = artifact(family, Artifact.REPORT).decode()

    assert (before["generation"], before["totals"]["modules"], after["totals"]["modules"]) == (1, 3, 4)
    assert [row["module"] for row in rows(family, Artifact.PROMOTIONS)] == ["core/types", "memory/zip"]
    assert document(family, Artifact.DIGESTS)["published"]["number"] == 1
    assert document(family, Artifact.APPROVAL)["approval"]["by"] == "lead"
    assert document(family, Artifact.PARITY)["totals"] == {"compared": 3, "expected": 3, "violations": 0}
    added, changed = (f"[`{name}`](../manifests/{name}/module.manifest.json)" for name in ("memory/zip", "core/types"))
    assert f"Against generation 1: 1 added ({added}), 1 changed ({changed}), 0 removed, 2 unchanged. Next:" in report
    assert "| 1 | full |" in report
    stands = {item["criterion"]: item["met"] for item in document(family, Artifact.ACCEPTANCE)["criteria"]}
    assert stands["the canary is approved"] == "met"


def test_a_workspace_that_is_moved_makes_no_artifact_again(built: Workspace, tmp_path: Path) -> None:
    before = built.snapshot()
    shutil.copytree(built.root, tmp_path / "moved", symlinks=True)
    moved = Workspace(tmp_path / "moved")

    assert moved.run().files == []
    assert moved.snapshot() == before


def test_a_large_import_graph_is_checked_piece_by_piece(starry: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    starry.run()
    monkeypatch.setattr(audits, "_PIECE", 200)
    data = artifact(starry, Artifact.DEPENDENCY_GRAPH)
    nodes = json.loads(data)["nodes"]
    broken = data.replace(b'"id": "%b"' % nodes[-1]["id"].encode(), b'"id": 7')

    assert len(data) > 1_000
    assert broken != data
    assert schema_problem(Artifact.DEPENDENCY_GRAPH, data) == ""
    assert schema_problem(Artifact.DEPENDENCY_GRAPH, broken)

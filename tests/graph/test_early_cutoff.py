"""Only what changed is made again, and equal bytes stop the wave (SPEC section 8, guarantees 8 and 9; section 6)."""

import pytest
from support import Workspace

FOLD = "memory/fold"


def test_a_body_edit_writes_no_file_and_runs_no_ledger_and_no_gate(built: Workspace) -> None:
    built.package(FOLD, "from core.types import KEY\n\ndef _private():\n    return KEY + 1\n")

    run = built.run("validate")

    assert run.tasks == ("manifest:memory/fold",)
    assert (run.files, run.parsed) == ([], 1)


def test_only_the_changed_file_of_a_package_is_parsed(built: Workspace) -> None:
    built.package(FOLD, "", store="import os\n", types="A = 1\n")
    assert built.run().parsed == 3
    built.package(FOLD, "", store="import faiss\n")

    run = built.run()

    assert (run.written, run.parsed) == ([FOLD], 1)


def test_a_new_import_rewrites_one_manifest(built: Workspace) -> None:
    built.package(FOLD, "from core.types import KEY\nimport faiss\n")

    run = built.run("validate")

    assert run.written == [FOLD]
    assert (run.ran("manifest"), run.ran("ledger")) == ([FOLD], ["memory"])
    assert "ledger/core.jsonl" not in run.files


def test_a_line_that_moves_without_its_manifest_renews_the_ledger_alone(built: Workspace) -> None:
    built.package(FOLD, "from core.types import KEY\n(\n")

    run = built.run("validate")

    assert (run.written, run.ran("manifest"), run.ran("ledger")) == ([], [FOLD], ["memory"])
    assert built.codes("source") == ["AG701", "AG705"]


# coming and going


def test_a_new_package_rewrites_itself_and_those_whose_imports_now_lead_to_it(built: Workspace) -> None:
    built.package("core/user", "import vision.eye.lens\nimport visionary\n")
    built.package("core/other", "import os\n")
    built.run()
    built.package("vision/eye")

    run = built.run()

    assert run.ran("manifest") == ["core/user", "vision/eye"]
    assert run.parsed == 1
    assert built.manifest("core/user")["dependencies"] == {"external": ["visionary"], "internal": ["vision/eye"]}


def test_a_longer_match_takes_an_import_over(built: Workspace) -> None:
    built.package(FOLD, "import core.types.deep\n")
    built.run()
    built.package("core/types/deep")

    run = built.run()

    assert run.ran("manifest") == ["core/types/deep", FOLD]
    assert built.manifest(FOLD)["dependencies"]["internal"] == ["core/types/deep"]


def test_a_package_that_nobody_imports_rewrites_nothing_else(built: Workspace) -> None:
    built.package("core/lonely")

    assert built.run().ran("manifest") == ["core/lonely"]


def test_a_removed_package_rewrites_exactly_those_that_imported_it(built: Workspace) -> None:
    built.delete("src/memory/fold")

    run = built.run()

    assert (run.ran("manifest"), run.parsed) == (["memory/recall"], 0)
    assert built.manifest("memory/recall")["dependencies"] == {"external": [], "internal": ["core/types"]}


@pytest.mark.parametrize("gone", ["src/core", "src/core/types", "src/core/types/__init__.py"])
def test_a_removed_module_loses_manifest_ledger_line_state_and_empty_folders(built: Workspace, gone: str) -> None:
    built.delete(gone)

    run = built.run("validate")

    assert "manifests/core/types/module.manifest.json" in run.removed
    assert built.manifests() == built.known_modules() == ["memory/fold", "memory/recall"]
    assert [path for path in built.snapshot() if "core" in path] == []
    assert "1 removed" in run.err


def test_a_module_that_comes_back_is_built_from_what_is_known_of_its_content(built: Workspace) -> None:
    before = built.snapshot()
    built.rename("src/core", "away")
    built.run("validate")
    built.rename("away", "src/core")

    run = built.run("validate")

    assert (run.written, run.parsed) == (["core/types", "memory/fold", "memory/recall"], 0)
    assert built.snapshot() == before


def test_a_renamed_module_moves_its_manifest_and_its_dependents_follow(built: Workspace) -> None:
    built.rename("src/core/types", "src/core/kinds")

    run = built.run()

    assert run.written == ["core/kinds", "memory/fold", "memory/recall"]
    assert built.manifests() == ["core/kinds", "memory/fold", "memory/recall"]


def test_the_last_module_leaves_nothing_behind(built: Workspace) -> None:
    built.delete("src/core")
    built.delete("src/memory")

    run = built.run()

    assert (run.exit, built.manifests(), built.known_modules()) == (0, [], [])
    assert [path for path in built.snapshot() if path.startswith(("manifests/", "ledger/")) and path[-1] != "/"] == []


# authored facts


def test_folder_defaults_reach_exactly_the_modules_below(built: Workspace) -> None:
    built.author("memory/_defaults", "owner: '@memory'\n")

    run = built.run()

    assert run.written == ["memory/fold", "memory/recall"]
    assert run.parsed == 0
    assert {module: built.manifest(module)["module"]["owner"] for module in built.manifests()} == {
        "core/types": None,
        "memory/fold": "@memory",
        "memory/recall": "@memory",
    }


def test_defaults_of_the_root_reach_everything_and_the_nearest_wins(built: Workspace) -> None:
    built.author("_defaults", "owner: '@all'\ntier: T3_standard\n")
    built.author("memory/_defaults", "owner: '@memory'\n")
    built.author(FOLD, "owner: '@fold'\n")
    built.run()

    said = {module: built.manifest(module)["module"] for module in built.manifests()}

    assert {module: (facts["owner"], facts["tier"]) for module, facts in said.items()} == {
        "core/types": ("@all", "T3_standard"),
        "memory/fold": ("@fold", "T3_standard"),
        "memory/recall": ("@memory", "T3_standard"),
    }


def test_defaults_that_are_overridden_everywhere_rewrite_nothing(built: Workspace) -> None:
    built.author(FOLD, "owner: '@fold'\n")
    built.author("memory/recall", "owner: '@recall'\n")
    built.run("validate")
    built.author("memory/_defaults", "owner: '@nobody'\n")

    run = built.run()

    assert (run.written, run.ran("ledger")) == ([], [])


def test_an_authored_file_reaches_its_module_alone_and_not_the_ones_below(built: Workspace) -> None:
    built.package("memory")
    built.run()
    built.author("memory", "owner: '@top'\n")

    assert built.run().written == ["memory"]


def test_a_comment_in_an_authored_file_writes_nothing(built: Workspace) -> None:
    built.author(FOLD, "owner: '@fold'\n")
    built.run("validate")
    built.author(FOLD, "# a remark\nowner: '@fold'\n")

    run = built.run("validate")

    assert (run.written, run.ran("ledger")) == ([], [])


def test_an_authored_file_that_goes_takes_its_facts_with_it(built: Workspace) -> None:
    before = built.snapshot()
    built.author(FOLD, "owner: '@fold'\n")
    built.run("validate")
    built.delete("manifests_src/memory")

    assert built.run("validate").written == [FOLD]
    assert built.snapshot() == before

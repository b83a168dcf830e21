"""`doit info`: what is known of a module, how it is found, and what an unknown name gets (SPEC section 14)."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import Workspace


def as_json(text: str) -> Any:
    return json.loads(text)


@pytest.mark.parametrize(
    "name", ["memory/fold", "memory.fold", "src/memory/fold/__init__.py", "src/memory/fold", "memory/fold/"]
)
def test_info_finds_a_module_by_id_dotted_name_or_path(built: Workspace, name: str) -> None:
    told = as_json(built.doit("info", "--json", name).stdout)

    assert (told["schema"], told["module"], told["up_to_date"]) == ("astrograph.info/1", "memory/fold", True)


def test_info_as_json_says_where_everything_comes_from(built: Workspace) -> None:
    built.author("memory/_defaults", "# ours\nowner: '@memory'\nnode: memory\n")
    built.run()
    told = as_json(built.run("info", "--json", "memory/fold").out)

    assert sorted(told) == [
        "authored",
        "constellation",
        "contracts",
        "cycle",
        "dependencies",
        "dependents",
        "exports",
        "files",
        "findings",
        "folder",
        "manifest",
        "module",
        "policy_problem",
        "rebuild",
        "schema",
        "stale_because",
        "testing",
        "up_to_date",
    ]
    assert told["authored"]["owner"] == {
        "value": "@memory",
        "path": "manifests_src/memory/_defaults.yaml",
        "line": 2,
        "column": 1,
        "origin": "authored",
    }
    assert told["constellation"]["stars"] == ["Trail"]
    assert told["dependencies"]["internal"] == ["core/types"]
    assert told["dependents"]["direct"] == ["memory/recall"]


def test_info_tells_why_a_module_is_stale_and_changes_nothing(built: Workspace) -> None:
    before = built.snapshot()
    built.package("memory/fold", "from core.types import KEY\nimport faiss\n")

    shown = built.run("info", "memory/fold")
    told = as_json(built.run("info", "--json", "memory/fold").out)

    assert "Rebuild      source src/memory/fold/__init__.py changed" in shown.out
    assert (told["up_to_date"], told["stale_because"]) == (False, ["source"])
    assert (shown.exit, built.snapshot()) == (0, before)


def _no_database(state: Path) -> None:
    state.write_bytes(b"no database")


def _torn(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:5000])


def _of_another_version(state: Path) -> None:
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'astrograph state 99' WHERE key = ?", (b"format",))


@pytest.mark.parametrize("spoil", [_no_database, _torn, _of_another_version])
@pytest.mark.parametrize("words", [["memory/fold"], ["--json", "memory/fold"], ["manifest:memory/fold"], ["nope"]])
def test_info_from_an_unusable_state_says_so_on_the_log(
    built: Workspace, words: list[str], spoil: Callable[[Path], None]
) -> None:
    spoil(built.state_file)

    run = built.run("info", *words)

    warnings = [line for line in run.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 1
    assert "is unusable" in warnings[0]
    assert "warning" not in run.out


def test_info_of_a_module_that_was_never_built_says_so(family: Workspace) -> None:
    told = as_json(family.run("info", "--json", "memory/fold").out)

    assert (told["up_to_date"], told["stale_because"], told["constellation"]) == (False, ["new"], None)
    assert family.snapshot() == {}


@pytest.mark.parametrize(("name", "near"), [("memory/fld", "memory/fold"), ("memory.recal", "memory/recall")])
def test_info_of_an_unknown_module_names_the_nearest(built: Workspace, name: str, near: str) -> None:
    run = built.run("info", name)

    assert (run.exit, run.out) == (3, "")
    assert "there is no module" in run.err
    assert f"did you mean {near}" in run.err


@pytest.mark.parametrize(
    "name", ["/", "..", "../..", "manifest:", "memory/../../etc", "/etc/passwd", "a=b", "nope\x1b[31m", "x" * 5000]
)
def test_info_of_a_hostile_name_is_a_usage_error_without_escapes(built: Workspace, name: str) -> None:
    run = built.run("info", "--", name)

    assert (run.exit, run.out) == (3, "")
    assert "\x1b" not in run.err


def test_info_of_a_task_is_doits_own_answer_with_our_reason(built: Workspace) -> None:
    fresh = built.run("info", "manifest:memory/fold")
    built.package("memory/fold", "import faiss\n")
    stale = built.run("info", "manifest:memory/fold")

    assert (fresh.exit, "status     : up-to-date" in fresh.out) == (0, True)
    assert "src/memory/fold/__init__.py" in fresh.out
    assert "source src/memory/fold/__init__.py changed" in stale.out


def test_info_of_an_unknown_task_is_a_usage_error(built: Workspace) -> None:
    run = built.run("info", "manifest:nope")

    assert (run.exit, run.out) == (3, "")
    assert "there is no task 'manifest:nope'" in run.err


def test_options_may_follow_the_module(built: Workspace) -> None:
    run = built.run("info", "memory/fold", "--json")

    assert (run.exit, as_json(run.out)["module"]) == (0, "memory/fold")


@pytest.mark.parametrize("name", ["memory/alias", "manifest:memory/alias", "memory.alias"])
def test_a_link_that_is_left_out_says_what_it_leads_to(built: Workspace, name: str) -> None:
    built.path("src/memory/alias").symlink_to("fold")
    built.run()

    done = built.doit("info", name)

    assert done.returncode == 3
    if not name.startswith("manifest:"):
        assert "'memory/alias' is a symbolic link to 'memory/fold', which is inventoried under that path" in done.stderr
    assert as_json(built.doit("info", "--json", "src/memory/alias").stdout)["module"] == "memory/fold"


def test_no_facts_are_set_for_a_link_that_is_left_out(built: Workspace) -> None:
    built.path("src/recollection").symlink_to("memory")

    done = built.doit("facts", "set", "recollection/fold", "owner", "@a")

    assert (done.returncode, "a symbolic link to 'memory/fold'" in done.stderr) == (3, True)
    assert not built.path("manifests_src/recollection").exists()

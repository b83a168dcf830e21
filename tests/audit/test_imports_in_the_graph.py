"""Where imports stand: found while parsing, kept beside the traces, told by the artifact (SPEC sections 6 and 13)."""

import json
import sqlite3
from typing import Any

import pytest
from support import Workspace

from astrograph.engine.auditing import graph
from astrograph.engine.auditing.graph import AHEAD_FROM_MODULES

GRAPH = "build/audit/dependency_graph.json"
FOLD = "memory/fold"


def graph_of(ws: Workspace) -> Any:
    return json.loads(ws.path(GRAPH).read_bytes())


def places(ws: Workspace) -> dict[str, tuple[str, str]]:
    return {f"{item['source']}>{item['target']}": (item["at"], item["when"]) for item in graph_of(ws)["edges"]}


def test_each_import_has_the_file_and_line_of_the_first_that_happens_earliest(family: Workspace) -> None:
    family.package(
        FOLD,
        '"""Doc."""\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from core.types import A\n',
        store="def f():\n    import core.types\n",
        zip="\n\n\nimport core.types\nimport core.types.deep\n",
    )
    family.run()

    assert places(family)["memory/fold>core/types"] == ("src/memory/fold/zip.py:4", "load")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    from core import types\n", ("src/memory/fold/__init__.py:2", "call")),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    import core.types\n",
            ("src/memory/fold/__init__.py:3", "typing"),
        ),
        ("from ...core import types\n", None),
        ("from ..recall import x\nimport core.types\n", ("src/memory/fold/__init__.py:2", "load")),
    ],
)
def test_an_import_is_told_with_when_it_happens(
    family: Workspace, source: str, expected: tuple[str, str] | None
) -> None:
    family.package(FOLD, source)
    family.run()

    assert places(family).get("memory/fold>core/types") == expected


def test_an_edit_that_moves_an_import_renews_the_graph_and_no_manifest_or_ledger(built: Workspace) -> None:
    built.package(FOLD, "# moved down\nfrom core.types import KEY\n")

    run = built.run()

    assert (run.ran("manifest"), run.ran("ledger")) == ([FOLD], [])
    assert run.files == ["audit/dependency_graph.json"]
    assert places(built)["memory/fold>core/types"] == ("src/memory/fold/__init__.py:2", "load")


def test_an_edit_of_a_body_runs_no_gate_and_no_artifact(built: Workspace) -> None:
    built.append("src/memory/fold/__init__.py", b"\ndef f():\n    return 1\n".replace(b"def f", b"def _f"))

    run = built.run()

    assert (run.ran("manifest"), run.ran("ledger"), run.ran("gate"), run.ran("audit")) == ([FOLD], [], [], [])
    assert run.files == []


def test_a_package_that_comes_takes_the_imports_that_lead_to_it(built: Workspace) -> None:
    built.package("core/types/deep")
    built.package(FOLD, "import core.types.deep\n\nimport core.types\n")

    built.run()

    assert places(built)["memory/fold>core/types/deep"] == ("src/memory/fold/__init__.py:1", "load")
    assert places(built)["memory/fold>core/types"] == ("src/memory/fold/__init__.py:3", "load")


def test_a_removed_package_leaves_the_graph(built: Workspace) -> None:
    built.delete("src/memory/fold")

    built.run()

    assert [node["id"] for node in graph_of(built)["nodes"]] == ["core/types", "memory/recall"]
    assert list(places(built)) == ["memory/recall>core/types"]


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM edge",
        "UPDATE edge SET line = 77",
        "UPDATE edge SET file = 'other.py' WHERE source = 'memory/fold'",
        "INSERT INTO edge VALUES ('core/types', 'memory/fold', 'x.py', 1, 0)",
        "UPDATE edge SET file = CAST(file AS BLOB) WHERE source = 'memory/fold'",
        "UPDATE edge SET file = NULL, line = x'00' WHERE source = 'memory/recall'",
        "UPDATE edge SET source = CAST(source AS BLOB), target = CAST(target AS BLOB)",
    ],
)
@pytest.mark.parametrize("least", [0, AHEAD_FROM_MODULES], ids=["forked", "here"])
def test_imports_that_the_state_has_lost_or_that_are_not_what_was_read_are_found_again(
    built: Workspace, harm: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "AHEAD_FROM_MODULES", least)
    before = built.path(GRAPH).read_bytes()
    with sqlite3.connect(built.path("build/.astrograph/state.db")) as state:
        state.execute(harm)
    built.path(GRAPH).unlink()

    run = built.run("-n", "2")

    assert built.path(GRAPH).read_bytes() == before
    assert (run.exit, run.parsed, "has been discarded" in run.err) == (0, 0, False)


def test_a_cycle_is_told_with_where_to_cut_it(family: Workspace) -> None:
    family.package("core/types", "def later():\n    import memory.fold\n")
    family.run()

    (cycle,) = graph_of(family)["cycles"]

    assert cycle["modules"] == ["core/types", "memory/fold"]
    assert (cycle["exact"], cycle["at_load"], len(cycle["cut"])) == (True, False, 1)


def test_info_tells_of_the_cycle_and_where_modules_are_imported(family: Workspace) -> None:
    family.package("core/types", "import memory.fold\n")
    family.run()

    told = json.loads(family.run("info", "--json", FOLD).out)
    text = family.run("info", FOLD).out

    assert told["cycle"]["modules"] == ["core/types", "memory/fold"]
    assert told["dependencies"]["imported_at"] == {
        "core/types": {"path": "src/memory/fold/__init__.py", "line": 1, "when": "load"}
    }
    assert "in a cycle   core/types" in text
    assert "in a cycle" not in family.run("info", "memory/recall").out

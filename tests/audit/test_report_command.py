"""`doit report`: one screen, one JSON object, and the import graph for other programs."""

import json
from itertools import pairwise

import networkx as nx
import pytest
from support import Workspace

from astrograph.audit.pictures import MOST_IN_A_PICTURE, mermaid, neighbourhood
from astrograph.audit.registry import Artifact
from astrograph.errors import UsageError
from astrograph.model.dependencies import Edge, When
from astrograph.model.ids import ModuleId


def test_report_builds_first_and_tells_the_run_in_one_screen(family: Workspace) -> None:
    run = family.run("report")

    assert run.exit == 0
    assert len(run.ran("audit")) == len(Artifact)
    assert run.out.startswith("3 modules   no gate fails\n")
    assert [item for item in Artifact if f"build/audit/{item}" not in run.out] == []
    assert len(run.out.splitlines()) <= 60
    assert "3 built" in run.err


def test_report_as_json_is_one_object(built: Workspace) -> None:
    told = json.loads(built.run("report", "--json").out)

    assert (told["schema"], told["modules"], told["published"]) == ("astrograph.report/1", 3, None)
    assert [item["path"] for item in told["artifacts"]] == [f"build/audit/{item}" for item in Artifact]
    assert told["stars"]["Supporting"] == told["supporting"]["modules"] == 3
    assert told["criteria"]["met"] + len(told["criteria"]["waiting"]) == told["criteria"]["total"]


def test_report_names_failing_gates_and_still_ends_well(family: Workspace) -> None:
    family.author("memory/fold", "ownr: x\n")

    run = family.run("report")

    assert (run.exit, run.out.splitlines()[0]) == (0, "3 modules   1 gate failing: authored")


def test_a_report_with_nothing_to_do_runs_nothing(built: Workspace) -> None:
    run = built.run("report")

    assert (run.exit, run.tasks, run.files) == (0, (), [])


@pytest.mark.parametrize("words", [["memory/fold", "--depth", "0"], ["--depth", "0", "memory.fold"]])
def test_a_mermaid_chart_of_a_neighbourhood(built: Workspace, words: list[str]) -> None:
    run = built.run("report", "--graph", "mermaid", *words)

    assert run.out == 'flowchart LR\n  m0["memory/fold<br/>Supporting"]\n  style m0 stroke-width:4px\n'


def test_a_mermaid_chart_shows_imports_that_do_not_happen_on_loading_dotted(family: Workspace) -> None:
    family.package("memory/recall", "def f():\n    import core.types\nimport memory.fold\n")

    chart = family.run("report", "--graph=mermaid").out

    assert "  m1 --> m0\n" in chart
    assert "  m2 -.-> m0\n" in chart
    assert "  m2 --> m1\n" in chart


def test_graphml_is_read_by_networkx_with_stars_and_places(built: Workspace) -> None:
    built.author("memory/fold", "owner: '<b>&'\n")
    graph = nx.parse_graphml(built.run("report", "--graph", "graphml").out)

    assert graph.nodes["memory/fold"]["owner"] == "<b>&"
    assert graph.edges["memory/fold", "core/types"] == {"at": "src/memory/fold/__init__.py:1", "when": "load"}
    assert len(graph) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["memory/fold"],
        ["--graph", "svg"],
        ["--graph", "mermaid", "memory/fould"],
        ["--graph", "mermaid", "memory/fold", "core/types"],
        ["--graph", "mermaid", "memory/fold", "--depth", "x"],
        ["--graph", "mermaid", "--depth", "-1"],
        ["--single"],
    ],
)
def test_words_it_does_not_know_are_exit_3_with_a_way_out(built: Workspace, words: list[str]) -> None:
    run = built.run("report", *words)

    assert (run.exit, run.out) == (3, "")
    assert run.err.splitlines()[-1].startswith(("error:", "  fix:"))


def test_a_chart_that_nobody_could_read_is_refused() -> None:
    names = [ModuleId(f"m/{number}") for number in range(MOST_IN_A_PICTURE + 2)]
    edges = [Edge(a, b, "x.py", 1, When.LOAD) for a, b in pairwise(names)]

    part = neighbourhood(edges, names[3], depth=2)

    assert part.modules == tuple(sorted(names[1:6]))
    with pytest.raises(UsageError):
        mermaid(neighbourhood(edges, names[0], depth=len(names)), {})


def test_a_name_in_a_chart_stays_text() -> None:
    chart = mermaid(neighbourhood([], ModuleId('a"]; click x "javascript:alert(1)'), depth=1), {})

    assert '"javascript' not in chart
    assert chart.count('"') == 2

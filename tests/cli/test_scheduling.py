"""What doit schedules and reports of a run: its own options, on a graph of which done tasks are forgotten."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from doit.control import TaskControl, TaskDispatcher
from doit.exceptions import TaskError
from support import Workspace

from astrograph.doit_plugin.scheduling import Control
from astrograph.doit_plugin.tasks import GraphTask
from astrograph.engine import workers
from astrograph.engine.auditing import graph as import_graph
from astrograph.engine.build import Builder
from astrograph.model.ids import ModuleId

OWN_TASKS = """\
def nothing():
    return None

def task_first():
    return {"actions": [nothing], "task_dep": ["manifest:memory/fold"]}

def task_lot():
    for name in ("a", "b"):
        yield {"name": name, "actions": [nothing], "task_dep": ["first"], "setup": ["ledger:memory"]}

def task_asks():
    return {"actions": [nothing], "calc_dep": ["gate:schema"]}
"""


@pytest.fixture(autouse=True)
def _own_dodo(monkeypatch: pytest.MonkeyPatch) -> None:
    """doit imports `dodo.py` as any module, and so gets that of an earlier test from Python."""
    monkeypatch.delitem(sys.modules, "dodo", raising=False)


@pytest.fixture
def dispatchers(monkeypatch: pytest.MonkeyPatch) -> list[TaskDispatcher]:
    """The dispatcher of each run."""
    seen: list[TaskDispatcher] = []
    make = Control.task_dispatcher

    def noted(control: Control) -> TaskDispatcher:
        seen.append(make(control))
        return seen[-1]

    monkeypatch.setattr(Control, "task_dispatcher", noted)
    return seen


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-a"],
        ["gate", "manifest"],
        ["audit:report.md"],
        ["ledger:memory", "manifest:core/types"],
        ["first", "manifest"],
        ["lot", "asks", "site"],
        ["-s", "gate:schema"],
        ["-s", "ledger"],
    ],
)
def test_the_tasks_of_stock_doit_run_each_after_what_it_needs(
    family: Workspace, dispatchers: list[TaskDispatcher], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    family.write("dodo.py", OWN_TASKS)
    ours = family.run(*words)
    shutil.rmtree(family.path("build"))
    monkeypatch.setattr(Control, "task_dispatcher", TaskControl.task_dispatcher)

    theirs = family.run(*words)

    assert ours.tasks
    assert (ours.exit, sorted(ours.tasks), ours.written) == (theirs.exit, sorted(theirs.tasks), theirs.written)
    place = {name: position for position, name in enumerate(ours.tasks)}
    for name in ours.tasks:
        assert all(place.get(needed, -1) < place[name] for needed in dispatchers[0].tasks[name].task_dep)


def test_a_plain_run_takes_family_by_family_in_the_order_they_are_listed(family: Workspace) -> None:
    run = family.run()

    assert run.tasks[:6] == (
        "manifest:core/types",
        "manifest:memory/fold",
        "manifest:memory/recall",
        "ledger:core",
        "ledger:memory",
        "gate:pins",
    )


@pytest.mark.parametrize("words", [["audit:report.md"], ["site"], ["lot", "asks"]])
def test_the_order_of_a_run_is_the_same_each_time(family: Workspace, words: list[str]) -> None:
    family.write("dodo.py", OWN_TASKS)
    orders = set()
    scattered = []  # keeps the next run's objects at other addresses
    for size in range(1, 8):
        shutil.rmtree(family.path("build"), ignore_errors=True)
        orders.add(family.run(*words).tasks)
        scattered.append([object() for _ in range(size * 9973)])

    (order,) = orders
    assert len(order) > 5


def test_one_node_stands_for_all_tasks_that_ended_well(family: Workspace, dispatchers: list[TaskDispatcher]) -> None:
    family.run()

    (dispatcher,) = dispatchers
    kept = {id(node) for name, node in dispatcher.nodes.items() if ":" in name}
    assert (len(kept), sum(":" in name for name in dispatcher.nodes) > 40) == (1, True)


def test_a_task_that_failed_is_remembered_by_those_that_need_it(
    family: Workspace, dispatchers: list[TaskDispatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = GraphTask.execute

    def failing(task: GraphTask, stream: object) -> TaskError | None:
        return TaskError("no") if task.name == "manifest:memory/fold" else execute(task, stream)

    monkeypatch.setattr(GraphTask, "execute", failing)

    run = family.run()

    assert (run.exit, run.ran("manifest"), run.ran("ledger")) == (
        2,
        ["core/types", "memory/recall"],
        ["core"],
    )
    assert dispatchers[0].nodes["manifest:memory/fold"].run_status == "failure"
    assert "ledger:memory" in run.out


def test_a_report_goes_to_the_file_that_is_named(family: Workspace) -> None:
    run = family.run("-o", "said.txt")

    assert (run.exit, run.out) == (0, "")
    assert family.path("said.txt").read_text().startswith("3 built, 0 unchanged, 0 failed in ")


def below_build(ws: Workspace) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in ws.path("build").rglob("*") if path.is_file()}


def test_a_report_that_cannot_be_written_ends_the_run_before_it_begins(family: Workspace) -> None:
    family.package("big/lot", **{f"file{number}": "import os\n" for number in range(workers.WORKERS_FROM_FILES)})
    before = below_build(family)

    run = family.run("-n", "2", "-o", "nowhere/said.txt")

    assert (run.exit, run.tasks, run.read["rules/star_rules.json"]) == (3, (), 0)
    assert "cannot write the report to nowhere/said.txt: No such file or directory\n  fix: name a file" in run.err
    assert below_build(family) == before


def test_a_report_that_the_workspace_sends_elsewhere_is_refused_before_a_task_runs(family: Workspace) -> None:
    family.write("dodo.py", "DOIT_CONFIG = {'outfile': 'nowhere/said.txt'}\n")

    assert (family.run().exit, family.manifests()) == (3, [])
    assert family.run("-o", "said.txt").exit == 0
    assert family.path("said.txt").read_text().startswith("3 built")


def test_less_than_no_worker_is_refused(family: Workspace) -> None:
    run = family.run("-n", "-1")

    assert (run.exit, run.tasks) == (3, ())
    assert "there cannot be -1 worker processes\n  fix: -n 0 is one a core" in run.err


def test_no_number_of_workers_is_one_a_core(family: Workspace) -> None:
    assert family.run("-n", "0").written == ["core/types", "memory/fold", "memory/recall"]


@pytest.mark.parametrize("reporter", ["console", "executed-only", "zero", "error-only"])
def test_a_reporter_of_stock_doit_reports_in_its_own_way(family: Workspace, reporter: str) -> None:
    family.write("dodo.py", OWN_TASKS)
    done = family.doit("-r", reporter, "first")

    told = ".  first\n" if reporter in {"console", "executed-only"} else ""
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")


def test_a_reporter_may_be_a_class_of_the_workspace(family: Workspace) -> None:
    family.write(
        "dodo.py",
        "from doit.reporter import ZeroReporter\n\n"
        "class Loud(ZeroReporter):\n    def complete_run(self):\n        self.outstream.write('LOUD')\n\n"
        "DOIT_CONFIG = {'reporter': Loud}\n",
    )

    assert family.doit().stdout == "LOUD"


def test_the_report_for_programs_names_every_task(family: Workspace) -> None:
    done = family.doit("-r", "json")

    told = {task["name"]: task["result"] for task in json.loads(done.stdout)["tasks"]}
    assert told["manifest:core/types"] == told["manifest"] == "success"


# what is made ahead


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> list[ModuleId]:
    """The modules that are made ahead, in the order in which workers get them."""
    told: list[ModuleId] = []
    begin = Builder.begin

    def noted(builder: Builder, modules: list[ModuleId]) -> None:
        told.extend(modules)
        begin(builder, modules)

    monkeypatch.setattr(Builder, "begin", noted)
    return told


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> list[import_graph.GraphAhead]:
    """The import graphs that a process of its own works out."""
    begun: list[import_graph.GraphAhead] = []

    class Noted(import_graph.GraphAhead):
        def __init__(self, *words: object, **more: object) -> None:
            super().__init__(*words, **more)
            begun.append(self)

    monkeypatch.setattr(import_graph, "GraphAhead", Noted)
    monkeypatch.setattr(import_graph, "AHEAD_FROM_MODULES", 1)
    return begun


ALL = ["core/types", "memory/fold", "memory/recall"]
MEMORY = ["memory/fold", "memory/recall"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ALL),
        (["gate:schema"], ALL),
        (["audit:report.md"], ALL),
        (["site"], ALL),
        (["ledger:memory"], MEMORY),
        (["build/ledger/memory.jsonl"], MEMORY),
        (["ledger:*ry"], MEMORY),
        (["ledger:memory", "manifest:core/types"], [*MEMORY, "core/types"]),
        (["lot"], ["memory/fold"]),
        (["asks"], ALL),
        (["-s", "gate:schema"], []),
        (["-s", "manifest:memory/fold", "ledger:memory"], ["memory/fold"]),
        (["gate:pins", "nothing-of-this-name"], []),
    ],
)
def test_the_manifests_that_a_run_is_sure_to_ask_for_are_made_ahead_in_its_order(
    family: Workspace, ahead: list[ModuleId], words: list[str], expected: list[str]
) -> None:
    family.write("dodo.py", OWN_TASKS)

    run = family.run(*words)

    assert ahead == expected
    assert [task.removeprefix("manifest:") for task in run.tasks if task.startswith("manifest:")][: len(ahead)] == ahead


def test_nothing_is_made_ahead_that_is_up_to_date(built: Workspace, ahead: list[ModuleId]) -> None:
    built.package("memory/fold", "import os\n")
    built.run("gate:schema", "manifest:core/types")

    assert ahead == ["memory/fold"]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ([], 1),
        (["validate"], 1),
        (["audit:report.md"], 1),
        (["gate"], 1),
        (["gate:schema", "audit:dependency_graph.json"], 1),
        (["gate:schema"], 0),
        (["gate:ratchet", "audit:parity.json"], 0),
        (["-s", "gate:audit"], 0),
    ],
)
def test_a_process_works_the_import_graph_out_only_where_the_run_will_ask_for_it(
    family: Workspace, graphs: list[import_graph.GraphAhead], words: list[str], number: int
) -> None:
    family.run("-n", "2", *words) if words != ["validate"] else family.run("validate", "-n", "2")

    assert len(graphs) == number
    assert family.path("build/gates/schema.json").exists() is (words != ["-s", "gate:audit"])


# what own tasks ask for while they run

ASKING_LATE = """\
from doit import create_after

def found(name):
    return {"task_dep": [name]}

def task_find():
    return {"actions": [(found, ["manifest:core/types"])]}

def task_calculated():
    return {"actions": [], "calc_dep": ["find"]}

def task_find_nothing():
    return {"actions": [(found, ["manifest:core/nowhere"])]}

def task_mistaken():
    return {"actions": [], "calc_dep": ["find_nothing"]}

@create_after(executed="find")
def task_later():
    yield {"name": "x", "actions": [], "task_dep": ["manifest:core/types", "gate:schema"]}
"""


@pytest.mark.parametrize("word", ["calculated", "later", "later:x"])
def test_an_own_task_may_ask_while_it_runs_for_one_that_is_up_to_date(built: Workspace, word: str) -> None:
    built.write("dodo.py", ASKING_LATE)

    run = built.run(word)
    assert (run.exit, run.tasks, run.err) == (0, (), "")

    built.package("core/types", "KEY = 2\n")
    assert built.run(word).ran("manifest") == ["core/types"]


def test_a_run_without_own_tasks_need_not_load_all_for_them(
    built: Workspace, dispatchers: list[TaskDispatcher]
) -> None:
    built.write("dodo.py", f"DOIT_CONFIG = {{'default_tasks': []}}\n{ASKING_LATE}")

    assert (built.run().exit, "manifest:core/types" in dispatchers[0].tasks) == (0, False)


def test_an_own_task_that_asks_while_it_runs_for_what_there_is_not_is_told(built: Workspace) -> None:
    built.write("dodo.py", ASKING_LATE)

    run = built.run("mistaken")

    assert run.exit == 2
    assert "mistaken asks for 'manifest:core/nowhere', and there is no such task\n" in run.out


def test_a_default_task_of_the_workspace_may_be_up_to_date(built: Workspace) -> None:
    built.write("dodo.py", "DOIT_CONFIG = {'default_tasks': ['gate:schema']}\n")

    assert (built.run().exit, built.run().exit) == (0, 0)

"""What doit schedules and reports of a run: its own options, on a graph of which done tasks are forgotten."""

import json
import shutil

import pytest
from doit.control import TaskControl, TaskDispatcher
from doit.exceptions import TaskError
from support import Workspace

from astrograph.doit_plugin.scheduling import Control
from astrograph.doit_plugin.tasks import GraphTask

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


def test_a_report_that_cannot_be_written_ends_the_run_before_it_begins(family: Workspace) -> None:
    run = family.run("-o", "nowhere/said.txt")

    assert (run.exit, run.tasks) == (2, ())
    assert "nowhere/said.txt" in run.err


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

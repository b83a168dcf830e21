"""doit's scheduler with a memory for what is still to do, not for what is done.

doit keeps 1.7 KB for each task from the moment a group names it to the end of the run. A first build of a large
monorepo has 100,000 tasks, of which next to none wait for one another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from typing import Any

from doit.control import ExecNode, TaskControl, TaskDispatcher
from doit.exceptions import InvalidCommand, InvalidTask

from astrograph.doit_plugin.tasks import GraphTask
from astrograph.engine.graph import Kind, TaskKey

_ENDED_WELL = ("successful", "up-to-date")


class Control(TaskControl):  # type: ignore[misc]
    """doit's control of the tasks of one run; what the groups of the graph hold is taken in its order."""

    _selecting = False

    def process(self, task_selection: list[str] | None) -> None:
        """Select tasks; raises InvalidCommand for a name or a pattern that no task has."""
        self._selecting = True
        super().process(task_selection)
        self._selecting = False

    def _get_wild_tasks(self, pattern: str) -> list[str]:
        names = list(super()._get_wild_tasks(pattern))
        if self._selecting and not names:
            raise InvalidCommand(not_found=pattern)
        return names

    def leave_out_needs(self) -> None:
        """Have the selected tasks run without those they need."""
        for name in self.selected_tasks:
            task = self.tasks[name]
            if task.has_subtask:
                for member in task.task_dep:
                    self.tasks[member].task_dep = []
            else:
                task.task_dep = []

    def sure(self) -> Iterator[TaskKey]:
        """The tasks of the graph that the run is sure to ask for, in the order in which it will."""
        seen: set[str] = set()
        for selected in self.selected_tasks:
            waiting = deque([selected])  # doit takes what a task needs before what that needs in turn
            while waiting:
                name = waiting.popleft()
                if name in seen or name not in self.tasks:
                    continue
                seen.add(name)
                task = self.tasks[name]
                if isinstance(task, GraphTask):
                    yield task.key
                else:
                    waiting.extend(task.calc_dep)
                waiting.extend(task.task_dep)

    def task_dispatcher(self) -> TaskDispatcher:
        """What hands out the selected tasks."""
        self.selected_tasks = list(self._one_by_one())
        dispatcher = _Dispatcher(self.tasks, self.targets, self.selected_tasks)
        dispatcher.generator = _forgetting(dispatcher.generator, dispatcher.nodes)
        return dispatcher

    def _one_by_one(self) -> Iterator[str]:
        """The selected tasks, each group of the graph after its members: it would bring up all of them at once."""
        families = set(Kind)
        for name in self.selected_tasks:
            if name in families:
                yield from self.tasks[name].task_dep
            yield name


class _InOrder(dict[ExecNode, None]):
    """A set of nodes that keeps their order: doit's own is ordered by memory address, another in each run."""

    def add(self, node: ExecNode) -> None:
        """Add a node, once."""
        self[node] = None


class _Dispatcher(TaskDispatcher):  # type: ignore[misc]
    """doit's, in the same order each time, and with an error for a task that asks for one that does not exist."""

    def _gen_node(self, parent: Any, task_name: str) -> ExecNode | None:
        if task_name not in self.tasks:
            raise InvalidTask(f"{parent.task.name} asks for {task_name!r}, and there is no such task")
        node = super()._gen_node(parent, task_name)
        if node is not None:
            node.waiting_me = _InOrder()
        return node


def _forgetting(
    handing_out: Generator[Any, ExecNode | None], nodes: dict[str, ExecNode]
) -> Generator[Any, ExecNode | None]:
    """What doit hands out; of tasks of the graph that ended well one node is kept for all of them.

    What comes later asks a node only how it ended.
    """
    kept: dict[str, ExecNode] = {}
    ended: ExecNode | None = None
    while True:
        try:
            ended = yield handing_out.send(ended)
        except StopIteration:
            return
        if ended is not None and ended.run_status in _ENDED_WELL and isinstance(ended.task, GraphTask):
            nodes[ended.task.name] = kept.setdefault(ended.run_status, ended)

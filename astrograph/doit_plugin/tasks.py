"""Our graph as doit tasks: the thinnest possible shell round `astrograph.engine.graph`."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from doit.action import BaseAction
from doit.exceptions import TaskError
from doit.task import Task

from astrograph.engine.graph import PURPOSE, Graph, Kind, TaskKey
from astrograph.errors import AstrographError


class GraphAction(BaseAction):  # type: ignore[misc]
    """Does one task of the graph. An error that concerns the whole run goes up and ends it."""

    def __init__(self, graph: Graph, key: TaskKey) -> None:
        self.graph = graph
        self.key = key
        self.task: Task | None = None
        self.out = ""
        self.err = ""
        self.result: str | None = None
        self.values: dict[str, Any] = {}

    def execute(self, out: object = None, err: object = None) -> TaskError | None:  # noqa: ARG002
        """Do the task; what was not foreseen becomes a failed task with its traceback."""
        try:
            written = self.graph.run(self.key)
        except AstrographError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours in one task must not hide the others
            self.err = traceback.format_exc()
            return TaskError(f"AG901 internal error in {self.key}: {error}", error)
        self.result = "written" if written else "unchanged"
        return None

    def __str__(self) -> str:
        return f"make {self.graph.target(self.key)}"

    __repr__ = __str__


class Freshness:
    """Asks the rebuilder, and shows its reason where doit prints what is not up to date."""

    def __init__(self, graph: Graph, key: TaskKey) -> None:
        self.graph = graph
        self.key = key

    def __call__(self) -> bool:
        """Whether the task need not run."""
        return self.graph.why_stale(self.key) is None

    def __repr__(self) -> str:
        return self.graph.why_stale(self.key) or "up to date"


def whole_graph(graph: Graph) -> Iterator[Task]:
    """Every task there is, with its files: for listing, cleaning and forgetting."""
    for kind in Kind:
        keys = list(graph.tasks(kind))
        yield _group(kind, keys)
        for key in keys:
            yield _task(graph, key, needs=graph.needs(key), with_files=True)


def some_tasks(graph: Graph, keys: Iterable[TaskKey]) -> Iterator[Task]:
    """Only these tasks, in this order, and the families as groups: for running."""
    chosen = list(keys)
    by_kind: dict[Kind, list[TaskKey]] = {kind: [] for kind in Kind}
    by_stratum: dict[str, list[TaskKey]] = {}
    for key in chosen:
        by_kind[key.kind].append(key)
        if key.kind is Kind.MANIFEST:
            by_stratum.setdefault(key.key.partition("/")[0], []).append(key)
    for kind in Kind:
        yield _group(kind, by_kind[kind])
    needs: dict[Kind, Callable[[str], list[TaskKey]]] = {
        Kind.MANIFEST: lambda _: [],
        Kind.LEDGER: lambda stratum: by_stratum.get(stratum, []),
        Kind.GATE: lambda _: by_kind[Kind.LEDGER],
    }
    for key in chosen:
        yield _task(graph, key, needs=needs[key.kind](key.key), with_files=False)


def _group(kind: Kind, keys: list[TaskKey]) -> Task:
    return Task(kind.value, None, task_dep=list(map(str, keys)), has_subtask=True, doc=PURPOSE[kind])


def _task(graph: Graph, key: TaskKey, *, needs: Iterable[TaskKey], with_files: bool) -> Task:
    files = graph.files(key) if with_files and key.kind is Kind.MANIFEST else ()
    task = Task(
        str(key),
        [GraphAction(graph, key)],
        targets=[graph.target(key)],
        task_dep=list(map(str, needs)),
        # doit inspects a callable anew for every task; a plain False spares that where the answer is known.
        uptodate=[Freshness(graph, key) if with_files or not graph.is_known_stale(key) else False],
        subtask_of=key.kind.value,
        clean=True,
    )
    # Set after the fact: Task() would also look each file up among the targets of all tasks.
    task.file_dep = set(files)
    return task

"""Our graph as doit tasks: the thinnest possible shell round `astrograph.engine.graph`."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from doit.exceptions import TaskError
from doit.task import Task

from astrograph.engine.graph import PURPOSE, Graph, Kind, TaskKey
from astrograph.errors import AstrographError

_UpToDate = list[tuple[object, list[object], dict[str, object]]]

_STALE: _UpToDate = [(False, [], {})]
_NO_FILES: frozenset[str] = frozenset()


class GraphTask(Task):  # type: ignore[misc]
    """One task of the graph.

    What is the same for all of them stands in the class, and what can be worked out is: a `Task` of doit's own takes
    3.4 KB, and a first build of a large monorepo has 100,000 of them.
    """

    _SAME_FOR_ALL: dict[str, Any] = Task("_", None).__dict__

    def __init__(
        self, graph: Graph, key: TaskKey, *, name: str, needs: Iterable[str], files: Iterable[str] = ()
    ) -> None:
        # Not Task.__init__, which makes all of it anew for every task.
        self.name = name
        self.graph = graph
        self.key = key
        self.task_dep = list(needs)
        self.file_dep: AbstractSet[str] = set(files) or _NO_FILES
        # doit inspects a callable anew for every task; a plain False spares that where the answer is known.
        known = not self.file_dep and graph.is_known_stale(key)
        self.uptodate: _UpToDate = _STALE if known else [(Freshness(graph, key), [], {})]
        # What doit sets later: named here, since an object that gets further names takes three times the memory.
        self.run_status: str | None = None
        self.dep_changed: Sequence[str] = ()
        self.executed = False

    def __getattr__(self, name: str) -> Any:
        try:
            return self._SAME_FOR_ALL[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def subtask_of(self) -> str:
        """The family, which doit shows as the group."""
        return self.key.kind.value

    @property
    def targets(self) -> list[str]:
        """The one file the task makes."""
        return [self.graph.target(self.key)]

    @property
    def values(self) -> dict[str, Any]:
        """Nothing is handed from task to task: traces are the record."""
        return {}

    @values.setter
    def values(self, values: dict[str, Any]) -> None:
        """doit restores what its database holds, which for us is nothing."""

    @property
    def options(self) -> dict[str, Any]:
        """A task of the graph has no options."""
        return {}

    def init_options(self, args: Any = None) -> Any:
        """Parse nothing: what follows the name of a task is the name of another."""
        return args

    def execute(self, stream: object) -> TaskError | None:  # noqa: ARG002
        """Do the task; what was not foreseen becomes a failed task with its traceback.

        An error that concerns the whole run goes up and ends it.
        """
        self.executed = True
        try:
            self.graph.run(self.key)
        except AstrographError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours in one task must not hide the others
            sys.stderr.write(traceback.format_exc())
            return TaskError(f"AG901 internal error in {self.key}: {error}")
        return None

    def clean(self, outstream: Any, dryrun: bool) -> None:
        """Remove the target, and the folders it leaves empty."""
        path = self.graph.target(self.key)
        if self.graph.remove_target(self.key, dry_run=dryrun):
            outstream.write(f"{self.name} - removing file '{path}'\n")


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
        yield _group(kind, list(map(str, keys)))
        for key in keys:
            files = graph.files(key) if kind is Kind.MANIFEST else ()
            yield GraphTask(graph, key, name=str(key), needs=map(str, graph.needs(key)), files=files)


def some_tasks(graph: Graph, keys: Iterable[TaskKey]) -> Iterator[Task]:
    """Only these tasks, in this order, and the families as groups: for running."""
    chosen = list(keys)
    names = {key: str(key) for key in chosen}
    by_kind: dict[Kind, list[TaskKey]] = {kind: [] for kind in Kind}
    by_stratum: dict[str, list[TaskKey]] = {}
    for key in chosen:
        by_kind[key.kind].append(key)
        if key.kind is Kind.MANIFEST:
            by_stratum.setdefault(key.key.partition("/")[0], []).append(key)
    for kind in Kind:
        yield _group(kind, [names[key] for key in by_kind[kind]])
    for key in chosen:
        needs: Iterable[TaskKey] = ()
        if key.kind is Kind.LEDGER:
            needs = by_stratum.get(key.key, ())
        elif key.kind is not Kind.MANIFEST:
            needs = (each for each in graph.needs(key) if each in names)
        yield GraphTask(graph, key, name=names[key], needs=[names[each] for each in needs])


def _group(kind: Kind, names: list[str]) -> Task:
    return Task(kind.value, None, task_dep=names, has_subtask=True, doc=PURPOSE[kind])

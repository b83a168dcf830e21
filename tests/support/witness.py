"""What a run really did, seen from outside the code under test.

Python's audit events tell of every file opened, renamed and removed, whoever does it; `Graph.run` tells which tasks
were executed. An audit hook cannot be taken away again, so there is one for the whole session, usually blind.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from astrograph.engine.graph import Graph, TaskKey
from astrograph.store.state import State


@dataclass
class Witness:
    """The record of one run; paths are absolute.

    `before_durable` is called with the file that a rename or a commit is about to change, `before_task` with the
    name of a task that is about to run.
    """

    opened: Counter[str] = field(default_factory=Counter)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    parsed: int = 0
    before_durable: Callable[[str], object] = lambda _: None
    before_task: Callable[[str], object] = lambda _: None

    def notice(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of one audit event."""
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str) and not flags & (os.O_WRONLY | os.O_RDWR):
                self.opened[os.path.abspath(path)] += 1
        elif event == "os.rename":
            target = os.fspath(arguments[1])
            self.before_durable(target)
            self.replaced.append(target)
        elif event == "os.remove":
            self.removed.append(os.fspath(arguments[0]))


_watching: list[Witness] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in {"open", "os.rename", "os.remove"}:
        _watching[-1].notice(event, arguments)


sys.addaudithook(_hook)


@contextmanager
def watching(witness: Witness) -> Iterator[Witness]:
    """Watch everything this process does to files, and every task of the graph, for the time of a block."""
    run, commit = Graph.run, State.commit

    def watched_run(graph: Graph, task: TaskKey) -> bool:
        witness.before_task(str(task))
        written = run(graph, task)
        witness.tasks.append(str(task))
        if written:
            witness.written.append(str(task))
        witness.parsed = graph.session.tally.parsed
        return written

    def watched_commit(state: State, *arguments: Any, **named: Any) -> None:
        witness.before_durable(state.path)
        commit(state, *arguments, **named)

    Graph.run, State.commit = watched_run, watched_commit  # type: ignore[method-assign]
    _watching.append(witness)
    try:
        yield witness
    finally:
        _watching.remove(witness)
        Graph.run, State.commit = run, commit  # type: ignore[method-assign]

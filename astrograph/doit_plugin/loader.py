"""doit's task loader: the graph of the workspace, and the tasks its own `dodo.py` adds.

Imported by doit on every command, so it imports next to nothing; the graph is loaded when a command asks for tasks.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from doit.cmd_base import DodoTaskLoader
from doit.exceptions import InvalidDodoFile

from astrograph.doit_plugin.console import OPT_BUILD_DIR, choose_build, refuse_configured_build

if TYPE_CHECKING:
    from doit.task import Task

    from astrograph.engine.graph import Graph, TaskKey
    from astrograph.engine.session import Session

_RESERVED = ("manifest", "ledger", "gate", "audit", "site")
_WRITING = ("clean", "forget", "ignore", "reset-dep")


@dataclass
class RunOptions:
    """What a run command tells the loader before tasks are loaded.

    `kinds` are the task families that run when none is named, `everything` asks for tasks that are fresh too.
    """

    workers: int | None = None
    wait: bool = False
    everything: bool = False
    gates: bool = False
    notes_found_tree: bool = False


class GraphLoader(DodoTaskLoader):  # type: ignore[misc]
    """Loads what a command needs: all tasks to list, clean and forget; only stale and named ones to run."""

    cmd_options = (*DodoTaskLoader.cmd_options, OPT_BUILD_DIR)

    def __init__(self) -> None:
        _refuse_empty_words()
        super().__init__()
        self.started = time.monotonic()
        self.options = RunOptions()
        self.session: Session | None = None
        self.graph: Graph | None = None

    def setup(self, opt_values: dict[str, Any]) -> None:
        """Load the workspace's own `dodo.py`, where there is one. Commands that are only doit's get here alone."""
        from astrograph.errors import AstrographError

        try:
            refuse_configured_build(self.config or {})
            choose_build(opt_values.get(OPT_BUILD_DIR["name"]))
        except AstrographError as error:
            raise InvalidDodoFile(str(error)) from error
        path = opt_values["dodoFile"]
        self.namespace: dict[str, Any] = {}
        if (
            path != "dodo.py"
            or opt_values["seek_file"]
            or os.path.exists(os.path.join(opt_values["cwdPath"] or "", path))
        ):
            super().setup(opt_values)

    def load_doit_config(self) -> dict[str, Any]:
        """doit's settings: our state file and checker, then what `DOIT_CONFIG` in `dodo.py` says."""
        from astrograph.doit_plugin.checker import DigestChecker
        from astrograph.engine.session import open_workspace
        from astrograph.errors import AstrographError
        from astrograph.store.layout import Layout

        own = super().load_doit_config()
        try:
            refuse_configured_build({"DOIT_CONFIG": own})
            layout = Layout(open_workspace(os.getcwd()))
        except AstrographError as error:
            raise InvalidDodoFile(str(error)) from error
        config = {
            "dep_file": layout.absolute(layout.state),
            "check_file_uptodate": DigestChecker,
            "continue": True,
            "verbosity": 1,
        }
        config.update(own)
        return config

    def load_tasks(self, cmd: Any, pos_args: list[str]) -> list[Task]:
        """The tasks for one command; a problem with the workspace becomes doit's own error with our text."""
        from astrograph.errors import AstrographError

        own = [] if not self.namespace else list(super().load_tasks(cmd, pos_args))
        taken = [task.name for task in own if task.name in _RESERVED]
        if taken:
            raise InvalidDodoFile(f"dodo.py defines the task {taken[0]!r}, a name of the graph: rename it")
        try:
            return [*self._graph_tasks(cmd, own), *own]
        except AstrographError as error:
            self.close()
            raise InvalidDodoFile(str(error)) from error

    def close(self) -> None:
        """Give the workspace back."""
        if self.session is not None:
            self.session.close()

    def _graph_tasks(self, cmd: Any, own: list[Task]) -> list[Task]:
        from astrograph.doit_plugin.tasks import some_tasks, whole_graph
        from astrograph.engine.graph import PLAIN, Graph, Kind
        from astrograph.engine.session import Session, open_workspace
        from astrograph.store.stamps import distrust, memory_devices

        distrust(memory_devices() if self.options.gates else frozenset())
        workspace = open_workspace(os.getcwd())
        session = Session(workspace, state=cmd.dep_manager.backend.state, workers=self.options.workers)
        self.session = session
        self.graph = graph = Graph(session)
        running = cmd.execute_tasks
        if running or cmd.name in _WRITING:
            _ = session.policy  # pins first: nothing is touched, not even the lock, when they do not hold
            session.lock(wait=self.options.wait)
            _tell(session.recover_publication(thorough=self.options.gates))
        if self.options.notes_found_tree:
            _note_found_tree(session)
        if not running:
            if cmd.sel_default_tasks:
                cmd.sel_tasks = [kind.value for kind in Kind]
            return list(whole_graph(graph))
        if self.options.gates:
            cmd.dep_manager.backend.honours_ignore = False
        session.prepare(thorough=self.options.gates)
        if cmd.sel_default_tasks:
            defaults = _own_defaults(own, cmd.sel_tasks) if cmd.name == "run" else []
            cmd.sel_tasks = [*(kind.value for kind in PLAIN), *defaults]
        chosen = self._chosen(graph, cmd.sel_tasks, own)
        if chosen is None or chosen:
            session.begin()
        return list(whole_graph(graph) if chosen is None else some_tasks(graph, chosen))

    def _chosen(self, graph: Graph, words: list[str], own: list[Task]) -> list[TaskKey] | None:
        """The tasks that a run of these words needs, None when only the whole graph can tell."""
        from astrograph.engine.graph import PLAIN, Kind, TaskKey

        if self.options.everything:
            return None
        named = [key for task in own for name in _needed_by(task) if (key := TaskKey.parse(name)) and graph.exists(key)]
        own_words = {task.name for task in own}
        if own_words.intersection(words) and any(task.calc_dep or task.loader for task in own):
            return None  # what such a task asks for is known when it runs
        known_words = own_words | set(Kind)
        for word in words:
            if word in known_words:
                continue
            key = TaskKey.parse(word)
            if key is None or "*" in word or not graph.exists(key):
                return None
            named.append(key)
        wants_site = Kind.SITE in words or any(key.kind is Kind.SITE for key in named)
        stale = graph.stale_tasks((*PLAIN, Kind.SITE) if wants_site else PLAIN)
        known = set(stale)
        return [*stale, *(key for key in dict.fromkeys(named) if key not in known)]


def _refuse_empty_words() -> None:
    """End here for a word that is empty: the loader is the last of ours to be asked before doit stumbles over it."""
    if "" not in sys.argv:
        return
    from astrograph.doit_plugin.console import guarded, refuse_empty_words

    code = guarded(refuse_empty_words, as_json="--json" in sys.argv)
    if code:
        raise SystemExit(code)


def _tell(message: str | None) -> None:
    """What was found left over from an interrupted publication, on the log."""
    if message is not None:
        from astrograph.formats.text import safe

        sys.stderr.write(f"note: {safe(message)}\n")


def _note_found_tree(session: Session) -> None:
    from datetime import UTC, datetime

    from astrograph.doit_plugin.person import whoami
    from astrograph.engine.planning.found import note_found_tree

    generation = note_found_tree(session, by=whoami(), now=datetime.now(UTC).isoformat(timespec="milliseconds"))
    if generation is not None:
        _tell(f"the {generation.modules:,} manifests in {session.layout.published} are generation 0, the baseline")


def _own_defaults(own: list[Task], wanted: list[str] | None) -> list[str]:
    """The tasks of `dodo.py` that a bare `doit` runs: those of `default_tasks`, or all, as without Astrograph."""
    return [task.name for task in own if task.subtask_of is None] if wanted is None else list(wanted)


def _needed_by(task: Task) -> list[str]:
    """The names of all tasks that a task of the workspace's own asks for."""
    return [*task.task_dep, *task.setup_tasks, *task.calc_dep]

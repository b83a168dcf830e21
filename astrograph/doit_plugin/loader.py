"""doit's task loader: the graph of the workspace, and the tasks its own `dodo.py` adds.

Imported by doit on every command, so it imports next to nothing; the graph is loaded when a command asks for tasks.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from doit.cmd_base import DodoTaskLoader
from doit.cmdparse import CmdParseError
from doit.exceptions import InvalidDodoFile, InvalidTask

from astrograph.doit_plugin.console import OPT_BUILD_DIR, choose_build
from astrograph.doit_plugin.imports import keep_out_here, removed

if TYPE_CHECKING:
    from doit.task import Task

    from astrograph.engine.graph import Graph, TaskKey
    from astrograph.engine.session import Session

_RESERVED = ("manifest", "ledger", "gate", "audit", "site")
_WRITING = ("clean", "forget", "ignore", "reset-dep")


@dataclass
class RunOptions:
    """What a run command tells the loader before tasks are loaded."""

    gates: bool = False
    notes_found_tree: bool = False


class GraphLoader(DodoTaskLoader):  # type: ignore[misc]
    """Loads what a command needs: all tasks to list, clean and forget; only stale and named ones to run."""

    cmd_options = (*DodoTaskLoader.cmd_options, OPT_BUILD_DIR)

    def __init__(self, *, own_code: bool = True) -> None:
        _refuse_empty_words()
        super().__init__()
        keep_out_here()
        if own_code and removed:  # plug-ins of the workspace may be there
            from astrograph.doit_plugin.own_code import let_own_code_import

            let_own_code_import(os.getcwd())
        self.started = time.monotonic()
        self.own_code = own_code
        self.options = RunOptions()
        self.params: Mapping[str, Any] = {}
        self.namespace: dict[str, Any] = {}
        self.session: Session | None = None
        self.graph: Graph | None = None

    def setup(self, opt_values: dict[str, Any]) -> None:
        """Load the workspace's own `dodo.py`, where there is one. Commands that are only doit's get here alone."""
        from astrograph.doit_plugin.console import check_config

        self.params = opt_values
        with _as_doit_errors():
            check_config(self.config)
            choose_build(opt_values.get(OPT_BUILD_DIR["name"]))
            self._check_words(frozenset(opt_values._non_default_keys))  # type: ignore[attr-defined] # noqa: SLF001
            if self.own_code and self._may_have_own_code():
                self._load_own_code(os.getcwd())

    def _check_words(self, typed: frozenset[str]) -> None:
        if not self.own_code and self.params["dodoFile"] != "dodo.py":
            from astrograph.errors import UsageError

            raise UsageError("--no-dodo and a file of tasks cannot be combined", hint="leave out --file and DOIT_FILE")
        if not typed.isdisjoint(("backend", "dep_file", "par_type", "check_file_uptodate")):
            from astrograph.doit_plugin.settings import check_words

            check_words(self.params, typed)

    def _may_have_own_code(self) -> bool:
        chosen = self.params["dodoFile"] != "dodo.py" or self.params["seek_file"] or self.params["cwdPath"] is not None
        return chosen or os.path.lexists("dodo.py")

    def _load_own_code(self, root: str) -> None:
        from astrograph.doit_plugin import own_code

        path = own_code.find_file(self.params, root)
        if path is not None:
            with self._running_own_code(root):
                self.namespace = own_code.load(path, root)

    @contextmanager
    def _running_own_code(self, root: str) -> Iterator[None]:
        """What the workspace's own code prints goes to the log, and a mistake in it is one error."""
        from astrograph.doit_plugin.console import stdout_to_log
        from astrograph.doit_plugin.own_code import invalid_task, mistake

        try:
            with stdout_to_log():
                yield
        except (InvalidTask, InvalidDodoFile, CmdParseError) as error:
            raise invalid_task(error, self.namespace, root) from error
        except BaseException as error:
            refusal = mistake(error, root)
            if refusal is None:
                raise
            raise refusal from error

    def load_doit_config(self) -> dict[str, Any]:
        """doit's settings: our state file and checker, then what `DOIT_CONFIG` in `dodo.py` says."""
        from astrograph.doit_plugin.checker import checker_of
        from astrograph.engine.session import open_workspace
        from astrograph.store.layout import Layout

        root = os.getcwd()
        with _as_doit_errors():
            layout = Layout(open_workspace(root))
            config: dict[str, Any] = {}
            if self.namespace:
                with self._running_own_code(root):
                    config = dict(super().load_doit_config())
            if config:
                from astrograph.doit_plugin.settings import check_dodo

                check_dodo(config, os.path.relpath(self.namespace["__file__"], root))
        config["dep_file"] = layout.absolute(layout.state)
        wanted = config.get("check_file_uptodate", self.params["check_file_uptodate"])
        config["check_file_uptodate"] = checker_of(wanted)
        return config

    def load_tasks(self, cmd: Any, pos_args: list[str]) -> list[Task]:
        """The tasks for one command; a problem with the workspace becomes doit's own error with our text."""
        own: list[Task] = []
        with _as_doit_errors():
            if self.namespace:
                with self._running_own_code(os.getcwd()):
                    own = list(super().load_tasks(cmd, pos_args))
        taken = [task.name for task in own if task.name in _RESERVED]
        if taken:
            raise InvalidDodoFile(f"dodo.py defines the task {taken[0]!r}, a name of the graph: rename it")
        try:
            with _as_doit_errors():
                return [*self._graph_tasks(cmd, own), *own]
        except InvalidDodoFile:
            self.close()
            raise

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
        session = Session(
            workspace, state=cmd.dep_manager.backend.state, workers=self.params.get("num_process") or None
        )
        self.session = session
        self.graph = graph = Graph(session)
        running = cmd.execute_tasks
        if running or cmd.name in _WRITING:
            _ = session.policy  # pins first: nothing is touched, not even the lock, when they do not hold
            session.lock(wait=bool(self.params.get("wait")))
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

        if self.params.get("always"):
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


@contextmanager
def _as_doit_errors() -> Iterator[None]:
    """Raise our errors as one of doit's: its own commands report those in a line."""
    from astrograph.errors import AstrographError

    try:
        yield
    except AstrographError as error:
        raise InvalidDodoFile(str(error)) from error


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

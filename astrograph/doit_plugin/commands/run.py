"""`doit`, `doit run`: bring manifests and ledgers up to date."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Any

from doit.action import PythonAction
from doit.cmd_run import Run as StockRun
from doit.cmd_run import opt_continue, opt_num_process
from doit.runner import Runner
from doit.task import Stream

from astrograph.doit_plugin.console import (
    INTERRUPTED,
    TERMINATED,
    OwnWords,
    last_word,
    stdout_to_log,
    tell_of_state,
    wants_json,
)
from astrograph.doit_plugin.loader import RunOptions
from astrograph.doit_plugin.scheduling import Control
from astrograph.errors import ExitCode, UsageError

_SELDOM = 100_000
"""New objects between two looks for garbage: nearly all that a run makes is needed, next to none of it in cycles."""

_OWN_REPORTER = "astrograph"

OPT_WAIT = {
    "name": "wait",
    "long": "wait",
    "type": bool,
    "default": False,
    "help": "wait for another run on this workspace to end, instead of failing at once",
}

OPT_CONTINUE = dict(opt_continue, default=True, help="continue with other tasks after a failure [default: True]")

OPT_WORKERS = dict(
    opt_num_process,
    help="worker processes that parse source, 0 for one a core [default: 0]",
)


class Terminated(BaseException):
    """SIGTERM arrived: the run ends as it does for Ctrl-C."""


class Run(OwnWords, StockRun):  # type: ignore[misc]
    """doit's `run` on our graph: one scheduler in this process, workers that parse ahead."""

    name = "run"
    doc_purpose = "bring manifests and ledgers up to date"
    cmd_options = (
        *(option for option in StockRun.cmd_options if option not in (opt_num_process, opt_continue)),
        OPT_CONTINUE,
        OPT_WORKERS,
        OPT_WAIT,
    )
    builds_gates = False
    notes_found_tree = False

    def execute(self, params: Any, args: list[str]) -> int:
        """Load, run, give everything back; returns the exit code."""
        gc.set_threshold(_SELDOM)
        self.loader.options = RunOptions(gates=self.builds_gates, notes_found_tree=self.notes_found_tree)
        as_json = self.wants_json(params, args) or wants_json(args)
        return self._interruptible(lambda: self.guarded(lambda: self.work(params, args), as_json=as_json))

    def wants_json(self, params: Any, args: list[str]) -> bool:
        """Whether a program reads the answer; a plain run has none but its summary."""
        return "json" in params and (params["json"] or "--json" in args)

    def work(self, params: Any, args: list[str]) -> int:
        """The run itself; commands that do more with its outcome extend this."""
        if params["num_process"] < 0:
            raise UsageError(f"there cannot be {params['num_process']} worker processes", hint="-n 0 is one a core")
        quiet = stdout_to_log() if self.wants_json(params, args) else nullcontext()
        with _opened(params["outfile"]) as stream, quiet:  # before the workspace is touched
            params.set_default("outfile", stream)
            return int(super().execute(params, args))

    def _interruptible(self, work: Any) -> int:
        try:
            with _termination_as_exception():
                return int(work())
        except KeyboardInterrupt:
            last_word("interrupted: what was done is kept, run again to go on")
            return INTERRUPTED
        except Terminated:
            last_word("terminated: what was done is kept, run again to go on")
            return TERMINATED
        finally:
            with _undisturbed():
                self.loader.close()

    def _execute(
        self,
        outfile: Any,
        verbosity: int | None = None,
        always: bool = False,
        continue_: bool = False,
        reporter: Any = _OWN_REPORTER,
        single: bool = False,
        auto_delayed_regex: bool = False,
        force_verbosity: bool = False,
        failure_verbosity: int = 0,
        pdb: bool = False,
    ) -> int:
        session = self.loader.session
        tell_of_state(session)
        PythonAction.pm_pdb = pdb
        with _opened(outfile) as stream:  # a name here is from `DOIT_CONFIG` in `dodo.py`
            control = Control(self.task_list, auto_delayed_regex=auto_delayed_regex)
            control.process(self.sel_tasks)
            if single:
                control.leave_out_needs()
            self.loader.graph.expect(control.sure())
            reports = self._reporter(reporter, stream, failure_verbosity)
            shown = Stream(verbosity, force_verbosity)
            code = Runner(self.dep_manager, reports, continue_, always, shown).run_all(control.task_dispatcher())
        if code == ExitCode.CLEAN:
            session.finish()
        return int(code)

    def _reporter(self, wanted: Any, stream: Any, failure_verbosity: int) -> Any:
        """The reporter: one of those known by name, or what `DOIT_CONFIG` in `dodo.py` says, a class or an object."""
        options = {"failure_verbosity": failure_verbosity}
        stream = self.progress_stream(stream)
        if wanted == _OWN_REPORTER:
            from astrograph.doit_plugin.reporter import ProgressReporter

            return ProgressReporter(stream, options, session=self.loader.session, started=self.loader.started)
        if isinstance(wanted, str) and wanted not in self.reporters:
            known = ", ".join(sorted(self.reporters))
            raise UsageError(
                f"there is no reporter {wanted!r}", hint=f"`reporter` in doit's settings is one of: {known}"
            )
        made = self.reporters[wanted] if isinstance(wanted, str) else wanted
        return made(stream, options) if isinstance(made, type) else made

    def progress_stream(self, stream: Any) -> Any:
        """Where the summary line goes: it is the result of a plain run."""
        return stream


def _opened(outfile: Any) -> AbstractContextManager[Any]:
    """Where reports go: the file of that name, or the stream that was given. Raises UsageError."""
    if not isinstance(outfile, str):
        return nullcontext(outfile)
    try:
        return open(outfile, "w", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the report to {outfile}: {error.strerror}", hint="name a file in a folder that exists"
        ) from error


def _termination_as_exception() -> AbstractContextManager[None]:
    """Turn SIGTERM into an exception for the time of a run."""

    def raise_terminated(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise Terminated

    return _handled(raise_terminated, signal.SIGTERM)


def _undisturbed() -> AbstractContextManager[None]:
    """Leave SIGINT and SIGTERM aside for the moment a run needs to give everything back: it is ending anyway."""
    return _handled(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM)


@contextmanager
def _handled(
    handler: signal.Handlers | Callable[[int, FrameType | None], None], *numbers: signal.Signals
) -> Iterator[None]:
    """Have a handler for some signals meanwhile, where signals can be handled."""
    try:
        before = {number: signal.signal(number, handler) for number in numbers}
    except ValueError:  # not in the main thread: the caller handles signals
        yield
        return
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)

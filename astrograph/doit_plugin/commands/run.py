"""`doit`, `doit run`: bring manifests and ledgers up to date."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from doit.cmd_run import Run as StockRun
from doit.cmd_run import opt_num_process

from astrograph.doit_plugin.console import INTERRUPTED, TERMINATED, guarded
from astrograph.doit_plugin.loader import RunOptions
from astrograph.errors import ExitCode

_OWN_REPORTER = "astrograph"

OPT_WAIT = {
    "name": "wait",
    "long": "wait",
    "type": bool,
    "default": False,
    "help": "wait for another run on this workspace to end, instead of failing at once",
}

OPT_WORKERS = dict(
    opt_num_process,
    help="worker processes that parse source [default: one a core]",
)


class Terminated(BaseException):
    """SIGTERM arrived: the run ends as it does for Ctrl-C."""


class Run(StockRun):  # type: ignore[misc]
    """doit's `run` on our graph: one scheduler in this process, workers that parse ahead."""

    name = "run"
    doc_purpose = "bring manifests and ledgers up to date"
    cmd_options = (*(option for option in StockRun.cmd_options if option is not opt_num_process), OPT_WORKERS, OPT_WAIT)
    builds_gates = False
    notes_found_tree = False

    def execute(self, params: Any, args: list[str]) -> int:
        """Load, run, give everything back; returns the exit code."""
        self.loader.options = RunOptions(
            workers=params["num_process"] or None,
            wait=params["wait"],
            everything=bool(params["always"]),
            gates=self.builds_gates,
            notes_found_tree=self.notes_found_tree,
        )
        return self._interruptible(lambda: guarded(lambda: self.work(params, args)))

    def work(self, params: Any, args: list[str]) -> int:
        """The run itself; commands that do more with its outcome extend this."""
        return int(super().execute(params, args))

    def _interruptible(self, work: Any) -> int:
        try:
            with _termination_as_exception():
                return int(work())
        except KeyboardInterrupt:
            sys.stderr.write("interrupted: what was done is kept, run again to go on\n")
            return INTERRUPTED
        except Terminated:
            sys.stderr.write("terminated: what was done is kept, run again to go on\n")
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
        for message in session.state.messages:
            sys.stderr.write(f"warning: {message}\n")
        stream = outfile
        if reporter == _OWN_REPORTER and not isinstance(outfile, str):
            from astrograph.doit_plugin.reporter import ProgressReporter

            reporter = ProgressReporter(
                self.progress_stream(stream),
                {"failure_verbosity": failure_verbosity},
                session=session,
                started=self.loader.started,
            )
        code = super()._execute(
            outfile,
            verbosity=verbosity,
            always=always,
            continue_=continue_,
            reporter=reporter,
            num_process=0,
            single=single,
            auto_delayed_regex=auto_delayed_regex,
            force_verbosity=force_verbosity,
            failure_verbosity=failure_verbosity,
            pdb=pdb,
        )
        if code == ExitCode.CLEAN:
            session.finish()
        return int(code)

    def progress_stream(self, stream: Any) -> Any:
        """Where the summary line goes: it is the result of a plain run."""
        return stream


@contextmanager
def _termination_as_exception() -> Iterator[None]:
    """Turn SIGTERM into an exception for the time of a run, where signals can be handled."""

    def raise_terminated(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, raise_terminated)
    except ValueError:  # not in the main thread: the caller handles signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Leave SIGINT and SIGTERM aside for the moment a run needs to give everything back: it is ending anyway."""
    try:
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not in the main thread: the caller handles signals
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

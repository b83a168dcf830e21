"""The reporter: quiet while it works, progress with rate and ETA on stderr, one line of result on stdout."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

from doit.reporter import ConsoleReporter

if TYPE_CHECKING:
    from doit.exceptions import BaseFail
    from doit.task import Task

    from astrograph.engine.session import Session

_FAMILIES = ("manifest:", "ledger:", "gate:", "audit:", "site:")
_GROUPS = ("manifest", "ledger", "gate", "audit", "site")
_TERMINAL_SECONDS = 0.1
_LOG_SECONDS = 10.0
_SHOWN_FAILURES = 20


class ProgressReporter(ConsoleReporter):  # type: ignore[misc]
    """Reports a run of the graph; tasks of the workspace's own `dodo.py` are named as doit names them."""

    desc = "progress, then one line: built, unchanged, failed, seconds"

    def __init__(
        self,
        outstream: TextIO,
        options: dict[str, Any],
        session: Session | None = None,
        started: float | None = None,
    ) -> None:
        super().__init__(outstream, options)
        self.session = session
        self.started = time.monotonic() if started is None else started
        self.progress = Progress(sys.stderr)

    def initialize(self, tasks: dict[str, Task], selected_tasks: list[str]) -> None:  # noqa: ARG002
        """Learn how much there is to do."""
        self.progress.total = sum(name.startswith(_FAMILIES) for name in tasks)

    def execute_task(self, task: Task) -> None:
        """Name a task of the workspace's own; ours are counted."""
        if not task.name.startswith(_FAMILIES) and task.name not in _GROUPS:
            super().execute_task(task)

    def add_success(self, task: Task) -> None:
        """Count a task of ours that ran."""
        if task.name.startswith(_FAMILIES):
            self.progress.step()

    def skip_uptodate(self, task: Task) -> None:
        """Count a task of ours that need not run."""
        if task.name.startswith(_FAMILIES):
            self.progress.step()
        elif task.name not in _GROUPS:
            super().skip_uptodate(task)

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Keep a failure for the end; the first few are told at once."""
        self.progress.step()
        self.progress.clear()
        if task.name.startswith("manifest:") and self.session is not None:
            self.session.tally.failed += 1
        if len(self.failures) < _SHOWN_FAILURES:
            super().add_failure(task, fail)
        else:
            self.failures.append({"task": task, "exception": fail})

    def complete_run(self) -> None:
        """Say what was done, in one line."""
        self.progress.clear()
        if self.session is None:
            super().complete_run()
            return
        for message in self.runtime_errors:
            self.write(f"{message}\n")
        hidden = len(self.failures) - _SHOWN_FAILURES
        if hidden > 0:
            self.write(f"… and {hidden} more failures\n")
        self.write(f"{self.summary()}\n")

    def summary(self) -> str:
        """The last line: manifests built, unchanged, failed, and how long it took."""
        assert self.session is not None
        tally = self.session.tally
        inventory = self.session.survey.inventory
        total = len(inventory.packages)
        missed = max(0, len(self.session.survey.stale) - tally.failed)
        unchanged = max(0, total - tally.written - tally.failed - missed)
        parts = [f"{tally.written:,} built", f"{unchanged:,} unchanged", f"{tally.failed:,} failed"]
        if missed:
            parts.append(f"{missed:,} stale and not built")
        if tally.removed:
            parts.append(f"{tally.removed:,} removed")
        if inventory.rejected:
            parts.append(f"{len(inventory.rejected):,} rejected (doit validate says why)")
        return f"{', '.join(parts)} in {time.monotonic() - self.started:.2f} s"


class Progress:
    """A progress line on a terminal, one line each ten seconds elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.total = 0
        self.done = 0
        self.on_terminal = stream.isatty()
        self.started = self.told = time.monotonic()
        self.visible = False

    def step(self) -> None:
        """One more task is through."""
        self.done += 1
        now = time.monotonic()
        if now - self.told >= (_TERMINAL_SECONDS if self.on_terminal else _LOG_SECONDS):
            self.told = now
            self.show(now - self.started)

    def show(self, seconds: float) -> None:
        """Tell how far it is."""
        rate = self.done / seconds if seconds > 0 else 0.0
        left = (self.total - self.done) / rate if rate > 0 else 0.0
        text = f"{self.done:,} of {self.total:,} tasks, {rate:,.0f}/s, {left:.0f} s left"
        if self.on_terminal:
            self.stream.write(f"\r\x1b[K{text}")
            self.visible = True
        else:
            self.stream.write(f"{text}\n")
        self.stream.flush()

    def clear(self) -> None:
        """Take the progress line away before something else is written."""
        if self.visible:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.visible = False

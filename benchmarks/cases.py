"""The cases: what is changed before a run, which tools are asked, and what must be seen afterwards.

Within a case the tools take turns (A B A B ...), so that a noisy minute meets all of them. Each case that
changes the tree takes its change back and leaves every tool up to date.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.edits import BodyEdit, IdleRule, touch_all
from benchmarks.errors import BenchmarkError
from benchmarks.measure import Command, Sample, Series, run
from benchmarks.tools import VERDICTS, Tool, doit

_TICK_SECONDS = 0.05
"""Waited before a change: file times move in steps of some milliseconds, and make and ninja compare nothing
else.
"""


@dataclass(slots=True)
class Session:
    """One benchmark in progress: the tools, how often each case runs, and what was measured so far.

    `packages` is how many outputs a full build has, `module` the one that is edited and looked up, `edited` a
    source file of it, `source` the folder with all source.
    """

    tools: Sequence[Tool]
    runs: int
    workspace: str
    source: str
    packages: int
    module: str
    edited: str
    series: dict[tuple[str, str], Series] = field(default_factory=dict)

    @property
    def graph(self) -> Tool:
        """Astrograph itself, always the first tool."""
        return self.tools[0]

    def measure(self, case: str, tool: str, command: Command) -> Sample:
        """Run a command, keep its sample and tell the progress on standard error."""
        sample = run(command)
        series = self.series.setdefault((case, tool), Series(case, tool))
        series.samples.append(sample)
        print(f"{case:11} {len(series.samples)}/{self.runs}  {tool:12} {sample.wall:9.3f} s", file=sys.stderr)
        return sample

    def refresh(self, tools: Sequence[Tool]) -> None:
        """Bring tools up to date without measuring them."""
        for tool in tools:
            run(tool.build)


def warm_up(session: Session) -> None:
    """Build everything once and once more, unmeasured, and see that every output is there."""
    for tool in session.tools:
        print(f"warm-up        {tool.name}", file=sys.stderr)
        session.refresh([tool, tool])
        tool.check_count(session.packages)


def cold(session: Session) -> None:
    """Build from nothing: no state, no output; and build again (`after-cold`)."""
    for _ in range(session.runs):
        for tool in session.tools:
            if tool.rebuilds:
                tool.clear()
                session.measure("cold", tool.name, tool.build)
                tool.check_count(session.packages)
                session.measure("after-cold", tool.name, tool.build)
    session.refresh(session.tools)


def noop(session: Session) -> None:
    """Build when nothing changed; an output that is written all the same is an error."""
    for _ in range(session.runs):
        for tool in session.tools:
            before = _written_at(tool, session.module)
            session.measure("noop", tool.name, tool.build)
            if _written_at(tool, session.module) != before:
                raise BenchmarkError(
                    f"{tool.name} wrote an output although nothing changed",
                    fields=(("output", tool.output(session.module)),),
                )


def edit(session: Session) -> None:
    """Change the body of one function; a peer whose output lacks the change is an error."""
    change = BodyEdit(session.edited)
    try:
        for number in range(session.runs + 1):
            time.sleep(_TICK_SECONDS)
            change.apply(number)
            for tool in session.tools:
                if number == 0:
                    session.refresh([tool])
                else:
                    session.measure("edit", tool.name, tool.build)
                _check_copied(tool, session.module, probe=change.probe(number))
    finally:
        time.sleep(_TICK_SECONDS)
        change.revert()
    session.refresh(session.tools)


def touch(session: Session) -> None:
    """Give every source file the current time, build, and build again (`after-touch`)."""
    tools = [tool for tool in session.tools if tool.rebuilds]
    for _ in range(session.runs):
        time.sleep(_TICK_SECONDS)
        touch_all(session.source)
        for tool in tools:
            session.measure("touch", tool.name, tool.build)
        for tool in tools:
            session.measure("after-touch", tool.name, tool.build)


def rules(session: Session) -> None:
    """Add a rule that matches no module, pin the rules anew (`pin`) and build (`rules`).

    Every module is decided again; a manifest that changes is an error.
    """
    change = IdleRule(session.workspace)
    repin = doit(session.workspace, "pin", "--reason", "benchmark")
    try:
        for number in range(session.runs):
            before = _written_at(session.graph, session.module)
            change.apply(number)
            session.measure("pin", session.graph.name, repin)
            session.measure("rules", session.graph.name, session.graph.build)
            if _written_at(session.graph, session.module) != before:
                raise BenchmarkError("A rule that matches nothing changed a manifest")
    finally:
        change.revert()
    run(repin)
    session.refresh([session.graph])


def info(session: Session) -> None:
    """Ask for everything known about one module."""
    _repeat(session, "info", doit(session.workspace, "info", session.module))


def validate(session: Session) -> None:
    """Ask for the verdict of every gate; findings are an answer, and the exit code is shown in the table."""
    _repeat(session, "validate", doit(session.workspace, "validate", accepted=VERDICTS))


CASES = {
    "cold": cold,
    "noop": noop,
    "edit": edit,
    "rules": rules,
    "info": info,
    "validate": validate,
    "touch": touch,
}
"""Every case in the order it runs; touch-all is last, as it leaves the tools that are not asked out of date.
"""


def _repeat(session: Session, case: str, command: Command) -> None:
    run(command)
    for _ in range(session.runs):
        session.measure(case, session.graph.name, command)


def _written_at(tool: Tool, module: str) -> int:
    """Return the modification time of a module's output in nanoseconds, 0 for a tool without outputs."""
    return os.stat(tool.output(module)).st_mtime_ns if tool.outputs else 0


def _check_copied(tool: Tool, module: str, *, probe: bytes) -> None:
    if not tool.copies:
        return
    with open(tool.output(module), "rb") as file:
        if probe not in file.read():
            raise BenchmarkError(f"{tool.name} did not see the edit", fields=(("output", tool.output(module)),))

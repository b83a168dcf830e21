"""Running a workspace: doit itself in this process, doit in a process of its own, or a process killed half-way."""

import io
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import doit.plugin
from doit.doit_cmd import DoitMain

from support.witness import Witness, watching

# doit looks for plug-ins among all installed distributions, four times a run: a third of the time of a small one.
doit.plugin.entry_points = cache(doit.plugin.entry_points)

KILLED = 9
"""The exit code of a process that `killed` stopped."""


@dataclass(frozen=True)
class Run:
    """One run: its exit code, what it said, and what it did.

    `tasks` are the tasks executed, `written` the modules whose manifest was written, `files` everything put under
    `build/` (relative to it, without state), `removed` what was taken away there, `read` how often each file of the
    workspace was opened, `parsed` how many source files were parsed.
    """

    exit: int
    out: str
    err: str
    tasks: tuple[str, ...]
    written: list[str]
    files: list[str]
    removed: list[str]
    read: Counter[str]
    parsed: int

    def ran(self, kind: str) -> list[str]:
        """The keys of the executed tasks of a family, sorted."""
        return sorted(task.removeprefix(f"{kind}:") for task in self.tasks if task.startswith(f"{kind}:"))

    def sources_read(self, below: str = "src/") -> list[str]:
        """The files below a folder that were opened, sorted."""
        return sorted(path for path in self.read if path.startswith(below))


def run_here(root: Path, words: Sequence[str], *, witness: Witness | None = None) -> Run:
    """Run doit in this process, in the folder `root`."""
    out, err = io.StringIO(), io.StringIO()
    before = os.getcwd()
    os.chdir(root)
    try:
        with watching(witness or Witness()) as seen, redirect_stdout(out), redirect_stderr(err):
            main = DoitMain(config_filenames=("pyproject.toml",), extra_config={"GLOBAL": {"outfile": out}})
            code = int(main.run(list(words)) or 0)
    finally:
        os.chdir(before)
    assert "Traceback" not in out.getvalue() + err.getvalue(), out.getvalue() + err.getvalue()
    return _told(root, code, out.getvalue(), err.getvalue(), seen)


def _told(root: Path, code: int, out: str, err: str, seen: Witness) -> Run:
    build, state = f"{root}/build/", f"{root}/build/.astrograph/"
    return Run(
        exit=code,
        out=out,
        err=err,
        tasks=tuple(seen.tasks),
        written=_keys(seen.written, "manifest:"),
        files=_below(seen.replaced, build, but=state),
        removed=_below(seen.removed, build, but=state),
        read=Counter(
            {path.removeprefix(f"{root}/"): n for path, n in seen.opened.items() if path.startswith(f"{root}/")}
        ),
        parsed=seen.parsed,
    )


def _keys(tasks: list[str], prefix: str) -> list[str]:
    return sorted(task.removeprefix(prefix) for task in tasks if task.startswith(prefix))


def _below(paths: list[str], folder: str, *, but: str) -> list[str]:
    return sorted(path.removeprefix(folder) for path in paths if path.startswith(folder) and not path.startswith(but))


def run_there(
    folder: Path, command: Sequence[str], *, environment: Mapping[str, str | None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of its own process in `folder`; None in `environment` takes a variable away."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def environ(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """This process's environment without what the terminal it runs in may have set, and with `changes`."""
    repository = str(Path(__file__).resolve().parents[2])
    base: dict[str, str | None] = {**os.environ, "NO_COLOR": None, "FORCE_COLOR": None, "PYTHONPATH": repository}
    base.update(changes or {})
    return {name: value for name, value in base.items() if value is not None}


DOIT = (sys.executable, "-m", "doit")
"""Stock doit, which finds the graph by the wiring in `pyproject.toml`."""

ASTROGRAPH = (sys.executable, "-m", "astrograph")
"""The same program with its defaults."""


def killed(root: Path, words: Sequence[str], *, before: int) -> bool:
    """Run in a child process that dies, as by `kill -9`, just before its n-th durable act (a rename or a commit).

    Returns whether it died, False when the run came to its end first.
    """
    return _in_child(lambda: run_here(root, words, witness=Witness(before_durable=_bomb(before)))) == KILLED


@contextmanager
def started(root: Path, words: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A run that has begun in a process of its own, the leader of its group; it is killed if it outlives the block."""
    with subprocess.Popen(
        [*DOIT, *words],
        cwd=root,
        env=environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def left_by_its_reader(
    root: Path, words: Sequence[str], *, lines: int = 0, env: Mapping[str, str | None] | None = None
) -> tuple[int, str]:
    """Run with a reader that takes some lines of the output and goes away: the exit code, and what stderr says."""
    with subprocess.Popen(
        [*DOIT, *words], cwd=root, env=environ(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
    return process.returncode, told


@contextmanager
def held(root: Path, words: Sequence[str], *, at: str) -> Iterator[subprocess.Popen[str]]:
    """A run in a process of its own that stops when it is about to do the task `at`, and stays there.

    It is told so by the workspace's own `dodo.py`, which doit loads into the process. Removing the file `hold` lets
    it go on.
    """
    (root / "dodo.py").write_text(_HOLD.format(task=at))
    (root / "hold").touch()
    try:
        with started(root, words) as process:
            until(lambda: (root / "held").exists() or process.poll() is not None)
            assert process.poll() is None, process.communicate()
            yield process
    finally:
        for name in ("dodo.py", "hold", "held"):
            (root / name).unlink(missing_ok=True)


_HOLD = """\
import os, time
from astrograph.engine.graph import Graph

run = Graph.run

def hold(graph, task):
    if str(task) == {task!r}:
        open("held", "w").close()
        while os.path.exists("hold"):
            time.sleep(0.01)
    return run(graph, task)

Graph.run = hold
"""


def until(condition: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait for a condition; AssertionError when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    """The child processes of a process (Linux)."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs: neither gone nor a zombie (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def _bomb(countdown: int) -> Callable[[str], None]:
    def tick(_: str) -> None:
        nonlocal countdown
        countdown -= 1
        if countdown < 0:
            os._exit(KILLED)

    return tick


def _in_child(work: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        code = 99
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, KILLED}, f"the run in the child process failed: {code}"
    return code

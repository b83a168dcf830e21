"""Fuzz every file that people write or a checkout can bring: `python -m benchmarks.fuzz --rounds 10000`.

Each round copies a small workspace that has published once, changes one file (`fuzz_inputs`), and runs a command that
reads it. A violation is a traceback, an exit code outside 0 to 4, a signal, a hang (`--seconds`), more than 1 GB of
memory, or a file changed outside the folders that the command may write.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn

from benchmarks.command_line import named, played, rounds_parser
from benchmarks.dice import Dice
from benchmarks.endurance_result import Case, as_json, as_text
from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.fuzz_inputs import mutate
from benchmarks.policy import write_json
from benchmarks.workspaces import write_workspace

GIGABYTE = 1 << 30

_ADDRESS_SPACE = 4 * GIGABYTE
"""Above what a command may use, so that one that wants more fails instead of taking the machine's memory."""

_IMPORTS = (
    "doit.doit_cmd",
    "jsonschema",
    "jsonschema_rs",
    "networkx",
    "orjson",
    "pathspec",
    "sqlite3",
    "yaml",
    "tree_sitter_python",
    "astrograph.__main__",
    "astrograph.doit_plugin.console",
    "astrograph.doit_plugin.loader",
    "astrograph.doit_plugin.commands.validate",
    "astrograph.engine.graph",
    "astrograph.engine.auditing.writers",
    "astrograph.engine.gating.checks",
)
_UNWANTED = (b"Traceback", b"AG901", b"Fatal Python error", b"MemoryError", b"RecursionError")
_READS = ("validate",)
_FACTS = ("facts", "set", "{module}", "lane", "research")
_OPENAPI = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"get": {"responses": {}}}}}
_LEGACY = {"owner": "@old", "tier": "T2_important", "stars": ["Trail"], "extra": {"a": [1, 2, {"b": None}]}}


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of input: its files, the commands that read them, and what these may write beside `build/`.

    A place with a final slash is everything below that folder.
    """

    files: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    may_write: tuple[str, ...] = ()
    before: tuple[str, ...] | None = None
    """A command to run first, for what the others would refuse to read otherwise."""


TARGETS: Mapping[str, Target] = {
    "settings": Target(
        ("pyproject.toml",),
        (_READS, ("list",), ("info", "{module}"), ("init",), ("validate", "--json")),
        ("pyproject.toml", ".gitignore", "rules/", "schemas/", "manifests_src/"),
    ),
    "policy": Target(
        ("rules/", "schemas/module_manifest.schema.json"),
        (_READS, (), ("plan",)),
        ("rules/pins.json",),
        before=("pin", "--reason", "fuzz"),
    ),
    "authored": Target(("manifests_src/",), (_READS, _FACTS, ("info", "{module}")), ("manifests_src/",)),
    "contracts": Target(("contracts/",), (_READS, ("contracts",), ("info", "{module}"))),
    "codeowners": Target(("CODEOWNERS",), (_READS, ("codeowners",), ("info", "{module}")), ("CODEOWNERS",)),
    "source": Target(("src/",), ((), _READS, ("info", "{module}"))),
    "legacy": Target(
        ("old/",), (("adopt", "--from", "old"), ("adopt", "--from", "old", "--suggest")), ("manifests_src/", "rules/")
    ),
    "state": Target(("build/.astrograph/",), ((), _READS, ("info", "{module}"), ("forget",), ("clean",))),
    "generated": Target(
        ("build/manifests/", "build/ledger/", "build/gates/", "build/audit/", "build/published/"),
        ((), _READS, ("plan",), ("report",), ("site",), ("clean",)),
    ),
    "plan": Target(
        ("build/plan.json", "build/approval.json", "build/audit/"),
        (("approve", "--by", "fuzz", "--yes"), ("publish", "--yes"), ("canary",), _READS),
    ),
    "generations": Target(
        ("build/generations/",), (("generations",), ("publish", "--yes"), ("rollback", "--yes"), ("plan",), _READS)
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: exit code (negative for a signal), seconds, peak bytes, and what it printed."""

    exit: int
    seconds: float
    peak: int
    said: bytes

    def complaints(self) -> list[str]:
        """What no command may do, whatever it reads."""
        found = [f"printed {word.decode()}" for word in _UNWANTED if word in self.said]
        if not 0 <= self.exit <= 4:
            found.append(f"exit {self.exit} after {self.seconds:.1f} s")
        if self.peak > GIGABYTE:
            found.append(f"used {self.peak >> 20} MB")
        return found


class Lab:
    """A folder with a workspace as it was before the change, the one under trial, and files of other people."""

    def __init__(self, folder: str, *, seconds: float) -> None:
        self.folder = folder
        self._seconds = seconds
        self.workspace = f"{folder}/ws"
        self._kept = f"{folder}/kept"
        self.modules: list[str] = []

    def prepare(self, *, packages: int, seed: int) -> None:
        """Write the workspace, publish it once, approve a second plan; raises BenchmarkError where that fails."""
        write_workspace(self.workspace, packages=packages, seed=seed)
        self._import_what_commands_import()
        for path, document in (("contracts/x@v1.json", _OPENAPI), ("old/a/module.manifest.json", _LEGACY)):
            os.makedirs(os.path.dirname(f"{self.workspace}/{path}"), exist_ok=True)
            write_json(f"{self.workspace}/{path}", document)
        for path, text in (
            ("CODEOWNERS", "* @all\n/src/ @team @other\n"),
            ("rules/known_violations.yaml", "known: []\n"),
            ("../home/precious.txt", "precious\n"),
            ("../outside/precious.txt", "precious\n"),
        ):
            os.makedirs(os.path.dirname(f"{self.workspace}/{path}"), exist_ok=True)
            with open(f"{self.workspace}/{path}", "w", encoding="utf-8") as file:
                file.write(text)
        steps = [("plan",), ("canary",), ("approve", "--by", "a", "--yes"), ("publish", "--yes")]
        self.run(("pin", "--reason", "fuzz"))
        for step in steps:
            self._demand(step)
        with open(f"{self.workspace}/manifests_src/_defaults.yaml", "a", encoding="utf-8") as file:
            file.write("tags: [second]\n")
        for step in steps[:-1]:
            self._demand(step)
        self.modules = sorted(
            os.path.relpath(top, f"{self.workspace}/src")
            for top, _, names in os.walk(f"{self.workspace}/src")
            if "__init__.py" in names
        )
        os.rename(self.workspace, self._kept)

    def _import_what_commands_import(self) -> None:
        """Import it once, here: the command line notes the folder it is imported in as the one it was called in."""
        os.chdir(self.workspace)
        for name in _IMPORTS:
            import_module(name)
        os.chdir(self.folder)

    def _demand(self, words: Sequence[str]) -> None:
        outcome = self.run(words)
        if outcome.exit not in {0, 1}:
            raise BenchmarkError(
                "The workspace to fuzz cannot be prepared",
                fields=(("command", " ".join(words)), ("output", outcome.said.decode(errors="replace")[-2000:])),
            )

    def reset(self) -> None:
        """Put the workspace back as it was."""
        shutil.rmtree(self.workspace, ignore_errors=True)
        shutil.copytree(self._kept, self.workspace, symlinks=True)

    def files(self, places: Sequence[str]) -> list[str]:
        """The files at these places of the workspace, relative to it, in order."""
        found = [place for place in places if os.path.isfile(f"{self.workspace}/{place}")]
        for place in places:
            for top, _, names in os.walk(f"{self.workspace}/{place}" if place.endswith("/") else ""):
                found += [os.path.relpath(f"{top}/{name}", self.workspace) for name in names]
        return sorted(found)

    def marks(self) -> dict[str, tuple[int, ...]]:
        """The identity of everything in the lab but what is generated: it moves when a file is written or removed."""
        found = {}
        for top, folders, names in os.walk(self.folder):
            if top == self.folder:
                folders.remove("kept")
            if top == self.workspace and "build" in folders:
                folders.remove("build")
            for name in [*folders, *names]:
                stat = os.lstat(f"{top}/{name}")
                path = os.path.relpath(f"{top}/{name}", self.folder)
                found[path] = (stat.st_mode, 0) if name in folders else (stat.st_mode, stat.st_ino, stat.st_mtime_ns)
        return found

    def run(self, words: Sequence[str]) -> Outcome:
        """Run `astrograph WORDS` in a process forked from this one, which has imported it already."""
        with tempfile.TemporaryFile() as output:
            started = time.monotonic()
            pid = os.fork()
            if pid == 0:
                _be_astrograph(words, folder=self.workspace, home=f"{self.folder}/home", output=output.fileno())
            code, peak = _wait(pid, until=started + self._seconds)
            seconds = time.monotonic() - started
            output.seek(0)
            return Outcome(code, seconds, peak, output.read(1 << 20))


def _be_astrograph(words: Sequence[str], *, folder: str, home: str, output: int) -> NoReturn:
    code = 70
    try:
        os.setsid()
        os.chdir(folder)
        os.environ.update(
            {"HOME": home, "NO_COLOR": "1", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": folder}
        )
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        from astrograph.__main__ import main

        sys.argv = ["astrograph", *words]
        try:
            code = main()
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 71
        except BaseException:  # noqa: BLE001 - printed as Python would
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _wait(pid: int, *, until: float) -> tuple[int, int]:
    """Wait for a process, and kill its group when it takes too long; returns its exit code and its peak in bytes."""
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > until:
            os.killpg(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            break
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024


def play(lab: Lab, name: str, *, seed: int, index: int, case: Case) -> None:
    """Play one round and judge it."""
    target = TARGETS[name]
    dice = Dice(seed=seed, index=index)
    lab.reset()
    files = lab.files(target.files)
    path = dice.pick(files)
    words = [word.format(module=dice.pick(lab.modules)) for word in dice.pick(target.commands)]
    how = mutate(f"{lab.workspace}/{path}", dice)
    marks = lab.marks()
    outcomes = [lab.run(command) for command in (target.before, words) if command is not None]
    complaints = [complaint for outcome in outcomes for complaint in outcome.complaints()]
    complaints += [f"touched {place}" for place in _touched(marks, lab.marks(), but=target.may_write)[:3]]
    outcome = outcomes[-1]
    if complaints:
        complaints.append(outcome.said.decode(errors="backslashreplace")[-300:].strip().replace("\n", " / "))
    case.judge(f"{how} of {path}, seed {seed}, index {index}: {' '.join(words) or 'run'}", complaints)
    case.notes[f"exit {outcome.exit}"] += 1
    case.measure("ms", round(outcome.seconds * 1000))
    case.measure("MB", outcome.peak >> 20)


def _touched(before: Mapping[str, object], after: Mapping[str, object], *, but: Sequence[str]) -> list[str]:
    """What is different, but for places in the workspace that may be."""
    places = tuple(f"ws/{place}" for place in but)
    return [
        path
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path) and not f"{path}/".startswith((*places, "\0"))
    ]


def fuzz(lab: Lab, names: Sequence[str], *, rounds: int, seed: int, progress: Callable[[int], None]) -> list[Case]:
    """Play the rounds, taking the kinds of input in turn."""
    cases = {name: Case(name) for name in names}
    for index in range(rounds):
        name = names[index % len(names)]
        play(lab, name, seed=seed, index=index, case=cases[name])
        progress(index + 1)
    return list(cases.values())


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, fuzz, print the table; exit 1 when there was a violation."""
    parser = rounds_parser("benchmarks.fuzz", __doc__, packages="packages of the workspace", seed="seed", names=TARGETS)
    parser.set_defaults(packages=6, rounds=10_000)
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="longer is a hang (default 10)")
    options = parser.parse_args(arguments)
    names = named(options.only, TARGETS, what="kind of input")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="astrograph-fuzz-") as folder:
        lab = Lab(options.folder or folder, seconds=options.seconds)
        lab.prepare(packages=options.packages, seed=options.seed)

        def progress(done: int) -> None:
            if done % 500 == 0:
                print(f"{done} of {options.rounds}, {time.monotonic() - began:.0f} s", file=sys.stderr)

        cases = fuzz(lab, names, rounds=options.rounds, seed=options.seed, progress=progress)
    subject = played(options, since=began)
    if options.json:
        import json

        print(json.dumps(as_json(cases, subject), indent=2))
    else:
        print(as_text(cases, subject))
    sys.exit(any(case.violations for case in cases))


if __name__ == "__main__":
    report_errors(main)

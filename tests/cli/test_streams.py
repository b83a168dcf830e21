"""Colour, pipes and words that do not belong on a terminal (SPEC section 14)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import Workspace
from support.runs import ASTROGRAPH, DOIT, environ, run_there

ESCAPE = "\x1b"
SUMMARY = "3 unchanged"
FULL_DISK = "error: cannot write the output: No space left on device"

needs_full_device = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


def redirected(
    root: Path, words: list[str], to: str, *, command: tuple[str, ...] = DOIT, unbuffered: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run with what a shell makes of `to`, where 0 is a pipe that nobody reads."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        return subprocess.run(
            ["sh", "-c", f'"$@" {to}', "sh", *command, *words],
            cwd=root,
            env=environ({"PYTHONUNBUFFERED": "1" if unbuffered else None}),
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        os.close(theirs)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "", "NO_COLOR": ""}, False),
    ],
)
@pytest.mark.parametrize("words", [["info", "memory/fold"], ["validate"]])
def test_colour_is_for_terminals_unless_it_is_forced(
    built: Workspace, words: list[str], environment: dict[str, str], coloured: bool
) -> None:
    done = built.doit(*words, environment=environment)

    assert (ESCAPE in done.stdout) is coloured


def test_json_is_never_coloured(built: Workspace) -> None:
    done = built.doit("info", "--json", "memory/fold", environment={"FORCE_COLOR": "1"})

    assert (done.returncode, ESCAPE in done.stdout) == (0, False)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("variable", "coloured"), [("UNRELATED", True), ("NO_COLOR", False)])
def test_a_terminal_gets_colour_and_no_color_takes_it_away(built: Workspace, variable: str, coloured: bool) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*DOIT, "info", "memory/fold"],
        cwd=built.root,
        env=environ({variable: "1", "TERM": "xterm"}),
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        told = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            told += part
    os.close(ours)

    assert (process.returncode, ESCAPE.encode() in told) == (0, coloured)


# readers that go away


@pytest.mark.parametrize(("unbuffered", "code"), [(False, 1), (True, 141)])
def test_a_verdict_that_nobody_reads_is_still_the_exit_code_and_never_a_pass(
    built: Workspace, unbuffered: bool, code: int
) -> None:
    built.author("memory/fold", "ownr: '@fold'\n")
    built.run("validate")

    done = redirected(built.root, ["validate"], ">&0", unbuffered=unbuffered)

    assert (done.returncode, done.stdout) == (code, "")
    assert [SUMMARY in line for line in done.stderr.splitlines()] == [True]


@pytest.mark.parametrize("words", [["nosuchtask"], ["validate", "--frob"], ["info", "nope"]])
def test_an_error_that_nobody_reads_is_still_the_exit_code(built: Workspace, words: list[str]) -> None:
    done = redirected(built.root, words, "2>&0")

    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")


def test_a_log_that_nobody_reads_any_more_ends_the_work(built: Workspace) -> None:
    assert redirected(built.root, ["validate"], "2>&0").returncode == 141
    assert redirected(built.root, ["validate"], ">&0 2>&0").returncode == 141


def test_a_reader_that_goes_away_before_the_end_ends_the_command_without_a_word(built: Workspace) -> None:
    for number in range(400):
        built.package(f"many/p{number:03}")

    done = redirected(built.root, ["list", "--all"], ">&0")

    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("words", [["list"], ["info", "memory/fold"], ["explain", "AG204"], ["help"], []])
def test_output_that_was_told_as_a_whole_when_the_reader_went_is_no_error(built: Workspace, words: list[str]) -> None:
    done = redirected(built.root, words, ">&0")

    assert (done.returncode, done.stderr) == (0, "")


# streams that are closed, disks that are full

ANSWERING = [
    [],
    ["list"],
    ["list", "--all"],
    ["info", "memory/fold", "--json"],
    ["info", "manifest:memory/fold"],
    ["help"],
    ["explain", "AG204"],
    ["validate"],
]


@pytest.mark.parametrize("to", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ANSWERING, ids=" ".join)
def test_a_closed_stream_is_one_that_nobody_reads(built: Workspace, words: list[str], to: str) -> None:
    done = redirected(built.root, words, to)

    assert (done.returncode, "Error" in done.stderr) == (0, False)
    assert (done.stdout == "") is (">&-" in to.split())


def test_a_closed_stream_does_not_change_a_verdict(built: Workspace) -> None:
    built.author("memory/fold", "ownr: '@fold'\n")

    assert redirected(built.root, ["validate"], ">&-").returncode == 1
    assert redirected(built.root, ["nosuchtask"], "2>&-").returncode == 3


@pytest.mark.parametrize("to", [">&-", "2>&-"])
def test_the_version_may_go_nowhere(tmp_path: Path, to: str) -> None:
    done = redirected(tmp_path, ["--version"], to, command=ASTROGRAPH)

    assert (done.returncode, done.stderr) == (0, "")


@needs_full_device
@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("words", ANSWERING, ids=" ".join)
def test_output_that_a_full_disk_does_not_take_is_an_error_in_one_line(
    built: Workspace, words: list[str], unbuffered: bool
) -> None:
    done = redirected(built.root, words, "> /dev/full", unbuffered=unbuffered)

    assert (done.returncode, done.stdout) == (2, "")
    assert [line for line in done.stderr.splitlines() if SUMMARY not in line] == [FULL_DISK]


@needs_full_device
@pytest.mark.parametrize("words", [["validate"], ["nosuchtask"]])
def test_a_full_disk_for_both_streams_is_told_by_the_exit_code(built: Workspace, words: list[str]) -> None:
    assert redirected(built.root, words, "> /dev/full 2>&1").returncode == 2


# Ctrl-C

INTERRUPTING = "import signal\nprint('begun')\nsignal.raise_signal(signal.SIGINT)\n"


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["list", "--all", "--status"],
        ["clean"],
        ["forget", "--all"],
        ["info", "manifest:memory/fold"],
        ["help", "manifest:memory/fold"],
    ],
)
def test_ctrl_c_while_a_command_of_doit_works_is_one_line(built: Workspace, words: list[str]) -> None:
    built.write("dodo.py", INTERRUPTING)

    done = built.doit(*words)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "begun\ninterrupted\n")


INTERRUPTED_AS_IT_OPENS = """\
import signal, sys
from doit.doit_cmd import DoitMain
from astrograph.engine import session

session.open_workspace = lambda root: signal.raise_signal(signal.SIGINT)
sys.exit(DoitMain().run(sys.argv[1:]))
"""


@pytest.mark.parametrize("words", [["info", "memory/fold"], ["contracts"], ["pin", "--reason", "x"]])
def test_ctrl_c_while_a_command_of_ours_works_is_one_line(built: Workspace, words: list[str]) -> None:
    done = run_there(built.root, [sys.executable, "-c", INTERRUPTED_AS_IT_OPENS, *words])

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_ctrl_c_during_a_run_says_what_becomes_of_it(built: Workspace) -> None:
    built.write("dodo.py", INTERRUPTING)

    done = built.doit()

    assert (done.returncode, done.stderr) == (130, "begun\ninterrupted: what was done is kept, run again to go on\n")


def test_ctrl_c_for_a_whole_pipeline_leaves_no_word_about_the_pipe(built: Workspace) -> None:
    built.write("dodo.py", INTERRUPTING)

    done = redirected(built.root, ["list"], ">&0")
    silent = redirected(built.root, ["list"], ">&0 2>&0")

    assert (done.returncode, done.stderr) == (130, "begun\ninterrupted\n")
    assert silent.returncode == 141  # what dodo.py prints goes to stderr, which nobody reads


# what goes through


def test_text_from_yaml_and_source_reaches_no_terminal_unescaped(built: Workspace) -> None:
    built.author("memory/fold", 'owner: "\\e]0;owned\\a@fold"\ndescription: "\\e[31mred\\nline"\n"bad\\ekey": 1\n')
    built.package("memory/fold", b'"""\x1b[2J"""\nimport \x1b[31m\n')

    for words in (["validate"], ["info", "memory/fold"], []):
        done = built.doit(*words)

        assert done.returncode in {0, 1}
        assert ESCAPE not in done.stdout + done.stderr
        assert "\a" not in done.stdout + done.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "tr_TR.UTF-8"])
def test_any_locale_prints_the_same(built: Workspace, locale: str) -> None:
    built.author("memory/fold", "owner: '@földer'\nnode: memory\n")
    built.run()
    plain = built.doit("info", "memory/fold", environment={"PYTHONUTF8": "1"})
    done = built.doit("info", "memory/fold", environment={"LC_ALL": locale, "PYTHONUTF8": None})

    assert (done.returncode, done.stdout) == (0, plain.stdout)


def test_an_ascii_terminal_does_not_break_the_answer(built: Workspace) -> None:
    built.author("memory/fold", "owner: '@földer ✦'\n")
    built.run()

    done = built.doit("info", "memory/fold", environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert (done.returncode, "owner" in done.stdout) == (0, True)


def test_python_optimised_away_asserts_changes_nothing(built: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "doit", "validate"],
        cwd=built.root,
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0

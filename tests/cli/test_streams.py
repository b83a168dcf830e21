"""Colour, pipes and words that do not belong on a terminal (SPEC section 14)."""

import os
import subprocess
import sys

import pytest
from support import Workspace
from support.runs import DOIT, environ, left_by_its_reader

ESCAPE = "\x1b"


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


def test_a_reader_that_goes_away_is_no_error(built: Workspace) -> None:
    for number in range(400):
        built.package(f"many/p{number:03}")
    _, told = left_by_its_reader(built.root, ["list", "--all"], lines=1)

    assert "Traceback" not in told


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

"""A mistake in the workspace's own code is one error with its place, and what that code prints is no answer."""

import json

import pytest
from support import Workspace

MISTAKES = [
    ("import no_such_library\n", "dodo.py:1: ModuleNotFoundError: No module named 'no_such_library'"),
    ("x = 1\nx = (\n", "dodo.py:2: SyntaxError: '(' was never closed"),
    ("x = 1\n\0", "dodo.py:1: source code string cannot contain null bytes"),
    ("import sys\nsys.exit(0)\n", "dodo.py:2: it ends the process (exit 0)"),
    ("class Odd(BaseException): ...\nraise Odd('x')\n", "dodo.py:2: Odd: x"),
    ("import helper\n", "helper.py:2: ZeroDivisionError: division by zero"),
    ("def task_a():\n    return 1 / 0\n", "dodo.py:2: ZeroDivisionError: division by zero"),
    ("x = 1\ndef task_a():\n    return {'actions': [], 'foo': 1}\n", "dodo.py:2: Task a contains invalid field: 'foo'"),
    (
        "def task_a():\n    return {'actions': [], 'task_dep': ['b']}\n",
        "dodo.py:1: a. Task dependency 'b' does not exist.",
    ),
    ("DOIT_CONFIG = 5\n", "dodo.py: DOIT_CONFIG must be a dict. got:'5'<class 'int'>"),
]

NOISY = """\
import atexit, os, subprocess, sys
print("printed")
os.write(1, b"written\\n")
subprocess.run(["echo", "child"])
sys.__stdout__.write("raw\\n")
atexit.register(print, "at the end")

def task_own():
    print("creator")
    return {"actions": ["echo action", lambda: print("called")], "verbosity": 2}

DOIT_CONFIG = {"default_tasks": ["own"]}
"""


@pytest.mark.parametrize(("code", "told"), MISTAKES)
def test_a_mistake_is_one_error_with_its_place(built: Workspace, code: str, told: str) -> None:
    built.write("dodo.py", code)
    built.write("helper.py", "x = 1\nx / 0\n")

    plain = built.doit()
    for_programs = built.doit("validate", "--json")

    assert (plain.returncode, plain.stdout) == (3, "")
    assert plain.stderr.startswith(f"error: {told}\n")
    assert (for_programs.returncode, json.loads(for_programs.stdout)["title"]) == (3, told)


@pytest.mark.parametrize(
    "words",
    [["validate", "--json"], ["validate", "--format=json", "-r", "json"], ["plan", "--json"], ["site", "--json"]],
)
def test_what_own_code_prints_stays_out_of_the_object(built: Workspace, words: list[str]) -> None:
    built.write("dodo.py", NOISY)

    done = built.doit(*words)

    assert json.loads(done.stdout)["schema"].startswith("astrograph.")
    assert {"printed", "written", "child", "raw", "creator"} <= set(done.stderr.splitlines())


def test_what_own_code_prints_as_it_is_loaded_goes_to_the_log(built: Workspace) -> None:
    built.write("dodo.py", "print('loading')\n")

    done = built.doit("list")

    assert ("loading" in done.stdout, done.stderr) == (False, "loading\n")


@pytest.mark.parametrize("words", [["nope", "--json"], ["list", "--json"], ["info", "gate:schema", "--json"]])
def test_a_refusal_is_one_object_where_no_answer_is(built: Workspace, words: list[str]) -> None:
    done = built.doit(*words)

    assert (done.returncode, json.loads(done.stdout)["schema"]) == (3, "astrograph.error/1")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-f", "nope.py"], "there is no file nope.py"),
        (["-f", "src"], "src cannot be read: it is not a regular file"),
        (["-f", "tasks/own.py"], "the file of tasks tasks/own.py is not in the folder of the workspace"),
        (["-d", "src"], "--dir (cwdPath in doit's settings) is src, which is not the folder of the workspace"),
    ],
)
def test_a_file_of_tasks_that_cannot_be_used_is_named(built: Workspace, words: list[str], told: str) -> None:
    built.write("tasks/own.py", "")

    done = built.doit(*words)

    assert (done.returncode, done.stderr.splitlines()[0]) == (3, f"error: {told}")


def test_a_file_of_tasks_from_another_folder_runs_in_the_workspace(built: Workspace) -> None:
    built.write("tasks/own.py", "def task_own():\n    return {'actions': ['touch made']}\n")

    assert built.doit("-f", "tasks/own.py", "--dir", ".", "own").returncode == 0
    assert built.path("made").exists()

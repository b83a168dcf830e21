"""Nothing of ours is imported from the workspace, and its own code still imports what it needs."""

import sys
from pathlib import Path

import pytest
from support import Workspace
from support.runs import ASTROGRAPH, run_there

SHADOWS = ["csv", "zipfile", "difflib", "sqlite3", "json", "yaml", "jsonschema", "referencing", "networkx", "fqdn"]
OWN_TASK = "def task_hello():\n    return {'actions': ['true']}\n"


def shadow(built: Workspace) -> None:
    """Give the workspace packages named as libraries, each of which leaves a file when it is imported."""
    text = built.path("pyproject.toml").read_text()
    built.write("pyproject.toml", text.replace('source_roots = ["src"]', 'source_roots = ["."]'))
    for name in SHADOWS:
        built.write(f"{name}/__init__.py", f"open({str(built.path(f'IMPORTED-{name}'))!r}, 'w').close()\n")
    for engine in ("PyYAML-99", "orjson-99"):
        built.write(f"{engine}.dist-info/METADATA", "Metadata-Version: 2.1\nName: x\nVersion: 99\n")


def imported(built: Workspace) -> list[str]:
    return sorted(path.name for path in built.root.glob("IMPORTED-*"))


@pytest.mark.parametrize("words", [["validate"], ["report", "--graph", "graphml"], ["-n", "2"], ["contracts"]])
def test_a_package_named_as_a_library_is_never_imported_in_its_place(built: Workspace, words: list[str]) -> None:
    shadow(built)
    built.write("dodo.py", OWN_TASK)

    doit = run_there(built.root, [sys.executable, "-P", "-m", "doit", *words])
    ours = run_there(built.root, [*ASTROGRAPH, *words])

    assert (doit.returncode, ours.returncode, imported(built)) == (0, 0, [])


def test_a_distribution_in_the_workspace_changes_no_version(built: Workspace) -> None:
    versions = (
        "import sys; sys.path.insert(0, ''); from astrograph.doit_plugin.loader import GraphLoader; GraphLoader(); "
    )
    versions += "from astrograph.engine.tool import engine_versions; print(engine_versions())"
    before = run_there(built.root, [sys.executable, "-c", versions]).stdout
    shadow(built)

    assert run_there(built.root, [sys.executable, "-c", versions]).stdout == before


def test_own_tasks_import_modules_of_the_workspace_when_they_run(built: Workspace) -> None:
    built.write("tools/__init__.py", "from deeper import NAME\n")
    built.write("deeper.py", "NAME = 'from the workspace'\n")
    built.write("json/__init__.py", "raise ValueError('in place of the library')\n")
    built.write(
        "dodo.py",
        "def act():\n    import json\n    import tools\n    print(json.dumps(tools.NAME))\n\n"
        "def task_own():\n    return {'actions': [act], 'verbosity': 2}\n",
    )

    done = run_there(built.root, [sys.executable, "-P", "-m", "doit", "own"])

    assert (done.returncode, done.stdout.splitlines()[1]) == (0, '"from the workspace"')


@pytest.mark.parametrize(
    "words",
    [
        ["--no-dodo", "validate"],
        ["validate", "--no-dodo"],
        ["--fresh", "--no-dodo", "list"],
        ["info", "memory/fold", "--no-dodo"],
    ],
)
def test_no_dodo_runs_nothing_that_came_with_the_tree(built: Workspace, words: list[str]) -> None:
    built.write("dodo.py", "open('EXECUTED', 'w').close()\n")
    built.write("evil.py", "open('EXECUTED', 'w').close()\n")
    built.write("doit.cfg", "[REPORTER]\nevil = evil:X\n[COMMAND]\nvalidate = evil:X\n[GLOBAL]\nreporter = evil\n")

    done = run_there(built.root, [*ASTROGRAPH, *words])

    assert (done.returncode, built.path("EXECUTED").exists()) == (0, False)


def test_no_dodo_refuses_a_file_of_tasks(built: Workspace) -> None:
    done = run_there(built.root, [*ASTROGRAPH, "--no-dodo", "-f", "tasks.py"])

    assert (done.returncode, "cannot be combined" in done.stderr) == (3, True)


@pytest.mark.parametrize("switch", ["--no-dodo", "--fresh"])
def test_doit_names_the_program_that_has_our_switches(built: Workspace, switch: str) -> None:
    done = built.doit("validate", switch)

    assert (done.returncode, f"fix: astrograph has it: astrograph {switch} validate" in done.stderr) == (3, True)


def test_fresh_is_passed_on_to_the_session(tmp_path: Path) -> None:
    code = "import os, sys; from astrograph.__main__ import main; sys.argv[1:] = ['explain', '--fresh', 'AG204']; "
    code += "main(); print(os.environ['ASTROGRAPH_FRESH'], sys.argv[1:])"

    done = run_there(tmp_path, [sys.executable, "-c", code])

    assert done.stdout.splitlines()[-1] == "1 ['explain', 'AG204']"

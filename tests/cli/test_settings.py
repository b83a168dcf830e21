"""doit's own settings work, or are refused in one line that names the setting and its place."""

import json

import pytest
from support import Workspace
from support.runs import ASTROGRAPH, run_there

ANSWERS = ["yes", "by", "sign", "expires", "reason", "canary_only", "source", "to", "json", "verify", "self_test"]
IN_FILES = ['dep_file = "x.db"', 'codec_cls = "x"', 'par_type = "thread"', "num_process = -1", "num_process = true"]
IN_FILES += ['continue = "maybe"', 'outfile = "x.txt"', 'check_file_uptodate = "x"', "verbosty = 1"]
IN_DODO = ["'backend': 'json'", "'dep_file': '.doit.db'", "'codec_cls': 'x'", "'par_type': 'thread'", "'reporter': 5"]
IN_DODO += ["'check_file_uptodate': 'x'", "'num_process': 'x'", "'default_tasks': 'own'", "'minversion': 'x'"]
IN_DODO += ["'action_string_formatting': 'x'", "'verbosity': 'x'", "'always': 3", "'seek_file': True"]
OWN_TASK = "def task_own():\n    return {'actions': ['echo said'], 'file_dep': ['input']}\n"


def in_doit_table(ws: Workspace, line: str) -> None:
    text = ws.path("pyproject.toml").read_text()
    ws.write("pyproject.toml", text.replace("[tool.doit]\n", f"[tool.doit]\n{line}\n"))


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *(("approve", name) for name in ANSWERS),
        *((command, "by") for command in ("publish", "rollback", "pin", "adopt", "snapshot", "facts", "canary")),
    ],
)
def test_no_file_answers_for_a_person(built: Workspace, command: str, name: str) -> None:
    built.write("doit.cfg", f"[{command}]\n{name} = 1\n")

    done = built.doit(command)

    assert done.returncode == 3
    assert done.stderr.startswith(f"error: doit.cfg, [{command}]: {name} cannot be set there, only on the command line")


@pytest.mark.parametrize("name", ["yes", "by", "sign", "expires"])
def test_no_table_and_no_code_answers_for_a_person(built: Workspace, name: str) -> None:
    built.write("dodo.py", f"DOIT_CONFIG = {{{name!r}: True}}\n")
    assert built.doit("validate").stderr.startswith(f"error: DOIT_CONFIG in dodo.py: {name} cannot be set there")

    in_doit_table(built, f"{name} = true")
    assert built.doit("approve").stderr.startswith(f"error: pyproject.toml, [tool.doit]: {name} cannot be set there")


@pytest.mark.parametrize("line", IN_FILES)
def test_a_setting_in_a_file_that_cannot_work_is_refused(built: Workspace, line: str) -> None:
    in_doit_table(built, line)

    done = built.doit("validate", "--json")

    name = line.partition(" ")[0]
    assert (done.returncode, json.loads(done.stdout)["code"]) == (3, "configuration")
    assert done.stderr.startswith(f"error: pyproject.toml, [tool.doit]: {name} ")


@pytest.mark.parametrize("entry", IN_DODO)
def test_a_setting_in_code_that_cannot_work_is_refused(built: Workspace, entry: str) -> None:
    built.write("dodo.py", f"DOIT_CONFIG = {{{entry}}}\n")

    done = built.doit()

    name = entry.split("'")[1]
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"error: DOIT_CONFIG in dodo.py: {name} ")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--backend", "json"], "--backend"),
        (["--db-file", ".doit.db"], "--db-file"),
        (["-P", "thread"], "--parallel-type"),
        (["--check_file_uptodate", "x"], "--check_file_uptodate"),
    ],
)
def test_an_option_that_cannot_work_is_refused(built: Workspace, words: list[str], option: str) -> None:
    done = built.doit(*words)

    assert (done.returncode, done.stderr.startswith(f"error: the command line: {option} ")) == (3, True)


def test_verbosity_works_in_a_file_and_in_code(built: Workspace) -> None:
    built.write("input", "")
    built.write("dodo.py", OWN_TASK)
    assert "said" not in built.doit("own").stdout

    in_doit_table(built, "verbosity = 2")
    built.write("input", "2")
    assert "said" in built.doit("own").stdout

    built.write("dodo.py", OWN_TASK + "DOIT_CONFIG = {'verbosity': 0}\n")
    built.write("input", "3")
    assert "said" not in built.doit("own").stdout


@pytest.mark.parametrize("code", ["", "DOIT_CONFIG = {'continue': False}\n"])
def test_continue_works(built: Workspace, code: str) -> None:
    failing = (
        "def task_a():\n    return {'actions': ['false']}\ndef task_b():\n    return {'actions': ['touch made']}\n"
    )
    built.write("dodo.py", failing + code)

    assert built.doit("a", "b").returncode == 1
    assert built.path("made").exists() is (code == "")


def test_always_works_in_code(built: Workspace) -> None:
    built.write("input", "")
    built.write("dodo.py", OWN_TASK + "DOIT_CONFIG = {'always': True}\n")

    assert [".  own" in built.doit("own").stdout for _ in range(2)] == [True, True]


def test_check_file_uptodate_works_for_own_tasks(built: Workspace) -> None:
    built.write("input", "")
    built.write("dodo.py", OWN_TASK + "DOIT_CONFIG = {'check_file_uptodate': 'timestamp'}\n")

    ran = [".  own" in built.doit("own").stdout for _ in range(2)]
    built.touch("input")
    ran.append(".  own" in built.doit("own").stdout)

    assert ran == [True, False, True]
    assert "0 built, 3 unchanged" in built.doit().stdout


@pytest.mark.parametrize("words", [["manifest:nope*"], ["run", "nope*"], ["clean", "nope*"], ["list", "nope*"]])
def test_a_pattern_that_matches_no_task_is_refused(built: Workspace, words: list[str]) -> None:
    done = built.doit(*words)

    assert (done.returncode, done.stderr.splitlines()[0]) == (3, f"error: no task matches {words[-1]!r}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tool = 5\n# tool.astrograph", "pyproject.toml:1: tool is not a table"),
        ("[tool.astrograph]\n[tool.astrograph]\n", "pyproject.toml is not valid TOML"),
        ("[tool.astrograph]\nexclude = [", "pyproject.toml is not valid TOML"),
        ("[tool]\ndoit = []\n[tool.astrograph]", "pyproject.toml:2: tool.doit is not a table"),
        ("[tool.astrograph]\n[tool.doit]\nplugins = 3", "pyproject.toml:3: tool.doit.plugins is not a table"),
        ("[tool.astrograph]\n[tool.doit]\ncommands = 3", "pyproject.toml:3: tool.doit.commands is not a table"),
        ("[tool.astrograph]\n[tool.doit.commands]\nrun = 3", "pyproject.toml:3: tool.doit.commands.run is not a table"),
        ("[tool]\nastrograph = 5", "pyproject.toml:2: tool.astrograph is not a table"),
        ('# \xff\n[tool.astrograph]\nx = "\udcff"', "pyproject.toml:3: not UTF-8"),
        ("[tool.astrograph]\n[tool.doit]\nloader = 'x'", "pyproject.toml, [tool.doit]: loader takes 'astrograph': it "),
    ],
)
def test_astrograph_says_what_is_wrong_with_pyproject(built: Workspace, text: str, told: str) -> None:
    built.path("pyproject.toml").write_bytes(text.encode("utf-8", "surrogateescape"))

    done = run_there(built.root, [*ASTROGRAPH, "validate", "--json"])

    title = json.loads(done.stdout)["title"]
    assert (done.returncode, title[: len(told)]) == (3, told)


def test_a_folder_in_place_of_pyproject_is_one_error(built: Workspace) -> None:
    built.delete("pyproject.toml")
    built.path("pyproject.toml").mkdir()

    done = run_there(built.root, [*ASTROGRAPH, "validate", "--json"])

    assert (done.returncode, json.loads(done.stdout)["title"]) == (
        3,
        "pyproject.toml cannot be read: it is not a regular file",
    )

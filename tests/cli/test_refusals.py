"""Words nobody knows, and refusals that a program reads (SPEC sections 9 and 14)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import Workspace
from support.runs import environ, left_by_its_reader

ERROR_KEYS = ["code", "exit", "fields", "hint", "schema", "title"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["validat"], "doit validate"),
        (["inf", "memory/fold"], "doit info"),
        (["memory/fold"], "doit manifest:memory/fold"),
        (["manifest:memory/fodl"], "doit manifest:memory/fold"),
        (["gate:shema"], "doit gate:schema"),
        (["list", "manifest:memory/fodl"], "doit list manifest:memory/fold"),
        (["clean", "gate:shema"], "doit clean gate:schema"),
        (["forget", "ledger:memry"], "doit forget ledger:memory"),
        (["info", "manifest:memory/fodl"], "doit info manifest:memory/fold"),
        (["help", "valdate"], "doit help validate"),
        (["help", "gate:shema"], "doit help gate:schema"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_command_or_task(
    built: Workspace, words: list[str], meant: str
) -> None:
    done = built.doit(*words)

    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (3, "", False)
    title, hint = done.stderr.splitlines()
    assert title.startswith("error: there is no ")
    assert hint.startswith(f"  fix: did you mean {meant}")


@pytest.mark.parametrize("words", [["zzzzzz"], ["help", "zzzzzz"], ["list", "zzzzzz"]])
def test_an_unknown_name_near_to_nothing_is_told_with_where_names_are_listed(
    built: Workspace, words: list[str]
) -> None:
    done = built.doit(*words)

    assert (done.returncode, done.stdout) == (3, "")
    assert "doit list --all` shows every task" in done.stderr


def test_help_takes_one_word(built: Workspace) -> None:
    assert built.doit("help", "validate", "plan").returncode == 3


def test_help_outside_a_workspace_knows_the_commands(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "astrograph", "help", "valdate"],
        cwd=tmp_path,
        env=environ(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert "help validate?" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["validate", "--jsn"], "error: doit validate has no option --jsn\n  fix: did you mean --json?\n"),
        (["publish", "--frob"], "error: doit publish has no option --frob\n  fix: `doit help publish` lists the "),
        (["--always", "--self-test", "validate"], "options stand behind the command: doit validate --self-test\n"),
        (["-x"], "error: doit run has no option -x\n"),
        (["validate", "--format"], "error: doit validate: option --format requires argument\n"),
        (["-n", "many"], "error: -n, --process cannot take that value\n  reason: invalid literal"),
        (["list", "--sort", "x"], "error: --sort cannot take that value\n  reason: Provided 'x'"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_in_a_line_with_a_way_out(
    built: Workspace, words: list[str], told: str
) -> None:
    done = built.doit(*words)

    assert (done.returncode, done.stdout) == (3, "")
    assert told in done.stderr
    assert "CmdOption" not in done.stderr


@pytest.mark.parametrize("words", [[""], ["validate", ""], ["", "--json"]])
def test_an_empty_word_is_refused_and_no_traceback(built: Workspace, words: list[str]) -> None:
    done = built.doit(*words)

    assert done.returncode == 3
    assert done.stderr == "error: one of the words is empty\n  fix: a variable of your shell may be unset\n"


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (["validate", "--json", "--frob"], "usage", 3),
        (["--json", "validate"], "usage", 3),
        (["validate", "--json", "memory"], "usage", 3),
        (["validate", "--format", "json", "memory"], "usage", 3),
        (["info", "nope", "--json"], "usage", 3),
        (["info", "--json", "manifest:nope"], "usage", 3),
        (["explain", "AG999", "--json"], "usage", 3),
        (["report", "nope", "--json"], "usage", 3),
        (["report", "--graph", "mermaid", "--json"], "usage", 3),
        (["plan", "--json", "nope"], "usage", 3),
        (["canary", "--json", "nope"], "usage", 3),
        (["approve", "--json", "--yes"], "action-needed", 4),
        (["publish", "--json", "--yes"], "action-needed", 4),
        (["rollback", "--json"], "usage", 3),
        (["generations", "nope", "--json"], "usage", 3),
        (["snapshot", "--json", "--no-git"], "usage", 3),
        (["contracts", "nope", "--json"], "usage", 3),
        (["codeowners", "--json", "nope"], "usage", 3),
        (["site", "--json", "nope"], "usage", 3),
        (["pin", "--json"], "usage", 3),
        (["adopt", "--json"], "usage", 3),
        (["", "--json"], "usage", 3),
    ],
)
def test_a_refusal_with_json_is_one_object_on_stdout_and_the_text_on_stderr(
    built: Workspace, words: list[str], code: str, status: int
) -> None:
    done = built.doit(*words)

    told = json.loads(done.stdout)
    assert sorted(told) == ERROR_KEYS
    assert (done.returncode, told["schema"], told["code"], told["exit"]) == (
        status,
        "astrograph.error/1",
        code,
        status,
    )
    assert f"error: {told['title']}\n" in done.stderr


def test_the_fields_and_the_hint_of_a_refusal_are_in_its_object(built: Workspace) -> None:
    built.rules(lambda rules: rules.update(version="2.0.0"))
    built.write("rules/pins.json", "{")

    done = built.doit("validate", "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["code"], told["exit"]) == (3, "policy", 3)
    assert f"  fix: {told['hint']}\n" in done.stderr
    assert told["fields"]
    for field in told["fields"]:
        assert f"  {field['name']}: {field['value']}\n" in done.stderr


def test_the_json_of_facts_is_about_its_value_and_no_wish_for_an_answer(built: Workspace) -> None:
    done = built.doit("facts", "set", "memory/fold", "--json")

    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.parametrize("words", [["help"], ["help", "run"], ["help", "AG204"], ["help", "task"]])
@pytest.mark.parametrize(("unbuffered", "code"), [("", 0), ("1", 141)])
def test_help_whose_reader_goes_away_says_nothing_of_it(
    built: Workspace, words: list[str], unbuffered: str, code: int
) -> None:
    assert left_by_its_reader(built.root, words, env={"PYTHONUNBUFFERED": unbuffered}) == (code, "")

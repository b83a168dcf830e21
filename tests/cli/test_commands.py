"""The commands: what they answer, on which stream, with which exit code (SPEC sections 9 and 14)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support import Workspace
from support.runs import ASTROGRAPH, run_there

from astrograph.gates.registry import Gate

EXPLAINED = "AG204  error  Unknown field"
FOLD_MANIFEST = "manifests/memory/fold/module.manifest.json"


def as_json(text: str) -> Any:
    return json.loads(text)


# doit, doit run


def test_a_run_ends_with_one_line_on_stdout_and_is_silent_on_stderr(family: Workspace) -> None:
    first, second = family.doit(), family.doit("run")

    assert (first.returncode, first.stderr, second.returncode, second.stderr) == (0, "", 0, "")
    assert re.fullmatch(r"3 built, 0 unchanged, 0 failed in \d+\.\d\d s\n", first.stdout)
    assert re.fullmatch(r"0 built, 3 unchanged, 0 failed in \d+\.\d\d s\n", second.stdout)


def test_astrograph_is_the_same_program_from_any_folder_below(family: Workspace) -> None:
    built = family.astrograph(below="src/memory/fold")
    shown = family.astrograph("info", "--json", "./__init__.py", below="src/memory/fold")
    version = family.astrograph("--version")

    assert (built.returncode, built.stdout.split(" in ")[0]) == (0, "3 built, 0 unchanged, 0 failed")
    assert not family.path("src/memory/fold/build").exists()
    assert as_json(shown.stdout)["module"] == "memory/fold"
    assert version.stdout.startswith("astrograph ")


@pytest.mark.parametrize("words", [[], ["list"], ["init"], ["validate", "--json"]])
def test_a_folder_that_was_removed_is_told_in_one_line(tmp_path: Path, words: list[str]) -> None:
    done = run_there(tmp_path, ["sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; "$@"', "sh", *ASTROGRAPH, *words])

    title, hint = done.stderr.splitlines()
    assert (done.returncode, title.startswith("error: the folder you are in cannot be used: ")) == (3, True)
    assert hint == "  fix: change to a folder that is there"


def test_the_version_is_known_in_a_folder_that_was_removed(tmp_path: Path) -> None:
    done = run_there(tmp_path, ["sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; "$@" --version', "sh", *ASTROGRAPH])

    assert (done.returncode, done.stdout.startswith("astrograph "), done.stderr) == (0, True, "")


@pytest.mark.parametrize(
    ("words", "manifests"),
    [
        (["manifest:memory/fold"], ["memory/fold"]),
        (["build/manifests/memory/fold/module.manifest.json"], ["memory/fold"]),
        (["manifest:memory/*"], ["memory/fold", "memory/recall"]),
        (["manifest:core/types", "manifest:memory/fold"], ["core/types", "memory/fold"]),
        (["ledger:memory"], ["memory/fold", "memory/recall"]),
        (["manifest"], ["core/types", "memory/fold", "memory/recall"]),
        (["gate:schema"], ["core/types", "memory/fold", "memory/recall"]),
    ],
)
def test_named_tasks_run_with_what_they_need_and_nothing_else(
    family: Workspace, words: list[str], manifests: list[str]
) -> None:
    run = family.run(*words)

    assert (run.exit, run.ran("manifest")) == (0, manifests)
    assert family.manifests() == manifests


@pytest.mark.parametrize("word", ["nope", "manifest:nope", "manifest:memory/nope", "gate:nope", "build/nope.json"])
def test_an_unknown_task_is_a_usage_error(built: Workspace, word: str) -> None:
    run = built.run(word)

    assert (run.exit, run.out, run.tasks) == (3, "", ())
    assert word in run.err


def test_always_makes_every_manifest_anew_and_writes_none(built: Workspace) -> None:
    run = built.run("-a")

    assert (run.exit, run.ran("manifest"), run.files) == (0, ["core/types", "memory/fold", "memory/recall"], [])


@pytest.mark.parametrize("words", [["--frob"], ["-n", "many"], ["validate", "--frob"], ["info", "--frob", "core"]])
def test_an_unknown_option_is_a_usage_error(built: Workspace, words: list[str]) -> None:
    run = built.run(*words)

    assert (run.exit, run.out) == (3, "")
    assert run.err != ""


# doit validate


def test_validate_prints_its_verdict_on_stdout_and_the_summary_on_stderr(family: Workspace) -> None:
    family.package("memory/fold", "def broken(:\n")
    done = family.doit("validate")

    assert done.returncode == 0
    assert re.search(r"^pass  schema +3 of 3$", done.stdout, re.MULTILINE)
    assert "src/memory/fold/__init__.py:1:" in done.stdout
    assert "warning AG701" in done.stdout
    assert done.stderr.startswith("3 built, 0 unchanged, 0 failed in ")


def test_a_failing_gate_is_exit_1_with_file_line_and_fix(family: Workspace) -> None:
    family.author("memory/fold", "# why\nownr: '@fold'\n")
    done = family.doit("validate")

    assert done.returncode == 1
    assert "fail  authored" in done.stdout
    assert "manifests_src/memory/fold.yaml:2:1: error AG204" in done.stdout
    assert "fix: " in done.stdout.split("AG204")[1]


def test_validate_as_json_is_one_object_with_every_gate(family: Workspace) -> None:
    family.author("memory/fold", "ownr: '@fold'\n")
    run = family.run("validate", "--json")

    told = as_json(run.out)

    assert (run.exit, told["schema"], told["verdict"], told["modules"]) == (1, "astrograph.validate/1", "fail", 3)
    assert sorted(told) == ["gates", "modules", "schema", "verdict"]
    assert [gate["gate"] for gate in told["gates"]] == list(Gate)
    for gate in told["gates"]:
        assert sorted(gate) == ["compared", "expected", "findings", "gate", "known", "notes", "reason", "verdict"]
        assert gate["verdict"] in {"pass", "warn", "fail", "n/a"}
    (finding,) = next(gate for gate in told["gates"] if gate["gate"] == "authored")["findings"]
    assert sorted(finding) == ["code", "column", "fix", "line", "message", "module", "path", "severity"]
    assert (finding["code"], finding["line"], finding["column"]) == ("AG204", 1, 1)


def test_validate_leaves_everything_outside_build_alone(family: Workspace) -> None:
    def inputs() -> dict[str, bytes]:
        paths = [path for path in family.root.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in paths if "build" not in path.relative_to(family.root).parts}

    before = inputs()
    family.run("validate")

    assert inputs() == before


# doit explain, doit help


@pytest.mark.parametrize("words", [["explain", "AG204"], ["explain", "ag204"], ["help", "AG204"]])
def test_a_code_is_explained_offline(built: Workspace, words: list[str]) -> None:
    run = built.run(*words)

    assert (run.exit, run.err) == (0, "")
    assert EXPLAINED in run.out
    assert "The way out" in run.out


def test_explain_as_json(built: Workspace) -> None:
    told = as_json(built.run("explain", "--json", "AG204").out)

    assert sorted(told) == ["code", "fix", "meaning", "schema", "severity", "title"]
    assert (told["schema"], told["code"]) == ("astrograph.explain/1", "AG204")


@pytest.mark.parametrize("words", [["explain", "AG999"], ["help", "AG999"], ["explain"], ["explain", "AG204", "AG205"]])
def test_an_unknown_code_is_a_usage_error(built: Workspace, words: list[str]) -> None:
    run = built.run(*words)

    assert (run.exit, run.out) == (3, "")


@pytest.mark.parametrize("command", ["run", "validate", "info", "explain", "pin", "list", "clean", "forget"])
def test_help_knows_every_command(built: Workspace, command: str) -> None:
    overview, page = built.doit("help"), built.doit("help", command)

    assert (overview.returncode, page.returncode) == (0, 0)
    assert re.search(rf" {command} +\S", overview.stdout)
    assert "OPTIONS" in page.stdout


# doit pin


def test_pin_prints_old_and_new_and_what_changes(built: Workspace) -> None:
    assert built.run().exit == 0
    built.rules(lambda rules: rules.update(version="2.0.0"))

    run = built.run("pin", "--reason", "second version", "--by", "lead")

    assert (run.exit, run.err) == (0, "")
    assert re.search(r"rules +rules/star_rules\.json\n +[0-9a-f]{64} → [0-9a-f]{64}\n", run.out)
    assert '+ "version": "2.0.0"' in run.out
    assert json.loads(built.path("rules/pins.json").read_bytes())["pins"]["rules"]["by"] == "lead"
    assert built.run().exit == 0


def test_pin_as_json(built: Workspace) -> None:
    built.rules(lambda rules: rules.update(version="2.0.0"))

    told = as_json(built.run("pin", "--json", "--reason", "second version").out)

    assert (told["schema"], [change["kind"] for change in told["changes"]]) == ("astrograph.pin/1", ["rules"])
    assert sorted(told["changes"][0]) == ["after", "before", "kind", "path"]


def test_a_pin_of_what_is_pinned_writes_nothing(built: Workspace) -> None:
    before = built.path("rules/pins.json").stat()

    run = built.run("pin", "--reason", "again")

    assert (run.exit, "nothing to do" in run.out) == (0, True)
    assert built.path("rules/pins.json").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("words", [["pin"], ["pin", "--reason", " "], ["pin", "--reason", "x", "rules"]])
def test_a_pin_without_a_reason_or_with_other_words_is_a_usage_error(built: Workspace, words: list[str]) -> None:
    built.rules(lambda rules: rules.update(version="2.0.0"))
    before = built.path("rules/pins.json").read_bytes()

    run = built.run(*words)

    assert (run.exit, run.out, built.path("rules/pins.json").read_bytes()) == (3, "", before)


# doit list, doit clean, doit forget


def test_list_shows_families_and_list_all_every_task(built: Workspace) -> None:
    families, everything = built.doit("list"), built.doit("list", "--all")

    assert [line.split()[0] for line in families.stdout.splitlines()] == ["audit", "gate", "ledger", "manifest", "site"]
    names = [line.split()[0] for line in everything.stdout.splitlines()]
    assert {"manifest:core/types", "manifest:memory/fold", "ledger:core", "gate:schema", "audit:report.md"} <= set(
        names
    )
    assert (families.returncode, everything.returncode) == (0, 0)


def test_list_with_status_tells_what_is_stale(built: Workspace) -> None:
    built.package("memory/fold", "import faiss\n")

    told = built.doit("list", "--all", "--status").stdout

    status = {line.split()[1]: line.split()[0] for line in told.splitlines()}
    assert (status["manifest:memory/fold"], status["manifest:core/types"]) == ("R", "U")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["list"], "is unusable"),
        (["list", "--all", "--status"], "is unusable"),
        (["clean", "--dry-run"], "has been discarded"),
        (["forget", "--all"], "has been discarded"),
    ],
)
def test_an_answer_from_an_unusable_state_says_so_once(built: Workspace, words: list[str], told: str) -> None:
    built.state_file.write_bytes(b"no database")

    done = built.doit(*words)

    (warning,) = done.stderr.splitlines()
    assert (done.returncode, warning.startswith("warning: the state in "), told in warning) == (0, True, True)


def test_clean_takes_away_what_was_made_and_the_next_run_makes_it_again(built: Workspace) -> None:
    before = built.snapshot()

    one = built.doit("clean", "manifest:memory/fold")
    assert (one.returncode, FOLD_MANIFEST in built.snapshot()) == (0, False)
    everything = built.doit("clean")
    assert (everything.returncode, [path for path in built.snapshot() if path[-1] != "/"]) == (0, [])

    run = built.run("validate")
    assert (run.exit, run.parsed, built.snapshot()) == (0, 0, before)


def test_clean_dry_run_takes_nothing_away(built: Workspace) -> None:
    before = built.snapshot()

    done = built.doit("clean", "--dry-run")

    assert (done.returncode, built.snapshot()) == (0, before)
    assert f"build/{FOLD_MANIFEST}" in done.stdout


def test_forget_makes_tasks_run_again_and_parses_nothing(built: Workspace) -> None:
    assert built.doit("forget", "manifest:memory/fold").returncode == 0
    run = built.run()
    assert (run.ran("manifest"), run.files, run.parsed) == (["memory/fold"], [], 0)

    assert built.doit("forget", "--all").returncode == 0
    run = built.run("validate")
    assert (len(run.ran("manifest")), len(run.ran("gate")), run.files, run.parsed) == (3, len(Gate), [], 0)


def test_forget_of_an_unknown_task_is_a_usage_error(built: Workspace) -> None:
    done = built.doit("forget", "manifest:nope")

    assert (done.returncode, done.stdout) == (3, "")
    assert "manifest:nope" in done.stderr

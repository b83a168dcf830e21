"""`astrograph init`, the wiring it writes, and the doit projects it must not touch (SPEC sections 2 and 14)."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support import Workspace
from support.runs import ASTROGRAPH, DOIT, environ, run_there

from astrograph.doit_plugin import wiring

REPOSITORY = Path(__file__).resolve().parents[2]


def init(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_there(folder, [*ASTROGRAPH, "init", *words])


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_empty_folder_becomes_a_workspace_that_builds(tmp_path: Path) -> None:
    made = init(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text("import os\n")
    built = run_there(tmp_path, [*DOIT])

    assert (made.returncode, made.stderr) == (0, "")
    assert "made     pyproject.toml" in made.stdout
    assert "made     rules/pins.json" in made.stdout
    assert tomllib.loads((tmp_path / "pyproject.toml").read_text())["tool"]["astrograph"] == {"source_roots": ["."]}
    assert (built.returncode, built.stdout.split(" in ")[0]) == (0, "1 built, 0 unchanged, 0 failed")
    assert (tmp_path / ".gitignore").read_text() == "/build/\n"


def test_a_fresh_workspace_passes_every_gate_but_the_empty_ones(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text("")

    assert run_there(tmp_path, [*DOIT, "validate"]).returncode == 0


def test_a_src_folder_is_taken_as_the_source_root(tmp_path: Path) -> None:
    (tmp_path / "src/app").mkdir(parents=True)
    (tmp_path / "src/app/__init__.py").write_text("")

    assert init(tmp_path).returncode == 0
    assert run_there(tmp_path, [*DOIT]).returncode == 0
    assert Workspace(tmp_path).manifests() == ["app"]


def test_a_pyproject_that_is_there_is_kept_and_added_to(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('# ours\n[project]\nname = "ours"\nversion = "1"')
    (tmp_path / ".gitignore").write_text("*.pyc\n")

    made = init(tmp_path)

    text = (tmp_path / "pyproject.toml").read_text()
    assert (made.returncode, "changed  pyproject.toml" in made.stdout) == (0, True)
    assert text.startswith('# ours\n[project]\nname = "ours"\nversion = "1"\n')
    assert tomllib.loads(text)["project"] == {"name": "ours", "version": "1"}
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n/build/\n"


def test_twice_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    init(tmp_path)
    before = files_of(tmp_path)

    again = init(tmp_path)

    assert (again.returncode, again.stdout, files_of(tmp_path)) == (3, "", before)
    assert "a workspace already" in again.stderr


def test_a_doit_project_of_its_own_is_told_what_to_merge_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.doit]\nverbosity = 2\n")

    refused = init(tmp_path)

    assert (refused.returncode, refused.stdout) == (3, "")
    assert wiring.as_toml().splitlines()[0] in refused.stderr
    assert (tmp_path / "pyproject.toml").read_text() == "[tool.doit]\nverbosity = 2\n"
    assert not (tmp_path / "rules").exists()


def test_a_pyproject_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[broken")

    refused = init(tmp_path)

    assert (refused.returncode, files_of(tmp_path)) == (3, {"pyproject.toml": b"[broken"})


def test_files_that_are_there_are_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/authored.schema.json").write_text("{}")

    made = init(tmp_path)

    assert (made.returncode, "kept     schemas/authored.schema.json" in made.stdout) == (0, True)
    assert (tmp_path / "schemas/authored.schema.json").read_text() == "{}"


@pytest.mark.parametrize("words", [["--source-root", "nowhere"], ["--frob"], ["--source-root"]])
def test_wrong_words_are_a_usage_error_and_make_nothing(tmp_path: Path, words: list[str]) -> None:
    refused = init(tmp_path, *words)

    assert (refused.returncode, refused.stdout, files_of(tmp_path)) == (3, "", {})


# wiring


def test_the_repository_is_wired_as_init_would_wire_it() -> None:
    tool = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["doit"]
    plugins = tool.pop("plugins")

    assert (tool, plugins) == (wiring.SETTINGS, wiring.PLUGINS)


def test_the_wiring_as_text_is_the_wiring_as_values() -> None:
    tool = tomllib.loads(wiring.as_toml())["tool"]["doit"]
    config = wiring.as_config()

    assert tool.pop("plugins") == wiring.PLUGINS
    assert tool == wiring.SETTINGS == config.pop("GLOBAL")
    assert config == {family.upper(): entries for family, entries in wiring.PLUGINS.items()}


def test_another_doit_project_in_the_same_environment_runs_stock_doit(tmp_path: Path) -> None:
    (tmp_path / "dodo.py").write_text("def task_hello():\n    return {'actions': ['echo hello']}\n")

    run = run_there(tmp_path, [*DOIT])
    listed = run_there(tmp_path, [*DOIT, "help"])

    assert (run.returncode, run.stdout) == (0, ".  hello\n")
    assert "astrograph" not in listed.stdout
    assert "validate" not in listed.stdout


def test_astrograph_outside_a_workspace_says_what_to_do(tmp_path: Path) -> None:
    for words in ([], ["validate"], ["info", "x"], ["list"], ["pin", "--reason", "x"]):
        done = run_there(tmp_path, [*ASTROGRAPH, *words])

        assert (done.returncode, done.stdout) == (3, "")
        assert "astrograph init" in done.stderr


def test_a_workspace_keeps_its_own_dodo_tasks(tmp_path: Path) -> None:
    ws = Workspace.make(tmp_path / "ws")
    ws.package("core/types")
    ws.write(
        "dodo.py",
        "def task_hello():\n    return {'actions': ['echo hello'], 'file_dep': ['src/core/types/__init__.py']}\n",
    )

    first, second = ws.doit("hello"), ws.doit("hello")
    everything = ws.doit()

    assert (first.returncode, ".  hello" in first.stdout, "-- hello" in second.stdout) == (0, True, True)
    assert everything.returncode == 0
    assert ws.manifests() == ["core/types"]


def test_nothing_heavy_is_imported_for_a_command_that_loads_no_graph(built: Workspace) -> None:
    code = (
        "import sys; from doit.doit_cmd import DoitMain; DoitMain().run(['explain', 'AG204'])\n"
        "heavy = {'re2', 'pcre2', 'tree_sitter', 'jsonschema', 'jsonschema_rs', 'networkx', 'pathspec', 'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=built.root, env=environ(), capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")

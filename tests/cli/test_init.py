"""`astrograph init`, the wiring it writes, and the doit projects it must not touch (SPEC sections 2 and 14)."""

import shutil
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


def test_a_complete_workspace_is_left_as_it_is(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "manifests_src/_defaults.yaml").unlink()  # nobody needs one
    before = files_of(tmp_path)

    again = init(tmp_path)

    assert (again.returncode, again.stderr, files_of(tmp_path)) == (0, "", before)
    assert again.stdout.endswith("\nThis workspace is complete: nothing was changed.\n")
    assert {line.split()[0] for line in again.stdout.splitlines()[:-2]} == {"kept"}


@pytest.mark.parametrize(
    "lost",
    [
        "rules/star_rules.json",
        "rules/pins.json",
        "schemas/authored.schema.json",
        "manifests_src",
        "rules",
        ".gitignore",
        "pyproject.toml",
    ],
)
def test_what_is_missing_is_made_again_and_nothing_else_is_written(tmp_path: Path, lost: str) -> None:
    (tmp_path / "src/app").mkdir(parents=True)
    (tmp_path / "src/app/__init__.py").touch()
    init(tmp_path)
    before = files_of(tmp_path)
    stats = {path: (tmp_path / path).stat().st_ino for path in before}
    if (tmp_path / lost).is_dir():
        shutil.rmtree(tmp_path / lost)
    else:
        (tmp_path / lost).unlink()

    again = init(tmp_path)

    after = files_of(tmp_path)
    made = {line.split()[1] for line in again.stdout.splitlines() if line.startswith("made")}
    assert (again.returncode, again.stderr, made) == (0, "", {path for path in before if path.startswith(lost)})
    assert all((tmp_path / path).stat().st_ino == stats[path] for path in before.keys() - made if path[:6] != "build/")
    assert after.keys() == before.keys()
    assert run_there(tmp_path, [*DOIT]).returncode == 0


def test_a_table_of_settings_alone_is_completed_where_it_says(tmp_path: Path) -> None:
    (tmp_path / "lib/app").mkdir(parents=True)
    (tmp_path / "lib/app/__init__.py").touch()
    settings = (
        '[tool.astrograph]\nsource_roots = ["lib"]\nrules = "policy/mine.json"\nbuild = "out"\nauthored = "a/b"\n'
    )
    (tmp_path / "pyproject.toml").write_text(settings)

    made = init(tmp_path)

    assert (made.returncode, "made     policy/mine.json" in made.stdout) == (0, True)
    assert (tmp_path / "pyproject.toml").read_text().startswith(settings)
    assert (tmp_path / ".gitignore").read_text() == "/out/\n"
    assert "$schema=../../schemas/" in (tmp_path / "a/b/_defaults.yaml").read_text()
    assert run_there(tmp_path, [*DOIT]).returncode == 0


def test_a_policy_file_that_was_pinned_is_not_replaced_by_another(tmp_path: Path) -> None:
    init(tmp_path)
    rules = tmp_path / "rules/star_rules.json"
    rules.write_bytes(rules.read_bytes() + b"\n")
    run_there(tmp_path, [*DOIT, "pin", "--reason", "ours"])
    rules.unlink()
    before = files_of(tmp_path)

    refused = init(tmp_path)

    assert (refused.returncode, refused.stdout, files_of(tmp_path)) == (3, "", before)
    assert "restore it from version control" in refused.stderr


def test_pins_that_do_not_hold_are_reported(tmp_path: Path) -> None:
    init(tmp_path)
    rules = tmp_path / "rules/star_rules.json"
    rules.write_bytes(rules.read_bytes() + b"\n")

    again = init(tmp_path)

    assert (again.returncode, "doit pin --reason" in again.stderr) == (3, True)


def test_source_roots_that_are_set_are_not_set_again(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    init(tmp_path)

    assert init(tmp_path, "--source-root", ".").returncode == 0
    refused = init(tmp_path, "--source-root", "lib")
    assert (refused.returncode, "edit them in [tool.astrograph]" in refused.stderr) == (3, True)


@pytest.mark.parametrize(
    "fault", ["create:kill:1", "renamed:kill:5", "rename:kill:13", "renamed:kill:13", "rename:kill:14"]
)
def test_what_a_kill_cut_short_is_completed_by_the_next(tmp_path: Path, fault: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "ours"\n')
    killed = subprocess.run(
        [*ASTROGRAPH, "init"],
        cwd=tmp_path,
        env=environ({"ASTROGRAPH_FAULT": fault}),
        capture_output=True,
        check=False,
    )
    done = init(tmp_path)

    assert killed.returncode == -9
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for path in files_of(tmp_path) if ".astrograph-" in path] == []
    assert run_there(tmp_path, [*DOIT]).returncode == 0


def test_settings_of_doit_are_added_to(tmp_path: Path) -> None:
    before = "[tool.doit]  # ours\r\nverbosity = 2\r\nreporter = 'json'\r\n[tool.doit.commands.list]\r\nstatus = true"
    (tmp_path / "pyproject.toml").write_bytes(before.encode())

    made = init(tmp_path)

    data = (tmp_path / "pyproject.toml").read_bytes()
    tool = tomllib.loads(data.decode())["tool"]["doit"]
    assert made.returncode == 0
    assert (tool["verbosity"], tool["reporter"], tool["loader"]) == (2, "json", "astrograph")
    assert (tool["commands"], tool["plugins"]) == ({"list": {"status": True}}, wiring.PLUGINS)
    assert data.count(b"\n") == data.count(b"\r\n")
    assert all(line in data.decode().splitlines() for line in before.splitlines())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[tool]\ndoit = {verbosity = 2}\n", '[tool.doit]\nloader = "astrograph"'),
        ("[tool.doit]\nbackend = 'json'\n", "[tool.doit] backend: is 'json', must be 'astrograph'"),
        ("[tool.doit.plugins.command]\nrun = 'a:B'\n", "[tool.doit.plugins.command] run: is 'a:B'"),
        ("[tool.astrograph]\nfrob = 1\n", "frob is not a key"),
        ("[tool.astrograph]\nsource_roots = ['gone']\n", "a source root is not a folder"),
        ("\ufeff[project]\n", "byte order mark"),
        ("[broken", "pyproject.toml cannot be used"),
    ],
)
def test_settings_that_cannot_be_added_to_are_refused_before_anything_is_written(
    tmp_path: Path, text: str, part: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(text)

    refused = init(tmp_path)

    assert (refused.returncode, refused.stdout) == (3, "")
    assert part in refused.stderr
    assert files_of(tmp_path) == {"pyproject.toml": text.encode()}


@pytest.mark.parametrize(("path", "mode"), [("pyproject.toml", 0o444), (".gitignore", 0o444)])
def test_a_read_only_file_is_refused_before_anything_is_written(tmp_path: Path, path: str, mode: int) -> None:
    (tmp_path / path).write_text("")
    (tmp_path / path).chmod(mode)

    refused = init(tmp_path)

    assert (refused.returncode, f"{path} is read-only" in refused.stderr) == (3, True)
    assert files_of(tmp_path) == {path: b""}


def test_line_ends_links_and_modes_stay(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "ws").mkdir()
    (tmp_path / "shared/pyproject.toml").write_bytes(b'[project]\r\nname = "ours"')
    (tmp_path / "shared/pyproject.toml").chmod(0o640)
    (tmp_path / "ws/pyproject.toml").symlink_to("../shared/pyproject.toml")
    (tmp_path / "ws/.gitignore").write_bytes(b"*.pyc\r\n")

    assert init(tmp_path / "ws").returncode == 0

    data = (tmp_path / "shared/pyproject.toml").read_bytes()
    assert data.startswith(b'[project]\r\nname = "ours"\r\n\r\n[tool.astrograph]\r\n')
    assert data.count(b"\n") == data.count(b"\r\n")
    assert (tmp_path / "ws/.gitignore").read_bytes() == b"*.pyc\r\n/build/\r\n"
    assert (tmp_path / "ws/pyproject.toml").is_symlink()
    assert (tmp_path / "shared/pyproject.toml").stat().st_mode & 0o777 == 0o640


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


@pytest.mark.parametrize(
    ("config", "ran"),
    [
        ("", {"one", "two-a", "two-b"}),
        ("DOIT_CONFIG = {'default_tasks': ['one']}\n", {"one"}),
        ("DOIT_CONFIG = {'default_tasks': []}\n", set()),
    ],
)
def test_a_bare_doit_still_runs_what_it_ran_before_init(tmp_path: Path, config: str, ran: set[str]) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").touch()
    (tmp_path / "dodo.py").write_text(
        f"{config}def task_one():\n    return {{'actions': ['touch ran-one']}}\n"
        "def task_two():\n"
        "    for name in 'ab':\n        yield {'name': name, 'actions': [f'touch ran-two-{name}']}\n"
    )
    made = init(tmp_path)
    checked = run_there(tmp_path, [*DOIT, "validate"])
    before = list(tmp_path.glob("ran-*"))
    done = run_there(tmp_path, [*DOIT])

    assert "then runs the tasks of dodo.py as before" in made.stdout
    assert (checked.returncode, before) == (0, [])
    assert (done.returncode, Workspace(tmp_path).manifests()) == (0, ["app"])
    assert {path.name.removeprefix("ran-") for path in tmp_path.glob("ran-*")} == ran


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

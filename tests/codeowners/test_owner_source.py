"""CODEOWNERS is one more source of owners, below the YAML; an edit of it rebuilds exactly whose owner changes."""

import json
import random
from pathlib import Path
from unittest.mock import patch

import pytest
from support import Workspace

from astrograph.formats import codeowners

FILE = ".github/CODEOWNERS"
MODULES = ("a", "a/x", "a/y", "b", "b/z")


@pytest.fixture
def owned(ws: Workspace) -> Workspace:
    """Five modules and a CODEOWNERS file that gives each of them an owner but `b/z`, whose owner is in YAML."""
    for module in MODULES:
        ws.package(module, "x = 1\n")
    ws.author("b/z", 'owner: "@yaml"\n')
    ws.settings(f'codeowners = "{FILE}"')
    ws.write(FILE, "* @all\n/src/a/ @a @org/a\n/src/a/y/ @y\n/src/b/z/ @never\n")
    return ws


def owners(ws: Workspace) -> dict[str, str | None]:
    return {module: ws.manifest(module)["module"]["owner"] for module in ws.manifests()}


def test_every_module_gets_the_owner_of_its_init_file(owned: Workspace) -> None:
    assert owned.run().exit == 0
    assert owners(owned) == {"a": "@a @org/a", "a/x": "@a @org/a", "a/y": "@y", "b": "@all", "b/z": "@yaml"}


def test_yaml_wins_in_folder_defaults_too(owned: Workspace) -> None:
    owned.author("a/_defaults", 'owner: "@folder"\n')
    owned.author("a/y", "tier: T3_standard\n")
    owned.run()
    assert owners(owned)["a"] == "@a @org/a"
    assert (owners(owned)["a/x"], owners(owned)["a/y"]) == ("@folder", "@folder")


def test_an_owner_in_yaml_that_cannot_stand_leaves_the_word_to_codeowners(owned: Workspace) -> None:
    owned.author("a/y", "owner: 3\n")
    owned.run("validate")
    assert owners(owned)["a/y"] == "@y"
    assert "AG205" in owned.codes("authored")


@pytest.mark.parametrize(
    ("after", "rebuilt"),
    [
        ("* @all\n/src/a/ @a @org/a\n/src/a/y/ @other\n/src/b/z/ @never\n", ["a/y"]),
        ("* @all\n/src/a/ @a @org/a\n/src/b/z/ @never\n", ["a/y"]),
        ("* @all\n/src/a/ @a @org/a\n/src/a/y/ @y\n/src/b/z/ @changed\n", []),
        ("# a line above, so that every rule moves\n\n* @all\n/src/a/ @a @org/a\n/src/a/y/ @y\n", []),
        ("* @all\n/src/a/ @a @org/a\n/src/a/y/\n", ["a/y"]),
        ("/src/a/ @a @org/a\n/src/a/y/ @y\n", ["b"]),
        ("* @new\n", ["a", "a/x", "a/y", "b"]),
        ("", ["a", "a/x", "a/y", "b"]),
    ],
)
def test_an_edit_rebuilds_exactly_the_modules_whose_owner_changes(
    owned: Workspace, after: str, rebuilt: list[str]
) -> None:
    owned.run()
    before = owners(owned)
    owned.write(FILE, after)
    assert owned.run().written == rebuilt
    assert [module for module in MODULES if owners(owned)[module] != before[module]] == rebuilt
    assert owned.run().written == []


def test_an_owner_that_moves_into_yaml_unchanged_rewrites_no_manifest(owned: Workspace) -> None:
    owned.run()
    owned.author("a/y", 'owner: "@y"\n')
    assert [path for path in owned.run().files if path.startswith(("manifests/", "ledger/"))] == []
    assert owners(owned)["a/y"] == "@y"


def test_a_run_in_which_nothing_changed_neither_reads_nor_matches_the_file(owned: Workspace) -> None:
    owned.run()
    owned.settle()
    owned.run()
    with patch.object(codeowners, "decode", side_effect=AssertionError("the file was evaluated")):
        run = owned.run()
    assert (run.exit, run.tasks, run.read[FILE]) == (0, (), 0)


def test_equal_content_under_a_new_stat_key_is_read_and_not_matched(owned: Workspace) -> None:
    owned.run()
    owned.settle()
    owned.run()
    owned.touch(FILE)
    with patch.object(codeowners, "decode", side_effect=AssertionError("the file was evaluated")):
        run = owned.run()
    assert run.tasks == ()
    assert run.read[FILE] > 0


def test_an_edit_that_keeps_size_and_mtime_is_seen(owned: Workspace) -> None:
    owned.run()
    owned.settle()
    owned.run()
    owned.rewrite_unseen(FILE, owned.path(FILE).read_bytes().replace(b"@y", b"@w"))
    assert owned.run().written == ["a/y"]


def test_a_new_package_is_asked_about(owned: Workspace) -> None:
    owned.run()
    owned.package("a/new", "")
    assert owned.run().written == ["a/new"]
    assert owners(owned)["a/new"] == "@a @org/a"


def test_taking_the_setting_away_takes_the_owners_away(owned: Workspace) -> None:
    owned.run()
    text = owned.path("pyproject.toml").read_text()
    owned.write("pyproject.toml", text.replace(f'codeowners = "{FILE}"\n', ""))
    owned.run()
    assert owners(owned) == {"a": None, "a/x": None, "a/y": None, "b": None, "b/z": "@yaml"}


@pytest.mark.parametrize("seed", range(3))
def test_incremental_equals_clean(owned: Workspace, tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    lines = ["* @all", "/src/a/ @a", "y/ @y", "/src/b/z/", "/src/*/x/ @x @z", "[Section]", "!/src @no", "# nothing"]
    for step in range(6):
        owned.write(FILE, "\n".join(chosen.sample(lines, chosen.randint(0, len(lines)))) + "\n")
        match chosen.randrange(4):
            case 0:
                owned.author(chosen.choice(MODULES), f'owner: "@author{step}"\n')
            case 1:
                owned.package(f"a/n{step}", "")
            case 2:
                owned.author("a/_defaults", chosen.choice(['owner: "@folder"\n', "lane: x\n"]))
        owned.run()
    twin = owned.twin(tmp_path / "twin")
    twin.run()
    assert owned.snapshot() == twin.snapshot()


# ── what is told ──────────────────────────────────────────────────────────────


def test_info_names_the_line(owned: Workspace) -> None:
    owned.run()
    assert f"@y               codeowners {FILE}:3" in owned.run("info", "a/y").out
    assert "@yaml            authored   manifests_src/b/z.yaml:1" in owned.run("info", "b/z").out
    said = json.loads(owned.run("info", "--json", "a/y").out)["authored"]["owner"]
    assert said == {"value": "@y", "path": FILE, "line": 3, "column": 0, "origin": "codeowners"}


def test_info_names_the_line_as_it_is_now_without_a_build(owned: Workspace) -> None:
    owned.run()
    owned.write(FILE, "# moved\n\n* @all\n/src/a/ @a @org/a\n/src/a/y/ @y\n")
    out = owned.run("info", "a/y").out
    assert f"codeowners {FILE}:5" in out
    assert "up to date" in out


def test_the_file_is_a_dependency_of_exactly_the_modules_it_gives_an_owner(owned: Workspace) -> None:
    owned.run()
    assert FILE in owned.run("info", "manifest:a/y").out
    assert FILE not in owned.run("info", "manifest:b/z").out


def test_lines_that_do_not_count_are_findings_of_the_authored_gate(owned: Workspace) -> None:
    owned.write(FILE, "* @all\n!/src/a @a\n[Docs] @docs\n/src/b/ Team B\n")
    owned.run("validate")
    found = [item for item in owned.gate("authored")["findings"] if item["path"] == FILE]
    assert [(item["code"], item["line"], item["severity"]) for item in found] == [
        ("AG240", 2, "warning"),
        ("AG242", 3, "error"),
        ("AG240", 4, "warning"),
    ]
    assert owned.gate("authored")["verdict"] == "fail"


@pytest.mark.parametrize("trouble", ["missing", "folder", "link", "encoding"])
def test_a_file_that_cannot_be_used_is_an_error_and_not_an_empty_one(owned: Workspace, trouble: str) -> None:
    owned.run()
    owned.delete(FILE)
    if trouble == "folder":
        owned.path(FILE).mkdir()
    elif trouble == "link":
        owned.write("elsewhere", "* @all\n")
        owned.path(FILE).symlink_to(owned.path("elsewhere"))
    elif trouble == "encoding":
        owned.write(FILE, b"* @\xff\n")
    assert owned.run("validate").exit == 1
    assert "AG241" in owned.codes("authored")
    if trouble != "missing":
        owned.delete(FILE)
    owned.write(FILE, "* @all\n")
    owned.run("validate")
    assert "AG241" not in owned.codes("authored")

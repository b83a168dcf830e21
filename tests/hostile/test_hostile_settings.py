"""`pyproject.toml` with something wrong: exit 3, everything told at once, nothing touched."""

import pytest
from support import Workspace
from told import refused

SETTINGS = "pyproject.toml"


@pytest.fixture
def good(ws: Workspace) -> Workspace:
    ws.package("core/good", "X = 1\n")
    assert ws.run().exit == 0
    return ws


BAD_SETTINGS = {
    "a key that is none": (
        'source_root = ["x"]',
        "tool.astrograph.source_root is not a key; did you mean 'source_roots'?",
    ),
    "a key like no other": ("zzz = 1", "tool.astrograph.zzz is not a key; known keys: name, source_roots"),
    "escapes in a key": ('"a\\u001b[31m" = 1', r"tool.astrograph.a\x1b[31m is not a key"),
    "text for a number": ('coverage_min = "x"', "coverage_min must be a number from 0 to 1, not 'x'"),
    "not a number": ("coverage_min = nan", "coverage_min must be a number from 0 to 1, not nan"),
    "true for a number": ("coverage_min = true", "coverage_min must be a number from 0 to 1, not True"),
    "a number for a list": ("exclude = 3", "exclude must be a list of texts, not 3"),
    "a path that leaves": ('build = "../build"', "build must be a path inside the workspace"),
    "an absolute path": ('authored = "/etc"', "authored must be a path inside the workspace"),
    "a path with backslashes": ('rules = "rules\\\\x.json"', "rules must be a path inside the workspace"),
    "an empty path": ('schema = ""', "schema must be a text that is not empty"),
    "a table with a key that is none": ("canary = {sise = 0.1}", "did you mean 'size'?"),
    "a pattern that is none": ('exclude = ["ok/", "!"]', "pattern: '!'"),
    "a bracket that stays open": ('exclude = ["a["]', "pattern: 'a['"),
}


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_a_setting_that_cannot_be_used_stops_every_command_that_needs_it(good: Workspace, name: str) -> None:
    lines, words = BAD_SETTINGS[name]
    before = good.snapshot()
    good.settings(lines)

    for command in ([], ["validate"], ["info", "core/good"], ["list", "--all"]):
        refused(good.run(*command), words, "  fix: ")
    assert good.snapshot() == before


def test_everything_that_is_wrong_is_told_at_once(good: Workspace) -> None:
    good.settings('source_root = ["x"]\ncoverage_min = 2\nbuild = "../x"')

    refused(good.run(), "source_root is not a key", "coverage_min must be", "build must be")


@pytest.mark.parametrize("roots", ['["src", "src/core"]', '["src", "."]', '["src", "src/"]', "[]"])
def test_source_roots_that_overlap_or_are_none_are_refused(good: Workspace, roots: str) -> None:
    text = good.path(SETTINGS).read_text()
    good.write(SETTINGS, text.replace('source_roots = ["src"]', f"source_roots = {roots}"))

    refused(good.run(), "source_roots")


def test_a_source_root_that_is_gone_or_a_file_is_named_and_no_manifest_is_removed(good: Workspace) -> None:
    good.rename("src", "elsewhere")
    refused(good.run(), "a source root is not a folder", "source_roots: src", "name an existing folder in source_roots")

    good.write("src", "a file\n")

    refused(good.run("validate"), "a source root is not a folder", "source_roots: src")
    assert good.manifests() == ["core/good"]


def test_a_source_root_without_a_package_fails_every_gate_that_had_something_to_compare(good: Workspace) -> None:
    good.delete("src/core")

    assert good.run("validate").exit == 1
    assert (good.gate("coverage")["verdict"], good.gate("coverage")["compared"]) == ("fail", 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[tool.astrograph\n", ["pyproject.toml is not valid TOML", "line 1", "fix: correct the line it names"]),
        ("[tool.astrograph]\n[tool.astrograph]\n", ["pyproject.toml is not valid TOML", "line 2"]),
        ("[tool.astrograph]\nbuild = 'a'\nbuild = 'b'\n", ["pyproject.toml is not valid TOML", "line 3"]),
        (b"# tool.astrograph \xe9\n", ["pyproject.toml:1: not UTF-8"]),
        ("[tool]\nastrograph = 3\n", ["pyproject.toml:2: tool.astrograph is not a table"]),
        ("[project]\nname = 'x'\n", ["this is not a workspace", "[tool.astrograph]", "astrograph init"]),
    ],
    ids=["cut short", "a table twice", "a key twice", "not UTF-8", "no table", "another project"],
)
def test_a_file_that_is_no_configuration_is_told_by_the_command_line(
    good: Workspace, content: str | bytes, words: list[str]
) -> None:
    good.write(SETTINGS, content)

    done = good.astrograph("validate")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: ")
    assert [word for word in words if word not in done.stderr] == []


def test_no_configuration_at_all_is_told_by_the_command_line(good: Workspace) -> None:
    good.delete(SETTINGS)

    done = good.astrograph()

    assert done.returncode == 3
    assert "pyproject.toml cannot be read" in done.stderr
    assert "astrograph init" in done.stderr

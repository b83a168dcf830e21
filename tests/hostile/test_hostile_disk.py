"""A build folder that cannot be written: an error that names the path and the way out, and nothing is removed."""

import os

import pytest
from support import Workspace
from support.workspace import RULES

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


def test_a_full_disk_in_a_process_of_its_own_keeps_what_was_done(ws: Workspace) -> None:
    for name in ("a", "b", "c"):
        ws.package(f"core/{name}", "X = 1\n")

    done = ws.astrograph(environment={"ASTROGRAPH_FAULT": "write:enospc:2"})

    assert done.returncode == 2
    assert "cannot write: No space left on device" in done.stderr
    assert "core/b/module.manifest.json" in done.stderr
    assert ws.manifests() == ["core/a"]
    assert ws.run().written == ["core/b", "core/c"]


@pytest.fixture
def unbuilt(ws: Workspace) -> Workspace:
    """One module, and no build folder."""
    ws.package("memory/fold", "X = 1\n")
    ws.delete("build")
    return ws


@pytest.mark.parametrize("in_the_way", ["build", "build/manifests", "build/.astrograph"])
@pytest.mark.parametrize("words", [[], ["validate"]], ids=["run", "validate"])
def test_a_file_where_a_folder_has_to_be_is_named_and_not_removed(
    unbuilt: Workspace, in_the_way: str, words: list[str]
) -> None:
    unbuilt.write(in_the_way, "mine")

    run = unbuilt.run(*words)

    assert run.exit == 2
    assert "error: cannot write: " in run.err
    assert f"{unbuilt.root}/{in_the_way}" in run.err
    assert "fix: a file stands where a folder has to be" in run.err
    assert unbuilt.path(in_the_way).read_text() == "mine"
    unbuilt.delete(in_the_way)
    assert unbuilt.run(*words).exit == 0


@pytest.mark.parametrize(
    "target",
    ["build/manifests/memory/fold/module.manifest.json", "build/ledger/memory.jsonl", "build/gates/paths.json"],
)
def test_a_folder_where_a_file_has_to_be_is_named_and_not_removed(ws: Workspace, target: str) -> None:
    ws.package("memory/fold", "X = 1\n")
    ws.run("validate")
    ws.delete(target)
    ws.write(f"{target}/mine", "mine")

    run = ws.run("validate")

    assert run.exit == 2
    assert f"{ws.root}/{target}" in run.err
    assert "fix: a folder stands where a file has to be" in run.err
    assert ws.path(f"{target}/mine").read_text() == "mine"


def test_a_file_named_build_hinders_no_command_that_only_reads(unbuilt: Workspace) -> None:
    unbuilt.write("build", "mine")

    assert unbuilt.run("list", "--all").exit == 0
    assert "never built" in unbuilt.run("info", "memory/fold").out


@NOT_ROOT
def test_a_build_folder_that_may_not_be_written_is_named(unbuilt: Workspace) -> None:
    unbuilt.path("build").mkdir(mode=0o555)

    run = unbuilt.run()

    assert run.exit == 2
    assert f"{unbuilt.root}/build" in run.err
    assert "make the folder writable" in run.err


@NOT_ROOT
def test_pins_that_may_not_be_written_are_named(ws: Workspace) -> None:
    ws.package("memory/fold", "X = 1\n")
    ws.write(RULES, ws.path(RULES).read_bytes() + b"\n")
    ws.path("rules").chmod(0o555)

    try:
        run = ws.run("pin", "--reason", "a test")
    finally:
        ws.path("rules").chmod(0o755)

    assert run.exit == 2
    assert "rules/pins.json" in run.err


def test_a_build_folder_that_is_a_link_is_not_followed(unbuilt: Workspace) -> None:
    unbuilt.write("elsewhere/manifests/notes.md", "precious")
    unbuilt.path("build").symlink_to("elsewhere")

    run = unbuilt.run("validate")

    assert (run.exit, "--build-dir DIR" in run.err) == (2, True)
    assert [path.name for path in unbuilt.path("elsewhere").rglob("*") if path.is_file()] == ["notes.md"]


def test_a_build_folder_that_is_a_link_to_nowhere_is_an_error(unbuilt: Workspace) -> None:
    unbuilt.path("build").symlink_to("gone")

    run = unbuilt.run()

    assert run.exit == 2
    assert f"{unbuilt.root}/build" in run.err

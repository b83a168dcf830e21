"""Links among generated files: nothing is written, removed or believed through one."""

from pathlib import Path

import pytest
from support import Workspace

REFUSAL = "error: a folder of generated files is a symbolic link"


@pytest.fixture
def linked(built: Workspace, tmp_path: Path) -> Path:
    """The folder that `build/manifests/memory` leads to, with the manifests that were built."""
    elsewhere = tmp_path / "elsewhere"
    folder = built.path("build/manifests/memory")
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    return elsewhere


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("workers", ["1", "4"])
def test_a_manifest_is_not_written_through_a_linked_folder(built: Workspace, linked: Path, workers: str) -> None:
    before = bytes_in(linked)
    built.author("memory/fold", "node: memory\n")

    for _ in range(2):  # the second run clears up after the first, and goes through the link as little
        done = built.doit("-n", workers)
        assert (done.returncode, REFUSAL in done.stderr) == (2, True)
        assert f"  path: {built.path('build/manifests/memory')}\n" in done.stderr
        assert bytes_in(linked) == before
        assert len(before) == 2

    built.path("build/manifests/memory").unlink()
    assert built.doit().returncode == 0
    assert bytes_in(linked) == before
    assert built.path("build/manifests/memory/fold/module.manifest.json").is_file()
    assert built.path("build/manifests/memory/recall/module.manifest.json").is_file()


def test_a_manifest_is_not_cleaned_away_through_a_linked_folder(built: Workspace, linked: Path) -> None:
    before = bytes_in(linked)

    done = built.doit("clean", "manifest:memory/fold")

    assert (done.returncode, REFUSAL in done.stderr) == (2, True)
    assert (bytes_in(linked), len(before)) == (before, 2)


OURS = ("build", *(f"build/{name}" for name in (".astrograph", "manifests", "ledger", "gates", "audit", "site")))
FURTHER = ("build/generations", "build/generations/.retired", "build/snapshots")


@pytest.mark.parametrize("words", [(), ("validate",), ("clean",), ("plan",), ("rollback",), ("pin", "--reason", "x")])
@pytest.mark.parametrize("folder", [*OURS, *FURTHER])
def test_no_command_goes_through_a_link_in_the_place_of_a_folder_of_ours(
    family: Workspace, tmp_path: Path, folder: str, words: tuple[str, ...]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "memory").mkdir(parents=True)
    for name in ("notes.md", "memory/module.manifest.json", "state.db", "lock"):
        (elsewhere / name).write_text("precious")
    before = bytes_in(elsewhere)
    family.path("build/generations").mkdir(parents=True, exist_ok=True)
    if family.path(folder).exists():
        family.delete(folder)
    family.path(folder).symlink_to(elsewhere)

    done = family.run(*words)

    assert (done.exit, REFUSAL in done.err, bytes_in(elsewhere) == before) == (2, True, True)
    assert f"  path: {family.path(folder)}\n" in done.err


@pytest.mark.parametrize("name", ["lock", "state.db", "state.db-wal"])
def test_no_file_is_written_in_place_through_a_link(built: Workspace, tmp_path: Path, name: str) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    path = built.path(f"build/.astrograph/{name}")
    path.unlink(missing_ok=True)
    path.symlink_to(target)

    done = built.run()

    assert (done.exit, target.read_text()) == (2, "precious")
    assert "error: a generated file is a symbolic link" in done.err


def test_a_folder_above_what_is_published_is_no_link(built: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    built.path("docs").symlink_to(tmp_path / "elsewhere")
    built.settings('publish_to = "docs/manifests"')

    done = built.run()

    assert (done.exit, REFUSAL in done.err) == (2, True)


def test_the_site_is_not_made_through_a_linked_folder(built: Workspace, tmp_path: Path) -> None:
    assert built.run("site").exit == 0
    built.path("build/site/modules").rename(tmp_path / "elsewhere")
    built.path("build/site/modules").symlink_to(tmp_path / "elsewhere")
    before = bytes_in(tmp_path / "elsewhere")
    built.author("memory/fold", "node: memory\n")

    done = built.run("site")

    assert done.exit != 0
    assert REFUSAL.removeprefix("error: ") in done.out + done.err
    assert bytes_in(tmp_path / "elsewhere") == before

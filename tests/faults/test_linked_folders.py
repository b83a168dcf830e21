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


def test_the_folder_of_all_manifests_may_be_a_link(built: Workspace, tmp_path: Path) -> None:
    built.path("build/manifests").rename(tmp_path / "elsewhere")
    built.path("build/manifests").symlink_to(tmp_path / "elsewhere")
    built.author("memory/fold", "node: memory\n")

    done = built.doit()

    assert (done.returncode, done.stdout.split(",")[0]) == (0, "1 built")

"""A disk that refuses: exit 2 with the path and the way out, the old files whole, the work kept (SPEC section 8)."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import Workspace

THREE = ["core/types", "memory/fold", "memory/recall"]


def refuse(patch: pytest.MonkeyPatch, name: str, number: int, *, at: Callable[[object], bool]) -> None:
    """Let a call of the `os` module fail with an errno whenever `at` says so of its last path-like argument."""
    real = getattr(os, name)

    def refusing(*arguments: object, **named: object) -> object:
        if any(at(argument) for argument in arguments if isinstance(argument, str)):
            raise OSError(number, os.strerror(number))
        return real(*arguments, **named)

    patch.setattr(os, name, refusing)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "writable"),
        (errno.EIO, "fix the disk"),
    ],
)
@pytest.mark.parametrize("call", ["replace", "open"])
def test_a_write_that_is_refused_is_told_and_the_next_run_goes_on(
    family: Workspace, monkeypatch: pytest.MonkeyPatch, call: str, number: int, told: str
) -> None:
    with monkeypatch.context() as patch:
        refuse(patch, call, number, at=lambda path: ".astrograph-" in str(path) and "memory/fold" in str(path))
        run = family.run()

    assert run.exit == 2
    assert "memory/fold" in run.err
    assert told in run.err
    assert list(family.path("build").rglob(".astrograph-*")) == []
    assert family.manifests()[:1] == ["core/types"]

    again = family.run("validate")
    assert (again.exit, "core/types" in again.ran("manifest")) == (0, False)
    assert family.manifests() == THREE


def test_a_refused_write_leaves_the_old_manifest_whole(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = built.snapshot()
    built.package("memory/fold", "import faiss\n")
    with monkeypatch.context() as patch:
        refuse(patch, "replace", errno.ENOSPC, at=lambda path: "manifest" in str(path))
        assert built.run().exit == 2

    assert built.snapshot() == before
    assert built.run().written == ["memory/fold"]


@pytest.mark.parametrize("path", ["build", "build/manifests", "build/ledger", "build/gates"])
def test_a_file_where_a_folder_has_to_be_is_told(family: Workspace, path: str) -> None:
    if family.path("build").exists():
        family.delete("build")
    family.write(path, "a file")

    run = family.run("validate")

    assert run.exit == 2
    assert "a file stands where a folder has to be" in run.err
    assert path in run.err
    family.delete(path)
    assert family.run("validate").exit == 0


@pytest.mark.parametrize("path", ["build/ledger/memory.jsonl", "build/gates/schema.json", "build/ledger/stray.jsonl"])
def test_a_folder_where_a_file_has_to_be_is_told_or_cleared_away(built: Workspace, path: str) -> None:
    if built.path(path).exists():
        built.delete(path)
    built.write(f"{path}/inner", "")

    run = built.run("validate")

    assert run.exit in {0, 2}
    if run.exit == 2:
        assert path in run.err
        built.delete(path)
    assert built.run("validate").exit == 0


def test_a_foreign_file_among_the_manifests_of_a_first_build_is_kept_and_named(family: Workspace) -> None:
    path = family.write("build/manifests/memory", "a file")

    run = family.run("validate")

    assert (run.exit, path.read_text(), "  file: build/manifests/memory\n" in run.err) == (3, "a file", True)
    path.unlink()
    assert family.run("validate").exit == 0
    assert family.manifests() == THREE


def test_a_state_that_is_a_folder_is_told(built: Workspace) -> None:
    built.delete("build/.astrograph")
    built.write("build/.astrograph/state.db/inner", "")

    run = built.run()

    assert (run.exit, "state.db" in run.err) == (2, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_build_folder_that_may_not_be_written_is_told(family: Workspace) -> None:
    family.delete("build")
    family.path("build").mkdir(mode=0o555)

    run = family.run()

    assert (run.exit, "build" in run.err) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock here")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_named_with_another_place_to_build(
    family: Workspace, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse_locks(monkeypatch, number)

    run = family.run()

    assert (run.exit, "this file system has no locks" in run.err, "build folder on a local disk" in run.err) == (
        2,
        True,
        True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock here")
def test_a_lock_that_may_not_be_taken_is_not_held_by_another_run(
    family: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_locks(monkeypatch, errno.EACCES)

    run = family.run()

    assert (run.exit, "cannot lock: Permission denied" in run.err) == (2, True)
    assert "another run" not in run.err


def refuse_locks(patch: pytest.MonkeyPatch, number: int) -> None:
    """Let the kernel refuse every lock with an errno."""
    import fcntl

    def refusing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    patch.setattr(fcntl, "flock", refusing)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_advice_about_a_file_of_people_speaks_of_that_file_alone(
    built: Workspace, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = built.author("memory/fold", "owner: '@a'\n")
    with monkeypatch.context() as patch:
        refuse(patch, "open", number, at=lambda path: ".astrograph-" in str(path) and "manifests_src" in str(path))
        run = built.run("facts", "set", "memory/fold", "owner", "@b")

    assert (run.exit, str(path) in run.err) == (2, True), run.err
    assert "build" not in run.err.replace(str(built.root), "")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("cannot mount a small file system")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("cannot mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_space(
    family: Workspace, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        family.package(f"many/p{number:02}", f'"""{"said " * 2000}"""\n')
    monkeypatch.setenv("ASTROGRAPH_BUILD", str(small_disk))

    full = family.run()

    assert full.exit == 2
    assert "free some space" in full.err
    manifests = [path for path in small_disk.rglob("module.manifest.json") if path.stat().st_size == 0]
    assert manifests == []

    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    rest = family.run("validate")
    assert rest.exit == 0
    made = len(list(small_disk.rglob("module.manifest.json")))
    assert len(rest.ran("manifest")) < made == 43

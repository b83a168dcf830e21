"""The state where a reader may not write it: what is recorded is read, and nothing is left in the owner's way."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from astrograph.errors import StorageError
from astrograph.store.state import State, Table

OWNER, READER = 23456, 23457

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may act for several users")


@pytest.fixture
def state_file() -> Iterator[Path]:
    """Where a state may be made, in a folder that every user may write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder / "state.db"
    shutil.rmtree(folder)


def beside(path: Path) -> list[str]:
    return sorted(name.removeprefix(path.name) for name in os.listdir(path.parent))


def act_for(user: int, act: Callable[[], object]) -> None:
    """Do something in a process of another user, and see that it went well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            act()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def write(path: Path, value: bytes) -> None:
    state = State(str(path))
    state.own()
    state.commit([(Table.META, b"key", value)])
    state.close()
    assert beside(path) == [""]


def write_and_die(path: Path, value: bytes) -> None:
    State(str(path)).commit([(Table.META, b"key", value)])
    os._exit(0)


def read(path: Path, expected: bytes | None) -> None:
    state = State(str(path))
    assert (state.get(Table.META, b"key"), state.messages) == (expected, [])
    state.close()


@as_root
@pytest.mark.parametrize("folder", [0o777, 0o755], ids=["open folder", "closed folder"])
def test_a_reader_leaves_nothing_and_the_owner_goes_on(state_file: Path, folder: int) -> None:
    os.chown(state_file.parent, OWNER, OWNER)
    act_for(OWNER, lambda: write(state_file, b"one"))
    state_file.parent.chmod(folder)

    act_for(READER, lambda: read(state_file, b"one"))

    assert beside(state_file) == [""]
    act_for(OWNER, lambda: write(state_file, b"two"))


@as_root
def test_a_reader_reads_the_log_of_a_run_that_was_killed(state_file: Path) -> None:
    act_for(OWNER, lambda: write(state_file, b"one"))
    act_for(OWNER, lambda: write_and_die(state_file, b"two"))
    before = beside(state_file)

    act_for(READER, lambda: read(state_file, b"two"))

    assert before == beside(state_file) == ["", "-shm", "-wal"]
    act_for(OWNER, lambda: write(state_file, b"three"))


@as_root
def test_a_reader_of_a_log_without_index_makes_none(state_file: Path) -> None:
    act_for(OWNER, lambda: write(state_file, b"one"))
    act_for(OWNER, lambda: write_and_die(state_file, b"two"))
    os.unlink(f"{state_file}-shm")

    act_for(READER, lambda: read(state_file, b"one"))

    assert beside(state_file) == ["", "-wal"]
    act_for(OWNER, lambda: read(state_file, b"two"))


@as_root
def test_what_another_reader_left_is_dropped_by_the_owner(state_file: Path) -> None:
    os.chown(state_file.parent, OWNER, OWNER)
    act_for(OWNER, lambda: write(state_file, b"one"))

    def careless() -> None:
        sqlite3.connect(state_file).execute("SELECT * FROM meta").fetchall()
        os._exit(0)

    act_for(READER, careless)
    assert beside(state_file) == ["", "-shm", "-wal"]
    assert Path(f"{state_file}-shm").stat().st_uid == READER

    act_for(OWNER, lambda: read(state_file, b"one"))
    act_for(OWNER, lambda: write(state_file, b"two"))
    act_for(READER, lambda: read(state_file, b"two"))


@as_root
def test_a_log_with_something_in_it_is_never_dropped(state_file: Path) -> None:
    act_for(OWNER, lambda: write(state_file, b"one"))
    act_for(OWNER, lambda: write_and_die(state_file, b"two"))
    log = Path(f"{state_file}-wal")
    os.chown(log, READER, READER)
    held = log.read_bytes()

    def refused() -> None:
        with pytest.raises(StorageError):
            write(state_file, b"three")

    act_for(OWNER, refused)

    assert log.read_bytes() == held != b""


def test_a_file_that_may_not_be_written_is_read_without_a_log(
    state_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(state_file, b"one")
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: access(path, mode) and path != str(state_file))
    reader = State(str(state_file))

    assert reader.get(Table.META, b"key") == b"one"
    assert beside(state_file) == [""]
    reader.close()

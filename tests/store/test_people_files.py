"""Files of people are edited through one door: under a lock, compared, replaced whole, all else about them kept."""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from astrograph.errors import EditRefusedError, LockError, StorageError
from astrograph.store import people_files
from astrograph.store.people_files import PeopleFiles, clear_leftovers

LEFTOVER = ".astrograph-4711-0123456789ab.fold.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository/ws"
    folder.mkdir(parents=True)
    (tmp_path / "repository/.git").mkdir()
    (folder / "file").write_bytes(b"old\n")
    return folder


def appended(before: bytes | None) -> bytes:
    return (before or b"") + b"ours\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_keeps_its_mode(root: Path) -> None:
    (root / "file").chmod(0o2640)

    edit = PeopleFiles(str(root)).edit("file", appended)

    assert (edit.before, edit.after, edit.changes) == (b"old\n", b"old\nours\n", True)
    assert (root / "file").read_bytes() == b"old\nours\n"
    assert (root / "file").stat().st_mode & 0o7777 == 0o2640
    assert names(root) == ["file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_keeps_its_owner_where_that_is_permitted(root: Path) -> None:
    os.chown(root / "file", 12345, 23456)

    PeopleFiles(str(root)).edit("file", appended)

    stat = (root / "file").stat()
    assert (stat.st_uid, stat.st_gid) == (12345, 23456)


def test_a_file_without_a_change_is_not_touched(root: Path) -> None:
    before = (root / "file").stat()

    assert not PeopleFiles(str(root)).edit("file", lambda data: data).changes
    assert not PeopleFiles(str(root)).edit("missing", lambda data: data).changes
    assert ((root / "file").stat(), names(root)) == (before, ["file"])


def test_a_dry_run_writes_nothing_and_refuses_what_a_run_would(root: Path) -> None:
    files = PeopleFiles(str(root))

    assert files.edit("new/file", appended, dry_run=True).after == b"ours\n"
    assert names(root) == ["file"]
    (root / "file").chmod(0o444)
    with pytest.raises(EditRefusedError, match="read-only"):
        files.edit("file", appended, dry_run=True)


def test_a_file_is_created_once(root: Path) -> None:
    files = PeopleFiles(str(root))

    assert (files.create("a/b/new", b"1"), files.create("a/b/new", b"2"), files.create("file", b"3")) == (
        True,
        False,
        False,
    )
    assert ((root / "a/b/new").read_bytes(), (root / "file").read_bytes()) == (b"1", b"old\n")


def test_what_a_person_saves_while_the_edit_is_worked_out_is_edited_in_its_turn(root: Path) -> None:
    saved: list[bytes] = []

    def change(before: bytes | None) -> bytes:
        if not saved:
            saved.append(b"saved\n")
            (root / "file").write_bytes(b"saved\n")
        return appended(before)

    PeopleFiles(str(root)).edit("file", change)

    assert (root / "file").read_bytes() == b"saved\nours\n"


def in_place(path: Path) -> None:
    path.write_bytes(b"saved\n")


def by_rename(path: Path) -> None:
    path.with_name("editor~").write_bytes(b"saved\n")
    path.with_name("editor~").replace(path)


@pytest.mark.parametrize("save", [in_place, by_rename])
def test_what_a_person_saves_in_the_last_moment_is_not_lost(
    root: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path], None]
) -> None:
    exchange, calls = people_files.exchange, []

    def late(first: str, second: str) -> bool:
        calls.append(first)
        if len(calls) == 1:
            save(root / "file")
        return exchange(first, second)

    monkeypatch.setattr(people_files, "exchange", late)
    PeopleFiles(str(root)).edit("file", appended)

    assert ((root / "file").read_bytes(), len(calls)) == (b"saved\nours\n", 3)
    assert names(root) == ["file"]


def test_a_new_file_never_takes_the_place_of_one_that_has_just_been_made(root: Path) -> None:
    def change(before: bytes | None) -> bytes:
        if before is None:
            (root / "new").write_bytes(b"saved\n")
        return appended(before)

    PeopleFiles(str(root)).edit("new", change)

    assert (root / "new").read_bytes() == b"saved\nours\n"


def test_a_file_that_keeps_changing_is_left_alone(root: Path) -> None:
    def change(before: bytes | None) -> bytes:
        with (root / "file").open("ab") as file:
            file.write(b"more\n")
        return appended(before)

    with pytest.raises(EditRefusedError, match="keeps changing"):
        PeopleFiles(str(root)).edit("file", change)
    assert b"ours" not in (root / "file").read_bytes()


def test_files_are_replaced_where_two_names_cannot_be_exchanged(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(people_files, "exchange", lambda *_: False)
    monkeypatch.setattr(os, "link", no_links)
    files = PeopleFiles(str(root))
    files.edit("file", appended)
    files.edit("new", appended)

    assert ((root / "file").read_bytes(), (root / "new").read_bytes()) == (b"old\nours\n", b"ours\n")
    assert names(root) == ["file", "new"]


# links and permissions


def test_a_link_stays_and_the_file_it_leads_to_is_edited(root: Path) -> None:
    (root / "../shared").mkdir()
    (root / "file").rename(root / "../shared/file")
    (root / "file").symlink_to("../shared/file")

    PeopleFiles(str(root)).edit("file", appended)

    assert os.readlink(root / "file") == "../shared/file"
    assert (root / "../shared/file").read_bytes() == b"old\nours\n"


@pytest.mark.parametrize(
    ("target", "part"),
    [("../../outside", "leads out of the repository"), ("nothing", "link to nothing"), (".", "not a regular file")],
)
def test_other_links_are_refused(root: Path, target: str, part: str) -> None:
    (root / "../../outside").write_bytes(b"theirs\n")
    (root / "link").symlink_to(target)

    with pytest.raises(EditRefusedError, match=part):
        PeopleFiles(str(root)).edit("link", appended)
    assert (root / "../../outside").read_bytes() == b"theirs\n"
    assert names(root) == ["file", "link"]


def test_a_linked_folder_that_leaves_the_repository_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "facts").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(EditRefusedError, match="leads out of the repository"):
        PeopleFiles(str(root)).edit("facts/new", appended)
    assert names(tmp_path / "elsewhere") == []


def test_links_below_a_folder_whose_readers_follow_none_are_refused(root: Path) -> None:
    (root / "../shared").mkdir()
    (root / "facts").symlink_to("../shared")
    (root / "facts/inner").symlink_to("../ws")
    files = PeopleFiles(str(root))

    files.edit("facts/plain", appended, no_links_below="facts")
    with pytest.raises(EditRefusedError, match="which no build follows"):
        files.edit("facts/inner/file", appended, no_links_below="facts")

    assert (root / "../shared/plain").read_bytes() == b"ours\n"
    assert (root / "file").read_bytes() == b"old\n"


def test_a_read_only_file_is_left_alone(root: Path) -> None:
    (root / "file").chmod(0o444)

    with pytest.raises(EditRefusedError, match="file is read-only") as caught:
        PeopleFiles(str(root)).edit("file", appended)
    assert "chmod u+w file" in caught.value.hint
    assert (root / "file").read_bytes() == b"old\n"


def test_a_full_disk_leaves_the_file_as_it_was(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="No space left"):
        PeopleFiles(str(root)).edit("file", appended)
    monkeypatch.undo()
    assert ((root / "file").read_bytes(), names(root)) == (b"old\n", ["file"])


def test_an_edit_that_is_made_is_not_reported_as_failed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr(people_files, "sync_folder", refuse)

    assert PeopleFiles(str(root)).edit("file", appended).changes
    assert (root / "file").read_bytes() == b"old\nours\n"


# the lock, and what killed commands leave


def test_the_lock_is_waited_for_and_not_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_files, "_POLL_SECONDS", 0)
    held = os.open(root, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)

    with pytest.raises(LockError, match="another command is editing"):
        PeopleFiles(str(root)).edit("file", appended)
    os.close(held)
    PeopleFiles(str(root)).edit("file", appended)

    assert (root / "file").read_bytes() == b"old\nours\n"


def test_a_folder_that_cannot_be_locked_is_edited_all_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    (root / LEFTOVER).touch()
    PeopleFiles(str(root)).edit("file", appended)

    assert (root / "file").read_bytes() == b"old\nours\n"
    assert (root / LEFTOVER).exists(), "without the lock it may be in use"


def test_leftovers_go_and_files_that_look_alike_stay(root: Path) -> None:
    alike = [
        ".astrograph-fold.yaml",
        ".astrograph-4711.fold.yaml",
        ".astrograph-me-0123456789ab.fold.yaml",
        ".astrograph-4711-0123456789AB.fold.yaml",
        ".astrograph-4711-0123456789ab",
        f"x{LEFTOVER}",
    ]
    for name in (*alike, LEFTOVER):
        (root / name).touch()
    (root / ".astrograph-1-0123456789ab.folder").mkdir()
    (root / ".astrograph-1-0123456789ab.link").symlink_to("file")

    PeopleFiles(str(root)).edit("file", appended)

    assert names(root) == sorted(
        [*alike, "file", ".astrograph-1-0123456789ab.folder", ".astrograph-1-0123456789ab.link"]
    )


def test_leftovers_stay_while_a_command_is_at_work_there(root: Path) -> None:
    (root / LEFTOVER).touch()
    held = os.open(root, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)

    clear_leftovers(str(root))
    assert (root / LEFTOVER).exists()
    os.close(held)
    clear_leftovers(str(root))

    assert names(root) == ["file"]

"""The one reader: regular files of at most a given size, and nothing else, whatever a link leads to."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from astrograph.engine.reading import read_file
from astrograph.model.digests import fingerprint
from astrograph.store import files
from astrograph.store.files import digest_file, read
from astrograph.store.trees import remove_tree

READERS = pytest.mark.parametrize("reader", [read, digest_file], ids=["read", "digest"])


@READERS
def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_refused(tmp_path: Path, reader: Callable) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10)

    assert read(str(path), 10) == b"x" * 10
    assert digest_file(str(path), 10) == fingerprint(b"x" * 10)
    with pytest.raises(OSError, match="larger than 9 bytes"):
        reader(str(path), 9)


@READERS
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/full", "fifo", "folder", "sparse"])
def test_a_link_to_anything_else_is_refused_before_a_byte_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable, target: str
) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    with open(tmp_path / "sparse", "wb") as stream:
        stream.truncate(3 << 30)
    (tmp_path / "link").symlink_to(tmp_path / target)
    monkeypatch.setattr(files.os, "read", lambda *_: pytest.fail("something was read"))
    open_before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    with pytest.raises(OSError, match=r"not a regular file|larger than 1 MiB"):
        reader(str(tmp_path / "link"), 1 << 20)

    assert not open_before or len(os.listdir("/proc/self/fd")) == open_before


@READERS
def test_a_file_that_grows_while_it_is_read_is_read_no_further_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Callable
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (2 << 20))
    given = 0
    real = os.read

    def growing(descriptor: int, size: int) -> bytes:
        nonlocal given
        with open(path, "ab") as stream:
            stream.write(b"y" * (1 << 20))
        data = real(descriptor, size)
        given += len(data)
        return data

    monkeypatch.setattr(files.os, "read", growing)
    with pytest.raises(OSError, match="larger than 4 MiB"):
        reader(str(path), 4 << 20)

    assert given <= (5 << 20)


def test_a_source_file_that_is_too_large_is_told_by_its_size_alone(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_bytes(b"x" * 11)

    item = read_file(str(tmp_path), "big.py", 10)

    assert (item.data, item.reason, item.too_large, item.stat is not None) == (None, "", 11, True)


def test_a_tree_deeper_than_any_path_is_removed_and_what_links_lead_to_stays(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_bytes(b"")
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(2_500):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.symlink(kept, "link", dir_fd=here)
    os.close(here)

    remove_tree(str(top))

    assert not top.exists()
    assert (kept / "file").exists()
    (tmp_path / "link").symlink_to(kept)
    with pytest.raises(OSError, match="link"):
        remove_tree(str(tmp_path / "link"))

"""A build folder knows whether it was made where it is."""

import shutil
from pathlib import Path

from astrograph.store.clone import MARKER, clone_identity


def test_a_folder_without_a_marker_has_no_identity(tmp_path: Path) -> None:
    assert clone_identity(str(tmp_path)) is None


def test_an_identity_stays_the_same(tmp_path: Path) -> None:
    made = clone_identity(str(tmp_path), create=True)
    assert made is not None
    assert clone_identity(str(tmp_path), create=True) == clone_identity(str(tmp_path)) == made


def test_a_moved_folder_keeps_its_identity(tmp_path: Path) -> None:
    made = clone_identity(str(tmp_path / "old"), create=True)
    (tmp_path / "old").rename(tmp_path / "new")
    assert clone_identity(str(tmp_path / "new")) == made


def test_a_copy_has_another_identity_even_with_every_time_stamp_kept(tmp_path: Path) -> None:
    made = clone_identity(str(tmp_path / "one"), create=True)
    shutil.copytree(tmp_path / "one", tmp_path / "two")  # keeps times
    assert clone_identity(str(tmp_path / "two")) not in {None, made}


def test_a_link_is_no_marker(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / MARKER).symlink_to("file")
    assert clone_identity(str(tmp_path), create=True) is None

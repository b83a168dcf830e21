"""The endurance benchmark sees what it looks for: each kind of violation is planted, and must be told."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from benchmarks.endurance_trial import Trial

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="endurance is measured on Linux")


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Trial"]:
    """Three generated packages, built with all gates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
        from benchmarks.endurance_trial import Trial

        trial = Trial.make(str(tmp_path_factory.mktemp("trial") / "ws"), packages=3, seed=1, words=("validate",))
        assert trial.run().complaints(trial.reference().exit) == []
        yield trial


@pytest.fixture
def manifest(trial: "Trial") -> Iterator[Path]:
    """A manifest to spoil; put right again afterwards."""
    path = next(iter(sorted(Path(trial.root, "build/manifests").rglob("module.manifest.json"))))
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


def test_a_good_build_has_nothing_to_complain_of(trial: "Trial") -> None:
    assert trial.complaints() == []
    assert trial.torn(trial.reference(), killed=False) == []
    assert sorted(trial.recorded().traces) == sorted(trial.reference().traces)
    assert len(trial.recorded().rows) == 3


def test_a_torn_manifest_is_seen(trial: "Trial", manifest: Path) -> None:
    os.truncate(manifest, 40)

    path = manifest.relative_to(f"{trial.root}/build")
    assert trial.torn(trial.reference(), killed=True) == [f"torn {path}, 40 bytes"]
    assert trial.complaints() == [f"other bytes in {path}"]


def test_missing_and_foreign_files_are_seen(trial: "Trial", manifest: Path) -> None:
    manifest.unlink()
    stray = Path(trial.root, "build/.astrograph/stray")
    stray.touch()

    path = manifest.relative_to(f"{trial.root}/build")
    assert trial.complaints() == [f"missing {path}", "leftover stray beside the state"]
    stray.unlink()


def test_a_half_file_is_forgiven_only_after_a_kill(trial: "Trial", manifest: Path) -> None:
    half = manifest.with_name(".astrograph-1.module.manifest.json")
    half.write_bytes(b"{")

    path = half.relative_to(f"{trial.root}/build")
    assert trial.torn(trial.reference(), killed=True) == []
    assert trial.torn(trial.reference(), killed=False) == [f"leftover {path}"]
    assert trial.complaints() == [f"left over {path}"]
    half.unlink()


def test_a_traceback_and_a_wrong_exit_code_are_seen(trial: "Trial") -> None:
    from benchmarks.endurance_process import Ended

    assert Ended(0, "", "").complaints(0, 1) == []
    assert Ended(2, "", "no\n").complaints(0, 1) == ["exit 2, not 0 or 1: no"]
    assert Ended(0, "", "Traceback\nKeyError: 1\n").complaints(0) == ["said 'Traceback': Traceback / KeyError: 1"]


def test_a_process_that_is_left_behind_is_seen_and_ended(trial: "Trial") -> None:
    Path(trial.root, "dodo.py").rename(Path(trial.root, "dodo.kept"))
    Path(trial.root, "dodo.py").write_text("import subprocess\nsubprocess.Popen(['sleep', '60'])\n")
    try:
        running = trial.start()
        running.wait()
        assert [text.split()[-3:] for text in running.left(grace=0.2)] == [["was", "left", "behind"]]
        assert running.left(grace=0.2) == []
    finally:
        Path(trial.root, "dodo.kept").rename(Path(trial.root, "dodo.py"))

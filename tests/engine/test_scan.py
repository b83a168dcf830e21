"""A scan shared out among processes finds what one process finds, whatever becomes of the others."""

import errno
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from support import Workspace

from astrograph.engine import scan
from astrograph.engine.session import open_workspace
from astrograph.inventory.walk import Walk
from astrograph.model.inventory import Inventory, Package
from astrograph.store.layout import Layout

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")


STRATA = ["bio", "core", "dream", "memory", "vision"]


@pytest.fixture
def broad(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Packages at several depths, a rejected and an excluded one in each stratum, and a stratum is worth a fork."""
    for stratum in STRATA:
        for part in ("one", "two/deep", "three"):
            built.package(f"{stratum}/{part}", "KEY = 1\n", test_it="")
        built.package(f"{stratum}/Upper", "")
        built.package(f"{stratum}/quarantine/old", "")
    monkeypatch.setattr(scan, "FORK_FROM_FOLDERS", 0)
    monkeypatch.setattr(scan, "_FOLDERS_PER_ROOT", len(STRATA))
    return built


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders this process walks; it keeps its first part on the desk until another process has ended."""
    here, parent, below = [], os.getpid(), Walk.below

    def last(walk: Walk, folders: list[str]) -> list[Package]:
        if os.getpid() == parent:
            here.extend(folders)
            with suppress(ChildProcessError):  # there are no others
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        return below(walk, folders)

    monkeypatch.setattr(Walk, "below", last)
    return here


def found(ws: Workspace, workers: int) -> tuple[Inventory, scan.Outputs]:
    workspace = open_workspace(str(ws.root))
    return scan.Scan(workspace, Layout(workspace), workers=workers, expected=0).finish()


def test_any_number_of_processes_finds_the_same(broad: Workspace, walked: list[str]) -> None:
    inventory, outputs = found(broad, 1)

    assert len(inventory.packages) == 3 * len(STRATA) + 3
    assert [item.path for item in inventory.rejected] == [f"src/{stratum}/Upper" for stratum in STRATA]
    assert [item.path for item in inventory.excluded] == [f"src/{stratum}/quarantine" for stratum in STRATA]
    assert [module for module in sorted(outputs) if outputs[module]] == ["core/types", "memory/fold", "memory/recall"]
    for workers in (2, 3, 9):
        walked.clear()
        assert found(broad, workers) == (inventory, outputs)
        assert len(walked) <= 1, "the others did the rest"


@pytest.mark.parametrize(("folders", "packages"), [(10**6, 0), (0, 1), (10**6, 1)])
def test_a_small_tree_is_walked_by_one_process(
    broad: Workspace, walked: list[str], monkeypatch: pytest.MonkeyPatch, folders: int, packages: int
) -> None:
    expected = found(broad, 1)
    monkeypatch.setattr(scan, "FORK_FROM_FOLDERS", folders)
    monkeypatch.setattr(scan, "FORK_FROM_PACKAGES", 10**6)
    forks: list[int] = []
    monkeypatch.setattr(os, "fork", lambda: forks.append(1) or 1 // 0)

    workspace = open_workspace(str(broad.root))
    assert scan.Scan(workspace, Layout(workspace), workers=2, expected=packages).finish() == expected
    assert forks == []


@pytest.mark.parametrize("end", [lambda: os._exit(9), lambda: 1 // 0])
def test_what_a_process_that_died_should_have_walked_is_walked_here(
    broad: Workspace, walked: list[str], monkeypatch: pytest.MonkeyPatch, end: Callable[[], object]
) -> None:
    expected = found(broad, 1)
    parent, below = os.getpid(), Walk.below

    def dying(walk: Walk, folders: list[str]) -> list[Package]:
        if os.getpid() != parent:
            end()
        return below(walk, folders)

    monkeypatch.setattr(Walk, "below", dying)
    walked.clear()

    assert found(broad, 3) == expected
    assert sorted(walked) == STRATA


@pytest.mark.parametrize(
    ("call", "number"), [("fork", errno.EAGAIN), ("pipe", errno.EMFILE)], ids=["no process", "no pipe"]
)
def test_what_no_process_is_to_be_had_for_is_walked_here(
    broad: Workspace, walked: list[str], monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    expected = found(broad, 1)
    walked.clear()

    def refuse() -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)

    assert found(broad, 3) == expected
    assert sorted(walked) == STRATA


def test_a_scan_that_fails_half_way_leaves_no_process_and_no_pipe(
    broad: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, before = os.getpid(), sorted(os.listdir("/proc/self/fd"))

    def failing(walk: Walk, folders: list[str]) -> list[Package]:
        if os.getpid() == parent:
            raise KeyboardInterrupt
        time.sleep(60)
        return []

    monkeypatch.setattr(Walk, "below", failing)
    monkeypatch.setattr(scan, "_MOST_PARTS", 3 * len(STRATA))

    with pytest.raises(KeyboardInterrupt):
        found(broad, 3)

    assert sorted(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)

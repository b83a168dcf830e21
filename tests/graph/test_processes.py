"""Several processes: one run at a time, any number of workers, and an end on every signal (SPEC section 8)."""

import os
import signal
import sys

import pytest
from support import Workspace
from support.runs import children_of, held, is_alive, started, until

PACKAGES, FILES = 4, 120
LAST = f"manifest:big/p{PACKAGES - 1}"

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def big(ws: Workspace) -> Workspace:
    """Enough files for worker processes to pay: 4 packages of 121 files."""
    for number in range(PACKAGES):
        files = {f"file{index}": f"import lib{index}\n\ndef made{index}():\n    pass\n" for index in range(FILES)}
        ws.package(f"big/p{number}", "import os\n", **files)
    return ws


# guarantee 7


def test_the_second_run_fails_at_once_and_names_the_holder(family: Workspace) -> None:
    with held(family.root, [], at="manifest:memory/recall") as process:
        for words in ([], ["validate"], ["clean"], ["forget"], ["pin", "--reason", "now"]):
            second = family.doit(*words)

            assert (second.returncode, second.stdout) == (3, "")
            assert "another run holds this workspace" in second.stderr
            assert f"pid {process.pid}" in second.stderr
            assert "--wait" in second.stderr
        family.path("hold").unlink()
        out, err = process.communicate()

    assert (process.returncode, err) == (0, "")
    assert out.startswith("3 built")


def test_a_run_that_waits_begins_when_the_first_has_ended(family: Workspace) -> None:
    with (
        held(family.root, [], at="manifest:memory/recall") as process,
        started(family.root, ["--wait"]) as second,
    ):
        assert second.stderr is not None
        told = second.stderr.readline()
        family.path("hold").unlink()
        assert process.wait() == 0
        out, _ = second.communicate()

    assert told.startswith(f"waiting for pid {process.pid} on ")
    assert (second.returncode, out.split(" in ")[0]) == (0, "0 built, 3 unchanged, 0 failed")


def test_reading_needs_no_lock(family: Workspace) -> None:
    with held(family.root, [], at="manifest:memory/recall"):
        shown = family.doit("info", "--json", "memory/fold")
        listed = family.doit("list", "--all")

    assert (shown.returncode, shown.stderr, listed.returncode) == (0, "", 0)


# guarantee 12


def test_any_number_of_workers_gives_the_same_bytes(big: Workspace) -> None:
    snapshots, parsed = [], []
    for words in (["-n", "1"], ["-n", "4"], [], ["-n", "2"]):
        run = big.run("validate", *words)
        assert run.exit == 0
        snapshots.append(big.snapshot())
        parsed.append(run.parsed)
        big.delete("build")

    assert snapshots[1:] == snapshots[:-1]
    assert parsed == [PACKAGES * (FILES + 1)] * 4


@linux_only
def test_a_worker_that_is_killed_costs_time_and_nothing_else(big: Workspace) -> None:
    with held(big.root, ["-n", "2"], at=LAST) as process:
        workers = children_of(process.pid)
        os.kill(workers[0], signal.SIGKILL)
        big.path("hold").unlink()
        out, err = process.communicate()

    assert len(workers) == 2
    assert (process.returncode, err) == (0, "")
    assert out.startswith(f"{PACKAGES} built, 0 unchanged, 0 failed")


# guarantee 15


@linux_only
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        pytest.param(signal.SIGINT, 130, "interrupted", id="SIGINT"),
        pytest.param(signal.SIGTERM, 143, "terminated", id="SIGTERM"),
    ],
)
def test_a_signal_ends_the_run_cleanly(big: Workspace, number: signal.Signals, code: int, word: str) -> None:
    with held(big.root, ["-n", "2"], at=LAST) as process:
        workers = children_of(process.pid)
        process.send_signal(number)
        _, err = process.communicate()

    assert (process.returncode, err) == (code, f"{word}: what was done is kept, run again to go on\n")
    assert len(workers) == 2
    assert [worker for worker in workers if is_alive(worker)] == []
    assert list(big.path("build").rglob(".astrograph-*")) == []
    known = set(big.known_modules())
    last = LAST.removeprefix("manifest:")
    assert known | {last} == {f"big/p{number}" for number in range(PACKAGES)}
    # A worker may have made it ahead of need.
    assert big.run().ran("manifest") == ([] if last in known else [last])


@linux_only
def test_kill_9_leaves_no_orphan_workers(big: Workspace) -> None:
    with held(big.root, ["-n", "2"], at=LAST) as process:
        workers = children_of(process.pid)
        process.kill()
        process.communicate()

    assert len(workers) == 2
    until(lambda: not any(map(is_alive, workers)))


def test_a_signal_during_validate_is_told_by_its_exit_code_too(family: Workspace) -> None:
    with held(family.root, ["validate"], at="gate:schema") as process:
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate()

    assert (process.returncode, out) == (143, "")
    assert family.run("validate").exit == 0

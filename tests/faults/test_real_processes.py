"""Real processes: killed at seeded moments, started in pairs, workers that die amid a word (SPEC section 8)."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from injected import leftovers
from support import Workspace
from support.runs import environ, is_alive, started, until

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="worker processes are used on Linux only")


@pytest.mark.skipif(os.name != "posix", reason="there is no kill -9")
@pytest.mark.parametrize("seed", range(5))
def test_kill_9_at_any_moment_is_mended_by_the_next_run(
    stale: Workspace, expected: dict[str, bytes], seed: int
) -> None:
    with started(stale.root, ["validate"]) as process:
        time.sleep(random.Random(seed).uniform(0.1, 0.5))
        os.killpg(process.pid, signal.SIGKILL)
        said = "".join(process.communicate())

    assert "Traceback" not in said
    assert stale.run("validate").exit == 0
    assert stale.snapshot() == expected
    assert leftovers(stale) == []


@pytest.mark.parametrize("turn", range(3))
def test_of_two_runs_started_together_one_gives_the_result_and_one_names_it(
    stale: Workspace, expected: dict[str, bytes], turn: int
) -> None:
    with started(stale.root, ["validate"]) as first, started(stale.root, ["validate"]) as second:
        told = {process: process.communicate()[1] for process in (first, second)}

    winners = [process for process in told if process.returncode == 0]
    losers = [process for process in told if process.returncode == 3]
    assert len(winners) + len(losers) == 2, told
    assert winners != []
    for loser in losers:
        assert f"pid {winners[0].pid} on " in told[loser]
    assert stale.snapshot() == expected
    assert stale.run("validate").tasks == (), f"turn {turn} left something to do"


def test_of_two_runs_that_wait_both_end_well(stale: Workspace, expected: dict[str, bytes]) -> None:
    with started(stale.root, ["validate", "--wait"]) as first, started(stale.root, ["validate", "--wait"]) as second:
        first.communicate()
        second.communicate()

    assert (first.returncode, second.returncode) == (0, 0)
    assert stale.snapshot() == expected


@pytest.fixture
def many_files(stale: Workspace) -> Workspace:
    """Enough files for worker processes to pay, and nothing built."""
    for number in range(4):
        files = {f"file{index}": f"import lib{index}\n" for index in range(120)}
        stale.package(f"big/p{number}", "import os\n", **files)
    stale.delete("build")
    return stale


DYING_WORKERS = """\
import os, signal
from astrograph.store import files
from astrograph.store.faults import Point

parent, reach = os.getpid(), files.reach

def die_in_workers(point):
    if point is Point.WRITTEN and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    reach(point)

files.reach = die_in_workers
"""


@linux_only
def test_workers_killed_amid_a_file_leave_a_good_result_and_no_half_file(many_files: Workspace) -> None:
    clean = many_files.twin(Path(f"{many_files.root}-clean"))
    assert clean.run("validate", "-n", "1").exit == 0
    many_files.write("dodo.py", DYING_WORKERS)

    done = many_files.doit("validate", "-n", "2")

    assert done.returncode == 0, done.stderr
    assert leftovers(many_files) == []
    assert many_files.snapshot() == clean.snapshot()


ALL_KILLED = """\
from types import SimpleNamespace as Thing
from astrograph.engine.workers import AheadOfNeed

class Producer:
    def produce(self, job):
        return job.package.id

names = [f"m{number}" for number in range(8)]
make_job = lambda module: Thing(package=Thing(id=module, files=("x.py",) * 100))
ahead = AheadOfNeed(Producer(), names, make_job, keep=len, meanwhile=int, workers=2, files=1000)
for worker in list(ahead.workers):
    worker.results.poll(None)
    worker.process.kill()
    worker.process.join()
assert [ahead.take(name) for name in names] == ["m0", "m1"] + [None] * 6
assert ahead.lost_a_worker
ahead.close()
"""


@linux_only
def test_workers_killed_before_they_are_given_more_leave_the_rest_to_their_parent(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALL_KILLED], env=environ(), capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


MANY = """\
from types import SimpleNamespace as Thing
from astrograph.engine.session import Session
from astrograph.engine.workers import CHUNK_FILES, AheadOfNeed

class Producer:
    def produce(self, job):
        return job.package.id

make_job = lambda module: Thing(package=Thing(id=module, files=("x.py",)))
files = 5 * CHUNK_FILES + 1
ahead = AheadOfNeed(Producer(), [], make_job, keep=len, meanwhile=int, workers=100_000, files=files)
assert len(ahead.workers) == 6, len(ahead.workers)
ahead.close()
"""


@linux_only
def test_there_are_never_more_workers_than_units_of_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY], env=environ(), capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


FEW = """\
import errno, os
from types import SimpleNamespace as Thing
from astrograph.engine.workers import AheadOfNeed

class Producer:
    def produce(self, job):
        return job.package.id

call, granted = os.{call}, {granted}

def scarce(*words):
    global granted
    if granted == 0:
        raise OSError(errno.EAGAIN, "refused")
    granted -= 1
    return call(*words)

os.{call} = scarce
names = [f"m{{number}}" for number in range(8)]
make_job = lambda module: Thing(package=Thing(id=module, files=("x.py",) * 100))
ahead = AheadOfNeed(Producer(), names, make_job, keep=len, meanwhile=int, workers=3, files=1000)
assert len(ahead.workers) == {workers}, ahead.workers
assert [ahead.take(name) for name in names] == (names if ahead.workers else [None] * 8)
assert not ahead.lost_a_worker
ahead.close()
"""


@linux_only
@pytest.mark.parametrize(
    ("call", "granted", "workers"),
    [
        pytest.param("fork", 1, 1, id="one process"),
        pytest.param("fork", 0, 0, id="no process"),
        pytest.param("pipe", 7, 1, id="pipes for one"),
        pytest.param("pipe", 1, 0, id="pipes for none"),
        pytest.param("dup", 40, 2, id="descriptors for two"),
    ],
)
def test_the_work_is_done_by_as_many_workers_as_there_can_be(
    tmp_path: Path, call: str, granted: int, workers: int
) -> None:
    script = FEW.format(call=call, granted=granted, workers=workers)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ(), capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


STOPPED = """\
import os, signal, time
from types import SimpleNamespace as Thing
from astrograph.engine import workers
from astrograph.engine.workers import AheadOfNeed

class Producer:
    def produce(self, job):
        if job.package.id == "m0":
            open({flag!r}, "w").write(str(os.getpid()))
            {then}
        return job.package.id

workers.PATIENCE = 0.1
make_job = lambda module: Thing(package=Thing(id=module, files=("x.py",) * 100))
ahead = AheadOfNeed(Producer(), ["m0", "m1"], make_job, keep=len, meanwhile=int, workers=2, files=1000)
while not (os.path.exists({flag!r}) and os.path.getsize({flag!r})):
    time.sleep(0.01)
ahead.close()
"""


@linux_only
@pytest.mark.parametrize("then", ["os.kill(os.getpid(), signal.SIGSTOP)", "time.sleep(60)"], ids=["stopped", "stuck"])
def test_a_worker_that_does_not_heed_is_killed_in_the_end(tmp_path: Path, then: str) -> None:
    flag = str(tmp_path / "flag")
    script = STOPPED.format(flag=flag, then=then)

    with subprocess.Popen(
        [sys.executable, "-c", script], env=environ(), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            _, told = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    assert (process.returncode, told) == (0, "")
    assert not is_alive(int(Path(flag).read_text()))


AMID_A_WORD = """\
import os, signal, sys, time
from types import SimpleNamespace as Thing
from astrograph.engine.workers import AheadOfNeed

class Producer:
    def produce(self, job):
        if job.package.id == "bad":
            frame = sys._getframe()
            while "results" not in frame.f_locals:
                frame = frame.f_back
            os.write(frame.f_locals["results"].fileno(), (1000).to_bytes(4, "big") + b"half of it")
            open({flag!r}, "w").write(str(os.getpid()))
            {then}
        return job.package.id

make_job = lambda module: Thing(package=Thing(id=module, files=("x.py",) * 100))
ahead = AheadOfNeed(Producer(), ["bad", "good", "more"], make_job, keep=len, meanwhile=int, workers=2, files=1000)
while not os.path.exists({flag!r}):
    time.sleep(0.01)
{main}
ahead.close()
"""


@linux_only
@pytest.mark.parametrize(
    ("then", "main"),
    [
        pytest.param(
            "os.kill(os.getpid(), signal.SIGKILL)",
            'assert [ahead.take(name) for name in ("bad", "good", "more")] == [None, "good", "more"]',
            id="killed",
        ),
        pytest.param(
            "signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM}); time.sleep(60)",
            "",
            id="ended by its parent",
        ),
    ],
)
def test_a_worker_that_ends_amid_its_answer_does_not_hold_the_run_up(tmp_path: Path, then: str, main: str) -> None:
    flag = str(tmp_path / "flag")
    script = AMID_A_WORD.replace("{flag!r}", repr(flag)).replace("{then}", then).replace("{main}", main)

    with subprocess.Popen(
        [sys.executable, "-c", script], env=environ(), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            _, told = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    assert (process.returncode, told) == (0, "")
    worker = int(Path(flag).read_text())
    until(lambda: not is_alive(worker))


SLOW_TO_CLOSE = """\
import time
from astrograph.doit_plugin.loader import GraphLoader

close = GraphLoader.close

def slow(loader):
    open("closing", "w").close()
    time.sleep(0.5)
    close(loader)

GraphLoader.close = slow
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_everything_is_given_back_changes_nothing(stale: Workspace, number: signal.Signals) -> None:
    stale.write("dodo.py", SLOW_TO_CLOSE)
    with started(stale.root, ["validate"]) as process:
        until(lambda: stale.path("closing").exists() or process.poll() is not None)
        process.send_signal(number)
        _, told = process.communicate()

    assert process.returncode == 0, told
    assert "Traceback" not in told


NAMELESS = """\
import fcntl, json, os, sys, time

descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(descriptor, fcntl.LOCK_EX)
os.ftruncate(descriptor, 0)
print("held", flush=True)
time.sleep(0.1)
holder = {"pid": os.getpid(), "host": "here", "command": "doit", "since": "now"}
os.write(descriptor, json.dumps(holder).encode())
sys.stdin.read()
"""


@pytest.mark.skipif(os.name != "posix", reason="the holder uses flock")
def test_a_holder_that_has_not_written_its_name_yet_is_named_all_the_same(stale: Workspace) -> None:
    lock = stale.path("build/.astrograph/lock")
    with subprocess.Popen(
        [sys.executable, "-c", NAMELESS, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        run = stale.run("validate")

        holder.kill()
    assert (run.exit, f"pid {holder.pid} on here" in run.err) == (3, True)

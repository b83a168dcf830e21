"""A forked child hands over all it made or nothing, and nothing of its parent runs in it."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from support.runs import environ, is_alive, until

from astrograph.engine.forked_child import ForkedChild

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")


def test_what_the_work_gives_arrives_from_another_process() -> None:
    child = ForkedChild(lambda: (os.getpid(), ["core/types", None], {"core": ("digest", [1])}))

    process, *rest = child.join() or ()

    assert process not in {0, os.getpid()}
    assert rest == [["core/types", None], {"core": ("digest", [1])}]


def test_more_than_a_pipe_holds_arrives_from_several_at_once() -> None:
    children = [ForkedChild(lambda count=count: [b"x" * 1000] * count) for count in (1_000, 2_000, 3_000)]

    assert [len(child.join() or ()) for child in children] == [1_000, 2_000, 3_000]


def test_nothing_made_is_not_the_same_as_nothing_handed_over() -> None:
    assert ForkedChild(dict).join() == {}


def raises() -> object:
    raise RuntimeError("on the way")


def exits() -> object:
    sys.exit(0)


def is_killed() -> object:
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def gives_what_cannot_be_packed() -> object:
    return object()


@pytest.mark.parametrize("work", [raises, exits, is_killed, gives_what_cannot_be_packed])
def test_a_child_that_fails_or_dies_hands_over_nothing_and_says_nothing(
    work: Callable[[], object], capfd: pytest.CaptureFixture[str]
) -> None:
    child = ForkedChild(work)

    assert child.join() is None
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_the_parent_has_yet_to_say_or_do_happens_once(capfd: pytest.CaptureFixture[str]) -> None:
    with os.fdopen(os.dup(1), "w") as stream:
        try:
            stream.write("said once\n")
            assert ForkedChild(raises).join() is None
        finally:
            stream.write("done once\n")

    assert capfd.readouterr().out == "said once\ndone once\n"


def open_files() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))


@pytest.fixture
def asleep() -> Iterator[ForkedChild[None]]:
    child = ForkedChild(lambda: time.sleep(60))
    yield child
    child.end()


def process_of(child: ForkedChild[None]) -> int:
    assert child._process is not None
    return child._process[0]


@pytest.mark.parametrize("stopped", [False, True])
def test_a_child_is_ended_whatever_it_is_at_and_leaves_nothing_behind(stopped: bool) -> None:
    before = open_files()
    child = ForkedChild(lambda: time.sleep(60))
    if stopped:
        os.kill(process_of(child), signal.SIGSTOP)

    child.end()
    child.end()

    assert open_files() == before
    assert child.join() is None
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_child_that_was_joined_is_not_ended_again(monkeypatch: pytest.MonkeyPatch) -> None:
    child = ForkedChild(lambda: "made")
    killed: list[int] = []

    assert child.join() == "made"
    monkeypatch.setattr(os, "kill", lambda pid, _: killed.append(pid))
    child.end()

    assert killed == []


def test_a_child_whose_parent_was_interrupted_while_it_waited_is_ended(asleep: ForkedChild[None]) -> None:
    process = process_of(asleep)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            asleep.join()
    finally:
        signal.signal(signal.SIGALRM, before)

    asleep.end()

    assert not is_alive(process)


def refused(number: int) -> Callable[..., int]:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize(
    ("call", "number"),
    [("fork", errno.EAGAIN), ("fork", errno.ENOMEM), ("pipe", errno.EMFILE), ("dup", errno.EMFILE)],
)
def test_a_child_that_is_not_to_be_had_hands_over_nothing_and_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    before = open_files()
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refused(number))
        child = ForkedChild(lambda: "never")

    assert child.join() is None
    child.end()
    assert open_files() == before


def test_a_child_that_nobody_is_told_of_hands_over_nothing() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert ForkedChild(lambda: "made").join() is None
        ForkedChild(lambda: time.sleep(60)).end()
    finally:
        signal.signal(signal.SIGCHLD, before)


ORPHAN = """\
import os, sys, time
from astrograph.engine.forked_child import ForkedChild

if {without_ctypes}:
    sys.modules["ctypes"] = None

def work():
    print(os.getpid(), flush=True)
    time.sleep({seconds})
    return "made"

assert ForkedChild(work).join() == "made"
"""


@pytest.mark.parametrize("stopped", [False, True])
def test_a_child_dies_with_its_parent(stopped: bool) -> None:
    script = ORPHAN.format(seconds=60, without_ctypes=False)
    with subprocess.Popen([sys.executable, "-c", script], env=environ(), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        if stopped:
            os.kill(process, signal.SIGSTOP)
        parent.kill()
        parent.wait()
        try:
            until(lambda: not is_alive(process))
        finally:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def test_a_python_without_ctypes_has_children_all_the_same() -> None:
    script = ORPHAN.format(seconds=0, without_ctypes=True)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ(), capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")

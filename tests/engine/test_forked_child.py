"""A forked child hands over all it made or nothing, and nothing of its parent runs in it."""

import os
import signal
import sys
from collections.abc import Callable

import pytest

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
        os.waitpid(child._pid, os.WNOHANG)


def test_what_the_parent_has_yet_to_say_or_do_happens_once(capfd: pytest.CaptureFixture[str]) -> None:
    with os.fdopen(os.dup(1), "w") as stream:
        try:
            stream.write("said once\n")
            assert ForkedChild(raises).join() is None
        finally:
            stream.write("done once\n")

    assert capfd.readouterr().out == "said once\ndone once\n"

"""The process that works the import graph out ahead of need: it is ended when nobody wants what it makes any more."""

import os
import sys
import time
from collections.abc import Iterator

import pytest
from support import Workspace
from support.runs import children_of

from astrograph.engine.auditing import graph
from astrograph.engine.session import Session
from astrograph.model.digests import NOTHING
from astrograph.model.ids import ModuleId

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")

ARTIFACT = "build/audit/dependency_graph.json"


def temporary_files() -> int:
    places = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return sum(os.readlink(place).endswith(" (deleted)") for place in places if os.path.islink(place))


@pytest.fixture
def session(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session that has to make the graph, by a process that takes a minute."""
    parent, made = os.getpid(), graph.dependencies_of

    def slow(*words: object) -> object:
        if os.getpid() != parent:
            time.sleep(60)
        return made(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(graph, "dependencies_of", slow)
    monkeypatch.setattr(graph, "AHEAD_FROM_MODULES", 0)
    built.path(ARTIFACT).unlink()
    with Session.open(str(built.root), workers=2) as session:
        session.lock()
        _ = session.survey
        yield session


def test_closing_a_session_ends_the_process_before_the_lock_is_given_back(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = temporary_files()
    session.audits.begin()
    begun = children_of(os.getpid())
    left: list[list[int]] = []
    lock = session._lock
    assert lock is not None
    release = lock.release
    monkeypatch.setattr(lock, "release", lambda: (left.append(children_of(os.getpid())), release()))

    session.close()
    session.close()

    assert (len(begun), left) == (1, [[]])
    assert temporary_files() == before


def test_a_graph_of_imports_that_have_moved_is_made_here(built: Workspace, session: Session) -> None:
    session.audits.begin()
    begun = children_of(os.getpid())
    traces = session.survey.traces
    trace = traces.get(ModuleId("memory/fold"))
    assert trace is not None
    traces.put(ModuleId("memory/fold"), trace._replace(sites=NOTHING))

    data = session.audits.graph()

    assert (len(begun), children_of(os.getpid())) == (1, [])
    assert data.startswith(b"{")
    assert b"core/types" in data


@pytest.mark.parametrize("call", ["fork", "pipe"])
def test_a_graph_that_no_process_is_to_be_had_for_is_made_here(
    session: Session, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse() -> int:
        raise OSError("refused")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        session.audits.begin()

    assert b"core/types" in session.audits.graph()

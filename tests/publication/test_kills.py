"""A publication that dies, or meets a bad disk, at each place on its way: old or new as a whole, and told (SPEC 10)."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from interrupted import KILLED, REFUSED, killed_after, with_fault
from trees import Tree, as_files, generations_at, hidden, publish, published, sealed, tree_of

from astrograph.errors import StorageError
from astrograph.model.digests import sha256
from astrograph.model.generation import GenerationKind
from astrograph.store import switch
from astrograph.store.faults import PUBLISHING, Point
from astrograph.store.generations import Generations

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the fault is met in a forked process")

EARLIER = tree_of("core", "bio", text="zero")
OLD = tree_of("core", "core/types", "memory/fold", "guardian/audit")
NEW = tree_of("core", "memory/fold", "vision/camera", "vision/depth", text="two")

TREND = b'{"number":3}\n'
APPROVAL = sha256(b"approval")
GOAL: dict[str, tuple[Tree, int]] = {"publish": (NEW, 3), "rollback": (EARLIER, 1)}
"""What is on its way: the tree, and the number it gets."""

BEFORE = frozenset({Point.SEAL, Point.SEALED, Point.TREE, Point.TREE_FILE, Point.TREE_SYNC, Point.TREE_READ_BACK})
BEFORE |= {Point.JOURNAL, Point.EXCHANGE}
"""Points after which the old tree is published; after the others the new one is."""

PASSED = sorted(PUBLISHING - {Point.PRUNE}, key=list(Point).index)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generation 2 holds the old tree and is published; generation 1 held an earlier one."""
    root = tmp_path_factory.mktemp("template") / "ws"
    publish(generations_at(root), EARLIER)
    publish(generations_at(root), OLD)
    return root


@pytest.fixture
def generations(template: Path, tmp_path: Path) -> Generations:
    shutil.copytree(template, tmp_path / "ws")
    return generations_at(tmp_path / "ws")


def act_of(generations: Generations, name: str) -> Callable[[], object]:
    """What is interrupted: a publication, or a rollback to the earlier tree."""
    if name == "publish":
        generations.log_approval(digest=APPROVAL, plan=APPROVAL, by="Ada", at="")
        return lambda: publish(generations, NEW, approval=APPROVAL, attachments={"trend.json": TREND})
    return lambda: generations.switch(1)


def mended(generations: Generations, *, act: str = "publish", switched: bool) -> None:
    """After the next command the old state or the new one stands as a whole, and says so itself."""
    goal, number = GOAL[act]
    found = Generations(generations.layout)
    found.recover()
    assert found.recover() is None, "nothing is left to mend"
    current = found.current()
    assert current is not None
    assert published(found) == as_files(goal if switched else OLD)
    assert current.number == (number if switched else 2)
    assert found.published_differences() == []
    assert hidden(found) == []
    assert [found.problems(each) for each in found.numbers()] == [[]] * len(found.numbers())
    if act == "publish":
        assert [item.generation for item in found.approvals()] == [3 if switched else None]
        trend = Path(found.layout.absolute(found.layout.trend))
        assert (trend.read_bytes() if trend.exists() else b"") == (TREND if switched else b"")
    # and it can go on
    assert publish(found, NEW) == (4 if switched and act == "publish" else 3)
    assert published(found) == as_files(NEW)


@pytest.mark.parametrize("act", ["publish", "rollback"])
@pytest.mark.parametrize("point", PASSED)
def test_a_kill_at_any_point_leaves_the_old_tree_or_the_new_one(
    generations: Generations, point: Point, act: str
) -> None:
    reached = act == "publish" or point not in {Point.SEAL, Point.SEALED, Point.SPEND, Point.SPENT}

    code = with_fault(f"{point}:kill", act_of(generations, act))

    assert code == (KILLED if reached else 0)
    switched = point not in BEFORE or not reached
    assert published(generations) == as_files(GOAL[act][0] if switched else OLD), (
        "whole at once, not only after mending"
    )
    mended(generations, act=act, switched=switched)


@pytest.mark.parametrize("kind", ["enospc", "eio"])
@pytest.mark.parametrize("act", ["publish", "rollback"])
@pytest.mark.parametrize("point", PASSED)
def test_a_disk_that_refuses_at_any_point_is_told_and_mended(
    generations: Generations, point: Point, act: str, kind: str
) -> None:
    reached = act == "publish" or point not in {Point.SEAL, Point.SEALED, Point.SPEND, Point.SPENT}

    code = with_fault(f"{point}:{kind}", act_of(generations, act))

    assert code == (REFUSED if reached else 0)
    switched = point not in BEFORE or not reached
    assert published(generations) == as_files(GOAL[act][0] if switched else OLD)
    mended(generations, act=act, switched=switched)


@pytest.mark.parametrize("kind", ["kill", "enospc"])
@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("point", [Point.WRITE, Point.SYNC, Point.RENAME, Point.RENAMED, Point.READ_BACK])
def test_any_file_on_the_way_may_be_the_one_that_fails(
    generations: Generations, point: Point, nth: int, kind: str
) -> None:
    with_fault(f"{point}:{kind}:{nth}", act_of(generations, "publish"))

    switched = published(generations) == as_files(NEW)
    assert switched or published(generations) == as_files(OLD)
    mended(generations, switched=switched)


@pytest.mark.parametrize("fault", ["write:short:1", "write:short:4", "tree-file:short:1", "tree-file:short:3"])
def test_a_short_write_is_carried_on(generations: Generations, fault: str) -> None:
    assert with_fault(fault, act_of(generations, "publish")) == 0

    mended(generations, switched=True)


@pytest.mark.parametrize("point", [Point.EXCHANGE, Point.EXCHANGED, Point.CURRENT, Point.RETIRE, Point.JOURNAL_DONE])
def test_a_kill_is_mended_as_well_where_folders_cannot_be_exchanged(
    generations: Generations, point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch, "exchange", lambda *_: False)

    assert with_fault(f"{point}:kill", act_of(generations, "publish")) == KILLED

    mended(generations, switched=point not in BEFORE)


def test_a_kill_between_the_two_renames_is_undone(generations: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "exchange", lambda *_: False)
    rename = switch.os.rename

    def once(source: str, target: str) -> None:
        rename(source, target)
        if source == generations.published:
            switch.os.kill(switch.os.getpid(), 9)

    act = act_of(generations, "publish")

    def dying() -> None:
        switch.os.rename = once
        act()

    assert with_fault("prune:kill", dying) == KILLED
    assert not Path(generations.published).exists()

    mended(generations, switched=False)


def test_the_first_publication_that_dies_leaves_nothing_behind(tmp_path: Path) -> None:
    generations = generations_at(tmp_path / "ws")

    assert with_fault("exchange:kill", lambda: publish(generations, OLD)) == KILLED

    assert generations.recover() == "an interrupted publication was undone: nothing is published yet"
    assert (generations.current(), generations.numbers(), hidden(generations)) == (None, [], [])
    assert publish(generations, OLD) == 1


def test_a_tree_that_stood_there_before_is_untouched_by_a_first_publication_that_dies(tmp_path: Path) -> None:
    generations = generations_at(tmp_path / "ws")
    for path, data in as_files(OLD).items():
        target = Path(generations.published, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def first() -> None:
        sealed(generations, OLD, kind=GenerationKind.FOUND)
        generations.switch(sealed(generations, NEW).number)

    assert with_fault("journal:kill", first) == KILLED
    generations.recover()
    assert published(generations) == as_files(OLD)
    assert generations.numbers() == [0], "what was found there stays the baseline"

    generations.switch(sealed(generations, NEW).number)
    assert published(generations) == as_files(NEW)
    generations.switch(0)
    assert published(generations) == as_files(OLD)


def test_a_switch_that_could_not_be_noted_down_says_what_to_do(
    generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    from astrograph.store import faults

    act = act_of(generations, "publish")
    monkeypatch.setattr(faults, "_armed", faults._Fault("current:enospc"))

    with pytest.raises(StorageError, match="generation 3 is in place") as caught:
        act()

    assert "doit validate" in caught.value.hint
    assert generations.recover() == "an interrupted publication was finished: generation 3 is published"


def test_a_command_that_dies_while_it_mends_is_mended_itself(generations: Generations) -> None:
    assert with_fault("exchanged:kill", act_of(generations, "publish")) == KILLED
    for point in (Point.OFFICIAL, Point.SPEND, Point.RETIRED, Point.CURRENT, Point.JOURNAL_DONE):
        assert with_fault(f"{point}:kill", generations.recover) == KILLED

    mended(generations, switched=True)


@pytest.mark.parametrize("point", [Point.EXCHANGE, Point.EXCHANGED])
def test_a_workspace_that_was_moved_meanwhile_is_mended_where_it_is(
    generations: Generations, point: Point, tmp_path: Path
) -> None:
    Path(generations.published, "core", "notes.txt").write_bytes(b"mine")
    assert with_fault(f"{point}:kill", lambda: generations.switch(1, strict=False)) == KILLED
    (tmp_path / "ws").rename(tmp_path / "moved")
    moved = generations_at(tmp_path / "moved")

    moved.recover()

    expected = EARLIER if point is Point.EXCHANGED else OLD
    notes = list((tmp_path / "moved").rglob("notes.txt"))
    assert {path: data for path, data in published(moved).items() if "notes" not in path} == as_files(expected)
    assert [path.read_bytes() for path in notes] == [b"mine"], "kept, wherever it is now"


def test_kills_at_random_moments_never_leave_a_mixture(generations: Generations) -> None:
    """The short form; `python -m benchmarks.publication` has the long one."""
    dice = random.Random(20261122)
    died = turn = 0
    while died < 20:
        turn += 1
        assert turn < 400, "the moments must lie within"
        goal = (OLD, NEW)[turn % 2]
        back = turn % 3 == 2
        act = (lambda: generations.switch(1)) if back else (lambda goal=goal: publish(generations, goal))
        died += killed_after(dice.random() * 0.02, act) == KILLED
        assert published(generations) in (as_files(EARLIER), as_files(OLD), as_files(NEW))
        generations.recover()
        current = generations.current()
        assert current is not None
        expected = dict(generations.manifests(current.number, generations.entries(current.number)))
        assert published(generations) == as_files(expected)
        assert hidden(generations) == []

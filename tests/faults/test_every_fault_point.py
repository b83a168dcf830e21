"""Every fault point, each kind of fault: a message or a death, then a run that mends everything (SPEC section 8)."""

import json
import os

import pytest
from injected import KILLED, leftovers, run_with
from support import Workspace

from astrograph.store.faults import PUBLISHING, Point

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the fault is met in a forked process")

BUILDING = [point for point in Point if point is not Point.SYNC and point not in PUBLISHING]
"""The points that a build reaches; only what a person's word depends on is synced, or published."""


def mended(ws: Workspace, expected: dict[str, bytes]) -> None:
    """The next run needs no help: it ends well, with the bytes of a clean build and nothing left over."""
    assert ws.run("validate").exit == 0
    assert ws.snapshot() == expected
    assert leftovers(ws) == []


@pytest.mark.parametrize("point", BUILDING)
def test_a_run_killed_at_any_point_is_mended_by_the_next(
    stale: Workspace, expected: dict[str, bytes], point: Point
) -> None:
    assert run_with(f"{point}:kill:1", stale, "validate").exit == KILLED
    mended(stale, expected)


@pytest.mark.parametrize("kind", ["enospc", "eio"])
@pytest.mark.parametrize("point", BUILDING)
def test_a_disk_that_refuses_at_any_point_is_told_with_a_way_out(
    stale: Workspace, expected: dict[str, bytes], point: Point, kind: str
) -> None:
    met = run_with(f"{point}:{kind}:1", stale, "validate")

    assert met.exit == 2
    assert met.said.count("error: ") == 1
    assert met.said.count("fix: ") == 1
    assert ("free some space" in met.said) is (kind == "enospc")
    assert leftovers(stale) == []
    mended(stale, expected)


@pytest.mark.parametrize("nth", [1, 2, 9])
def test_a_short_write_is_carried_on(stale: Workspace, expected: dict[str, bytes], nth: int) -> None:
    assert run_with(f"write:short:{nth}", stale, "validate").exit == 0
    assert stale.snapshot() == expected


@pytest.mark.parametrize("kind", ["kill", "enospc", "eio"])
def test_pins_are_the_old_ones_or_the_new_ones_and_leave_nothing_behind(stale: Workspace, kind: str) -> None:
    stale.rules(lambda rules: rules["weights"].update(path_regex=0.9))
    before = stale.path("rules/pins.json").read_bytes()

    met = run_with(f"sync:{kind}:1", stale, "pin", "--reason", "meant")

    assert met.exit == (KILLED if kind == "kill" else 2)
    assert stale.path("rules/pins.json").read_bytes() == before
    assert stale.run("pin", "--reason", "meant").exit == 0
    assert json.loads(stale.path("rules/pins.json").read_bytes()) != json.loads(before)
    assert leftovers(stale) == []


def test_what_a_full_disk_stopped_is_not_done_again(stale: Workspace, expected: dict[str, bytes]) -> None:
    assert run_with("state-commit:enospc:6", stale, "validate").exit == 2
    state = stale.path("build/.astrograph/state.db").stat().st_size

    run = stale.run("validate")

    assert state > 0
    assert 0 < len(run.ran("manifest")) < 6
    assert stale.snapshot() == expected

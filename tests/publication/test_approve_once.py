"""One approval, one publication, where it was given: whatever is copied, restored or edited in `build/`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable

import pytest
from planned import approved, planned, status
from support.workspace import Workspace

from astrograph.engine.planning.planning import PlanState
from astrograph.formats.generation_text import Current, encode_current
from astrograph.store.clone import MARKER

APPROVAL, LOG = "build/approval.json", "build/generations/approvals.jsonl"
ELSEWHERE = "was given in another clone, or before the last publication here"


@pytest.fixture
def ready(family: Workspace) -> Workspace:
    approved(family)
    assert status(family).state is PlanState.APPROVED
    return family


# ── where it was given ────────────────────────────────────────────────────────


def test_an_approval_names_its_generation_and_its_clone(ready: Workspace) -> None:
    first = json.loads(ready.path(APPROVAL).read_bytes())
    assert (first["generation"], first["parent"]) == (1, "")
    assert ready.run("publish", "--yes", "--by", "lead").exit == 0
    ready.author("core/types", 'owner: "@x"\n')
    second = approved(ready)
    sealed = json.loads(ready.path("build/generations/000001/generation.json").read_bytes())
    assert (second["generation"], second["parent"]) == (2, sealed["digest"])
    assert second["clone"] != first["clone"]


def test_a_copy_of_everything_carries_no_approval(ready: Workspace, tmp_path) -> None:
    copy = Workspace(shutil.copytree(ready.root, tmp_path / "copy", symlinks=True))
    found = status(copy)
    assert (found.state, ELSEWHERE in found.reason) == (PlanState.INVALID, True), found
    run = copy.run("publish", "--yes", "--by", "lead")
    assert (run.exit, ELSEWHERE in run.err) == (4, True)
    assert status(ready).state is PlanState.APPROVED


def test_a_gate_that_came_with_a_copy_is_judged_again(ready: Workspace, tmp_path) -> None:
    assert ready.run("validate").exit == 0
    assert ready.gate("canary")["verdict"] == "pass"
    copy = Workspace(shutil.copytree(ready.root, tmp_path / "copy", symlinks=True))
    assert copy.run("validate").exit == 1
    assert copy.codes("canary") == ["AG603"]


def test_a_workspace_that_is_moved_keeps_its_approval(ready: Workspace, tmp_path) -> None:
    ready.root.rename(tmp_path / "moved")
    assert status(Workspace(tmp_path / "moved")).state is PlanState.APPROVED


def test_a_marker_that_is_linked_or_made_again_is_another(ready: Workspace) -> None:
    marker = ready.path(f"build/generations/{MARKER}")
    os.link(marker, ready.path("build/kept"))
    assert ELSEWHERE in status(ready).reason
    approved(ready)
    marker.unlink()
    assert ELSEWHERE in status(ready).reason
    marker.touch()
    assert ELSEWHERE in status(ready).reason


def test_an_approval_of_an_earlier_version_is_given_again(ready: Workspace) -> None:
    document = json.loads(ready.path(APPROVAL).read_bytes()) | {"schema": "astrograph.approval/1"}
    for name in ("generation", "parent", "clone"):
        del document[name]
    ready.write(APPROVAL, json.dumps(document, indent=2, sort_keys=True) + "\n")
    run = ready.run("publish", "--yes", "--by", "lead")
    assert (run.exit, "an earlier version of Astrograph gave it" in run.err) == (4, True)
    assert "fix: run doit approve" in run.err
    assert ready.run("approve", "--by", "lead", "--yes").exit == 0
    assert status(ready).state is PlanState.APPROVED


# ── once ──────────────────────────────────────────────────────────────────────


def without_last_line(ws: Workspace) -> None:
    ws.write(LOG, b"".join(ws.path(LOG).read_bytes().splitlines(keepends=True)[:-1]))


def without_generation(ws: Workspace) -> None:
    without_last_line(ws)
    ws.delete("build/generations/000002")


def without_a_trace(ws: Workspace) -> None:
    without_generation(ws)
    current = encode_current(Current(current=1, known_good=1, last=1, placed=True))
    ws.write("build/generations/current.json", current)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda _: None, "the approval was used for generation 2"),
        (without_last_line, "the approval was used for generation 2"),
        (without_generation, "the approval is for generation 2 over "),
        (without_a_trace, ELSEWHERE),
    ],
    ids=["nothing", "the log", "the log and a pruned generation", "all that tells of it"],
)
def test_what_was_published_and_taken_back_needs_a_new_approval(
    ready: Workspace, act: Callable[[Workspace], None], reason: str
) -> None:
    assert ready.run("publish", "--yes", "--by", "lead").exit == 0
    ready.author("core/types", 'owner: "@x"\n')
    approved(ready)
    kept = ready.path(APPROVAL).read_bytes()
    assert ready.run("publish", "--yes", "--by", "lead").exit == 0
    assert ready.run("rollback", "1").exit == 0
    act(ready)
    planned(ready)
    assert ready.run("canary").exit == 0
    ready.write(APPROVAL, kept)

    run = ready.run("publish", "--yes", "--by", "lead")

    assert (run.exit, reason in run.err) == (4, True), run.err
    assert ready.run("approve", "--by", "lead", "--yes").exit == 0
    assert ready.run("publish", "--yes", "--by", "lead").exit == 0


def test_a_backup_of_the_build_folder_brings_no_approval_back(ready: Workspace, tmp_path) -> None:
    shutil.copytree(ready.path("build"), tmp_path / "backup", symlinks=True)
    marker = ready.path(f"build/generations/{MARKER}")
    assert marker.exists()
    assert ready.run("publish", "--yes", "--by", "lead").exit == 0
    assert not marker.exists()
    ready.delete("build")
    shutil.copytree(tmp_path / "backup", ready.path("build"), symlinks=True)
    assert ELSEWHERE in status(ready).reason

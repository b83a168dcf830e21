"""Files below `build/` that somebody else wrote: nothing is believed, removed or written through because of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planned import approved, planned
from support.workspace import Workspace

PLAN = "build/plan.json"


@pytest.fixture
def ready(family: Workspace) -> Workspace:
    family.author("_defaults", 'owner: "@all"\nnode: memory\n')
    approved(family)
    return family


def test_a_plan_that_hides_changes_cannot_be_approved(family: Workspace) -> None:
    planned(family)
    document = json.loads(family.path(PLAN).read_bytes())
    assert len(document["changes"]) == 3
    document["changes"] = document["changes"][:1]
    family.write(PLAN, json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")

    for words in (("canary",), ("approve", "--by", "lead", "--yes")):
        run = family.run(*words)
        assert run.exit == 4, run.out + run.err
        assert "is not what doit plan wrote" in run.err or "cannot be used" in run.err


def test_a_ledger_edited_after_the_approval_is_not_what_gets_sealed(ready: Workspace) -> None:
    path = ready.path("build/ledger/memory.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"@all"', b'"@nob"'))

    assert ready.run("publish", "--yes").exit == 0
    assert b"@nob" not in ready.path("build/generations/000001/entries.jsonl").read_bytes()


def test_a_journal_that_names_other_folders_removes_nothing(ready: Workspace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept")
    assert ready.run("publish", "--yes").exit == 0
    there = f"../{victim.name}"
    journal = {"before": None, "after": 1, "staging": there, "retired": f"{there}/r", "old": None, "new": [1, 2]}
    ready.write("build/generations/journal.json", json.dumps({**journal, "first": True}))

    run = ready.run()

    assert "names folders that are not ours" in run.out + run.err
    assert (victim / "kept").read_text() == "kept"


def test_a_link_among_retired_trees_is_not_followed(ready: Workspace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept")
    assert ready.run("publish", "--yes").exit == 0
    retired = ready.path("build/generations/.retired")
    retired.mkdir(exist_ok=True)
    (retired / "edited-1-1").symlink_to(victim)
    (retired / "edited-1-1.kept").write_text("")

    assert ready.run("validate").exit == 0
    assert (victim / "kept").read_text() == "kept"


def test_a_link_in_place_of_a_temporary_file_is_not_written_through(family: Workspace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept")
    family.run()
    family.path("build/.astrograph-plan.json").symlink_to(victim)

    assert family.run("plan").exit == 0
    assert victim.read_text() == "kept"
    assert not family.path(PLAN).is_symlink()

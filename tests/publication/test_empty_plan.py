"""A plan that changes nothing: nobody has to approve it, and it makes no generation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planned import approved, planned, status
from support import Workspace

from astrograph.engine.planning.planning import PlanState
from astrograph.store import generation_files
from astrograph.store.generation_files import read_entries

NOTHING = "nothing to publish: what is built is what is published"


@pytest.fixture
def published(family: Workspace) -> Workspace:
    """The family, owned, published as generation 1."""
    family.author("_defaults", 'owner: "@all"\n')
    approved(family)
    assert family.run("publish", "--yes").exit == 0
    return family


def numbers(ws: Workspace) -> list[str]:
    return sorted(path.name for path in ws.path("build/generations").glob("0*"))


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--canary-only",), ("--yes",)])
def test_publishing_an_empty_plan_says_so_and_makes_no_generation(published: Workspace, words: tuple[str, ...]) -> None:
    before = numbers(published)
    planned(published)
    run = published.run("publish", *words)

    assert (run.exit, run.out, numbers(published)) == (0, f"{NOTHING}\n", before)


def test_as_json_it_is_a_publication_that_did_not_happen(published: Workspace) -> None:
    assert json.loads(published.run("plan", "--json").out)["nothing_to_publish"] is True
    said = json.loads(published.run("publish", "--json").out)

    assert (said["published"], said["failing"], said["proposal"], said["switch"]) == (False, [], None, None)


def test_an_empty_plan_waits_for_nobody(published: Workspace) -> None:
    planned(published)

    assert status(published).state is PlanState.EMPTY
    assert published.run("validate").exit == 0
    assert (published.gate("canary")["verdict"], published.gate("canary")["reason"]) == ("n/a", NOTHING)
    canary = published.run("canary")
    assert (canary.exit, canary.out.endswith(f"next   {NOTHING}\n")) == (0, True)
    approval = published.run("approve", "--by", "lead", "--yes")
    assert (approval.exit, NOTHING in approval.err) == (4, True)


def test_an_empty_plan_does_not_hide_a_gate_that_fails(published: Workspace) -> None:
    planned(published)
    published.write("build/published/core/types/module.manifest.json", b"{}\n")
    run = published.run("publish", "--yes")

    assert (run.exit, "a gate fails (drift)" in run.out) == (1, True)


def test_what_moves_after_an_empty_plan_makes_it_stale(published: Workspace) -> None:
    planned(published)
    published.author("memory/fold", 'owner: "@new"\n')
    run = published.run("publish", "--yes")

    assert (run.exit, "the plan is stale: authored facts changed" in run.err) == (4, True)


def test_a_policy_that_changes_no_module_is_published_all_the_same(published: Workspace) -> None:
    published.rules(lambda rules: rules["limits"].update(max_promotions_run=700))
    published.pin()
    run = published.run("plan")
    assert "next   doit canary: no module changes; a publication records the policy they rest on now" in run.out
    assert published.run("publish", "--yes").exit == 4

    approved(published)
    assert published.run("publish", "--yes").out.startswith("published generation 2: 0 added, 0 changed, 0 removed")
    assert published.run("plan").out.endswith(f"next   {NOTHING}\n")


def test_a_plan_reads_the_baseline_once(published: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    published.author("memory/fold", 'owner: "@new"\n')
    asked: list[str] = []
    monkeypatch.setattr(
        generation_files, "read_entries", lambda folder: (asked.append(Path(folder).name), read_entries(folder))[1]
    )
    planned(published)

    assert asked.count("000001") == 1, asked

"""A tree that stands in `publish_to` and is not known here: a fresh clone where git tracks it, or generations lost."""

from __future__ import annotations

from planned import approved
from support.workspace import Workspace


def published(ws: Workspace) -> dict[str, bytes]:
    top = ws.path("build/published")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.json")}


def publish(ws: Workspace) -> None:
    approved(ws)
    run = ws.run("publish", "--yes")
    assert run.exit == 0, run.out + run.err


def test_the_next_plan_starts_from_the_tree_it_finds(family: Workspace) -> None:
    family.package("memory", "")  # sorts behind memory/fold by file name, before it by id
    publish(family)
    first = published(family)
    family.delete("build/generations")
    family.author("memory/fold", 'owner: "@fold"\n')

    run = family.run("plan")

    assert "4 modules over generation 0" in run.out
    assert "+0 added   ~1 changed   -0 removed" in run.out
    assert "the 4 manifests in build/published are generation 0" in run.err
    publish(family)
    assert published(family) != first
    assert family.run("rollback", "0").exit == 0
    assert published(family) == first


def test_a_plan_over_nothing_makes_no_generation(family: Workspace) -> None:
    assert family.run("plan").exit == 0
    assert not family.path("build/generations/current.json").exists()

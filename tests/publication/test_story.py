"""The whole way, by the commands alone: plan, look, approve, publish, change the rules, and back."""

from __future__ import annotations

import re

from support.workspace import Workspace


def told(ws: Workspace, *words: str, code: int = 0) -> str:
    """What a command says, on either stream, once it ended as it should."""
    run = ws.run(*words)
    assert run.exit == code, run.out + run.err
    return run.out + run.err


def published(ws: Workspace) -> dict[str, bytes]:
    top = ws.path("build/published")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.json")}


def staged(ws: Workspace) -> dict[str, bytes]:
    top = ws.path("build/manifests")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.json")}


def test_from_a_build_to_a_publication_and_back(family: Workspace):
    family.author("_defaults", 'owner: "@all"\nnode: memory\n')
    told(family)
    assert "there is no plan" in told(family, "publish", "--yes", code=4)
    told(family, "plan")
    assert "nobody approved the plan" in told(family, "publish", "--yes", code=4)
    assert re.search(r"fail +canary", told(family, "validate", code=4))
    told(family, "canary")
    told(family, "approve", "--by", "lead", "--yes")
    assert re.search(r"pass +canary", told(family, "validate"))
    told(family, "publish", "--yes")
    first = published(family)
    assert first == staged(family)
    assert re.search(r"n/a +canary", told(family, "validate"))

    family.rules(lambda rules: rules["confidence"].update(min_autopromote=0.95))
    assert "do not match their pins" in told(family, "publish", "--yes", code=3)
    family.pin()
    assert "the plan was published as generation 1" in told(family, "publish", "--yes", code=4)
    assert "2 × /constellation/stars" in told(family, "plan")
    void = told(family, "publish", "--yes", code=4)
    assert re.search(r"the approval of lead is for the plan [0-9a-f]{12}, this one is [0-9a-f]{12}", void)
    assert published(family) == first

    told(family, "canary")
    told(family, "approve", "--by", "lead", "--yes")
    told(family, "publish", "--yes")
    assert published(family) == staged(family) != first
    told(family, "rollback")
    assert published(family) == first
    assert "was used for generation 2" in told(family, "publish", "--yes", code=4)
    assert published(family) == first

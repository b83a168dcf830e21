"""Coverage tells two truths: which modules have a manifest, and which of them people speak for."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import Workspace

SCHEMA = Path(__file__).parents[2] / "schemas/audit/coverage.schema.json"
WHOLE = 'owner: "@team"\ntier: T3_standard\ndescription: What it is for.\n'


def notes(ws: Workspace) -> Any:
    return ws.gate("coverage")["notes"]


def test_a_module_counts_as_real_with_an_owner_a_tier_and_a_description(family: Workspace) -> None:
    family.author("memory/fold", WHOLE)
    family.author("memory/recall", WHOLE.replace("@team", "triage"))
    family.author("core/types", WHOLE.replace("tier: T3_standard\n", ""))
    family.run("validate")
    assert notes(family)["real"] == {"modules": 1, "owner": 2, "tier": 2, "description": 3}
    assert (notes(family)["covered"], notes(family)["eligible"]) == (3, 3)
    assert (notes(family)["without_tier"], notes(family)["without_description"]) == (["core/types"], [])
    assert (notes(family)["unowned"], notes(family)["placeholder_owned"]) == ([], ["memory/recall"])
    assert family.gate("coverage")["reason"] == (
        "3 of 3 covered, 1 with owner, tier and description, 1 placeholder-owned"
    )


def test_the_two_truths_are_one_number_where_they_agree(family: Workspace) -> None:
    for module in ("memory/fold", "memory/recall", "core/types"):
        family.author(module, WHOLE)
    family.run("validate")
    assert notes(family)["real"] == {"modules": 3, "owner": 3, "tier": 3, "description": 3}
    assert family.gate("coverage")["reason"] == "3 of 3 covered"


def test_an_owner_from_codeowners_is_a_real_one(family: Workspace) -> None:
    family.settings('codeowners = "CODEOWNERS"')
    family.write("CODEOWNERS", "/src/memory/ @m\n/src/core/ @triage\n")
    family.run("validate")
    assert notes(family)["real"]["owner"] == 2
    assert notes(family)["placeholder_owned"] == ["core/types"]


def test_authored_files_and_manifests_of_no_module_are_listed(family: Workspace) -> None:
    family.author("memory/gone", WHOLE)
    family.run("validate")
    assert notes(family)["orphaned"] == ["manifests_src/memory/gone.yaml"]
    assert notes(family)["orphaned_manifests"] == []


@pytest.mark.parametrize("authored", [WHOLE, ""])
def test_the_artifact_says_what_the_gate_says(family: Workspace, authored: str) -> None:
    family.author("memory/fold", authored)
    family.run("validate")
    document = json.loads(family.path("build/audit/coverage.json").read_bytes())
    jsonschema.validate(document, json.loads(SCHEMA.read_bytes()))
    assert {name: document[name] for name in ("real", "without_tier", "orphaned", "orphaned_manifests")} == {
        name: notes(family)[name] for name in ("real", "without_tier", "orphaned", "orphaned_manifests")
    }


def test_a_published_manifest_whose_module_is_gone_is_orphaned_until_the_next_publication(family: Workspace) -> None:
    for module in ("memory/fold", "memory/recall", "core/types"):
        family.author(module, WHOLE)
    publish(family)
    family.delete("src/memory/recall")
    family.delete("manifests_src/memory/recall.yaml")
    family.run("validate")
    assert notes(family)["orphaned_manifests"] == ["build/published/memory/recall/module.manifest.json"]
    publish(family)
    family.run("validate")
    assert notes(family)["orphaned_manifests"] == []


def publish(ws: Workspace) -> None:
    """Plan, approve and publish all that is staged."""
    for words in (("plan",), ("canary",), ("approve", "--by", "test", "--yes"), ("publish", "--yes")):
        done = ws.doit(*words)
        assert done.returncode == 0, done.stdout + done.stderr

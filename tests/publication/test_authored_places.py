"""Which authored file a change is put down to: the one that said it, told as removed when it is gone."""

from __future__ import annotations

import json

import pytest
from planned import approved
from support import Workspace

from astrograph.engine.planning.authored_files import AUTHORED_FILES, AuthoredFiles
from astrograph.engine.session import Session
from astrograph.model.ids import ModuleId
from astrograph.publication.document import decode_plan

OWN, FOLDER, TOP = (
    "manifests_src/memory/fold.yaml",
    "manifests_src/memory/_defaults.yaml",
    "manifests_src/_defaults.yaml",
)


def publish(ws: Workspace, *words: str) -> None:
    approved(ws)
    run = ws.run("publish", "--yes", *words)
    assert run.exit == 0, run.out + run.err


@pytest.fixture
def published(family: Workspace) -> Workspace:
    """An owner and a tier from each of three files, nearest wins, published as generation 1."""
    family.author("_defaults", 'owner: "@all"\ntier: T3_standard\n')
    family.author("memory/_defaults", 'owner: "@memory"\n')
    family.author("memory/fold", 'tier: T2_important\nnode: memory\ndescription: "Folds."\n')
    publish(family)
    return family


def places(ws: Workspace, module: str = "memory/fold") -> dict[str, str]:
    """Where each changed field of a module is told to come from; every one of them is authored."""
    assert ws.run("plan").exit in {0, 1}
    plan = decode_plan(ws.path("build/plan.json").read_bytes())
    (change,) = (item for item in plan.changes.modules if item.module == module)
    assert {item.cause.value for item in change.fields} == {"authored"}
    return {item.pointer: item.at for item in change.fields}


def test_a_generation_keeps_which_authored_file_said_what(published: Workspace) -> None:
    lines = published.path(f"build/generations/000001/{AUTHORED_FILES}").read_bytes().splitlines()

    assert [(path, names) for path, _, *names in map(json.loads, lines)] == [
        (TOP, ["owner", "tier"]),
        (FOLDER, ["owner"]),
        (OWN, ["description", "node", "tier"]),
    ]


def test_a_removed_file_is_named_as_removed_with_the_place_that_counts_now(published: Workspace) -> None:
    published.delete(OWN)
    found = places(published)

    assert found["/module/tier"] == f"{OWN} (removed), now {TOP}:2"
    assert found["/module/description"] == f"{OWN} (removed)"
    assert found["/constellation/stars"] == f"{OWN} (removed)"
    assert f"authored {OWN} (removed)" in published.run("plan", "--full").out


def test_a_removed_file_is_not_blamed_for_what_it_did_not_say(published: Workspace) -> None:
    published.delete(OWN)
    published.author("memory/_defaults", 'owner: "@new"\n')
    found = places(published)

    assert found["/module/owner"] == f"{FOLDER}:1"
    assert found["/module/tier"] == f"{OWN} (removed), now {TOP}:2"


def test_removed_folder_defaults_are_named_for_every_module_below(published: Workspace) -> None:
    published.delete(FOLDER)

    assert places(published)["/module/owner"] == f"{FOLDER} (removed), now {TOP}:1"
    assert places(published, "memory/recall")["/module/owner"] == f"{FOLDER} (removed), now {TOP}:1"


def test_a_line_that_went_is_put_down_to_the_file_it_went_from(published: Workspace) -> None:
    published.author("memory/fold", 'node: memory\ndescription: "Folds."\n')

    assert places(published) == {"/module/tier": f"{OWN}, now {TOP}:2"}


def test_a_value_that_is_written_nearer_or_edited_is_told_with_its_line(published: Workspace) -> None:
    published.author("memory/fold", 'tier: T1_critical\nnode: memory\ndescription: "Folds."\nowner: "@fold"\n')
    found = places(published)

    assert (found["/module/tier"], found["/module/owner"]) == (f"{OWN}:1", f"{OWN}:4")


def test_over_a_canary_the_place_of_now_is_told(published: Workspace) -> None:
    published.author("memory/fold", 'tier: T4_experimental\nnode: memory\ndescription: "Folds."\n')
    publish(published, "--canary-only")

    assert not published.path(f"build/generations/000002/{AUTHORED_FILES}").exists()
    published.delete(OWN)
    assert places(published)["/module/tier"] == f"{TOP}:2"


def test_a_list_of_another_kind_is_read_as_far_as_it_can_be(published: Workspace) -> None:
    with Session.open(str(published.root)) as session:
        tree = session.survey.authored
        files = AuthoredFiles(tree, b'\xff\n[1]\n{}\n["manifests_src/memory/gone.yaml", "0", "tier"]\n')

    assert files.place(ModuleId("memory/gone"), ["tier"], {}) == "manifests_src/memory/gone.yaml (removed)"
    assert files.place(ModuleId("memory/fold"), ["tier"], {"tier": f"{OWN}:1"}) == f"{OWN}:1"


def test_codeowners_is_told_where_a_removed_file_leaves_the_owner_to_it(family: Workspace) -> None:
    family.delete(TOP)
    family.settings('codeowners = "CODEOWNERS"\n')
    family.write("CODEOWNERS", "* @everybody\n")
    family.author("memory/fold", 'owner: "@fold"\n')
    publish(family)
    family.delete(OWN)
    assert places(family) == {"/module/owner": f"{OWN} (removed), now CODEOWNERS:1"}

    family.author("memory/fold", 'owner: "@fold"\n')
    family.write("CODEOWNERS", "\n* @others\n")
    assert places(family, "memory/recall") == {"/module/owner": "CODEOWNERS:2"}

"""Whole old trees: every value accounted for, no parity violation, nothing changed by doing it again."""

import json
from pathlib import Path
from typing import Any

import pytest
from old_trees import BROKEN, LEGACY, TEAM_SHAPE, OldTree, module_names, write_old_tree, write_packages
from reading import check_sums, codes, told
from support import Workspace


def scarred(root: Path, packages: int) -> tuple[Workspace, OldTree]:
    """A workspace with an old tree beside it that has every scar."""
    space = Workspace.make(root)
    modules = module_names(packages)
    write_packages(space.root / "src", modules)
    tree = write_old_tree(space.root / "old", modules)
    space.settings(f'legacy_prefixes = ["{LEGACY}/"]')
    head, tail = space.path("pyproject.toml").read_text().split("[tool.doit]", 1)
    space.write("pyproject.toml", f"{head}{TEAM_SHAPE}\n[tool.doit]{tail}")
    return space, tree


def everything(space: Workspace) -> dict[str, bytes]:
    """Every file of a workspace but the state."""
    found = {path.relative_to(space.root).as_posix(): path for path in space.root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if "/.astrograph/" not in name}


def check(space: Workspace, tree: OldTree, packages: int) -> Any:
    """Adopt, and hold everything against what was written into the old tree."""
    source = str(space.path("old"))
    before = everything(space)
    rehearsed = told(space.run("adopt", "--from", source, "--dry-run", "--json"))
    assert everything(space) == before
    run = space.run("adopt", "--from", source, "--json")
    assert run.exit == 1
    document = told(run)
    assert document["documents"] == rehearsed["documents"]
    totals = document["totals"]
    standings = totals["by_standing"]
    scars = {kind: len(paths) for kind, paths in tree.scars.items()}
    assert totals["documents"] == tree.documents
    assert standings["adopted"] == packages - len(BROKEN)
    assert standings["unreadable"] + standings["unknown"] == len(BROKEN)
    assert standings["missing"] == scars["missing package"] + scars["upper-case folder"]
    assert (standings["copy"], standings["excluded"]) == (scars["archived copy"], scars["excluded copy"])
    assert (standings["legacy"], standings["twin"]) == (scars["legacy prefix"], scars["twin"])
    assert set(totals["by_shape"]) == {"own", "nested", "flat", "team"}
    lost = sum(each["not_carried"] for each in document["documents"] if each["standing"] == "adopted")
    assert lost == 0
    return document


def test_an_old_tree_with_every_scar(tmp_path: Path) -> None:
    space, tree = scarred(tmp_path / "ws", 240)
    document = check(space, tree, 240)
    assert set(codes(document)) == {
        "AG220", "AG221", "AG222", "AG223", "AG224", "AG225", "AG226", "AG227", "AG228", "AG230",
    }  # fmt: skip
    validated = space.run("validate", "--json")
    gates = {gate["gate"]: gate for gate in json.loads(validated.out)["gates"]}
    assert (gates["parity"]["verdict"], gates["parity"]["findings"]) == ("pass", [])
    assert gates["authored"]["verdict"] == gates["schema"]["verdict"] == "pass"
    before = everything(space)
    again = space.run("adopt", "--from", str(space.path("old")), "--json")
    assert told(again)["documents"] == document["documents"]
    assert everything(space) == before


def test_a_tree_without_scars_is_clean(tmp_path: Path) -> None:
    space = Workspace.make(tmp_path / "ws")
    modules = [name for index, name in enumerate(module_names(60)) if index % 4 != 3]
    write_packages(space.root / "src", modules)
    write_old_tree(space.root / "old", modules, scars=False)
    head, tail = space.path("pyproject.toml").read_text().split("[tool.doit]", 1)
    space.write("pyproject.toml", f"{head}{TEAM_SHAPE}\n[tool.doit]{tail}")
    run = space.run("adopt", "--from", str(space.path("old")), "--json")
    document = told(run)
    assert (run.exit, document["totals"]["by_standing"]["adopted"]) == (0, len(modules))
    assert {found["severity"] for found in document["findings"]} <= {"warning"}


def test_documents_beside_the_source_are_keyed_by_the_id_below_the_source_root(tmp_path: Path) -> None:
    space = Workspace.make(tmp_path / "ws")
    modules = module_names(8)
    write_packages(space.root / "src", modules)
    write_old_tree(space.root / "src", modules, scars=False)
    write_old_tree(space.root / "src" / "gone", ["away"], scars=False)
    head, tail = space.path("pyproject.toml").read_text().split("[tool.doit]", 1)
    space.write("pyproject.toml", f"{head}{TEAM_SHAPE}\n[tool.doit]{tail}")
    for folder in ("src", "."):
        document = told(space.run("adopt", "--from", str(space.path(folder)), "--dry-run", "--json"))
        assert sorted(each["module"] for each in document["documents"] if each["module"]) == sorted(modules)
        assert [each["note"] for each in document["documents"] if not each["module"]] == [
            "there is no package gone/away"
        ]


def test_what_the_program_itself_built_is_no_old_tree(tmp_path: Path) -> None:
    space = Workspace.make(tmp_path / "ws")
    write_packages(space.root / "src", ["api"])
    space.run()
    run = space.run("adopt", "--from", str(space.root), "--dry-run")
    assert (run.exit, run.out) == (3, "")
    assert "there is no module.manifest.json below" in run.err
    inside = told(space.run("adopt", "--from", str(space.path("build/manifests")), "--dry-run", "--json"))
    assert [(each["module"], each["shape"], each["not_carried"]) for each in inside["documents"]] == [("api", "own", 0)]


@pytest.mark.long
def test_an_old_tree_of_2_000_documents(tmp_path: Path) -> None:
    space, tree = scarred(tmp_path / "ws", 2000)
    check_sums(check(space, tree, 2000))
    assert space.run("validate").exit in (0, 1)
    assert (space.gate("parity")["verdict"], space.gate("parity")["findings"]) == ("pass", [])

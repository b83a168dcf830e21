"""What is recorded of a gate or an artifact is what it was made of: the inputs as they were read (guarantees 4, 13)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Workspace
from support.runs import run_here
from support.witness import Witness

FOLD_MANIFEST = "build/manifests/memory/fold/module.manifest.json"
LEDGER = "build/ledger/memory.jsonl"
RATCHET = "rules/known_violations.yaml"
KNOWN = "violations:\n  - code: AG212\n    module: memory/fold\n    reason: old\n"
EMPTY = "violations: []\n"


def before(ws: Workspace, task: str, act: Callable[[], object]) -> None:
    """Run, and `act` when a task is about to run."""
    run_here(ws.root, (), witness=Witness(before_task=lambda name: act() if name == task else None))


def as_from_nothing(ws: Workspace, folder: Path) -> None:
    """Hold what is built against a build of the same inputs from nothing."""
    twin = ws.twin(folder / ws.root.name)
    twin.run()
    assert ws.snapshot() == twin.snapshot()


@pytest.mark.parametrize(
    "words",
    [
        [["-s", "manifest:memory/fold", "gate:contracts"]],
        [["manifest:memory/fold"], ["-s", "gate:contracts", "audit:contract_coverage.json"]],
        [["manifest:memory/fold"], ["-s", "audit:star_distribution_after.json"], ["-s", "gate:coverage"]],
        [["-s", "audit:acceptance.json"], ["-s", "audit:report.md"]],
    ],
)
def test_a_task_that_runs_without_those_it_needs_runs_again_with_them(
    built: Workspace, tmp_path: Path, words: list[list[str]]
) -> None:
    built.author("memory/fold", "tier: T1_critical\n")  # which asks for a contract
    for each in words:
        built.run(*each)

    built.run()

    as_from_nothing(built, tmp_path / "clean")
    assert built.run("validate").exit == 1


def change_schema_version(ws: Workspace) -> None:
    ws.document(FOLD_MANIFEST, lambda manifest: manifest.update(schema_version="9.9.9"))


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(change_schema_version, id="manifest"),
        pytest.param(lambda ws: ws.delete(FOLD_MANIFEST), id="manifest removed"),
        pytest.param(lambda ws: ws.write(LEDGER, b"{}\n"), id="ledger"),
        pytest.param(lambda ws: ws.delete(LEDGER), id="ledger removed"),
        pytest.param(lambda ws: ws.write("build/gates/pins.json", b"{}"), id="result of a gate"),
    ],
)
@pytest.mark.parametrize("task", ["gate:pins", "gate:canon", "gate:roundtrip", "audit:acceptance.json"])
def test_an_output_that_changes_while_gates_run_leaves_no_wrong_verdict(
    family: Workspace, tmp_path: Path, tamper: Callable[[Workspace], object], task: str
) -> None:
    before(family, task, lambda: tamper(family))

    family.run()
    family.run()

    as_from_nothing(family, tmp_path / "clean")


@pytest.mark.parametrize(
    "single", ["gate:schema", "gate:roundtrip", "gate:coverage", "audit:star_distribution_after.json"]
)
def test_a_task_alone_over_a_changed_output_runs_again_when_that_is_mended(
    built: Workspace, tmp_path: Path, single: str
) -> None:
    change_schema_version(built)
    built.write(LEDGER, b"{}\n")
    kind, _, name = single.partition(":")
    built.delete(f"build/gates/{name}.json" if kind == "gate" else f"build/audit/{name}")
    built.run("-s", single)

    built.run()

    as_from_nothing(built, tmp_path / "clean")


def test_a_ratchet_that_changes_while_gates_run_is_not_mixed_in(family: Workspace, tmp_path: Path) -> None:
    family.author("memory/fold", "owner: x\nstars: [Nowhere]\n")
    family.write(RATCHET, KNOWN)
    before(family, "gate:canon", lambda: family.write(RATCHET, EMPTY))

    family.run()

    as_from_nothing(family, tmp_path / "clean")


def test_a_ratchet_behind_a_link_is_seen_to_change(family: Workspace, tmp_path: Path) -> None:
    family.author("memory/fold", "owner: x\nstars: [Nowhere]\n")
    family.write("policy/known.yaml", KNOWN)
    os.symlink("../policy/known.yaml", family.path(RATCHET))
    family.run()
    family.settle()
    family.run()

    family.rewrite_unseen("policy/known.yaml", EMPTY.ljust(len(KNOWN)).encode())
    family.run()

    as_from_nothing(family, tmp_path / "clean")


def test_a_ratchet_does_not_make_gates_run_again(family: Workspace) -> None:
    family.write(RATCHET, EMPTY)
    family.run()
    family.settle()
    family.run()

    assert family.run().tasks == ()


def test_gates_that_list_the_manifests_run_again_when_one_of_nobody_is_removed(
    built: Workspace, tmp_path: Path
) -> None:
    built.write("build/manifests/gone/module.manifest.json", b"{}")
    built.package("memory/fold", "import faiss\n")
    built.run()
    assert b"gone" in built.snapshot()["gates/coverage.json"]

    built.run("validate")

    as_from_nothing(built, tmp_path / "clean")


CHANGES = {
    "an imported module goes": lambda ws: ws.delete("src/core/types"),
    "a stratum goes": lambda ws: ws.delete("src/core"),
    "an importer goes": lambda ws: ws.delete("src/memory/recall"),
    "a module is renamed": lambda ws: ws.rename("src/core/types", "src/core/kinds"),
    "a module moves": lambda ws: ws.rename("src/core/types", "src/memory/types"),
    "a module comes": lambda ws: ws.package("core/types/deep", ""),
    "all go": lambda ws: [ws.delete(f"src/{name}") for name in ("core", "memory")],
}
SINGLES = ["gate", "audit", "audit:report.md", "ledger:memory", "site"]


@pytest.mark.parametrize("single", SINGLES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_task_alone_after_packages_came_or_went_is_no_internal_error_and_is_made_again(
    family: Workspace, tmp_path: Path, change: str, single: str
) -> None:
    assert family.run("site").exit == 0
    family.run("validate")
    CHANGES[change](family)

    run = family.run("-s", single)

    assert "AG901" not in run.out + run.err
    family.run("site")
    twin = family.twin(tmp_path / "clean" / family.root.name)
    twin.run("site")
    assert family.snapshot() == twin.snapshot()

"""The gate runs when what it reads has changed, judges new contents alone, and else costs next to nothing."""

import pytest
from contract_cases import module_contract, openapi, put, registry_of
from support import Workspace

from astrograph.engine.contracts.folder import ContractFolder
from astrograph.engine.session import Session


@pytest.fixture
def fold(ws: Workspace) -> Workspace:
    """A module with a contract, validated and settled."""
    ws.package("memory/fold", "class Store: ...\n")
    ws.author("memory/fold", "tier: T1_critical\ncontracts: [memory.fold@v1]\n")
    put(ws, "memory.fold@v1.json", module_contract("memory/fold", guarantees=["aaaa"]))
    ws.run("validate")
    ws.settle()
    ws.run("validate")
    return ws


def gates_run(ws: Workspace) -> list[str]:
    """The gates that a validation runs."""
    return ws.run("validate").ran("gate")


def test_nothing_changed_runs_nothing_and_reads_no_contract(fold: Workspace) -> None:
    run = fold.run("validate")

    assert (run.ran("gate"), [path for path in run.read if path.startswith("contracts/")]) == ([], [])
    assert fold.gate("contracts")["verdict"] == "pass"


def test_a_contract_that_changes_runs_the_gate(fold: Workspace) -> None:
    fold.write("contracts/memory.fold@v1.json", "{")
    run = fold.run("validate")

    assert ("contracts" in run.ran("gate"), run.ran("manifest")) == (True, [])
    assert fold.codes("contracts") == ["AG201", "AG303"]


def test_an_edit_that_keeps_size_and_mtime_is_seen(fold: Workspace) -> None:
    path = "contracts/memory.fold@v1.json"
    fold.rewrite_unseen(path, fold.path(path).read_bytes().replace(b'"kind": "module"', b'"kind": "modull"'))
    fold.run("validate")

    assert "AG309" in fold.codes("contracts")


def test_contracts_that_come_and_go_are_seen(fold: Workspace) -> None:
    put(fold, "extra@v1.json", openapi())
    fold.run("validate")
    assert fold.codes("contracts") == ["AG304"]

    fold.delete("contracts/memory.fold@v1.json")
    fold.run("validate")
    assert fold.codes("contracts") == ["AG301", "AG303", "AG304"]

    fold.delete("contracts")
    fold.run("validate")
    assert fold.codes("contracts") == ["AG301", "AG303"]


def test_a_touch_runs_nothing(fold: Workspace) -> None:
    fold.touch("contracts/memory.fold@v1.json")

    assert gates_run(fold) == []


def test_a_body_edit_does_not_run_the_gate(fold: Workspace) -> None:
    fold.package("memory/fold", "class Store: ...  # all there is\n")

    assert gates_run(fold) == []


def test_an_export_that_goes_is_seen_even_where_manifests_do_not_show_exports(fold: Workspace) -> None:
    promised = {"classes": ["Store"], "functions": []}
    put(fold, "memory.fold@v1.json", module_contract("memory/fold", exports=promised))
    fold.settings("manifest = {classes = false, functions = false, constants = false}")
    fold.document("schemas/module_manifest.schema.json", lambda schema: schema["required"].remove("exports"))
    fold.pin()
    fold.run("validate")
    assert fold.codes("contracts") == []

    fold.package("memory/fold", "class Shelf: ...\n")
    fold.run("validate")
    assert fold.codes("contracts") == ["AG311"]


def test_only_new_contents_are_judged_again(fold: Workspace) -> None:
    put(fold, "extra@v1.json", openapi())
    with Session.open(str(fold.root)) as session:
        folder = ContractFolder(session.workspace, session.state)
        _ = folder.registry

    assert (len(folder.paths), folder.judged) == (2, 1)


def test_what_is_kept_says_the_same_as_what_is_read(fold: Workspace) -> None:
    fold.write("contracts/wrong@v1.json", '{"openapi": "3.0.0"}')
    put(fold, "common.json", {"A": {}})
    put(fold, "uses@v1.json", {"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "common.json#/A"})
    fold.run("validate")
    fold.settle()
    fold.run("validate")
    with Session.open(str(fold.root)) as session:
        kept = ContractFolder(session.workspace, session.state)
        assert kept.registry == registry_of(fold.twin(fold.root.parent / "twin"))
        assert kept.judged == 0


def test_a_record_of_another_version_is_not_believed(fold: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from astrograph.engine.contracts import folder as contract_folder
    from astrograph.model.digests import fingerprint

    monkeypatch.setattr(contract_folder, "contract_engines", lambda: fingerprint(b"another version of a library"))
    with Session.open(str(fold.root)) as session:
        folder = ContractFolder(session.workspace, session.state)
        _ = folder.registry

    assert folder.judged == 1

"""What modules refer to: followed, or told where it was written with what was probably meant."""

import pytest
from contract_cases import fixes, judged, messages, module_contract, notes, openapi, place, put, schema, told
from support import Workspace

T1 = "tier: T1_critical\n"


@pytest.fixture
def fold(ws: Workspace) -> Workspace:
    """`memory/fold`, with two versions of its contract."""
    ws.package("memory/fold", "class Store: ...\n")
    put(ws, "memory/fold.v1.json", module_contract("memory/fold", id="memory.fold@v1"))
    put(ws, "memory/fold.v2.json", module_contract("memory/fold", id="memory.fold@v2"))
    return ws


@pytest.mark.parametrize("reference", ["memory.fold@v2", "contracts/memory/fold.v2.json", "memory/fold.v2.json"])
def test_a_contract_is_referred_to_by_id_or_by_path(fold: Workspace, reference: str) -> None:
    fold.author("memory/fold", f'{T1}contracts: ["{reference}"]\n')
    result = judged(fold)

    assert (told(result), notes(result)["references"]) == ([], {"ok": 1, "broken": 0, "missing": 0})


@pytest.mark.parametrize(
    ("reference", "fix"),
    [
        ("memory.fold@v3", "there is `memory.fold@v1` or `memory.fold@v2`"),
        ("memory.fold", "there is `memory.fold@v1` or `memory.fold@v2`"),
        ("memory.fild@v2", "did you mean `memory.fold@v2` or `memory.fold@v1`?"),
        (
            "contracts/memory/fold.v2.yaml",
            "did you mean `contracts/memory/fold.v2.json` or `contracts/memory/fold.v1.json`?",
        ),
        ("entirely else", "`doit contracts` lists what there is"),
        ("../other/fold.v1.json", "write the id of a contract, or its path below contracts/"),
        ("/etc/passwd", "write the id of a contract, or its path below contracts/"),
        ("https://example.com/fold.json", "write the id of a contract, or its path below contracts/"),
        ("README.md", "write it as JSON or YAML"),
        ("contracts/common.json", "refer to the contract it serves"),
    ],
)
def test_a_reference_to_nothing_is_told_at_its_own_place(fold: Workspace, reference: str, fix: str) -> None:
    fold.write("contracts/README.md", "")
    put(fold, "common.json", {"A": {}})
    put(fold, "uses@v1.json", schema(properties={"x": {"$ref": "common.json#/A"}}))
    fold.author("memory/fold", f'contracts:\n  - memory.fold@v1\n  - "{reference}"\n')
    result = judged(fold)

    assert told(result) == ["manifests_src/memory/fold.yaml:3:5 AG301"]
    assert fixes(result, "AG301") == [fix]


def test_a_reference_inherited_from_a_folder_is_told_where_the_folder_says_it(fold: Workspace) -> None:
    fold.author("memory/_defaults", "owner: me\ncontracts: [memory.recall@v1]\n")

    assert told(judged(fold)) == ["manifests_src/memory/_defaults.yaml:2:13 AG301"]


def test_where_there_are_no_contracts_a_reference_says_so(ws: Workspace) -> None:
    ws.package("memory/fold")
    ws.author("memory/fold", "contracts: [memory.fold@v1]\n")

    assert fixes(judged(ws), "AG301") == ["there is none at all below contracts/"]


def test_a_critical_module_without_a_contract_is_an_error_where_its_tier_was_said(fold: Workspace) -> None:
    fold.author("memory/fold", f"owner: me\n{T1}")
    result = judged(fold)

    assert (result.verdict.value, told(result)) == ("fail", ["manifests_src/memory/fold.yaml:2:1 AG303"])
    assert fixes(result, "AG303") == ["doit contracts new memory/fold"]


def test_a_critical_module_whose_references_lead_nowhere_is_told_both(fold: Workspace) -> None:
    fold.author("memory/fold", f"{T1}contracts: [memory.fold@v3]\n")
    result = judged(fold)

    assert told(result) == ["manifests_src/memory/fold.yaml:1:1 AG303", "manifests_src/memory/fold.yaml:2:13 AG301"]
    assert fixes(result, "AG303") == ["correct the reference, or write one: doit contracts new memory/fold"]


def test_other_tiers_need_no_contract(fold: Workspace) -> None:
    fold.author("memory/fold", "tier: T2_important\n")

    assert told(judged(fold)) == []


def test_a_broken_contract_does_not_count_for_a_critical_module(fold: Workspace) -> None:
    put(fold, "memory/fold.v2.json", module_contract("memory/fold", id="memory.fold@v2", exports=None))
    fold.author("memory/fold", f"{T1}contracts: [memory.fold@v2]\n")
    result = judged(fold)

    assert told(result) == ["contracts/memory/fold.v2.json:1:1 AG302", "manifests_src/memory/fold.yaml:1:1 AG303"]
    assert messages(result, "AG303") == [
        "module memory/fold is T1_critical and has no valid contract: `memory.fold@v2` is broken"
    ]


def test_one_valid_contract_among_broken_ones_is_enough(fold: Workspace) -> None:
    fold.write("contracts/half@v1.json", "{")
    fold.author("memory/fold", f"{T1}contracts: [half@v1, memory.fold@v1]\n")
    result = judged(fold)

    assert [line.rpartition(" ")[2] for line in told(result)] == ["AG201"]
    assert (notes(result)["t1_modules"], notes(result)["t1_with_contract"]) == (1, 1)


def test_a_contract_nobody_refers_to_is_a_warning(fold: Workspace) -> None:
    fold.author("memory/fold", "contracts: [memory.fold@v2]\n")
    result = judged(fold)

    assert (result.verdict.value, [place(item) for item in result.findings]) == (
        "warn",
        ["contracts/memory/fold.v1.json:12:2 AG304"],
    )


def test_a_contract_that_another_one_refers_to_is_in_use(ws: Workspace) -> None:
    ws.package("m")
    ws.author("m", "contracts: [order@v1]\n")
    put(ws, "money@v1.json", schema(type="integer"))
    put(ws, "order@v1.json", schema(properties={"price": {"$ref": "money@v1.json"}}))

    assert judged(ws).findings == ()


def test_everything_is_counted(fold: Workspace) -> None:
    fold.package("api/gate")
    fold.author("api/gate", "contracts: [gate@v1, gate@v2]\n")
    put(fold, "gate@v1.json", openapi())
    result = judged(fold)

    assert (result.compared, result.expected) == (5, 5)
    assert notes(result) == {
        "contracts": 3,
        "kinds": {"module": 2, "json-schema": 0, "openapi": 1},
        "other_files": [],
        "references": {"ok": 1, "broken": 0, "missing": 1},
        "t1_modules": 0,
        "t1_with_contract": 0,
    }


def test_a_promise_of_a_module_that_does_not_exist_is_told(fold: Workspace) -> None:
    put(fold, "gone@v1.json", module_contract("memory/gone"))
    result = judged(fold)

    assert told(result) == ["contracts/gone@v1.json:0:0 AG311"]


def test_a_promise_that_the_source_does_not_keep_is_told(fold: Workspace) -> None:
    fold.package("memory/fold", "class Store: ...\nasync def fold(): ...\nLIMIT = 1\n")
    promised = {
        "classes": ["Store", "Shelf"],
        "functions": [{"name": "fold", "async": False}, {"name": "unfold", "async": False}],
        "constants": ["LIMIT", "DEPTH"],
    }
    put(fold, "memory/fold.v1.json", module_contract("memory/fold", id="memory.fold@v1", exports=promised))
    fold.author("memory/fold", "contracts: [memory.fold@v1, memory.fold@v2]\n")
    assert fold.run("validate").tasks
    found = [item["message"] for item in fold.gate("contracts")["findings"]]

    assert found == [
        "memory/fold does not export `Shelf`, `unfold`, `DEPTH`, which `memory.fold@v1` promises",
        "memory/fold has `fold` async otherwise than `memory.fold@v1` promises",
    ]
    assert fold.gate("contracts")["verdict"] == "warn"

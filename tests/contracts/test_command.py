"""`doit contracts`, `doit contracts new`, and the contracts that `doit info` shows."""

import json

import pytest
from contract_cases import judged, module_contract, openapi, put, told
from support import Workspace


@pytest.fixture
def fold(ws: Workspace) -> Workspace:
    """A critical module with its contract, and one that has none."""
    ws.package("memory/fold", "class Store: ...\n")
    ws.package(
        "api/gate", '"""The gate. Opens."""\nLIMIT = 1\nclass Gate: ...\nasync def open_it(): ...\ndef shut(): ...\n'
    )
    ws.author("memory/fold", "tier: T1_critical\ncontracts: [memory.fold@v1]\n")
    put(ws, "memory.fold@v1.json", module_contract("memory/fold"))
    return ws


def test_the_registry_is_shown_with_users_and_coverage(fold: Workspace) -> None:
    run = fold.run("contracts")

    assert (run.exit, run.tasks, run.files) == (0, (), [])
    assert run.out.splitlines() == [
        "contract        kind        used by",
        "memory.fold@v1  module  ok  memory/fold",
        "",
        "tier              modules  with a contract",
        "T1_critical             1        1   100 %",
        "none                    1        0     0 %",
        "",
        "1 contract (1 module); 1 reference: 1 ok",
    ]


def test_what_is_wrong_is_shown_with_its_place_and_the_exit_code_says_so(fold: Workspace) -> None:
    fold.author("api/gate", "tier: T1_critical\ncontracts: [api.gate@v1]\n")
    put(fold, "spare@v1.json", openapi())
    fold.write("contracts/half@v1.json", "{")
    run = fold.run("contracts")

    assert run.exit == 1
    assert "half@v1         ?        broken  nobody" in run.out
    assert "spare@v1        openapi  unused  nobody" in run.out
    assert (
        "manifests_src/api/gate.yaml:2:13: error AG301 module api/gate: there is no contract `api.gate@v1`" in run.out
    )
    assert "T1_critical             2        1    50 %" in run.out


def test_a_workspace_without_contracts_or_packages_has_a_clean_answer(ws: Workspace) -> None:
    run = ws.run("contracts")

    assert (run.exit, run.out.splitlines()[-1]) == (0, "0 contracts; 0 references")


def test_json_is_one_object_with_everything(fold: Workspace) -> None:
    fold.author("api/gate", "contracts: [gone@v1]\n")
    run = fold.run("contracts", "--json")
    document = json.loads(run.out)

    assert (run.exit, document["schema"], document["verdict"]) == (1, "astrograph.contracts/1", "fail")
    assert document["contracts"] == [
        {
            "id": "memory.fold@v1",
            "path": "contracts/memory.fold@v1.json",
            "kind": "module",
            "module": "memory/fold",
            "status": "ok",
            "used_by": ["memory/fold"],
        }
    ]
    assert document["tiers"]["T1_critical"] == {"modules": 1, "covered": 1}
    assert document["missing"] == [{"module": "api/gate", "reference": "gone@v1"}]
    assert [item["code"] for item in document["findings"]] == ["AG301"]


def test_the_command_and_the_gate_say_the_same(fold: Workspace) -> None:
    fold.author("api/gate", "tier: T1_critical\ncontracts: [gone@v1]\n")
    said = json.loads(fold.run("contracts", "--json").out)["findings"]
    fold.run("validate")

    assert fold.gate("contracts")["findings"] == said


def test_hostile_text_is_shown_as_escapes(fold: Workspace) -> None:
    put(fold, "evil.json", {"kind": "\x1b[31mred", "id": "\x1b]0;x\x07@v1"})
    fold.author("api/gate", 'contracts: ["\\e[2Jgone@v1"]\n')
    for words in (["contracts"], ["contracts", "--json"]):
        assert "\x1b" not in fold.run(*words).out


def test_a_new_contract_promises_what_the_module_exports(fold: Workspace) -> None:
    run = fold.run("contracts", "new", "api/gate")

    assert run.exit == 0
    assert run.out.splitlines() == [
        "wrote contracts/api/gate.v1.json: 1 class, 2 functions, 1 constant",
        "",
        "Refer to it in manifests_src/api/gate.yaml:",
        "  contracts:",
        '    - "api.gate@v1"',
        "or run: doit facts set api/gate contracts api.gate@v1",
        "",
        "Then write its guarantees: what holds, one sentence each, such that a test could show it.",
    ]
    assert json.loads(fold.path("contracts/api/gate.v1.json").read_bytes()) == {
        "id": "api.gate@v1",
        "kind": "module",
        "module": "api/gate",
        "description": "The gate. Opens.",
        "exports": {
            "classes": ["Gate"],
            "functions": [{"name": "open_it", "async": True}, {"name": "shut", "async": False}],
            "constants": ["LIMIT"],
        },
        "guarantees": [],
    }


def test_a_new_contract_is_valid_once_it_is_referred_to(fold: Workspace) -> None:
    fold.run("contracts", "new", "api.gate")
    fold.author("api/gate", "tier: T1_critical\ncontracts: [api.gate@v1]\n")

    assert told(judged(fold)) == []


def test_the_command_that_is_shown_makes_the_module_refer_to_it(fold: Workspace) -> None:
    command = json.loads(fold.run("contracts", "new", "memory/fold", "--id", "memory.fold@v2", "--json").out)["command"]
    run = fold.run(*command.split()[1:])
    coverage = json.loads(fold.run("contracts", "--json").out)["contracts"]

    assert run.exit == 0
    assert [(item["id"], item["used_by"]) for item in coverage] == [
        ("memory.fold@v1", ["memory/fold"]),
        ("memory.fold@v2", ["memory/fold"]),
    ]


def test_a_module_without_exports_gets_a_valid_contract_too(ws: Workspace) -> None:
    ws.package("empty")
    ws.run("contracts", "new", "empty")

    assert told(judged(ws)) == []


def test_what_a_module_refers_to_already_is_kept_in_the_command_that_is_shown(fold: Workspace) -> None:
    run = fold.run("contracts", "new", "memory/fold", "--id", "memory.fold@v2", "--json")
    said = json.loads(run.out)

    assert said == {
        "schema": "astrograph.contracts.new/1",
        "id": "memory.fold@v2",
        "path": "contracts/memory/fold.v2.json",
        "module": "memory/fold",
        "refer_to_it_in": "manifests_src/memory/fold.yaml",
        "command": "doit facts set memory/fold contracts memory.fold@v1 memory.fold@v2",
    }


def test_an_id_of_another_name_is_a_file_of_that_name(fold: Workspace) -> None:
    fold.run("contracts", "--id=api/doors@v3", "new", "api/gate")

    assert fold.path("contracts/api/doors@v3.json").is_file()


def test_nothing_is_ever_written_over(fold: Workspace) -> None:
    before = fold.path("contracts/memory.fold@v1.json").read_bytes()
    fold.write("contracts/api/gate.v1.json", "mine")
    same_id = fold.run("contracts", "new", "memory/fold")
    same_file = fold.run("contracts", "new", "api/gate")

    assert (same_id.exit, same_file.exit) == (3, 3)
    assert "doit contracts new memory/fold --id memory.fold@v2" in same_id.err
    assert fold.path("contracts/memory.fold@v1.json").read_bytes() == before
    assert fold.path("contracts/api/gate.v1.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["new"], "contracts new takes one module"),
        (["new", "api/gate", "memory/fold"], "contracts new takes one module"),
        (["list"], "contracts knows no 'list'"),
        (["new", "api/gat"], "there is no module 'api/gat'"),
        (["new", "api/gate", "--id", "../../x@v1"], "is no contract id"),
        (["new", "api/gate", "--id", "/x@v1"], "is no contract id"),
        (["new", "api/gate", "--id"], "--id needs an id"),
        (["--id", "x@v1"], "--id goes with new"),
    ],
)
def test_words_that_make_no_sense_are_usage_errors(fold: Workspace, words: list[str], complaint: str) -> None:
    run = fold.run("contracts", *words)

    assert (run.exit, complaint in run.err) == (3, True)


def test_info_shows_what_each_reference_leads_to(fold: Workspace) -> None:
    fold.run("validate")

    assert fold.run("info", "memory/fold").out.splitlines()[5].split() == [
        "contracts", "memory.fold@v1", "authored", "manifests_src/memory/fold.yaml:2", "ok",
    ]  # fmt: skip


def test_info_names_references_that_lead_to_nothing_or_to_a_wreck(fold: Workspace) -> None:
    put(fold, "wrong@v1.json", openapi(info={}))
    fold.author("api/gate", "contracts: [memory.fold@v1, wrong@v1, gone@v1]\n")
    fold.run("validate")
    run = fold.run("info", "api/gate")
    document = json.loads(fold.run("info", "--json", "api/gate").out)

    assert "wrong@v1 broken, gone@v1 missing" in run.out
    assert document["contracts"] == [
        {"reference": "memory.fold@v1", "status": "ok"},
        {"reference": "wrong@v1", "status": "broken"},
        {"reference": "gone@v1", "status": "missing"},
    ]


def test_info_sees_a_contract_that_came_since_the_last_run(fold: Workspace) -> None:
    fold.author("api/gate", "contracts: [late@v1]\n")
    fold.run("validate")
    assert "missing" in fold.run("info", "api/gate").out

    put(fold, "late@v1.json", openapi())
    assert "missing" not in fold.run("info", "api/gate").out

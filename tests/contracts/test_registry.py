"""Which files are contracts, under which id, and what they may refer to."""

import os
from pathlib import Path

import pytest
from contract_cases import (
    fixes,
    judged_alone,
    messages,
    module_contract,
    openapi,
    operation,
    put,
    registry_of,
    schema,
    told,
)
from support import Workspace

from astrograph.contracts import documents
from astrograph.engine.contracts import folder as contract_folder


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A workspace of contracts alone."""
    return Workspace(tmp_path / "ws")


def ids(ws: Workspace) -> list[str]:
    """The id of each contract, in path order."""
    return [item.id for item in registry_of(ws).contracts]


# ids


def test_the_id_is_what_the_file_says_else_its_name(ws: Workspace) -> None:
    put(ws, "a.json", module_contract("m", id="memory.fold@v1"))
    put(ws, "b.json", module_contract("m", contract_id="memory.fold@v2"))
    put(ws, "c/memory.fold@v3.json", module_contract("m"))
    put(ws, "d@v1.json", module_contract("m", id="memory.fold@v4", contract_id="memory.fold@v5"))

    assert ids(ws) == ["memory.fold@v1", "memory.fold@v2", "memory.fold@v3", "memory.fold@v4"]


def test_the_id_of_a_draft_4_schema_is_its_uri_and_not_that_of_the_contract(ws: Workspace) -> None:
    put(ws, "old@v1.json", {"$schema": "http://json-schema.org/draft-04/schema#", "id": "https://example.com/old"})

    assert ids(ws) == ["old@v1"]


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("memory.fold", 'write "memory.fold@v1"'),
        ("memory.fold.v2", 'write "memory.fold@v2"'),
        ("memory.fold@2.1", 'write "memory.fold@v2"'),
        ("memory fold@v1", "write a name, `@v` and a number"),
        ("memory.fold@v01", "write a name, `@v` and a number"),
        ("../fold@v1", "write a name, `@v` and a number"),
        ("", "write a name, `@v` and a number"),
        (7, "write a name, `@v` and a number"),
    ],
)
def test_an_id_that_is_none_is_told_with_a_better_one(ws: Workspace, said: object, fix: str) -> None:
    put(ws, "a@v1.json", schema(contract_id=said))
    result = judged_alone(ws)

    assert (told(result), fixes(result, "AG306")) == (["contracts/a@v1.json:3:2 AG306"], [fix])


def test_a_file_name_that_is_no_id_is_told(ws: Workspace) -> None:
    put(ws, "gateway.json", openapi())

    assert told(judged_alone(ws)) == ["contracts/gateway.json:1:1 AG306"]


def test_two_contracts_with_one_id_are_both_told_and_broken(ws: Workspace) -> None:
    put(ws, "a.json", module_contract("m", id="m@v1"))
    put(ws, "b/m@v1.json", module_contract("m"))
    result = judged_alone(ws)

    assert told(result) == ["contracts/a.json:12:2 AG305", "contracts/b/m@v1.json:0:0 AG305"]
    assert "contracts/b/m@v1.json" in messages(result, "AG305")[0]
    assert [item.status.value for item in registry_of(ws).contracts] == ["broken", "broken"]


# files


def test_no_folder_of_contracts_is_an_empty_registry(ws: Workspace) -> None:
    ws.root.mkdir()

    assert registry_of(ws).contracts == ()


def test_hidden_files_are_passed_over_and_files_of_other_kinds_are_listed(ws: Workspace) -> None:
    put(ws, "m@v1.json", module_contract("m"))
    ws.write("contracts/.draft.json", "{")
    ws.write("contracts/README.md", "# Contracts")
    ws.write("contracts/api/service.proto", "")
    registry = registry_of(ws)

    assert [item.path for item in registry.contracts] == ["contracts/m@v1.json"]
    assert registry.others == ("contracts/README.md", "contracts/api/service.proto")


def test_a_file_that_is_too_large_is_told_unread(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 100)
    put(ws, "m@v1.json", module_contract("m", description="x" * 100))

    assert told(judged_alone(ws)) == ["contracts/m@v1.json:0:0 AG307"]


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links and POSIX names")
def test_links_that_leave_the_folder_lead_nowhere_or_to_folders_are_told(ws: Workspace) -> None:
    put(ws, "m@v1.json", module_contract("m"))
    ws.write("outside.json", "{}")
    ws.write("elsewhere/x@v1.json", "{}")
    links = {"out@v1.json": "../outside.json", "gone@v1.json": "nowhere.json", "far": "../elsewhere", "loop": "."}
    for name, target in links.items():
        ws.path(f"contracts/{name}").symlink_to(target)

    assert told(judged_alone(ws)) == [
        "contracts/far:0:0 AG307",
        "contracts/gone@v1.json:0:0 AG307",
        "contracts/loop:0:0 AG307",
        "contracts/out@v1.json:0:0 AG307",
    ]


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_a_link_within_the_folder_is_the_same_contract_under_another_name(ws: Workspace) -> None:
    put(ws, "v1/m@v1.json", module_contract("m", id="m@v1"))
    ws.path("contracts/latest.json").symlink_to("v1/m@v1.json")

    assert [line.rpartition(" ")[2] for line in told(judged_alone(ws))] == ["AG305", "AG305"]


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_a_folder_of_contracts_outside_of_the_workspace_is_not_read(ws: Workspace) -> None:
    ws.write("pyproject.toml", "")
    ws.root.parent.joinpath("far").mkdir()
    ws.path("contracts").symlink_to("../far")

    assert told(judged_alone(ws)) == ["contracts:0:0 AG307"]


def test_a_file_that_may_not_be_read_is_told(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, _limit: int) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    put(ws, "m@v1.json", module_contract("m"))
    monkeypatch.setattr(contract_folder, "read", refuse)
    result = judged_alone(ws)

    assert told(result) == ["contracts/m@v1.json:0:0 AG307"]
    assert messages(result, "AG307") == ["the file cannot be read: Permission denied"]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX names")
def test_names_that_are_not_utf8_and_things_that_are_no_files_are_told(ws: Workspace) -> None:
    ws.path("contracts").mkdir(parents=True)
    with open(os.fsencode(ws.path("contracts")) + b"/caf\xe9@v1.json", "wb"):
        pass
    os.mkfifo(ws.path("contracts/pipe@v1.json"))
    result = judged_alone(ws)

    assert told(result) == ["contracts/caf\\udce9@v1.json:0:0 AG307", "contracts/pipe@v1.json:0:0 AG307"]


# references inside contracts


def test_a_reference_to_another_file_of_the_folder_is_followed(ws: Workspace) -> None:
    put(ws, "common/money.json", {"$defs": {"Money": {"type": "integer"}}})
    put(ws, "order@v1.json", schema(properties={"price": {"$ref": "common/money.json#/$defs/Money"}}))
    registry = registry_of(ws)

    assert told(judged_alone(ws)) == []
    assert ([item.id for item in registry.contracts], registry.parts) == (
        ["order@v1"],
        ("contracts/common/money.json",),
    )


def test_openapi_may_be_spread_over_files(ws: Workspace) -> None:
    schema_of = {"schema": {"$ref": "../parts/fold.yaml#/Fold"}}
    answer = {"200": {"description": "it", "content": {"application/json": schema_of}}}
    put(ws, "api/a@v1.json", openapi(paths={"/x": {"get": operation("x", responses=answer)}}))
    ws.write("contracts/parts/fold.yaml", "Fold:\n  type: object\n  properties: {size: {type: integer}}\n")

    assert (told(judged_alone(ws)), registry_of(ws).parts) == ([], ("contracts/parts/fold.yaml",))


def test_what_is_wrong_in_a_part_breaks_the_contract_it_serves(ws: Workspace) -> None:
    put(ws, "part.json", {"A": {"type": "strin"}})
    put(ws, "a@v1.json", schema(properties={"x": {"$ref": "part.json#/A"}}))

    assert told(judged_alone(ws)) == ["contracts/part.json:3:3 AG302"]
    assert [item.status.value for item in registry_of(ws).contracts] == ["broken"]


def test_a_reference_by_the_uri_of_another_contract_is_followed(ws: Workspace) -> None:
    put(ws, "money@v1.json", schema(**{"$id": "https://example.com/money", "$anchor": "sum", "type": "integer"}))
    put(ws, "order@v1.json", schema(properties={"price": {"$ref": "https://example.com/money#sum"}}))
    registry = registry_of(ws)

    assert told(judged_alone(ws)) == []
    assert registry.referred == {"contracts/money@v1.json"}


def test_metaschemas_need_not_be_there(ws: Workspace) -> None:
    put(ws, "a@v1.json", schema(properties={"rule": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}))

    assert told(judged_alone(ws)) == []


@pytest.mark.parametrize(
    ("reference", "words", "fix"),
    [
        ("#/$defs/Mony", "leads nowhere in contracts/a@v1.json", "did you mean `#/$defs/Money`?"),
        ("#nowhere", "leads nowhere in contracts/a@v1.json", "mend the reference"),
        ("b.json", "leads to contracts/b.json, which is not there", "did you mean contracts/b@v1.json?"),
        ("b@v1.json#/none", "leads nowhere in contracts/b@v1.json", "mend the reference"),
        ("../secret.json", "leads out of contracts/", "put what it needs into contracts/"),
        ("../../../etc/passwd", "leads out of contracts/", "put what it needs into contracts/"),
        ("/etc/passwd", "leads out of contracts/", "put what it needs into contracts/"),
        ("file:///etc/passwd", "leads out of the workspace", "put that document into"),
        ("https://example.com/x.json", "leads out of the workspace", "put that document into"),
        ("//example.com/x.json", "leads out of the workspace", "put that document into"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_at_its_line(
    ws: Workspace, reference: str, words: str, fix: str
) -> None:
    ws.write("secret.json", "{}")
    put(ws, "b@v1.json", schema(type="integer"))
    put(ws, "a@v1.json", schema(**{"$defs": {"Money": {}}, "properties": {"x": {"$ref": reference}}}))
    result = judged_alone(ws)

    assert told(result) == ["contracts/a@v1.json:8:4 AG308"]
    assert messages(result, "AG308") == [f"`{reference}` {words}"]
    assert fixes(result, "AG308")[0].startswith(fix)


def test_a_reference_of_openapi_that_leads_nowhere_is_told_at_its_line(ws: Workspace) -> None:
    parameters = [{"$ref": "#/components/parameters/Key"}]
    put(ws, "a@v1.json", openapi(paths={"/x": {"get": operation("x", parameters=parameters)}}))

    assert told(judged_alone(ws)) == ["contracts/a@v1.json:18:7 AG308"]


def test_examples_and_constants_may_hold_what_looks_like_a_reference(ws: Workspace) -> None:
    looks = {"$ref": "https://example.com/x"}
    put(ws, "a@v1.json", schema(const=looks, default=looks, examples=[looks], enum=[looks, 1]))
    media = {"application/json": {"example": looks, "examples": {"one": {"value": looks}}}}
    answer = {"200": {"description": "it", "content": media}}
    put(ws, "b@v1.json", openapi(paths={"/x": {"get": operation("x", responses=answer)}}, **{"x-more": looks}))

    assert told(judged_alone(ws)) == []


def test_a_property_may_be_called_as_a_keyword_is(ws: Workspace) -> None:
    names = ("$ref", "default", "const", "example", "value", "properties")
    put(ws, "a@v1.json", schema(properties={name: {"$ref": "#/$defs/A"} for name in names}, **{"$defs": {"A": {}}}))

    assert told(judged_alone(ws)) == []


def test_parts_that_refer_to_each_other_end(ws: Workspace) -> None:
    put(ws, "one.json", {"a": {"$ref": "two.json#/b"}})
    put(ws, "two.json", {"b": {"anyOf": [{"$ref": "one.json#/a"}, {"type": "null"}]}})
    put(ws, "a@v1.json", schema(properties={"x": {"$ref": "one.json#/a"}}))

    assert told(judged_alone(ws)) == []

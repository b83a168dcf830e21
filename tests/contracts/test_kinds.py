"""Each kind of contract is judged by the library made for it, and what is wrong has its line."""

import json
import sys
from pathlib import Path

import pytest
from contract_cases import DRAFT, judged_alone, messages, module_contract, openapi, operation, put, schema, told
from support import Workspace

from astrograph import contracts
from astrograph.contracts import openapi_checks


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A workspace of contracts alone."""
    return Workspace(tmp_path)


def test_one_valid_contract_of_each_kind_has_nothing_wrong(ws: Workspace) -> None:
    put(ws, "memory.fold@v1.json", module_contract("memory/fold"))
    put(ws, "memory.record@v1.json", schema(type="object"))
    put(ws, "memory.http@v1.json", openapi())

    assert told(judged_alone(ws)) == []


def test_yaml_is_read_as_json_is(ws: Workspace) -> None:
    ws.write("contracts/a@v1.yaml", f'"$schema": {DRAFT}\ntype: object\n')
    ws.write("contracts/b@v1.yml", 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\npaths:\n  /x: {gett: {}}\n')

    assert told(judged_alone(ws)) == ["contracts/b@v1.yml:4:8 AG302"]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("{", "contracts/a@v1.json:1:2 AG201"),
        ('{\n "kind": "module",\n "kind": "module"}', "contracts/a@v1.json:3:2 AG202"),
        ('{"x": 1e999}', "contracts/a@v1.json:1:7 AG201"),
        ("", "contracts/a@v1.json:1:1 AG201"),
        ("[" * 200, "contracts/a@v1.json:1:101 AG201"),
    ],
)
def test_json_that_cannot_be_read_is_told_where_it_goes_wrong(ws: Workspace, text: str, finding: str) -> None:
    ws.write("contracts/a@v1.json", text)

    assert told(judged_alone(ws)) == [finding]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: [", "contracts/a@v1.yaml:2:1 AG201"),
        ("kind: module\nkind: module\n", "contracts/a@v1.yaml:2:1 AG202"),
        ("a: &x 1\nb: *x\n", "contracts/a@v1.yaml:1:4 AG203"),
        ("openapi: 3.1.0\nresponses:\n  200: x\n", "contracts/a@v1.yaml:3:3 AG206"),
    ],
)
def test_yaml_beyond_the_subset_is_told_where_it_stands(ws: Workspace, text: str, finding: str) -> None:
    ws.write("contracts/a@v1.yaml", text)

    assert finding in told(judged_alone(ws))


@pytest.mark.parametrize(
    ("document", "finding", "words"),
    [
        (module_contract("memory/fold", guarantees=None), ":1:1 AG302", "`guarantees` is missing"),
        (module_contract("memory/fold", guarantee=[]), ":12:2 AG302", "did you mean `guarantees`?"),
        (
            module_contract("memory/fold", exports={"classes": [], "functions": ["fold"]}),
            ":8:4 AG302",
            'must be an object, is "fold"',
        ),
    ],
)
def test_a_module_contract_is_held_to_our_schema(
    ws: Workspace, document: dict[str, object], finding: str, words: str
) -> None:
    put(ws, "a@v1.json", document)
    result = judged_alone(ws)

    assert told(result) == [f"contracts/a@v1.json{finding}"]
    assert words in messages(result, "AG302")[0]


@pytest.mark.parametrize(
    "draft",
    [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        DRAFT,
    ],
)
def test_a_json_schema_is_held_to_the_metaschema_of_its_draft(ws: Workspace, draft: str) -> None:
    put(ws, "good@v1.json", {"$schema": draft, "type": "object", "properties": {"a": {"minimum": 1}}})
    put(ws, "wrong@v1.json", {"$schema": draft, "properties": {"a": {"minimum": "one"}}, "type": "objekt"})

    assert told(judged_alone(ws)) == ["contracts/wrong@v1.json:5:4 AG302", "contracts/wrong@v1.json:8:2 AG302"]


def test_drafts_differ(ws: Workspace) -> None:
    put(
        ws,
        "old@v1.json",
        {"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": True, "minimum": 1},
    )
    put(ws, "new@v1.json", schema(exclusiveMinimum=True, minimum=1))

    assert told(judged_alone(ws)) == ["contracts/new@v1.json:3:2 AG302"]


@pytest.mark.parametrize(
    "draft", ["http://json-schema.org/draft-03/schema#", "https://json-schema.org/draft/2099-01/schema"]
)
def test_a_draft_that_is_not_read_is_told(ws: Workspace, draft: str) -> None:
    put(ws, "a@v1.json", {"$schema": draft})

    assert told(judged_alone(ws)) == ["contracts/a@v1.json:2:2 AG302"]


def test_a_pattern_that_does_not_compile_is_told(ws: Workspace) -> None:
    put(ws, "a@v1.json", schema(type="string", pattern="("))

    assert told(judged_alone(ws)) == ["contracts/a@v1.json:4:2 AG302"]


@pytest.mark.parametrize(
    ("document", "line", "words"),
    [
        ({"openapi": "3.0.3"}, 2, 'the version is "3.0.3"'),
        ({"openapi": "3.2.0"}, 2, 'the version is "3.2.0"'),
        ({"openapi": 3.1}, 2, "the version is 3.1"),
        ({"swagger": "2.0"}, 2, 'the version is "2.0"'),
        (openapi(info={"title": "T"}), 3, "`version` is missing"),
        (openapi(contents=1), 19, "`contents` is not allowed here"),
    ],
)
def test_an_openapi_document_is_held_to_the_official_schema(
    ws: Workspace, document: dict[str, object], line: int, words: str
) -> None:
    put(ws, "a@v1.json", document)
    result = judged_alone(ws)

    assert told(result) == [f"contracts/a@v1.json:{line}:2 AG302"]
    assert words in messages(result, "AG302")[0]


def test_what_the_schema_of_openapi_cannot_say_is_told_by_its_validator(ws: Workspace) -> None:
    paths = {
        "/folds": {"get": operation("same")},
        "/moments": {"get": operation("same")},
        "/folds/{key}": {"get": operation("getFold")},
    }
    schemas = {"Fold": {"properties": {"key": {"type": "strin"}}}, "Size": {"type": "integer", "default": "big"}}
    put(ws, "a@v1.json", openapi(paths=paths, components={"schemas": schemas}))
    told_of = {message.partition("`: ")[0].removeprefix("at `") for message in messages(judged_alone(ws), "AG302")}

    assert told_of == {
        "/paths/~1moments/get",
        "/paths/~1folds~1{key}/get",
        "/components/schemas/Fold/properties/key/type",
        "/components/schemas/Size/default",
    }


def test_schemas_that_are_only_each_other_are_told_and_end(ws: Workspace) -> None:
    loop = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    put(ws, "a@v1.json", openapi(components={"schemas": loop}))

    assert told(judged_alone(ws)) == ["contracts/a@v1.json:1:1 AG302"]


def test_a_schema_that_contains_itself_is_fine(ws: Workspace) -> None:
    tree = {"type": "object", "properties": {"below": {"$ref": "#/components/schemas/Tree"}}}
    put(ws, "a@v1.json", openapi(components={"schemas": {"Tree": tree}}))
    put(ws, "b@v1.json", schema(properties={"below": {"$ref": "#"}}))

    assert told(judged_alone(ws)) == []


def test_a_long_chain_of_schemas_is_no_error(ws: Workspace) -> None:
    chain = {f"S{i}": {"properties": {"next": {"$ref": f"#/components/schemas/S{i + 1}"}}} for i in range(400)}
    put(ws, "a@v1.json", openapi(components={"schemas": {**chain, "S400": {"type": "integer"}}}))

    assert told(judged_alone(ws)) == []


def test_a_list_of_itself_within_a_combination_is_no_error(ws: Workspace) -> None:
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    holder = {"allOf": [{"$ref": "#/components/schemas/Tree"}]}
    put(ws, "a@v1.json", openapi(components={"schemas": {"Tree": tree, "Holder": holder}}))

    assert told(judged_alone(ws)) == []


@pytest.mark.parametrize("kind", ["json-schema", "openapi"])
def test_patterns_are_those_of_json_schema_and_not_of_python(ws: Workspace, kind: str) -> None:
    schemas = {"Good": {"pattern": "^\\p{L}+$"}, "Wrong": {"pattern": "("}}
    document = schema(**{"$defs": schemas}) if kind == "json-schema" else openapi(components={"schemas": schemas})
    put(ws, "a@v1.json", document)
    (message,) = messages(judged_alone(ws), "AG302")

    assert message.endswith('Wrong/pattern`: "(" is not of the format `regex`')


def test_schemas_of_openapi_may_name_a_draft_that_is_read(ws: Workspace) -> None:
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": True, "minimum": 1}
    strange = {"$schema": "https://example.com/dialect"}
    put(ws, "a@v1.json", openapi(components={"schemas": {"Old": old, "Strange": strange}}))

    assert messages(judged_alone(ws), "AG302") == [
        "at `/components/schemas/Strange`: the dialect https://example.com/dialect is none that is read here"
    ]


def test_a_pattern_that_would_take_for_ever_does_not(ws: Workspace) -> None:
    hostile = {"type": "string", "pattern": "^(a+)+$", "default": "a" * 60 + "!"}
    put(ws, "a@v1.json", openapi(components={"schemas": {"Slow": hostile}}))

    assert told(judged_alone(ws)) == ["contracts/a@v1.json:24:5 AG302"]


def test_without_its_library_an_openapi_document_does_not_pass(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(contracts, "openapi_checks", raising=False)
    monkeypatch.delitem(sys.modules, "astrograph.contracts.openapi_checks", raising=False)
    for name in [name for name in sys.modules if name.startswith("openapi_spec_validator.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openapi_spec_validator", None)
    put(ws, "a@v1.json", openapi())
    result = judged_alone(ws)

    assert (result.verdict.value, told(result)) == ("fail", ["contracts/a@v1.json:2:2 AG310"])


def test_environment_settings_of_the_library_change_nothing(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND", "none such")
    monkeypatch.setenv("OPENAPI_SPEC_VALIDATOR_RESOLVED_CACHE_MAXSIZE", "-1")
    put(ws, "a@v1.json", openapi(info={"title": "T"}))

    assert told(judged_alone(ws)) == ["contracts/a@v1.json:3:2 AG302"]


@pytest.mark.parametrize(
    ("document", "line", "fix"),
    [
        ({"kind": "modul"}, 2, "did you mean `module`?"),
        ({"kind": "grpc"}, 2, "write one of `module`, `json-schema`, `openapi`"),
        ({"type": "object"}, 1, "write `kind`"),
        ({"$schema": "../schema.json"}, 1, "write `kind`"),
        ([1], 1, "write `kind`"),
        ("text", 1, "write `kind`"),
        (None, 1, "write `kind`"),
    ],
)
def test_a_file_that_says_no_kind_is_told(ws: Workspace, document: object, line: int, fix: str) -> None:
    put(ws, "a@v1.json", document)
    result = judged_alone(ws)
    (found,) = [item for item in result.findings if item.code == "AG309"]

    assert (found.line, found.fix.startswith(fix), result.verdict.value) == (line, True, "fail")


def test_a_kind_that_is_said_wins_over_what_a_file_looks_like(ws: Workspace) -> None:
    put(ws, "a@v1.json", {"kind": "json-schema", "type": "object"})
    put(ws, "b@v1.json", module_contract("memory/fold", **{"$schema": "../schemas/contract.schema.json"}))

    assert told(judged_alone(ws)) == []


def test_many_problems_of_one_file_are_told_up_to_a_number(ws: Workspace) -> None:
    ws.write("contracts/a@v1.json", json.dumps(schema(properties={f"p{i}": {"type": "x"} for i in range(500)})))

    assert len(messages(judged_alone(ws), "AG302")) == 101


def test_an_openapi_document_that_takes_too_many_steps_is_told_and_counts_as_broken(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemas = {f"S{i}": {"$ref": f"#/components/schemas/S{i + 1}"} for i in range(50)} | {"S50": {"type": "string"}}
    put(ws, "a@v1.json", openapi(components={"schemas": schemas}))
    put(ws, "b@v1.json", openapi())
    assert told(judged_alone(ws)) == []
    monkeypatch.setattr(openapi_checks, "MAX_STEPS", 40)

    result = judged_alone(ws)

    assert [item.path for item in result.findings if item.code == "AG312"] == ["contracts/a@v1.json"]


def test_a_default_deep_inside_other_schemas_is_held_to_its_own(ws: Workspace) -> None:
    inner = {"type": "integer", "default": "no"}
    named = {"Named": {"items": {"properties": {"count": inner}}}}
    outer = {"allOf": [{"anyOf": [{"$ref": "#/components/schemas/Named"}]}], "properties": {"list": {"items": inner}}}
    put(ws, "a@v1.json", openapi(components={"schemas": {"Outer": outer, **named}}))

    result = judged_alone(ws)

    assert len(told(result)) == 2
    assert all("the default does not fit its schema" in message for message in messages(result, "AG302"))

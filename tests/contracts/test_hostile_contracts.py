"""Whatever a contract file holds, the answer is findings: never a traceback, never a fetch, never a hang."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from contract_cases import DRAFT, module_contract, openapi, operation
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from astrograph.contracts.reading import identify, leads_elsewhere
from astrograph.contracts.registry import assemble, judge_alone
from astrograph.formats.json_schema import Schema, compile_schema
from astrograph.model.contract import Registry

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("$ref", "$id", "$schema", "$anchor", "type", "properties", "items", "default", "enum", "allOf", "pattern",
         "required", "openapi", "paths", "components", "schemas", "parameters", "id", "kind", "exports", "#", "#/paths",
         "x.json", "https://example.com/x", "\x1b[2J", "object", "(", "~2", "%zz", "{key}")  # fmt: skip

leaves = (
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.sampled_from(WORDS) | st.text()
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
)

VALID = (
    module_contract("memory/fold"),
    {
        "$schema": DRAFT,
        "$defs": {"A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/A"}}}},
        "$ref": "#/$defs/A",
    },
    openapi(
        paths={
            "/folds/{key}": {
                "parameters": [{"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": operation("getFold", tags=["a"]),
            }
        },
        components={"schemas": {"Fold": {"allOf": [{"$ref": "#/components/schemas/Part"}]}, "Part": {"default": 1}}},
        tags=[{"name": "a"}],
    ),
)


def our_schema() -> Schema:
    """The schema of module contracts."""
    return compile_schema(json.loads((ROOT / "schemas/contract.schema.json").read_bytes()), path="contract.schema.json")


def registry_of(files: dict[str, bytes]) -> Registry:
    """The registry of files that are only in memory."""
    schema = our_schema()
    read = []
    for path, data in sorted(files.items()):
        document, file = identify(path, data)
        if not document.problems and not leads_elsewhere(file):
            file = file.judged(judge_alone(document, file, lambda: schema))
        read.append(file)
    return assemble(read, lambda path: identify(path, files[path])[0], folder="contracts", schema=lambda: schema)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, each in children for place in places(each, (*at, key)))]


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A valid contract with one value in it replaced."""
    document = deepcopy(draw(st.sampled_from(VALID)))
    *way, last = draw(st.sampled_from([place for place in places(document) if place]))
    holder = document
    for key in way:
        holder = holder[key]
    holder[last] = draw(values)
    return document


@given(st.binary(max_size=200), st.sampled_from(["json", "yaml", "yml"]))
def test_any_bytes_end_in_findings(data: bytes, suffix: str) -> None:
    (contract,) = registry_of({f"contracts/a@v1.{suffix}": data}).contracts

    assert contract.findings


@given_settings(max_examples=150)
@given(damaged())
def test_a_damaged_contract_ends_in_findings_or_is_still_valid(document: Any) -> None:
    data = json.dumps(document).encode()
    (contract,) = registry_of({"contracts/a@v1.json": data}).contracts

    assert (contract.status.value == "ok") == (not contract.findings)
    assert [item for item in contract.findings if not item.message or item.path != "contracts/a@v1.json"] == []


@given_settings(max_examples=60)
@given(damaged(), values)
def test_a_part_may_hold_anything(document: Any, part: Any) -> None:
    files = {"contracts/a@v1.json": json.dumps(document).encode(), "contracts/x.json": json.dumps(part).encode()}

    assert registry_of(files) == registry_of(dict(reversed(files.items())))


@pytest.mark.parametrize(
    "document",
    [
        {"$schema": DRAFT, "$ref": "#"},
        {"$schema": DRAFT, "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}}, "$ref": "#/$defs/A"},
        {"$schema": DRAFT, "$dynamicAnchor": "x", "$dynamicRef": "#x"},
        {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"$ref": {"$ref": "#/definitions/$ref"}}},
        openapi(paths={"/a": {"$ref": "#/paths/~1a"}}),
        openapi(components={"schemas": {"A": {"$ref": "#/components"}}}),
        openapi(components={"schemas": {"A": {"$id": "https://example.com/", "$ref": "b"}}}),
        openapi(jsonSchemaDialect="https://example.com/dialect"),
        openapi(webhooks={"x": {"post": operation("x")}}, paths={"/{a}{a}": {"get": operation("y")}}),
    ],
)
def test_documents_that_go_round_in_circles_end(document: dict[str, Any]) -> None:
    assert registry_of({"contracts/a@v1.json": json.dumps(document).encode()}).contracts


def test_nesting_up_to_the_limit_is_judged(tmp_path: Path) -> None:
    inner: dict[str, Any] = {"type": "integer"}
    for _ in range(30):
        inner = {"properties": {"a": inner}}
    documents = [{"$schema": DRAFT, **inner}, openapi(components={"schemas": {"Deep": inner}})]
    files = {f"contracts/a@v{i}.json": json.dumps(each).encode() for i, each in enumerate(documents)}

    assert [item.findings for item in registry_of(files).contracts] == [(), ()]

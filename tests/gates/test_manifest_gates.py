"""Every manifest is valid, of the locked version, and survives a round trip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from astrograph.formats.canonical_json import encode
from astrograph.formats.json_schema import compile_schema
from astrograph.gates import manifests as gates
from astrograph.gates.manifests import ManifestBytes, roundtrip_gate, schema_gate
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ids import ModuleId

SCHEMA = compile_schema(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "schema_version": {"const": "1.1.0"},
            "module": {"type": "object", "properties": {"owner": {"type": ["string", "null"]}}},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["schema_version"],
        "additionalProperties": False,
    },
    path="schema.json",
)


def manifest(name: str = "a", **changes: object) -> ManifestBytes:
    document: dict[str, object] = {"schema_version": "1.1.0", "module": {"owner": "@a"}, **changes}
    return ModuleId(name), f"{name}.json", encode(document)


def raw(data: bytes | None, name: str = "a") -> ManifestBytes:
    return ModuleId(name), f"{name}.json", data


def check(*items: ManifestBytes, expected: int | None = None, version: str = "1.1.0") -> GateResult:
    return schema_gate(
        iter(items),
        SCHEMA,
        version=version,
        version_pointer="/schema_version",
        expected=len(items) if expected is None else expected,
    )


def codes(result: GateResult) -> list[str]:
    return [item.code for item in result.findings]


def test_valid_manifests_pass():
    result = check(manifest("a"), manifest("b"))
    assert (result.gate, result.verdict, result.compared, result.expected) == ("schema", Verdict.PASS, 2, 2)
    assert dict(result.notes) == {"invalid": 0, "version": "1.1.0"}


def test_an_invalid_value_is_found_at_its_pointer_and_line():
    result = check(manifest("a", module={"owner": 3}), manifest("b"))
    (problem,) = result.findings
    assert (result.verdict, result.compared) == (Verdict.FAIL, 2)
    assert (problem.code, problem.path, problem.module) == ("AG209", "a.json", "a")
    assert problem.message.startswith("/module/owner: ")
    assert (problem.line, problem.column) == (3, 5)
    assert problem.fix == "`doit info` shows where the value comes from: correct it there, then run `doit`"


def test_a_value_that_is_missing_is_found_at_what_lacks_it():
    result = check(raw(encode({"module": {}})))
    assert codes(result) == ["AG210", "AG209"]


def test_another_version_is_told_once():
    result = check(manifest(schema_version="1.0.0"))
    assert [(item.code, item.message) for item in result.findings] == [
        ("AG210", 'manifest states schema version "1.0.0", the locked one is "1.1.0"')
    ]
    assert result.verdict is Verdict.FAIL


def test_a_valid_manifest_of_another_version_than_the_locked_one_fails():
    result = check(manifest(), version="1.2.0")
    assert (result.verdict, codes(result)) == (Verdict.FAIL, ["AG210"])


def test_the_version_is_looked_up_where_it_lands():
    data = encode({"meta": {"v": "1.1.0"}})
    schema = compile_schema({"type": "object"}, path="s")
    items = [raw(data)]
    assert schema_gate(items, schema, version="1.1.0", version_pointer="/meta/v", expected=1).verdict is Verdict.PASS
    assert schema_gate(items, schema, version="1.1.0", version_pointer="/meta/w", expected=1).verdict is Verdict.FAIL


def test_a_workspace_that_states_no_version_has_none_to_check():
    schema = compile_schema({"type": "object"}, path="s")
    result = schema_gate([raw(b"{}")], schema, version="1.1.0", version_pointer=None, expected=1)
    assert (result.verdict, result.compared) == (Verdict.PASS, 1)


def test_a_version_of_another_type_is_another_version():
    (problem,) = check(manifest(schema_version=["1.1.0"] * 500)).findings
    assert problem.message == 'manifest states schema version an array of 500, the locked one is "1.1.0"'


@pytest.mark.parametrize("gate", ["schema", "roundtrip"])
@pytest.mark.parametrize("data", [None, b"", b"{", b"\xff\xfe", b'{"a": NaN}', b"[" * 200_000])
def test_what_cannot_be_read_is_not_compared_and_fails(gate: str, data: bytes | None):
    items = [manifest("a"), raw(data, "b")]
    result = check(*items) if gate == "schema" else roundtrip_gate(items, expected=2)
    assert (result.verdict, result.compared, result.reason) == (Verdict.FAIL, 1, "compared 1 of 2")
    assert [(item.code, item.path, item.fix) for item in result.findings] == [
        ("AG217", "b.json", "run `doit` to build it again")
    ]


def test_a_manifest_that_is_not_there_says_so():
    (problem,) = check(raw(None)).findings
    assert problem.message == "manifest is missing or cannot be read"


def test_a_damaged_manifest_says_where():
    (problem,) = check(raw(b'{\n  "a": 1,\n  "b" 2\n}\n')).findings
    assert problem.message.startswith("manifest is not valid JSON: ")
    assert (problem.line, problem.column) == (3, 7)


@pytest.mark.parametrize("data", [b"null\n", b"[]\n", b'"text"\n', b"3\n"])
def test_a_manifest_that_is_no_object_is_invalid(data: bytes):
    result = check(raw(data))
    assert (result.verdict, result.compared) == (Verdict.FAIL, 1)
    assert set(codes(result)) == {"AG209", "AG210"}


@pytest.mark.parametrize("gate", ["schema", "roundtrip"])
def test_nothing_compared_where_something_was_expected_fails(gate: str):
    result = check(expected=3) if gate == "schema" else roundtrip_gate([], expected=3)
    assert (result.verdict, result.reason) == (Verdict.FAIL, "compared 0 of 3")


@pytest.mark.parametrize("gate", ["schema", "roundtrip"])
def test_nothing_expected_is_no_success(gate: str):
    result = check(expected=0) if gate == "schema" else roundtrip_gate([], expected=0)
    assert result.verdict is Verdict.FAIL


def test_many_problems_of_one_manifest_are_bounded():
    result = check(manifest(tags=list(range(gates.PROBLEMS_PER_MANIFEST + 5))))
    assert len(result.findings) == gates.PROBLEMS_PER_MANIFEST + 1
    assert "and 5 more problems in this manifest" in [item.message for item in result.findings]


def test_only_so_many_manifests_are_explained_and_none_is_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gates, "EXPLAINED_MANIFESTS", 2)
    result = check(*(manifest(f"m{n}", extra=1) for n in range(5)))
    messages = [item.message for item in result.findings]
    assert messages.count("manifest does not match the schema") == 3
    assert len(messages) == 5
    assert dict(result.notes)["invalid"] == 5


class Mute:
    """A schema that refuses everything and explains nothing."""

    def is_valid(self, _document: object) -> bool:
        return False

    def explain(self, _document: object) -> tuple[()]:
        return ()


def test_a_verdict_without_an_explanation_still_fails():
    result = schema_gate([manifest()], Mute(), version="1.1.0", version_pointer="/schema_version", expected=1)
    assert [item.message for item in result.findings] == ["manifest does not match the schema"]
    assert result.verdict is Verdict.FAIL


def test_canonical_manifests_survive_the_round_trip():
    result = roundtrip_gate([manifest("a"), manifest("b", tags=["é", "\u2028", "🛡️"])], expected=2)
    assert (result.gate, result.verdict, result.compared) == ("roundtrip", Verdict.PASS, 2)


def test_a_reformatted_manifest_fails_at_the_first_other_byte():
    data = (manifest()[2] or b"").replace(b'    "owner"', b'  "owner"')
    (problem,) = roundtrip_gate([raw(data)], expected=1).findings
    assert (problem.code, problem.line, problem.column) == ("AG211", 3, 3)
    assert problem.message == "reading the manifest and writing it again gives other bytes, first here"


@pytest.mark.parametrize(
    "data",
    [
        b'{\n  "b": 1,\n  "a": 2\n}\n',
        b'{\n  "a": 1,\n  "a": 2\n}\n',
        b'{\n  "a": 1\n}',
        b'{\n  "a": 1\n}\n\n',
        b'{\r\n  "a": 1\r\n}\r\n',
        b'{\n  "a": 1.0e0\n}\n',
        b'{\n  "a": "\\u00e9"\n}\n',
        b'{\n  "a": 0.123456789\n}\n',
        b'{\n  "a": 9007199254740993\n}\n',
    ],
)
def test_bytes_that_are_not_canonical_fail(data: bytes):
    result = roundtrip_gate([raw(data)], expected=1)
    assert (result.verdict, result.compared, codes(result)) == (Verdict.FAIL, 1, ["AG211"])


def test_manifests_are_taken_one_by_one():
    alive = 0

    def stream() -> Iterator[ManifestBytes]:
        nonlocal alive
        for n in range(50):
            alive += 1
            yield manifest(f"m{n}")

    result = roundtrip_gate(stream(), expected=50)
    assert (result.compared, alive) == (50, 50)

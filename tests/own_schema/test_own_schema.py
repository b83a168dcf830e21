"""A repository with a manifest schema of its own: its layout, nothing it forbids, what it asks that nobody gives."""

import json
from typing import Any

import pytest
from support import Workspace

OWN = "schemas/own.json"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
PLACED = {
    "path": '"/module"',
    "owner": '"/metadata/owner"',
    "tier": '"/metadata/tier"',
    "stars": '{ pointer = "/metadata/star", form = "label" }',
    "internal": '"/imports"',
    "name": "false",
    "lane": "false",
    "description": "false",
}


def own_schema(**changes: object) -> dict[str, Any]:
    """A closed draft-07 schema in a layout of its own."""
    metadata = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "owner": {"$ref": "#/definitions/text"},
            "tier": {"type": "string"},
            "star": {"type": "string"},
            "team": {"type": "string"},
        },
    }
    return {
        "$schema": DRAFT_7,
        "definitions": {"text": {"type": "string", "minLength": 1}},
        "type": "object",
        "additionalProperties": False,
        "required": ["module", "metadata"],
        "properties": {
            "module": {"type": "string"},
            "imports": {"type": "array", "items": {"type": "string"}},
            "contact": {"type": "string", "format": "email"},
            "name": {"type": "string"},
            "metadata": metadata,
        },
        **changes,
    }


@pytest.fixture
def own(family: Workspace) -> Workspace:
    return adopt_schema(family, own_schema())


def adopt_schema(ws: Workspace, schema: object, *, settings: str = "", **placed: str) -> Workspace:
    """Point the workspace to a schema of its own, with the placements of this file and further ones."""
    ws.write(OWN, json.dumps(schema, indent=1))
    ws.settings(f'schema = "{OWN}"\n{settings}')
    place(ws, **{**PLACED, **placed})
    ws.pin()
    return ws


def place(ws: Workspace, **placed: str) -> None:
    """Say in the settings where fields land."""
    table = "".join(f"{name} = {value}\n" for name, value in placed.items())
    text = ws.path("pyproject.toml").read_text()
    ws.write("pyproject.toml", text.replace("[tool.doit]", f"[tool.astrograph.manifest]\n{table}\n[tool.doit]", 1))


def told(ws: Workspace, code: str, gate: str = "schema") -> list[dict[str, Any]]:
    return [item for item in ws.gate(gate)["findings"] if item["code"] == code]


def test_manifests_have_its_layout_and_nothing_it_forbids(own: Workspace) -> None:
    own.author("memory/fold", 'owner: "@m"\ntier: T2_important\nstars: [Trail]\nname: Fold\n')
    assert own.run("validate").exit == 0
    assert own.manifest("memory/fold") == {
        "module": "memory/fold",
        "imports": ["core/types"],
        "name": "Fold",
        "metadata": {"owner": "@m", "tier": "T2_important", "star": "✦ Trail (Memory)"},
    }
    assert own.manifest("core/types")["metadata"] == {"star": "🔧 Supporting (Infrastructure/Utilities)"}
    assert (own.gate("schema")["verdict"], own.gate("schema")["compared"]) == ("warn", 3)


def test_what_is_left_out_is_told_once(own: Workspace) -> None:
    own.run("validate")
    (finding,) = told(own, "AG244")
    assert "schema_version, confidence, origin" in finding["message"]
    assert (finding["path"], finding["severity"]) == (OWN, "warning")
    line = own.path(OWN).read_text().splitlines()[finding["line"] - 1]
    assert "additionalProperties" in line


def test_what_is_set_to_false_is_left_out_without_a_word(family: Workspace) -> None:
    fields = "schema_version confidence origin suggestion external classes functions constants docstring has_tests"
    names = [*fields.split(), "exports_documented", "exports_total", "test_paths"]
    ws = adopt_schema(family, own_schema(), **dict.fromkeys(names, "false"))
    ws.run("validate")
    assert (ws.gate("schema")["verdict"], ws.gate("schema")["findings"]) == ("pass", [])


def test_a_required_field_that_nobody_gave_is_one_finding_with_its_count_and_choices(family: Workspace) -> None:
    schema = own_schema(required=["module", "metadata", "contact"])
    schema["properties"]["metadata"]["required"] = ["owner", "team"]
    ws = adopt_schema(family, schema)
    ws.author("memory/fold", 'owner: "@m"\ncontact: m@example.com\n')
    assert ws.run("validate").exit == 1
    found = told(ws, "AG243")
    assert [item["message"] for item in found] == [
        "the schema requires /contact, and nobody says it: 2 modules, such as core/types",
        "the schema requires /metadata/owner, which is `owner`, and nobody says it: 2 modules, such as core/types",
        "the schema requires /metadata/team, and nothing is placed there: 3 modules, such as core/types",
    ]
    assert [item["fix"].split(",")[0] for item in found] == [
        "doit facts set MODULE contact VALUE",
        "doit facts set MODULE owner VALUE",
        "place a field there in [tool.astrograph.manifest]",
    ]
    assert [ws.path(OWN).read_text().splitlines()[item["line"] - 1].strip(' ,"') for item in found] == [
        "contact",
        "owner",
        "team",
    ]
    assert told(ws, "AG209") == []


def test_giving_it_for_a_folder_mends_it(family: Workspace) -> None:
    schema = own_schema(required=["module", "metadata", "contact"])
    ws = adopt_schema(family, schema)
    for target in ("memory/", "core/"):
        assert ws.run("facts", "set", target, "contact", "x@example.com").exit == 0
    ws.run("validate")
    assert told(ws, "AG243") == []
    assert ws.manifest("core/types")["contact"] == "x@example.com"


def test_what_people_said_is_kept_where_the_schema_forbids_it_and_told(own: Workspace) -> None:
    own.author("memory/_defaults", "contracts: [a@v1]\n")
    own.author("core/types", "node: core\n")
    assert own.run("validate").exit == 1
    assert own.manifest("memory/fold")["contracts"] == ["a@v1"]
    assert "contracts" not in own.manifest("core/types")
    found = told(own, "AG245")
    assert [item["message"] for item in found] == [
        "people say `contracts`, and the schema allows nothing at /contracts: 2 modules, such as memory/fold",
        "people say `node`, and the schema allows nothing at /node: 1 module, such as core/types",
    ]
    assert told(own, "AG209") == []


@pytest.mark.parametrize(
    ("placed", "part"),
    [
        ({"docstring": '"/metadata/doc"'}, "the schema allows nothing at /metadata/doc"),
        ({"exports_total": '"/metadata/team"'}, "/metadata/team holds string there, not integer"),
        ({"stars": '{ pointer = "/metadata/star", form = "ids" }'}, "/metadata/star holds string there, not array"),
    ],
)
def test_a_place_the_schema_has_not_is_told_at_the_settings(
    family: Workspace, placed: dict[str, str], part: str
) -> None:
    ws = adopt_schema(family, own_schema(), **placed)
    assert ws.run("validate").exit == 1
    (finding,) = told(ws, "AG246")
    assert finding["path"] == "pyproject.toml"
    assert part in finding["message"]
    assert f"({OWN}:" in finding["message"]


@pytest.mark.parametrize(("setting", "verdict"), [("", "warn"), ("format_assertion = true", "fail")])
def test_formats_are_asserted_where_the_settings_say_so_and_nowhere_else(
    family: Workspace, setting: str, verdict: str
) -> None:
    ws = adopt_schema(family, own_schema(), settings=setting)
    ws.author("memory/fold", "contact: nobody\n")
    ws.run("validate")
    assert ws.gate("schema")["verdict"] == verdict
    assert [item["message"] for item in told(ws, "AG209")] == (
        ['/contact: "nobody" is not of the format `email`'] if setting else []
    )


def test_a_schema_that_leaves_stars_open_agrees_with_the_canon(own: Workspace) -> None:
    own.run("validate")
    canon = own.gate("canon")
    assert (canon["verdict"], canon["compared"], canon["reason"]) == ("pass", 9, "the schema leaves stars open")


def test_our_own_schema_without_its_stars_still_fails(family: Workspace) -> None:
    family.document(
        "schemas/module_manifest.schema.json", lambda schema: schema["$defs"].update(star={"type": "string"})
    )
    family.pin()
    family.run("validate")
    assert family.gate("canon")["verdict"] == "fail"


def test_an_open_schema_takes_everything(family: Workspace) -> None:
    ws = adopt_schema(family, {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"})
    assert ws.run("validate").exit == 0
    assert ws.gate("schema")["findings"] == []
    assert ws.manifest("memory/fold")["exports"] == {"classes": [], "constants": [], "functions": []}


def test_many_invalid_manifests_for_one_reason_are_one_finding(family: Workspace) -> None:
    from astrograph.formats.canonical_json import encode
    from astrograph.formats.json_schema import compile_schema
    from astrograph.gates.manifests import EXPLAINED_MANIFESTS, schema_gate
    from astrograph.model.ids import ModuleId
    from astrograph.model.schema_fit import Expectation, SchemaFit

    schema = compile_schema({"required": ["owner"]}, path="s")
    fit = SchemaFit(required=(Expectation("/owner", "nobody says it", 3, 1, "say it"),))
    count = EXPLAINED_MANIFESTS + 5
    manifests = [(ModuleId(f"m{i:05}"), f"m{i:05}.json", encode({})) for i in range(count)]
    result = schema_gate(manifests, schema, schema_path="s", version="1", version_pointer=None, expected=count, fit=fit)
    assert [(item.code, item.line) for item in result.findings] == [("AG243", 3)]
    assert dict(result.notes)["invalid"] == count


def test_fields_that_clash_are_all_told_at_once(family: Workspace) -> None:
    place(family, path='"/module"', classes='"/module-x"')
    run = family.run()
    assert run.exit == 3
    assert [line.split(":")[0].strip() for line in run.err.splitlines()[1:-1]] == [
        "description",
        "lane",
        "name",
        "owner",
        "tier",
    ]

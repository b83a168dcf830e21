"""What becomes of the values of one old document, shape by shape."""

from collections.abc import Callable
from typing import Any

import pytest
from reading import authored, codes, of_module, report
from support import Run, Workspace

OWN = {
    "schema_version": "1.0.0",
    "module": {
        "name": "memory.fold",
        "path": "memory/fold",
        "owner": "@memory",
        "tier": "T2_important",
        "lane": "production",
        "description": "Folds.",
    },
    "constellation": {"stars": ["Flow"], "confidence": 1.0, "origin": "authored"},
    "contracts": ["memory.fold@v2"],
    "capabilities": [{"name": "store", "type": "service", "description": "Stores.", "interfaces": ["Fold"]}],
    "node": "memory",
    "dependencies": {"internal": [], "external": ["numpy"]},
    "exports": {"classes": [], "functions": [], "constants": ["X"]},
    "tags": ["a", "b"],
    "annotations": {"jira": {"key": "M-1"}},
}


def test_a_manifest_of_our_own_shape_is_adopted_whole(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("memory/fold", OWN)
    assert adopt().exit == 0
    new = space.manifest("memory/fold")
    assert new["module"] == OWN["module"]
    assert {key: new[key] for key in ("contracts", "capabilities", "node", "tags", "annotations", "constellation")} == {
        key: OWN[key] for key in ("contracts", "capabilities", "node", "tags", "annotations", "constellation")
    }
    line = of_module(report(space), "memory/fold")
    assert (line["shape"], line["standing"], line["carried"], line["not_carried"]) == ("own", "adopted", 0, 0)
    assert line["differences"] == [
        {"pointer": "/schema_version", "old": '"1.0.0"', "new": '"1.1.0"'},
        {"pointer": "/dependencies/external", "old": '["numpy"]', "new": "[]"},
    ]


def test_stars_that_a_tool_inferred_are_inferred_anew(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("memory/fold", {**OWN, "constellation": {"stars": ["Watch"], "confidence": 0.8, "origin": "inferred"}})
    adopt()
    assert "stars" not in authored(space, "memory/fold")
    assert space.manifest("memory/fold")["constellation"]["stars"] == ["Trail"]
    assert {"pointer": "/constellation/stars/0", "old": '"Watch"', "new": '"Trail"'} in of_module(
        report(space), "memory/fold"
    )["differences"]


NESTED = {
    "metadata": {"owner": "ops", "created": "2021-01-02", "team": {"chat": "#ops", "size": 3}},
    "testing": {"quality_tier": "T1_critical", "coverage": 88.5},
    "constellation_alignment": {"primary_star": "🌊 Flow (Consciousness)", "confidence": 0.7},
    "matriz_integration": {"pipeline_nodes": ["mind"]},
    "capabilities": [{"name": "one", "type": "api", "cost": 3}, "two"],
    "contracts": ["a@v1"],
}


def test_the_nested_shape(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    old("core/types", NESTED)
    assert adopt().exit == 0
    assert authored(space, "core/types") == {
        "owner": "ops",
        "tier": "T1_critical",
        "stars": ["Flow"],
        "node": "mind",
        "contracts": ["a@v1"],
        "capabilities": [{"name": "one", "type": "api"}, {"name": "two"}],
        "annotations": {
            "timestamps": {"created": "2021-01-02"},
            "adopted": {
                "/metadata/team": {"chat": "#ops", "size": 3},
                "/testing/coverage": 88.5,
                "/capabilities/0/cost": 3,
            },
        },
    }
    line = of_module(report(space), "core/types")
    assert (line["shape"], line["equal"], line["generated"], line["carried"], line["not_carried"]) == (
        "nested",
        8,
        1,
        5,
        0,
    )
    assert line["places"]["equal"] == [
        "/metadata/owner",
        "/testing/quality_tier",
        "/contracts/0",
        "/matriz_integration/pipeline_nodes/0",
        "/capabilities/0/name",
        "/capabilities/0/type",
        "/capabilities/1",
        "/constellation_alignment/primary_star",
    ]


def test_the_flat_shape(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    old(
        "api", {"owner": "@api", "tier": "T3_standard", "lane": "labs", "constellation_stars": ["Memory", "Supporting"]}
    )
    adopt()
    assert authored(space, "api") == {"owner": "@api", "tier": "T3_standard", "lane": "labs", "stars": ["Trail"]}
    line = of_module(report(space), "api")
    # An alias says the same in another word; Supporting beside a star says nothing.
    assert line["differences"] == [
        {"pointer": "/constellation_stars/0", "old": '"Memory"', "new": '"Trail"'},
        {"pointer": "/constellation_stars/1", "old": '"Supporting"', "new": '"Trail"'},
    ]


CUSTOM = """
adopt_name = "facts.json"

[[tool.astrograph.adopt]]
name = "facts"
match = {{ "/kind" = {{ equals = "service" }}, "/legacy" = false }}

[tool.astrograph.adopt.fields]
{fields}

"""


def configure(space: Workspace, fields: str) -> None:
    text = space.path("pyproject.toml").read_text()
    head, tail = text.split("[tool.doit]", 1)
    space.write("pyproject.toml", head.rstrip() + CUSTOM.format(fields=fields) + "[tool.doit]" + tail)


@pytest.mark.parametrize(
    ("fields", "value", "owner", "kept"),
    [
        ('owner = "/who"', "@a", "@a", {}),
        ('owner = ["/nobody", "/who"]', "@a", "@a", {}),
        ('owner = { pointer = "/who", take = "first" }', ["@a", "@b"], "@a", {"/who/1": "@b"}),
        ('owner = { pointer = "/who", take = "join", separator = " + " }', ["@a", "@b"], "@a + @b", {}),
        ('owner = { pointer = "/who", values = { old = "@new" } }', "old", "@new", {"/who": "old"}),
        ('owner = { pointer = "/who", values = { 7 = "@seven" } }', 7, "@seven", {"/who": 7}),
        ('owner = { pointer = "/who", values = { true = "@yes" } }', True, "@yes", {"/who": True}),
        ('owner = "/who/*/name"', [{"name": "@a", "n": 1}], "@a", {"/who/0/n": 1}),
        ('owner = "/who"', [], None, {"/who": []}),
        ('owner = "/who"', 5, None, {"/who": 5}),
        ('owner = "/who"', "", None, {"/who": ""}),
        ('owner = "/who"', " @a", None, {"/who": " @a"}),
        ('owner = "/who"', None, None, {}),
    ],
)
def test_a_field_takes_one_text_and_nothing_is_lost(
    *,
    space: Workspace,
    old: Callable[..., str],
    adopt: Callable[..., Run],
    fields: str,
    value: Any,
    owner: str | None,
    kept: dict[str, Any],
) -> None:
    configure(space, fields)
    old("api", {"kind": "service", "who": value}, name="facts.json")
    adopt()
    new = space.manifest("api")
    assert new["module"]["owner"] == owner
    assert new["annotations"]["adopted"] == {"/kind": "service", **kept}
    assert of_module(report(space), "api")["not_carried"] == 0


@pytest.mark.parametrize(
    ("fields", "document", "code"),
    [
        ('owner = "/who"', {"who": ["@a", "@b"]}, "AG227"),
        ('tier = "/tier"', {"tier": "gold"}, "AG227"),
        ('tier = ["/tier", "/rank"]', {"tier": "T1_critical", "rank": "T2_important"}, "AG228"),
        ('stars = "/star"', {"star": "Nova"}, "AG226"),
        ('capabilities = "/caps"', {"caps": [{"title": "x"}]}, "AG227"),
        ('contracts = "/contracts"', {"contracts": [{"id": "x"}]}, "AG227"),
    ],
)
def test_a_value_that_does_not_fit_is_told_and_kept(
    *,
    space: Workspace,
    old: Callable[..., str],
    adopt: Callable[..., Run],
    fields: str,
    document: dict[str, Any],
    code: str,
) -> None:
    configure(space, fields)
    path = old("api", {"kind": "service", **document}, name="facts.json")
    assert adopt().exit == 0
    assert codes(report(space), "api") == [code]
    assert report(space)["findings"][0]["path"] == path
    assert of_module(report(space), "api")["not_carried"] == 0


def test_two_places_that_agree_are_both_equal(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    configure(space, 'tier = ["/tier", "/rank"]')
    old("api", {"kind": "service", "tier": "T1_critical", "rank": "T1_critical"}, name="facts.json")
    adopt()
    assert of_module(report(space), "api")["places"]["equal"] == ["/tier", "/rank"]


def test_a_document_of_no_shape_is_not_adopted_and_nothing_is_guessed(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    configure(space, 'owner = "/who"')
    old("api", {"kind": "other", "who": "@a"}, name="facts.json")
    run = adopt()
    assert (run.exit, codes(report(space))) == (1, ["AG221"])
    assert not space.path("manifests_src/api.yaml").exists()
    line = of_module(report(space), "api")
    assert (line["standing"], line["pointers"], line["not_carried"]) == ("unknown", 2, 2)


def test_the_form_and_place_of_stars_in_the_workspace_count(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    text = space.path("pyproject.toml").read_text()
    placed = '[tool.astrograph.manifest]\nstars = { pointer = "/constellation/stars", form = "labels" }\n\n[tool.doit]'
    space.write("pyproject.toml", text.replace("[tool.doit]", placed, 1))
    schema = space.path("schemas/module_manifest.schema.json").read_text()
    space.write(
        "schemas/module_manifest.schema.json", schema.replace('"items": { "$ref": "#/$defs/star" }', '"items": {}')
    )
    space.pin()
    old("api", {"tier": "T3_standard", "constellation_stars": ["✦ Trail (Memory)"]})
    adopt()
    assert space.manifest("api")["constellation"]["stars"] == ["✦ Trail (Memory)"]
    assert of_module(report(space), "api")["places"]["equal"] == ["/tier", "/constellation_stars/0"]


def test_without_a_home_for_further_values_they_are_listed_as_not_carried(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    space.document("schemas/module_manifest.schema.json", lambda schema: schema["properties"].pop("annotations"))
    space.pin()
    old("api", {"tier": "T3_standard", "lane": "labs", "extra": {"a": 1, "b": [2]}})
    assert adopt().exit == 0
    line = of_module(report(space), "api")
    assert (line["equal"], line["not_carried"], [each["pointer"] for each in line["lost"]]) == (2, 2, ["/extra"])
    assert "annotations" in line["lost"][0]["reason"]
    assert codes(report(space), "api") == ["AG232"]
    assert authored(space, "api") == {"tier": "T3_standard", "lane": "labs"}


def test_top_level_values_stay_where_the_schema_takes_them_and_are_kept_beside_where_not(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("api", {"tier": "T3_standard", "tags": "one", "links": {"wiki": "https://example.org"}})
    old("core/types", {"tier": "T3_standard", "tags": {"one": 1}, "links": ["https://example.org"]})
    adopt()
    assert authored(space, "api") == {
        "tier": "T3_standard",
        "tags": ["one"],
        "links": {"wiki": "https://example.org"},
    }
    assert authored(space, "core/types") == {
        "tier": "T3_standard",
        "annotations": {"adopted": {"/tags": {"one": 1}, "/links": ["https://example.org"]}},
    }
    assert [of_module(report(space), module)["not_carried"] for module in ("api", "core/types")] == [0, 0]

"""Plan, approval and canary report hold to their schemas, which describe every member."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from planned import approved, planned, publish
from support.workspace import Workspace

from astrograph.publication.report import canary_report

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
PLAN, APPROVAL, REPORT = "plan.schema.json", "approval.schema.json", "audit/canary_report.schema.json"


def problems(schema: str, document: object) -> list[str]:
    validator = Draft202012Validator(json.loads((SCHEMAS / schema).read_bytes()))
    return sorted(f"{error.json_path}: {error.message}" for error in validator.iter_errors(document))


def test_plan_approval_and_report_are_what_their_schemas_say(family: Workspace):
    family.author("_defaults", 'owner: "@all"\nnode: memory\n')
    approved(family)
    publish(family)
    family.author("memory/fold", 'owner: "@new"\nstars: [Watch]\n')
    family.package("core/more", "")
    family.delete("src/memory/recall")
    said = approved(family)
    plan = json.loads(family.path("build/plan.json").read_bytes())
    assert {item["kind"] for item in plan["changes"]} == {"added", "changed", "removed"}
    assert problems(PLAN, plan) == []
    assert problems(APPROVAL, said) == []
    assert problems(REPORT, json.loads(family.path("build/audit/canary_report.json").read_bytes())) == []


def test_a_report_before_a_plan_and_one_of_no_plan_hold_to_it_too(family: Workspace):
    assert family.run("canary").exit == 0
    assert problems(REPORT, json.loads(family.path("build/audit/canary_report.json").read_bytes())) == []
    assert problems(REPORT, json.loads(canary_report(None))) == []


def test_other_documents_are_refused(family: Workspace):
    planned(family)
    plan = json.loads(family.path("build/plan.json").read_bytes())
    assert problems(PLAN, {**plan, "approved": True}) != []
    assert problems(PLAN, {**plan, "outputs": "x"}) != []
    assert problems(APPROVAL, {"status": "approved"}) != []


@pytest.mark.parametrize("schema", [PLAN, APPROVAL])
def test_every_member_is_described_and_every_object_is_closed(schema: str):
    document = json.loads((SCHEMAS / schema).read_bytes())
    Draft202012Validator.check_schema(document)
    waiting = [document, *document["$defs"].values()]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        assert part.get("description") or part == {"type": "null"}, part
        if part.get("type") == "object":
            assert "additionalProperties" in part, part
        waiting += part.get("properties", {}).values()
        waiting += [part[key] for key in ("items", "propertyNames") if key in part]
        waiting += [part["additionalProperties"]] if isinstance(part.get("additionalProperties"), dict) else []
        waiting += part.get("oneOf", [])
    assert seen > 8

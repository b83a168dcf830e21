"""The plan as a document: canonical JSON, one sequence of bytes, one digest (SPEC section 10)."""

from __future__ import annotations

from typing import cast

from astrograph.errors import DecodeError
from astrograph.formats import json_values as read
from astrograph.formats.canonical_json import encode
from astrograph.formats.strict_json import decode_fast
from astrograph.model.assignment import Origin
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256, sha256
from astrograph.model.ids import ModuleId
from astrograph.model.plan import (
    CanarySample,
    ChangeCause,
    ChangeClass,
    ChangeKind,
    Changes,
    FieldChange,
    ModuleChange,
    ParityCounts,
    Plan,
    Promotion,
    StarCount,
)

SCHEMA = "astrograph.plan-document/1"

_Object = dict[str, object]


def encode_plan(plan: Plan) -> bytes:
    """The canonical bytes of a plan."""
    return encode(plan_document(plan))


def plan_digest(plan: Plan) -> Sha256:
    """The digest that approvals speak of: the SHA-256 of the canonical bytes."""
    return sha256(encode_plan(plan))


def decode_plan(data: bytes) -> Plan:
    """The plan of a file; raises DecodeError for bytes that `encode_plan` would not give."""
    document = decode_fast(data)
    try:
        plan = _plan(document)
    except (KeyError, TypeError, ValueError) as error:
        raise DecodeError(f"this is no plan: {error}") from None
    if encode_plan(plan) != data:
        raise DecodeError("this is no plan as `doit plan` writes it")
    return plan


def plan_document(plan: Plan) -> _Object:
    """The plan as a JSON value."""
    return {
        "schema": SCHEMA,
        "parent": None if plan.parent is None else {"generation": plan.parent, "digest": plan.parent_digest},
        "modules": plan.modules,
        "unchanged": plan.changes.unchanged,
        "changes": [change_document(change) for change in plan.changes.modules],
        "promotions": [promotion_document(promotion) for promotion in plan.changes.promotions],
        "classes": [class_document(item) for item in plan.classes],
        "canary": {
            "size": plan.size,
            "population": plan.canary.population,
            "modules": list(plan.canary.modules),
            "critical": list(plan.canary.critical),
            "outputs": plan.canary.outputs,
        },
        "distribution": [{"star": item.star, "before": item.before, "after": item.after} for item in plan.distribution],
        "parity": parity_document(plan.parity),
        "gates": dict(plan.gates),
        "inputs": dict(plan.inputs),
        "outputs": plan.outputs,
    }


def change_document(change: ModuleChange) -> _Object:
    """One module that comes, goes or changes, as a JSON value."""
    return {
        "module": change.module,
        "kind": change.kind.value,
        "before": change.before,
        "after": change.after,
        "tier": change.tier,
        "fields": [
            {
                "pointer": item.pointer,
                "before": item.before,
                "after": item.after,
                "cause": item.cause.value,
                "at": item.at,
            }
            for item in change.fields
        ],
    }


def promotion_document(promotion: Promotion) -> _Object:
    """One promotion as a JSON value."""
    return {
        "module": promotion.module,
        "before": list(promotion.before),
        "after": list(promotion.after),
        "gained": list(promotion.gained),
        "tier": promotion.tier,
        "confidence": promotion.confidence,
        "origin": promotion.origin.value,
    }


def class_document(item: ChangeClass) -> _Object:
    """One change class as a JSON value."""
    return {
        "field": item.field,
        "before": item.before,
        "after": item.after,
        "cause": item.cause.value,
        "count": item.count,
        "example": item.example,
    }


def parity_document(parity: ParityCounts) -> _Object:
    """The counts of parity as a JSON value."""
    return {
        "compared": parity.compared,
        "unchanged": parity.unchanged,
        "authored": parity.authored,
        "other": parity.other,
        "removed": parity.removed,
    }


# reading: strict enough to build values; what is not canonical is caught by encoding them again


def _plan(document: object) -> Plan:
    values = _object(document)
    if values["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    parent = None if values["parent"] is None else _object(values["parent"])
    canary = _object(values["canary"])
    return Plan(
        parent=None if parent is None else read.number(parent["generation"]),
        parent_digest="" if parent is None else read.text(parent["digest"]),
        modules=read.number(values["modules"]),
        changes=Changes(
            modules=read.each(_change, values["changes"]),
            promotions=read.each(_promotion, values["promotions"]),
            unchanged=read.number(values["unchanged"]),
        ),
        classes=read.each(_class, values["classes"]),
        canary=CanarySample(
            population=read.number(canary["population"]),
            modules=read.each(_module, canary["modules"]),
            critical=read.each(_module, canary["critical"]),
            outputs=Sha256(read.text(canary["outputs"])),
        ),
        inputs=_pairs(values["inputs"]),
        outputs=Sha256(read.text(values["outputs"])),
        gates=_pairs(values["gates"]),
        distribution=read.each(_star_count, values["distribution"]),
        parity=ParityCounts(**{name: read.number(count) for name, count in _object(values["parity"]).items()}),
        size=read.number(canary["size"]),
    )


def _change(value: object) -> ModuleChange:
    values = _object(value)
    return ModuleChange(
        module=_module(values["module"]),
        kind=ChangeKind(read.text(values["kind"])),
        before=read.text(values["before"]),
        after=read.text(values["after"]),
        tier=read.text_or_none(values["tier"]),
        fields=read.each(_field, values["fields"]),
    )


def _field(value: object) -> FieldChange:
    values = _object(value)
    return FieldChange(
        pointer=read.text(values["pointer"]),
        before=read.text(values["before"]),
        after=read.text(values["after"]),
        cause=ChangeCause(read.text(values["cause"])),
        at=read.text(values["at"]),
    )


def _promotion(value: object) -> Promotion:
    values = _object(value)
    return Promotion(
        module=_module(values["module"]),
        before=read.each(_star, values["before"]),
        after=read.each(_star, values["after"]),
        gained=read.each(_star, values["gained"]),
        tier=read.text_or_none(values["tier"]),
        confidence=read.number(values["confidence"]),
        origin=Origin(read.text(values["origin"])),
    )


def _class(value: object) -> ChangeClass:
    values = _object(value)
    return ChangeClass(
        field=read.text(values["field"]),
        before=read.text(values["before"]),
        after=read.text(values["after"]),
        cause=ChangeCause(read.text(values["cause"])),
        count=read.number(values["count"]),
        example=_module(values["example"]),
    )


def _star_count(value: object) -> StarCount:
    values = _object(value)
    return StarCount(_star(values["star"]), read.number(values["before"]), read.number(values["after"]))


def _object(value: object) -> _Object:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return cast(_Object, value)


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, read.text(item)) for name, item in _object(value).items())


def _module(value: object) -> ModuleId:
    return ModuleId(read.text(value))


def _star(value: object) -> StarId:
    return StarId(read.text(value))

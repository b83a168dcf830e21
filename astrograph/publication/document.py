"""The plan as a document: canonical JSON, one sequence of bytes, one digest (SPEC section 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from astrograph.errors import DecodeError
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

_T = TypeVar("_T")
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
        parent=None if parent is None else _number(parent["generation"]),
        parent_digest="" if parent is None else _text(parent["digest"]),
        modules=_number(values["modules"]),
        changes=Changes(
            modules=_each(_change, values["changes"]),
            promotions=_each(_promotion, values["promotions"]),
            unchanged=_number(values["unchanged"]),
        ),
        classes=_each(_class, values["classes"]),
        canary=CanarySample(
            population=_number(canary["population"]),
            modules=_each(_module, canary["modules"]),
            critical=_each(_module, canary["critical"]),
            outputs=Sha256(_text(canary["outputs"])),
        ),
        inputs=_pairs(values["inputs"]),
        outputs=Sha256(_text(values["outputs"])),
        gates=_pairs(values["gates"]),
        distribution=_each(_star_count, values["distribution"]),
        parity=ParityCounts(**{name: _number(count) for name, count in _object(values["parity"]).items()}),
        size=_number(canary["size"]),
    )


def _change(value: object) -> ModuleChange:
    values = _object(value)
    return ModuleChange(
        module=_module(values["module"]),
        kind=ChangeKind(_text(values["kind"])),
        before=_text(values["before"]),
        after=_text(values["after"]),
        tier=_text_or_none(values["tier"]),
        fields=_each(_field, values["fields"]),
    )


def _field(value: object) -> FieldChange:
    values = _object(value)
    return FieldChange(
        pointer=_text(values["pointer"]),
        before=_text(values["before"]),
        after=_text(values["after"]),
        cause=ChangeCause(_text(values["cause"])),
        at=_text(values["at"]),
    )


def _promotion(value: object) -> Promotion:
    values = _object(value)
    return Promotion(
        module=_module(values["module"]),
        before=_each(_star, values["before"]),
        after=_each(_star, values["after"]),
        gained=_each(_star, values["gained"]),
        tier=_text_or_none(values["tier"]),
        confidence=_number(values["confidence"]),
        origin=Origin(_text(values["origin"])),
    )


def _class(value: object) -> ChangeClass:
    values = _object(value)
    return ChangeClass(
        field=_text(values["field"]),
        before=_text(values["before"]),
        after=_text(values["after"]),
        cause=ChangeCause(_text(values["cause"])),
        count=_number(values["count"]),
        example=_module(values["example"]),
    )


def _star_count(value: object) -> StarCount:
    values = _object(value)
    return StarCount(_star(values["star"]), _number(values["before"]), _number(values["after"]))


def _object(value: object) -> _Object:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return cast(_Object, value)


def _each(read: Callable[[object], _T], value: object) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return tuple([read(item) for item in value])


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, _text(item)) for name, item in _object(value).items())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> int:
    if type(value) is not int or value < 0:  # a bool is an int to isinstance
        raise ValueError("expected a whole number from 0")
    return value


def _module(value: object) -> ModuleId:
    return ModuleId(_text(value))


def _star(value: object) -> StarId:
    return StarId(_text(value))

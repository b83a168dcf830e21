"""Bytes <-> pins: the digests a person recorded for the policy files (SPEC section 3)."""

from __future__ import annotations

import re
from typing import Final

from astrograph.formats.policy_document import PolicyDocument, child, open_document
from astrograph.model.digests import Sha256
from astrograph.model.pins import Pin, Pins, PolicyKind

_FIELDS: Final = ("path", "sha256", "by", "at", "reason")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_INSTANT: Final = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|\+00:00)",
    re.ASCII,
)


def read_pins(data: bytes, *, path: str) -> Pins:
    """Read the pins in `data`; a kind may be absent. Raises PolicyProblems with every problem at once."""
    document = open_document(data, path=path)
    known = document.members(document.value, at="", required=("pins",), optional=("$schema",))
    kinds = document.members(
        known.get("pins", {}), at="/pins", required=(), optional=tuple(kind.value for kind in PolicyKind)
    )
    pins = tuple(_pin(document, kinds[kind.value], kind=kind) for kind in PolicyKind if kind.value in kinds)
    document.finish()
    return Pins(pins)


def encode_pins(pins: Pins) -> dict[str, object]:
    """Give the JSON document that `read_pins` reads."""
    return {
        "pins": {
            pin.kind.value: {
                "path": pin.path,
                "sha256": pin.sha256,
                "by": pin.by,
                "at": pin.at,
                "reason": pin.reason,
            }
            for pin in pins.pins
        }
    }


def _pin(document: PolicyDocument, value: object, *, kind: PolicyKind) -> Pin:
    at = child("/pins", kind.value)
    known = document.members(value, at=at, required=_FIELDS)
    texts = {key: document.text(each, at=child(at, key)) for key, each in known.items()}
    digest, instant = texts.get("sha256", ""), texts.get("at", "")
    if digest and not _DIGEST.fullmatch(digest):
        document.problem("AG516", "a SHA-256 is 64 lower-case hexadecimal digits", at=child(at, "sha256"))
    if instant and not _INSTANT.fullmatch(instant):
        document.problem("AG516", f"`{instant}` is not a time such as 2026-11-22T09:30:00Z", at=child(at, "at"))
    return Pin(
        kind=kind,
        path=texts.get("path", ""),
        sha256=Sha256(digest),
        by=texts.get("by", ""),
        at=instant,
        reason=texts.get("reason", ""),
    )

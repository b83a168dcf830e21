"""Fold records as bytes, and back."""

from __future__ import annotations

import json

from core.types import Identifier, Moment

from ._wire import FORMAT, WireFold, WireMoment
from .record import FoldRecord

__all__ = ["decode", "encode"]


def encode(record: FoldRecord) -> bytes:
    """The canonical bytes of a record: equal records give equal bytes."""
    moments: list[WireMoment] = [
        {"identifier": moment.identifier, "tick": moment.tick, "payload": dict(moment.payload)}
        for moment in record.moments
    ]
    wire: WireFold = {"format": FORMAT, "parents": list(record.parents), "moments": moments}
    return json.dumps(wire, sort_keys=True, separators=(",", ":")).encode()


def decode(data: bytes) -> FoldRecord:
    """The record in `data`. Raises ValueError for another format."""
    wire: WireFold = json.loads(data)
    if wire["format"] != FORMAT:
        raise ValueError(f"fold format {wire['format']} is not {FORMAT}")
    moments = (
        Moment(Identifier(moment["identifier"]), moment["tick"], moment["payload"])
        for moment in wire["moments"]
    )
    return FoldRecord(tuple(moments), tuple(Identifier(parent) for parent in wire["parents"]))

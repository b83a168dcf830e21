"""The shape of a fold on disk. Private: change it together with `FORMAT`."""

from __future__ import annotations

from typing import TypedDict

FORMAT = 2


class WireMoment(TypedDict):
    identifier: str
    tick: int
    payload: dict[str, object]


class WireFold(TypedDict):
    format: int
    parents: list[str]
    moments: list[WireMoment]

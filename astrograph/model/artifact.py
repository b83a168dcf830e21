"""What is found out about one audit artifact: whether it is there, well formed, and says what the ledger says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Total(NamedTuple):
    """One number that an artifact states, beside the same number counted anew: `stated` is None when it is missing."""

    name: str
    stated: int | None
    counted: int


@dataclass(frozen=True, slots=True)
class ArtifactCheck:
    """One artifact as the gate `audit` sees it.

    `artifact` is its file name, `path` relative to the workspace. `problem` says why it cannot be read or breaks its
    schema, `""` when it is sound.
    """

    artifact: str
    path: str
    present: bool
    problem: str = ""
    totals: tuple[Total, ...] = ()

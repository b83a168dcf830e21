"""Which tasks and files an artifact is made of, where more than one place has to know."""

from __future__ import annotations

from astrograph.audit.registry import Artifact
from astrograph.gates.registry import Gate
from astrograph.store.layout import Layout

CEILINGS = (Gate.CEILING_RUN, Gate.CEILING_STAR, Gate.CEILING_MODULE, Gate.SUPPORTING_FLOOR)
"""The gates over how much may change at once."""

GATES_READ: dict[Artifact, tuple[Gate, ...]] = {
    Artifact.COVERAGE: (Gate.COVERAGE,),
    Artifact.PARITY: (Gate.PARITY,),
    Artifact.CEILINGS: CEILINGS,
    Artifact.ACCEPTANCE: tuple(Gate),
    Artifact.REPORT: tuple(Gate),
}
"""The gates whose results an artifact is made of."""

OF_THE_PLAN = (Artifact.CANARY_LIST, Artifact.CANARY_REPORT, Artifact.APPROVAL)
"""The artifacts that are made of the plan and the approval, and of nothing that is built."""


def further_files(layout: Layout) -> tuple[str, ...]:
    """The files beside policy and pins whose digests are told, whether they are there or not."""
    codeowners = layout.workspace.codeowners
    return (layout.known_violations, *([] if codeowners is None else [codeowners]))

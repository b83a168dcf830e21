"""What everything rests on: the digests of policy, pins, manifests, plan and generations; and who approved what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from astrograph.audit.registry import Artifact
from astrograph.model.digests import Sha256
from astrograph.model.generation import Generation
from astrograph.model.pins import Pin
from astrograph.model.plan import Approval


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy file: what it is, where, its SHA-256 (None when it is not there), and its pin (None without one)."""

    kind: str
    path: str
    sha256: Sha256 | None
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """All that `digests.json` tells.

    `files` are further files beside the policy, path and SHA-256. `tree` is the SHA-256 over the sorted lines
    `<sha256>  <module>` of the manifests as built. `plan` and `approval` are the digests of those files, None
    where there is none. `current` is the published generation, `known_good` a number.
    """

    version: str
    policy: Sequence[PolicyFile]
    files: Sequence[tuple[str, Sha256]]
    modules: int
    tree: Sha256
    plan: Sha256 | None
    approval: Sha256 | None
    current: Generation | None
    known_good: int | None


def digests_document(found: Provenance) -> dict[str, object]:
    """The artifact."""
    return {
        "schema": Artifact.DIGESTS.schema,
        "totals": {"modules": found.modules},
        "tool": {"name": "astrograph", "version": found.version},
        "policy": [
            {
                "kind": item.kind,
                "path": item.path,
                "sha256": item.sha256,
                "pinned": None if item.pin is None else item.pin.sha256,
                "by": None if item.pin is None else item.pin.by,
                "at": None if item.pin is None else item.pin.at,
                "reason": None if item.pin is None else item.pin.reason,
                "holds": item.pin is not None and item.pin.sha256 == item.sha256,
            }
            for item in found.policy
        ],
        "files": [{"path": path, "sha256": digest} for path, digest in found.files],
        "manifests": {"modules": found.modules, "tree": found.tree},
        "plan": found.plan,
        "approval": found.approval,
        "published": None if found.current is None else _generation(found.current),
        "known_good": found.known_good,
    }


def _generation(generation: Generation) -> dict[str, object]:
    return {
        "number": generation.number,
        "parent": generation.parent,
        "kind": generation.kind.value,
        "modules": generation.modules,
        "tree": generation.tree,
        "digest": generation.digest,
        "plan": generation.plan,
        "approval": generation.approval,
    }


def approval_document(
    approval: Approval | None, *, plan: Sha256 | None, digest: Sha256 | None, problem: str
) -> dict[str, object]:
    """The artifact: the approval file as it stands, and whether it speaks of the plan that there is.

    `plan` is the digest of the plan, `digest` that of the approval file, None where there is none; `problem` says why
    the file cannot be read. Whether an approval still counts depends on the clock and on everything it is bound to:
    that is what the gate `canary` says.
    """
    return {
        "schema": Artifact.APPROVAL.schema,
        "status": _status(approval, plan=plan, digest=digest),
        "plan": plan,
        "sha256": digest,
        "problem": problem,
        "approval": None
        if approval is None
        else {
            "plan": approval.plan,
            "canary": approval.canary,
            "by": approval.by,
            "reason": approval.reason,
            "at": approval.at,
            "expires": approval.expires,
            "signed": bool(approval.signature),
        },
    }


def _status(approval: Approval | None, *, plan: Sha256 | None, digest: Sha256 | None) -> str:
    if digest is None:
        return "NO_PLAN" if plan is None else "NOT_APPROVED"
    if approval is None:
        return "UNREADABLE"
    return "RECORDED" if approval.plan == plan else "OF_ANOTHER_PLAN"

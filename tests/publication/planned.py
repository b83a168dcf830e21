"""A workspace on its way to publication: planned, shown, approved, and published without the command for it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from support.workspace import NOON, Workspace

from astrograph.engine.planning.inputs import policy_digests
from astrograph.engine.planning.planning import (
    ApprovedPlan,
    PlanStatus,
    check_approval,
    plan_status,
    read_plan,
    staged_entries,
)
from astrograph.engine.session import Session
from astrograph.model import limits
from astrograph.model.generation import GenerationKind
from astrograph.model.plan import Plan
from astrograph.store.files import read

APPROVERS = "rules/allowed_approvers"


def planned(ws: Workspace) -> Plan:
    """Run `doit plan` and read what it wrote."""
    run = ws.run("plan")
    assert run.exit == 0, run.out + run.err
    with Session.open(str(ws.root)) as session:
        plan = read_plan(session)
    assert plan is not None
    return plan


def approved(ws: Workspace, *words: str) -> Any:
    """Plan, show the canary and approve it; gives back the approval as written."""
    planned(ws)
    for command in (("canary",), ("approve", "--by", "lead", "--yes", *words)):
        run = ws.run(*command)
        assert run.exit == 0, run.out + run.err
    return json.loads(ws.path("build/approval.json").read_bytes())


def status(ws: Workspace, *, hours: float = 0.0, thorough: bool = True) -> PlanStatus:
    """Whether the plan may be published, `hours` from now."""
    with Session.open(str(ws.root)) as session:
        return plan_status(session, now=later(hours), thorough=thorough)


def checked(ws: Workspace) -> ApprovedPlan:
    """What publishing asks."""
    with Session.open(str(ws.root)) as session:
        return check_approval(session, now=later(0))


def later(hours: float) -> str:
    """The time so many hours from now."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="milliseconds")


def publish(ws: Workspace) -> int:
    """Publish the approved plan through the store; gives back the number of the generation."""
    with Session.open(str(ws.root)) as session:
        word = check_approval(session, now=later(0))
        generations = session.generations
        if generations.current() is None:
            first = generations.seal(
                parent=None, kind=GenerationKind.EMPTY, created=NOON, by="", reason="", entries=[], manifests=[]
            )
            parent = first.number
        else:
            parent = generations.current().number
        entries = staged_entries(session)
        sealed = generations.seal(
            parent=parent,
            kind=GenerationKind.FULL,
            created=NOON,
            by=word.approval.by,
            reason=word.approval.reason,
            plan=word.digest,
            approval=word.approval_digest,
            policy=policy_digests(session).items(),
            entries=entries.values(),
            manifests=((m, read(session.layout.absolute(session.layout.manifest(m)), limits.OUTPUT)) for m in entries),
            attachments={"plan.json": read(session.layout.absolute(session.layout.plan), limits.OUTPUT)},
        )
        generations.switch(sealed.number)
        generations.spend(word.approval_digest, generation=sealed.number)
        return sealed.number


def rollback(ws: Workspace, number: int) -> None:
    """Switch back to a generation."""
    with Session.open(str(ws.root)) as session:
        session.generations.switch(number)


def edit_json(path: Path, **changes: object) -> None:
    """Change members of a JSON file in place."""
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **changes}, indent=2, sort_keys=True) + "\n")


def make_key(folder: Path, name: str) -> Path:
    """A new SSH key without a passphrase."""
    import subprocess

    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", os.fspath(path)], check=True, timeout=60
    )
    return path


def allow(ws: Workspace, name: str, key: Path) -> None:
    """Put a name and its public key among the approvers."""
    public = key.with_suffix(".pub").read_text().split()[:2]
    known = ws.path(APPROVERS).read_text() if ws.path(APPROVERS).exists() else ""
    ws.write(APPROVERS, f"{known}{name} {' '.join(public)}\n")

"""Approving: a person's word on one plan, bound to its digests, logged, and worth nothing for anything else."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from datetime import timedelta

from astrograph.engine.planning.signing import author_problem, demand_signature, sign, signature_problem
from astrograph.engine.planning.state import (
    CANARY_REPORT,
    PlanState,
    canary_problem,
    instant,
    refusal,
    unapproved_status,
)
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, UsageError
from astrograph.model import limits
from astrograph.model.digests import Sha256, sha256
from astrograph.model.plan import Approval, Plan
from astrograph.publication.approval import LONGEST_HOURS, check_words, encode_approval
from astrograph.store.files import read, storage_error, write_atomically


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that can be approved as it stands, and the digests the approval will speak of."""

    plan: Plan
    digest: Sha256
    canary: Sha256


def propose(session: Session) -> Proposal:
    """The plan on disk, everything it rests on read anew; raises ActionNeededError when it cannot be approved."""
    status = unapproved_status(session, thorough=True)
    if status.state is not PlanState.PENDING or status.plan is None:
        raise refusal(status)
    problem = canary_problem(session, status.plan)
    if problem:
        raise ActionNeededError(problem, hint="run doit canary, and look at it before you approve")
    report = read(session.layout.absolute(session.layout.artifact(CANARY_REPORT)), limits.OUTPUT)
    return Proposal(status.plan, Sha256(status.digest), sha256(report))


def check_approver(session: Session, plan: Plan, *, by: str, reason: str, hours: float, key: str) -> None:
    """Raise UsageError or ActionNeededError for what can be refused before anybody is asked."""
    check_words(by=by, reason=reason)
    if not 0 < hours <= LONGEST_HOURS:
        raise UsageError(
            f"an approval holds for at most {LONGEST_HOURS} hours",
            fields=(("--expires", f"{hours:g}"),),
            hint=f"give a number above 0 and up to {LONGEST_HOURS}",
        )
    demand_signature(session, plan, key=key)
    problem = author_problem(session, by)
    if problem is not None:
        raise problem


def approve(
    session: Session, proposal: Proposal, *, by: str, reason: str, now: str, hours: float, key: str
) -> tuple[Approval, Sha256]:
    """Record an approval: sign it where a key is given, write it, log it. Returns it with the digest of its file.

    `now` is UTC, ISO 8601. Raises ActionNeededError when the signature is not one of the approvers here.
    """
    plan, generations = proposal.plan, session.generations
    check_approver(session, plan, by=by, reason=reason, hours=hours, key=key)
    approval = Approval(
        plan=proposal.digest,
        canary=proposal.canary,
        generation=generations.next_number(),
        parent=plan.parent_digest,
        clone=generations.clone(create=True) or "",
        by=by,
        reason=reason,
        at=now,
        expires=(instant(now) + timedelta(hours=hours)).isoformat(timespec="milliseconds"),
    )
    if key:
        approval = replace(approval, signature=sign(approval, key=key))
    problem = signature_problem(session, approval, plan)
    if problem:
        raise ActionNeededError(problem, hint="give the name and the key as they stand in the file")
    data = encode_approval(approval)
    digest = sha256(data)
    path = session.layout.absolute(session.layout.approval)
    _write(path, data)
    generations.log_approval(digest=digest, plan=proposal.digest, by=by, at=now)
    return approval, digest


def _write(path: str, data: bytes) -> None:
    """Write the approval so that nobody but its owner can change it, whatever the umask says."""
    mode = write_atomically(path, data, durable=True).st_mode
    if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        try:
            os.chmod(path, stat.S_IMODE(mode) & ~(stat.S_IWGRP | stat.S_IWOTH))
        except OSError as error:
            raise storage_error(error, path) from error

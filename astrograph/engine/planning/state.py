"""Whether the plan may be published now, and if not, the exact reason (SPEC section 10). Everything fails closed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from astrograph.engine.planning.derived import derived_plan
from astrograph.engine.planning.inputs import differences, read_inputs, read_inputs_since
from astrograph.engine.planning.signing import author_problem, signature_problem
from astrograph.engine.planning.staged import outputs_of, staged_entries
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, DecodeError
from astrograph.model import limits
from astrograph.model.digests import Sha256, sha256
from astrograph.model.plan import Approval, Plan
from astrograph.publication.approval import LONGEST_HOURS, decode_approval
from astrograph.publication.document import decode_plan
from astrograph.publication.report import canary_list_text, canary_report
from astrograph.store.files import read

CANARY_LIST = "canary_list.txt"
CANARY_REPORT = "canary_report.json"

_CLOCK_SKEW = timedelta(minutes=5)
_SHORT = 12
_SHOWN = 3
_NEXT = "run doit canary, look at it, then doit approve"
_POLICY = "policy/"

NOTHING = "nothing to publish: what is built is what is published"
"""What is said of an empty plan."""


class PlanState(StrEnum):
    """Where a plan stands on its way to publication.

    `NONE` there is none; `EMPTY` it changes nothing; `SPENT` it was published; `STALE` something it rests on moved;
    `INVALID` the plan or its approval is not what `doit plan` or `doit approve` wrote; `PENDING` nobody approved it;
    `EXPIRED` the approval ran out; `APPROVED` it may be published.
    """

    NONE = "none"
    EMPTY = "empty"
    SPENT = "spent"
    STALE = "stale"
    PENDING = "pending"
    EXPIRED = "expired"
    INVALID = "invalid"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """A plan and its approval as they stand now, with the reason in words and what to do next.

    `approval_digest` is the SHA-256 of the approval's bytes, `""` without a usable one. `generation` is the number of
    the one that spent the plan (or its approval), None for a plan that is not spent.
    """

    state: PlanState
    reason: str
    plan: Plan | None = None
    approval: Approval | None = None
    digest: str = ""
    hint: str = ""
    approval_digest: str = ""
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """A plan that may be published now, with the digests a generation records."""

    plan: Plan
    digest: Sha256
    approval: Approval
    approval_digest: Sha256


def plan_status(session: Session, *, now: str, thorough: bool = False) -> PlanStatus:
    """Whether the plan on disk may be published at the time `now` (UTC, ISO 8601), and if not, why.

    Source and authored files count as unmoved when the build's own digests say so; `thorough` reads them all.
    """
    status = unapproved_status(session, thorough=thorough)
    if status.state is not PlanState.PENDING or status.plan is None:
        return status
    return _with_approval(session, status, status.plan, now=now)


def unapproved_status(session: Session, *, thorough: bool) -> PlanStatus:
    """The same without asking for an approval: `PENDING` when the plan is one that can be approved."""
    data = _bytes(session, session.layout.plan)
    path = session.layout.plan
    if data is None:
        return PlanStatus(PlanState.NONE, "there is no plan", hint="run doit plan")
    digest = sha256(data)
    try:
        plan = decode_plan(data)
    except DecodeError as error:
        reason = f"{path} cannot be used: {error.title}"
        return PlanStatus(PlanState.INVALID, reason, digest=digest, hint="run doit plan again")
    generations = session.generations
    current = generations.current()
    moved = _baseline_moved(plan, None if current is None else (current.number, current.digest))
    if moved:
        spent = generations.spent_by(digest)
        if spent is not None:
            reason, hint = f"the plan was published as generation {spent}", "run doit plan for what came since"
            return PlanStatus(PlanState.SPENT, reason, plan, digest=digest, hint=hint, generation=spent)
        return PlanStatus(PlanState.STALE, moved, plan, digest=digest, hint="run doit plan again")
    return _held_against_the_rest(session, plan, digest, thorough=thorough)


def _held_against_the_rest(session: Session, plan: Plan, digest: Sha256, *, thorough: bool) -> PlanStatus:
    """The status of a plan that starts from what is published."""
    reasons = _moved_since(session, plan, digest, thorough=thorough)
    if reasons:
        reason = f"the plan is stale: {'; '.join(reasons)}"
        return PlanStatus(PlanState.STALE, reason, plan, digest=digest, hint="run doit plan again, then doit approve")
    if thorough and replace(plan, inputs=(), gates=()) != derived_plan(session):
        reason = f"{session.layout.plan} is not what doit plan wrote"
        return PlanStatus(PlanState.INVALID, reason, plan, digest=digest, hint="run doit plan again")
    if changes_nothing(session, plan):
        return PlanStatus(PlanState.EMPTY, NOTHING, plan, digest=digest, hint="run doit plan when something changed")
    return PlanStatus(PlanState.PENDING, "nobody approved the plan", plan, digest=digest, hint=_NEXT)


def changes_nothing(session: Session, plan: Plan) -> bool:
    """Whether publishing a plan that starts from the current generation would leave everything as it is.

    A generation records the policy it was made under, the ratchet among it: a plan under another one is not empty, even
    when it changes no module.
    """
    current = session.generations.current()
    policy = {name.removeprefix(_POLICY): digest for name, digest in plan.inputs if name.startswith(_POLICY)}
    return current is not None and not plan.changes.modules and policy == dict(current.policy)


def _baseline_moved(plan: Plan, current: tuple[int, Sha256] | None) -> str:
    """Why the plan no longer starts from what is published, `""` when it does."""
    if current is None:
        return "" if plan.parent is None else f"the plan starts from generation {plan.parent}, which is gone"
    if plan.parent is None:
        return f"the plan starts from nothing, and generation {current[0]} is published"
    if (plan.parent, plan.parent_digest) != current:
        return f"the plan starts from generation {plan.parent}, and generation {current[0]} is published now"
    return ""


def _moved_since(session: Session, plan: Plan, digest: str, *, thorough: bool) -> list[str]:
    inputs = dict(plan.inputs)
    reading = read_inputs(session) if thorough else read_inputs_since(session, inputs, digest=digest)
    reasons = differences(inputs, reading)
    stale = tuple(session.survey.stale) or reading.moved
    came = session.survey.removed
    if not reasons and (stale or came):
        names = [*stale, *came]
        reasons.append(f"{', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''} must be built anew")
    if not reasons and outputs_of(staged_entries(session)) != plan.outputs:
        reasons.append("what is built is not what was planned")
    return reasons


def canary_problem(session: Session, plan: Plan) -> str:
    """Why the canary on disk is not that of the plan, `""` when it is."""
    wanted = {CANARY_LIST: canary_list_text(plan.canary), CANARY_REPORT: canary_report(plan)}
    for name, data in wanted.items():
        path = session.layout.artifact(name)
        found = _bytes(session, path)
        if found is None:
            return f"{path} is missing"
        if found != data:
            return f"{path} is not that of the plan"
    return ""


def _with_approval(session: Session, status: PlanStatus, plan: Plan, *, now: str) -> PlanStatus:
    """The status of a plan that only lacks an approval, once the approval on disk was looked at."""
    path = session.layout.approval
    try:
        data = _approval_bytes(session.layout.absolute(path))
        approval = None if data is None else decode_approval(data)
    except DecodeError as error:
        reason = f"{path} cannot be used: {error.title}"
        return replace(status, state=PlanState.INVALID, reason=reason, hint="run doit approve")
    if data is None or approval is None:
        return status
    status = replace(status, approval=approval)
    other = ""
    if approval.plan != status.digest:
        other = f"the approval of {approval.by} is for the plan {short(approval.plan)}"
        other += f", this one is {short(status.digest)}"
    reason = other or canary_problem(session, plan)
    if reason:
        return replace(status, reason=reason, hint=_NEXT)
    digest = sha256(data)
    spent = session.generations.spent_by(digest)
    if spent is not None:  # and taken back since: nobody waits for it, it can be approved again
        reason = f"the approval was used for generation {spent}: one approval, one publication"
        return replace(status, state=PlanState.SPENT, reason=reason, hint="run doit approve", generation=spent)
    problem, state = _unworthy(session, approval, digest, plan=plan, now=now)
    if problem:
        return replace(status, state=state, reason=problem, hint="run doit approve")
    reason = f"approved by {approval.by} until {approval.expires}"
    return replace(status, state=PlanState.APPROVED, reason=reason, hint="run doit publish", approval_digest=digest)


def short(digest: str) -> str:
    """A digest as people compare it."""
    return digest[:_SHORT]


def _approval_bytes(path: str) -> bytes | None:
    """The bytes of the approval, None when there is none; raises DecodeError for a file that is worth nothing."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise DecodeError("it is not a regular file")
        with open(os.open(path, flags), "rb") as file:
            data, found = file.read(limits.RECORD + 1), os.fstat(file.fileno())  # of the very file that was read
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DecodeError(f"it cannot be read: {error.strerror}") from None
    if os.name == "posix" and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise DecodeError("it can be written by others than its owner")
    if found.st_nlink > 1:
        raise DecodeError("it has another name (a hard link)")
    if len(data) > limits.RECORD:
        raise DecodeError("it is too large")
    return data


def _unworthy(session: Session, approval: Approval, digest: Sha256, *, plan: Plan, now: str) -> tuple[str, PlanState]:
    """Why an approval of the right plan is worth nothing, `""` when it is not, with the state that makes."""
    path = session.layout.approval
    generations = session.generations
    given = [record for record in generations.approvals() if record.plan == approval.plan]
    if not any(record.digest == digest for record in given):
        return f"{path} was not given by doit approve here, or was edited since", PlanState.INVALID
    problem = _misplaced(session, approval, plan)
    if problem:
        return problem, PlanState.INVALID
    if given[-1].digest != digest:
        return f"{path} was replaced by a later approval of {given[-1].by}", PlanState.INVALID
    report = _bytes(session, session.layout.artifact(CANARY_REPORT))
    if report is None or sha256(report) != approval.canary:
        return "the approval is for another canary", PlanState.INVALID
    problem, state = _out_of_time(approval, now=now)
    if problem:
        return problem, state
    author = author_problem(session, approval.by)
    return signature_problem(session, approval, plan) or ("" if author is None else author.title), PlanState.INVALID


def _misplaced(session: Session, approval: Approval, plan: Plan) -> str:
    """Why an approval is not for the publication that comes next in this clone, `""` when it is."""
    number = session.generations.next_number()
    if (approval.generation, approval.parent) != (number, plan.parent_digest):
        given, wanted = short(approval.parent) or "nothing", short(plan.parent_digest) or "nothing"
        return f"the approval is for generation {approval.generation} over {given}, not for {number} over {wanted}"
    if approval.clone != session.generations.clone():
        return (
            f"{session.layout.approval} was given in another clone, or before the last publication here: "
            "an approval counts once, where it was given"
        )
    return ""


def _out_of_time(approval: Approval, *, now: str) -> tuple[str, PlanState]:
    try:
        at, expires = instant(approval.at), instant(approval.expires)
    except ValueError:
        return "the approval names a day that does not exist", PlanState.INVALID
    moment = instant(now)
    if at > moment + _CLOCK_SKEW:
        return f"the approval is dated in the future ({approval.at})", PlanState.INVALID
    if expires - at > timedelta(hours=LONGEST_HOURS):
        return f"the approval claims to hold for more than {LONGEST_HOURS} hours", PlanState.INVALID
    if expires <= moment:
        return f"the approval of {approval.by} expired at {approval.expires}", PlanState.EXPIRED
    return "", PlanState.APPROVED


def instant(text: str) -> datetime:
    """A time as we write it; raises ValueError."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def check_approval(session: Session, *, now: str) -> ApprovedPlan:
    """The plan that may be published now, everything it rests on read anew.

    Raises ActionNeededError with the reason when there is none.
    """
    return approved_plan(plan_status(session, now=now, thorough=True))


def approved_plan(status: PlanStatus) -> ApprovedPlan:
    """The plan that may be published by its status; raises ActionNeededError with the reason when it may not."""
    if status.state is not PlanState.APPROVED or status.plan is None or status.approval is None:
        raise refusal(status)
    return ApprovedPlan(status.plan, Sha256(status.digest), status.approval, Sha256(status.approval_digest))


def refusal(status: PlanStatus) -> ActionNeededError:
    """The error for a plan that cannot go on, in the words of its status."""
    fields = (("plan", short(status.digest)),) if status.digest else ()
    return ActionNeededError(status.reason, fields=fields, hint=status.hint)


def _bytes(session: Session, path: str) -> bytes | None:
    try:
        return read(session.layout.absolute(path), limits.OUTPUT)
    except OSError:
        return None

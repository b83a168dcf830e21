"""Who may approve: SSH signatures through `ssh-keygen -Y`, and the rule of two people (SPEC section 10)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile

from astrograph.engine.planning.inputs import APPROVERS
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, UsageError
from astrograph.model import limits
from astrograph.model.digests import sha256
from astrograph.model.person import is_person, same_person
from astrograph.model.plan import Approval, Plan
from astrograph.publication.approval import NAMESPACE, signed_bytes
from astrograph.store.files import read

_PROGRAM = "ssh-keygen"
_SECONDS = 120


def signature_required(session: Session, plan: Plan) -> bool:
    """Whether approvals have to be signed: the plan rests on a list of approvers, or there is one, readable or not."""
    return _planned(plan) is not None or os.path.lexists(session.layout.absolute(APPROVERS))


def _planned(plan: Plan) -> str | None:
    """The SHA-256 of the list of approvers that a plan rests on, None where it rests on none."""
    return dict(plan.inputs).get(f"policy/{APPROVERS}")


def sign(approval: Approval, *, key: str) -> str:
    """The armored signature of an approval with the private key (or the public key of an agent) in the file `key`.

    A passphrase is asked for at the terminal. Raises UsageError when it cannot be made.
    """
    if not os.path.isfile(key):
        raise UsageError("the key to sign with is not a file", fields=(("key", key),), hint="doit approve --sign FILE")
    done = _run(["-Y", "sign", "-q", "-f", key, "-n", NAMESPACE], signed_bytes(approval))
    signature = done.stdout.decode("ascii", "replace")
    if done.returncode != 0 or "BEGIN SSH SIGNATURE" not in signature:
        raise UsageError("the approval cannot be signed", fields=(("key", key), ("ssh-keygen", _said(done))))
    return signature


def signature_problem(session: Session, approval: Approval, plan: Plan) -> str:
    """Why an approval's signature is worth nothing, `""` when it is good or none is asked for.

    The list of approvers is read once: `ssh-keygen` gets the bytes whose digest the plan holds, in a private folder.
    """
    if not signature_required(session, plan):
        return ""
    if not approval.signature:
        return f"the approval is not signed, and {APPROVERS} asks for it"
    try:
        allowed = read(session.layout.absolute(APPROVERS), limits.RECORD)
        if sha256(allowed) != _planned(plan):
            return f"{APPROVERS} is not the file that the plan rests on"
        return _refused(approval, allowed)
    except (OSError, UsageError) as error:
        return f"the signature cannot be checked: {error.title if isinstance(error, UsageError) else error}"


def _refused(approval: Approval, allowed: bytes) -> str:
    """Why none of the `allowed` signers made the signature, `""` when one did."""
    with tempfile.TemporaryDirectory(prefix="astrograph-") as folder:
        for name, data in (("allowed", allowed), ("signature", approval.signature.encode())):
            with open(f"{folder}/{name}", "xb") as file:
                file.write(data)
        files = ["-f", f"{folder}/allowed", "-s", f"{folder}/signature"]
        done = _run(["-Y", "verify", "-q", *files, "-I", approval.by, "-n", NAMESPACE], signed_bytes(approval))
    if done.returncode == 0:
        return ""
    return f"the signature is not one of {approval.by} in {APPROVERS}: {_said(done)}"


def author_problem(session: Session, by: str) -> ActionNeededError | None:
    """Why an approver is not somebody else than who pinned the policy, None when they are or need not be.

    Every policy file counts whose bytes differ from those the published generation was made under. Nobody differs from
    a person without a name.
    """
    if not session.workspace.approver_must_differ:
        return None
    current = session.generations.current()
    before = {} if current is None else dict(current.policy)
    pins = session.policy.pins
    for pin in pins.pins if pins is not None else ():
        if before.get(pin.path) == pin.sha256:
            continue
        if not is_person(pin.by):
            return ActionNeededError(
                f"the pin of {pin.path} names no one, so no approver counts as someone else (approver_must_differ)",
                hint='doit pin --by "your name" --reason "why", then doit plan',
            )
        if same_person(pin.by, by):
            return ActionNeededError(
                f"{by} pinned {pin.path} and may not approve it too (approver_must_differ)",
                hint="let somebody else approve this plan",
            )
    return None


def _run(words: list[str], message: bytes) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise UsageError(f"{_PROGRAM} is not installed", hint="install OpenSSH 8.1 or later")
    try:
        return subprocess.run(  # noqa: S603 - no shell; the words are ours, names and paths among them no options
            [program, *words], input=message, capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"{_PROGRAM} cannot be run: {error}") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return text.splitlines()[-1] if text else f"exit {done.returncode}"


def demand_signature(session: Session, plan: Plan, *, key: str) -> None:
    """Raise ActionNeededError when approvals have to be signed here and no key is given."""
    if signature_required(session, plan) and not key:
        raise ActionNeededError(
            "approvals have to be signed here",
            fields=(("approvers", APPROVERS),),
            hint="doit approve --by NAME --sign ~/.ssh/id_ed25519, with a name and key that stand in that file",
        )

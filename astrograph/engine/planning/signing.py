"""Who may approve: SSH signatures through `ssh-keygen -Y`, and the rule of two people (SPEC section 10)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile

from astrograph.engine.planning.inputs import APPROVERS
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, UsageError
from astrograph.model.plan import Approval
from astrograph.publication.approval import NAMESPACE, signed_bytes

_PROGRAM = "ssh-keygen"
_SECONDS = 120


def signature_required(session: Session) -> bool:
    """Whether approvals have to be signed: where the list of approvers is, even one that cannot be read."""
    return os.path.lexists(session.layout.absolute(APPROVERS))


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


def signature_problem(session: Session, approval: Approval) -> str:
    """Why an approval's signature is worth nothing, `""` when it is good or none is asked for."""
    if not signature_required(session):
        return ""
    if not approval.signature:
        return f"the approval is not signed, and {APPROVERS} asks for it"
    with tempfile.TemporaryDirectory(prefix="astrograph-") as folder:
        path = f"{folder}/signature"
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(approval.signature)
        allowed = session.layout.absolute(APPROVERS)
        words = ["-Y", "verify", "-q", "-f", allowed, "-I", approval.by, "-n", NAMESPACE, "-s", path]
        try:
            done = _run(words, signed_bytes(approval))
        except UsageError as error:
            return f"the signature cannot be checked: {error.title}"
    if done.returncode == 0:
        return ""
    return f"the signature is not one of {approval.by} in {APPROVERS}: {_said(done)}"


def differs_from_author(session: Session, by: str) -> str:
    """Why an approver may not approve what they pinned themselves, `""` when they may or nobody asks.

    Every policy file counts whose bytes differ from those the published generation was made under.
    """
    if not session.workspace.approver_must_differ:
        return ""
    current = session.generations.current()
    before = {} if current is None else dict(current.policy)
    pins = session.policy.pins
    mine = [
        pin.path
        for pin in (pins.pins if pins is not None else ())
        if before.get(pin.path) != pin.sha256 and _same(pin.by, by)
    ]
    if not mine:
        return ""
    return f"{by} pinned {mine[0]} and may not approve it too (approver_must_differ)"


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


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


def demand_signature(session: Session, *, key: str) -> None:
    """Raise ActionNeededError when approvals have to be signed here and no key is given."""
    if signature_required(session) and not key:
        raise ActionNeededError(
            "approvals have to be signed here",
            fields=(("approvers", APPROVERS),),
            hint="doit approve --by NAME --sign ~/.ssh/id_ed25519, with a name and key that stand in that file",
        )

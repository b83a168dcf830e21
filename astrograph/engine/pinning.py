"""Pinning: recording the digests of the policy files, with who, when and why (SPEC section 3)."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from astrograph.engine.policy import Policy, policy_paths
from astrograph.errors import EditRefusedError, UsageError
from astrograph.formats.canonical_json import encode
from astrograph.formats.policy_pins import encode_pins
from astrograph.model.digests import Sha256, sha256
from astrograph.model.person import is_person
from astrograph.model.pins import Pin, Pins, PolicyKind
from astrograph.model.workspace import Workspace
from astrograph.store.people_files import PeopleFiles
from astrograph.store.state import State, Table, Write

_SHOWN_LINES = 40


@dataclass(frozen=True, slots=True)
class PinChange:
    """One policy file whose pin moves: `before` is None for a first pin.

    `difference` is a unified diff against the bytes last pinned, None when they are not known any more.
    """

    kind: PolicyKind
    path: str
    before: Sha256 | None
    after: Sha256
    difference: tuple[str, ...] | None


def remember_policy(policy: Policy, state: State) -> list[Write]:
    """What the state must keep so that a later pin can show what changed: the bytes under their digest."""
    known = {_key(sha256(data)): data for data in policy.data.values() if data is not None}
    return [(Table.META, key, data) for key, data in known.items() if state.get(Table.META, key) is None]


def _key(digest: Sha256) -> bytes:
    return b"policy:" + digest.encode()


def pin(workspace: Workspace, state: State, *, by: str, at: str, reason: str) -> list[PinChange]:
    """Pin the policy files as they are now and return what moved.

    `at` is ISO 8601 in UTC. Raises PolicyError when a file is missing or cannot be used: what every run would
    refuse is not pinned. Nothing is written when nothing moved.
    """
    if not reason.strip():
        raise UsageError("a pin needs a reason", hint='doit pin --reason "why this change is meant"')
    policy = Policy.read(workspace)
    policy.compile()
    old = policy.pins or Pins()
    changes: list[PinChange] = []
    pins: list[Pin] = []
    for kind, path in policy_paths(workspace).items():
        data = policy.bytes_of(kind)
        digest = sha256(data)
        before = old.of(kind)
        if before is not None and before.sha256 == digest and before.path == path and is_person(before.by):
            pins.append(before)
            continue
        pins.append(Pin(kind=kind, path=path, sha256=digest, by=by, at=at, reason=reason))
        known = None if before is None else state.get(Table.META, _key(before.sha256))
        difference = None if known is None else _difference(known, data, path)
        changes.append(PinChange(kind, path, None if before is None else before.sha256, digest, difference))
    if changes:
        data = encode(encode_pins(Pins(tuple(pins))))

        def replaced(before: bytes | None) -> bytes:
            if before != policy.pins_data:
                raise EditRefusedError(f"{workspace.pins} was changed meanwhile", hint="run doit pin again")
            return data.replace(b"\n", b"\r\n") if b"\r\n" in (before or b"") else data

        PeopleFiles(workspace.root).edit(workspace.pins, replaced)
        state.commit(remember_policy(policy, state))
    return changes


def _difference(before: bytes, after: bytes, path: str) -> tuple[str, ...]:
    lines = list(
        difflib.unified_diff(
            before.decode("utf-8", "replace").splitlines(),
            after.decode("utf-8", "replace").splitlines(),
            f"{path} (pinned)",
            path,
            n=1,
            lineterm="",
        )
    )
    hidden = len(lines) - _SHOWN_LINES
    return tuple(lines[:_SHOWN_LINES]) + ((f"… {hidden} more lines",) if hidden > 0 else ())

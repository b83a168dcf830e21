"""`doit pin --reason "..."`: the only way a policy file comes into force."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.console import OwnWords, guarded, json_wanted

if TYPE_CHECKING:
    from astrograph.engine.pinning import PinChange


class Pin(OwnWords, Command):  # type: ignore[misc]
    """Pins the policy files and prints old → new. Loads no tasks."""

    name = "pin"
    doc_purpose = "record the digests of rules, exceptions, canon and schema, and why"
    doc_usage = "--reason TEXT [--by NAME]"
    cmd_options = (
        {"name": "reason", "long": "reason", "type": str, "default": "", "help": "why this change is meant"},
        {
            "name": "by",
            "long": "by",
            "type": str,
            "default": "",
            "help": "who pins [default: git's user, else the login]",
        },
        {"name": "json", "long": "json", "type": bool, "default": False, "help": "print one JSON object"},
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Pin; exit 3 without a reason or with a policy that cannot be used."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        return guarded(
            lambda: _pin(words, reason=opt_values["reason"], by=opt_values["by"], as_json=as_json), as_json=as_json
        )


def _pin(words: list[str], *, reason: str, by: str, as_json: bool) -> int:
    from datetime import UTC, datetime

    from astrograph.doit_plugin.person import named_person
    from astrograph.engine.pinning import pin
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError

    if words:
        raise UsageError(f"pin takes no words, got {words[0]!r}", hint='doit pin --reason "why this change is meant"')
    name = named_person(by, command="doit pin")
    with Session.open(os.getcwd()) as session:
        session.lock()
        at = datetime.now(UTC).isoformat(timespec="seconds")
        changes = pin(session.workspace, session.state, by=name, at=at, reason=reason)
    sys.stdout.write((_as_json(changes) if as_json else _as_text(changes)) + "\n")
    return 0


def _as_text(changes: list[PinChange]) -> str:
    from astrograph.formats.text import safe

    if not changes:
        return "every policy file is pinned as it is: nothing to do"
    lines: list[str] = []
    for change in changes:
        lines.append(f"{change.kind:<11} {change.path}")
        lines.append(f"            {change.before or 'never pinned'} → {change.after}")
        if change.difference is not None:
            lines += [f"            {safe(line)}" for line in change.difference]
    lines.append(f"{len(changes)} pinned; run doit to build with them")
    return "\n".join(lines)


def _as_json(changes: list[PinChange]) -> str:
    document = {
        "schema": "astrograph.pin/1",
        "changes": [
            {"kind": change.kind.value, "path": change.path, "before": change.before, "after": change.after}
            for change in changes
        ],
    }
    return json.dumps(document, indent=2, sort_keys=True)

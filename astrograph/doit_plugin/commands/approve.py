"""`doit approve`: a person's word on one plan, after a look at its canary."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, interruptible, json_wanted, started_in, wants_colour

if TYPE_CHECKING:
    from astrograph.engine.planning.approving import Proposal
    from astrograph.engine.session import Session


class Approve(OwnWords, Command):  # type: ignore[misc]
    """Shows the canary, asks, and records the approval. Loads no tasks."""

    name = "approve"
    doc_purpose = "approve the plan, bound to its digests"
    doc_usage = "[--by NAME] [--reason TEXT] [--sign KEYFILE] [--expires HOURS] [--yes]"
    doc_description = (
        "Everything the plan rests on is read anew; a plan that no longer holds is refused. An approval serves one "
        "publication. Exit codes: 0 approved, 3 usage or configuration, 4 the plan cannot be approved, or nobody "
        "said yes."
    )
    cmd_options = (
        {
            "name": "by",
            "long": "by",
            "type": str,
            "default": "",
            "help": "who approves [default: git's user, else the login]",
        },
        {
            "name": "reason",
            "long": "reason",
            "type": str,
            "default": "",
            "help": "what was looked at, and why it is right",
        },
        {"name": "sign", "long": "sign", "type": str, "default": "", "help": "SSH key to sign the approval with"},
        {"name": "expires", "long": "expires", "type": str, "default": "72", "help": "hours it holds, at most 72"},
        {"name": "yes", "long": "yes", "type": bool, "default": False, "help": "do not ask: the canary was looked at"},
        OPT_JSON,
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Approve; exit 4 when the plan cannot be approved or nobody says yes."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        return interruptible(
            lambda: guarded(lambda: _approve(words, opt_values, as_json=as_json), as_json=as_json),
            after="nothing was approved",
        )


def _approve(words: list[str], options: Any, *, as_json: bool) -> int:
    from astrograph.doit_plugin.commands.plan_text import approval_text
    from astrograph.doit_plugin.commands.publish import tell
    from astrograph.doit_plugin.person import named_person
    from astrograph.engine.planning.approving import approve, check_approver, propose
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError

    if words:
        raise UsageError(f"approve takes no words, got {words[0]!r}", hint='doit approve --by "your name"')
    by = named_person(options["by"], command="doit approve")
    reason, hours = options["reason"], _hours(options["expires"])
    key = os.path.join(started_in(), os.path.expanduser(options["sign"])) if options["sign"] else ""
    with Session.open(os.getcwd()) as session:
        _ = session.policy
        session.lock()
        tell(session.recover_publication(thorough=True))
        proposal = propose(session)
        check_approver(session, proposal.plan, by=by, reason=reason, hours=hours, key=key)
        if not options["yes"]:
            _ask(session, proposal, by=by, quiet=as_json)
        approval, digest = approve(session, proposal, by=by, reason=reason, now=_now(), hours=hours, key=key)
        path = session.layout.approval
    if as_json:
        from astrograph.formats.text import safe_json
        from astrograph.publication.approval import approval_document

        document = {
            "schema": "astrograph.approve/1",
            "digest": digest,
            "path": path,
            "approval": approval_document(approval),
        }
        text = safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"
    else:
        text = approval_text(approval, digest=digest, path=path)
    sys.stdout.write(text)
    return 0


def _hours(text: str) -> float:
    from astrograph.errors import UsageError

    try:
        return float(text)
    except ValueError:
        raise UsageError("--expires takes a number of hours", fields=(("--expires", text),)) from None


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _ask(session: Session, proposal: Proposal, *, by: str, quiet: bool) -> None:
    """Show the report and ask; raises ActionNeededError unless a person at a terminal says yes."""
    from astrograph.doit_plugin.commands.plan_text import canary_text
    from astrograph.engine.planning.planning import CANARY_LIST, CANARY_REPORT
    from astrograph.errors import ActionNeededError
    from astrograph.formats.text import safe

    stream = sys.stderr if quiet else sys.stdout
    paths = [session.layout.artifact(name) for name in (CANARY_LIST, CANARY_REPORT)]
    canon, colour = session.policy.canon, wants_colour(stream)
    stream.write(canary_text(proposal.plan, digest=proposal.digest, canon=canon, paths=paths, colour=colour) + "\n")
    stream.flush()
    if not sys.stdin.isatty():
        raise ActionNeededError(
            "nobody was there to say yes",
            hint="run doit approve at a terminal, or give --yes after a look at the report",
        )
    sys.stderr.write(f"Approve this plan as {safe(by)}? Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise ActionNeededError("not approved", hint="run doit approve again when the sample is right")

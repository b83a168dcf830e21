"""`doit publish`: the approved plan becomes what people read, all or nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, interruptible, json_wanted, wants_colour
from astrograph.errors import ExitCode

if TYPE_CHECKING:
    from astrograph.engine.publishing.publishing import Proposal, Publication
    from astrograph.model.gate import GateResult

OPT_BY = {
    "name": "by",
    "long": "by",
    "type": str,
    "default": "",
    "help": "who publishes [default: git's user, else the login]",
}


class Publish(OwnWords, Command):  # type: ignore[misc]
    """Publishes the approved plan. Loads no tasks."""

    name = "publish"
    doc_purpose = "publish the approved plan, all or nothing"
    doc_usage = "[--canary-only] [--dry-run] [--by NAME] [--yes]"
    doc_description = (
        "Refuses without a valid approval, when anything moved since, or with a failing gate. Readers see the old tree "
        "or the new one. An interrupted publication is finished or undone by the next command. Exit codes: 0 done, "
        "1 a gate fails, 2 an error while running, 3 usage or configuration, 4 a person's action is needed."
    )
    cmd_options = (
        {
            "name": "canary_only",
            "long": "canary-only",
            "type": bool,
            "default": False,
            "help": "publish the modules of the canary alone, over what is published",
        },
        {
            "name": "dry_run",
            "long": "dry-run",
            "type": bool,
            "default": False,
            "help": "check everything and say what would happen; publish nothing",
        },
        OPT_BY,
        {"name": "yes", "long": "yes", "type": bool, "default": False, "help": "do not ask: it is meant"},
        OPT_JSON,
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Publish; exit 4 while a person's word is missing, 1 when a gate fails."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        return interruptible(
            lambda: guarded(lambda: _publish(words, opt_values, as_json=as_json), as_json=as_json),
            after="the next command finishes or undoes what was begun",
        )


def _publish(words: list[str], options: Any, *, as_json: bool) -> int:
    from astrograph.doit_plugin.person import named_person
    from astrograph.engine.publishing.publishing import publish
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError

    if words:
        raise UsageError(f"publish takes no words, got {words[0]!r}", hint="it publishes the plan: doit plan shows it")
    by = "" if options["dry_run"] else named_person(options["by"], command="doit publish")
    with Session.open(os.getcwd()) as session:
        _ = session.policy
        session.lock()
        for message in session.state.messages:
            tell(message)
        tell(session.recover_publication(thorough=True))
        done = publish(
            session,
            canary_only=options["canary_only"],
            dry_run=options["dry_run"],
            confirm=_Confirmation(session.layout.published, yes=options["yes"]),
            by=by,
        )
        publish_to = session.layout.published
    sys.stdout.write(_as_json(done) if as_json else _as_text(done, publish_to=publish_to))
    return int(ExitCode.FINDINGS if done.failing else ExitCode.CLEAN)


def tell(message: str | None) -> None:
    """A line for the person, on the log, when there is one."""
    if message:
        from astrograph.formats.text import safe

        sys.stderr.write(f"note: {safe(message)}\n")


class _Confirmation:
    """The second human gate: a person at a terminal, or `--yes` where there is none."""

    def __init__(self, publish_to: str, *, yes: bool) -> None:
        self.publish_to = publish_to
        self.yes = yes

    def __call__(self, proposal: Proposal) -> bool:
        """Whether a person was asked; raises ActionNeededError unless the answer is yes."""
        from astrograph.doit_plugin.commands.publication_text import proposal_text
        from astrograph.errors import ActionNeededError

        if self.yes:
            return False
        if not sys.stdin.isatty():
            raise ActionNeededError(
                "nobody is there to confirm the publication",
                hint="run doit publish at a terminal, or with --yes where there is none",
            )
        sys.stderr.write(proposal_text(proposal, publish_to=self.publish_to))
        sys.stderr.write("Publish this? Type yes: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() != "yes":
            raise ActionNeededError("not confirmed, so nothing was published", hint="run doit publish when it is right")
        return True


def _as_text(done: Publication, *, publish_to: str) -> str:
    from astrograph.doit_plugin.commands.publication_text import proposal_text, switch_text
    from astrograph.engine.planning.state import NOTHING

    if done.failing:
        return _refusal(done.failing)
    if done.proposal is None:
        return f"{NOTHING}\n"
    if done.switch is None:
        return proposal_text(done.proposal, publish_to=publish_to) + "Nothing was published: this was a dry run.\n"
    after = done.switch.after
    text = switch_text(done.switch, what=f"published generation {after.number}", publish_to=publish_to)
    return text + f"To take it back: doit rollback {after.parent}\n"


def _refusal(failing: tuple[GateResult, ...]) -> str:
    from astrograph.formats.findings import render_gates

    names = ", ".join(result.gate for result in failing)
    shown = render_gates(list(failing), colour=wants_colour(sys.stdout)).rstrip("\n")
    return f"{shown}\n\nNothing was published: a gate fails ({names}).\n"


def _as_json(done: Publication) -> str:
    from astrograph.doit_plugin.commands.publication_text import as_json, proposal_document, switch_document

    return as_json(
        {
            "schema": "astrograph.publish/1",
            "published": done.switch is not None,
            "failing": [result.gate for result in done.failing],
            "proposal": None if done.proposal is None else proposal_document(done.proposal),
            "switch": None if done.switch is None else switch_document(done.switch),
            "pruned": list(done.pruned),
        }
    )

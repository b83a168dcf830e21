"""`doit rollback [N]`: what was published before is published again, verified by digest."""

from __future__ import annotations

import os
import sys
from typing import Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, interruptible, json_wanted


class Rollback(OwnWords, Command):  # type: ignore[misc]
    """Puts a generation back. Looks at no rules and no sources, so that it works whatever state those are in."""

    name = "rollback"
    doc_purpose = "put the previous generation back, or generation N"
    doc_usage = "[N]"
    doc_description = (
        "Without a number it goes to the parent of the current generation; with that of the current one it undoes "
        "edits by hand, which are kept aside. Nothing is asked: what is left behind stays in the list of "
        "generations. Exit codes: 0 done, 2 an error while running (what was published still is), 3 no such generation."
    )
    cmd_options = (
        {"name": "yes", "long": "yes", "type": bool, "default": False, "help": "accepted; nothing is asked anyway"},
        OPT_JSON,
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Roll back; exit 3 when there is nothing to go back to."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        words = [word for word in words if word != "--yes"]
        return interruptible(
            lambda: guarded(lambda: _roll_back(words, as_json=as_json), as_json=as_json),
            after="the next command finishes or undoes what was begun",
        )


def _roll_back(words: list[str], *, as_json: bool) -> int:
    from astrograph.doit_plugin.commands import publication_text as texts
    from astrograph.doit_plugin.commands.publish import tell
    from astrograph.engine.publishing.publishing import roll_back
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError

    if len(words) > 1 or not all(word.isascii() and word.isdecimal() for word in words):
        raise UsageError(
            "rollback takes the number of one generation",
            fields=(("given", " ".join(words)),),
            hint="`doit generations` tells the numbers; without one it goes to the parent of the current one",
        )
    with Session.open(os.getcwd()) as session:
        session.lock()
        tell(session.recover_publication(thorough=True, sweep=False))
        switch = roll_back(session, int(words[0]) if words else None)
        publish_to = session.layout.published
    if as_json:
        text = texts.as_json({"schema": "astrograph.rollback/1", **texts.switch_document(switch)})
    else:
        start = "" if switch.before is None else f" from generation {switch.before.number}"
        what = f"rolled back{start} to {switch.after.number}"
        text = texts.switch_text(switch, what=what, publish_to=publish_to)
    sys.stdout.write(text)
    return 0

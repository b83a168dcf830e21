"""`doit canary`: the sample of a plan that a person looks at, and what a clean one proves."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, interruptible, json_wanted, wants_colour

if TYPE_CHECKING:
    from astrograph.engine.session import Session
    from astrograph.model.plan import Plan


class Canary(OwnWords, Command):  # type: ignore[misc]
    """Draws and shows the canary. Loads no tasks."""

    name = "canary"
    doc_purpose = "draw the sample of the plan that a person looks at"
    doc_usage = ""
    doc_description = (
        "With a plan, the canary is the plan's; without one, a sample of all modules is built and shown, which can not "
        "be approved. Exit codes: 0 written, 3 usage or configuration, 4 the plan is stale or spent."
    )
    cmd_options = (OPT_JSON,)

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Write list and report and print them; exit 4 when there is a plan that no longer holds."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        return interruptible(
            lambda: guarded(lambda: _canary(words, as_json=as_json), as_json=as_json),
            after="run doit canary again to go on",
        )


def _canary(words: list[str], *, as_json: bool) -> int:
    from astrograph.doit_plugin.commands.publish import tell
    from astrograph.engine.planning.planning import PlanState, refusal, unapproved_status
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError

    if words:
        raise UsageError(
            f"canary takes no words, got {words[0]!r}", hint="name modules in canary.critical of [tool.astrograph]"
        )
    with Session.open(os.getcwd()) as session:
        _ = session.policy
        session.lock()
        tell(session.recover_publication(thorough=True))
        status = unapproved_status(session, thorough=True)
        if status.state is PlanState.NONE:
            return _preview(session, as_json=as_json)
        if status.state not in {PlanState.PENDING, PlanState.EMPTY} or status.plan is None:
            raise refusal(status)
        follows = status.reason if status.state is PlanState.EMPTY else "doit approve"
        return _of_plan(session, status.plan, digest=status.digest, follows=follows, as_json=as_json)


def _of_plan(session: Session, plan: Plan, *, digest: str, follows: str, as_json: bool) -> int:
    from astrograph.doit_plugin.commands.plan_text import canary_text
    from astrograph.publication.report import canary_list_text, canary_report

    report = canary_report(plan)
    paths = _write(session, canary_list_text(plan.canary), report)
    text = _as_json(report, paths)
    if not as_json:
        canon, colour = session.policy.canon, wants_colour(sys.stdout)
        text = canary_text(plan, digest=digest, canon=canon, paths=paths, colour=colour) + f"\nnext   {follows}\n"
    sys.stdout.write(text)
    return 0


def _preview(session: Session, *, as_json: bool) -> int:
    from astrograph.doit_plugin.commands.plan_text import preview_text
    from astrograph.engine.planning.previewing import preview
    from astrograph.publication.report import canary_list_text, partial_report

    found = preview(session)
    modules = session.survey.modules
    report = partial_report(found, modules=modules)
    paths = _write(session, canary_list_text(found.canary), report)
    text = _as_json(report, paths)
    if not as_json:
        canon, colour = session.policy.canon, wants_colour(sys.stdout)
        text = preview_text(found, modules=modules, canon=canon, paths=paths, colour=colour)
    sys.stdout.write(text)
    return 0


def _write(session: Session, listed: bytes, report: bytes) -> list[str]:
    """Put list and report where they belong; returns their paths."""
    from astrograph.engine.planning.planning import CANARY_LIST, CANARY_REPORT
    from astrograph.store.outputs import put

    paths = [session.layout.artifact(name) for name in (CANARY_LIST, CANARY_REPORT)]
    for path, data in zip(paths, (listed, report), strict=True):
        put(session.layout.absolute(path), data)
    return paths


def _as_json(report: bytes, paths: list[str]) -> str:
    from astrograph.formats.strict_json import decode_fast
    from astrograph.formats.text import safe_json
    from astrograph.model.digests import sha256

    document = {
        "schema": "astrograph.canary/1",
        "digest": sha256(report),
        "list": paths[0],
        "path": paths[1],
        "report": decode_fast(report),
    }
    return safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"

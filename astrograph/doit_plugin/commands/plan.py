"""`doit plan`: build, run every gate, and write down exactly what a publication would change."""

from __future__ import annotations

import json
import sys
from typing import Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import wants_colour
from astrograph.errors import ExitCode
from astrograph.model.gate import Verdict


class Plan(Run):
    """Writes `build/plan.json` and prints its change classes."""

    name = "plan"
    doc_purpose = "write down what a publication would change, with one digest"
    doc_usage = ""
    doc_description = (
        "Brings build/ up to date, runs every gate and compares with what is published. The same state gives the same "
        "plan, byte by byte. Exit codes: 0 the plan is written and may go on to a canary, 1 it is written and a gate "
        "fails, 2 an error while running, 3 the policy or the configuration cannot be used."
    )
    cmd_options = (
        *Run.cmd_options,
        OPT_JSON,
        {"name": "full", "long": "full", "type": bool, "default": False, "help": "show each module and each field"},
    )
    builds_gates = True
    notes_found_tree = True

    def work(self, params: Any, args: list[str]) -> int:
        """Build with all gates, then make the plan and print it."""
        from astrograph.errors import UsageError

        if args:
            raise UsageError(f"plan takes no words, got {args[0]!r}", hint="it is always about the whole workspace")
        if params["single"]:
            raise UsageError("plan takes no --single", hint="a plan needs everything it rests on")
        code = super().work(params, args)
        if code != ExitCode.CLEAN:
            return code
        return self.report(as_json=params["json"], full=params["full"])

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The plan is the result here, so the summary of the build goes to the log."""
        return sys.stderr

    def report(self, *, as_json: bool, full: bool) -> int:
        """Make the plan, write and print it; returns the exit code."""
        from astrograph.doit_plugin.commands.plan_text import plan_text
        from astrograph.engine.planning.planning import changes_nothing, make_plan, write_plan
        from astrograph.formats.text import safe_json
        from astrograph.publication.document import plan_document

        session = self.loader.session
        plan = make_plan(session)
        digest = write_plan(session, plan)
        failing = [gate for gate, verdict in plan.gates if verdict == Verdict.FAIL]
        nothing = changes_nothing(session, plan)
        if as_json:
            document = {
                "schema": "astrograph.plan/1",
                "digest": digest,
                "path": session.layout.plan,
                "failing": failing,
                "nothing_to_publish": nothing,
                "plan": plan_document(plan),
            }
            text = safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))
        else:
            text = plan_text(
                plan,
                digest=digest,
                path=session.layout.plan,
                canon=session.policy.canon,
                nothing=nothing,
                full=full,
                colour=wants_colour(sys.stdout),
            )
        sys.stdout.write(text.rstrip("\n") + "\n")
        return int(ExitCode.FINDINGS if failing else ExitCode.CLEAN)

"""`doit validate`: bring `build/` up to date, run every gate, give a verdict. Changes nothing outside `build/`."""

from __future__ import annotations

import json
import sys
from typing import Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.doit_plugin.console import wants_colour
from astrograph.errors import ExitCode
from astrograph.model.gate import Verdict

OPT_JSON = {
    "name": "json",
    "long": "json",
    "type": bool,
    "default": False,
    "help": "print one JSON object instead of text",
}


class Validate(Run):
    """Runs the gates over an up-to-date build and prints what they say."""

    name = "validate"
    doc_purpose = "bring build/ up to date and run every gate"
    doc_usage = ""
    doc_description = (
        "Exit codes: 0 every gate passes (or only warns), 1 a gate fails, 2 an error while running, 3 the policy or "
        "the configuration cannot be used."
    )
    cmd_options = (*Run.cmd_options, OPT_JSON)
    builds_gates = True

    def work(self, params: Any, args: list[str]) -> int:
        """Build with all gates, then read their results and print them."""
        from astrograph.errors import UsageError

        if args:
            raise UsageError(
                f"validate takes no task names, got {args[0]!r}", hint="it always looks at the whole workspace"
            )
        if params["single"]:
            raise UsageError("validate takes no --single", hint="a verdict needs everything it rests on")
        code = super().work(params, args)
        if code != ExitCode.CLEAN:
            return code
        return self.report(as_json=params["json"])

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The verdict is the result here, so the summary of the build goes to the log."""
        return sys.stderr

    def report(self, *, as_json: bool) -> int:
        """Print the results on disk; returns the exit code."""
        from astrograph.formats.findings import render_gates
        from astrograph.formats.text import safe_json
        from astrograph.gates.registry import Gate

        session = self.loader.session
        results = [session.gates.result(gate) for gate in Gate]
        failed = any(result.verdict is Verdict.FAIL for result in results)
        if as_json:
            document = {
                "schema": "astrograph.validate/1",
                "verdict": "fail" if failed else "pass",
                "modules": len(session.survey.modules),
                "gates": [result.to_json() for result in results],
            }
            text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
            sys.stdout.write(safe_json(text) + "\n")
        else:
            sys.stdout.write(render_gates(results, colour=wants_colour(sys.stdout)).rstrip("\n") + "\n")
        return int(ExitCode.FINDINGS if failed else ExitCode.CLEAN)

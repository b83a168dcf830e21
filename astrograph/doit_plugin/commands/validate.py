"""`doit validate`: bring `build/` up to date, run every gate, give a verdict. Changes nothing outside `build/`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.doit_plugin.console import wants_colour
from astrograph.errors import DamagedGenerationError, ExitCode
from astrograph.model.gate import Verdict

if TYPE_CHECKING:
    from astrograph.model.gate import GateResult

FORMATS = ("text", "json", "github")

OPT_JSON = {
    "name": "json",
    "long": "json",
    "type": bool,
    "default": False,
    "help": "print one JSON object instead of text",
}

OPT_FORMAT = {
    "name": "format",
    "long": "format",
    "type": str,
    "default": "text",
    "help": "how to print findings: text, json, or github (annotations of a pull request)",
}

OPT_SELF_TEST = {
    "name": "self_test",
    "long": "self-test",
    "type": bool,
    "default": False,
    "help": "prove in a scratch workspace, with these policy files, that each gate fails when it should",
}


class Validate(Run):
    """Runs the gates over an up-to-date build and prints what they say."""

    name = "validate"
    doc_purpose = "bring build/ up to date and run every gate"
    doc_usage = ""
    doc_description = (
        "Exit codes: 0 every gate passes (or only warns), 1 a gate fails, 2 an error while running, 3 the policy or "
        "the configuration cannot be used, 4 all that is missing is a person's word on the plan."
    )
    cmd_options = (*Run.cmd_options, OPT_JSON, OPT_FORMAT, OPT_SELF_TEST)
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
        form = "json" if params["json"] else params["format"]
        if form not in FORMATS:
            raise UsageError(f"there is no format {form!r}", hint=f"one of: {', '.join(FORMATS)}")
        if params["self_test"]:
            return _self_test(form)
        try:
            code = super().work(params, args)
        except DamagedGenerationError:
            self.judge_what_can_be_read()
        else:
            if code != ExitCode.CLEAN:
                return code
        return self.report(form)

    def judge_what_can_be_read(self) -> None:
        """Run the gates where what was published is damaged: no artifact can be made of it, but that is a verdict."""
        from astrograph.engine.graph import Kind

        graph = self.loader.graph
        for task in graph.tasks(Kind.GATE):
            if graph.why_stale(task) is not None:
                graph.run(task)

    def wants_json(self, params: Any, args: list[str]) -> bool:
        """Whether a program reads the answer."""
        return super().wants_json(params, args) or params["format"] == "json"

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The verdict is the result here, so the summary of the build goes to the log."""
        return sys.stderr

    def report(self, form: str) -> int:
        """Print the results on disk in one of `FORMATS`; returns the exit code."""
        from astrograph.formats.findings import needs_a_person, render_gates, render_github
        from astrograph.gates.registry import Gate

        session = self.loader.session
        results = [session.gates.result(gate) for gate in Gate]
        failed = any(result.verdict is Verdict.FAIL for result in results)
        code = ExitCode.CLEAN
        if failed:
            code = ExitCode.ACTION_NEEDED if needs_a_person(results) else ExitCode.FINDINGS
        match form:
            case "json":
                text = _as_json(results, modules=len(session.survey.modules), code=code)
            case "github":
                text = render_github(results)
            case _:
                text = render_gates(results, colour=wants_colour(sys.stdout))
        sys.stdout.write(text.rstrip("\n") + "\n")
        return int(code)


_VERDICTS = {ExitCode.CLEAN: "pass", ExitCode.FINDINGS: "fail", ExitCode.ACTION_NEEDED: "action-needed"}


def _as_json(results: list[GateResult], *, modules: int, code: ExitCode) -> str:
    from astrograph.formats.text import safe_json

    document = {
        "schema": "astrograph.validate/1",
        "verdict": _VERDICTS[code],
        "modules": modules,
        "gates": [result.to_json() for result in results],
    }
    return safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def _self_test(form: str) -> int:
    import os

    from astrograph.doit_plugin.commands.self_test_text import as_json, as_text
    from astrograph.engine.self_test.trial import run_self_test
    from astrograph.engine.session import open_workspace

    report = run_self_test(open_workspace(os.getcwd()))
    text = as_json(report) if form == "json" else as_text(report, colour=wants_colour(sys.stdout))
    sys.stdout.write(text.rstrip("\n") + "\n")
    return int(ExitCode.CLEAN if report.holds else ExitCode.FINDINGS)

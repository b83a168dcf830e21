"""`doit report`: the run in one screen, and where the artifacts are; or the import graph for another program."""

from __future__ import annotations

import json
import sys
from shlex import quote
from typing import Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import started_in, wants_colour
from astrograph.errors import ExitCode

_FORMS = ("mermaid", "graphml")
_DEEPEST = 100


def _late_options(params: dict[str, Any], words: list[str]) -> tuple[dict[str, Any], list[str]]:
    """What is asked for, options after a word considered too, and the words: doit stops looking at the first word."""
    from astrograph.errors import UsageError

    found = {name: params[name] for name in ("graph", "depth", "json")}
    left: list[str] = []
    waiting = iter(words)
    for word in waiting:
        name, equals, value = word.removeprefix("--").partition("=")
        if word == "--json":
            found["json"] = True
        elif word.startswith("--") and name in {"graph", "depth"}:
            value = value if equals else next(waiting, "")
            if name == "depth" and not value.isdecimal():
                raise UsageError(f"--depth is a number, not {value!r}")
            found[name] = int(value) if name == "depth" else value
        else:
            left.append(word)
    return found, left


class Report(Run):
    """Brings the artifacts up to date and tells what they come to."""

    name = "report"
    doc_purpose = "the run in one screen, and where its artifacts are"
    doc_usage = "[--graph mermaid|graphml [MODULE]]"
    doc_description = (
        "Brings build/ up to date first. With --graph it prints the import graph instead: all of it, or the modules "
        "within --depth imports of MODULE. Exit codes: 0 told, 1 a task failed, 2 an error while running, 3 policy, "
        "configuration or words cannot be used. Whether gates pass is what `doit validate` says."
    )
    cmd_options = (
        *Run.cmd_options,
        OPT_JSON,
        {"name": "graph", "long": "graph", "type": str, "default": "", "help": "print imports as mermaid or graphml"},
        {
            "name": "depth",
            "long": "depth",
            "type": int,
            "default": 1,
            "help": "how many imports away from MODULE, either way [default: 1]",
        },
    )

    def work(self, params: Any, args: list[str]) -> int:
        """Build, then tell; returns the exit code."""
        from astrograph.errors import UsageError

        wanted, words = _late_options(params, args)
        form = wanted["graph"]
        if form and form not in _FORMS:
            raise UsageError(f"there is no graph in the form {form!r}", hint="--graph mermaid or --graph graphml")
        if words and not form:
            hint = f"doit info {quote(words[0])} tells of one module"
            raise UsageError(f"report takes no words, got {words[0]!r}", hint=hint)
        if form and wanted["json"]:
            raise UsageError(
                f"--graph {form} and --json are two answers",
                hint="the graph as JSON is the artifact dependency_graph.json; doit report tells where it is",
            )
        if len(words) > 1:
            raise UsageError("a graph has one module in its middle", hint="doit report --graph mermaid MODULE")
        if not 0 <= wanted["depth"] <= _DEEPEST:
            raise UsageError(f"--depth is 0 to {_DEEPEST}, not {wanted['depth']}")
        if params["single"]:
            raise UsageError("report takes no --single", hint="it tells of the whole workspace")
        code = super().work(params, [])
        if code != ExitCode.CLEAN:
            return code
        if form:
            text = self._graph(form, words[0] if words else None, depth=wanted["depth"])
        else:
            text = self._summary(as_json=wanted["json"])
        sys.stdout.write(text.rstrip("\n") + "\n")
        return int(ExitCode.CLEAN)

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The report is the result here, so the summary of the build goes to the log."""
        return sys.stderr

    def _summary(self, *, as_json: bool) -> str:
        from astrograph.doit_plugin.commands.report_text import as_document, as_text
        from astrograph.engine.auditing.summary import summarize
        from astrograph.formats.text import safe_json

        summary = summarize(self.loader.session)
        if not as_json:
            return as_text(summary, colour=wants_colour(sys.stdout))
        return safe_json(json.dumps(as_document(summary), indent=2, sort_keys=True, ensure_ascii=False))

    def _graph(self, form: str, name: str | None, *, depth: int) -> str:
        from astrograph.engine.auditing.summary import picture
        from astrograph.engine.info import find_module

        session = self.loader.session
        module = None if name is None else find_module(session, name, folder=started_in())
        return picture(session, module, depth=depth, form=form)

"""`doit site`: bring everything up to date and make the site, then say where it is or open it."""

from __future__ import annotations

import json
import sys
from typing import Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.errors import ExitCode

OPT_OPEN = {
    "name": "open",
    "long": "open",
    "type": bool,
    "default": False,
    "help": "open it in the browser",
}

OPT_JSON = {"name": "json", "long": "json", "type": bool, "default": False, "help": "print one JSON object"}


class Site(Run):
    """Makes the site and prints the path of its first page."""

    name = "site"
    doc_purpose = "make the constellation to look at in a browser"
    doc_usage = "[--open]"
    doc_description = (
        "The site is static: it works from the disk and offline, and asks for nothing outside its folder. "
        "Exit codes: 0 made, 1 a task failed, 2 an error while running, 3 usage, policy or configuration."
    )
    cmd_options = (*Run.cmd_options, OPT_OPEN, OPT_JSON)

    def work(self, params: Any, args: list[str]) -> int:
        """Build with the site, then print or open its first page."""
        from astrograph.errors import UsageError

        if args:
            raise UsageError(f"site takes no task names, got {args[0]!r}", hint="it always shows the whole workspace")
        if params["single"]:
            raise UsageError("site takes no --single", hint="it shows everything it rests on")
        code = super().work(params, [SITE])
        if code != ExitCode.CLEAN:
            return code
        return self.report(as_json=params["json"], opens=params["open"])

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The path is the result here, so the summary of the build goes to the log."""
        return sys.stderr

    def report(self, *, as_json: bool, opens: bool) -> int:
        """Print where the site is; returns the exit code."""
        from astrograph.engine.graph import SITE_KEY
        from astrograph.formats.text import safe, safe_json

        session = self.loader.session
        page = f"{session.layout.site}/{SITE_KEY}"
        if as_json:
            document = {"schema": "astrograph.site/1", "page": page, "modules": len(session.survey.modules)}
            sys.stdout.write(safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n")
        else:
            sys.stdout.write(safe(page) + "\n")
        if opens and not _open(session.layout.absolute(page)):
            sys.stderr.write("note: no browser could be started; open the page above in one\n")
        return int(ExitCode.CLEAN)


SITE = "site"
"""The task family that the command asks for."""


def _open(path: str) -> bool:
    """Show a file in the browser a person prefers; False when there is none."""
    import webbrowser
    from pathlib import Path

    try:
        return webbrowser.open(Path(path).as_uri())
    except webbrowser.Error:
        return False

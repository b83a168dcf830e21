"""`doit explain AG204`: what a finding code means, offline."""

from __future__ import annotations

import json
import sys
from typing import Any

from doit.cmd_base import Command

from astrograph.doit_plugin.console import OwnWords, guarded, json_wanted


class Explain(OwnWords, Command):  # type: ignore[misc]
    """Prints the page of one code. Loads no tasks."""

    name = "explain"
    doc_purpose = "explain a finding code, such as AG204"
    doc_usage = "CODE"
    cmd_options = ({"name": "json", "long": "json", "type": bool, "default": False, "help": "print one JSON object"},)

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Print the explanation; exit 3 for a code that does not exist."""
        codes, as_json = json_wanted(pos_args, given=opt_values["json"])
        return guarded(lambda: explain_code(codes, as_json=as_json), as_json=as_json)


def explain_code(codes: list[str], *, as_json: bool) -> int:
    """Print the page of the one code named; raises UsageError for anything else."""
    from astrograph.errors import UsageError
    from astrograph.formats.findings import explain
    from astrograph.model.codes import CODES

    if len(codes) != 1:
        raise UsageError("explain takes one code", hint="for example: doit explain AG204")
    code = codes[0].upper()
    text = explain(code)
    if as_json:
        entry = CODES[code]
        document = {
            "schema": "astrograph.explain/1",
            "code": entry.code,
            "severity": entry.severity.value,
            "title": entry.title,
            "meaning": entry.meaning,
            "fix": entry.fix,
        }
        text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0

"""`astrograph init`: make this folder a workspace, or complete one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from astrograph.doit_plugin.console import guarded


def init(arguments: Sequence[str]) -> int:
    """Scaffold a workspace in the current folder; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="astrograph init",
        description="Make this folder a workspace, or complete one. What exists is left as it is.",
    )
    parser.add_argument(
        "--source-root",
        action="append",
        metavar="DIR",
        help="a folder packages are imported from; may be given several times [default: src if there is one, else .]",
    )
    parser.add_argument(
        "--by", metavar="NAME", default="", help="who pins the policy [default: git's user, else the login]"
    )
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:
        return 3 if stop.code else 0
    return guarded(lambda: _init(options.source_root, by=options.by))


def _init(source_roots: list[str] | None, *, by: str) -> int:
    from datetime import UTC, datetime

    from astrograph.doit_plugin.person import named_person
    from astrograph.doit_plugin.wiring import as_toml
    from astrograph.engine.policy import Policy
    from astrograph.engine.scaffold import scaffold
    from astrograph.engine.session import SETTINGS_FILE, open_workspace

    by = named_person(by, command="astrograph init")
    root = os.getcwd()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    roots = [item.rstrip("/") or "." for item in source_roots] if source_roots else None
    result = scaffold(root, source_roots=roots, wiring=as_toml(), by=by, at=at)
    lines = [f"made     {path}" for path in result.made]
    lines += [f"changed  {path}" for path in result.changed]
    lines += [f"kept     {path}" for path in result.kept]
    lines.append("")
    if SETTINGS_FILE in (*result.made, *result.changed) and os.path.isfile("dodo.py"):
        lines += [_OWN_TASKS, ""]
    new = result.made or result.changed
    lines.append(_NEXT if new else "This workspace is complete: nothing was changed.")
    sys.stdout.write("\n".join(lines) + "\n")
    Policy.read(open_workspace(root)).check_pins()  # what `doit` would refuse must not end with 0 here
    return 0


_NEXT = "Next: run `doit` to build a manifest of every package, then `doit validate`."
_OWN_TASKS = (
    "`doit` now builds manifests first, then runs the tasks of dodo.py as before. To run those only by name, put\n"
    'DOIT_CONFIG = {"default_tasks": []} into dodo.py.'
)

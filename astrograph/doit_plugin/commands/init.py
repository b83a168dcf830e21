"""`astrograph init`: make this folder a workspace."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from astrograph.doit_plugin.console import guarded


def init(arguments: Sequence[str]) -> int:
    """Scaffold a workspace in the current folder; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="astrograph init", description="Make this folder a workspace. Nothing that is there is written over."
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
    from astrograph.engine.scaffold import scaffold

    by = named_person(by, command="astrograph init")
    root = os.getcwd()
    roots = source_roots or (["src"] if os.path.isdir("src") else ["."])
    at = datetime.now(UTC).isoformat(timespec="seconds")
    result = scaffold(root, source_roots=[item.rstrip("/") or "." for item in roots], wiring=as_toml(), by=by, at=at)
    lines = [f"made     {path}" for path in result.made]
    lines += [f"changed  {path}" for path in result.changed]
    lines += [f"kept     {path}" for path in result.kept]
    lines += ["", "Next: run `doit` to build a manifest of every package, then `doit validate`."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0

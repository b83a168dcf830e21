"""`doit snapshot`: an extra, coarse safety: a git worktree at HEAD, and a dated copy of what is published."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, interruptible, json_wanted, started_in

if TYPE_CHECKING:
    from astrograph.engine.publishing.snapshots import Snapshot as Kept


class Snapshot(OwnWords, Command):  # type: ignore[misc]
    """Keeps the repository and the published tree as they are. Reads no rules and no sources."""

    name = "snapshot"
    doc_purpose = "keep a git worktree at HEAD and a copy of what is published"
    doc_usage = "[--no-git] [--to DIR]"
    doc_description = (
        "The worktree goes beside the repository, the copy with its metadata to build/snapshots/. Nothing reads them: "
        "they are there for people, who remove them: `git worktree remove FOLDER`, and the folder of the copy. Exit "
        "codes: 0 kept, 2 git or the disk cannot, 3 there is nothing to keep."
    )
    cmd_options = (
        {"name": "no_git", "long": "no-git", "type": bool, "default": False, "help": "keep the published tree alone"},
        {"name": "to", "long": "to", "type": str, "default": "", "help": "a folder to put both in"},
        OPT_JSON,
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Take a snapshot; exit 2 with the reason where git cannot."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        return interruptible(
            lambda: guarded(lambda: _snapshot(words, opt_values, as_json=as_json), as_json=as_json),
            after="no snapshot was kept",
        )


def _snapshot(words: list[str], options: Any, *, as_json: bool) -> int:
    from datetime import UTC, datetime

    from astrograph.doit_plugin.commands.publish import tell
    from astrograph.engine.publishing.snapshots import take_snapshot
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError

    if words:
        raise UsageError(f"snapshot takes no words, got {words[0]!r}", hint="doit snapshot [--no-git] [--to DIR]")
    to = os.path.abspath(os.path.join(started_in(), os.path.expanduser(options["to"]))) if options["to"] else None
    now = datetime.now(UTC)
    with Session.open(os.getcwd()) as session:
        session.lock()
        tell(session.recover_publication(thorough=True))
        kept = take_snapshot(
            session,
            at=now.isoformat(timespec="seconds"),
            stamp=now.strftime("%Y%m%d-%H%M%S"),
            to=to,
            with_git=not options["no_git"],
        )
    sys.stdout.write(_as_json(kept) if as_json else _as_text(kept))
    return 0


def _as_text(kept: Kept) -> str:
    from astrograph.formats.text import plural, safe

    lines = []
    if kept.commit is not None:
        where = f"branch {kept.commit.branch}" if kept.commit.branch else "no branch"
        lines.append(f"worktree  {safe(kept.worktree)}   {kept.commit.commit[:12]}, {safe(where)}")
        if kept.commit.uncommitted:
            lines.append(f"          {plural(kept.commit.uncommitted, 'uncommitted change')} not in it")
    if kept.copy:
        said = "not published by us" if kept.generation is None else f"generation {kept.generation.number}"
        lines.append(f"copy      {safe(kept.copy)}   {plural(kept.modules, 'module')}, {said}")
    else:
        lines.append("copy      none: nothing is published")
    return "\n".join(lines) + "\n"


def _as_json(kept: Kept) -> str:
    from astrograph.doit_plugin.commands.publication_text import as_json

    commit = kept.commit
    return as_json(
        {
            "schema": "astrograph.snapshot/1",
            "worktree": kept.worktree,
            "copy": kept.copy,
            "commit": "" if commit is None else commit.commit,
            "branch": "" if commit is None else commit.branch,
            "uncommitted": 0 if commit is None else commit.uncommitted,
            "generation": None if kept.generation is None else kept.generation.number,
            "modules": kept.modules,
        }
    )

"""`doit facts set MODULE FIELD VALUE`, `doit facts unset MODULE FIELD`: one authored field, nothing else touched."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.console import OwnWords, guarded, started_in, typed_words, wants_colour

if TYPE_CHECKING:
    from astrograph.store.people_files import FileEdit

_FLAGS = {"--json": "json_value", "--dry-run": "dry_run"}
_RED, _GREEN, _RESET = "\x1b[31m", "\x1b[32m", "\x1b[0m"


class Facts(OwnWords, Command):  # type: ignore[misc]
    """Edits authored facts. Loads no tasks."""

    name = "facts"
    doc_purpose = "set or unset one authored field, leaving every other byte of its file as it is"
    doc_usage = "set MODULE FIELD VALUE... | unset MODULE FIELD"
    doc_description = (
        "MODULE is an id (memory/fold), a dotted name or a path in it; a folder, with a slash at its end (memory/), "
        "means its _defaults.yaml, and / that of everything. The file is made when it is not there, and checked before "
        "it is written. Several VALUEs make a list, where the field holds one."
    )
    cmd_options = (
        {"name": "json_value", "long": "json", "type": bool, "default": False, "help": "VALUE is JSON"},
        {"name": "dry_run", "long": "dry-run", "type": bool, "default": False, "help": "show the edit, write nothing"},
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Edit and print the difference; exit 3 when the field or the value may not stand there."""
        words, flags = _sorted_out(typed_words(self.name, pos_args))
        as_json, dry_run = (bool(opt_values[name]) or name in flags for name in ("json_value", "dry_run"))
        return guarded(lambda: _facts(words, as_json=as_json, dry_run=dry_run))


def _sorted_out(words: list[str]) -> tuple[list[str], set[str]]:
    """The words and the flags among them: doit stops looking at the first word. Behind `--` all are words."""
    at = words.index("--") if "--" in words else len(words)
    flags = {_FLAGS[word] for word in words[:at] if word in _FLAGS}
    return [word for word in words[:at] if word not in _FLAGS] + words[at + 1 :], flags


def _facts(words: list[str], *, as_json: bool, dry_run: bool) -> int:
    from astrograph.engine.editing.facts import FactEditor
    from astrograph.engine.session import Session
    from astrograph.errors import UsageError
    from astrograph.formats.text import safe

    match words:
        case ["set", target, field, _, *_] | ["unset", target, field]:
            pass
        case _:
            raise UsageError(
                "facts takes set MODULE FIELD VALUE..., or unset MODULE FIELD",
                hint='for example: doit facts set memory/fold owner "@memory-team"',
            )
    with Session.open(os.getcwd()) as session:
        editor = FactEditor(session, target, folder=started_in(), dry_run=dry_run)
        if words[0] == "set":
            edit = editor.set(field, editor.value_of(field, words[3:], as_json=as_json))
        else:
            edit = editor.unset(field)
    if edit.changes:
        sys.stdout.write(_difference(edit, colour=wants_colour(sys.stdout)))
    else:
        sys.stdout.write(f"{safe(edit.path)} says so already: nothing to do\n")
    return 0


def _difference(edit: FileEdit, *, colour: bool) -> str:
    """The edit as a unified difference, as `git diff` writes it."""
    from difflib import unified_diff

    from astrograph.formats.text import safe

    before, after = ((data or b"").decode("utf-8", "replace").splitlines() for data in (edit.before, edit.after))
    old = "/dev/null" if edit.before is None else f"a/{edit.path}"
    lines = list(map(safe, unified_diff(before, after, old, f"b/{edit.path}", lineterm="", n=1)))
    if colour:
        lines = [_coloured(line) for line in lines]
    return "".join(f"{line}\n" for line in lines)


def _coloured(line: str) -> str:
    colour = {"+": _GREEN, "-": _RED}.get(line[:1], "")
    return f"{colour}{line}{_RESET}" if colour else line

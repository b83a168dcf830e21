"""`doit info MODULE`: everything that is known of a module, and why. `doit info TASK` stays doit's own answer."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from doit.cmd_info import Info as StockInfo
from doit.exceptions import InvalidCommand

from astrograph.doit_plugin.console import (
    OwnWords,
    escape_output,
    guarded,
    json_wanted,
    opened,
    started_in,
    tell_of_state,
    wants_colour,
)

_FAMILIES = ("ledger:", "gate:", "manifest:", "audit:", "site:")
_GROUPS = ("manifest", "ledger", "gate", "audit", "site")


class Info(OwnWords, StockInfo):  # type: ignore[misc]
    """Tells of one module without loading the graph."""

    name = "info"
    doc_purpose = "everything that is known of a module, and why"
    doc_usage = "MODULE | PATH | TASK"
    doc_description = (
        "MODULE is an id (memory/fold), a dotted name or a path in it. A task name gives doit's own answer, with what "
        "makes the task stale."
    )
    cmd_options = (
        *StockInfo.cmd_options,
        {"name": "json", "long": "json", "type": bool, "default": False, "help": "print one JSON object"},
    )

    def execute(self, params: Any, args: list[str]) -> int:
        """Print what is known; exit 3 for an unknown name, with the nearest ones."""
        names, as_json = json_wanted(args, given=params["json"])
        if len(names) == 1 and self.is_task(names[0]):
            return guarded(_refuse_json, as_json=True) if as_json else self.of_task(params, names)
        return guarded(lambda: _info(names, as_json=as_json), as_json=as_json)

    def is_task(self, name: str) -> bool:
        """Whether a name is that of a task rather than of a module."""
        if name.startswith(_FAMILIES) or name in _GROUPS:
            return True
        return "/" not in name and self.loader.own_code and os.path.isfile("dodo.py") and _defines_task(name)

    def of_task(self, params: Any, args: list[str]) -> int:
        """doit's own `info`, which needs the whole graph; a name it does not know is exit 3."""
        escape_output(self)

        def work() -> int:
            try:
                return int(super(Info, self).execute(params, args) or 0)
            except KeyError:
                raise InvalidCommand(not_found=args[0]) from None
            finally:
                tell_of_state(self.loader.session)
                self.loader.close()

        return self.guarded(work)


def _refuse_json() -> int:
    from astrograph.errors import UsageError

    raise UsageError("info has no JSON of a task", hint="name a module: doit info MODULE --json")


def _defines_task(name: str) -> bool:
    from astrograph.model import limits
    from astrograph.store.files import read

    return f"def task_{name.partition(':')[0]}(".encode() in read("dodo.py", limits.SOURCE)


def _info(names: list[str], *, as_json: bool) -> int:
    from astrograph.doit_plugin.commands.info_text import as_document, as_text
    from astrograph.engine.info import find_module, inspect_module
    from astrograph.errors import UsageError
    from astrograph.formats.text import safe_json

    if len(names) != 1:
        raise UsageError("info takes one module, path or task", hint="for example: doit info memory/fold")
    with opened() as session:
        module = find_module(session, names[0], folder=started_in())
        info = inspect_module(session, module)
        placements = session.workspace.authored
    if as_json:
        text = safe_json(json.dumps(as_document(info), indent=2, sort_keys=True, ensure_ascii=False))
    else:
        text = as_text(info, authored_folder=placements, colour=wants_colour(sys.stdout))
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0

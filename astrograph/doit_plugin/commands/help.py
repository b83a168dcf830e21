"""`doit help`: doit's own, and `doit help AG204`."""

from __future__ import annotations

import re
from typing import Any

from doit.cmd_base import DoitCmdBase
from doit.cmd_help import Help as StockHelp
from doit.exceptions import InvalidDodoFile

from astrograph.doit_plugin.console import OwnWords

_CODE = re.compile(r"AG\d+", re.IGNORECASE)
_FIELDS_OF_A_TASK = "task"


class Help(OwnWords, StockHelp):  # type: ignore[misc]
    """doit's help, which knows finding codes too, and says so when it knows nothing of a word."""

    name = "help"
    doc_usage = "[COMMAND | TASK | CODE]"

    def execute(self, params: Any, args: list[str]) -> int:
        """Explain a code, or do what doit does; exit 3 for what is neither a command, nor a task, nor a code."""
        return self.guarded(lambda: self._help(params, args))

    def _help(self, params: Any, args: list[str]) -> int:
        if len(args) == 1 and _CODE.fullmatch(args[0]):
            from astrograph.doit_plugin.commands.explain import explain_code

            return explain_code(args, as_json=False)
        if len(args) > 1:
            from astrograph.errors import UsageError

            raise UsageError(f"help takes one word, got {len(args)}", hint="for example: doit help validate")
        if args and args[0] != _FIELDS_OF_A_TASK and args[0] not in self.cmds:
            return self._of_task(params, args)
        return int(super().execute(params, args))

    def _of_task(self, params: Any, args: list[str]) -> int:
        from astrograph.doit_plugin.unknown import unknown_name

        tasks: list[str] = []
        try:
            if DoitCmdBase.execute(self, params, args):
                return 0
            tasks += [task.name for task in self.task_list]
        except InvalidDodoFile:
            pass  # no workspace, or one that cannot be read: commands are known all the same
        finally:
            self.loader.close()
        raise unknown_name(args[0], tasks, commands=self.cmds, said="doit help", kind="command, task or code")

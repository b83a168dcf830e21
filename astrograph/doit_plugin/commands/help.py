"""`doit help`: doit's own, and `doit help AG204`."""

from __future__ import annotations

import re
from typing import Any

from doit.cmd_help import Help as StockHelp

_CODE = re.compile(r"AG\d+", re.IGNORECASE)


class Help(StockHelp):  # type: ignore[misc]
    """doit's help, which knows finding codes too."""

    name = "help"

    def execute(self, params: Any, args: list[str]) -> int:
        """Explain a code, or do what doit does."""
        if len(args) == 1 and _CODE.fullmatch(args[0]):
            from astrograph.doit_plugin.commands.explain import explain_code
            from astrograph.doit_plugin.console import guarded

            return guarded(lambda: explain_code(args, as_json=False))
        return int(super().execute(params, args))

"""doit's own `list`, `clean` and `forget`, with our errors told as ours, and no traceback when nobody reads on."""

from __future__ import annotations

from typing import Any

from doit.cmd_clean import Clean as StockClean
from doit.cmd_forget import Forget as StockForget
from doit.cmd_list import List as StockList

from astrograph.doit_plugin.console import escape_output, guarded


class List(StockList):  # type: ignore[misc]
    """Lists tasks."""

    name = "list"

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return guarded(lambda: super(List, self).execute(params, args))


class Clean(StockClean):  # type: ignore[misc]
    """Removes targets."""

    name = "clean"

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return guarded(lambda: super(Clean, self).execute(params, args))


class Forget(StockForget):  # type: ignore[misc]
    """Forgets traces."""

    name = "forget"

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return guarded(lambda: super(Forget, self).execute(params, args))

"""doit's own `list`, `clean` and `forget`, with our errors told as ours, and no traceback when nobody reads on."""

from __future__ import annotations

from typing import Any

from doit.cmd_clean import Clean as StockClean
from doit.cmd_forget import Forget as StockForget
from doit.cmd_list import List as StockList

from astrograph.doit_plugin.console import OwnWords, escape_output


class List(OwnWords, StockList):  # type: ignore[misc]
    """Lists tasks."""

    name = "list"

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return self.guarded(lambda: super(List, self).execute(params, args))


class Clean(OwnWords, StockClean):  # type: ignore[misc]
    """Removes targets."""

    name = "clean"

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return self.guarded(lambda: super(Clean, self).execute(params, args))


class Forget(OwnWords, StockForget):  # type: ignore[misc]
    """Forgets traces."""

    name = "forget"

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return self.guarded(lambda: super(Forget, self).execute(params, args))

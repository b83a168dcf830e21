"""doit's own `list`, `clean` and `forget`, with our errors told as ours, and a word on a state that is unusable."""

from __future__ import annotations

from typing import Any

from doit.cmd_clean import Clean as StockClean
from doit.cmd_forget import Forget as StockForget
from doit.cmd_list import List as StockList
from doit.exceptions import InvalidCommand

from astrograph.doit_plugin.console import OwnWords, escape_output, tell_of_state


class _Stock(OwnWords):
    """What doit does, in our words. Stands before doit's class among the bases."""

    loader: Any

    def execute(self, params: Any, args: list[str]) -> int:
        """What doit does."""
        escape_output(self)
        return self.guarded(lambda: self._execute_and_tell(params, args))

    def _execute_and_tell(self, params: Any, args: list[str]) -> int:
        try:
            return int(super().execute(params, args) or 0)  # type: ignore[misc]
        finally:
            tell_of_state(self.loader.session)


class List(_Stock, StockList):  # type: ignore[misc]
    """Lists tasks."""

    name = "list"


class Clean(_Stock, StockClean):  # type: ignore[misc]
    """Removes targets."""

    name = "clean"

    def _expand(self, clean_list: list[str]) -> list[str]:
        for name in clean_list:
            if not super()._expand([name]):
                raise InvalidCommand(not_found=name)
        return list(super()._expand(clean_list))


class Forget(_Stock, StockForget):  # type: ignore[misc]
    """Forgets traces."""

    name = "forget"

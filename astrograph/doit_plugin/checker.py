"""doit's file checker for tasks that a workspace adds itself: content by digest, stat keys only as a shortcut."""

from __future__ import annotations

import os
import sys
from typing import Any

from doit.dependency import CHECKERS, FileChangedChecker

from astrograph.store.files import digest_file
from astrograph.store.stamps import stat_key


class DigestChecker(FileChangedChecker):  # type: ignore[misc]
    """A file is modified when its bytes are others; equal mtime proves nothing, a touch changes nothing.

    A state is [stat key, digest], both as hexadecimal text; `True` stands for a file that a trace answers for.
    """

    def check_modified(self, file_path: str, file_stat: os.stat_result, state: object) -> bool:
        """Whether a file differs from the recorded state."""
        if state is True:
            return False
        if not isinstance(state, list | tuple) or len(state) != 2:  # noqa: PLR2004
            return True
        return bool(state[0] != stat_key(file_stat).hex() and state[1] != digest_file(file_path, sys.maxsize).hex())

    def get_state(self, dep: str, current_state: object) -> list[str] | None:
        """The state to record, None when the recorded one still stands."""
        if current_state is True:
            return None
        key = stat_key(os.stat(dep)).hex()
        if isinstance(current_state, list) and current_state and current_state[0] == key:
            return None
        return [key, digest_file(dep, sys.maxsize).hex()]


def checker_of(wanted: str | type[Any]) -> type[Any]:
    """The checker for a value of `check_file_uptodate`: ours for 'md5', since both go by content, else what it names.

    What it names never sees the files of the graph, for which a trace answers.
    """
    if wanted == "md5":
        return DigestChecker
    base: type[Any] = CHECKERS[wanted] if isinstance(wanted, str) else wanted

    class Checker(base):  # type: ignore[misc]
        def check_modified(self, file_path: str, file_stat: os.stat_result, state: object) -> bool:
            return state is not True and bool(super().check_modified(file_path, file_stat, state))

        def get_state(self, dep: str, current_state: object) -> Any:
            return None if current_state is True else super().get_state(dep, current_state)

    Checker.__name__ = base.__name__  # doit records it, and checks again when it changes
    return Checker

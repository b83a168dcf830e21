"""doit's file checker for tasks that a workspace adds itself: content by digest, stat keys only as a shortcut."""

from __future__ import annotations

import os
import sys

from doit.dependency import FileChangedChecker

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

"""What a run did, for the last line of its report."""

from __future__ import annotations


class Tally:
    """Counts of manifests written, made anew but equal, removed and failed, and of source files parsed."""

    def __init__(self) -> None:
        self.written = 0
        self.unchanged = 0
        self.parsed = 0
        self.removed = 0
        self.failed = 0

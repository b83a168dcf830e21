"""The artifact of the import graph, worked out by another process while this one judges gates."""

from __future__ import annotations

import sys
import tempfile
from typing import TYPE_CHECKING

from astrograph.audit.dependencies import dependencies_of, graph_artifact
from astrograph.model.digests import Fingerprint

if TYPE_CHECKING:
    from astrograph.engine.auditing.values import AuditValues

AHEAD_FROM_MODULES = 500
"""Below this many modules a second process costs more than it saves."""


class GraphAhead:
    """The artifact being made by a forked process, of the imports whose digest is `made_of`."""

    def __init__(self, values: AuditValues, *, made_of: Fingerprint) -> None:
        from astrograph.engine.forked_child import ForkedChild

        self.made_of = made_of
        recorded = list(values.session.state.edges())
        # Takes less memory than a pipe, through which all goes in one piece.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `join` and `end` close it

        def work() -> bool:
            edges, lost = values.held_against_traces(recorded)
            if lost:  # to be found again by the one process that writes the state
                return False
            self._file.writelines(graph_artifact(dependencies_of(values.session.survey.modules, edges), values.folders))
            self._file.flush()
            return True

        self._child = ForkedChild(work)

    def join(self) -> bytes | None:
        """The artifact, once it is made; None when the process failed or died, or would have to write the state."""
        with self._file:
            if not self._child.join():
                return None
            self._file.seek(0)
            return self._file.read()

    def end(self) -> None:
        """End the process, if nobody has asked for what it makes, and drop the file."""
        self._child.end()
        self._file.close()


def worth_a_process(*, modules: int, workers: int) -> bool:
    """Whether the graph of so many modules is made sooner by a process of its own."""
    return workers > 1 and modules >= AHEAD_FROM_MODULES and sys.platform == "linux"

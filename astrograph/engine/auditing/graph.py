"""The artifact of the import graph, worked out by another process while this one judges gates."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from astrograph.audit.dependencies import dependencies_of, graph_document
from astrograph.formats.canonical_json import encode
from astrograph.model.dependencies import Dependencies
from astrograph.model.digests import Fingerprint
from astrograph.model.ids import ModuleId

if TYPE_CHECKING:
    from astrograph.engine.auditing.values import AuditValues

AHEAD_FROM_MODULES = 500
"""Below this many modules a second process costs more than it saves."""


class GraphAhead:
    """The artifact being made by a forked process, of the imports whose digest is `made_of`."""

    def __init__(self, values: AuditValues, *, made_of: Fingerprint) -> None:
        from astrograph.engine.forked_child import ForkedChild, die_with

        self.made_of = made_of
        modules, edges, folders, parent = values.session.survey.modules, values.edges, values.folders, os.getpid()

        def work() -> bytes:
            die_with(parent)  # or a killed run would hold the lock of the workspace until this is done
            return graph_bytes(dependencies_of(modules, edges), folders)

        self._child = ForkedChild(work)

    def join(self) -> bytes | None:
        """The artifact, once it is made; None when the process failed or died."""
        return self._child.join()


def worth_a_process(*, modules: int, workers: int) -> bool:
    """Whether the graph of so many modules is made sooner by a process of its own."""
    return workers > 1 and modules >= AHEAD_FROM_MODULES and sys.platform == "linux"


def graph_bytes(found: Dependencies, folders: Mapping[ModuleId, str]) -> bytes:
    """The artifact; `folders` tells where each module lies, relative to the workspace."""
    return encode(graph_document(found, folders))

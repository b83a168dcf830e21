"""The scan: sources and outputs looked at once, by several processes where there is much to look at.

Listing folders and asking for stats is most of what a run with nothing to do does. Python holds its lock while it
handles the answers, so threads gain nothing; a forked process starts in a few milliseconds.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from sys import intern
from typing import Any

from astrograph.inventory.exclusion import make_excluder
from astrograph.inventory.walk import Walk, merge
from astrograph.model.digests import Fingerprint
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Excluded, Inventory, Package
from astrograph.model.workspace import Workspace
from astrograph.store.layout import Layout
from astrograph.store.outputs import output_signature

FORK_FROM_PACKAGES = 4_000
"""Below this many packages a second process costs more than it saves."""

_FOLDERS_PER_SHARE = 16
"""How finely the tree is cut before it is dealt out, so that shares come out even."""

Outputs = dict[ModuleId, Fingerprint | None]
"""The stat signature of each manifest on disk, None where there is no regular file."""


def scan(workspace: Workspace, layout: Layout, *, workers: int, expected: int) -> tuple[Inventory, Outputs]:
    """The inventory, and the stat signature of every manifest. `expected` is the number of packages last time."""
    manifests = layout.absolute(layout.manifests)
    shares = workers if expected >= FORK_FROM_PACKAGES and sys.platform == "linux" else 1
    excluder = make_excluder(workspace)
    packages: list[Package] = []
    rejected: list[Finding] = []
    excluded: list[Excluded] = []
    outputs: Outputs = {}
    for source_root in workspace.source_roots:
        walk = Walk(workspace, source_root, excluder)
        near, pending = walk.frontier(shares * _FOLDERS_PER_SHARE) if shares > 1 else ([], [""])
        children = [_Child(walk, pending[share::shares], manifests) for share in range(1, shares)]
        own = near + walk.below(pending[::shares])
        packages += own
        outputs.update(_outputs(own, manifests))
        for child in children:
            found, signatures = child.join()
            packages += found
            outputs.update(signatures)
        rejected += walk.rejected
        excluded += walk.excluded
    return merge(packages, rejected, excluded), outputs


def _outputs(packages: Sequence[Package], manifests: str) -> Outputs:
    return {item.id: output_signature(f"{manifests}/{item.id}/module.manifest.json") for item in packages}


class _Child:
    """A forked process that walks its share of the folders and hands over what it found."""

    def __init__(self, walk: Walk, paths: list[str], manifests: str) -> None:
        self._walk = walk
        self._paths = paths
        self._manifests = manifests
        self._reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._work(writer)
        os.close(writer)

    def _work(self, writer: int) -> None:
        """Walk, hand over, and end without running anything that belongs to the parent."""
        status = 1
        with suppress(BaseException):
            os.close(self._reader)
            self._walk.rejected.clear()
            self._walk.excluded.clear()
            packages = self._walk.below(self._paths)
            outputs = _outputs(packages, self._manifests)
            with os.fdopen(writer, "wb") as stream:
                marshal.dump(
                    (
                        [(*package, outputs[package.id]) for package in packages],
                        [item.to_json() for item in self._walk.rejected],
                        [tuple(item) for item in self._walk.excluded],
                    ),
                    stream,
                )
            status = 0
        os._exit(status)

    def join(self) -> tuple[list[Package], Outputs]:
        """What the child found; its share is walked here when it died."""
        with os.fdopen(self._reader, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(self._pid, 0)
        if status != 0:
            found = self._walk.below(self._paths)
            return found, _outputs(found, self._manifests)
        rows: list[Any]
        rows, rejected, excluded = marshal.loads(data)
        self._walk.rejected += [Finding.from_json(item) for item in rejected]
        self._walk.excluded += [Excluded(*item) for item in excluded]
        outputs: Outputs = {}
        packages: list[Package] = []
        for module, folder, files, tests, signature, output in rows:
            packages.append(Package(module, folder, tuple(map(intern, files)), tests, signature))
            outputs[module] = output
        return packages, outputs

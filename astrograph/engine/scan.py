"""The scan: sources and outputs looked at once, by several processes where there is much to look at.

Listing folders and asking for stats is most of what a run with nothing to do does. Python holds its lock while it
handles the answers, so threads gain nothing; a forked process starts in a few milliseconds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from sys import intern
from typing import TYPE_CHECKING, Any

from astrograph.inventory.exclusion import make_excluder
from astrograph.inventory.walk import Walk, merge
from astrograph.model.digests import Fingerprint
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Excluded, Inventory, Package
from astrograph.model.workspace import Workspace
from astrograph.store.layout import Layout
from astrograph.store.outputs import output_signature

if TYPE_CHECKING:
    from astrograph.engine.forked_child import ForkedChild

FORK_FROM_PACKAGES = 1_500
"""Below this many packages a second process costs more than it saves."""

FORK_FROM_FOLDERS = 500
"""The same for a tree nobody has walked yet, told by the folders met when it is cut."""

_FOLDERS_PER_ROOT = 64
"""How finely each source root is cut, where it can be, before its parts are dealt out."""

_MOST_PARTS = 2_048
"""How many parts may be on the table at once: their numbers have to fit into a pipe."""

_NUMBER = 2
"""Bytes of a part's number."""

Outputs = dict[ModuleId, Fingerprint | None]
"""The stat signature of each manifest on disk, None where there is no regular file."""

_Found = tuple[list[int], list[list[Any]], list[list[Any]], list[list[Any]]]
"""What a child hands over: numbers of parts; and for each source root its packages, rejections and exclusions."""


class Scan:
    """A scan that other processes begin at once, and that `finish` takes part in.

    Between the two the caller does what else has to be done, and calls `end` if that fails. `expected` is the number
    of packages last time, 0 when there was none.
    """

    def __init__(self, workspace: Workspace, layout: Layout, *, workers: int, expected: int) -> None:
        excluder = make_excluder(workspace)
        self._manifests = layout.absolute(layout.manifests)
        self._walks = [Walk(workspace, source_root, excluder) for source_root in workspace.source_roots]
        self._near: list[list[Package]] = [[] for _ in self._walks]
        self._parts: list[_Part] = []
        self._children: list[ForkedChild[_Found]] = []
        self._table: _Table | None = None
        if workers > 1 and (not expected or expected >= FORK_FROM_PACKAGES) and sys.platform == "linux":
            self._deal(workers, expected)
        else:
            self._parts = [_Part(root, [""]) for root in range(len(self._walks))]

    def _deal(self, workers: int, expected: int) -> None:
        seen = 0
        for root, walk in enumerate(self._walks):
            self._near[root], folders = walk.frontier(_FOLDERS_PER_ROOT)
            seen += len(folders)
            cuts = max(1, _MOST_PARTS // len(self._walks))
            self._parts += [_Part(root, folders[cut::cuts]) for cut in range(min(cuts, len(folders)))]
        if not expected and seen < FORK_FROM_FOLDERS:
            return
        from astrograph.engine.forked_child import ForkedChild

        try:
            self._table = table = _Table(len(self._parts))
        except OSError:  # no pipe to be had: all is walked here
            return
        self._children = [ForkedChild(lambda: self._work(table)) for _ in range(min(workers, len(self._parts)) - 1)]

    def finish(self) -> tuple[Inventory, Outputs]:
        """The inventory, and the stat signature of every manifest; no other process is left."""
        try:
            return self._finish()
        finally:
            self.end()

    def end(self) -> None:
        """End the other processes, whatever they are at."""
        for child in self._children:
            child.end()
        if self._table is not None:
            self._table.close()
            self._table = None

    def _finish(self) -> tuple[Inventory, Outputs]:
        outputs: Outputs = {}
        packages = self._near
        for near in packages:
            outputs.update(_outputs(near, self._manifests))
        missing = set(range(len(self._parts)))
        if self._table is not None:
            missing -= self._walk_parts(self._table, packages, outputs)
        for child in self._children:
            if (handed := child.join()) is not None:
                missing -= self._take_over(handed, packages, outputs)
        for number in sorted(missing):  # all of them without other processes, else those of one that died
            self._walk_part(number, packages, outputs)
        rejected = [item for walk in self._walks for item in walk.rejected]
        excluded = [item for walk in self._walks for item in walk.excluded]
        return merge([package for found in packages for package in found], rejected, excluded), outputs

    def _walk_parts(self, table: _Table, packages: list[list[Package]], outputs: Outputs) -> set[int]:
        """Walk parts as long as there are any on the table; returns their numbers."""
        done: set[int] = set()
        while (number := table.take()) is not None:
            self._walk_part(number, packages, outputs)
            done.add(number)
        return done

    def _walk_part(self, number: int, packages: list[list[Package]], outputs: Outputs) -> None:
        part = self._parts[number]
        found = self._walks[part.root].below(part.folders)
        packages[part.root] += found
        outputs.update(_outputs(found, self._manifests))

    def _work(self, table: _Table) -> _Found:
        """What a child does: walk parts as long as there are any, and pack what it found."""
        for walk in self._walks:
            walk.rejected.clear()
            walk.excluded.clear()
        packages: list[list[Package]] = [[] for _ in self._walks]
        outputs: Outputs = {}
        done = self._walk_parts(table, packages, outputs)
        return (
            list(done),
            [[(*package, outputs[package.id]) for package in found] for found in packages],
            [[item.to_json() for item in walk.rejected] for walk in self._walks],
            [[tuple(item) for item in walk.excluded] for walk in self._walks],
        )

    def _take_over(self, handed: _Found, packages: list[list[Package]], outputs: Outputs) -> set[int]:
        """The inverse of `_work`; returns the numbers of the parts that it walked."""
        done, rows, rejected, excluded = handed
        for root, walk in enumerate(self._walks):
            walk.rejected += [Finding.from_json(item) for item in rejected[root]]
            walk.excluded += [Excluded(*item) for item in excluded[root]]
            found = packages[root]
            for module, folder, files, tests, signature, output in rows[root]:
                found.append(Package(module, folder, tuple(map(intern, files)), tests, signature))
                outputs[module] = output
        return set(done)


class _Part:
    """Some folders of one source root, to be walked together."""

    def __init__(self, root: int, folders: list[str]) -> None:
        self.root = root
        self.folders = folders


class _Table:
    """Numbers dealt to whichever process asks next: a pipe, whose reads the kernel does one after the other."""

    def __init__(self, count: int) -> None:
        self._reader, writer = os.pipe()
        os.write(writer, b"".join(number.to_bytes(_NUMBER, "big") for number in range(count)))
        os.close(writer)

    def take(self) -> int | None:
        """The next number, None when all are taken."""
        data = os.read(self._reader, _NUMBER)
        return int.from_bytes(data, "big") if data else None

    def close(self) -> None:
        """Leave the table."""
        os.close(self._reader)


def _outputs(packages: Sequence[Package], manifests: str) -> Outputs:
    return {item.id: output_signature(f"{manifests}/{item.id}/module.manifest.json") for item in packages}

"""The site as a task: what it reads, whether it still holds, writing it file by file (SPEC sections 8 and 13).

The one task makes the whole of `build/site/`, and `index.html` stands for all of it where doit wants one target. It is
made of ledgers, gate results and artifacts, so it comes after all of them. A page whose bytes come out equal is left
alone, whatever made the task run.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from astrograph.audit.registry import Artifact
from astrograph.engine.tool import package_folder, tool_fingerprint
from astrograph.gates.registry import Gate
from astrograph.model import limits
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.store.files import digest_file, read
from astrograph.store.outputs import files_below, put, sweep
from astrograph.store.stamps import is_racy, stat_key
from astrograph.store.state import Table, Write
from astrograph.store.traces import NodeTrace

if TYPE_CHECKING:
    from astrograph.engine.session import Session

_KEY = b"site"
_CLAIM = "site"
_ASSETS = "audit/site/assets"
_ARTIFACTS = (Artifact.COVERAGE, Artifact.CONTRACT_COVERAGE, Artifact.DEPENDENCY_GRAPH)


class Site:
    """The site of one session. Ask only when ledgers, gates and artifacts are built."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.state = session.state
        self.folder = session.layout.absolute(session.layout.site)

    # freshness

    @property
    def inputs(self) -> Fingerprint:
        """The digest of everything the pages tell, and of the code and the files that tell it."""
        session, layout = self.session, self.session.layout
        values = session.gates.values
        return combine(
            tool_fingerprint(),
            *(fingerprint(data) for data in assets().values()),
            session.workspace.name.encode(),
            session.policy.fingerprint,
            session.contracts.fingerprint,
            values.generation_digest,
            values.plan_digest(),
            values.world_digest(),
            *(values.content(path) for path in (layout.trend, layout.known_violations)),
            *(self._made(f"gate:{gate}") for gate in Gate),
            *(self._made(f"audit:{artifact}") for artifact in _ARTIFACTS),
        )

    def _made(self, task: str) -> Fingerprint:
        """The fingerprint of what another task made last, NOTHING when it never ran."""
        trace = NodeTrace.unpack(self.state.get(Table.NODE, task.encode()))
        return NOTHING if trace is None else trace.output

    def is_fresh(self, writes: list[Write]) -> bool:
        """Whether every file on disk is what would be made now; moved stat keys of equal files go to `writes`."""
        trace = NodeTrace.unpack(self.state.get(Table.NODE, _KEY))
        if trace is None or trace.inputs != self.inputs:
            return False
        paths = sorted(files_below(self.folder))
        signature = _signature(paths)
        if signature not in {None, NOTHING} and signature == trace.output_signature:
            return True
        if signature is None or _content(self.folder, paths) != trace.output:
            return False
        writes.append((Table.NODE, _KEY, trace._replace(output_signature=signature).pack()))
        return True

    # making

    def make(self) -> bool:
        """Write the site, remove what does not belong to it; returns whether any file had to be written or removed."""
        from astrograph.audit.site.files import site_files
        from astrograph.engine.auditing.site_values import site_model

        self.session.claim(_CLAIM)
        inputs = self.inputs
        made: dict[str, Fingerprint] = {}
        changed = False
        for path, data in site_files(site_model(self.session), assets()):
            written, _ = put(f"{self.folder}/{path}", data, below=self.folder)
            changed |= written
            made[f"{self.folder}/{path}"] = fingerprint(data)
        removed = sweep(self.folder, set(made))
        paths = sorted(made)
        signature = _signature(paths)
        inputs = self.session.reads.vouch(inputs)
        trace = NodeTrace(inputs, _digest(self.folder, [(path, made[path]) for path in paths]), signature or NOTHING)
        self.state.commit([(Table.NODE, _KEY, trace.pack())])
        return changed or removed > 0

    def remove(self, *, dry_run: bool) -> bool:
        """Remove the whole site; returns whether there is (or was) anything."""
        there = os.path.lexists(self.folder)
        if there and not dry_run:
            self.session.claim(_CLAIM)
            sweep(self.folder, set())
            with suppress(OSError):  # what cannot be removed stays, and is told by the next run
                os.rmdir(self.folder)
        return there


def assets() -> dict[str, bytes]:
    """The files beside the pages: style and scripts, as they come with this package."""
    from astrograph.audit.site.files import ASSETS

    package = package_folder()
    return {name: read(f"{package}/{_ASSETS}/{name}", limits.OUTPUT) for name in ASSETS}


def _signature(paths: list[str]) -> Fingerprint | None:
    """One digest of the names and stat keys of these files: None when one is gone, NOTHING when one is too young."""
    parts: list[bytes] = []
    racy = False
    now = time.time_ns()
    for path in paths:
        try:
            stat = os.lstat(path)
        except OSError:
            return None
        racy = racy or is_racy(stat, now)
        parts += [os.fsencode(path), stat_key(stat)]
    return NOTHING if racy else combine(*parts)


def _content(folder: str, paths: list[str]) -> Fingerprint | None:
    """One digest of the names and bytes of these files, None when one cannot be read."""
    try:
        return _digest(folder, [(path, digest_file(path, limits.OUTPUT)) for path in paths])
    except OSError:
        return None


def _digest(folder: str, made: list[tuple[str, Fingerprint]]) -> Fingerprint:
    return combine(*(part for path, content in made for part in (os.fsencode(path[len(folder) :]), content)))

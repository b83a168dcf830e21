"""The SHA-256 of each stratum's source, read anew, by several processes where there is much to read (SPEC section 10).

A stratum is the unit: its files are digested in one order whoever reads them, so any number of processes gives the
same digests.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from typing import NamedTuple

from astrograph.engine.reading import digest_package
from astrograph.engine.survey import Survey
from astrograph.model.digests import Sha256
from astrograph.model.ids import ModuleId

FORK_FROM_PACKAGES = 4_000
"""Below this many packages a second process costs more than it saves."""


class SourceDigests(NamedTuple):
    """The digest of each stratum, and the modules whose bytes are not those their manifest was made from."""

    strata: dict[str, Sha256]
    moved: tuple[ModuleId, ...]


def digest_sources(survey: Survey, *, workers: int) -> SourceDigests:
    """Read every source file of every module once."""
    strata = survey.strata()
    shares = [strata]
    if workers > 1 and len(survey.inventory.packages) >= FORK_FROM_PACKAGES and sys.platform == "linux":
        shares = _dealt(strata, workers)
    children = [_Child(survey, share) for share in shares[1:]]
    found = _digest(survey, shares[0])
    for child in children:
        found.update(child.join())
    return SourceDigests(
        strata={stratum: Sha256(found[stratum][0]) for stratum in strata},
        moved=tuple(ModuleId(module) for stratum in strata for module in found[stratum][1]),
    )


_Strata = dict[str, list[ModuleId]]
_Digested = dict[str, tuple[str, list[str]]]
"""Stratum -> its digest, and the modules in it that moved."""


def _dealt(strata: _Strata, count: int) -> list[_Strata]:
    """The strata dealt out, the largest first to whoever has least."""
    shares: list[_Strata] = [{} for _ in range(min(count, len(strata)))]
    held = [0] * len(shares)
    for stratum in sorted(strata, key=lambda name: (-len(strata[name]), name)):
        least = held.index(min(held))
        shares[least][stratum] = strata[stratum]
        held[least] += len(strata[stratum])
    return shares


def _digest(survey: Survey, strata: _Strata) -> _Digested:
    return {stratum: _of_stratum(survey, modules) for stratum, modules in strata.items()}


def _of_stratum(survey: Survey, modules: list[ModuleId]) -> tuple[str, list[str]]:
    root, packages, traces = survey.policy.workspace.root, survey.inventory.packages, survey.traces
    whole = hashlib.sha256()
    moved: list[str] = []
    for module in modules:
        package = packages[module]
        _, source, files = digest_package(root, package.folder, package.files, package.test_paths)
        for item, _ in files:
            feed(whole, f"{package.folder}/{item.name}", item.data)
        for path in package.test_paths:
            feed(whole, f"{package.folder}/{path}", b"")
        trace = traces.get(module)
        if trace is None or trace.source != source:
            moved.append(module)
    return whole.hexdigest(), moved


def feed(whole: hashlib._Hash, path: str, data: bytes | None) -> None:
    """Add a file to a digest, path and bytes, each with its length so that boundaries count; None cannot be read."""
    name = path.encode("utf-8", "surrogateescape")
    whole.update(b"%d:%b%d:" % (len(name), name, -1 if data is None else len(data)))
    if data is not None:
        whole.update(data)


class _Child:
    """A forked process that digests some strata; what it cannot hand over is digested again here."""

    def __init__(self, survey: Survey, strata: _Strata) -> None:
        self._survey, self._strata = survey, strata
        self._reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._work(writer)
        os.close(writer)

    def _work(self, writer: int) -> None:
        """Digest, hand over, and end without running anything that belongs to the parent."""
        status = 1
        with suppress(BaseException):
            os.close(self._reader)
            with os.fdopen(writer, "wb") as stream:
                stream.write(marshal.dumps(_digest(self._survey, self._strata)))
            status = 0
        os._exit(status)

    def join(self) -> _Digested:
        """What the child found."""
        with os.fdopen(self._reader, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(self._pid, 0)
        if status == 0:
            found: _Digested = marshal.loads(data)  # noqa: S302 - what our own forked child sent
            return found
        return _digest(self._survey, self._strata)

"""The SHA-256 of each stratum's source, read anew, by several processes where there is much to read (SPEC section 10).

A stratum is the unit: its files are digested in one order whoever reads them, so any number of processes gives the
same digests.
"""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from typing import NamedTuple

from astrograph.engine.forked_child import ForkedChild
from astrograph.engine.reading import FileRead, digest_package
from astrograph.engine.survey import Survey
from astrograph.model.digests import Fingerprint, Sha256
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
    children = [ForkedChild(partial(_digest, survey, share)) for share in shares[1:]]
    try:
        found = _digest(survey, shares[0])
        for share, child in zip(shares[1:], children, strict=True):
            handed = child.join()
            found.update(_digest(survey, share) if handed is None else handed)
    finally:
        for child in children:
            child.end()
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
        use = partial(_feed_file, whole, package.folder)
        _, source = digest_package(root, package.folder, package.files, package.test_paths, use=use)
        for path in package.test_paths:
            feed(whole, f"{package.folder}/{path}", b"")
        trace = traces.get(module)
        if trace is None or trace.source != source:
            moved.append(module)
    return whole.hexdigest(), moved


def _feed_file(whole: hashlib._Hash, folder: str, item: FileRead, _: Fingerprint) -> None:
    feed(whole, f"{folder}/{item.name}", item.data)


def feed(whole: hashlib._Hash, path: str, data: bytes | None) -> None:
    """Add a file to a digest, path and bytes, each with its length so that boundaries count; None cannot be read."""
    name = path.encode("utf-8", "surrogateescape")
    whole.update(b"%d:%b%d:" % (len(name), name, -1 if data is None else len(data)))
    if data is not None:
        whole.update(data)

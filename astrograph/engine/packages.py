"""One package from disk to facts: read, digest, parse what is new, and sum up. Runs in worker processes too.

Values cross process borders and live in the cache as plain tuples, through `marshal`.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from astrograph.engine.reading import FileRead, digest_package
from astrograph.facts.source import pack, parse_file, summarize, too_large, unpack
from astrograph.model.digests import Fingerprint
from astrograph.model.facts import FileFacts, Import, Problem, Site, SourceSummary
from astrograph.model.inventory import Package
from astrograph.store.sealed import unmarshal

KnownFiles = Mapping[str, tuple[bytes, Any]]
"""File name -> (fingerprint of its bytes, packed facts): what was known of the package before."""


class Extracted(NamedTuple):
    """What came of reading a package.

    `signature` and `source` digest what was read, `facts` is the record for the cache, `parsed` counts the files that
    had to be parsed.
    """

    signature: Fingerprint
    source: Fingerprint
    facts: bytes
    summary: SourceSummary
    parsed: int


def extract(root: str, package: Package, known: KnownFiles) -> Extracted:
    """Read a package below the absolute `root` and make its facts, parsing only files whose bytes were not known."""
    parsed = 0
    packed: list[tuple[str, bytes, Any]] = []
    facts: list[tuple[str, FileFacts]] = []

    def use(item: FileRead, digest: Fingerprint) -> None:
        nonlocal parsed
        before = known.get(item.name)
        if before is not None and before[0] == digest:
            with suppress(ValueError):  # of another shape: as if it were not known
                facts.append((item.name, unpack(before[1])))
                packed.append((item.name, digest, before[1]))
                return
        parsed += 1
        made = _facts_of(item)
        packed.append((item.name, digest, pack(made)))
        facts.append((item.name, made))

    signature, source = digest_package(root, package.folder, package.files, package.test_paths, use=use)
    return Extracted(signature, source, marshal.dumps(packed), _summary(facts, package.test_paths), parsed)


def known_files(record: bytes | None) -> dict[str, tuple[bytes, Any]]:
    """The files of a facts record by name; nothing when there is no sound record."""
    known: dict[str, tuple[bytes, Any]] = {}
    rows = unmarshal(record or b"")
    for row in rows if isinstance(rows, list) else ():
        match row:
            case (str(name), bytes(digest), facts):
                known[name] = digest, facts
    return known


def _facts_of(item: FileRead) -> FileFacts:
    if item.data is not None:
        return parse_file(item.data)
    if item.too_large:
        return too_large(item.too_large)
    # Line and column 0: no place in it.
    return FileFacts(problems=(Problem("unreadable", f"the file cannot be read: {item.reason}", 0, 0),))


def _summary(facts: list[tuple[str, FileFacts]], test_paths: tuple[str, ...]) -> SourceSummary:
    imports, sites = _imports(facts)
    return SourceSummary(
        exports=summarize(facts),
        imports=imports,
        problems=tuple((name, problem) for name, file in facts for problem in file.problems),
        test_paths=test_paths,
        files=len(facts),
        sites=sites,
    )


def _imports(facts: list[tuple[str, FileFacts]]) -> tuple[tuple[Import, ...], tuple[Site, ...]]:
    """Each import once, and where the first of its kind stands that happens earliest."""
    first: dict[tuple[str, str, int], tuple[int, str, int]] = {}
    for name, file in facts:
        for module, imported, level, line, nested, typing_only in file.imports:
            key = (module, imported, level)
            site = (2 if typing_only else int(nested), name, line)
            known = first.get(key)
            if known is None or site < known:
                first[key] = site
    ordered = sorted(first.items())
    return (
        tuple([Import(*key, line=0) for key, _ in ordered]),
        tuple([Site(name, line, late == 1, late == 2) for _, (late, name, line) in ordered]),  # noqa: PLR2004
    )

"""Source summaries as cache records: all a manifest needs of a package's source, through `marshal`."""

from __future__ import annotations

import marshal

from astrograph.model.facts import Import, PackageSummary, Problem, Site, SourceSummary


def pack_summary(summary: SourceSummary) -> bytes:
    """The record to keep of a summary."""
    return marshal.dumps(
        (
            tuple(summary.exports),
            [(item.level, item.module, item.name) for item in summary.imports],
            [(name, *problem) for name, problem in summary.problems],
            summary.test_paths,
            summary.files,
            [tuple(site) for site in summary.sites],
        )
    )


def unpack_summary(record: bytes) -> SourceSummary:
    """The summary kept in a cache record."""
    exports, imports, problems, test_paths, files, sites = marshal.loads(record)
    return SourceSummary(
        exports=PackageSummary(*exports),
        imports=tuple(Import(module, name, level, 0) for level, module, name in imports),
        problems=tuple((name, Problem(*rest)) for name, *rest in problems),
        test_paths=tuple(test_paths),
        files=files,
        sites=tuple([Site(*site) for site in sites]),
    )

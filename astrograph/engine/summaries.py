"""Source summaries as cache records: all a manifest needs of a package's source, through `marshal`."""

from __future__ import annotations

import marshal

from astrograph.model.facts import Import, PackageSummary, Problem, Site, SourceSummary
from astrograph.store.sealed import unmarshal

# The types of the fields, in order.
_IMPORT = (int, str, str)
_PROBLEM = (str, str, str, int, int)
_SITE = (str, int, bool, bool)
_FUNCTION = (str, bool)


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


def unpack_summary(record: bytes | None) -> SourceSummary | None:
    """The summary kept in a cache record, None where there is none, or one of another shape."""
    match unmarshal(record or b""):
        case (
            (
                tuple(classes),
                tuple(functions),
                tuple(constants),
                None | str() as docstring,
                int(documented),
                int(total),
            ),
            list(imports),
            list(problems),
            tuple(test_paths),
            int(files),
            list(sites),
        ) if (
            all(type(name) is str for names in (classes, constants, test_paths) for name in names)
            and all(_types(row) == _FUNCTION for row in functions)
            and all(_types(row) == _IMPORT for row in imports)
            and all(_types(row) == _PROBLEM for row in problems)
            and all(_types(row) == _SITE for row in sites)
        ):
            return SourceSummary(
                exports=PackageSummary(classes, functions, constants, docstring, documented, total),
                imports=tuple(Import(module, name, level, 0) for level, module, name in imports),
                problems=tuple((name, Problem(*rest)) for name, *rest in problems),
                test_paths=test_paths,
                files=files,
                sites=tuple([Site(*site) for site in sites]),
            )
    return None


def _types(row: object) -> tuple[type, ...]:
    return tuple(map(type, row)) if isinstance(row, tuple | list) else ()

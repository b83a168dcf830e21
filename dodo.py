"""Tasks of this workspace's own. The graph comes from Astrograph's loader, wired in pyproject.toml."""

from collections.abc import Iterator

DOIT_CONFIG = {"default_tasks": []}
"""A bare `doit` builds the graph alone; `doit codes` makes the pages."""


def task_codes() -> Iterator[dict[str, object]]:
    """Make docs/codes/ from the table of finding codes."""
    yield {
        "name": "pages",
        "actions": ["python docs/make_codes.py"],
        "file_dep": ["astrograph/model/codes.py", "docs/make_codes.py"],
        "targets": ["docs/codes/README.md"],
    }

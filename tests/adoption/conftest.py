"""A workspace with a few packages, and the words to put old documents beside them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from support import Run, Workspace

MODULES = ("memory/fold", "core/types", "api")


@pytest.fixture
def space(ws: Workspace) -> Workspace:
    """Three packages without authored facts."""
    for module in MODULES:
        ws.package(module, "X = 1\n")
    return ws


@pytest.fixture
def old(space: Workspace) -> Callable[..., str]:
    """Put an old document for a module, below `old/`; the path of its folder comes back."""

    def put(module: str, document: Any, *, name: str = "module.manifest.json") -> str:
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        space.write(f"old/{module}/{name}", data)
        return f"old/{module}/{name}"

    return put


@pytest.fixture
def adopt(space: Workspace) -> Callable[..., Run]:
    """Run `doit adopt --from old`."""
    return lambda *words: space.run("adopt", "--from", str(space.path("old")), *words)

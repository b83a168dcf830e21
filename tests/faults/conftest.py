"""A workspace of six packages, half of them about to change, and what a clean build gives after the change."""

import shutil
from pathlib import Path

import pytest
from support import Workspace

CHANGED, GONE = "memory/recall", "vision/depth"


def six_packages(root: Path) -> Workspace:
    """Six packages in four strata, with imports between them and a default owner."""
    ws = Workspace.make(root)
    ws.package("core/types", "KEY = 1\n")
    ws.package("core/storage", "from core.types import KEY\n")
    ws.package("memory/fold", "import core.storage\n")
    ws.package(CHANGED, "import memory.fold\nimport vision.depth\n")
    ws.package("vision/camera", "import numpy\n")
    ws.package(GONE, "import vision.camera\n")
    ws.author("memory/_defaults", "owner: '@memory'\nnode: memory\n")
    return ws


def change(ws: Workspace) -> None:
    """Other rules, one edit, one package less and one more."""
    ws.rules(lambda rules: rules["weights"].update(path_regex=0.8))
    ws.pin()
    ws.package(CHANGED, "import memory.fold\nimport faiss\n")
    ws.package("guardian/audit", "import core.types\n")
    ws.delete(f"src/{GONE}")


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a build from nothing gives after the change."""
    ws = six_packages(tmp_path_factory.mktemp("clean") / "ws")
    change(ws)
    assert ws.run("validate").exit == 0
    return ws.snapshot()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The six packages, built, then changed: everything is stale, something must go."""
    ws = six_packages(tmp_path_factory.mktemp("template") / "ws")
    assert ws.run("validate").exit == 0
    change(ws)
    return ws


@pytest.fixture
def stale(template: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the changed workspace with its last build."""
    shutil.copytree(template.root, tmp_path / "ws")
    return Workspace(tmp_path / "ws")

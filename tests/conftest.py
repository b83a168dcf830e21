"""What every test may ask for, and which tests run by default."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import Workspace

from astrograph.store import stamps

settings.register_profile(
    "small",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("small")


# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every process they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _file_system_on_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read and what is not must not depend on where temporary folders are."""
    monkeypatch.setattr(stamps, "memory_devices", frozenset)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A workspace without a package."""
    return Workspace.make(tmp_path / "ws")


@pytest.fixture
def family(ws: Workspace) -> Workspace:
    """Three modules: `memory/fold` imports `core/types`, `memory/recall` imports both."""
    ws.package("core/types", "KEY = 1\n")
    ws.package("memory/fold", "from core.types import KEY\n")
    ws.package("memory/recall", "import core.types\nimport memory.fold\n")
    return ws


@pytest.fixture
def built(family: Workspace) -> Workspace:
    """The same, built, validated, and old enough that nothing needs to be hashed again."""
    family.run("validate")
    family.settle()
    assert family.run("validate").exit == 0
    return family


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless marks were asked for."""
    if config.option.markexpr:
        return
    chosen = [item for item in items if item.get_closest_marker("long") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen

"""The fleet has the same bytes when worker processes make it.

It is too small for workers to pay, so they are told to pay from the first file on.
"""

from pathlib import Path

import pytest
from golden_fleet import GOLDEN, copy_of_the_fleet, from_text, manifests_below
from support import Workspace

from astrograph.engine import workers


@pytest.mark.parametrize("number", [2, 4, 7])
def test_worker_processes_give_the_golden_manifests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    started: list[int | None] = []

    class Noted(workers.Worker):
        def __init__(self, *words: object, **more: object) -> None:
            super().__init__(*words, **more)
            started.append(self.process.pid)

    monkeypatch.setattr(workers, "Worker", Noted)
    monkeypatch.setattr(workers, "WORKERS_FROM_FILES", 1)
    monkeypatch.setattr(workers, "CHUNK_FILES", 5)
    ws = Workspace(copy_of_the_fleet(tmp_path / "fleet"))

    assert ws.run("-n", str(number)).exit == 0
    assert len(set(started)) == number
    assert manifests_below(ws.path("build")) == from_text(GOLDEN.read_bytes().decode())

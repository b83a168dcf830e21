"""The fleet's manifests, byte for byte, wherever and however they are built (SPEC sections 2 and 5)."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from golden_fleet import GOLDEN, GOLDEN_AUDIT, as_text, copy_of_the_fleet, from_text
from support import Workspace
from support.runs import environ
from support.workspace import Snapshot

from astrograph.audit.registry import Artifact

ENGINES = (
    "doit, jsonschema_rs, orjson, pathspec, pcre2, re2, stdlib_list, tree_sitter, tree_sitter_python, xxhash, yaml"
)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The fleet built in this process, by one worker."""
    ws = Workspace(copy_of_the_fleet(tmp_path_factory.mktemp("golden") / "fleet"))
    assert ws.run("validate", "-n", "1").exit == 0
    return ws.snapshot()


@pytest.fixture
def fleet_copy(tmp_path: Path) -> Workspace:
    return Workspace(copy_of_the_fleet(tmp_path / "somewhere else" / "ünïcode"))


def test_the_fleet_gives_the_golden_manifests(reference: Snapshot) -> None:
    made = {
        path.removeprefix("manifests/").removesuffix("/module.manifest.json"): data.decode("utf-8")
        for path, data in reference.items()
        if path.startswith("manifests/") and path[-1] != "/"
    }
    golden = from_text(GOLDEN.read_bytes().decode("utf-8"))

    assert len(golden) >= 48
    assert sorted(made) == sorted(golden)
    for module, text in golden.items():
        assert made[module] == text


def test_the_fleet_gives_the_golden_artifacts(reference: Snapshot) -> None:
    made = {
        path.removeprefix("audit/"): data.decode("utf-8").replace("\r\n", "\n")
        for path, data in reference.items()
        if path.startswith("audit/") and path[-1] != "/"
    }
    golden = from_text(GOLDEN_AUDIT.read_bytes().decode("utf-8"))

    assert sorted(made) == sorted(golden) == sorted(Artifact)
    for name, text in golden.items():
        assert made[name] == text


@pytest.mark.parametrize("path", [GOLDEN, GOLDEN_AUDIT])
def test_a_golden_file_is_read_as_it_is_written(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")

    assert as_text(from_text(text)) == text


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PYTHONHASHSEED": "0"}, id="hash seed 0"),
        pytest.param({"PYTHONHASHSEED": "12345"}, id="hash seed 12345"),
        pytest.param({"TZ": "Pacific/Kiritimati"}, id="another time zone"),
        pytest.param({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": None}, id="the C locale"),
        pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="ASCII file names"),
        pytest.param({"PYTHONOPTIMIZE": "2", "PYTHONDONTWRITEBYTECODE": "1"}, id="optimised"),
        pytest.param({"HOME": "/nonexistent", "USER": "somebody", "XDG_CACHE_HOME": "/nonexistent"}, id="another user"),
    ],
)
def test_the_environment_changes_no_byte(
    fleet_copy: Workspace, reference: Snapshot, environment: Mapping[str, str | None]
) -> None:
    done = fleet_copy.doit("validate", environment=environment)

    assert (done.returncode, fleet_copy.snapshot() == reference) == (0, True)


@pytest.mark.parametrize("workers", ["1", "2", "4", "7"])
def test_the_number_of_workers_changes_no_byte(fleet_copy: Workspace, reference: Snapshot, workers: str) -> None:
    assert fleet_copy.run("validate", "-n", workers).exit == 0
    assert fleet_copy.snapshot() == reference


def test_the_working_folder_changes_no_byte(fleet_copy: Workspace, reference: Snapshot) -> None:
    done = fleet_copy.astrograph("validate", below="fleet/memory/fold")

    assert (done.returncode, fleet_copy.snapshot() == reference) == (0, True)


@pytest.mark.skipif(os.name != "posix", reason="umask is of POSIX")
@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_the_umask_changes_no_byte(fleet_copy: Workspace, reference: Snapshot, umask: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "doit", "validate"],
        cwd=fleet_copy.root,
        env=environ(),
        umask=umask,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, fleet_copy.snapshot() == reference) == (0, True)


def test_the_order_of_building_changes_no_byte(fleet_copy: Workspace, reference: Snapshot) -> None:
    modules = sorted(manifest_ids(reference), reverse=True)
    for at in range(0, len(modules), 20):
        assert fleet_copy.run(*(f"manifest:{module}" for module in modules[at : at + 20])).exit == 0

    assert fleet_copy.run("validate").exit == 0
    assert fleet_copy.snapshot() == reference


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_interpreter_changes_no_byte(fleet_copy: Workspace, reference: Snapshot, version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} with the engines is installed here")
    done = subprocess.run(
        [python, "-m", "doit", "validate"], cwd=fleet_copy.root, env=environ(), capture_output=True, check=False
    )

    assert (done.returncode, fleet_copy.snapshot() == reference) == (0, True)


def manifest_ids(snapshot: Snapshot) -> list[str]:
    ends = "/module.manifest.json"
    return [path.removeprefix("manifests/").removesuffix(ends) for path in snapshot if path.endswith(ends)]


def interpreter(version: str) -> str | None:
    """An interpreter of this version that has what we need, None when there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    probe = subprocess.run([found, "-c", f"import {ENGINES}"], env=environ(), capture_output=True, check=False)
    return found if probe.returncode == 0 else None

"""A browser to look at the site with, and sites to look at."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Workspace
from support.browser import open_browser
from support.runs import run_here

from benchmarks.browser import Browser

REPOSITORY = Path(__file__).resolve().parents[2]
_INPUTS = ("fleet", "manifests_src", "rules", "schemas", "contracts", "pyproject.toml", "dodo.py")

HOSTILE = '<img src=x onerror=alert(1)></script><script>alert(2)</script> &amp; "quoted" javascript:alert(3)'


@pytest.fixture
def hostile() -> str:
    """The description of `memory/index` in the fleet, which wants out of its place."""
    return HOSTILE


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    browser = open_browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(_browser: Browser) -> Browser:
    """One browser for all tests, with nothing said yet."""
    _browser.resize(1440, 900)
    _browser.theme("dark")
    _browser.messages()
    _browser.requests()
    return _browser


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the repository's own fleet with a plan, in a copy one of whose modules wants out of its page."""
    root = tmp_path_factory.mktemp("fleet") / "fleet-copy"
    root.mkdir()
    for name in _INPUTS:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name)
        elif source.exists():
            shutil.copyfile(source, root / name)
    (root / "manifests_src/memory/index.yaml").write_text(f"description: {json.dumps(HOSTILE)}\nnode: memory\n")
    for command in ("plan", "site"):
        done = run_here(root, [command])
        assert done.exit == 0, done.err
    return root / "build/site"


@pytest.fixture(scope="session")
def everyday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a workspace of 2,000 modules."""
    ws = Workspace.make(tmp_path_factory.mktemp("everyday") / "everyday")
    strata = ("core", "mind", "memory", "guardian", "vision", "quantum", "bio", "dream", "shop", "mail")
    for number in range(2000):
        stratum = strata[number % len(strata)]
        used = number // 3
        folder = f"{stratum}/group{number % 70}/part{number}"
        before = f"{strata[used % len(strata)]}.group{used % 70}.part{used}"
        ws.package(folder, f"import {before}\n" if number > 3 else "")
    for stratum in strata:
        ws.author(f"{stratum}/_defaults", f'owner: "@{stratum}-team"\ntier: T3_standard\nnode: {stratum}\n')
    done = ws.run("site")
    assert done.exit == 0, done.err
    return ws.path("build/site")

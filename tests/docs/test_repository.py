"""What holds for the repository as a whole: its layout, its wiring, its documents, and what no file may say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from astrograph import __version__
from astrograph.doit_plugin.wiring import PLUGINS, SETTINGS, as_config, as_toml
from astrograph.store.layout import MANIFEST_NAME

ROOT = Path(__file__).resolve().parents[2]

COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/doit",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",
)

TOP_LEVEL = (
    ".ci/run",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "astrograph/__init__.py",
    "astrograph/py.typed",
    "benchmarks/README.md",
    "contracts",
    "docs/ARCHITECTURE.md",
    "docs/CONFIGURATION.md",
    "docs/README.md",
    "docs/codes/README.md",
    "docs/design",
    "dodo.py",
    "fleet",
    "manifests_src",
    "pyproject.toml",
    "rules/pins.json",
    "rules/star_canon.json",
    "rules/star_rules.json",
    "rules/star_rules_exceptions.json",
    "schemas/authored.schema.json",
    "schemas/module_manifest.schema.json",
    "tests",
)

# Put together here, so that this file does not say them either.
REGISTRY_HOSTS = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")))
MACHINE_PATHS = tuple(f"/{name}/" for name in ("work", "root", "home/user", "tmp/dev", "tmp/bash"))

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def settings() -> dict[str, object]:
    """`pyproject.toml` as it is."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def committed_files() -> Iterator[Path]:
    """Every file of a checkout, less what `.gitignore` leaves out."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if name != ".git" and not _ignored(here / name, ignored, folder=True)]
        yield from (ROOT / here / name for name in files if not _ignored(here / name, ignored, folder=False))


def _ignored(path: Path, patterns: list[str], *, folder: bool) -> bool:
    for pattern in patterns:
        if pattern.endswith("/") and not folder:
            continue
        plain = pattern.strip("/")
        if fnmatch(path.as_posix() if pattern.startswith("/") else path.name, plain):
            return True
    return False


def markdown_files() -> list[str]:
    """Every Markdown document, relative to the repository."""
    return sorted(path.relative_to(ROOT).as_posix() for path in committed_files() if path.suffix == ".md")


def without_fences(name: str) -> str:
    """The prose of a document."""
    return _FENCED.sub("", (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_the_top_level_is_complete(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_walk_over_committed_files_sees_them_and_nothing_generated() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in committed_files()}

    assert {"pyproject.toml", ".ci/run", "fleet/memory/fold/store.py"} <= found
    assert [name for name in found if name.startswith(("build/", ".git/", ".venv/"))] == []


def test_no_file_names_a_package_registry_or_a_path_of_a_machine() -> None:
    found = []
    for path in committed_files():
        data = path.read_bytes()
        found += [
            f"{path.relative_to(ROOT)}: {word}"
            for word in (*REGISTRY_HOSTS, *MACHINE_PATHS)
            if re.search(rb"(?<![\w.])" + re.escape(word.encode()), data)
        ]

    assert found == []


def test_no_manifest_and_no_state_is_committed() -> None:
    assert [path for path in committed_files() if path.name in {MANIFEST_NAME, "state.db"}] == []


def test_the_sh_blocks_of_the_readme_are_its_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) == [f"{command}\n" for command in COMMANDS]


def test_ci_runs_the_sh_blocks_of_the_readme_and_pins_no_version() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line.startswith(("build=", "eval"))] == [
        "build=${commands[0]} check=${commands[1]}",
        'eval "$build"',
        'eval "$check"',
    ]
    assert [line for line in lines if "PIP_" in line] == ["unset VIRTUAL_ENV PYTHONPATH PYTHONHOME PIP_CONSTRAINT"]


def test_doit_is_wired_here_as_in_every_workspace_we_make() -> None:
    tool = settings()["tool"]
    assert isinstance(tool, dict)

    assert tool["doit"] == {**SETTINGS, "plugins": PLUGINS}
    assert tomllib.loads(as_toml()) == {"tool": {"doit": tool["doit"]}}
    assert as_config() == {"GLOBAL": SETTINGS, **{family.upper(): entries for family, entries in PLUGINS.items()}}


def test_every_plug_in_can_be_imported() -> None:
    from importlib import import_module

    places = [place.split(":") for entries in PLUGINS.values() for place in entries.values()]

    assert [place for place in places if not hasattr(import_module(place[0]), place[1])] == []


def test_version_is_the_same_everywhere_and_in_the_changelog() -> None:
    project = settings()["project"]
    assert isinstance(project, dict)
    headings = _HEADING.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert project["version"] == __version__
    assert [title for title in headings if title.split()[0] == __version__]


@pytest.mark.parametrize("name", markdown_files())
def test_links_between_documents_lead_somewhere(name: str) -> None:
    broken = []
    for match in _LINK.finditer(without_fences(name)):
        path, _, anchor = match["target"].partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(match["target"])

    assert broken == []


def anchors_of(path: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    titles = _HEADING.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_document_can_be_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {match["target"].partition("#")[0] for match in _LINK.finditer(index)}
    documents = {name.removeprefix("docs/") for name in markdown_files() if name.startswith("docs/")}

    assert {name for name in documents if not name.startswith("codes/") and name != "README.md"} - linked == set()
    assert "codes/README.md" in linked


def test_tests_that_the_architecture_names_exist() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert named

    missing = [
        (path, test)
        for path, test in named
        if not (ROOT / path).is_file() or (test and f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]

    assert missing == []


def test_layers_in_the_architecture_are_those_the_linter_holds() -> None:
    tool = settings()["tool"]
    assert isinstance(tool, dict)
    layers = next(each for each in tool["importlinter"]["contracts"] if each["type"] == "layers")["layers"]
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = [line.split("  ")[0].strip() for line in text.split("<!-- layers -->")[1].split("```")[1].split("\n")[1:-1]]

    assert drawn == layers


def test_every_setting_and_field_is_documented() -> None:
    from dataclasses import fields

    from astrograph.manifest.fields import FIELDS
    from astrograph.model.workspace import Workspace

    text = (ROOT / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8")
    keys = {item.name for item in fields(Workspace)} - {"root", "placements"}

    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
    assert [
        name for name, field in FIELDS.items() if f"| `{name}` | {field.origin} | `{field.pointer}` |" not in text
    ] == []


@pytest.mark.parametrize(
    ("environment", "umask"),
    [
        ({"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"}, 0o022),
        ({"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Chatham", "PYTHONUTF8": "0"}, 0o077),
    ],
)
def test_the_fleet_has_the_same_bytes_whatever_the_environment(
    environment: dict[str, str], umask: int, tmp_path: Path
) -> None:
    plain = built_fleet(tmp_path / "plain", {"PYTHONHASHSEED": "0"}, umask=0o022)

    assert len(plain) > len(list((ROOT / "fleet").iterdir()))
    assert built_fleet(tmp_path / "some where else", environment, umask=umask) == plain


def built_fleet(folder: Path, environment: dict[str, str], *, umask: int) -> dict[str, bytes]:
    """Everything that validating the fleet in a copy at `folder` leaves below `build/`, but for the state."""
    for name in ("fleet", "rules", "schemas", "manifests_src", "contracts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    done = subprocess.run(
        [sys.executable, "-m", "astrograph", "validate"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        umask=umask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    build = folder / "build"
    files = [path for path in build.rglob("*") if path.is_file() and ".astrograph" not in path.parts]
    return {path.relative_to(build).as_posix(): path.read_bytes() for path in files}

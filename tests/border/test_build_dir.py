"""A build folder that a person chose: what it serves, and who may choose it."""

import json
from pathlib import Path

import pytest
from support import Workspace

ADAPTED = ("manifests/core/types/module.manifest.json", "ledger/memory.jsonl", "gates/paths.json", "audit/report.md")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder beside the workspace."""
    return tmp_path / "out"


def test_the_option_and_the_variable_build_elsewhere_and_leave_the_workspace_alone(
    family: Workspace, out: Path
) -> None:
    before = sorted(family.root.rglob("*"))

    done = family.astrograph("validate", "--build-dir", "../../out", below="src")
    again = family.doit("validate", environment={"ASTROGRAPH_BUILD": str(out)})

    assert (done.returncode, again.returncode) == (0, 0)
    assert "0 built, 3 unchanged" in again.stderr
    assert [name for name in ADAPTED if not (out / name).is_file()] == []
    assert sorted(family.root.rglob("*")) == before


@pytest.mark.parametrize("words", [("--build-dir", "{}", "{command}"), ("{command}", "--build-dir={}")])
@pytest.mark.parametrize("command", ["plan", "contracts", "generations", "list", "clean", "forget", "report", "site"])
def test_every_command_takes_the_option_before_and_behind_its_name(
    family: Workspace, out: Path, command: str, words: tuple[str, ...]
) -> None:
    family.doit("--build-dir", str(out))

    done = family.doit(*(word.format(out, command=command) for word in words))

    assert done.returncode == 0, done.stderr
    assert not family.path("build/manifests").exists()


def test_what_is_published_by_default_goes_where_the_build_goes(
    family: Workspace, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTROGRAPH_BUILD", str(out))
    words = (["plan"], ["canary"], ["approve", "--yes", "--by", "A"], ["publish", "--yes"])
    codes = [family.doit(*each).returncode for each in words]

    assert codes == [0, 0, 0, 0]
    assert (out / "published/core/types/module.manifest.json").is_file()
    assert family.doit("rollback").returncode == 0
    assert family.doit("validate").returncode == 0
    assert not family.path("build/published").exists()


def test_a_manifest_is_the_same_wherever_it_is_built(family: Workspace, out: Path) -> None:
    family.run()
    family.doit("--build-dir", str(out))

    for module in ("core/types", "memory/fold", "memory/recall"):
        name = f"manifests/{module}/module.manifest.json"
        assert (out / name).read_bytes() == family.path(f"build/{name}").read_bytes()


def test_the_folder_may_be_reached_through_a_link_but_holds_none(family: Workspace, out: Path, tmp_path: Path) -> None:
    out.mkdir()
    (tmp_path / "link").symlink_to(out)
    assert family.doit("--build-dir", str(tmp_path / "link")).returncode == 0
    assert (out / "ledger").is_dir()

    (out / "ledger").rename(tmp_path / "elsewhere")
    (out / "ledger").symlink_to(tmp_path / "elsewhere")
    done = family.doit("--build-dir", str(out))

    assert (done.returncode, f"path: {out}/ledger" in done.stderr) == (2, True)


def test_a_folder_of_another_workspace_is_refused_while_that_exists(
    family: Workspace, out: Path, tmp_path: Path
) -> None:
    assert family.doit("--build-dir", str(out)).returncode == 0
    other = family.twin(tmp_path / "other")

    done = other.doit("validate", "--build-dir", str(out))

    assert (done.returncode, "error: the build folder belongs to another workspace" in done.stderr) == (3, True)
    assert f"made by: {family.root}" in done.stderr
    family.root.rename(tmp_path / "gone")
    (tmp_path / "gone/pyproject.toml").unlink()
    assert other.doit("validate", "--build-dir", str(out)).returncode == 0


@pytest.mark.parametrize("folder", [".", "..", "src", "src/out", "manifests_src", ".git/x", ".GITHUB", ""])
def test_a_folder_that_is_not_ours_to_sweep_is_refused(family: Workspace, folder: str) -> None:
    before = sorted(family.root.rglob("*"))

    done = family.doit(f"--build-dir={folder}")

    assert (done.returncode, sorted(family.root.rglob("*"))) == (3, before)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("doit.cfg", "[GLOBAL]\nbuild_dir = {}\n"),
        ("doit.cfg", "[run]\nbuild_dir = {}\n"),
        ("dodo.py", "DOIT_CONFIG = {{'build_dir': {!r}}}\n"),
    ],
)
def test_the_tree_cannot_choose_the_folder(family: Workspace, out: Path, file: str, text: str) -> None:
    family.write(file, text.format(str(out)))

    for words in ((), ("validate",)):
        done = family.doit(*words)
        assert (done.returncode, "build_dir cannot be set there, only on the command line" in done.stderr) == (3, True)
        assert file in done.stderr
    assert not out.exists()


def test_json_names_the_place_as_it_is(family: Workspace, out: Path) -> None:
    done = family.doit("plan", "--json", "--build-dir", str(out))
    assert done.returncode == 0, done.stderr

    assert json.loads(done.stdout)["path"] == f"{out}/plan.json"

"""Folders that were never ours are not swept, and settings cannot point at what people keep."""

from pathlib import Path

import pytest
from support import Workspace

REFUSAL = "error: the build folder holds files that this program did not write"

FOREIGN = {
    "manifests/app.yaml": "kind: Deployment\n",
    "manifests/prod/service.yaml": "kind: Service\n",
    "manifests/memory/fold/module.manifest.json": '{"owner": "@legacy"}\n',
    "manifests/.gitkeep": "",
    "ledger/2024.csv": "2024,12.5\n",
    "ledger/books.jsonl": '{"amount": 1}\n',
    "gates/paths.json": '{"north": true}\n',
    "gates/notes.md": "text\n",
    "audit/report.pdf": "text\n",
    "audit/coverage.json": '{"lines": 1}\n',
    "plan.json": '{"terraform_version": "1.9"}\n',
}


@pytest.mark.parametrize("words", [(), ("validate",), ("clean",), ("plan",)])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_that_was_never_ours_is_left_as_it_is(family: Workspace, name: str, words: tuple[str, ...]) -> None:
    family.settings('build = "deploy"')
    path = family.write(f"deploy/{name}", FOREIGN[name])

    done = family.run(*words)

    assert (done.exit, REFUSAL in done.err, path.read_text()) == (3, True, FOREIGN[name])
    assert f"  file: deploy/{name}\n" in done.err
    assert "give `build` in [tool.astrograph] a folder of its own" in done.err


def test_what_others_keep_beside_our_folders_is_no_obstacle(family: Workspace) -> None:
    family.write("build/lib/shop/__init__.py", "")
    family.write("build/notes.md", "text")

    assert family.run("validate").exit == 0
    assert family.path("build/lib/shop/__init__.py").exists()


@pytest.mark.parametrize("words", [("site",), ("clean", "site")])
def test_a_site_of_another_tool_is_neither_replaced_nor_cleaned_away(built: Workspace, words: tuple[str, ...]) -> None:
    page = built.write("build/site/index.html", "<html>mkdocs</html>")

    done = built.run(*words)

    assert (done.exit == 0, page.read_text()) == (False, "<html>mkdocs</html>")
    assert REFUSAL.removeprefix("error: ") in done.out + done.err


@pytest.mark.parametrize("how", ["append", "truncate", "empty", "zeros"])
@pytest.mark.parametrize("family_of", ["manifests", "ledger", "gates", "audit", "site"])
def test_a_lost_state_needs_no_hand_whatever_became_of_our_files(built: Workspace, family_of: str, how: str) -> None:
    built.run("site")
    expected = built.snapshot()
    for path in built.path(f"build/{family_of}").rglob("*.*"):
        data = path.read_bytes()
        changed = {"append": data + b"\n", "truncate": data[: len(data) // 2], "empty": b"", "zeros": bytes(len(data))}
        if path.is_file() and (family_of != "site" or how in {"append", "empty"}):
            path.write_bytes(changed[how])
    built.delete("build/.astrograph")
    built.delete("src/memory/recall")

    assert [built.run(*words).exit for words in (("validate",), ("site",))] == [0, 0]
    assert sorted(built.manifests()) == ["core/types", "memory/fold"]
    assert built.snapshot().keys() <= expected.keys()


@pytest.mark.parametrize("key", ["build", "publish_to", "contracts", "authored"])
@pytest.mark.parametrize("folder", [".git", ".git/x", "a/.GitHub", ".git ", "GIT~1/x"])
def test_a_folder_of_git_is_refused(built: Workspace, key: str, folder: str) -> None:
    before = built.snapshot()
    built.settings(f'{key} = "{folder}"')

    done = built.run()

    assert (done.exit, built.snapshot() == before) == (3, True)
    assert "a folder of git or GitHub cannot be used" in done.err
    assert f"  {key}: {folder}\n" in done.err


@pytest.mark.parametrize("key", ["build", "publish_to", "contracts", "authored"])
@pytest.mark.parametrize("folder", ["memory/fold", "memory", "memory/../memory"[:6] + "/."])
def test_a_setting_that_names_packages_is_refused_by_its_name(built: Workspace, key: str, folder: str) -> None:
    settings = built.path("pyproject.toml").read_text().replace('source_roots = ["src"]', 'source_roots = ["."]')
    built.write("pyproject.toml", settings)
    built.rename("src/memory", "memory")
    built.run()
    before = built.snapshot()
    built.settings(f'{key} = "{folder}"')

    done = built.run()

    assert (done.exit, built.snapshot() == before) == (3, True)
    assert f"`{key}` in [tool.astrograph] names a folder that contains packages" in done.err
    assert "  package: memory/fold\n" in done.err


def test_a_setting_inside_a_source_root_is_looked_at_too(built: Workspace) -> None:
    before = built.snapshot()
    built.settings('publish_to = "src/memory"')

    done = built.run("validate")

    assert (done.exit, built.snapshot() == before) == (3, True)
    assert "`publish_to` in [tool.astrograph]" in done.err


def test_a_folder_of_packages_that_is_excluded_anyway_hides_nothing(built: Workspace) -> None:
    built.write("build/lib/shop/__init__.py", "")
    settings = built.path("pyproject.toml").read_text().replace('source_roots = ["src"]', 'source_roots = ["."]')
    built.write("pyproject.toml", settings)

    assert built.run().exit == 0


def test_a_contract_is_not_scaffolded_through_a_link(built: Workspace, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    built.path("contracts").mkdir(exist_ok=True)
    built.path("contracts/memory").symlink_to(tmp_path / "elsewhere")

    done = built.doit("contracts", "new", "memory/fold")

    assert (done.returncode, list((tmp_path / "elsewhere").iterdir())) == (3, [])
    assert "leads out of the repository through a link" in done.stderr

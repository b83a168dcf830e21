"""`[tool.astrograph]` that cannot be used: exit 3, every problem at once, nothing written (SPEC section 2)."""

import pytest
from support import Workspace


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('sorce_roots = ["src"]', "source_roots"),
        ("exclude = 7", "exclude"),
        ('build = "/tmp/elsewhere"', "build"),
        ('build = "../elsewhere"', "build"),
        ('authored = ""', "authored"),
        ("coverage_min = 2", "coverage_min"),
        ("coverage_min = true", "coverage_min"),
        ('canary = {size = "big"}', "canary.size"),
        ("keep_generations = 0", "keep_generations"),
        ("keep_generations = true", "keep_generations"),
        ('publish_to = "src"', "source root src"),
        ('publish_to = "manifests_src/published"\nauthored = "manifests_src/published"', "authored"),
        ('publish_to = "build"', "build/.astrograph"),
        ('publish_to = "build/manifests"', "build/manifests"),
        ('publish_to = "build/generations/out"', "build/generations"),
        ('publish_to = "rules"', "rules/"),
        ("manifest = 3", "manifest"),
        ('manifest = {ownr = "/owner"}', "owner"),
        ('manifest = {owner = "owner"}', "JSON pointer"),
        ('manifest = {owner = {pointer = "/o", form = "labels"}}', "form"),
    ],
)
def test_a_wrong_setting_is_told_and_nothing_is_touched(built: Workspace, line: str, told: str) -> None:
    before = built.snapshot()
    built.settings(line)

    for words in ([], ["validate"], ["info", "memory/fold"], ["list"], ["pin", "--reason", "x"]):
        run = built.run(*words)

        assert (run.exit, run.tasks, told in run.err) == (3, (), True)
    assert built.snapshot() == before


def test_a_source_root_that_is_missing_is_told(built: Workspace) -> None:
    built.rename("src", "away")

    run = built.run()

    assert (run.exit, "src" in run.err) == (3, True)


def test_two_source_roots_with_one_module_keep_the_first_and_tell_of_the_second(built: Workspace) -> None:
    built.write("lib/core/types/__init__.py", "import faiss\n")
    text = built.path("pyproject.toml").read_text()
    built.write("pyproject.toml", text.replace('["src"]', '["src", "lib"]'))

    run = built.run("validate")

    assert run.exit == 1
    assert [(item["code"], item["path"]) for item in built.gate("paths")["findings"]] == [("AG113", "lib/core/types")]
    assert built.manifest("core/types")["dependencies"]["external"] == []


def test_a_module_that_moves_to_another_source_root_is_told_of_by_its_new_place(built: Workspace) -> None:
    built.path("lib/core").mkdir(parents=True)
    text = built.path("pyproject.toml").read_text()
    built.write("pyproject.toml", text.replace('["src"]', '["src", "lib"]'))
    built.package("core/types", "def broken(:\n")
    built.run("validate")
    built.rename("src/core/types", "lib/core/types")

    built.run("validate")

    assert [item["path"] for item in built.gate("source")["findings"]] == ["lib/core/types/__init__.py"]


def test_another_build_folder_takes_everything_with_it(built: Workspace) -> None:
    before = built.snapshot()
    built.delete("build")
    built.settings('build = "out/made"')

    run = built.run("validate")

    assert run.exit == 0
    made = built.path("out/made")
    files = [path for path in made.rglob("*") if path.is_file() and ".astrograph" not in path.parts]
    found = [path.relative_to(made).as_posix() for path in files]
    assert sorted(found) == sorted(path for path in before if path[-1] != "/")
    assert not built.path("build").exists()

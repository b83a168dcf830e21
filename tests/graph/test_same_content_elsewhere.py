"""Equal content in another place is not the same thing: findings name the place (SPEC section 8, 11)."""

from editing import build_from_nothing
from support import Workspace


def agrees_with_clean(ws: Workspace) -> bool:
    code, expected = build_from_nothing(ws)
    return (ws.run("validate").exit, ws.snapshot()) == (code, expected)


def test_an_authored_file_that_becomes_the_defaults_of_its_folder(built: Workspace) -> None:
    built.author("memory/fold", "owner: [wrong]\n")
    assert agrees_with_clean(built)
    built.rename("manifests_src/memory/fold.yaml", "manifests_src/memory/_defaults.yaml")

    assert agrees_with_clean(built)
    assert [finding["path"] for finding in built.gate("authored")["findings"]] == [
        "manifests_src/memory/_defaults.yaml"
    ]


def test_defaults_that_become_the_authored_file_of_a_module(built: Workspace) -> None:
    built.author("memory/_defaults", "stars: [Trial]\n")
    assert agrees_with_clean(built)
    built.rename("manifests_src/memory/_defaults.yaml", "manifests_src/memory/fold.yaml")

    assert agrees_with_clean(built)


def test_defaults_that_move_up_a_folder(built: Workspace) -> None:
    built.author("memory/_defaults", "stars: [Trial]\n")
    assert agrees_with_clean(built)
    built.rename("manifests_src/memory/_defaults.yaml", "manifests_src/_defaults.yaml")

    assert agrees_with_clean(built)


def test_a_source_root_that_is_renamed(built: Workspace) -> None:
    built.package("memory/fold", "def broken(:\n")
    assert agrees_with_clean(built)
    built.rename("src", "lib")
    settings = built.path("pyproject.toml").read_text()
    built.write("pyproject.toml", settings.replace('["src"]', '["lib"]'))

    assert agrees_with_clean(built)
    assert [finding["path"] for finding in built.gate("source")["findings"]] == ["lib/memory/fold/__init__.py"]


def test_an_authored_folder_that_is_renamed(built: Workspace) -> None:
    built.author("memory/fold", "owner: [wrong]\n")
    assert agrees_with_clean(built)
    built.rename("manifests_src", "people_say")
    built.settings('authored = "people_say"')

    assert agrees_with_clean(built)


def test_a_workspace_that_is_moved_keeps_its_work(built: Workspace) -> None:
    before = built.snapshot()
    built.root.rename(built.root.with_name("moved"))
    moved = Workspace(built.root.with_name("moved"))

    run = moved.run("validate")

    assert (run.exit, run.tasks, moved.snapshot()) == (0, (), before)

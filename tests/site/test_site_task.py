"""The task `site`: made when asked for, made again only when it would say something else, and always the same bytes."""

import json
from pathlib import Path

import pytest
from support import Workspace


def pages(ws: Workspace) -> dict[str, bytes]:
    """Every file of the site by its path in it."""
    top = ws.path("build/site")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


@pytest.fixture
def shown(family: Workspace) -> Workspace:
    """The family with its site, old enough for stat keys to prove content."""
    assert family.run("site").exit == 0
    family.settle()
    assert family.run("site").exit == 0
    return family


@pytest.mark.parametrize(
    ("project", "ours", "name"),
    [
        ("", "", "workspace"),
        ('[project]\nname = "shop"\n', "", "shop"),
        ('[project]\nname = ["shop"]\n', "", "workspace"),
        ('[project]\nname = "shop"\n', 'name = "The <Shop>"', "The &lt;Shop&gt;"),
    ],
)
def test_the_site_has_the_name_that_the_settings_give_it(family: Workspace, project: str, ours: str, name: str) -> None:
    family.run("site")
    family.write("pyproject.toml", project + family.path("pyproject.toml").read_text())
    family.settings(ours)

    assert family.run("site").exit == 0

    assert name in family.path("build/site/index.html").read_text().partition("</title>")[0]


def test_no_byte_depends_on_the_folder(family: Workspace, tmp_path: Path) -> None:
    twin = family.twin(tmp_path / "deep" / "Another Name")
    for each in (family, twin):
        for words in (("validate",), ("plan",), ("canary",), ("site",)):
            each.run(*words)

    assert twin.snapshot() == family.snapshot()


def test_doit_alone_makes_no_site(family: Workspace) -> None:
    family.run()

    assert not family.path("build/site").exists()


def test_doit_site_says_where_it_is(family: Workspace) -> None:
    run = family.run("site")

    assert (run.exit, run.out) == (0, "build/site/index.html\n")
    assert run.ran("site") == ["index.html"]


def test_doit_site_as_json(family: Workspace) -> None:
    said = json.loads(family.run("site", "--json").out)

    assert said == {"schema": "astrograph.site/1", "page": "build/site/index.html", "modules": 3}


@pytest.mark.parametrize("words", [["site", "extra"], ["site", "--single"]])
def test_doit_site_refuses_what_it_cannot_do(family: Workspace, words: list[str]) -> None:
    assert family.run(*words).exit == 3


def test_there_is_a_page_for_each_module_star_owner_and_stratum(shown: Workspace) -> None:
    assert {name for name in pages(shown) if not name.startswith(("assets/", "data/", "stars/"))} == {
        "index.html",
        "dashboard.html",
        "plan.html",
        "modules.html",
        "modules/core/types.html",
        "modules/memory/fold.html",
        "modules/memory/recall.html",
        "owners/nobody.html",
        "strata/core.html",
        "strata/memory.html",
    }
    assert len([name for name in pages(shown) if name.startswith("stars/")]) == 9


def test_nothing_is_done_while_nothing_changed(shown: Workspace) -> None:
    run = shown.run("site")

    assert run.tasks == ()
    assert run.files == []


def test_a_page_changed_by_hand_is_made_again_and_no_other(shown: Workspace) -> None:
    before = pages(shown)
    shown.write("build/site/modules/memory/fold.html", b"hello")

    run = shown.run("site")

    assert run.files == ["site/modules/memory/fold.html"]
    assert pages(shown) == before


def test_a_stray_file_is_removed_and_a_lost_one_comes_back(shown: Workspace) -> None:
    before = pages(shown)
    shown.write("build/site/modules/memory/stray.html", b"hello")
    shown.delete("build/site/strata/core.html")

    shown.run("site")

    assert pages(shown) == before


def test_a_change_rewrites_only_the_pages_that_say_something_new(shown: Workspace) -> None:
    shown.author("memory/recall", "description: Finds what was folded.\n")

    run = shown.run("site")

    written = {name for name in run.files if name.startswith("site/")}
    assert "site/modules/memory/recall.html" in written
    assert not {"site/modules/core/types.html", "site/data/sky.js", "site/strata/core.html"} & written
    assert not [name for name in written if name.startswith("site/assets/")]


def test_a_moved_import_changes_the_line_a_page_names(shown: Workspace) -> None:
    before = pages(shown)["modules/memory/fold.html"]
    shown.package("memory/fold", "# moved\nfrom core.types import KEY\n")

    shown.run("site")

    after = pages(shown)["modules/memory/fold.html"]
    assert b"__init__.py:1" in before
    assert b"__init__.py:2" in after


def test_a_removed_module_loses_its_page(shown: Workspace) -> None:
    shown.delete("src/memory/recall")

    shown.run("site")

    assert "modules/memory/recall.html" not in pages(shown)


def test_equal_inputs_give_equal_bytes(shown: Workspace, tmp_path: Path) -> None:
    twin = shown.twin(tmp_path / "elsewhere" / shown.root.name)
    twin.run("site")

    assert pages(twin) == pages(shown)


def test_clean_removes_all_of_it(shown: Workspace) -> None:
    shown.run("clean", "site")

    assert not shown.path("build/site").exists()


def test_damage_to_what_was_published_is_told_not_shown(shown: Workspace) -> None:
    shown.write("build/generations/current.json", b"{")

    run = shown.run("site")

    assert run.exit != 0
    assert "error" in run.err.casefold() or "failed" in run.err.casefold()

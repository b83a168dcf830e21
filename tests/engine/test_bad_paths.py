"""Paths that may not be: each is rejected with a finding, and the rest of the run goes on (SPEC section 2)."""

import os
import sys

import pytest
from support import Workspace

LINUX = sys.platform.startswith("linux")


def rejected(ws: Workspace) -> list[tuple[str, str]]:
    return [(finding["code"], finding["path"]) for finding in ws.gate("paths")["findings"]]


@pytest.mark.parametrize(
    ("module", "code", "shown"),
    [
        ("core/Upper", "AG102", "src/core/Upper"),
        ("core/ünÏcode", "AG102", "src/core/ünÏcode"),
        ("core/ǅ", "AG102", "src/core/ǅ"),
        ("core/cafe\u0301", "AG105", "src/core/cafe\u0301"),
        ("core/back\\slash", "AG103", "src/core/back\\slash"),
        ("core/new\nline", "AG103", "src/core/new\nline"),
        ("core/esc\x1b[31m", "AG103", "src/core/esc\x1b[31m"),
        ("core/\u202eright", "AG103", "src/core/\u202eright"),
        ("core/ space", "AG104", "src/core/ space"),
        ("core/space ", "AG104", "src/core/space "),
        ("core/a=b", "AG111", "src/core/a=b"),
        ("core/star*", "AG111", "src/core/star*"),
        ("core/module.manifest.json", "AG111", "src/core/module.manifest.json"),
    ],
)
def test_a_path_that_breaks_a_guard_is_rejected_and_the_others_are_built(
    built: Workspace, module: str, code: str, shown: str
) -> None:
    built.package(module, "import os\n")

    run = built.run("validate")

    assert (run.exit, rejected(built)) == (1, [(code, shown)])
    assert "1 rejected" in run.err
    assert built.manifests() == ["core/types", "memory/fold", "memory/recall"]
    assert "\x1b" not in run.out + run.err
    assert built.run().exit == 0


@pytest.mark.skipif(not LINUX, reason="the file system decides")
def test_a_name_that_is_not_utf_8_is_rejected_and_shown_escaped(built: Workspace) -> None:
    folder = os.fsencode(built.path("src/core")) + b"/bad\xff"
    os.mkdir(folder)
    with open(folder + b"/__init__.py", "wb") as file:
        file.write(b"import os\n")
    with open(os.fsencode(built.path("src/core/types")) + b"/odd\xfe.py", "wb") as file:
        file.write(b"import faiss\n")

    run = built.run("validate")
    done = built.doit("validate")

    assert (run.exit, done.returncode) == (1, 1)
    assert rejected(built) == [("AG110", "src/core/bad\\udcff")]
    assert built.manifest("core/types")["dependencies"]["external"] == ["faiss"]


@pytest.mark.skipif(not LINUX, reason="the file system decides")
def test_ids_that_differ_only_in_case_are_both_rejected(built: Workspace) -> None:
    built.package("core/stra\u00dfe")
    built.package("core/strasse")

    assert built.run("validate").exit == 1
    assert [code for code, _ in rejected(built)] == ["AG107", "AG107"]
    assert "core/strasse" not in built.manifests()


def test_a_package_at_the_source_root_has_no_id(built: Workspace) -> None:
    built.write("src/__init__.py", "")

    assert built.run("validate").exit == 1
    assert rejected(built) == [("AG109", "src/__init__.py")]


def test_a_legacy_prefix_is_rejected_in_whole_segments(built: Workspace) -> None:
    built.settings('legacy_prefixes = ["core/old"]')
    built.package("core/old/thing")
    built.package("core/older")

    assert built.run("validate").exit == 1
    assert rejected(built) == [("AG106", "src/core/old/thing")]
    assert "core/older" in built.manifests()


def test_links_that_leave_the_source_root_are_rejected(built: Workspace) -> None:
    outside = built.root.parent / "outside"
    outside.mkdir()
    (outside / "__init__.py").write_text("import faiss\n")
    built.path("src/core/linked").symlink_to(outside)
    built.package("core/with_link", "import os\n")
    built.path("src/core/with_link/escape.py").symlink_to(outside / "__init__.py")

    assert built.run("validate").exit == 1
    assert rejected(built) == [("AG108", "src/core/linked"), ("AG108", "src/core/with_link/escape.py")]
    assert built.manifests() == ["core/types", "memory/fold", "memory/recall"]


def test_a_link_within_the_source_root_is_followed_once(built: Workspace) -> None:
    built.path("src/core/alias").symlink_to(built.path("src/core/types"))
    built.path("src/core/loop").symlink_to(built.path("src"))

    assert built.run("validate").exit == 0
    assert built.manifests() == ["core/types", "memory/fold", "memory/recall"]


@pytest.mark.parametrize("folder", ["build", "dist", "node_modules", ".venv", ".hidden", "quarantine"])
def test_what_is_excluded_by_name_is_left_out_at_any_depth_by_whole_segment(built: Workspace, folder: str) -> None:
    built.package(f"core/{folder}/inner")
    built.package(f"core/{folder.strip('.')}ributed")

    assert built.run("validate").exit == 0
    assert built.manifests() == sorted(
        ["core/types", f"core/{folder.strip('.')}ributed", "memory/fold", "memory/recall"]
    )


def test_a_rejected_module_that_is_mended_is_built(built: Workspace) -> None:
    built.package("core/Upper", "import os\n")
    assert built.run("validate").exit == 1
    built.rename("src/core/Upper", "src/core/upper")

    run = built.run("validate")

    assert (run.exit, run.written) == (0, ["core/upper"])


def test_a_package_named_like_the_defaults_of_its_folder_cannot_have_both(built: Workspace) -> None:
    built.package("core/_defaults", "import os\n")
    built.author("core/_defaults", "owner: '@core'\n")

    assert built.run("validate").exit == 1
    assert [path for _, path in rejected(built)] == ["src/core/_defaults"]


@pytest.mark.parametrize("name", ["a" * 200, "ふくろう", "_", "1st", "kebab-case", "with.dot", "a b", "класс"])
def test_unusual_names_that_break_no_guard_are_built(built: Workspace, name: str) -> None:
    built.package(f"core/{name}", "import os\n")

    assert built.run("validate").exit == 0
    assert f"core/{name}" in built.manifests()
    assert built.doit("info", "--json", f"core/{name}").returncode == 0


def test_a_tree_too_deep_for_a_path_is_told_or_built_but_never_a_traceback(built: Workspace) -> None:
    before = os.getcwd()
    os.chdir(built.path("src/core"))
    try:
        for _ in range(30):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
        with open("__init__.py", "w") as file:
            file.write("import os\n")
    finally:
        os.chdir(before)

    run = built.run("validate")

    assert run.exit in {0, 1}
    assert built.manifests()[:3] == ["core/types", "memory/fold", "memory/recall"]

"""Names and links that break a path guard: one finding each with the way out, and everybody else is built."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Workspace
from told import GOOD, validate

from astrograph.store.trees import remove_tree

REJECTED = {
    "core/Upper": "AG102",
    "core/ÉCLAIR": "AG102",
    "core/ǅ": "AG102",
    "core/e\u0301t": "AG105",
    "core/a=b": "AG111",
    "core/a*b": "AG111",
    "core/a\nb": "AG103",
    "core/a\x1b[31mb": "AG103",
    "core/a\x9b31mb": "AG103",
    "core/a\\b": "AG103",
    "core/a\u202eb": "AG103",
    "core/a\u2028b": "AG103",
    "core/ before": "AG104",
    "core/after ": "AG104",
    "core/Upper/below": "AG102",
    "old/thing": "AG106",
    "old": "AG106",
    "v1-thing/below": "AG106",
    "module.manifest.json": "AG111",
    "n" * 201: "AG117",
    "core/" + "n" * 251: "AG117",
    "core/" + "é" * 126: "AG117",
    "core/" + "/".join(["n" * 99] * 5): "AG117",
}

ACCEPTED = [
    "distributed/thing",
    "core/distribution",
    "core/rebuild",
    "older/thing",
    "core/a b",
    "core/a:b",
    "core/a?b",
    "core/a[b]",
    "core/con",
    "core/%2e%2e",
    "core/-x",
    "core/été",
    "core/守护",
    "n" * 200,
    "core/" + "n" * 250,
    "core/" + "é" * 125,
    "core/" + "/".join(["n" * 98] * 5),
]


@pytest.fixture
def good(ws: Workspace) -> Iterator[Workspace]:
    ws.package(GOOD, "X = 1\n")
    ws.settings('legacy_prefixes = ["old", "v1-"]')
    yield ws
    remove_tree(str(ws.root))  # some of it lies too deep for pytest to remove


def test_every_path_guard_rejects_with_its_code_and_the_rest_is_built(good: Workspace) -> None:
    for module in REJECTED:
        good.package(module, "X = 1\n")

    verdicts = validate(good)

    assert (verdicts.exit, verdicts.verdict("paths")) == (1, "fail")
    assert verdicts.places("paths") == sorted((code, f"src/{module}", 0) for module, code in REJECTED.items())
    assert verdicts.gates["paths"]["compared"] == len(REJECTED) + 1
    assert good.manifests() == [GOOD]
    assert f"{len(REJECTED)} rejected (doit validate says why)" in good.run().out


def test_an_odd_name_that_breaks_no_guard_is_a_module(good: Workspace) -> None:
    for module in ACCEPTED:
        good.package(module, "import core.good\n")

    verdicts = validate(good)

    assert (verdicts.exit, verdicts.places("paths")) == (0, [])
    assert good.manifests() == sorted([GOOD, *ACCEPTED])
    assert {module: good.manifest(module)["module"]["path"] for module in ACCEPTED} == {each: each for each in ACCEPTED}
    assert good.run().tasks == ()


@pytest.mark.parametrize("exclude", ["", 'exclude = ["**/generated/"]'], ids=["built-in", "with patterns"])
def test_names_that_are_not_utf_8_are_shown_escaped(good: Workspace, exclude: str) -> None:
    good.settings(exclude)
    inside = os.fsencode(good.path("src/core"))
    os.mkdir(inside + b"/b\xffd")
    for name in (b"/b\xffd/__init__.py", b"/good/test_\xfe.py"):
        with open(inside + name, "wb") as file:
            file.write(b"def f(:\n")

    verdicts = validate(good)

    idle = [("AG114", "pyproject.toml", 2)] if exclude else []
    assert verdicts.places("paths") == [("AG110", "src/core/b\\udcffd", 0), *idle]
    assert verdicts.places("source") == [("AG701", "src/core/good/test_\\udcfe.py", 1)]
    assert good.manifest(GOOD)["testing"]["test_paths"] == ["test_\\udcfe.py"]


def test_a_package_at_the_source_root_is_rejected_and_those_below_it_are_not(good: Workspace) -> None:
    good.write("src/__init__.py", "X = 1\n")

    verdicts = validate(good)

    assert (verdicts.exit, verdicts.places("paths")) == (1, [("AG109", "src/__init__.py", 0)])
    assert good.manifests() == [GOOD]


def test_ids_that_collide_after_case_folding_are_both_rejected(good: Workspace) -> None:
    good.package("core/straße", "X = 1\n")
    good.package("core/strasse", "X = 1\n")

    verdicts = validate(good)

    assert verdicts.places("paths") == [("AG107", "src/core/strasse", 0), ("AG107", "src/core/straße", 0)]
    assert good.manifests() == [GOOD]


def test_an_upper_case_twin_is_rejected_and_leaves_the_other_one_alone(good: Workspace) -> None:
    good.package("core/GOOD", "X = 1\n")

    assert validate(good).places("paths") == [("AG102", "src/core/GOOD", 0)]
    assert good.manifests() == [GOOD]


def test_one_id_under_two_source_roots_is_rejected_once_and_names_the_other_place(good: Workspace) -> None:
    good.write("lib/core/good/__init__.py", "Y = 1\n")
    good.write("lib/core/more/__init__.py", "Y = 1\n")
    text = good.path("pyproject.toml").read_text()
    good.write("pyproject.toml", text.replace('source_roots = ["src"]', 'source_roots = ["src", "lib"]'))

    verdicts = validate(good)

    assert verdicts.places("paths") == [("AG113", "lib/core/good", 0)]
    assert "src/core/good" in verdicts.one("AG113")["message"]
    assert good.manifests() == [GOOD, "core/more"]
    assert good.manifest(GOOD)["exports"]["constants"] == ["X"]


def test_links_that_leave_the_source_root_are_rejected_and_not_read(good: Workspace) -> None:
    good.write("outside/__init__.py", "SECRET = 1\n")
    good.path("src/core/escape").symlink_to(good.path("outside"))
    good.package("core/leak", "X = 1\n")
    good.path("src/core/leak/leak.py").symlink_to("../../../outside/__init__.py")

    run = good.run("validate")
    verdicts = validate(good)

    assert run.sources_read("outside/") == []
    assert verdicts.exit == 1
    assert verdicts.places("paths") == [("AG108", "src/core/escape", 0), ("AG108", "src/core/leak/leak.py", 0)]
    assert good.manifests() == [GOOD]


def test_links_inside_the_source_root_are_followed_for_files_and_listed_for_folders(good: Workspace) -> None:
    good.package("core/near", "Y = 1\n")
    good.path("src/core/near/same.py").symlink_to("../good/__init__.py")
    good.path("src/core/again").symlink_to("good")
    good.path("src/core/near/loop").symlink_to("..")
    good.path("src/core/nowhere").symlink_to("gone")

    verdicts = validate(good)

    assert verdicts.exit == 0
    assert good.manifests() == [GOOD, "core/near"]
    assert good.manifest("core/near")["exports"]["constants"] == ["X", "Y"]
    assert [item["path"] for item in verdicts.gates["coverage"]["notes"]["excluded"]] == ["src/core/again"]


def test_hidden_generated_and_excluded_folders_are_listed_with_their_reason(good: Workspace) -> None:
    good.settings('exclude = ["**/generated/", "!core/dist/", "/src/vendored"]')
    left_out = {
        ".hidden": "hidden folder",
        "core/.git": "built-in pattern .git/",
        "core/build": "built-in pattern build/",
        "core/generated": "exclude pattern **/generated/",
        "core/quarantine": "built-in pattern quarantine/",
        "dist": "built-in pattern dist/",
        "node_modules": "built-in pattern node_modules/",
        "vendored": "exclude pattern /src/vendored",
    }
    for folder in left_out:
        good.package(f"{folder}/thing", "X = 1\n")
    good.package("core/distributed/thing", "X = 1\n")

    verdicts = validate(good)

    excluded = verdicts.gates["coverage"]["notes"]["excluded"]
    assert {item["path"].removeprefix("src/"): item["reason"] for item in excluded} == left_out
    assert verdicts.exit == 0
    assert good.manifests() == ["core/distributed/thing", GOOD]


def test_a_rejected_module_loses_its_manifest_and_gets_it_back_under_a_good_name(good: Workspace) -> None:
    good.package("core/thing", "X = 1\n")
    good.run("validate")
    good.rename("src/core/thing", "src/core/Thing")

    assert (validate(good).exit, good.manifests()) == (1, [GOOD])
    good.rename("src/core/Thing", "src/core/thing")

    assert (validate(good).exit, good.manifests()) == (0, [GOOD, "core/thing"])


def test_folders_too_deep_to_be_walked_are_one_finding_each_and_the_rest_is_built(good: Workspace) -> None:
    for top in ("src/core/deep", "manifests_src/deep", "contracts/deep", "build/manifests/deep"):
        nest(good.path(top), folders=1_100)

    verdicts = validate(good)

    assert [code for code, path, _ in verdicts.places("paths") if path.startswith("src/core/deep")] == ["AG118"]
    assert [code for code, path, _ in verdicts.places("authored") if path.startswith("manifests_src")] == ["AG216"]
    assert [code for code, path, _ in verdicts.places("contracts") if path.startswith("contracts")] == ["AG307"]
    assert verdicts.places("paths")[1:] == []
    assert good.run().exit == 0
    assert not good.path("build/manifests/deep").exists()
    assert good.path(f"build/manifests/{GOOD}/module.manifest.json").is_file()


def test_packages_nested_too_deeply_are_one_finding_and_those_above_are_built(good: Workspace) -> None:
    nest(good.path("src/core/deep"), folders=600, file="__init__.py")

    verdicts = validate(good)

    (place,) = verdicts.places("paths")
    assert (place[0], len(place[1]) - len("src/")) == ("AG117", 501)
    assert good.path(f"build/manifests/core/deep{'/d' * 245}/module.manifest.json").is_file()


def nest(top: Path, *, folders: int, file: str = "") -> None:
    """Make folders inside one another, where no path may lead, each with an empty file if one is named."""
    top.mkdir(parents=True)
    here = os.open(top, os.O_RDONLY)
    for _ in range(folders):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
        if file:
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)

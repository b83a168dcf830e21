"""Source that is no good: the module has its manifest with all that could be read, and a warning with the place."""

import os
import sys

import pytest
from support import Workspace
from told import GOOD, unreadable, validate

ODD = "core/odd"
INIT = "src/core/odd/__init__.py"
MEGABYTE = 1024 * 1024

BAD_BYTES = {
    "does not parse": (b"import core.good\ndef f(:\n    pass\n", [("AG701", INIT, 2)]),
    "an open bracket": (b"import core.good\nx = [1,\n", [("AG701", INIT, 2), ("AG705", INIT, 2)]),
    "null bytes": (b"import core.good\nx = '\0'\n", [("AG702", INIT, 2)]),
    "not UTF-8": (b"import core.good\n# caf\xe9\n", [("AG703", INIT, 2)]),
    "UTF-16": ("import core.good\n".encode("utf-16"), [("AG703", INIT, 1)]),
    "unknown encoding": (b"# coding: klingon\nimport core.good\n", [("AG703", INIT, 1)]),
    "a line of 30 KB": (b"import core.good; X = '" + b"x" * 30_000 + b"'\n", []),
    "a list of 30 KB on a line": (b"import core.good\nX = [" + b"1," * 15_000 + b"]\n", []),
    "a merge conflict": (b"import core.good\n<<<<<<< HEAD\nX = 1\n=======\n", [("AG701", INIT, 2)]),
    "lone carriage returns": (b"import core.good\rX = 1\r", []),
}


@pytest.fixture
def good(ws: Workspace) -> Workspace:
    ws.package(GOOD, "X = 1\n")
    return ws


@pytest.mark.parametrize("name", BAD_BYTES)
def test_odd_bytes_are_a_warning_with_a_line_and_what_can_be_read_counts(good: Workspace, name: str) -> None:
    data, expected = BAD_BYTES[name]
    good.package(ODD, data)

    verdicts = validate(good)

    assert verdicts.exit == 0
    assert verdicts.places("source") == expected
    assert verdicts.verdict("source") == ("warn" if expected else "pass")
    assert good.manifests() == [GOOD, ODD]
    assert good.manifest(ODD)["dependencies"]["internal"] == [GOOD]


def test_a_binary_file_is_a_warning_and_has_a_manifest(good: Workspace) -> None:
    good.package(ODD, bytes(range(256)) * 64)

    verdicts = validate(good)

    assert verdicts.exit == 0
    assert {code for code, path, _ in verdicts.places("source") if path == INIT} == {"AG701", "AG702", "AG703"}
    assert good.manifests() == [GOOD, ODD]


def test_a_file_of_10_megabytes_is_counted_and_not_parsed(good: Workspace) -> None:
    good.package(ODD, b"X = 1\n" * (10 * MEGABYTE // 6), small="import core.good\n")

    verdicts = validate(good)

    assert verdicts.places("source") == [("AG704", INIT, 1)]
    assert verdicts.gates["source"]["compared"] == 3
    assert good.manifest(ODD)["exports"]["constants"] == []
    assert good.manifest(ODD)["dependencies"]["internal"] == [GOOD]


def test_bad_files_do_not_hide_the_good_ones_beside_them(good: Workspace) -> None:
    good.package(ODD, "= 1\n", binary=b"\0\xff\xfe", fine='"""Fine."""\nimport core.good\n\n\ndef work(): ...\n')

    assert validate(good).exit == 0
    assert good.manifest(ODD)["dependencies"]["internal"] == [GOOD]
    assert good.manifest(ODD)["exports"]["functions"] == [{"async": False, "name": "work"}]


def test_a_mended_file_takes_its_warning_away_and_no_other_is_parsed(good: Workspace) -> None:
    good.package(ODD, "def f(:\n", other="X = 1\n")
    assert validate(good).places("source") == [("AG701", INIT, 1)]
    good.settle()
    good.package(ODD, "def f():\n    pass\n")

    run = good.run("validate")

    assert (run.exit, run.written, run.parsed) == (0, [], 1)
    assert good.codes("source") == []


def test_source_is_never_executed(good: Workspace) -> None:
    good.package(ODD, f"open({str(good.path('ran'))!r}, 'w').close()\nraise SystemExit(7)\n", conftest="1 / 0\n")

    assert validate(good).exit == 0
    assert not good.path("ran").exists()
    assert [name for name in sys.modules if name.startswith("core.")] == []


def test_a_file_that_may_not_be_read_is_a_warning_until_it_may(good: Workspace) -> None:
    good.package(ODD, "import core.good\n", secret="X = 1\n")

    with unreadable(good.path("src/core/odd/secret.py")):
        verdicts = validate(good)

    assert verdicts.places("source") == [("AG706", "src/core/odd/secret.py", 0)]
    assert "Permission denied" in verdicts.one("AG706")["message"]
    assert good.manifest(ODD)["dependencies"]["internal"] == [GOOD]
    assert good.run("validate").written == [ODD]
    assert good.manifest(ODD)["exports"]["constants"] == ["X"]


def test_a_folder_that_may_not_be_read_fails_the_paths_gate_and_the_rest_goes_on(good: Workspace) -> None:
    good.package("core/locked/inner", "X = 1\n")

    with unreadable(good.path("src/core/locked")):
        verdicts = validate(good)

    assert (verdicts.exit, verdicts.verdict("paths")) == (1, "fail")
    assert verdicts.places("paths") == [("AG112", "src/core/locked", 0)]
    assert good.manifests() == [GOOD]
    assert good.run("validate").exit == 0
    assert good.manifests() == [GOOD, "core/locked/inner"]


@pytest.mark.parametrize("target", ["nowhere.py", "odd.py"], ids=["dangling", "to itself"])
def test_a_link_to_nowhere_is_a_warning(good: Workspace, target: str) -> None:
    good.package(ODD, "import core.good\n")
    good.path("src/core/odd/odd.py").symlink_to(target)

    verdicts = validate(good)

    assert verdicts.places("source") == [("AG706", "src/core/odd/odd.py", 0)]
    assert good.manifest(ODD)["dependencies"]["internal"] == [GOOD]
    assert good.run().tasks == ()


def test_pipes_are_neither_source_nor_waited_for(good: Workspace) -> None:
    good.package(ODD, "import core.good\n")
    os.mkfifo(good.path("src/core/odd/pipe.py"))
    good.path("src/core/odd/link.py").symlink_to("pipe.py")
    good.path("src/core/no_package").mkdir()
    os.mkfifo(good.path("src/core/no_package/__init__.py"))

    verdicts = validate(good)

    assert verdicts.exit == 0
    assert verdicts.gates["source"]["compared"] == 2
    assert good.manifests() == [GOOD, ODD]


def test_a_folder_named_like_a_file_is_a_folder(good: Workspace) -> None:
    good.package("core/odd", "")
    good.package("core/odd/x.py", "import core.good\n")
    good.path("src/core/no_package/__init__.py").mkdir(parents=True)

    assert validate(good).exit == 0
    assert good.manifests() == [GOOD, "core/odd", "core/odd/x.py"]
    assert good.manifest("core/odd/x.py")["dependencies"]["internal"] == [GOOD]

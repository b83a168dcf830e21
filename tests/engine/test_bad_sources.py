"""Sources of every kind: each module gets a manifest, each problem a finding, nothing is lost (SPEC section 6)."""

import os

import pytest
from support import Workspace

MEGABYTES_10 = b"# " + b"x" * 78 + b"\n"


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        pytest.param(b"def broken(:\n", ["AG701"], id="does not parse"),
        pytest.param(b"import os\nx = (1,\n", ["AG705"], id="an unclosed bracket"),
        pytest.param(b"import os\0\n", ["AG702"], id="a null byte"),
        pytest.param(bytes(range(256)) * 8, ["AG702"], id="binary"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(1000), ["AG702"], id="an executable"),
        pytest.param("import os\n".encode("utf-16"), ["AG703"], id="UTF-16"),
        pytest.param(b"# \xe9t\xe9\nimport os\n", ["AG703"], id="Latin-1 that does not say so"),
        pytest.param(b"# -*- coding: nonsense -*-\nimport os\n", ["AG703"], id="an encoding nobody knows"),
        pytest.param(b"# -*- coding: latin-1 -*-\nname = '\xe9'\n", [], id="Latin-1 that says so"),
        pytest.param(b"\xef\xbb\xbfimport faiss\n", [], id="a byte order mark"),
        pytest.param(b"import os\rimport faiss\r", [], id="lone carriage returns"),
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"import faiss; " + b"x = '" + b"y" * 30_000 + b"'\n", [], id="a line of 30 KB"),
        pytest.param(b"x = " + b"(" * 5_000 + b"1" + b")" * 5_000 + b"\n", [], id="5,000 brackets deep"),
        pytest.param(b"x = " + b"9" * 5_000 + b"\n", [], id="an integer of 5,000 digits"),
        pytest.param(b"x = " + b"-" * 20_000 + b"1\n", [], id="20,000 signs"),
        pytest.param("def ﬁne():\n    pass\n".encode(), [], id="a name that is not NFKC"),
        pytest.param(b"type Pair[T] = tuple[T, T]\nmatch x:\n    case 1: pass\n", [], id="newer syntax"),
    ],
)
def test_a_source_of_any_kind_gives_a_manifest_and_says_what_is_wrong(
    built: Workspace, source: bytes, codes: list[str]
) -> None:
    built.package("core/odd", source)

    run = built.run("validate")

    assert (run.exit, run.ran("manifest")) == (0, ["core/odd"])
    assert built.manifest("core/odd")["module"]["path"] == "core/odd"
    found = [finding for finding in built.gate("source")["findings"] if finding["module"] == "core/odd"]
    assert set(codes) <= {finding["code"] for finding in found}
    assert bool(found) is bool(codes)
    assert {finding["path"] for finding in found} <= {"src/core/odd/__init__.py"}
    assert built.manifests() == ["core/odd", "core/types", "memory/fold", "memory/recall"]
    assert built.run("validate").tasks == ()


def test_ten_megabytes_are_told_as_too_large_and_the_rest_of_the_package_counts(built: Workspace) -> None:
    built.package("core/odd", "import faiss\n", huge=MEGABYTES_10 * (10 * 2**20 // len(MEGABYTES_10)))

    assert built.run("validate").exit == 0
    assert built.codes("source") == ["AG704"]
    assert built.manifest("core/odd")["dependencies"]["external"] == ["faiss"]


def test_code_is_never_executed_or_imported(built: Workspace) -> None:
    marker = built.path("executed")
    built.package(
        "core/odd", f"open({str(marker)!r}, 'w')\nraise SystemExit(7)\n", conftest=f"open({str(marker)!r}, 'w')\n"
    )

    done = built.doit("validate")

    assert (done.returncode, marker.exists()) == (0, False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_regular_file_is_left_out_without_waiting(built: Workspace) -> None:
    built.package("core/odd", "import faiss\n")
    os.mkfifo(built.path("src/core/odd/pipe.py"))
    built.path("src/core/odd/folder.py").mkdir()
    built.path("src/core/odd/broken_link.py").symlink_to("nowhere.py")

    run = built.run("validate")

    assert (run.exit, run.written) == (0, ["core/odd"])
    assert built.codes("source") == ["AG706"], "the link that leads nowhere"


def test_an_edit_beside_a_file_that_cannot_be_read_parses_what_was_edited(built: Workspace) -> None:
    built.package("core/odd", "import faiss\n")
    built.path("src/core/odd/aa.py").symlink_to("nowhere.py")
    built.run()
    built.package("core/odd", "import torch\n")

    run = built.run("validate")

    assert (run.exit, run.written, run.parsed) == (0, ["core/odd"], 1)
    assert built.manifest("core/odd")["dependencies"]["external"] == ["torch"]
    assert built.codes("source") == ["AG706"]


def test_a_file_that_cannot_be_read_for_another_reason_is_told_with_the_new_one(built: Workspace) -> None:
    built.package("core/odd", "import faiss\n")
    link = built.path("src/core/odd/aa.py")
    link.symlink_to("nowhere.py")
    built.run("validate")
    before = [finding["message"] for finding in built.gate("source")["findings"]]
    link.unlink()
    link.symlink_to("aa.py")

    built.run("validate")

    after = [finding["message"] for finding in built.gate("source")["findings"]]
    assert before == ["the file cannot be read: No such file or directory"]
    assert after == ["the file cannot be read: Too many levels of symbolic links"]
    assert built.run("validate").tasks == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(built: Workspace) -> None:
    built.package("core/odd", "import faiss\n", secret="import os\n")
    built.path("src/core/odd/secret.py").chmod(0)

    assert built.run("validate").exit == 0
    assert built.codes("source") == ["AG706"]


def test_a_file_that_vanishes_between_the_scan_and_the_read_is_told_and_seen_next_time(built: Workspace) -> None:
    built.package("core/odd", "import faiss\n")
    built.package("memory/zlast", "import os\n", gone="import os\n")

    run = built.run_while(lambda: built.delete("src/memory/zlast/gone.py"), "validate")

    assert run.exit == 0
    assert [finding["code"] for finding in built.gate("source")["findings"]] == ["AG706"]
    assert built.run("validate").ran("manifest") == ["memory/zlast"]
    assert built.gate("source")["findings"] == []


def test_many_problems_in_one_package_keep_the_others_clean(built: Workspace) -> None:
    built.package("core/odd", b"def broken(:\n", one=b"\0", two=b"\xff\xfe", three="import faiss\n")

    assert built.run("validate").exit == 0
    assert {finding["module"] for finding in built.gate("source")["findings"]} == {"core/odd"}
    assert built.manifest("core/odd")["dependencies"]["external"] == ["faiss"]

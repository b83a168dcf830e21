"""No module and no manifest at a path that breaks a guard."""

from __future__ import annotations

import pytest

from astrograph.gates.paths import paths_gate
from astrograph.model.codes import finding
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Inventory, Package

NAME = "module.manifest.json"


def inventory(*modules: str, rejected: int = 0) -> Inventory:
    packages = {ModuleId(m): Package(ModuleId(m), f"fleet/{m}", ("__init__.py",), (), None) for m in modules}
    findings = tuple(finding("AG102", "upper case", path=f"fleet/A{n}") for n in range(rejected))
    return Inventory(packages=packages, rejected=findings)


def run(*paths: str, legacy: tuple[str, ...] = ()) -> GateResult:
    return paths_gate(inventory("a", "b"), manifest_paths=paths, legacy_prefixes=legacy)


def test_sound_paths_pass():
    result = run(f"memory/fold/{NAME}", f"memory_2/été/x-y/{NAME}")
    assert (result.gate, result.verdict, result.compared, result.expected) == ("paths", Verdict.PASS, 2, 2)


def test_rejected_paths_fail_and_count_among_the_compared():
    result = paths_gate(inventory("a", rejected=2), manifest_paths=())
    assert (result.verdict, result.compared, len(result.findings)) == (Verdict.FAIL, 3, 2)
    assert dict(result.notes) == {"manifests": 0, "rejected": 2}


def test_two_findings_of_one_path_are_one_path():
    double = (finding("AG102", "x", path="fleet/A"), finding("AG106", "y", path="fleet/A"))
    result = paths_gate(Inventory(rejected=double), manifest_paths=())
    assert (result.compared, len(result.findings)) == (1, 2)


def test_an_inventory_of_nothing_fails():
    result = paths_gate(Inventory(), manifest_paths=())
    assert (result.verdict, result.reason) == (Verdict.FAIL, "compared 0 of 0")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"a//{NAME}", "AG101"),
        (f"/a/{NAME}", "AG101"),
        (f"a/../{NAME}", "AG101"),
        (f"./a/{NAME}", "AG101"),
        ("", "AG101"),
        (f"a /{NAME}", "AG104"),
        (f"a/\u00a0b/{NAME}", "AG104"),
        (f"a\\b/{NAME}", "AG103"),
        (f"a\nb/{NAME}", "AG103"),
        (f"a\u202eb/{NAME}", "AG103"),
        (f"Memory/{NAME}", "AG102"),
        (f"\u00c9t\u00e9/{NAME}", "AG102"),
        (f"\u01c5/{NAME}", "AG102"),
        (f"e\u0301/{NAME}", "AG105"),
        (f"a\udcff/{NAME}", "AG110"),
        (f"a=b/{NAME}", "AG111"),
        (f"old/x/{NAME}", "AG106"),
    ],
)
def test_each_broken_guard_has_its_code(path: str, code: str):
    result = run(path, legacy=("old",))
    assert (result.verdict, [item.code for item in result.findings]) == (Verdict.FAIL, [code])


def test_the_message_names_what_is_wrong():
    (problem,) = run(f"Memory/{NAME}").findings
    assert (problem.path, problem.message, problem.fix) == (
        f"Memory/{NAME}",
        "manifest path has a segment that has an upper-case letter",
        "rename the package folder, then run `doit`",
    )


@pytest.mark.parametrize(
    ("path", "legacy", "verdict"),
    [
        ("older/x", "old", Verdict.PASS),
        ("old", "old", Verdict.FAIL),
        ("old/x", "old/", Verdict.FAIL),
        ("old_x", "old_", Verdict.FAIL),
        ("new/old/x", "old", Verdict.PASS),
        ("new", "", Verdict.PASS),
    ],
)
def test_a_legacy_prefix_ends_where_a_segment_ends(path: str, legacy: str, verdict: Verdict):
    assert run(f"{path}/{NAME}", legacy=(legacy,)).verdict is verdict


def test_paths_that_differ_only_in_case_fail():
    result = run(f"stra\u00dfe/{NAME}", f"strasse/{NAME}")
    assert [(item.code, item.message) for item in result.findings] == [
        ("AG107", f"manifest path differs from stra\u00dfe/{NAME} only in case")
    ]


def test_the_folder_of_manifests_is_no_concern_of_the_guards():
    paths = (f"Build/manifests/a/{NAME}",)
    result = paths_gate(inventory("a"), manifest_paths=paths, folder="Build/manifests")
    assert result.verdict is Verdict.PASS


def test_a_manifest_outside_of_the_folder_fails():
    paths = (f"Build/manifests2/a/{NAME}",)
    (problem,) = paths_gate(inventory("a"), manifest_paths=paths, folder="Build/manifests").findings
    assert (problem.code, problem.message) == ("AG101", "manifest path lies outside of Build/manifests")


def test_bytes_that_are_no_text_are_shown_escaped():
    (problem,) = run(f"a\udcff/{NAME}").findings
    assert problem.path == f"a\\udcff/{NAME}"

"""The gates over the ledger: authored facts, source, coverage; and the list of gates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.ledger import bare_line

from astrograph.gates.authored import authored_gate, source_gate
from astrograph.gates.coverage import OWNERLESS_SHOWN, coverage_gate
from astrograph.gates.registry import Gate
from astrograph.model.codes import CODES, finding
from astrograph.model.digests import Sha256
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ids import ModuleId
from astrograph.model.inventory import Excluded, Inventory, Package
from astrograph.model.ledger import LedgerLine


def line(
    module: str, *findings: Finding, owner: str | None = "@team", files: int = 2, built: bool = True
) -> LedgerLine:
    made = bare_line(module, owner=owner, files=files, findings=findings)
    return made if built else replace(made, manifest=Sha256(""))


def inventory(*modules: str, rejected: tuple[Finding, ...] = (), excluded: tuple[Excluded, ...] = ()) -> Inventory:
    packages = {ModuleId(m): Package(ModuleId(m), f"fleet/{m}", ("__init__.py",), (), None) for m in modules}
    return Inventory(packages, rejected, excluded)


UNPARSED = finding("AG701", "odd syntax", path="fleet/a/x.py", line=3, column=1, module="a")
UNKNOWN = finding("AG204", "unknown field `ownr`", path="manifests_src/a.yaml", line=1, column=1, module="a")
DANGLING = finding("AG208", "no such module", path="manifests_src/gone.yaml", module="gone")
STRAY = finding("AG215", "stray file", path="manifests_src/notes.txt")


# ── the list ──────────────────────────────────────────────────────────────────


def test_the_gates_stand_in_report_order():
    assert list(Gate) == [
        "pins",
        "canon",
        "rules",
        "paths",
        "schema",
        "roundtrip",
        "authored",
        "source",
        "contracts",
        "parity",
        "ceiling_run",
        "ceiling_star",
        "ceiling_module",
        "supporting_floor",
        "coverage",
        "drift",
        "canary",
        "rollback",
        "ratchet",
        "audit",
    ]


# ── authored ──────────────────────────────────────────────────────────────────


def test_sound_authored_files_pass():
    result = authored_gate([line("a"), line("b")], (), files=3, modules=2)
    assert (result.gate, result.verdict, result.compared, result.expected) == ("authored", Verdict.PASS, 5, 5)
    assert dict(result.notes) == {"files": 3, "modules": 2}


def test_modules_without_any_authored_file_pass():
    assert authored_gate([line("a")], (), files=0, modules=1).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("of_module", "of_tree", "verdict"),
    [
        ((UNKNOWN,), (), Verdict.FAIL),
        ((), (DANGLING,), Verdict.FAIL),
        ((), (STRAY,), Verdict.WARN),
        ((UNPARSED,), (), Verdict.PASS),
    ],
)
def test_findings_of_authored_files_decide(
    of_module: tuple[Finding, ...], of_tree: tuple[Finding, ...], verdict: Verdict
):
    result = authored_gate([line("a", *of_module)], of_tree, files=1, modules=1)
    expected = tuple(item for item in (*of_module, *of_tree) if item is not UNPARSED)
    assert (result.verdict, result.findings) == (verdict, expected)


def test_what_a_shared_file_made_many_modules_say_is_said_once():
    def shared(module: str) -> Finding:
        return finding(
            "AG205", "tier is not one of the four", path="manifests_src/_defaults.yaml", line=2, module=module
        )

    result = authored_gate([line(name, shared(name)) for name in "abc"], (shared("a"),), files=1, modules=3)
    assert [(item.line, item.module) for item in result.findings] == [(2, "")]


def test_no_finding_of_the_ledger_is_shown_by_no_gate():
    every = [finding(code, "x", path=f"p{code}") for code in CODES]
    lines = [line("a", *every)]
    shown = (*authored_gate(lines, (), files=1, modules=1).findings, *source_gate(lines, expected=2).findings)
    assert sorted(shown) == sorted(every)


@pytest.mark.parametrize("lines", [[], [line("a")], [line("a"), line("a")]])
def test_a_ledger_that_lacks_modules_fails_authored(lines: list[LedgerLine]):
    result = authored_gate(lines, (), files=4, modules=2)
    assert (result.verdict, result.compared < result.expected) == (Verdict.FAIL, True)


def test_no_files_and_no_modules_fail_authored():
    assert authored_gate([], (), files=0, modules=0).verdict is Verdict.FAIL


# ── source ────────────────────────────────────────────────────────────────────


def test_source_that_reads_well_passes():
    result = source_gate([line("a"), line("b", UNKNOWN)], expected=4)
    assert (result.gate, result.verdict, result.compared, result.expected) == ("source", Verdict.PASS, 4, 4)
    assert result.findings == ()


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("AG7")])
def test_source_findings_only_warn(code: str):
    problem = finding(code, "x", path="a.py", line=1)
    result = source_gate([line("a", problem)], expected=2)
    assert (result.verdict, result.findings) == (Verdict.WARN, (problem,))


@pytest.mark.parametrize(("lines", "expected"), [([], 2), ([line("a")], 3), ([], 0)])
def test_source_that_was_not_looked_at_fails(lines: list[LedgerLine], expected: int):
    assert source_gate(lines, expected=expected).verdict is Verdict.FAIL


# ── coverage ──────────────────────────────────────────────────────────────────


def coverage(
    lines: list[LedgerLine], found: Inventory, minimum: float = 0.99, orphans: tuple[str, ...] = ()
) -> GateResult:
    return coverage_gate(lines, found, minimum=minimum, placeholder_owners=("unassigned", "triage"), orphans=orphans)


def test_full_coverage_passes_and_says_so():
    result = coverage([line("a"), line("b")], inventory("a", "b"))
    assert (result.gate, result.verdict, result.compared, result.expected) == ("coverage", Verdict.PASS, 2, 2)
    assert (result.reason, result.findings) == ("2 of 2 covered, 0 with owner, tier and description", ())


def test_coverage_below_the_minimum_fails_and_names_who_is_missing():
    modules = [f"m{n}" for n in range(10)]
    result = coverage([line(name) for name in modules[:3]], inventory(*modules))
    assert result.verdict is Verdict.FAIL
    assert [(item.code, item.message, item.fix) for item in result.findings] == [
        (
            "AG218",
            "30.0 % of 10 modules are covered, the minimum is 99.0 %; not: m3, m4, m5, m6, m7 and 2 more",
            "run `doit` and mend the tasks that fail",
        )
    ]
    assert dict(result.notes)["uncovered"] == modules[3:]


@pytest.mark.parametrize(("covered", "verdict"), [(99, Verdict.PASS), (98, Verdict.FAIL)])
def test_exactly_the_minimum_is_enough(covered: int, verdict: Verdict):
    modules = [f"m{n:03}" for n in range(100)]
    assert coverage([line(name) for name in modules[:covered]], inventory(*modules)).verdict is verdict


@pytest.mark.parametrize("percent", range(1, 101))
def test_no_minimum_is_missed_by_rounding(percent: int):
    modules = [f"m{n:03}" for n in range(100)]
    lines = [line(name) for name in modules[:percent]]
    assert coverage(lines, inventory(*modules), percent / 100).verdict is Verdict.PASS


def test_a_ledger_line_without_a_manifest_does_not_cover():
    result = coverage([line("a"), line("b", built=False)], inventory("a", "b"))
    assert (result.verdict, dict(result.notes)["uncovered"]) == (Verdict.FAIL, ["b"])


def test_one_module_short_never_reads_as_everything():
    modules = [f"m{n:05}" for n in range(3_000)]
    result = coverage([line(name) for name in modules[1:]], inventory(*modules), 1.0)
    assert result.findings[0].message.startswith("99.9 % of 3,000 modules are covered, the minimum is 100.0 %")


def test_an_empty_ledger_compares_nothing_and_fails():
    result = coverage([], inventory("a"), minimum=0.0)
    assert (result.verdict, result.compared, result.reason) == (Verdict.FAIL, 0, "compared 0 of 1")


def test_an_empty_inventory_fails():
    assert coverage([], inventory()).verdict is Verdict.FAIL


def test_what_does_not_count_is_counted_and_listed_beside():
    found = inventory(
        "a",
        "b",
        "c",
        rejected=(finding("AG102", "upper", path="fleet/B"), finding("AG106", "legacy", path="fleet/B")),
        excluded=(Excluded("fleet/quarantine", "built-in"),),
    )
    lines = [line("a", owner=None), line("b", owner="@Triage "), line("c")]
    result = coverage(lines, found, orphans=("manifests_src/gone.yaml",))
    assert dict(result.notes) == {
        "covered": 3,
        "eligible": 3,
        "excluded": [{"path": "fleet/quarantine", "reason": "built-in"}],
        "minimum": 0.99,
        "orphaned": ["manifests_src/gone.yaml"],
        "orphaned_manifests": [],
        "placeholder_owned": ["b"],
        "real": {"modules": 0, "owner": 1, "tier": 0, "description": 0},
        "rejected": ["fleet/B"],
        "uncovered": [],
        "unowned": ["a"],
        "without_description": ["a", "b", "c"],
        "without_tier": ["a", "b", "c"],
    }
    assert result.reason == (
        "3 of 3 covered, 0 with owner, tier and description, 1 rejected, 1 excluded, 1 placeholder-owned, 1 unowned, "
        "1 orphaned"
    )
    assert (result.verdict, [item.message for item in result.findings]) == (
        Verdict.WARN,
        ["module a has no owner", "module b has only a placeholder for an owner"],
    )


def test_many_ownerless_modules_are_summed_up():
    modules = [f"m{n:04}" for n in range(1_400)]
    result = coverage([line(name, owner=None) for name in modules], inventory(*modules))
    assert len(result.findings) == OWNERLESS_SHOWN + 1
    assert [(item.path, item.message) for item in result.findings if not item.module] == [
        ("manifests_src", "and 1,380 more modules have no owner, or only a placeholder")
    ]
    assert len(dict(result.notes)["unowned"]) == 1_400


def test_as_many_ownerless_modules_as_are_shown_need_no_sum():
    modules = [f"m{n:04}" for n in range(OWNERLESS_SHOWN)]
    result = coverage([line(name, owner="triage") for name in modules], inventory(*modules))
    assert [item.module for item in result.findings] == modules


def test_a_line_for_a_module_that_is_not_there_does_not_count_and_fails():
    result = coverage([line("a"), line("ghost")], inventory("a", "b"), minimum=0.5)
    assert (result.verdict, dict(result.notes)["covered"]) == (Verdict.FAIL, 1)
    assert [(item.code, item.message) for item in result.findings] == [
        ("AG901", "the ledger has a line for ghost, which is not in the inventory")
    ]

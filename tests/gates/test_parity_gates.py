"""Owner, tier and contracts are kept, or changed where a person wrote so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.ledger import bare_line

from astrograph.gates.parity import parity_gate
from astrograph.model.digests import sha256
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import ChangeCause, ChangeKind, Changes, FieldChange, ModuleChange

POINTERS = {"owner": "/module/owner", "tier": "/module/tier", "contracts": "/contracts"}
NO_CHANGES = Changes((), (), 0)


def entry(module: str, **values: object) -> Entry:
    plain = Entry(ModuleId(module), sha256(module.encode()), owner="@team", tier="T1_critical", contracts=("a@v1",))
    return replace(plain, **values)


def line(module: str, **values: object) -> LedgerLine:
    said = {"owner": "@team", "tier": "T1_critical", "contracts": ("a@v1",)} | values
    return bare_line(module, **said)


def named(module: str, pointer: str, *, cause: ChangeCause = ChangeCause.AUTHORED, at: str = "m/a.yaml:3") -> Changes:
    change = FieldChange(pointer, '"old"', '"new"', cause, at)
    return Changes((ModuleChange(ModuleId(module), ChangeKind.CHANGED, "0", "1", None, (change,)),), (), 0)


def gate(
    before: list[Entry] | None, after: list[LedgerLine], changes: Changes = NO_CHANGES, *, documents: bool = False
) -> GateResult:
    known = None if before is None else {item.module: item for item in before}
    return parity_gate(known, after, changes, pointers=POINTERS, read_from_documents=documents)


def said(result: GateResult) -> list[tuple[str, str]]:
    return [(item.code, item.module) for item in result.findings]


def test_equal_values_pass_and_everything_was_compared():
    result = gate([entry("a"), entry("b")], [line("a"), line("b"), line("new")])
    assert (result.verdict, result.compared, result.expected) == (Verdict.PASS, 2, 2)
    assert dict(result.notes)["with_a_value"] == {"owner": 2, "tier": 2, "contracts": 2}


@pytest.mark.parametrize("before", [None, []])
def test_without_anything_published_it_does_not_apply(before: list[Entry] | None):
    result = gate(before, [line("a")])
    assert (result.verdict, result.reason) == (Verdict.NOT_APPLICABLE, "nothing has been published yet")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("owner", "@other", "AG401"),
        ("owner", None, "AG401"),
        ("tier", "T4_experimental", "AG402"),
        ("tier", None, "AG402"),
        ("contracts", ("a@v2",), "AG403"),
        ("contracts", (), "AG403"),
        ("contracts", ("a@v1", "b@v1"), "AG403"),
    ],
)
def test_a_change_that_nobody_wrote_fails(field: str, value: object, code: str):
    result = gate([entry("a"), entry("b")], [line("a", **{field: value}), line("b")])
    assert (result.verdict, said(result)) == (Verdict.FAIL, [(code, "a")])


@pytest.mark.parametrize("field", POINTERS)
def test_a_change_by_an_authored_edit_that_the_plan_names_passes(field: str):
    value = ("b@v1",) if field == "contracts" else "other"
    result = gate([entry("a")], [line("a", **{field: value})], named("a", POINTERS[field]))
    assert (result.verdict, dict(result.notes)["authored_changes"]) == (Verdict.PASS, {field: 1})
    assert result.reason == f"1 {field} by an authored edit"


@pytest.mark.parametrize("cause", [cause for cause in ChangeCause if cause is not ChangeCause.AUTHORED])
def test_any_other_cause_does_not_excuse(cause: ChangeCause):
    result = gate([entry("a")], [line("a", owner="@x")], named("a", "/module/owner", cause=cause))
    assert said(result) == [("AG401", "a")]


def test_an_authored_change_without_its_place_does_not_excuse():
    assert said(gate([entry("a")], [line("a", owner="@x")], named("a", "/module/owner", at=""))) == [("AG401", "a")]


def test_an_authored_change_of_another_field_or_module_does_not_excuse():
    lines = [line("a", owner="@x"), line("b")]
    before = [entry("a"), entry("b")]
    assert said(gate(before, lines, named("a", "/module/tier"))) == [("AG401", "a")]
    assert said(gate(before, lines, named("b", "/module/owner"))) == [("AG401", "a")]
    assert said(gate(before, lines, named("a", "/module/own"))) == [("AG401", "a")]


def test_a_change_of_what_a_field_lies_in_names_it():
    assert gate([entry("a")], [line("a", owner="@x")], named("a", "/module")).verdict is Verdict.PASS


def test_a_value_that_went_away_needs_the_line_that_says_so():
    lost = named("a", "/contracts", at="manifests_src/a.yaml")
    decided = named("a", "/contracts", at="manifests_src/a.yaml:4")
    assert said(gate([entry("a")], [line("a", contracts=())], lost)) == [("AG403", "a")]
    assert gate([entry("a")], [line("a", contracts=())], decided).verdict is Verdict.PASS


def test_the_order_of_contracts_is_no_change():
    before = [entry("a", contracts=("x@v1", "y@v1"))]
    assert gate(before, [line("a", contracts=("y@v1", "x@v1"))]).verdict is Verdict.PASS


def test_a_contract_listed_twice_is_a_change():
    assert said(gate([entry("a", contracts=("x@v1", "x@v1"))], [line("a", contracts=("x@v1",))])) == [("AG403", "a")]


def test_removed_modules_are_listed_and_break_nothing():
    result = gate([entry("a"), entry("gone")], [line("a")])
    assert (result.verdict, result.compared, result.expected) == (Verdict.PASS, 1, 1)
    assert (dict(result.notes)["removed"], result.reason) == (["gone"], "1 module removed")


def test_when_every_module_is_gone_nothing_was_compared():
    result = gate([entry("a")], [line("b")])
    assert (result.verdict, result.compared, result.expected) == (Verdict.FAIL, 0, 0)


BLANK = {"owner": None, "tier": None, "contracts": ()}


def test_both_sides_empty_for_every_module_fails():
    result = gate([entry("a", **BLANK), entry("b", **BLANK)], [line("a", **BLANK), line("b", **BLANK)])
    assert (result.verdict, said(result)) == (Verdict.FAIL, [("AG404", "")])


def test_a_workspace_where_nobody_said_anything_yet_has_no_parity_to_keep():
    blank = {"a": entry("a", **BLANK)}
    result = parity_gate(
        blank, [line("a", **BLANK)], Changes((), (), 1), pointers={"owner": "/module/owner"}, authored_anywhere=False
    )
    assert (result.verdict, result.findings) == (Verdict.NOT_APPLICABLE, ())


def test_one_value_in_one_module_is_something():
    before, after = [entry("a", **BLANK), entry("b", **BLANK)], [line("a", **BLANK), line("b", **BLANK)]
    before[0], after[0] = replace(before[0], tier="T3_standard"), replace(after[0], tier="T3_standard")
    assert gate(before, after).verdict is Verdict.PASS


def test_owners_that_a_foreign_tree_keeps_elsewhere_are_missed():
    before, after = [entry("a", owner=None)], [line("a", owner=None)]
    assert gate(before, after).verdict is Verdict.PASS
    assert said(gate(before, after, documents=True)) == [("AG404", "")]


def test_a_value_that_a_foreign_tree_lacked_is_gained():
    before = [entry("a", tier=None), entry("b")]
    assert gate(before, [line("a"), line("b")], documents=True).verdict is Verdict.PASS
    assert said(gate(before, [line("a"), line("b")])) == [("AG402", "a")]


def test_a_field_left_out_of_manifests_is_not_compared():
    known = {ModuleId("a"): entry("a")}
    pointers = {name: pointer for name, pointer in POINTERS.items() if name != "tier"}
    result = parity_gate(known, [line("a", tier=None)], NO_CHANGES, pointers=pointers)
    assert (result.verdict, dict(result.notes)["with_a_value"]) == (Verdict.PASS, {"owner": 1, "contracts": 1})


def test_the_message_says_both_values():
    result = gate([entry("a")], [line("a", contracts=("b@v1",))])
    assert result.findings[0].message == 'the contracts of a were "a@v1" and are "b@v1", and no authored edit says so'

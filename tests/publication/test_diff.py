"""What differs between baseline and staged, field by field, and why."""

from __future__ import annotations

import json

import pytest

from astrograph.model.assignment import Origin
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.digests import sha256
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.plan import VARIOUS, ChangeCause, ChangeKind, FieldChange, ModuleChange
from astrograph.publication.classes import MOST_VALUES, classes_of
from astrograph.publication.diff import (
    FieldComparer,
    FieldSource,
    Moved,
    changes_between,
    moved_between,
    promotions_between,
)

TRAIL, WATCH = StarId("Trail"), StarId("Watch")

SOURCES = {
    "/schema_version": FieldSource.FIXED,
    "/module/owner": FieldSource.FEEDING,
    "/module/tier": FieldSource.AUTHORED,
    "/constellation/stars": FieldSource.INFERRED,
    "/constellation/confidence": FieldSource.INFERRED,
    "/dependencies/internal": FieldSource.RESOLVED,
    "/dependencies/external": FieldSource.IMPORTED,
    "/exports/classes": FieldSource.SOURCE,
}


def entry(module: str, *, manifest: str = "one", stars: tuple[StarId, ...] = (SUPPORTING,), **values) -> Entry:
    return Entry(
        module=ModuleId(module),
        manifest=sha256(manifest.encode()),
        stars=stars,
        **{"origin": Origin.INFERRED, "source": "s", "authored": "a", "resolution": "r", **values},
    )


def table(*entries: Entry) -> dict[ModuleId, Entry]:
    return {item.module: item for item in entries}


def compare(before, after, *, moved=None, places=None, written="") -> dict[str, FieldChange]:
    found = FieldComparer(SOURCES).compare(
        before if isinstance(before, bytes) else json.dumps(before).encode(),
        after if isinstance(after, bytes) else json.dumps(after).encode(),
        moved=moved or Moved(known=True),
        place_of=lambda pointer: (places or {}).get(pointer, ""),
        written_in=lambda pointer, _: (places or {}).get(pointer, "") or written,
    )
    assert [item.pointer for item in found] == sorted(item.pointer for item in found)
    return {item.pointer: item for item in found}


# ── modules ───────────────────────────────────────────────────────────────────


def test_modules_come_go_and_change_by_their_bytes_alone():
    before = table(entry("a/kept"), entry("a/gone", tier="T1_critical"), entry("a/moved", manifest="old"))
    after = table(
        entry("a/kept", source="other"), entry("a/moved", manifest="new"), entry("a/new", tier="T2_important")
    )
    asked: list[ModuleId] = []

    def fields_of(module):
        asked.append(module)
        return (FieldChange("/x", "1", "2", ChangeCause.SOURCE),)

    found = changes_between(before, after, fields_of=fields_of)
    assert [(c.module, c.kind, c.tier) for c in found.modules] == [
        ("a/gone", ChangeKind.REMOVED, "T1_critical"),
        ("a/moved", ChangeKind.CHANGED, None),
        ("a/new", ChangeKind.ADDED, "T2_important"),
    ]
    assert [(c.before != "", c.after != "") for c in found.modules] == [(True, False), (True, True), (False, True)]
    assert (asked, found.unchanged) == (["a/moved"], 1)
    assert found.modules[1].fields == (FieldChange("/x", "1", "2", ChangeCause.SOURCE),)


def test_without_a_baseline_every_module_is_added():
    found = changes_between(None, table(entry("b"), entry("a")), fields_of=lambda _: pytest.fail("nothing to compare"))
    assert [(c.module, c.kind) for c in found.modules] == [("a", ChangeKind.ADDED), ("b", ChangeKind.ADDED)]
    assert found.unchanged == 0


# ── promotions ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        (None, entry("m", stars=(TRAIL,)), (TRAIL,)),
        (entry("m"), entry("m", stars=(TRAIL, WATCH)), (TRAIL, WATCH)),
        (entry("m", stars=(TRAIL,)), entry("m", stars=(TRAIL, WATCH)), (WATCH,)),
        (entry("m", stars=(WATCH,)), entry("m", stars=(TRAIL,), origin=Origin.FORCED), (TRAIL,)),
        (entry("m", stars=(TRAIL,), origin=Origin.AUTHORED), entry("m", stars=(TRAIL,)), ()),
        (entry("m"), entry("m", stars=(TRAIL,), origin=Origin.AUTHORED), ()),
        (entry("m", stars=(TRAIL,)), entry("m", origin=Origin.DEFAULT), ()),
        (entry("m", stars=(TRAIL,)), entry("m", origin=Origin.FORCED), ()),
        (entry("m", stars=()), entry("m", stars=(TRAIL,)), (TRAIL,)),
    ],
)
def test_a_promotion_is_a_star_from_the_rules_that_the_baseline_lacks(before, after, gained):
    found = promotions_between(None if before is None else table(before), table(after))
    assert [item.gained for item in found] == ([gained] if gained else [])


# ── fields ────────────────────────────────────────────────────────────────────


def test_objects_go_by_member_and_lists_as_a_whole():
    before = {"module": {"owner": "@a", "tier": "T1"}, "exports": {"classes": ["A", "B"]}, "same": {"x": [1]}}
    after = {"module": {"owner": "@b"}, "exports": {"classes": ["A", "C"]}, "same": {"x": [1]}, "new/key": {"a": 1}}
    found = compare(before, after)
    assert {pointer: (item.before, item.after) for pointer, item in found.items()} == {
        "/exports/classes": ('["A","B"]', '["A","C"]'),
        "/module/owner": ('"@a"', '"@b"'),
        "/module/tier": ('"T1"', ""),
        "/new~1key": ("", '{"a":1}'),
    }


def test_a_change_of_type_is_a_change():
    before = {"a": 1, "b": None, "c": {}, "d": [1], "e": 1, "f": [{"x": 1, "y": 2}], "g": 0.5}
    after = {"a": "1", "b": False, "c": [], "d": [True], "e": 1.0, "f": [{"y": 2, "x": 1}], "g": 0.5}
    found = compare(before, after)
    assert {p: (i.before, i.after) for p, i in found.items()} == {
        "/a": ("1", '"1"'),
        "/b": ("null", "false"),
        "/c": ("{}", "[]"),
        "/d": ("[1]", "[true]"),
        "/e": ("1", "1.0"),
    }


def test_a_baseline_that_is_not_json_differs_as_a_whole():
    found = compare(b"\xff not json", {"a": 1})
    assert [(i.pointer, i.before, i.after) for i in found.values()] == [("", "?", '{"a":1}')]


def test_numbers_that_we_never_write_are_compared_all_the_same():
    assert compare({"a": 0.123456789}, {"a": 0.5})["/a"].before == "0.123456789"


@pytest.mark.parametrize(
    ("pointer", "moved", "cause"),
    [
        ("/module/tier", Moved(known=True, authored=True, policy=True), ChangeCause.AUTHORED),
        ("/module/tier", Moved(known=True, policy=True, tool=True), ChangeCause.POLICY),
        ("/module/tier", Moved(known=True, tool=True), ChangeCause.TOOL),
        ("/module/tier", Moved(known=True, source=True, resolution=True), ChangeCause.UNKNOWN),
        ("/tags", Moved(known=True, authored=True), ChangeCause.AUTHORED),
        ("/exports/classes", Moved(known=True, source=True, policy=True), ChangeCause.SOURCE),
        ("/exports/classes", Moved(known=True, authored=True, tool=True), ChangeCause.TOOL),
        ("/dependencies/internal", Moved(known=True, source=True, resolution=True), ChangeCause.SOURCE),
        ("/dependencies/internal", Moved(known=True, resolution=True), ChangeCause.INVENTORY),
        ("/constellation/stars", Moved(known=True, policy=True), ChangeCause.POLICY),
        ("/constellation/stars", Moved(known=True, policy=True, authored=True), ChangeCause.POLICY),
        ("/constellation/stars", Moved(known=True, policy=True, authored=True, decided=True), ChangeCause.AUTHORED),
        ("/constellation/stars", Moved(known=True, authored=True), ChangeCause.AUTHORED),
        ("/constellation/stars", Moved(known=True, source=True), ChangeCause.SOURCE),
        ("/constellation/stars", Moved(known=True, tool=True, source=True), ChangeCause.TOOL),
        ("/constellation/stars", Moved(known=True), ChangeCause.UNKNOWN),
        ("/schema_version", Moved(known=True, authored=True, policy=True), ChangeCause.POLICY),
        ("/module/tier", Moved(known=False), ChangeCause.UNKNOWN),
        ("/exports/classes", Moved(known=False), ChangeCause.UNKNOWN),
    ],
)
def test_the_cause_is_the_most_specific_input_that_moved(pointer, moved, cause):
    top, _, rest = pointer[1:].partition("/")
    before, after = ({top: {rest: value}} if rest else {top: value} for value in ("old", "new"))
    assert compare(before, after, moved=moved)[pointer].cause is cause


def test_a_star_that_follows_an_authored_fact_is_authored_even_when_the_policy_moved_too():
    before = {"module": {"owner": "@a"}, "constellation": {"stars": ["Supporting"]}}
    after = {"module": {"owner": "@b"}, "constellation": {"stars": ["Trail"]}}
    places = {"/module/owner": "manifests_src/m.yaml:1", "/constellation/stars": "manifests_src/m.yaml:1"}
    found = compare(before, after, moved=Moved(known=True, authored=True, policy=True), places=places)
    assert {p: (i.cause, i.at) for p, i in found.items()} == {
        "/constellation/stars": (ChangeCause.AUTHORED, "manifests_src/m.yaml:1"),
        "/module/owner": (ChangeCause.AUTHORED, "manifests_src/m.yaml:1"),
    }


def test_a_star_that_follows_an_import_comes_from_the_source():
    before = {"dependencies": {"external": []}, "constellation": {"stars": ["Supporting"]}}
    after = {"dependencies": {"external": ["faiss"]}, "constellation": {"stars": ["Trail"]}}
    found = compare(before, after, moved=Moved(known=True, source=True, policy=True))
    assert {item.cause for item in found.values()} == {ChangeCause.SOURCE}


def test_an_authored_value_that_is_gone_is_told_with_the_file_to_look_into():
    found = compare(
        {"module": {"owner": "@a"}},
        {"module": {}},
        moved=Moved(known=True, authored=True),
        written="manifests_src/m.yaml (removed)",
    )
    assert (found["/module/owner"].cause, found["/module/owner"].at) == (
        ChangeCause.AUTHORED,
        "manifests_src/m.yaml (removed)",
    )


def test_over_a_found_tree_a_value_that_stands_in_an_authored_file_is_authored_and_a_lost_one_is_not():
    before = {"module": {"owner": "@a", "tier": "T1"}}
    found = compare(
        before,
        {"module": {"owner": "@b"}},
        moved=Moved(known=False),
        places={"/module/owner": "x.yaml:3"},
        written="x.yaml",
    )
    assert {p: (i.cause, i.at) for p, i in found.items()} == {
        "/module/owner": (ChangeCause.AUTHORED, "x.yaml:3"),
        "/module/tier": (ChangeCause.UNKNOWN, ""),
    }


def test_what_moved_is_told_by_the_inputs_of_both_sides():
    old = entry("m")
    assert moved_between(old, entry("m", source="t"), policy=True, tool=False) == Moved(
        known=True, source=True, policy=True
    )
    assert moved_between(
        old, entry("m", authored="b", resolution="q", origin=Origin.AUTHORED), policy=False, tool=True
    ) == (Moved(known=True, authored=True, resolution=True, tool=True, decided=True))
    assert moved_between(entry("m", source=""), entry("m"), policy=True, tool=True) == Moved(known=False)


# ── classes ───────────────────────────────────────────────────────────────────


def changed(module: str, *fields: FieldChange) -> ModuleChange:
    return ModuleChange(ModuleId(module), ChangeKind.CHANGED, "x", "y", None, fields)


def test_changes_of_one_shape_are_one_class_with_its_first_example():
    owner = FieldChange("/module/owner", '"@a"', '"@b"', ChangeCause.AUTHORED, "x.yaml:1")
    stars = FieldChange("/constellation/stars", "[]", '["Trail"]', ChangeCause.POLICY)
    found = classes_of(
        [
            changed("b", owner),
            changed("a", FieldChange("/module/owner", '"@a"', '"@b"', ChangeCause.AUTHORED, "y.yaml:9"), stars),
            ModuleChange(ModuleId("c"), ChangeKind.ADDED, "", "z", None),
            ModuleChange(ModuleId("d"), ChangeKind.REMOVED, "z", "", None),
            changed("e", FieldChange("/module/owner", '"@a"', '"@b"', ChangeCause.UNKNOWN)),
        ]
    )
    assert [(c.field, c.before, c.after, c.cause, c.count, c.example) for c in found] == [
        ("module", "", "module", ChangeCause.INVENTORY, 1, "c"),
        ("module", "module", "", ChangeCause.INVENTORY, 1, "d"),
        ("/constellation/stars", "[]", '["Trail"]', ChangeCause.POLICY, 1, "a"),
        ("/module/owner", '"@a"', '"@b"', ChangeCause.AUTHORED, 2, "a"),
        ("/module/owner", '"@a"', '"@b"', ChangeCause.UNKNOWN, 1, "e"),
    ]


def test_a_field_that_differs_everywhere_is_one_class_beside_its_common_values():
    docstrings = [
        changed(f"m{i:03}", FieldChange("/documentation/docstring", f'"old {i}"', '"new"', ChangeCause.SOURCE))
        for i in range(300)
    ]
    common = [
        changed(f"n{i}", FieldChange("/documentation/docstring", '"x"', '"y"', ChangeCause.SOURCE)) for i in range(20)
    ]
    few = [
        changed(f"p{i}", FieldChange("/documentation/docstring", '"v"', '"w"', ChangeCause.SOURCE)) for i in range(9)
    ]
    found = classes_of([*few, *common, *docstrings])
    assert [(c.before, c.after, c.count, c.example) for c in found] == [
        ('"x"', '"y"', 20, "n0"),
        (VARIOUS, VARIOUS, 309, "m000"),
    ]
    assert sum(c.count for c in found) == 329


def test_few_values_are_all_told():
    changes = [
        changed(f"m{i:02}", FieldChange("/module/owner", f'"@{i}"', '"@x"', ChangeCause.AUTHORED))
        for i in range(MOST_VALUES)
    ]
    assert [c.count for c in classes_of(changes)] == [1] * MOST_VALUES

"""What imports mean: modules of the inventory, packages from elsewhere, or nothing of interest."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.inventory.imports import (
    InventoryChange,
    ModuleIndex,
    Resolution,
    absolute_names,
    resolve,
    resolve_names,
    standard_library,
)
from astrograph.model.facts import Import
from astrograph.model.ids import ModuleId

MODULES = [
    ModuleId(name)
    for name in ("memory", "memory/fold", "memory/fold/deep", "core/types", "core/storage", "logging", "odd.name/x")
]


def imported(module: str, name: str = "", level: int = 0) -> Import:
    return Import(module, name, level, 1)


def resolved(*imports: Import, module: str = "memory/fold") -> Resolution:
    return resolve(ModuleId(module), imports, ModuleIndex(MODULES))


@pytest.mark.parametrize(
    ("item", "internal"),
    [
        (imported("core.types"), ["core/types"]),
        (imported("core.types.base"), ["core/types"]),
        (imported("core.types", "Name"), ["core/types"]),
        (imported("core", "types"), ["core/types"]),
        (imported("memory"), ["memory"]),
        (imported("memory", "fold"), []),
        (imported("memory.fold.store", "Store"), []),
        (imported("memory.fold", "deep"), ["memory/fold/deep"]),
        (imported("memory.folder", "x"), ["memory"]),
        (imported("memory", "*"), ["memory"]),
        (imported("", "x", 1), []),
        (imported("", "deep", 1), ["memory/fold/deep"]),
        (imported("deep", "x", 1), ["memory/fold/deep"]),
        (imported("", "fold", 2), []),
        (imported("", "other", 2), ["memory"]),
        (imported("x", "y", 3), []),
        (imported("", "x", 99), []),
        (imported("logging.handlers"), ["logging"]),
    ],
)
def test_the_longest_prefix_wins(item: Import, internal: list[str]):
    assert resolved(item) == Resolution(tuple(map(ModuleId, internal)), ())


@pytest.mark.parametrize(
    ("item", "external"),
    [
        (imported("requests"), ["requests"]),
        (imported("google.cloud.storage", "Client"), ["google"]),
        (imported("os.path", "join"), []),
        (imported("__future__", "annotations"), []),
        (imported("asyncio"), []),
        (imported("core"), []),
        (imported("core.missing", "x"), []),
        (imported("odd.name.x"), ["odd"]),
        (imported("requests", "", 1), []),
        (imported("", "x", 99), []),
    ],
)
def test_only_what_is_neither_standard_nor_of_the_inventory_is_external(item: Import, external: list[str]):
    assert resolved(item).external == tuple(external)


def test_nested_and_typing_only_imports_count_sorted_and_once():
    resolution = resolved(
        Import("core.types", "b", 0, 3, nested=True),
        Import("core.storage", "", 0, 2, typing_only=True),
        imported("core.types", "a"),
        imported("yaml"),
        imported("attrs"),
        imported("yaml", "load"),
    )

    assert resolution == Resolution((ModuleId("core/storage"), ModuleId("core/types")), ("attrs", "yaml"))


def test_a_module_missing_from_the_inventory_does_not_become_its_own_external():
    assert resolve(ModuleId("gone/x"), [imported("", "y", 1)], ModuleIndex(MODULES)) == Resolution()


def test_absolute_names_are_all_that_resolution_needs():
    module = ModuleId("memory/fold")
    imports = [imported("core", "types"), imported("", "x", 1), imported("a.b", "*"), imported("", "y", 2)]

    names = absolute_names(module, imports)

    assert names == ("a.b", "core.types", "memory.fold.x", "memory.y")
    assert resolve_names(module, names, ModuleIndex(MODULES)) == resolved(*imports)


def test_the_standard_library_is_a_fixed_list():
    assert {"os", "__future__", "asyncio", "annotationlib", "_thread"} <= standard_library()
    assert not {"imp", "distutils", "requests"} & standard_library()
    assert not any("." in name for name in standard_library())
    assert standard_library() != sys.stdlib_module_names


@pytest.mark.parametrize(
    ("before", "after", "name", "affected"),
    [
        (["a/b"], ["a/b", "a/c"], "a.c.d", True),
        (["a/b", "a/c"], ["a/b"], "a.c", True),
        (["a/b"], ["a/b", "a/c"], "a.cd", False),
        (["a/b"], ["a/b", "a/c"], "a.b.c", False),
        (["a/b"], ["a/b", "yaml/x"], "yaml.y", True),
        (["a/b", "yaml/z"], ["a/b", "yaml/x", "yaml/z"], "yaml.y", False),
        (["a/b"], ["a/b"], "a.b", False),
    ],
)
def test_a_change_affects_the_names_below_it(before: list[str], after: list[str], name: str, *, affected: bool):
    change = InventoryChange(map(ModuleId, before), map(ModuleId, after))

    assert change.affects([name]) is affected
    assert change.affects(["unrelated", name]) is affected
    assert bool(change) is (before != after)


SEGMENTS = st.sampled_from(["a", "b", "c", "os"])
IDS = st.frozensets(st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join).map(ModuleId), max_size=6)
NAMES = st.lists(st.lists(SEGMENTS, min_size=1, max_size=4).map(".".join), max_size=5)


@given(before=IDS, after=IDS, module=SEGMENTS.map(ModuleId), names=NAMES)
def test_what_a_change_does_not_affect_resolves_as_before(
    before: frozenset[ModuleId], after: frozenset[ModuleId], module: ModuleId, names: list[str]
):
    old = resolve_names(module, names, ModuleIndex(before))
    new = resolve_names(module, names, ModuleIndex(after))

    assert InventoryChange(before, after).affects(names) or old == new


def test_a_folder_with_a_dot_in_its_name_does_not_pass_for_two() -> None:
    index = ModuleIndex([ModuleId("legacy.v1/core"), ModuleId("legacy/v2")])

    assert index.targets(["legacy.v1.core", "legacy.v2.x"]) == {"legacy.v1.core": None, "legacy.v2.x": "legacy/v2"}

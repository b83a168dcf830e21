"""From imports as written to the modules and packages they mean (SPEC section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from astrograph.model.facts import Import, Site
from astrograph.model.ids import ModuleId, dotted_name, stratum_of

STDLIB_VERSION = "3.14"
"""The Python whose standard library is meant, under whatever interpreter we run."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a module imports: modules of the inventory, and top-level names from elsewhere; both sorted."""

    internal: tuple[ModuleId, ...] = ()
    external: tuple[str, ...] = ()


class ImportSite(NamedTuple):
    """Where a module imports another: the name of its file, the line in it, and how late the import happens.

    `late` is 0 as the module is loaded, 1 in a function or class, 2 for type checkers only.
    """

    target: ModuleId
    file: str
    line: int
    late: int


class ModuleIndex:
    """The modules of an inventory by their importable names."""

    def __init__(self, modules: Iterable[ModuleId]) -> None:
        known = list(modules)
        # A folder with a dot in its name cannot be imported; it must not pass for two folders.
        self._modules = {dotted_name(module): module for module in known if "." not in module}
        self._tops = frozenset(map(stratum_of, known))
        self._found: dict[str, ModuleId | None] = {}

    def find(self, name: str) -> ModuleId | None:
        """The module with the longest dotted name that `name` equals or lies below, or None."""
        if name not in self._found:
            prefix = name
            while prefix and prefix not in self._modules:
                prefix = prefix.rpartition(".")[0]
            self._found[name] = self._modules.get(prefix)
        return self._found[name]

    def owns(self, top: str) -> bool:
        """Whether any module lives below this top-level name, importable itself or not."""
        return top in self._tops


def absolute_names(module: ModuleId, imports: Iterable[Import]) -> tuple[str, ...]:
    """The full dotted names a module's imports ask for, `a.b.c` for `from a.b import c`; sorted, unique.

    Relative imports start from the module itself: one dot in any file of a package is the package. One that
    climbs above the source root names nothing and is left out.
    """
    bases = _bases(module)
    names = {_absolute(item, bases) for item in imports}
    names.discard("")
    return tuple(sorted(names))


def _bases(module: ModuleId) -> list[str]:
    """What one, two and more leading dots mean in a module."""
    package = module.split("/")
    return [".".join(package[: len(package) - up]) for up in range(len(package))]


def _absolute(item: Import, bases: list[str]) -> str:
    """The full dotted name of one import, `""` when it names nothing."""
    if item.level > len(bases):
        return ""
    parts = [bases[item.level - 1]] if item.level else []
    if item.module:
        parts.append(item.module)
    if item.name and item.name != "*":
        parts.append(item.name)
    return ".".join(parts)


def import_sites(
    module: ModuleId, imports: Sequence[Import], sites: Sequence[Site], index: ModuleIndex
) -> tuple[ImportSite, ...]:
    """Where each internal import of a module stands, by imported module.

    `sites` go with `imports` one by one. Of several imports of one module that which happens earliest is told, then
    the first by file and line.
    """
    bases = _bases(module)
    first: dict[ModuleId, tuple[int, str, int]] = {}
    for item, site in zip(imports, sites, strict=True):
        name = _absolute(item, bases)
        target = index.find(name) if name else None
        if target is None or target == module:
            continue
        place = (2 if site.typing_only else int(site.nested), site.file, site.line)
        if target not in first or place < first[target]:
            first[target] = place
    return tuple([ImportSite(target, file, line, late) for target, (late, file, line) in sorted(first.items())])


def resolve(module: ModuleId, imports: Iterable[Import], index: ModuleIndex) -> Resolution:
    """What the imports of a module mean, whether at the top, nested or for type checkers only."""
    return resolve_names(module, absolute_names(module, imports), index)


def resolve_names(module: ModuleId, names: Iterable[str], index: ModuleIndex) -> Resolution:
    """What the `absolute_names` of a module mean.

    A name is the module of the inventory with the longest matching prefix. Failing that it is external under
    its top-level name, unless that belongs to the standard library or to a folder of the inventory.
    """
    standard = standard_library()
    internal: set[ModuleId] = set()
    external: set[str] = set()
    for name in names:
        found = index.find(name)
        if found is not None:
            internal.add(found)
            continue
        top = name.partition(".")[0]
        if top not in standard and not index.owns(top):
            external.add(top)
    internal.discard(module)
    external.discard(stratum_of(module))
    return Resolution(tuple(sorted(internal)), tuple(sorted(external)))


@lru_cache(maxsize=1)
def standard_library() -> frozenset[str]:
    """The top-level names of the standard library, from a fixed list."""
    from stdlib_list import stdlib_list

    return frozenset(name.partition(".")[0] for name in stdlib_list(STDLIB_VERSION)) | {"__future__"}


class InventoryChange:
    """What lies between two inventories, as far as import resolution can tell."""

    def __init__(self, before: Iterable[ModuleId], after: Iterable[ModuleId]) -> None:
        old, new = frozenset(before), frozenset(after)
        self._prefixes = frozenset(map(dotted_name, old ^ new))
        self._tops = (
            frozenset(map(stratum_of, old)) ^ frozenset(map(stratum_of, new)) if self._prefixes else frozenset()
        )
        self._known: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._prefixes)

    def affects(self, names: Iterable[str]) -> bool:
        """Whether a module with these `absolute_names` may resolve differently; only False is certain.

        Names recur from module to module, so each is looked at once: asking for 100,000 modules stays cheap.
        """
        if not self._prefixes:
            return False
        known = self._known
        for name in names:
            touched = known.get(name)
            if touched is None:
                touched = known[name] = self._touches(name)
            if touched:
                return True
        return False

    def _touches(self, name: str) -> bool:
        prefix = name
        while prefix:
            if prefix in self._prefixes:
                return True
            prefix, _, last = prefix.rpartition(".")
            if not prefix and last in self._tops:
                return True
        return False

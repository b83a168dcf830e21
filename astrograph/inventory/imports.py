"""From imports as written to the modules and packages they mean (SPEC section 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
    """The modules of an inventory by their importable names; quick to make, however many they are.

    A folder with a dot in its name cannot be imported, and does not pass for two folders.
    """

    def __init__(self, modules: Collection[ModuleId]) -> None:
        self._modules = modules if isinstance(modules, AbstractSet | Mapping) else frozenset(modules)
        self._found = _Found(self._modules)

    def targets(self, names: Iterable[str]) -> dict[str, ModuleId | None]:
        """For each name the module with the longest dotted name that it equals or lies below, or None."""
        found = self._found
        return {name: found[name] for name in names}

    def owns(self, top: str) -> bool:
        """Whether any module lives below this top-level name, importable itself or not."""
        return top in self._tops

    @cached_property
    def _tops(self) -> frozenset[str]:
        return frozenset([module.partition("/")[0] for module in self._modules])


class _Found(dict[str, ModuleId | None]):
    """What was found so far: the same names are asked for all over a repository."""

    def __init__(self, modules: Collection[ModuleId]) -> None:
        super().__init__()
        self._modules = modules

    def __missing__(self, name: str) -> ModuleId | None:
        path = name.replace(".", "/") if "/" not in name else ""
        while path and path not in self._modules:
            path = path.rpartition("/")[0]
        found = self[name] = ModuleId(path) if path else None
        return found


def absolute_names(module: ModuleId, imports: Iterable[Import]) -> tuple[str, ...]:
    """The full dotted names a module's imports ask for, `a.b.c` for `from a.b import c`; sorted, unique.

    Relative imports start from the module itself: one dot in any file of a package is the package. One that
    climbs above the source root names nothing and is left out.
    """
    names = set(_names(module, imports))
    names.discard("")
    return tuple(sorted(names))


def _names(module: ModuleId, imports: Iterable[Import]) -> list[str]:
    """The full dotted name of each import, in their order; `""` for one that names nothing."""
    bases = _bases(module)
    names: list[str] = []
    for written, name, level, *_ in imports:
        if level > len(bases):
            names.append("")
            continue
        full = bases[level - 1] if level else written
        if level and written:
            full = f"{full}.{written}"
        if name and name != "*":
            full = f"{full}.{name}" if full else name
        names.append(full)
    return names


def _bases(module: ModuleId) -> list[str]:
    """What one, two and more leading dots mean in a module."""
    package = module.split("/")
    return [".".join(package[: len(package) - up]) for up in range(len(package))]


def resolve(module: ModuleId, imports: Iterable[Import], index: ModuleIndex) -> Resolution:
    """What the imports of a module mean, whether at the top, nested or for type checkers only."""
    return resolve_names(module, absolute_names(module, imports), index)


def resolve_names(module: ModuleId, names: Iterable[str], index: ModuleIndex) -> Resolution:
    """What the `absolute_names` of a module mean.

    A name is the module of the inventory with the longest matching prefix. Failing that it is external under
    its top-level name, unless that belongs to the standard library or to a folder of the inventory.
    """
    return _resolution(module, index.targets(names), index)


def resolve_sites(
    module: ModuleId, imports: Iterable[Import], sites: Iterable[Site], index: ModuleIndex
) -> tuple[Resolution, tuple[ImportSite, ...]]:
    """What `resolve` gives, and where each internal import of a module stands, by imported module.

    `sites` go with `imports` one by one. Of several imports of one module that which happens earliest is told, then
    the first by file and line.
    """
    names = _names(module, imports)
    targets = index.targets(names)
    targets.pop("", None)
    first: dict[ModuleId, tuple[int, str, int]] = {}
    for name, site in zip(names, sites, strict=True):
        target = targets.get(name)
        if target is None or target == module:
            continue
        place = (2 if site.typing_only else int(site.nested), site.file, site.line)
        if target not in first or place < first[target]:
            first[target] = place
    found = tuple([ImportSite(target, file, line, late) for target, (late, file, line) in sorted(first.items())])
    return _resolution(module, targets, index), found


def _resolution(module: ModuleId, targets: Mapping[str, ModuleId | None], index: ModuleIndex) -> Resolution:
    standard = standard_library()
    tops = {name.partition(".")[0] for name, target in targets.items() if target is None}
    external = {top for top in tops if top not in standard and not index.owns(top)}
    internal = {target for target in targets.values() if target is not None}
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

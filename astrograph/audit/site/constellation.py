"""The data behind the picture: one column a line, loaded by every page that draws or searches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

from astrograph.audit.site.graph import Graph
from astrograph.audit.site.markup import script_data
from astrograph.audit.site.model import SiteModel
from astrograph.audit.site.paths import module_page
from astrograph.audit.site.sky import ASPECT, UNIT, lay_out
from astrograph.formats.text import safe
from astrograph.model.canon import StarId
from astrograph.model.gate import GateResult
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import ChangeKind

CHANGES = ("none", "added", "changed", "promoted")
"""What the plan does to a module; promoted wins over the others."""


def star_of(line: LedgerLine) -> StarId:
    """The star a module is drawn in: its first. What counts modules by star counts all of theirs."""
    return line.assignment.stars[0]


def constellation_data(model: SiteModel, graph: Graph) -> bytes:
    """The script that the pages load: names once each, then one number a module in each column.

    `gates` holds for each gate with findings the modules it names, `also` the further stars of the modules that have
    more than the one they are drawn in, by position.
    """
    lines = model.lines
    sky = lay_out({line.module: star_of(line) for line in lines}, model.canon)
    position = {line.module: at for at, line in enumerate(lines)}
    order = model.canon.order
    tiers = _names(line.tier for line in lines)
    owners = _names(line.owner for line in lines)
    strata = _names(stratum_of(line.module) for line in lines)
    columns: list[tuple[str, object]] = [
        ("schema", "astrograph.sky/1"),
        ("title", safe(model.title)),
        ("unit", UNIT),
        ("stars", [_star(model, star, sky.regions) for star in order]),
        ("tiers", _shown(tiers)),
        ("owners", _shown(owners)),
        ("strata", _shown(strata)),
        ("changes", list(CHANGES)),
        ("gates", [[result.gate, result.verdict.value, _named(result, position)] for result in model.gates]),
        ("ids", [safe(line.module) for line in lines]),
        ("x", [sky.places[line.module][0] for line in lines]),
        ("y", [sky.places[line.module][1] for line in lines]),
        ("star", [order[star_of(line)] for line in lines]),
        ("also", _further_stars(lines, order)),
        ("tier", _indices(tiers, (line.tier for line in lines))),
        ("owner", _indices(owners, (line.owner for line in lines))),
        ("stratum", _indices(strata, (stratum_of(line.module) for line in lines))),
        ("change", _changes(model)),
        ("confidence", [line.assignment.confidence for line in lines]),
        ("uses", [[position[each] for each in graph.uses[line.module]] for line in lines]),
        ("pages", _odd_pages(lines)),
    ]
    return script_data("ASTROGRAPH_SKY", columns)


def _star(model: SiteModel, star: StarId, regions: Mapping[StarId, tuple[float, float, float]]) -> list[object]:
    said = model.canon.by_id[star]
    x, y, radius = regions[star]
    place = [round(x * ASPECT * UNIT), round(y * UNIT), round(radius * ASPECT * UNIT), round(radius * UNIT)]
    return [safe(said.id), safe(said.emoji), safe(said.domain), *place]


def _further_stars(lines: Iterable[LedgerLine], order: Mapping[StarId, int]) -> dict[str, list[int]]:
    found = ((str(at), line.assignment.stars[1:]) for at, line in enumerate(lines))
    return {at: [order[star] for star in stars] for at, stars in found if stars}


def _names(values: Iterable[str | None]) -> list[str | None]:
    return sorted(set(values), key=lambda each: (each is None, each or ""))


def _shown(names: Sequence[str | None]) -> list[str | None]:
    return [None if each is None else safe(each) for each in names]


def _indices(names: Sequence[str | None], values: Iterable[str | None]) -> list[int]:
    place = {name: at for at, name in enumerate(names)}
    return [place[value] for value in values]


def _named(result: GateResult, position: Mapping[ModuleId, int]) -> list[int]:
    """The modules that a gate's findings name, as positions."""
    named = {position.get(ModuleId(finding.module)) for finding in result.findings}
    return sorted(each for each in named if each is not None)


def _changes(model: SiteModel) -> list[int]:
    if model.changes is None:
        return list(repeat(0, len(model.lines)))
    kinds = {ChangeKind.ADDED: 1, ChangeKind.CHANGED: 2, ChangeKind.REMOVED: 0}
    said = {change.module: kinds[change.kind] for change in model.changes.modules}
    said.update((promotion.module, 3) for promotion in model.changes.promotions)
    return [said.get(line.module, 0) for line in model.lines]


def _odd_pages(lines: Iterable[LedgerLine]) -> dict[str, str]:
    """The pages whose address is not simply the id, by position."""
    found = ((str(at), module_page(line.module)) for at, line in enumerate(lines))
    return {at: page for (at, page), line in zip(found, lines, strict=True) if page != f"modules/{line.module}.html"}

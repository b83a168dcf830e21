"""Pages of modules that have something in common: a star, an owner, a stratum; and the list of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from astrograph.audit.site.charts import stacked
from astrograph.audit.site.graph import Graph
from astrograph.audit.site.markup import Markup, join, link, tag
from astrograph.audit.site.model import SiteModel
from astrograph.audit.site.page import (
    NONE,
    breakable,
    module_link,
    owner_link,
    page,
    score,
    section,
    share,
    star_chip,
    table,
    tiles,
)
from astrograph.audit.site.paths import MODULES, owner_page, star_page, stratum_page, up_from
from astrograph.formats.text import plural
from astrograph.model.canon import Star
from astrograph.model.facts import Tier
from astrograph.model.ids import stratum_of
from astrograph.model.ledger import LedgerLine

_LARGEST_TABLE = 4000
"""A table of more rows is too much for a browser; the modules beyond it are listed by name alone."""

_RULES = 50

_TIERS = tuple(tier.value for tier in Tier)


def group_pages(model: SiteModel, graph: Graph) -> Iterator[tuple[str, bytes]]:
    """The pages of all stars, owners and strata, and the list of modules."""
    by_owner = _grouped((line.owner, line) for line in model.lines)
    by_stratum = _grouped((stratum_of(line.module), line) for line in model.lines)
    by_star = _grouped((star, line) for line in model.lines for star in line.assignment.stars)
    for star in model.canon.stars:
        yield _star_page(model, graph, star, by_star.get(star.id, []))
    for owner, lines in by_owner.items():
        yield _group_page(
            model, graph, lines, path=owner_page(owner), title=owner or "Modules without an owner", kind="owner"
        )
    for stratum, lines in by_stratum.items():
        yield _group_page(model, graph, lines, path=stratum_page(str(stratum)), title=str(stratum), kind="stratum")
    yield _list_page(model, by_owner, by_stratum)


def _grouped(pairs: Iterable[tuple[str | None, LedgerLine]]) -> dict[str | None, list[LedgerLine]]:
    found: dict[str | None, list[LedgerLine]] = {}
    for key, line in pairs:
        found.setdefault(key, []).append(line)
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0] or "")))


def _star_page(model: SiteModel, graph: Graph, star: Star, lines: list[LedgerLine]) -> tuple[str, bytes]:
    path = star_page(star.id)
    hits = Counter(item.pointer for line in lines for item in line.assignment.evidence if item.star == star.id)
    rules = [
        (
            tag("code", _match(model, pointer)),
            tag("code", breakable(model.rule_place(pointer)), class_="place"),
            f"{count:,}",
        )
        for pointer, count in sorted(hits.items(), key=lambda item: (-item[1], item[0]))[:_RULES]
    ]
    origins = Counter(line.assignment.origin.value for line in lines)
    decided = ", ".join(f"{count:,} {origin}" for origin, count in sorted(origins.items()))
    return page(
        path,
        f"{star.id} ({star.domain})",
        tag(
            "h1",
            tag("span", star.emoji, class_=f"emoji s{model.canon.order[star.id]}", aria_hidden="true"),
            f" {star.id} ",
            tag("small", star.domain),
        ),
        tiles(_tiles(model, graph, lines)),
        tag("p", f"Decided: {decided}.", class_="quiet") if decided else Markup(""),
        _tiers(lines),
        *((section("Signals that speak for it", table(("Signal", "Rule", "#Modules"), rules)),) if rules else ()),
        _modules(model, graph, lines, up=up_from(path), but="star"),
        site=model.title,
    )


def _match(model: SiteModel, pointer: str) -> str:
    rule = model.rules.get(pointer)
    return pointer if rule is None else f"{rule.signal.value} {rule.match}"


def _group_page(
    model: SiteModel, graph: Graph, lines: list[LedgerLine], *, path: str, title: str, kind: str
) -> tuple[str, bytes]:
    return page(
        path,
        title,
        tag("p", kind, class_="quiet"),
        tag("h1", title),
        tiles(_tiles(model, graph, lines)),
        _stars(model, lines),
        _tiers(lines),
        _modules(model, graph, lines, up=up_from(path), but=kind),
        site=model.title,
    )


def _tiles(model: SiteModel, graph: Graph, lines: Sequence[LedgerLine]) -> list[tuple[str, str, str]]:
    exports = sum(line.exports_total for line in lines)
    return [
        ("modules", f"{len(lines):,}", f"{share(len(lines), len(model.lines))} of all"),
        ("critical", f"{sum(line.tier == Tier.T1 for line in lines):,}", "tier T1"),
        ("tested", share(sum(line.has_tests for line in lines), len(lines)), "modules with tests"),
        ("documented", share(sum(line.exports_documented for line in lines), exports), f"of {exports:,} exports"),
        (
            "used by",
            f"{len({user for line in lines for user in graph.used_by[line.module]}):,}",
            "modules import one of these",
        ),
        ("findings", f"{sum(len(line.findings) for line in lines):,}", "in source and authored facts"),
    ]


def _tiers(lines: Sequence[LedgerLine]) -> Markup:
    counts = Counter(line.tier for line in lines)
    parts = [(f"t{at + 1}", tier, counts[tier]) for at, tier in enumerate(_TIERS)]
    others = sum(count for tier, count in counts.items() if tier not in _TIERS)
    parts.append(("t0", "no tier", others))
    legend = [tag("span", f"{name} {count:,}", class_=f"key {class_}") for class_, name, count in parts if count]
    return section("Tiers", stacked(parts, label="Tiers"), tag("p", join(legend, " "), class_="legend"))


def _stars(model: SiteModel, lines: Sequence[LedgerLine]) -> Markup:
    parts = _by_star(model, lines)
    legend = [tag("span", f"{name} {count:,}", class_=f"key {class_}") for class_, name, count in parts if count]
    return section("Stars", stacked(parts, label="Stars"), tag("p", join(legend, " "), class_="legend"))


def _by_star(model: SiteModel, lines: Sequence[LedgerLine]) -> list[tuple[str, str, int]]:
    """How many modules have each star: class, name and count. One of several stars counts under each."""
    counts = Counter(star for line in lines for star in line.assignment.stars)
    order = model.canon.order
    return [(f"s{order[star.id]}", star.id, counts[star.id]) for star in model.canon.stars]


def _modules(model: SiteModel, graph: Graph, lines: Sequence[LedgerLine], *, up: str, but: str) -> Markup:
    """The modules, those with most dependents first; `but` is what they have in common and need not be told."""
    ranked = sorted(lines, key=lambda line: (-len(graph.used_by[line.module]), line.module))
    heads = [
        "Module",
        *(["Star"] if but != "star" else []),
        "#Confidence",
        "Tier",
        *(["Owner"] if but != "owner" else []),
        "#Used by",
    ]

    def row(line: LedgerLine) -> list[str]:
        cells: list[str] = [module_link(line.module, up=up)]
        if but != "star":
            cells.append(join([star_chip(star, model.canon, up=up) for star in line.assignment.stars], " "))
        cells += [score(line.assignment.confidence), line.tier or NONE]
        if but != "owner":
            cells.append(owner_link(line.owner, up=up))
        return [*cells, f"{len(graph.used_by[line.module]):,}"]

    parts = [table(heads, map(row, ranked[:_LARGEST_TABLE]), class_="modules")]
    rest = sorted(line.module for line in ranked[_LARGEST_TABLE:])
    if rest:
        items = [tag("li", module_link(module, up=up)) for module in rest]
        parts.append(tag("p", f"and {len(rest):,} more, with fewer dependents:"))
        parts.append(tag("ul", join(items, "\n"), class_="modules"))
    return section("Modules", *parts, note=f"{len(lines):,}")


def _list_page(
    model: SiteModel, by_owner: dict[str | None, list[LedgerLine]], by_stratum: dict[str | None, list[LedgerLine]]
) -> tuple[str, bytes]:
    up = up_from(MODULES)
    stars = [star_chip(star.id, model.canon, up=up) for star in model.canon.stars]
    strata = [
        (link(up + stratum_page(str(name)), str(name)), f"{len(lines):,}", _stars_in_short(model, lines))
        for name, lines in by_stratum.items()
    ]
    owners = [
        (owner_link(name, up=up), f"{len(lines):,}", _stars_in_short(model, lines)) for name, lines in by_owner.items()
    ]
    return page(
        MODULES,
        "Modules",
        tag("h1", plural(len(model.lines), "module")),
        tag("p", join(stars, " "), class_="chips"),
        section("Strata", table(("Stratum", "#Modules", "Stars"), strata), note=f"{len(strata):,}"),
        section("Owners", table(("Owner", "#Modules", "Stars"), owners), note=f"{len(owners):,}"),
        site=model.title,
    )


def _stars_in_short(model: SiteModel, lines: Sequence[LedgerLine]) -> Markup:
    return stacked(_by_star(model, lines), label="Stars")

"""The dashboard: distribution before and after, gates, promotions, coverage, debt, and the trend over generations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from astrograph.audit.distribution import Placed, distribution_of, percent
from astrograph.audit.site.charts import Bar, share_bars, trend_line
from astrograph.audit.site.graph import Graph
from astrograph.audit.site.health import (
    contracts_part,
    coverage_part,
    cycles_part,
    debt_part,
    gates_part,
    has_owner,
    hubs_part,
)
from astrograph.audit.site.markup import Markup, escape, join, link, tag
from astrograph.audit.site.model import SiteModel
from astrograph.audit.site.page import (
    module_link,
    page,
    score,
    section,
    share,
    star_chip,
    table,
    tiles,
)
from astrograph.audit.site.paths import DASHBOARD, PLAN
from astrograph.formats.text import plural
from astrograph.model.canon import SUPPORTING
from astrograph.model.gate import Verdict

_BAND_TOP = 70_000
"""Above this share of Supporting modules (thousandths of a percent) the rules say little (SPEC section 13)."""

_TOP = 12
_RECENT = 60
_FINDINGS = 40


def dashboard(model: SiteModel, graph: Graph) -> tuple[str, bytes]:
    """The dashboard."""
    return page(
        DASHBOARD,
        "Dashboard",
        tag("h1", "Dashboard"),
        tiles(_numbers(model, graph)),
        _distribution(model),
        gates_part(model),
        *_promotions(model),
        coverage_part(model),
        *contracts_part(model),
        debt_part(model),
        hubs_part(model, graph),
        *cycles_part(model),
        _trend(model),
        site=model.title,
    )


def _numbers(model: SiteModel, graph: Graph) -> Iterator[tuple[str, str, str]]:
    total = len(model.lines)
    judged = [gate for gate in model.gates if gate.verdict is not Verdict.NOT_APPLICABLE]
    sound = sum(gate.verdict is not Verdict.FAIL for gate in judged)
    errors = sum(len(gate.findings) for gate in model.gates)
    supporting = sum(line.assignment.stars == (SUPPORTING,) for line in model.lines)
    imports = sum(len(each) for each in graph.uses.values())
    yield _counted(total, "module", f"{plural(imports, 'import')} between them")
    yield "gates hold", f"{sound} of {len(judged)}", f"{len(model.gates) - len(judged)} not applicable yet"
    yield _counted(errors, "finding", "errors and warnings of all gates")
    yield "Supporting", share(supporting, total), f"wanted: {_percent(model.floor)} to {_percent(_BAND_TOP)}"
    yield "owned", share(sum(has_owner(model, line) for line in model.lines), total), "by a team that exists"
    promotions = len(model.changes.promotions) if model.changes is not None else 0
    yield _counted(promotions, "promotion", "against what is published")
    yield _counted(len(model.dependencies.cycles), "cycle", "rings of imports")


def _counted(number: int, noun: str, note: str) -> tuple[str, str, str]:
    value, _, name = plural(number, noun).partition(" ")
    return name, value, note


def _percent(thousandths: int) -> str:
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}{f'.{rest:03d}'.rstrip('0') if rest else ''} %"


def _distribution(model: SiteModel) -> Markup:
    after = distribution_of((Placed(each.assignment.stars, each.tier, None) for each in model.lines), model.canon)
    before = None
    if model.baseline is not None:
        before = distribution_of((Placed(each.stars, each.tier, None) for each in model.baseline.values()), model.canon)
    now = {item.star: item.modules for item in after.stars}
    was = None if before is None else {item.star: item.modules for item in before.stars}
    bars = [
        Bar(
            star_chip(star.id, model.canon, up=""),
            model.canon.order[star.id],
            None if was is None else was[star.id],
            now[star.id],
        )
        for star in model.canon.stars
    ]
    chart = share_bars(bars, total=after.modules, before_total=None if before is None else before.modules)
    band = f"{_percent(model.floor)} to {_percent(_BAND_TOP)}"
    words = f"Supporting should hold {band} of the modules; it holds {share(after.supporting, after.modules)}."
    tick = "" if before is None else " The tick on a bar is its share in what is published."
    note = "modules by star; one of several stars counts under each"
    return section("Stars", chart, tag("p", words + tick, class_="quiet"), note=note)


def _promotions(model: SiteModel) -> Iterator[Markup]:
    if model.changes is None:
        return
    promotions = model.changes.promotions
    if not promotions:
        yield section("Promotions", tag("p", "None against what is published.", class_="quiet"))
        return
    gained = Counter(star for each in promotions for star in each.gained)
    chips = [join((star_chip(star, model.canon, up=""), escape(f" {count:,}"))) for star, count in gained.most_common()]
    rows = [
        (
            module_link(each.module, up=""),
            ", ".join(each.before),
            join([star_chip(star, model.canon, up="") for star in each.gained], " "),
            each.tier or "",
            score(each.confidence),
        )
        for each in promotions[:_TOP]
    ]
    more = link(PLAN, f"All {len(promotions):,} in the plan") if len(promotions) > _TOP else Markup("")
    heads = ("Module", "From", "Gained", "Tier", "#Confidence")
    yield section(
        "Promotions", tag("p", join(chips, " "), class_="chips"), table(heads, rows), more, note=f"{len(promotions):,}"
    )


def _trend(model: SiteModel) -> Markup:
    if not model.trend:
        return section(
            "Trend", tag("p", "Nothing was published yet: each publication adds a point here.", class_="quiet")
        )
    recent = model.trend[-_RECENT:]
    figures = []
    for name, read, shown in _SERIES:
        points = [
            (f"generation {line.get('number', '?')}", value) for line in recent if (value := read(line)) is not None
        ]
        if points:
            figures.append(trend_line(name, points, shown=shown))
    return section("Trend", tag("div", *figures, class_="figures"), note=plural(len(model.trend), "publication"))


def _number(name: str) -> Callable[[Mapping[str, object]], int | None]:
    """Reads one number of a trend line, None where it is none."""

    def read(line: Mapping[str, object]) -> int | None:
        value = line.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    return read


def _supporting(line: Mapping[str, object]) -> int | None:
    """The share of Supporting modules in a generation, in thousandths."""
    stars, modules = line.get("stars"), line.get("modules")
    if not isinstance(stars, Mapping) or not isinstance(modules, int) or not modules:
        return None
    count = stars.get(SUPPORTING, 0)
    return 1000 * count // modules if isinstance(count, int) else None


def _share_of_modules(thousandths: int) -> str:
    return percent(thousandths, 1000)


_SERIES = (
    ("modules", _number("modules"), "{:,}".format),
    ("Supporting", _supporting, _share_of_modules),
    ("promotions", _number("promotions"), "{:,}".format),
    ("added", _number("added"), "{:,}".format),
    ("changed", _number("changed"), "{:,}".format),
    ("removed", _number("removed"), "{:,}".format),
    ("covered", _number("coverage"), "{:,}".format),
    ("failing gates", _number("gates_failing"), "{:,}".format),
)

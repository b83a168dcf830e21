"""The constellation: a canvas that a script draws, and without scripts a list that leads everywhere too."""

from __future__ import annotations

from astrograph.audit.site.markup import Markup, join, link, tag
from astrograph.audit.site.model import SiteModel
from astrograph.audit.site.page import page, star_chip
from astrograph.audit.site.paths import INDEX, MODULES, SKY_DATA, stratum_page
from astrograph.formats.text import plural
from astrograph.model.ids import stratum_of

_KEYS = "drag or arrow keys to move, wheel or + and - to zoom, 0 for all, / to search, Esc to let go"


def index_page(model: SiteModel) -> tuple[str, bytes]:
    """The page of the picture."""
    strata = sorted({stratum_of(line.module) for line in model.lines})
    stars = join([star_chip(star.id, model.canon, up="") for star in model.canon.stars], " ")
    listed = join([tag("li", link(stratum_page(name), name)) for name in strata])
    canvas = tag(
        "canvas",
        id="canvas",
        tabindex=0,
        role="application",
        aria_label=f"The constellation of {plural(len(model.lines), 'module')}, all listed under Modules; {_KEYS}",
    )
    without = tag(
        "noscript",
        tag("h1", model.title),
        tag("p", "The picture needs JavaScript. Everything else does not: ", link(MODULES, "all modules"), ", by star"),
        tag("p", stars, class_="chips"),
        tag("p", "or by stratum"),
        tag("ul", listed, class_="modules"),
    )
    return page(
        INDEX,
        "",
        tag("div", canvas, id="stage"),
        tag("aside", id="filters", aria_label="Filters"),
        tag("aside", id="detail", aria_label="Selected module", hidden=""),
        tag("p", _KEYS, id="keys", class_="quiet"),
        tag("p", id="status", role="status", aria_live="polite"),
        without,
        Markup(tag("script", src=SKY_DATA)),
        Markup(tag("script", src="assets/sky.js")),
        site=model.title,
        kind="sky",
    )

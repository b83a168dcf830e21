"""Every file of the site, from one model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from astrograph.audit.site.constellation import constellation_data
from astrograph.audit.site.dashboard import dashboard
from astrograph.audit.site.graph import Graph
from astrograph.audit.site.group_pages import group_pages
from astrograph.audit.site.index_page import index_page
from astrograph.audit.site.model import SiteModel
from astrograph.audit.site.module_page import ModulePages
from astrograph.audit.site.paths import SKY_DATA
from astrograph.audit.site.plan_page import plan_page

ASSETS = ("site.css", "site.js", "sky.js")
"""The files beside the pages, which are the same for every site."""


def site_files(model: SiteModel, assets: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Every file as its path below `build/site/` and its bytes, one at a time; `assets` holds the `ASSETS`.

    A pure function: the same model gives the same files, in the same order.
    """
    graph = Graph.of(model.lines, model.dependencies)
    for name in ASSETS:
        yield f"assets/{name}", assets[name]
    yield SKY_DATA, constellation_data(model, graph)
    yield dashboard(model, graph)
    yield plan_page(model)
    yield from group_pages(model, graph)
    pages = ModulePages.of(model, graph)
    for line in model.lines:
        yield pages.page(line)
    yield index_page(model)

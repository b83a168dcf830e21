"""Findings as a list: code, place, message, way out."""

from __future__ import annotations

from collections.abc import Sequence

from astrograph.audit.site.markup import Markup, join, tag
from astrograph.audit.site.page import breakable, module_link
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId

_SHOWN = 100


def findings_list(
    findings: Sequence[Finding], *, up: str, modules: frozenset[ModuleId] = frozenset(), shown: int = _SHOWN
) -> Markup:
    """The first findings, each with what to do; those about one of `modules` lead to its page."""
    items = [_item(each, up=up, modules=modules) for each in findings[:shown]]
    hidden = len(findings) - shown
    more = tag("p", f"and {hidden:,} more: doit validate lists them all", class_="quiet") if hidden > 0 else Markup("")
    return join((tag("ul", join(items, "\n"), class_="findings"), more))


def _item(finding: Finding, *, up: str, modules: frozenset[ModuleId]) -> Markup:
    place = finding.path
    if finding.line:
        place += f":{finding.line}"
    module = ModuleId(finding.module)
    return tag(
        "li",
        tag("span", finding.code, class_=f"code {finding.severity.value}"),
        Markup(" "),
        tag("code", breakable(place), class_="place"),
        Markup(" "),
        finding.message,
        *((Markup(" "), module_link(module, up=up)) if module in modules else ()),
        *((tag("p", f"fix: {finding.fix}", class_="fix"),) if finding.fix else ()),
    )

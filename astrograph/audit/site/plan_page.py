"""The plan as its reviewer reads it: classes of change first, then promotions, then the canary to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from astrograph.audit.site.markup import Markup, escape, join, tag
from astrograph.audit.site.model import PlanView, SiteModel
from astrograph.audit.site.page import breakable, module_link, page, score, section, share, star_chip, table, tiles
from astrograph.audit.site.paths import PLAN
from astrograph.model.ids import ModuleId
from astrograph.model.plan import VARIOUS, WHOLE, ChangeClass, ChangeKind, Changes, FieldChange, ModuleChange

_CLASSES = 500
_MODULES = 500
_LONGEST = 160
_SPENT = "spent"


def plan_page(model: SiteModel) -> tuple[str, bytes]:
    """The plan view; without a plan, or once it is published, what differs from what is published."""
    known = frozenset(line.module for line in model.lines)
    view = model.plan
    changes = view.plan.changes if view is not None else model.changes
    parts: list[Markup] = [tag("h1", "Plan")]
    if view is None:
        parts.append(tag("p", "There is no plan. ", tag("code", "doit plan"), " makes one of what is staged now."))
    else:
        parts += _state(view)
        if view.state == _SPENT:
            view, changes = None, model.changes
    if changes is not None:
        parts.append(tiles(_numbers(changes)))
    if view is not None:
        parts += [_classes(view, known), *_canary(view, known)]
    if changes is not None:
        parts += [_promotions(model, changes, known), *_modules(changes, known)]
    if view is not None:
        parts.append(_inputs(view))
    return page(PLAN, "Plan", *parts, site=model.title)


def _state(view: PlanView) -> Iterator[Markup]:
    parent = "nothing was published before" if view.plan.parent is None else f"on top of generation {view.plan.parent}"
    yield tag(
        "p",
        tag("span", view.state, class_=f"verdict plan-{view.state.lower()}"),
        f" {view.reason}" if view.reason else "",
        class_="state",
    )
    yield tag("p", tag("code", view.digest, class_="digest"), f" {parent}", class_="quiet")
    if view.state in {"pending", "expired", "invalid"}:
        yield tag(
            "p", "When everything below is as it should be: ", tag("code", "doit approve --by NAME --reason TEXT")
        )


def _numbers(changes: Changes) -> Iterator[tuple[str, str, str]]:
    counts = Counter(change.kind for change in changes.modules)
    for kind in ChangeKind:
        yield kind.value, f"{counts[kind]:,}", "modules"
    yield "unchanged", f"{changes.unchanged:,}", "modules"
    yield "promotions", f"{len(changes.promotions):,}", "stars the baseline did not have"


def _classes(view: PlanView, known: frozenset[ModuleId]) -> Markup:
    rows = [
        (
            *_change(each),
            tag("span", each.cause.value, class_=f"cause {each.cause.value}"),
            f"{each.count:,}",
            _module(each.example, known),
        )
        for each in view.plan.classes[:_CLASSES]
    ]
    hidden = len(view.plan.classes) - _CLASSES
    more = tag("p", f"and {hidden:,} more: doit plan --full", class_="quiet") if hidden > 0 else Markup("")
    heads = ("Field", "From", "To", "Cause", "#Modules", "For example")
    return section("Change classes", table(heads, rows), more, note=f"{len(view.plan.classes):,} to review")


def _change(each: ChangeClass) -> tuple[Markup, Markup, Markup]:
    if each.field == WHOLE:
        return (
            tag("span", "whole modules"),
            escape("there" if each.before else "-"),
            escape("there" if each.after else "-"),
        )
    return tag("code", each.field), _value(each.before), _value(each.after)


def _value(text: str) -> Markup:
    if text == VARIOUS:
        return tag("span", "various", class_="quiet")
    if not text:
        return tag("span", "-", class_="quiet")
    return tag("code", text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _module(module: ModuleId, known: frozenset[ModuleId]) -> Markup:
    return module_link(module, up="") if module in known else breakable(module)


# the canary


def _canary(view: PlanView, known: frozenset[ModuleId]) -> Iterator[Markup]:
    canary = view.plan.canary
    critical = set(canary.critical)
    items = [
        tag(
            "li",
            _module(module, known),
            *((tag("span", "critical", class_="chip warn"),) if module in critical else ()),
        )
        for module in canary.modules
    ]
    reasons = [_reason(each, known) for each in _objects(view.report.get("look_at"))]
    looked = tag("ul", *reasons, class_="reasons") if reasons else Markup("")
    part = share(len(canary.modules), canary.population)
    note = f"{len(canary.modules):,} of {canary.population:,} changed modules ({part})"
    bounds = [tag("li", _bound(each)) for each in _objects(view.report.get("bound"))]
    proved = join((tag("h3", "What a clean sample proves"), tag("ul", *bounds))) if bounds else Markup("")
    yield section("Canary", looked, tag("ul", join(items, "\n"), class_="modules"), proved, note=note)


def _objects(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _reason(said: Mapping[str, object], known: frozenset[ModuleId]) -> Markup:
    modules = said.get("modules")
    named = [_module(ModuleId(str(each)), known) for each in modules] if isinstance(modules, list) else []
    return tag(
        "li", tag("b", f"{said.get('count', len(named))} × {said.get('why', '')}"), Markup(": "), join(named, ", ")
    )


def _bound(said: Mapping[str, object]) -> str:
    sure, most, population = said.get("confidence"), said.get("defects"), said.get("population")
    return f"with {sure} % confidence at most {most} of {population} changed modules have a fault that a look shows"


# module by module


def _promotions(model: SiteModel, changes: Changes, known: frozenset[ModuleId]) -> Markup:
    if not changes.promotions:
        return section("Promotions", tag("p", "None.", class_="quiet"))
    rows = [
        (
            _module(each.module, known),
            ", ".join(each.before),
            join([star_chip(star, model.canon, up="") for star in each.gained], " "),
            each.origin.value,
            each.tier or "",
            score(each.confidence),
        )
        for each in changes.promotions[:_MODULES]
    ]
    heads = ("Module", "From", "Gained", "By", "Tier", "#Confidence")
    return section("Promotions", table(heads, rows), _rest(changes.promotions), note=f"{len(changes.promotions):,}")


def _modules(changes: Changes, known: frozenset[ModuleId]) -> Iterator[Markup]:
    for kind in (ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.ADDED):
        found = [change for change in changes.modules if change.kind is kind]
        if found:
            items = [tag("li", _module(each.module, known), *_fields(each)) for each in found[:_MODULES]]
            plain = not any(each.fields for each in found)
            yield section(
                kind.value.capitalize(),
                tag("ul", join(items, "\n"), class_="modules" if plain else "changes"),
                _rest(found),
                note=f"{len(found):,}",
            )


def _fields(change: ModuleChange) -> Iterator[Markup]:
    for each in change.fields:
        yield tag(
            "div", tag("code", each.pointer), " ", _value(each.before), " → ", _value(each.after), " ", *_cause(each)
        )


def _cause(change: FieldChange) -> Iterator[Markup]:
    yield tag("span", change.cause.value, class_=f"cause {change.cause.value}")
    if change.at:
        yield join((escape(" "), tag("code", change.at, class_="place")))


def _rest(listed: Sequence[object]) -> Markup:
    hidden = len(listed) - _MODULES
    return tag("p", f"and {hidden:,} more: doit plan --full", class_="quiet") if hidden > 0 else Markup("")


def _inputs(view: PlanView) -> Markup:
    rows = [(tag("code", name), tag("code", digest, class_="digest")) for name, digest in view.plan.inputs]
    body = tag(
        "details",
        tag("summary", "What the plan rests on; any change voids an approval"),
        table(("Input", "SHA-256"), rows),
    )
    return section("Inputs", body, note=f"{len(rows)}")

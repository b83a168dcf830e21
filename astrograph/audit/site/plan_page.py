"""The plan as its reviewer reads it: classes of change first, then promotions, then the canary to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from astrograph.audit.findings import why_it_stands
from astrograph.audit.site.markup import Markup, escape, join, tag
from astrograph.audit.site.model import PlanView, SiteModel
from astrograph.audit.site.page import breakable, module_link, page, score, section, share, star_chip, table, tiles
from astrograph.audit.site.paths import PLAN
from astrograph.formats.text import plural
from astrograph.model.finding import worst_first
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ids import ModuleId
from astrograph.model.plan import VARIOUS, WHOLE, ChangeClass, ChangeKind, Changes, FieldChange, ModuleChange

_CLASSES = 500
_MODULES = 500
_LONGEST = 160
_SPENT = "spent"
_APPROVED = "approved"
_CANARY = "canary"


def plan_page(model: SiteModel) -> tuple[str, bytes]:
    """The plan view; without a plan, or once it is published, what differs from what is published."""
    known = frozenset(line.module for line in model.lines)
    view = model.plan
    parts: list[Markup] = [tag("h1", "Plan")]
    if view is None:
        parts.append(tag("p", "There is no plan. ", tag("code", "doit plan"), " makes one of what is staged now."))
        parts += _unplanned(model, known, title="Not planned yet")
    elif view.state == _SPENT and not view.holds:
        parts += [*_state(view), _what_it_did(view), *_unplanned(model, known, title="Since then, not planned yet")]
    else:
        changes = view.plan.changes
        parts += [*_state(view), _decision(view, model.gates), tiles(_numbers(changes)), _gates(model.gates)]
        parts += [_classes(view, known), *_canary(view, known), _promotions(model, changes, known)]
        parts += [*_modules(changes, known), _inputs(view)]
    return page(PLAN, "Plan", *parts, site=model.title)


def _state(view: PlanView) -> Iterator[Markup]:
    parent = view.plan.parent
    over = "on top of nothing: the first publication" if parent is None else f"on top of generation {parent}"
    if view.generation is not None:
        over = f"generation {view.generation}{', taken back since' if view.holds else ''}, {over}"
    yield tag(
        "p",
        tag("span", view.state, class_=f"verdict plan-{view.state.lower()}"),
        f" {view.reason}" if view.reason else "",
        class_="state",
    )
    yield tag("p", tag("code", view.digest, class_="digest"), f" {over}", class_="quiet")


def _decision(view: PlanView, gates: Sequence[GateResult]) -> Markup:
    """The command that comes next, or what stands in its way: an approval under a failing gate would be void."""
    failing = [gate.gate for gate in gates if _blocks(gate)]
    ways = [] if view.holds else [escape(view.hint or "the plan no longer holds")]
    if failing:
        verb = "fails" if len(failing) == 1 else "fail"
        ways.append(
            escape(f"{plural(len(failing), 'gate')} {verb}: {', '.join(failing)}. Mend that, then doit plan again")
        )
    if ways:
        return tag("div", tag("p", "What stands in the way:"), tag("ul", *[tag("li", way) for way in ways]))
    if view.state == _APPROVED:
        return tag("p", "Approved; what comes next: ", tag("code", "doit publish"))
    waits = any(gate.gate == _CANARY and gate.verdict is Verdict.FAIL for gate in gates)
    said = tag("code", "doit approve --by NAME --reason TEXT")
    until = "; until then the gate canary fails" if waits else ""
    return tag("p", "When everything below is as it should be: ", said, until)


def _blocks(gate: GateResult) -> bool:
    """Whether a gate keeps the plan from being published, whatever people say; that of the canary waits for them."""
    return gate.verdict is Verdict.FAIL and gate.gate != _CANARY


def _what_it_did(view: PlanView) -> Markup:
    counts = Counter(change.kind for change in view.plan.changes.modules)
    told = ", ".join(f"{counts[kind]:,} {kind.value}" for kind in ChangeKind)
    promoted = plural(len(view.plan.changes.promotions), "promotion")
    return tag("p", f"It was a plan of {plural(view.plan.modules, 'module')}: {told}; {promoted}.")


def _unplanned(model: SiteModel, known: frozenset[ModuleId], *, title: str) -> Iterator[Markup]:
    """What differs between what is published and what is built, where no plan speaks of it."""
    changes = model.changes
    if changes is None:
        return
    if not changes.modules:
        yield section(title, tag("p", "Nothing: what is built is what is published.", class_="quiet"))
        return
    yield section(title, tiles(_numbers(changes)))
    yield _promotions(model, changes, known)
    yield from _modules(changes, known)


_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.PASS, Verdict.NOT_APPLICABLE)
_LOUD = frozenset(_ORDER[:2])


def _gates(gates: Sequence[GateResult]) -> Markup:
    """Every gate that a publication asks, those that fail first with their finding; what needs no look is folded."""
    ordered = sorted(gates, key=lambda gate: _ORDER.index(gate.verdict))
    loud = [gate for gate in ordered if gate.verdict in _LOUD]
    quiet = ordered[len(loud) :]
    counts = Counter(gate.verdict for gate in gates)
    note = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in _ORDER if counts[verdict])
    said = _verdicts(loud) if loud else tag("p", "None fails, none warns.", class_="quiet")
    rest = tag("details", tag("summary", f"{len(quiet)} that need no look"), _verdicts(quiet)) if quiet else Markup("")
    return section("Gates", said, rest, note=note)


def _verdicts(gates: Sequence[GateResult]) -> Markup:
    rows = [
        (
            tag("span", gate.verdict.value, class_=f"verdict {gate.verdict.name.lower()}"),
            tag("code", gate.gate),
            "–" if gate.verdict is Verdict.NOT_APPLICABLE else f"{gate.compared:,} of {gate.expected:,}",
            join((escape(why_it_stands(gate) if gate.verdict in _LOUD else gate.reason), *_way_out(gate))),
        )
        for gate in gates
    ]
    return table(("Verdict", "Gate", "#Compared", "Why"), rows)


def _way_out(gate: GateResult) -> Iterator[Markup]:
    first = next(iter(worst_first(gate.findings)), None)
    if first is not None and first.fix:
        yield tag("p", f"fix: {first.fix}", class_="fix")


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

"""What `doit plan`, `doit canary` and `doit approve` show people. Values in, text out; nothing here prints."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from astrograph.formats.text import plural, safe
from astrograph.model.canon import Canon, StarId
from astrograph.model.gate import Verdict
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.plan import (
    VARIOUS,
    WHOLE,
    Approval,
    ChangeClass,
    ChangeKind,
    FieldChange,
    ModuleChange,
    Plan,
    Promotion,
)
from astrograph.publication.bound import Bound
from astrograph.publication.report import reasons_to_look, sample_bounds

SHOWN = 20
"""So many promotions and removals are listed before the rest are counted."""

_VALUE = 48
_NAMED = 3
_MARK = {ChangeKind.ADDED: "+", ChangeKind.CHANGED: "~", ChangeKind.REMOVED: "-"}
_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"


def plan_text(plan: Plan, *, digest: str, path: str, canon: Canon, nothing: bool, full: bool, colour: bool) -> str:
    """A plan for the person who decides on it: totals, gates, change classes, promotions, removals, what comes next.

    `nothing` tells that a publication would leave everything as it is.
    """
    paint = _Paint(colour)
    blocks = [_head(plan, paint), _gates(plan, paint)]
    blocks += [_classes(plan.classes, paint)] if plan.classes else []
    blocks += [_promotions(plan.changes.promotions, canon, paint)] if plan.changes.promotions else []
    removed = [change.module for change in plan.changes.modules if change.kind is ChangeKind.REMOVED]
    blocks += [_list("Removed", removed, paint)] if removed else []
    blocks += [_modules(plan.changes.modules, paint)] if full and plan.changes.modules else []
    blocks.append(f"plan {digest}\n     {safe(path)}")
    blocks.append(_next(plan, paint, nothing=nothing))
    return "\n\n".join(blocks) + "\n"


def canary_text(plan: Plan, *, digest: str, canon: Canon, paths: Sequence[str], colour: bool) -> str:
    """The canary of a plan: how it was drawn, what to look at in it, what it proves when it is clean."""
    paint = _Paint(colour)
    changed = [change.module for change in plan.changes.modules]
    blocks = [f"{paint('PENDING_APPROVAL', _YELLOW)}   the canary of plan {digest[:12]}"]
    blocks.append(_drawn(plan, changed, "changed module"))
    blocks += [_gates(plan, paint)] if any(verdict == Verdict.FAIL for _, verdict in plan.gates) else []
    blocks += [_distribution(plan, canon, paint)]
    blocks.append(_parity(plan))
    blocks += _reasons(plan, paint)
    blocks += _sampled(plan, canon, paint)
    blocks.append(_proof(plan, sample_bounds(plan, changed)))
    blocks.append("\n".join(safe(path) for path in paths))
    return "\n\n".join(blocks) + "\n"


def preview_text(
    preview: Plan, *, modules: Sequence[ModuleId], canon: Canon, paths: Sequence[str], colour: bool
) -> str:
    """A sample of all modules, built before everything else: the same view, and that it can not be approved."""
    paint = _Paint(colour)
    blocks = [f"{paint('PARTIAL', _YELLOW)}   a look at a sample before everything is built; it can not be approved"]
    blocks.append(_drawn(preview, modules, "module"))
    blocks += _sampled(preview, canon, paint)
    blocks.append("\n".join(safe(path) for path in paths))
    blocks.append("next   doit plan")
    return "\n\n".join(blocks) + "\n"


def approval_text(approval: Approval, *, digest: str, path: str) -> str:
    """An approval that was just given."""
    lines = [
        f"approved   plan {approval.plan[:12]}, canary {approval.canary[:12]}",
        f"by         {safe(approval.by)}{' (signed)' if approval.signature else ''}",
        *([f"because    {safe(approval.reason)}"] if approval.reason else []),
        f"until      {approval.expires}",
        f"           {safe(path)} {digest[:12]}",
        "",
        "next   doit publish",
    ]
    return "\n".join(lines) + "\n"


# the parts of a plan


def _head(plan: Plan, paint: _Paint) -> str:
    counts = Counter(change.kind for change in plan.changes.modules)
    over = "nothing published yet" if plan.parent is None else f"generation {plan.parent}"
    totals = [
        paint(f"+{counts[ChangeKind.ADDED]:,} added", _GREEN),
        paint(f"~{counts[ChangeKind.CHANGED]:,} changed", _YELLOW),
        paint(f"-{counts[ChangeKind.REMOVED]:,} removed", _RED),
        f"{plan.changes.unchanged:,} unchanged",
    ]
    lines = [f"{paint(plural(plan.modules, 'module'), _BOLD)} over {over}", "  " + "   ".join(totals)]
    parity = plan.parity
    if parity.compared:
        lines.append("  " + _parity(plan))
    if plan.changes.promotions:
        lines.append(f"  {plural(len(plan.changes.promotions), 'promotion')}")
    return "\n".join(lines)


def _parity(plan: Plan) -> str:
    parity = plan.parity
    if not parity.compared:
        return "parity   nothing to compare with"
    parts = [f"{parity.unchanged:,} of {parity.compared:,} keep owner, tier and contracts"]
    parts += [f"{parity.authored:,} changed by authored edits"] if parity.authored else []
    parts += [f"{parity.other:,} changed otherwise"] if parity.other else []
    return "parity   " + ", ".join(parts)


def _gates(plan: Plan, paint: _Paint) -> str:
    counts = Counter(verdict for _, verdict in plan.gates)
    told = [f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]]
    failing = [gate for gate, verdict in plan.gates if verdict == Verdict.FAIL]
    text = f"gates  {', '.join(told)}"
    if failing:
        text += f"\n       {paint('fail', _RED)} {', '.join(failing)}; doit validate shows why"
    return text


def _classes(classes: Sequence[ChangeClass], paint: _Paint) -> str:
    rows = [(f"{item.count:,}", _what(item), item.cause.value, f"e.g. {safe(item.example)}") for item in classes]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [paint(plural(len(classes), "change class"), _BOLD)]
    for count, what, cause, example in rows:
        line = f"  {count:>{widths[0]}} × {what:<{widths[1]}}  {cause:<{widths[2]}}  "
        lines.append(line + paint(example, _DIM))
    return "\n".join(lines)


def _what(item: ChangeClass) -> str:
    if item.field == WHOLE:
        return "module added" if item.after else "module removed"
    if item.before == VARIOUS:
        return f"{safe(item.field)}  various values"
    return f"{safe(item.field)}  {_change(item.before, item.after)}"


def _change(before: str, after: str) -> str:
    """From one value to another; of long lists only what came and what went."""
    if max(len(before), len(after)) > _VALUE and before.startswith("[") and after.startswith("["):
        old, new = ([json.dumps(item, ensure_ascii=False) for item in json.loads(text)] for text in (before, after))
        came, went = ([item for item in some if item not in set(others)] for some, others in ((new, old), (old, new)))
        shown = " ".join([*(f"-{item}" for item in went), *(f"+{item}" for item in came)])
        if shown:
            return _cut(shown, 2 * _VALUE)
    return f"{_value(before)} → {_value(after)}"


def _value(text: str) -> str:
    return _cut(text, _VALUE) if text else "(none)"


def _cut(text: str, limit: int) -> str:
    shown = safe(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _promotions(promotions: Sequence[Promotion], canon: Canon, paint: _Paint) -> str:
    rows = [_promotion(item, canon) for item in promotions[:SHOWN]]
    wide = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [paint(plural(len(promotions), "promotion"), _BOLD)]
    lines += [f"  {module:<{wide[0]}}  {stars:<{wide[1]}}  {rest}" for module, stars, rest in rows]
    hidden = len(promotions) - SHOWN
    return "\n".join([*lines, *([f"  … and {hidden:,} more; doit plan --json lists them"] if hidden > 0 else [])])


def _promotion(item: Promotion, canon: Canon) -> tuple[str, str, str]:
    tier = f"  {safe(item.tier)}" if item.tier else ""
    stars = f"{_stars(item.before, canon)} → {_stars(item.after, canon)}"
    return safe(item.module), stars, f"{item.confidence / 1000:.2f} {item.origin.value}{tier}"


def _stars(stars: Iterable[StarId], canon: Canon) -> str:
    shown = [f"{canon.by_id[star].emoji} {star}" if star in canon.by_id else safe(star) for star in stars]
    return ", ".join(shown) or "(none)"


def _list(title: str, modules: Sequence[ModuleId], paint: _Paint) -> str:
    lines = [paint(f"{title}: {len(modules):,}", _BOLD), *(f"  {safe(module)}" for module in modules[:SHOWN])]
    hidden = len(modules) - SHOWN
    return "\n".join([*lines, *([f"  … and {hidden:,} more; doit plan --full lists them"] if hidden > 0 else [])])


def _modules(changes: Sequence[ModuleChange], paint: _Paint) -> str:
    lines = [paint("Each module", _BOLD)]
    for change in changes:
        tier = f"  {safe(change.tier)}" if change.tier else ""
        lines.append(f"  {_MARK[change.kind]} {safe(change.module)}{tier}")
        lines += [f"      {_field(item)}" for item in change.fields]
    return "\n".join(lines)


def _field(item: FieldChange) -> str:
    at = f" {safe(item.at)}" if item.at else ""
    pointer = safe(item.pointer) or "(the whole document)"
    return f"{pointer}  {_change(item.before, item.after)}  {item.cause.value}{at}"


def _next(plan: Plan, paint: _Paint, *, nothing: bool) -> str:
    if any(verdict == Verdict.FAIL for _, verdict in plan.gates):
        return f"next   {paint('mend what fails', _RED)}, then doit plan again"
    if nothing:
        return "next   nothing to publish: what is built is what is published"
    if not plan.changes.modules:
        return "next   doit canary: no module changes; a publication records the policy they rest on now"
    return "next   doit canary"


# the parts of a canary


def _drawn(plan: Plan, population: Sequence[ModuleId], what: str) -> str:
    sample = plan.canary
    strata = len({stratum_of(module) for module in population})
    text = f"{plural(len(sample.modules), 'module')} of {plural(sample.population, what)}"
    text += f" in {strata:,} {'stratum' if strata == 1 else 'strata'}"
    if sample.critical:
        text += f", {len(sample.critical):,} of them for being critical"
    return f"sample   {text}"


def _distribution(plan: Plan, canon: Canon, paint: _Paint) -> str:
    lines = [paint("Stars", _BOLD)]
    for item in plan.distribution:
        if item.before or item.after:
            change = f"{item.after - item.before:+,}" if item.before != item.after else ""
            lines.append(f"  {_stars((item.star,), canon):<14} {item.before:>8,} → {item.after:>8,}  {change}".rstrip())
    return "\n".join(lines)


def _reasons(plan: Plan, paint: _Paint) -> list[str]:
    reasons = reasons_to_look(plan)
    if not reasons:
        return []
    lines = [paint("What to look at", _BOLD)]
    for why, modules in reasons:
        shown = ", ".join(safe(module) for module in modules[:_NAMED]) + (", …" if len(modules) > _NAMED else "")
        lines.append(f"  {len(modules):>5,}  {why}: {shown}")
    return ["\n".join(lines)]


def _sampled(plan: Plan, canon: Canon, paint: _Paint) -> list[str]:
    sample = set(plan.canary.modules)
    promoted = [item for item in plan.changes.promotions if item.module in sample]
    looked_at = [change for change in plan.changes.modules if change.module in sample]
    blocks = [_modules(looked_at, paint).replace("Each module", "In the sample", 1)] if looked_at else []
    return [*blocks, *([_promotions(promoted, canon, paint)] if promoted else [])]


def _proof(plan: Plan, bounds: Sequence[Bound]) -> str:
    if not plan.canary.population:
        return "nothing changes: there is nothing to look at"
    lines = ["If all of the sample is right, then of all changed modules at most"]
    for bound in bounds:
        most = f"{bound.defects:>6,} of {bound.population:,} ({float(bound.share) * 100:.1f} %)"
        lines.append(f"  {most} are wrong, with {bound.confidence} % confidence")
    return "\n".join(lines)


class _Paint:
    """Colours text, or leaves it alone."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colour else text

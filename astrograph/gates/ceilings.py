"""The gates over how much may change at once: promotions in a run, per star, and the floor (SPEC section 9).

At the limit passes, one above fails. All numbers are whole, so that no limit is missed by rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from astrograph.gates.registry import Gate
from astrograph.model.assignment import Origin
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Promotion
from astrograph.model.rules import Limits

_NAMED = 5
"""How many modules a message names."""

_PERCENT = 100_000
"""One whole, in thousandths of a percent point, the unit of the floor."""


def ceiling_run_gate(
    promotions: Sequence[Promotion], limits: Limits, *, compared: int, expected: int, rules_path: str
) -> GateResult:
    """Judge whether at most `max_promotions_run` modules gain a star that the baseline did not give them.

    `compared` is the number of modules whose stars were held against the baseline, `expected` that of the inventory.
    """
    count, limit = len(promotions), limits.max_promotions_run
    problems: tuple[Finding, ...] = ()
    if count > limit:
        message = f"{count:,} modules are promoted, the limit is {limit:,}: {_some(promotions)}"
        problems = (finding("AG408", message, path=rules_path, fix=_fix("max_promotions_run")),)
    result = judge(
        Gate.CEILING_RUN.value,
        compared=compared,
        expected=expected,
        findings=problems,
        notes=(("forced", _forced(promotions)), ("limit", limit), ("promotions", count)),
    )
    return replace(result, reason=result.reason or f"{count:,} promoted, the limit is {limit:,}")


def ceiling_star_gate(
    promotions: Sequence[Promotion],
    limits: Limits,
    *,
    stars: Sequence[StarId],
    compared: int,
    expected: int,
    rules_path: str,
) -> GateResult:
    """Judge whether at most `max_promotions_per_star` modules gain each star; `stars` are those of the canon."""
    limit = limits.max_promotions_per_star
    gained: dict[StarId, list[Promotion]] = {}
    for promotion in promotions:
        for star in promotion.gained:
            gained.setdefault(star, []).append(promotion)
    problems = tuple(
        finding(
            "AG409",
            f"{len(those):,} modules are promoted to {star}, the limit is {limit:,}: {_some(those)}",
            path=rules_path,
            fix=_fix("max_promotions_per_star"),
        )
        for star, those in sorted(gained.items())
        if len(those) > limit
    )
    counts = {star: len(gained.get(star, ())) for star in (*stars, *sorted(gained.keys() - set(stars)))}
    result = judge(
        Gate.CEILING_STAR.value,
        compared=compared,
        expected=expected,
        findings=problems,
        notes=(("limit", limit), ("promotions", counts)),
    )
    most = max(counts.items(), key=lambda item: item[1], default=(SUPPORTING, 0))
    return replace(result, reason=result.reason or _most(most, limit))


def supporting_floor_gate(
    lines: Iterable[LedgerLine],
    before: Mapping[ModuleId, Entry] | None,
    limits: Limits,
    *,
    expected: int,
    rules_path: str,
) -> GateResult:
    """Judge whether at least `min_supporting_percentage` of the modules are Supporting and nothing else.

    A baseline that was below the floor, and no better than what is staged, makes it a warning.
    """
    stars = Counter(line.assignment.stars == (SUPPORTING,) for line in lines)
    count, total = stars[True], stars.total()
    floor = limits.min_supporting_percentage
    was, of = _baseline(before)
    problems: tuple[Finding, ...] = ()
    if total and count * _PERCENT < floor * total:
        earlier = f", as {_share(was, of)} of what is published" if of else ""
        excused = bool(of) and was * _PERCENT < floor * of and count * of >= was * total
        message = f"{_share(count, total)} of {total:,} modules are Supporting, the floor is {_points(floor)}"
        problems = (
            finding(
                "AG411" if excused else "AG410",
                message + (earlier if excused else ""),
                path=rules_path,
                fix="make the rules narrower; `doit info MODULE` shows which of them fired",
            ),
        )
    result = judge(
        Gate.SUPPORTING_FLOOR.value,
        compared=total,
        expected=expected,
        findings=problems,
        notes=(
            ("baseline_modules", of),
            ("baseline_supporting", was),
            ("floor", floor / 1000),
            ("supporting", count),
        ),
    )
    summary = f"{_share(count, total)} Supporting, the floor is {_points(floor)}" if total else ""
    return replace(result, reason=result.reason or summary)


def _baseline(before: Mapping[ModuleId, Entry] | None) -> tuple[int, int]:
    """How many modules of the baseline are Supporting alone, of how many whose stars are known."""
    known = [entry.stars for entry in (before or {}).values() if entry.stars]
    return sum(stars == (SUPPORTING,) for stars in known), len(known)


def _share(count: int, total: int) -> str:
    """A percentage, cut and not rounded: what is below a limit never reads as being at it."""
    return _points(count * _PERCENT // total if total else 0)


def _points(thousandths: int) -> str:
    return f"{thousandths // 1000}.{thousandths % 1000 // 100} %"


def _forced(promotions: Sequence[Promotion]) -> int:
    return sum(promotion.origin is Origin.FORCED for promotion in promotions)


def _some(promotions: Sequence[Promotion]) -> str:
    names = sorted(promotion.module for promotion in promotions)
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _most(most: tuple[StarId, int], limit: int) -> str:
    star, count = most
    return f"none promoted, the limit is {limit:,}" if not count else f"most to {star}: {count:,} of {limit:,}"


def _fix(name: str) -> str:
    return f'make the rules narrower; or raise `{name}` and run `doit pin --reason "..."`'

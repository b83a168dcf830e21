"""`CONSTELLATION_TOP.md`: the stars one by one, for people (SPEC section 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from astrograph.audit.distribution import BAND, Distribution, StarShare, percent
from astrograph.audit.registry import Artifact
from astrograph.audit.tables import suggested
from astrograph.formats.markdown import bar, code, escape, link, table
from astrograph.formats.text import plural
from astrograph.model.canon import SUPPORTING, Canon, StarId
from astrograph.model.facts import Tier
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine

_EXAMPLES = 6
_GAPS = 10


def constellation_page(
    lines: Sequence[LedgerLine], canon: Canon, *, before: Distribution | None, after: Distribution, manifests: str
) -> bytes:
    """The page. `before` is the published distribution, None where nothing is; `manifests` leads from it to them."""
    was = {} if before is None else {item.star: item.modules for item in before.stars}
    users = Counter(target for line in lines for target in line.internal)
    members: dict[StarId, list[LedgerLine]] = {}
    for line in lines:
        for star in line.assignment.stars:
            members.setdefault(star, []).append(line)
    parts = [
        "# Constellation",
        _opening(lines, after),
        _overview(after, canon, was=None if before is None else was),
        *(_star(item, canon, after, members.get(item.star, []), users, manifests=manifests) for item in after.stars),
        "## Gaps",
        *_gaps(lines, canon, after, manifests=manifests),
    ]
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def _opening(lines: Sequence[LedgerLine], after: Distribution) -> str:
    low, high = BAND
    verdict = "within" if after.in_band else "outside"
    counted = link(plural(after.modules, "module"), Artifact.STARS_AFTER.value)
    several = sum(1 for line in lines if len(line.assignment.stars) > 1)
    held = "one star each"
    if several:
        more = f"{several:,} have several stars and count" if several > 1 else "1 has several stars and counts"
        held = f"of which {more} under each of them: the table adds up to {after.assignments:,}"
    return (
        f"{counted}, {held}. {percent(after.supporting, after.modules)} of the modules are "
        f"Supporting, {verdict} the band of {low // 10} to {high // 10} %."
    )


def _overview(after: Distribution, canon: Canon, *, was: dict[StarId, int] | None) -> str:
    header = ["star", "domain", "modules", "share", "", *(["before", "difference"] if was is not None else [])]
    rows = []
    for item in after.stars:
        row = [
            _name(item.star, canon),
            _domain(item.star, canon),
            f"{item.modules:,}",
            percent(item.modules, after.modules),
            bar(item.modules / after.modules if after.modules else 0.0),
        ]
        if was is not None:
            row += [f"{was.get(item.star, 0):,}", signed(item.modules - was.get(item.star, 0))]
        rows.append(row)
    return table(header, rows, right=(2, 3, 5, 6) if was is not None else (2, 3))


def signed(number: int) -> str:
    """A difference: `+3`, `-2`, or a dash for none."""
    return f"{number:+,}" if number else "–"


def _name(star: StarId, canon: Canon) -> str:
    known = canon.by_id.get(star)
    return escape(star) if known is None else f"{escape(known.emoji)} {escape(star)}"


def _domain(star: StarId, canon: Canon) -> str:
    known = canon.by_id.get(star)
    return "" if known is None else escape(known.domain)


def _star(
    item: StarShare,
    canon: Canon,
    after: Distribution,
    members: list[LedgerLine],
    users: Counter[ModuleId],
    *,
    manifests: str,
) -> str:
    rows = [
        ["domain", _domain(item.star, canon) or "–"],
        ["modules", f"{item.modules:,} of {after.modules:,}, {percent(item.modules, after.modules)}"],
        ["tiers", ", ".join(f"{count:,} {code(tier)}" for tier, count in item.tiers.items()) or "–"],
        ["decided", ", ".join(f"{count:,} {escape(origin)}" for origin, count in item.origins.items()) or "–"],
        ["with a contract", f"{sum(1 for line in members if line.contracts):,}"],
        ["with tests", f"{sum(1 for line in members if line.has_tests):,}"],
        ["most used", _examples(members, users, manifests=manifests) or "–"],
    ]
    return f"## {_name(item.star, canon)}\n\n{table(('', ''), rows)}"


def _examples(members: Iterable[LedgerLine], users: Counter[ModuleId], *, manifests: str) -> str:
    from heapq import nsmallest

    chosen = nsmallest(_EXAMPLES, members, key=lambda line: (-users[line.module], line.module))
    return ", ".join(f"{manifest_link(line.module, manifests)} ({users[line.module]:,})" for line in chosen)


def manifest_link(module: ModuleId, manifests: str) -> str:
    """A module's name that leads to its manifest."""
    return link(code(module), f"{manifests}/{module}/module.manifest.json")


def _gaps(lines: Sequence[LedgerLine], canon: Canon, after: Distribution, *, manifests: str) -> list[str]:
    empty = [item.star for item in after.stars if not item.modules]
    single = [item.star for item in after.stars if item.modules == 1]
    critical = {star for line in lines if line.tier == Tier.T1 for star in line.assignment.stars}
    without = [item.star for item in after.stars if item.modules and item.star not in critical]
    ties = [line.module for line in lines if line.assignment.tie and line.assignment.stars == (SUPPORTING,)]
    waiting = [line.module for line in suggested(lines)]
    gaps = [
        ("stars without a module", [_name(star, canon) for star in empty]),
        ("stars with a single module", [_name(star, canon) for star in single]),
        (f"stars without a {code(Tier.T1.value)} module", [_name(star, canon) for star in without]),
        (
            link("modules with a suggestion", Artifact.SUGGESTIONS.value),
            [manifest_link(module, manifests) for module in waiting],
        ),
        ("Supporting modules between two stars", [manifest_link(module, manifests) for module in sorted(ties)]),
    ]
    rows = [[what, f"{len(found):,}", _some(found)] for what, found in gaps]
    return [table(("gap", "count", "which"), rows, right=(1,))]


def _some(found: Sequence[str]) -> str:
    more = f" and {len(found) - _GAPS:,} more" if len(found) > _GAPS else ""
    return ", ".join(found[:_GAPS]) + more if found else "none"

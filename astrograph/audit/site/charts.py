"""Small pictures as SVG, drawn with attributes only: the page's policy lets no style through that is not a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from astrograph.audit.site.markup import Markup, join, tag
from astrograph.audit.site.page import scrolling, share

_WEIGHT_WIDTH = 120
_SHARE_HEADS = ("Star", "", "Now", "Share", "Published")


def weight_bar(thousandths: int, star: int) -> Markup:
    """A weight as a bar as long as it is heavy, in the colour of a star (its position in the canon)."""
    width = min(thousandths, 1000) * _WEIGHT_WIDTH // 1000
    bar = tag("rect", width=width, height=8, rx=2, class_=f"s{star}")
    return tag("svg", bar, width=_WEIGHT_WIDTH, height=8, class_="bar", aria_hidden="true")


class Bar(NamedTuple):
    """One row of a bar chart: its name, the colour's position, the value before (None: unknown) and now."""

    name: Markup
    star: int
    before: int | None
    after: int


def share_bars(bars: Sequence[Bar], *, total: int, before_total: int | None) -> Markup:
    """Shares of a whole, one row each: the bar is what is staged, the tick what was published."""
    longest = max([1, *(10_000 * bar.after // max(total, 1) for bar in bars)])
    rows = []
    for bar in bars:
        width = 400 * (10_000 * bar.after // max(total, 1)) // longest
        marks = [tag("rect", y=3, width=width, height=12, rx=2, class_=f"s{bar.star}")]
        if bar.before is not None and before_total:
            at = min(400, 400 * (10_000 * bar.before // before_total) // longest)
            marks.append(tag("rect", x=at, y=0, width=2, height=18, class_="tick"))
        picture = tag(
            "svg", *marks, viewBox="0 0 404 18", class_="share", preserveAspectRatio="none", aria_hidden="true"
        )
        rows.append(
            tag("tr", tag("th", bar.name, scope="row"), tag("td", picture), *_numbers(bar, total, before_total))
        )
    names = [tag("th", name, scope="col", class_="n" if at > 1 else None) for at, name in enumerate(_SHARE_HEADS)]
    head = tag("tr", *names)
    whole = tag("table", tag("thead", head), tag("tbody", join(rows, "\n")), class_="shares")
    return scrolling(whole, name=", ".join(filter(None, _SHARE_HEADS)))


def _numbers(bar: Bar, total: int, before_total: int | None) -> list[Markup]:
    before = "-" if bar.before is None or before_total is None else f"{bar.before:,}"
    return [tag("td", text, class_="n") for text in (f"{bar.after:,}", share(bar.after, total), before)]


def stacked(parts: Sequence[tuple[str, str, int]], *, label: str) -> Markup:
    """Parts of a whole beside each other: (class, name, count); names are told on hover and to screen readers."""
    whole = max(1, sum(count for _, _, count in parts))
    at, cells = 0, []
    for class_, name, count in parts:
        width = 1000 * count // whole
        if count:
            text = tag("title", f"{name}: {count:,}")
            cells.append(tag("rect", text, x=at, width=max(width - 2, 2), height=14, rx=2, class_=class_))
        at += width
    words = ", ".join(f"{name} {count:,}" for _, name, count in parts if count)
    return tag(
        "svg",
        *cells,
        viewBox="0 0 1000 14",
        preserveAspectRatio="none",
        class_="stacked",
        role="img",
        aria_label=f"{label}: {words}",
    )


def trend_line(title: str, points: Sequence[tuple[str, int]], *, shown: Callable[[int], str]) -> Markup:
    """One number over generations: a line with a dot and a tooltip each; a single point is a dot.

    `shown` gives a number as people read it.
    """
    values = [value for _, value in points]
    low, high = min(values), max(values)
    span = max(1, high - low)
    step = 280 // max(1, len(points) - 1)
    spots = [(10 + at * step, 56 - 44 * (value - low) // span) for at, value in enumerate(values)]
    dots = [
        tag("circle", tag("title", f"{name}: {shown(value)}"), cx=x, cy=y, r=3)
        for (name, value), (x, y) in zip(points, spots, strict=True)
    ]
    line = tag("polyline", points=" ".join(f"{x},{y}" for x, y in spots))
    picture = tag(
        "svg",
        line,
        *dots,
        viewBox="0 0 300 66",
        class_="trend",
        role="img",
        aria_label=f"{title}: {', '.join(f'{name} {shown(value)}' for name, value in points)}",
    )
    caption = tag("figcaption", tag("b", shown(values[-1])), f" {title}")
    return tag("figure", caption, picture)

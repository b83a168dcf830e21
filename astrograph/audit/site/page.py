"""The frame of every page, and the pieces that pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from astrograph.audit.distribution import percent
from astrograph.audit.site.markup import Markup, escape, join, link, tag
from astrograph.audit.site.paths import DASHBOARD, INDEX, MODULES, PLAN, module_page, owner_page, star_page, up_from
from astrograph.model.canon import Canon, Star, StarId
from astrograph.model.ids import ModuleId

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a page may load: scripts and styles of the site itself, and nothing from anywhere else."""

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%23e0a526' "
    "d='M8 0l1.8 6.2L16 8l-6.2 1.8L8 16l-1.8-6.2L0 8l6.2-1.8z'/%3E%3C/svg%3E"
)
_ENTRIES = ((INDEX, "Constellation"), (DASHBOARD, "Dashboard"), (PLAN, "Plan"), (MODULES, "Modules"))
_CURRENT = frozenset(address for address, _ in _ENTRIES)
NONE = tag("span", "none", class_="quiet")


def page(path: str, title: str, *body: Markup, site: str, kind: str = "") -> tuple[str, bytes]:
    """A whole page: its path in the site and its bytes. `kind` becomes the class of its content."""
    head, top = _frame(up_from(path), path if path in _CURRENT else "", site)
    heading = tag("title", f"{title} · {site}" if title else site)
    main = tag("main", join(body, "\n"), id="content", class_=kind or None)
    text = (
        f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n{heading}\n</head>\n'
        f"<body>\n{top}\n{main}\n</body>\n</html>\n"
    )
    return path, text.encode("utf-8", "backslashreplace")


@lru_cache(maxsize=256)
def _frame(up: str, current: str, site: str) -> tuple[Markup, Markup]:
    """What pages of one depth have in common: the head but for the title, and the top of the body."""
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="dark light"),
        tag("link", rel="icon", href=_ICON),
        tag("link", rel="stylesheet", href=f"{up}assets/site.css"),
        tag("script", src=f"{up}assets/site.js"),
    )
    entries = [
        link(up + address, name, aria_current="page" if address == current else None) for address, name in _ENTRIES
    ]
    top = tag(
        "header",
        link(f"{up}{INDEX}", tag("span", "✦", class_="mark", aria_hidden="true"), site, class_="brand"),
        tag("nav", join(entries), aria_label="Pages"),
        tag("div", id="search", class_="search", data_up=up),
        tag("div", id="tools", class_="tools"),
        class_="top",
    )
    return join(head, "\n"), join((link("#content", "Skip to the content", class_="skip"), top), "\n")


def section(title: str, *body: Markup, note: str = "", id_: str | None = None) -> Markup:
    """A titled part of a page."""
    heading = tag("h2", title, *((tag("small", note),) if note else ()))
    return tag("section", heading, *body, id=id_)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, class_: str | None = None) -> Markup:
    """A table; a head that starts with `#` is a column of numbers."""
    numeric = [head.startswith("#") for head in heads]
    top = [
        tag("th", head.removeprefix("#"), scope="col", class_="n" if number else None)
        for head, number in zip(heads, numeric, strict=True)
    ]
    body = [
        tag("tr", *[tag("td", cell, class_="n" if number else None) for cell, number in zip(row, numeric, strict=True)])
        for row in rows
    ]
    whole = tag("table", tag("thead", tag("tr", *top)), tag("tbody", join(body, "\n")), class_=class_)
    return scrolling(whole, name=", ".join(head.removeprefix("#") for head in heads if head.removeprefix("#")))


def scrolling(inner: Markup, *, name: str) -> Markup:
    """A box that scrolls when what is in it is wider, and that keys can reach; `name` is for who does not see it."""
    return tag("div", inner, class_="scroll", tabindex=0, role="group", aria_label=f"Table: {name}")


def facts(rows: Iterable[tuple[str, Markup]]) -> Markup:
    """Names and values, one a line."""
    return tag("dl", *[join((tag("dt", name), tag("dd", value))) for name, value in rows])


def tiles(items: Iterable[tuple[str, str, str]]) -> Markup:
    """Big numbers with a name and a remark each."""
    return tag(
        "div",
        *[
            tag("div", tag("b", value), tag("span", name), tag("small", remark), class_="tile")
            for name, value, remark in items
        ],
        class_="tiles",
    )


def star_chip(star: StarId, canon: Canon, *, up: str) -> Markup:
    """A star with its colour, leading to its page."""
    return _star_chip(canon.by_id[star], canon.order[star], up)


@lru_cache(maxsize=4096)
def _star_chip(star: Star, position: int, up: str) -> Markup:
    emoji = tag("span", star.emoji, aria_hidden="true")
    return link(up + star_page(star.id), emoji, f" {star.id}", class_=f"chip star s{position}", title=star.domain)


def module_link(module: ModuleId, *, up: str) -> Markup:
    """A module, leading to its page."""
    return link(up + module_page(module), breakable(module))


def owner_link(owner: str | None, *, up: str) -> Markup:
    """An owner, leading to the page of what is theirs."""
    return link(up + owner_page(owner), owner or "nobody", class_=None if owner else "quiet")


def breakable(path: str) -> Markup:
    """A path that may be broken after its slashes."""
    return Markup(escape(path).replace("/", "/<wbr>"))


def share(part: int, whole: int) -> str:
    """A share as a percentage with one decimal, cut as in every report: what lacks one never reads as all."""
    return percent(part, whole) if whole else "-"


def score(thousandths: int) -> str:
    """A weight or confidence: `0.90`, with a third decimal only where there is one."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".removesuffix("0")

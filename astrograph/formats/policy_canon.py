"""Bytes -> canon: the closed list of stars, their labels and aliases (SPEC section 3)."""

from __future__ import annotations

from astrograph.formats.policy_document import PolicyDocument, child, open_document
from astrograph.formats.text import did_you_mean
from astrograph.model.canon import SUPPORTING, Canon, Star, StarId


def read_canon(data: bytes, *, path: str) -> Canon:
    """Read the canon in `data`: `stars` as objects or as plain labels, optional `labels` and `aliases`.

    Raises PolicyProblems with every problem at once.
    """
    document = open_document(data, path=path)
    known = document.members(document.value, at="", required=("stars",), optional=("$schema", "labels", "aliases"))
    stars = _stars(document, known["stars"]) if "stars" in known else ()
    if "labels" in known:
        _check_labels(document, known["labels"], stars)
    canon = Canon(stars=stars, aliases=())
    aliases = _aliases(document, known.get("aliases", {}), canon)
    document.finish()
    return Canon(stars=stars, aliases=aliases)


def label_of(*, emoji: str, star: str, domain: str) -> str:
    """Compose the full label of a star, e.g. `✦ Trail (Memory)`."""
    return f"{emoji} {star} ({domain})"


def split_label(label: str) -> tuple[str, str, str] | None:
    """Emoji, id and domain of a full label; None when it is not one."""
    emoji, space, rest = label.partition(" ")
    star, bracket, domain = rest.partition(" (")
    if not (emoji and space and bracket and star and domain.endswith(")")) or domain == ")" or " " in star:
        return None
    return emoji, star, domain[:-1]


def _stars(document: PolicyDocument, value: object) -> tuple[Star, ...]:
    stars: dict[str, Star] = {}
    for at, element in document.items(value, at="/stars"):
        star = _star(document, element, at=at)
        if star.id and star.id in stars:
            document.problem("AG516", f"star `{star.id}` is listed twice", at=at)
        stars.setdefault(star.id, star)
    if isinstance(value, list) and SUPPORTING not in stars:
        document.problem(
            "AG509",
            f"the canon has no `{SUPPORTING}`, the star of every module nobody has placed",
            at="/stars",
            fix=f"add `{SUPPORTING}` to `stars`",
        )
    return tuple(stars.values())


def _star(document: PolicyDocument, value: object, *, at: str) -> Star:
    if isinstance(value, str):
        parts = split_label(value)
        if parts is None:
            document.problem("AG516", f"`{value}` is not a label", at=at, fix="write it like `✦ Trail (Memory)`")
            return Star(id=StarId(""), emoji="", domain="", label="")
        emoji, star, domain = parts
        document.text(value, at=at)
    else:
        members = document.members(value, at=at, required=("id", "emoji", "domain"))
        texts = {key: document.text(each, at=child(at, key)) for key, each in members.items()}
        star, emoji, domain = texts.get("id", ""), texts.get("emoji", ""), texts.get("domain", "")
        if any(each.isspace() for each in star + emoji):
            document.problem("AG516", "the id and the emoji of a star hold no space", at=at)
    return Star(id=StarId(star), emoji=emoji, domain=domain, label=label_of(emoji=emoji, star=star, domain=domain))


def _check_labels(document: PolicyDocument, value: object, stars: tuple[Star, ...]) -> None:
    wanted = {star.label: star.id for star in stars}
    seen: set[str] = set()
    for at, element in document.items(value, at="/labels"):
        label = document.text(element, at=at)
        if label and label not in wanted:
            near = did_you_mean(label, wanted, n=1)
            fix = f"did you mean `{near[0]}`?" if near else ""
            document.problem("AG509", f"label `{label}` belongs to no star of `stars`", at=at, fix=fix)
        seen.add(label)
    for label, star in wanted.items():
        if star and label not in seen:
            document.problem("AG509", f"`labels` has no `{label}` for star `{star}`", at="/labels")


def _aliases(document: PolicyDocument, value: object, canon: Canon) -> tuple[tuple[str, StarId], ...]:
    aliases = []
    for alias, name in document.mapping(value, at="/aliases").items():
        at = child("/aliases", alias)
        document.text(alias, at=at)
        star = document.star(name, at=at, resolve=canon.resolve, names=canon.names)
        hidden = canon.resolve(alias)
        if star and hidden not in (None, star):
            document.problem("AG509", f"alias `{alias}` hides the star `{hidden}`", at=at)
        aliases.append((alias, star))
    return tuple(aliases)

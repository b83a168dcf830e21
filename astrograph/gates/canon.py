"""The gate that canon, rules and schema speak of the same stars (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from astrograph.gates.registry import Gate
from astrograph.model.canon import SUPPORTING, Canon, Star, StarId
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.rules import Rules

_EMOJI_STYLE = "\ufe0f"
"""The selector that asks for the coloured form of an emoji; with or without it, it is the same emoji."""


def canon_gate(
    canon: Canon,
    rules: Rules,
    schema_document: object,
    *,
    canon_path: str,
    rules_path: str,
    schema_path: str,
    has_own_layout: bool = False,
) -> GateResult:
    """Judge whether ids, emoji, domains and aliases agree across canon, rules and schema.

    `schema_document` is the decoded manifest schema, None when it could not be read. A star counts as
    compared when it has been looked up in all three. With `has_own_layout` the schema is the repository's own, and may
    leave stars open: then canon and rules are compared alone.
    """
    problems = [_disagreement(message, path=canon_path) for message in _canon_problems(canon)]
    problems += [_disagreement(message, path=rules_path, line=line) for message, line in _rules_problems(canon, rules)]
    lists = list(_star_lists(schema_document, canon))
    is_open = has_own_layout and schema_document is not None and not lists
    if not is_open:
        problems += [_disagreement(message, path=schema_path) for message in _schema_problems(lists, canon)]
    result = judge(
        Gate.CANON.value,
        compared=len(canon.stars) if lists or is_open else 0,
        expected=len(canon.stars),
        findings=tuple(dict.fromkeys(problems)),
        notes=(("schema_pointers", [stars.pointer for stars in lists]),),
    )
    return replace(result, reason=result.reason or "the schema leaves stars open") if is_open else result


def _disagreement(message: str, *, path: str, line: int = 0) -> Finding:
    fix = 'make canon, rules and schema agree, then run `doit pin --reason "..."`'
    return finding("AG509", message, path=path, line=line, fix=fix)


# ── the canon itself ──────────────────────────────────────────────────────────


def _canon_problems(canon: Canon) -> Iterator[str]:
    for what, values in (
        ("the id", [star.id for star in canon.stars]),
        ("the label", [star.label for star in canon.stars]),
        ("the emoji", [_plain(star.emoji) for star in canon.stars]),
    ):
        for value in _repeated(values):
            yield f"several stars have {what} {value!r}"
    if canon.stars and SUPPORTING not in canon.by_id:
        yield f"the canon lacks {SUPPORTING}, the default star"
    for star in canon.stars:
        yield from _label_problems(star)
    yield from _alias_problems(canon)


def _repeated(values: Iterable[str]) -> list[str]:
    seen: dict[str, int] = {}
    for value in values:
        seen[value] = seen.get(value, 0) + 1
    return [value for value, times in seen.items() if value and times > 1]


def _label_problems(star: Star) -> Iterator[str]:
    label = _plain(star.label)
    for what, value in (("id", star.id), ("emoji", star.emoji), ("domain", star.domain)):
        if _plain(value) not in label:
            yield f"the label {star.label!r} of star {star.id} lacks its {what} {value!r}"


def _plain(text: str) -> str:
    return text.replace(_EMOJI_STYLE, "")


def _alias_problems(canon: Canon) -> Iterator[str]:
    own_names = {
        name.casefold(): star.id for star in canon.stars for name in (star.label, f"{star.emoji} {star.id}", star.id)
    }
    targets: dict[str, StarId] = {}
    for alias, target in canon.aliases:
        hidden = own_names.get(alias.casefold())
        if not alias.strip():
            yield f"an alias of {target} is empty"
        if target not in canon.by_id:
            yield f"the alias {alias!r} points to {target!r}, which is no star"
        elif hidden is not None and hidden != target:
            yield f"the alias {alias!r} of {target} hides the star {hidden}"
        if targets.setdefault(alias, target) != target:
            yield f"the alias {alias!r} points to both {targets[alias]} and {target}"


# ── the rules ─────────────────────────────────────────────────────────────────


def _rules_problems(canon: Canon, rules: Rules) -> Iterator[tuple[str, int]]:
    for missing in [star.id for star in canon.stars if star.id not in rules.stars]:
        yield f"the rules do not list the star {missing} of the canon", 0
    for unknown in [star for star in rules.stars if star not in canon.by_id]:
        yield f"the rules list the star {unknown!r}, which the canon lacks", 0
    for unknown in sorted(star for star in rules.deny if star not in canon.by_id):
        yield f"`deny` names the star {unknown!r}, which the canon lacks", 0
    for rule in rules.rules:
        if rule.star not in canon.by_id:
            yield (
                f"the rule at {rule.pointer} is for the star {rule.star!r}, which the canon lacks",
                rule.line,
            )


# ── the schema ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _StarList:
    """A closed list of values in the schema that names stars: its pointer, the stars, and what is no star."""

    pointer: str
    stars: frozenset[StarId]
    unknown: tuple[str, ...]


def _star_lists(document: object, canon: Canon) -> Iterator[_StarList]:
    """Find the closed lists of stars, wherever a schema of whatever shape keeps them.

    A list that names at most half of the canon is about something else, such as a condition on a few stars,
    unless no list names more.
    """
    named: list[_StarList] = []
    for pointer, values in _closed_lists(document):
        stars = frozenset(star for value in values if (star := canon.resolve(value)) is not None)
        if stars:
            unknown = tuple(value for value in values if canon.resolve(value) is None)
            named.append(_StarList(pointer, stars, unknown))
    most = max((len(item.stars) for item in named), default=0)
    for item in named:
        if 2 * len(item.stars) > len(canon.stars) or len(item.stars) == most:
            yield item


def _closed_lists(document: object) -> Iterator[tuple[str, list[str]]]:
    """Find each `enum` of text, and `oneOf` or `anyOf` of text constants, with its pointer."""
    pending: list[tuple[str, object]] = [("", document)]
    while pending:
        pointer, value = pending.pop()
        if isinstance(value, dict):
            for key in ("enum", "oneOf", "anyOf"):
                texts = _texts(value.get(key))
                if texts:
                    yield f"{pointer}/{key}", texts
            children = [(_escape(str(key)), child) for key, child in value.items() if key != "enum"]
        elif isinstance(value, list):
            children = [(str(position), child) for position, child in enumerate(value)]
        else:
            continue
        pending.extend((f"{pointer}/{name}", child) for name, child in reversed(children))


def _texts(options: object) -> list[str]:
    if not isinstance(options, list):
        return []
    values = [option.get("const") if isinstance(option, dict) else option for option in options]
    return [value for value in values if isinstance(value, str)]


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _schema_problems(lists: list[_StarList], canon: Canon) -> Iterator[str]:
    if not lists:
        yield "the schema cannot be read, or has no closed list of the stars"
        return
    whole = {star.id for star in canon.stars}
    fullest = max(len(item.stars) for item in lists)
    for item in lists:
        for value in item.unknown:
            yield f"the list at {item.pointer} names {value!r}, which is no star of the canon"
        # A field that never holds the default star, such as a suggestion, may leave it out; the fullest list
        # may not.
        optional = {SUPPORTING} if len(item.stars) < fullest else set()
        for missing in (star.id for star in canon.stars if star.id in whole - item.stars - optional):
            yield f"the list at {item.pointer} lacks the star {missing} of the canon"

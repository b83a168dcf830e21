"""Suggesting shapes: documents grouped by where their facts seem to stand, as configuration to start from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from astrograph.formats.pointer import escape
from astrograph.formats.text import plural, safe
from astrograph.manifest.adoption.shapes import type_of
from astrograph.model.adoption import JsonType
from astrograph.model.canon import Canon
from astrograph.model.facts import Tier

_NAMES: dict[str, tuple[str, ...]] = {
    "owner": ("owner", "owners", "codeowners", "owned_by", "team", "maintainer", "maintainers", "contact"),
    "tier": ("tier", "quality_tier", "quality_scale", "criticality", "priority", "importance"),
    "lane": ("lane", "stage", "status", "lifecycle", "maturity", "track"),
    "stars": ("stars", "constellation_stars", "primary_star", "star", "constellation"),
    "origin": ("origin",),
    "confidence": ("confidence", "star_confidence"),
    "contracts": ("contracts", "contract", "interfaces"),
    "capabilities": ("capabilities", "capability", "features"),
    "node": ("node", "nodes", "pipeline_nodes", "pipeline_node"),
    "description": ("description", "summary", "purpose", "title"),
    "tags": ("tags", "labels", "keywords", "integration_type", "category", "categories"),
    "timestamps": ("created", "created_at", "updated", "updated_at", "last_updated", "generated_at", "timestamp"),
}
"""Words for each field, the most telling first."""

_MANY = frozenset({"contracts", "capabilities", "tags", "stars", "timestamps"})
_SCALARS = frozenset({JsonType.TEXT, JsonType.NUMBER, JsonType.BOOLEAN, JsonType.NULL})
TO_BE_FILLED = ""
"""What stands for a value that nobody but a person can know: configuration that holds it is refused."""

_HEADING = "# Guessed from the names of keys: correct it, then put it behind [tool.astrograph].\n\n"

_DEEPEST = 4
_SHOWN_VALUES = 12


@dataclass
class Group:
    """Documents whose facts stand at the same places.

    `fields` maps a field to pointers, `seen` counts in how many documents each of them is, `values` the texts of the
    tier and the stars, `example` is the first document.
    """

    fields: dict[str, list[str]]
    example: str
    count: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    everywhere: set[str] = field(default_factory=set)
    types: dict[str, JsonType] = field(default_factory=dict)
    values: dict[str, Counter[str]] = field(default_factory=dict)


def groups_of(documents: Iterable[tuple[str, object]]) -> list[Group]:
    """Group (path, document) pairs by shape, the largest group first. Documents that are no objects are left out."""
    exact: dict[tuple[tuple[str, tuple[str, ...]], ...], Group] = {}
    for path, document in documents:
        if not isinstance(document, dict):
            continue
        found = dict(_places(document))
        fields = _fields(found)
        key = tuple((name, tuple(places)) for name, places in fields.items())
        group = exact.setdefault(key, Group(fields, path))
        _count(group, fields, found)
    merged: list[Group] = []
    for group in sorted(exact.values(), key=lambda each: (-each.count, each.example)):
        home = next((other for other in merged if _agree(other, group)), None)
        if home is None:
            merged.append(group)
        else:
            _merge(home, group)
    return sorted(merged, key=lambda each: (-each.count, each.example))


def _places(document: dict[str, object]) -> Iterator[tuple[str, object]]:
    """The members of objects that stand near the top, each with its pointer."""
    waiting: list[tuple[str, dict[str, object], int]] = [("", document, 1)]
    while waiting:
        at, holder, depth = waiting.pop(0)
        for key, value in holder.items():
            pointer = f"{at}/{escape(key)}"
            yield pointer, value
            if isinstance(value, dict) and depth < _DEEPEST:
                waiting.append((pointer, value, depth + 1))


def _fields(found: Mapping[str, object]) -> dict[str, list[str]]:
    """Where each field seems to stand: by name, the nearest to the top first."""
    by_name: dict[str, list[str]] = {}
    for pointer in found:
        by_name.setdefault(pointer.rpartition("/")[2].lower(), []).append(pointer)
    fields: dict[str, list[str]] = {}
    taken: set[str] = set()
    for name, words in _NAMES.items():
        places = [place for word in words for place in by_name.get(word, ()) if _fits(name, found[place])]
        places = [place for place in places if place not in taken]
        if places:
            fields[name] = sorted(places) if name in _MANY else places[:1]
            taken.update(fields[name])
    return fields


def _fits(name: str, value: object) -> bool:
    kind = type_of(value)
    if name == "confidence":
        return kind is JsonType.NUMBER
    if name == "capabilities":
        return kind is JsonType.ARRAY
    if kind in _SCALARS:
        return kind is JsonType.TEXT or value is None
    return kind is JsonType.ARRAY and name != "timestamps" and all(isinstance(item, str) for item in _list(value))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _count(group: Group, fields: Mapping[str, list[str]], found: Mapping[str, object]) -> None:
    group.count += 1
    tops = {pointer for pointer in found if pointer.count("/") == 1}
    group.everywhere = tops if group.count == 1 else group.everywhere & tops
    for name, places in fields.items():
        for place in places:
            group.seen[place] += 1
            group.types[place] = type_of(found[place])
            if name in ("tier", "stars"):
                said = _list(found[place]) or [found[place]]
                group.values.setdefault(name, Counter()).update(item for item in said if isinstance(item, str))


def _agree(home: Group, other: Group) -> bool:
    """Whether two groups may be one: they share a place, and no single field stands at different ones."""
    shared = set(home.fields) & set(other.fields)
    single = all(home.fields[name] == other.fields[name] for name in shared - _MANY)
    return single and any(set(home.fields[name]) & set(other.fields[name]) for name in shared)


def _merge(home: Group, other: Group) -> None:
    home.count += other.count
    home.seen += other.seen
    home.everywhere &= other.everywhere
    home.types = {**other.types, **home.types}
    for name, places in other.fields.items():
        home.fields[name] = list(dict.fromkeys([*home.fields.get(name, []), *places]))
    for name, counts in other.values.items():
        home.values.setdefault(name, Counter()).update(counts)
    home.fields = {name: home.fields[name] for name in _NAMES if name in home.fields}


def suggestion(groups: list[Group], canon: Canon) -> str:
    """The proposal as TOML, with what to look at in comments; its place is after `[tool.astrograph]`."""
    blocks = [_block(index, group, groups, canon) for index, group in enumerate(groups, 1) if group.fields]
    without = sum(group.count for group in groups if not group.fields)
    if without:
        blocks.append(f"# {plural(without, 'document')} with nothing that looks like a fact: map them by hand.\n")
    return _HEADING + "\n".join(blocks) if groups else ""


def _block(index: int, group: Group, groups: list[Group], canon: Canon) -> str:
    lines = [
        f"# {plural(group.count, 'document')}, such as {safe(group.example)}",
        "[[tool.astrograph.adopt]]",
        f'name = "shape-{index}"',
        f"match = {_match(group, groups)}",
        "",
        "[tool.astrograph.adopt.fields]",
    ]
    for name, places in group.fields.items():
        seen = group.seen[places[0]]
        share = "in all of them" if seen == group.count else f"in {seen:,} of {group.count:,}"
        source = _quoted(places[0]) if len(places) == 1 else f"[{', '.join(map(_quoted, places))}]"
        several = name in ("owner", "node", "lane", "tier") and group.types[places[0]] is JsonType.ARRAY
        if several:
            source = f'{{ pointer = {source}, take = "first" }}'
            share += '; `take` may be "join" too' if name in ("owner", "node", "lane") else ""
        lines.append(f"{name} = {source}  # {share}")
        lines += _hints(name, group, canon)
    return "\n".join(lines) + "\n"


def _match(group: Group, groups: list[Group]) -> str:
    """Conditions that hold for all of these documents, and for as few of the others as can be."""
    others = [other for other in groups if other is not group]
    telling = [place for place in sorted(group.everywhere) if not any(place in other.everywhere for other in others)]
    mapped = [place for places in group.fields.values() for place in places if group.seen[place] == group.count]
    chosen = [place for place in mapped if place in telling] or mapped or telling
    if not chosen:
        some = [place for places in group.fields.values() for place in places]
        return "[" + ", ".join(f"{{ {_quoted(place)} = true }}" for place in some) + "]"
    return "{ " + ", ".join(f"{_quoted(place)} = true" for place in chosen[:3]) + " }"


def _hints(name: str, group: Group, canon: Canon) -> list[str]:
    """The values that the field would not take as they are."""
    tiers = {tier.value for tier in Tier}
    counts = group.values.get(name, Counter())
    unknown = {
        text: count
        for text, count in counts.items()
        if (name == "tier" and text not in tiers) or (name == "stars" and canon.resolve(text) is None)
    }
    if not unknown:
        return []
    listed = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{safe(text)} ({count:,})" for text, count in listed[:_SHOWN_VALUES])
    more = ", …" if len(listed) > _SHOWN_VALUES else ""
    blanks = ", ".join(f"{_quoted(text)} = {_quoted(TO_BE_FILLED)}" for text, _ in listed[:_SHOWN_VALUES])
    what = "tier" if name == "tier" else "star"
    known = ", ".join(Tier) if name == "tier" else ", ".join(star.id for star in canon.stars)
    return [
        f"# values that are no {what}: {shown}{more}",
        f"# which {what} each of them is, a person has to say; instead of the line above, with every blank filled:",
        f"# {name} = {{ pointer = {_quoted(group.fields[name][0])}, values = {{ {blanks} }} }}",
        f"# {what}s: {known}",
    ]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)

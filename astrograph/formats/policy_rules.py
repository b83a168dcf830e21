"""Bytes -> rules: weighted signals, thresholds, limits and exclusions (SPEC section 3).

Patterns are carried as written; compiling them is the matter of `astrograph.inference`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from astrograph.formats.policy_document import PolicyDocument, child, open_document
from astrograph.model.canon import Canon, StarId
from astrograph.model.rules import Exclusion, Limits, Rule, Rules, Signal

_MAXIMUM_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class _Section:
    """One list of rules: its key in the file, and the key of what an entry matches."""

    key: str
    match: str
    optional: tuple[str, ...] = ("source",)


_SECTIONS: Final = {
    Signal.CAPABILITY: _Section("capability_overrides", "capability"),
    Signal.NODE: _Section("node_overrides", "node"),
    Signal.PATH: _Section("rules", "pattern"),
    Signal.OWNER: _Section("owner_priors", "owner_regex"),
    Signal.DEPENDENCY: _Section("dependency_hints", "package_regex"),
}
_REQUIRED: Final = ("version", "stars", "weights", "confidence", "limits")
_OPTIONAL: Final = (
    "$schema",
    "aliases",
    "deny",
    "exclusions",
    *(section.key for section in _SECTIONS.values()),
)


class _Names:
    """How a star may be named in this file: as the canon knows it, or by an alias of the file's own."""

    def __init__(self, canon: Canon) -> None:
        self._canon = canon
        self._own: dict[str, StarId] = {}

    def add(self, alias: str, star: StarId) -> None:
        self._own[alias] = star

    def resolve(self, name: str) -> StarId | None:
        return self._canon.resolve(name) or self._own.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self._canon.names, *self._own)


def read_rules(data: bytes, *, path: str, canon: Canon) -> Rules:
    """Read the rule set in `data`, its stars resolved against `canon`.

    Rules come in the order of `Signal`, then of the file. Weights and confidences become integer
    thousandths, the floor thousandths of a percent point, all exactly. Raises PolicyProblems with every
    problem at once.
    """
    document = open_document(data, path=path)
    known = document.members(document.value, at="", required=_REQUIRED, optional=_OPTIONAL)
    names = _Names(canon)
    _aliases(document, known.get("aliases", {}), names, canon=canon)
    suggest, autopromote = _confidence(document, known["confidence"]) if "confidence" in known else (0, 0)
    rules = Rules(
        version=document.text(known["version"], at="/version") if "version" in known else "",
        stars=_stars(document, known["stars"], names, canon=canon) if "stars" in known else (),
        deny=frozenset(_listed_stars(document, known.get("deny", []), names, at="/deny")),
        weights=_weights(document, known["weights"]) if "weights" in known else {},
        min_suggest=suggest,
        min_autopromote=autopromote,
        exclusions=_exclusions(document, known.get("exclusions", [])),
        rules=tuple(
            rule
            for signal, section in _SECTIONS.items()
            for rule in _section(document, known.get(section.key, []), names, signal=signal)
        ),
        limits=_limits(document, known.get("limits", {})),
    )
    document.finish()
    return rules


def _aliases(document: PolicyDocument, value: object, names: _Names, *, canon: Canon) -> None:
    for alias, name in document.mapping(value, at="/aliases").items():
        at = child("/aliases", alias)
        star = document.star(name, at=at, resolve=canon.resolve, names=canon.names)
        other = canon.resolve(alias)
        if star and other not in (None, star):
            document.problem("AG509", f"alias `{alias}` is `{other}` in the canon, `{star}` here", at=at)
        names.add(alias, star)


def _listed_stars(document: PolicyDocument, value: object, names: _Names, *, at: str) -> list[StarId]:
    stars: list[StarId] = []
    for pointer, element in document.items(value, at=at):
        star = document.star(element, at=pointer, resolve=names.resolve, names=names.names)
        if star and star in stars:
            document.problem("AG516", f"star `{star}` is listed twice", at=pointer)
        stars.append(star)
    return stars


def _stars(document: PolicyDocument, value: object, names: _Names, *, canon: Canon) -> tuple[StarId, ...]:
    listed = _listed_stars(document, value, names, at="/stars")
    for star in canon.stars:
        if isinstance(value, list) and star.id not in listed:
            document.problem("AG509", f"`stars` lacks `{star.id}` of the canon", at="/stars", fix=f"add `{star.label}`")
    return tuple(star.id for star in canon.stars)


def _weights(document: PolicyDocument, value: object) -> dict[Signal, int]:
    known = document.members(value, at="/weights", required=tuple(signal.value for signal in Signal))
    return {
        signal: document.thousandths(known[signal.value], at=child("/weights", signal.value), maximum=1)
        for signal in Signal
        if signal.value in known
    }


def _confidence(document: PolicyDocument, value: object) -> tuple[int, int]:
    known = document.members(value, at="/confidence", required=("min_suggest", "min_autopromote"))
    numbers = {key: document.thousandths(each, at=child("/confidence", key), maximum=1) for key, each in known.items()}
    suggest, autopromote = numbers.get("min_suggest", 0), numbers.get("min_autopromote", 1)
    if "min_autopromote" in numbers and suggest > autopromote:
        document.problem("AG504", "`min_suggest` is above `min_autopromote`", at="/confidence/min_suggest")
    return suggest, autopromote


def _limits(document: PolicyDocument, value: object) -> Limits:
    at = "/limits"
    counts = {"max_promotions_run": 0, "max_promotions_per_star": 0, "max_stars_per_module": 1}
    floor = "min_supporting_percentage"
    known = document.members(value, at=at, required=(*counts, floor), missing="AG510")
    read = {
        key: document.integer(known[key], at=child(at, key), minimum=minimum)
        for key, minimum in counts.items()
        if key in known
    }
    return Limits(
        max_promotions_run=read.get("max_promotions_run", 0),
        max_promotions_per_star=read.get("max_promotions_per_star", 0),
        max_stars_per_module=read.get("max_stars_per_module", 0),
        min_supporting_percentage=document.thousandths(
            known.get(floor, 0), at=child(at, floor), maximum=_MAXIMUM_PERCENT
        ),
    )


def _exclusions(document: PolicyDocument, value: object) -> tuple[Exclusion, ...]:
    exclusions = []
    for at, element in document.items(value, at="/exclusions"):
        known = document.members(element, at=at, required=("pattern",), optional=("explain",))
        texts = {key: document.text(each, at=child(at, key)) for key, each in known.items()}
        exclusions.append(
            Exclusion(
                pattern=texts.get("pattern", ""),
                explain=texts.get("explain", ""),
                pointer=at,
                line=document.line(at),
            )
        )
    return tuple(exclusions)


def _section(document: PolicyDocument, value: object, names: _Names, *, signal: Signal) -> list[Rule]:
    section = _SECTIONS[signal]
    rules = []
    for at, element in document.items(value, at=f"/{section.key}"):
        known = document.members(element, at=at, required=("star", section.match), optional=section.optional)
        star = StarId("")
        if "star" in known:
            star = document.star(known["star"], at=child(at, "star"), resolve=names.resolve, names=names.names)
        texts = {key: document.text(each, at=child(at, key)) for key, each in known.items() if key != "star"}
        rules.append(
            Rule(
                signal=signal,
                star=star,
                match=texts.get(section.match, ""),
                pointer=at,
                line=document.line(at),
                source=texts.get("source", ""),
            )
        )
    return rules

"""The authored fields and what each may hold (SPEC section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from astrograph.formats.pointer import escape
from astrograph.formats.text import did_you_mean, is_safe, quoted, shown
from astrograph.model import limits
from astrograph.model.facts import Tier


class Complaint(NamedTuple):
    """What is wrong with a value: code, the end of a sentence that starts with the field's name, way out."""

    code: str
    message: str
    fix: str


Check = Callable[[object], Iterator[tuple[str, Complaint]]]
"""From a field's value to its complaints, each with the JSON pointer of the place below the field."""

_CAPABILITY_KEYS = ("name", "type", "description", "interfaces")


def _wrong(message: str, fix: str = "") -> Complaint:
    return Complaint("AG205", message, fix)


def _text(value: object) -> Iterator[tuple[str, Complaint]]:
    """Check one line of text: not blank, no space around it, nothing unfit for a terminal line."""
    if value is None:
        yield "", _wrong("has no value", "write one, or delete the line")
    elif not isinstance(value, str):
        scalar = isinstance(value, bool | int | float)
        fix = f'quote it to make it text: "{shown(value)}"' if scalar else "write one text"
        yield "", _wrong(f"must be text, is {shown(value)}", fix)
    elif not value.strip():
        yield "", _wrong("is empty", "write a value, or delete the line")
    elif not is_safe(value):
        yield (
            "",
            _wrong(f"holds a control or invisible character: {shown(value)}", "write it on one line, visibly"),
        )
    elif len(value) > limits.NAME:
        yield "", _wrong(f"has {len(value):,} characters, more than {limits.NAME:,}: {shown(value)}", "shorten it")
    elif value != value.strip():
        yield "", _wrong(f"starts or ends with a space: {shown(value)}", "remove the space")


def _prose(value: object) -> Iterator[tuple[str, Complaint]]:
    """Check text that may run over several lines."""
    if isinstance(value, str) and value.strip():
        if not is_safe(value.translate({ord("\n"): None, ord("\t"): None})):
            yield "", _wrong(f"holds a control or invisible character: {shown(value)}", "remove it")
    else:
        yield from _text(value)


def _tier(value: object) -> Iterator[tuple[str, Complaint]]:
    tiers = [tier.value for tier in Tier]
    if value in tiers:
        return
    near = did_you_mean(value, tiers, n=1) if isinstance(value, str) else []
    fix = f"did you mean {near[0]}?" if near else "write one of the four"
    yield "", _wrong(f"must be one of {', '.join(tiers)}, is {shown(value)}", fix)


def _texts(value: object) -> Iterator[tuple[str, Complaint]]:
    """Check a list of different texts."""
    if not isinstance(value, list):
        example = shown(value) if isinstance(value, str) and value else '"..."'
        yield "", _wrong(f"must be a list, is {shown(value)}", f"write it as a list: [{example}]")
        return
    seen: dict[str, int] = {}
    for i, each in enumerate(value):
        yield from ((f"/{i}", complaint) for _, complaint in _text(each))
        if isinstance(each, str) and seen.setdefault(each, i) != i:
            yield f"/{i}", _wrong(f"lists {shown(each)} twice", "keep one of the two")


def _stars(value: object) -> Iterator[tuple[str, Complaint]]:
    if value == []:
        yield "", _wrong("lists no star", "name one, or delete the field to let the rules decide")
    yield from _texts(value)


def _capabilities(value: object) -> Iterator[tuple[str, Complaint]]:
    if not isinstance(value, list):
        yield "", _wrong(f"must be a list, is {shown(value)}", "write each capability as `- name: ...`")
        return
    seen: dict[str, int] = {}
    for i, each in enumerate(value):
        yield from ((f"/{i}{place}", complaint) for place, complaint in _capability(each))
        name = each.get("name") if isinstance(each, dict) else None
        # Names are matched without regard to case (SPEC section 7), so they are compared in the same way.
        if isinstance(name, str) and seen.setdefault(name.casefold(), i) != i:
            yield f"/{i}/name", _wrong(f"names {shown(name)} twice", "keep one of the two")


def _capability(value: object) -> Iterator[tuple[str, Complaint]]:
    if not isinstance(value, dict):
        fix = f"write it as `- name: {shown(value)}`" if isinstance(value, str) else "give it a `name`"
        yield "", _wrong(f"must hold objects with a name, not {shown(value)}", fix)
        return
    if "name" not in value:
        yield "", _wrong("has a capability without `name`", "give it a `name`")
    for key, each in value.items():
        place = "/" + escape(key)
        if key not in _CAPABILITY_KEYS:
            near = did_you_mean(key, _CAPABILITY_KEYS, n=1)
            fix = f"did you mean {quoted(near[0])}?" if near else f"known are {', '.join(_CAPABILITY_KEYS)}"
            yield place, Complaint("AG204", f"has a capability with the unknown key {quoted(key)}", fix)
            continue
        check = {"description": _prose, "interfaces": _texts}.get(key, _text)
        for inner, complaint in check(each):
            yield place + inner, complaint._replace(message=f"{quoted(key)} {complaint.message}")


CHECKS: dict[str, Check] = {
    "owner": _text,
    "tier": _tier,
    "lane": _text,
    "contracts": _texts,
    "capabilities": _capabilities,
    "node": _text,
    "stars": _stars,
    "description": _prose,
}
"""The check of each authored field that has a meaning of its own."""

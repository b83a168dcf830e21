"""What a JSON Schema validator's errors say to a person.

The validator names each error's kind and details; the sentences are made here, so that no library's wording
or order ever reaches what we write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from astrograph.formats import pointer
from astrograph.formats.text import did_you_mean, plural, quoted, safe, shown

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

MAX_PROBLEMS = 100
_MAX_BRANCHING = 20
_LONGEST_MESSAGE = 300
_LONGEST_LIST = 12


@dataclass(frozen=True, slots=True, order=True)
class SchemaProblem:
    """One thing in a document that its schema does not allow. `pointer` is the JSON pointer of the value."""

    pointer: str
    message: str


def problems_of(errors: Iterable[ValidationError], schema: object) -> tuple[SchemaProblem, ...]:
    """Turn a validator's errors into problems: sorted, each told once, at most 100 and then how many more."""
    found = sorted({problem for error in errors for problem in _told(error, schema, depth=0)})
    if len(found) > MAX_PROBLEMS:
        rest = SchemaProblem("", f"and {plural(len(found) - MAX_PROBLEMS, 'more problem')}")
        return (*found[:MAX_PROBLEMS], rest)
    return tuple(found)


def _told(error: ValidationError, schema: object, *, depth: int) -> Iterator[SchemaProblem]:
    kind: Any = error.kind
    name = type(kind).__name__
    place = pointer.join(error.instance_path)
    if name in ("AnyOf", "OneOfNotValid") and depth < _MAX_BRANCHING:
        yield from _closest_form(kind.context, error, schema, depth=depth)
    elif name in ("AdditionalProperties", "UnevaluatedProperties"):
        known = _known_properties(error.schema_path, schema)
        for unexpected in kind.unexpected:
            yield SchemaProblem(f"{place}/{pointer.escape(unexpected)}", _unexpected(unexpected, known))
    elif name in _SENTENCES:
        yield SchemaProblem(place, _SENTENCES[name](kind, error.instance))
    else:
        yield SchemaProblem(place, safe(error.message)[:_LONGEST_MESSAGE])


def _closest_form(
    forms: list[list[ValidationError]], error: ValidationError, schema: object, *, depth: int
) -> Iterator[SchemaProblem]:
    """Tell the errors of the closest form: the one whose errors lie deepest, then the one with fewest."""
    place = pointer.join(error.instance_path)
    shallow = len(error.instance_path)
    kinds = [_wrong_types(form, shallow) for form in forms]
    if forms and all(kinds):
        wanted = sorted({word for words in kinds for word in words})
        yield SchemaProblem(place, _wrong_type(wanted, error.instance))
        return
    fitting = [form for form, words in zip(forms, kinds, strict=True) if form and not words]
    if not fitting:
        yield SchemaProblem(place, f"matches none of {plural(len(forms), 'allowed form')}")
        return
    closest = min(fitting, key=lambda form: (-min(len(each.instance_path) for each in form), len(form)))
    for each in closest:
        for problem in _told(each, schema, depth=depth + 1):
            message = problem.message if len(fitting) == 1 else f"{problem.message} (closest of the allowed forms)"
            yield SchemaProblem(problem.pointer, message)


def _wrong_types(form: list[ValidationError], shallow: int) -> list[str]:
    """List the types a form asks for, when the whole value is of another one."""
    for each in form:
        if len(each.instance_path) == shallow and type(each.kind).__name__ == "Type":
            kind: Any = each.kind
            return list(kind.types)
    return []


def _known_properties(schema_path: list[str | int], schema: object) -> list[str]:
    try:
        holder = pointer.get(schema, pointer.join(schema_path[:-1]))
    except KeyError:
        return []
    names: set[str] = set()
    parts = [holder, *(holder.get("allOf") or [])] if isinstance(holder, dict) else []
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("properties"), dict):
            names.update(part["properties"])
    return sorted(names)


def _unexpected(name: str, known: list[str]) -> str:
    message = f"{quoted(name)} is not allowed here"
    near = did_you_mean(name, known)
    if near:
        return f"{message}; did you mean {_listed(map(quoted, near), 'or')}?"
    return f"{message}; known are {_listed(map(quoted, known), 'and')}" if known else message


def _wrong_type(wanted: list[str], instance: object) -> str:
    return f"must be {_listed(map(_with_article, wanted), 'or')}, is {shown(instance)}"


def _with_article(word: str) -> str:
    if word == "null":
        return word
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _one_of(options: list[object], instance: object) -> str:
    message = f"must be one of {_listed(map(shown, options), 'or')}, is {shown(instance)}"
    words = [option for option in options if isinstance(option, str)]
    near = did_you_mean(instance, words, n=1) if isinstance(instance, str) else []
    return f"{message}; did you mean {shown(near[0])}?" if near else message


def _listed(words: Iterable[str], last: str) -> str:
    every = list(words)
    if len(every) > _LONGEST_LIST:
        every = [*every[:_LONGEST_LIST], f"{len(every) - _LONGEST_LIST} more"]
    return f"{', '.join(every[:-1])} {last} {every[-1]}" if len(every) > 1 else "".join(every)


_TOO_HARD = "the pattern takes more steps on this text than the limit allows"

_SENTENCES: dict[str, Callable[[Any, Any], str]] = {
    "AdditionalItems": lambda kind, _: f"has more than {plural(kind.limit, 'item')}",
    "AnyOf": lambda _, __: "matches none of the allowed forms",
    "BacktrackLimitExceeded": lambda _, __: _TOO_HARD,
    "Constant": lambda kind, value: f"must be {shown(kind.expected_value)}, is {shown(value)}",
    "Contains": lambda _, __: "does not hold the items that `contains` asks for",
    "Enum": lambda kind, value: _one_of(kind.options, value),
    "ExclusiveMaximum": lambda kind, value: f"must be less than {kind.limit}, is {shown(value)}",
    "ExclusiveMinimum": lambda kind, value: f"must be more than {kind.limit}, is {shown(value)}",
    "FalseSchema": lambda _, __: "nothing may stand here",
    "Format": lambda kind, value: f"{shown(value)} is not of the format {quoted(kind.format)}",
    "MaxItems": lambda kind, value: f"has {plural(len(value), 'item')}, at most {kind.limit} may be",
    "MaxLength": lambda kind, value: f"is {plural(len(value), 'character')} long, at most {kind.limit} may be",
    "MaxProperties": lambda kind, value: f"has {plural(len(value), 'member')}, at most {kind.limit} may be",
    "Maximum": lambda kind, value: f"must be at most {kind.limit}, is {shown(value)}",
    "MinItems": lambda kind, value: f"has {plural(len(value), 'item')}, at least {kind.limit} must be",
    "MinLength": lambda kind, value: f"is {plural(len(value), 'character')} long, at least {kind.limit} must be",
    "MinProperties": lambda kind, value: f"has {plural(len(value), 'member')}, at least {kind.limit} must be",
    "Minimum": lambda kind, value: f"must be at least {kind.limit}, is {shown(value)}",
    "MultipleOf": lambda kind, value: f"must be a multiple of {kind.multiple_of}, is {shown(value)}",
    "Not": lambda _, value: f"{shown(value)} is what `not` forbids",
    "OneOfMultipleValid": lambda _, __: "matches several of the forms of which exactly one may match",
    "OneOfNotValid": lambda _, __: "matches none of the allowed forms",
    "Pattern": lambda kind, value: f"{shown(value)} does not match the pattern {quoted(kind.pattern)}",
    "PropertyNames": lambda kind, _: f"the name {shown(kind.error.instance)} is not allowed here",
    "RegexEngineFailure": lambda _, __: _TOO_HARD,
    "Required": lambda kind, _: f"{quoted(kind.property)} is missing",
    "Type": lambda kind, value: _wrong_type(sorted(kind.types), value),
    "UnevaluatedItems": lambda kind, _: f"has {plural(len(kind.unexpected), 'item')} too many",
    "UniqueItems": lambda _, __: "has items that are equal to one another",
}

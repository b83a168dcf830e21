"""JSON Schema, drafts 2020-12 and 7: whether a document is valid, and in words what is wrong with it.

`jsonschema_rs` decides and names the errors of documents: patterns run under a step limit there, so that no
schema can hang a run. `jsonschema` explains an invalid schema. Neither may fetch anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Never, cast

from astrograph.errors import PolicyError
from astrograph.formats import pointer
from astrograph.formats.json_scanner import MAX_DEPTH
from astrograph.formats.schema_problems import SchemaProblem, problems_of
from astrograph.formats.strict_json import too_deep
from astrograph.formats.text import quoted, safe, shown

if TYPE_CHECKING:
    from jsonschema_rs import Draft7Validator, Draft202012Validator

__all__ = ["Schema", "SchemaProblem", "compile_schema"]

_DRAFTS = {
    "https://json-schema.org/draft/2020-12/schema": "Draft202012Validator",
    "http://json-schema.org/draft-07/schema": "Draft7Validator",
}
_DEFAULT_DRAFT = "Draft202012Validator"
_BACKTRACK_LIMIT = 1_000_000
_LONGEST_MESSAGE = 300

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_DATA = frozenset({"const", "enum", "default", "examples"})
_NAMED_SCHEMAS = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)


class Schema:
    """A compiled schema. Made by `compile_schema`; safe to use for any number of documents."""

    def __init__(self, document: object, validator: Draft7Validator | Draft202012Validator) -> None:
        self.document = document
        self._validator = validator

    def is_valid(self, document: object) -> bool:
        """Whether a document of JSON values is valid; one nested deeper than 100 is not."""
        if too_deep(document):
            return False
        try:
            return self._validator.is_valid(document)
        except ValueError:
            return False

    def explain(self, document: object) -> tuple[SchemaProblem, ...]:
        """Tell what is wrong with a document, sorted by place; nothing exactly when it is valid."""
        if too_deep(document):
            return (SchemaProblem("", f"nested deeper than {MAX_DEPTH}"),)
        try:
            return problems_of(self._validator.iter_errors(cast("Any", document)), self.document)
        except ValueError as error:
            return (SchemaProblem("", f"not JSON: {safe(str(error))[:_LONGEST_MESSAGE]}"),)


def compile_schema(document: object, *, path: str, formats: bool = False) -> Schema:
    """Compile a schema for draft 2020-12 or, where its `$schema` says so, draft 7.

    `path` names its file in errors. With `formats`, `format` is a requirement, by the validator's own fixed
    list; otherwise it is a remark. Raises PolicyError for an invalid schema, another draft, and every
    reference that leaves the document: nothing is ever fetched.
    """
    import jsonschema_rs

    if not isinstance(document, dict | bool):
        raise _invalid(path, "", f"must be an object or a boolean, is {shown(document)}")
    if too_deep(document):
        raise _invalid(path, "", f"nested deeper than {MAX_DEPTH}")
    draft = _draft(document, path)
    _refuse_outside_references(document, path)
    try:
        validator = getattr(jsonschema_rs, draft)(
            document,
            validate_formats=formats,
            retriever=_never_fetch,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACK_LIMIT),
        )
    except jsonschema_rs.ValidationError as error:
        raise _explained(document, error, draft=draft, path=path) from None
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        raise _invalid(path, "", safe(str(error))) from None
    return Schema(document, validator)


def _draft(document: dict[str, Any] | bool, path: str) -> str:
    named = document.get("$schema") if isinstance(document, dict) else None
    if named is None:
        return _DEFAULT_DRAFT
    draft = _DRAFTS.get(named.removesuffix("#")) if isinstance(named, str) else None
    if draft is None:
        raise _invalid(path, "/$schema", f"{shown(named)} is none of {', '.join(_DRAFTS)}")
    return draft


def _refuse_outside_references(document: object, path: str) -> None:
    """Refuse what leaves the document here: the validator knows some well-known schemas by heart."""
    places = list(_keywords(document))
    own = {value.removesuffix("#") for _, keyword, value in places if keyword == "$id"}
    for place, keyword, value in places:
        target = value.partition("#")[0]
        if keyword in _REFERENCES and target and target not in own:
            raise PolicyError(
                f"{safe(path)} refers to a schema outside itself",
                fields=(("at", quoted(place)), ("reference", quoted(value))),
                hint="copy that schema into `$defs` and refer to `#/$defs/...`; nothing is ever fetched",
            )


def _keywords(document: object) -> Iterator[tuple[str, str, str]]:
    """Every `$id` and reference of a schema: pointer, keyword, value. Constants are no schemas."""
    waiting: list[tuple[str, object, bool]] = [("", document, False)]
    while waiting:
        place, value, is_map_of_names = waiting.pop()
        if isinstance(value, list):
            waiting += [(f"{place}/{i}", each, False) for i, each in enumerate(value)]
        if not isinstance(value, dict):
            continue
        for key, each in value.items():
            inner = f"{place}/{pointer.escape(str(key))}"
            if is_map_of_names:
                waiting.append((inner, each, False))
            elif key in ("$id", *_REFERENCES) and isinstance(each, str):
                yield inner, key, each
            elif key not in _DATA:
                waiting.append((inner, each, key in _NAMED_SCHEMAS))


def _explained(document: object, error: Any, *, draft: str, path: str) -> PolicyError:
    """Say why a schema is refused: in the words of `jsonschema` where it agrees, else the validator's."""
    import jsonschema

    try:
        getattr(jsonschema, draft).check_schema(document)
    except jsonschema.SchemaError as wrong:
        return _invalid(path, pointer.join(wrong.absolute_path), safe(wrong.message))
    except RecursionError:
        pass
    return _invalid(path, pointer.join(error.instance_path), safe(error.message))


def _invalid(path: str, place: str, problem: str) -> PolicyError:
    return PolicyError(
        f"{safe(path)} is not a JSON Schema that can be used",
        fields=(("at", quoted(place or "/")), ("problem", problem[:_LONGEST_MESSAGE])),
        hint="mend the schema there",
    )


def _never_fetch(uri: str) -> Never:
    raise ValueError(f"nothing is ever fetched, {uri} neither")

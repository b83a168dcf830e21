"""The checks of `openapi-spec-validator`, made fit for documents that nobody vouches for.

The library walks the document and knows what to check where. Here its errors learn their place, it opens nothing
itself, schemas are judged one after another instead of inside each other (a long chain of references is no error), and
what it does by matching patterns is done under a step limit. Importing this module loads pydantic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema_path import SchemaPath
from openapi_schema_validator import OAS31_BASE_DIALECT_ID
from openapi_schema_validator._specifications import REGISTRY
from openapi_spec_validator.schemas.utils import get_schema_content
from openapi_spec_validator.validation import keywords
from openapi_spec_validator.validation.validators import OpenAPIV31SpecValidator

from astrograph.contracts.schemas import DRAFTS, MAX_STEPS, Fetch, TooIntricateError, metaschema, validator
from astrograph.errors import PolicyError
from astrograph.formats import pointer
from astrograph.formats.json_schema import Schema, compile_schema
from astrograph.formats.schema_problems import SchemaProblem, problems_of

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "not")


@cache
def official_schema() -> Schema:
    """The schema of OpenAPI 3.1 documents, without that of the schemas in them."""
    return compile_schema(get_schema_content("3.1"), path="the schema of OpenAPI 3.1")


def check(document: Any, uri: str, fetch: Fetch) -> Iterator[SchemaProblem]:
    """Run the library's checks on a document that its official schema allows.

    `uri` is its own, `fetch` gives the documents it may refer to. Raises whatever the library raises when it meets
    something it did not foresee.
    """
    path = SchemaPath.from_dict(document, base_uri=uri, handlers=_Fetched(fetch), resolved_cache_maxsize=1024)
    for error in _Checker(path).root_validator(path):
        yield SchemaProblem(pointer.join(error.place), error.message)


class _Fetched(Mapping[str, Callable[[str], Any]]):
    """Answers for every scheme there is, so that the library never opens anything itself."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def __getitem__(self, scheme: str) -> Callable[[str], Any]:
        return self._fetch

    def __contains__(self, scheme: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(("<all_urls>",))

    def __len__(self) -> int:
        return 1


class _Schemas(keywords.OpenAPIV31SchemaValidator):
    """Judges one schema after another, where the library goes from each into those inside it.

    What is inside is looked at as plain values; a path of the library's is made only where a reference leads on.
    """

    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self._judged: set[int] = set()
        self._visited: set[int] = set()
        self._steps = 0

    def step(self) -> None:
        """Count one step of the library's; raises TooIntricateError beyond the limit."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooIntricateError

    def __call__(
        self, schema: SchemaPath, require_properties: bool = True, meta_checked: bool = False
    ) -> Iterator[ValidationError]:
        waiting = [(schema, require_properties, meta_checked)]
        while waiting:
            node, is_outermost, is_judged = waiting.pop()
            self.step()
            value: Any = node.read_value()
            if not isinstance(value, Mapping | bool):
                yield _placed(ValidationError(f"{value!r} is not of type 'object', 'boolean'"), node)
                continue
            problems = [] if is_judged or id(value) in self._judged else self._meta_problems(node, value)
            self._judged.add(id(value))
            yield from (_placed(error, node) for error in problems)
            if problems or isinstance(value, bool) or id(value) in self._visited:
                continue
            if is_outermost:
                yield from (_placed(error, node) for error in self._missing_properties(node, value))
            for inner, inner_value in self._inside(node, value):
                if "$ref" in inner_value:
                    waiting.append((inner, False, True))
                else:
                    yield from (_placed(error, inner) for error in self._default(inner, inner_value))

    def _inside(self, node: SchemaPath, value: Any) -> Iterator[tuple[SchemaPath, Any]]:
        """The schema itself and those inside it that refer elsewhere or have a default."""
        waiting: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
        while waiting:
            each, parts = waiting.pop()
            if not isinstance(each, dict) or id(each) in self._visited:
                continue
            self._visited.add(id(each))
            if (parts and "$ref" in each) or "default" in each:
                self.step()
                inner = node
                for part in parts:
                    inner /= part
                yield inner, each
                if parts and "$ref" in each:
                    continue
            for word, inside in each.items():
                if word in _LISTS:
                    waiting += [(item, (*parts, word, at)) for at, item in enumerate(inside)]
                elif word == "properties":
                    waiting += [(item, (*parts, word, name)) for name, item in inside.items()]
                elif word in _SINGLE:
                    waiting.append((inside, (*parts, word)))

    def _default(self, schema: SchemaPath, value: Any) -> Iterator[ValidationError]:
        if value["default"] is not None or value.get("nullable") is not True:
            yield from self.default_validator(schema, value["default"])

    def _missing_properties(self, schema: SchemaPath, value: Any) -> Iterator[ValidationError]:
        """Required properties that a schema made of others has not, nor any of those."""
        missing = set(value.get("required", ())) - set(value.get("properties", ())) if "allOf" in value else set()
        if missing:
            missing -= self._collect_properties(schema)
        if missing:
            yield ValidationError(f"Required list has not defined properties: {sorted(missing)}")

    def _meta_problems(self, schema: SchemaPath, schema_value: Any) -> list[ValidationError]:
        """Hold a schema, with all inside it, against the metaschema of its dialect."""
        try:
            dialect = self._get_schema_dialect_id(schema, schema_value).removesuffix("#")
        except ValueError as error:
            return [ValidationError(str(error))]
        if dialect not in (OAS31_BASE_DIALECT_ID, *DRAFTS):
            return [ValidationError(f"the dialect {dialect} is none that is read here")]
        judge = _oas_metaschema() if dialect == OAS31_BASE_DIALECT_ID else metaschema(dialect)
        return [
            ValidationError(problem.message, path=pointer.split(problem.pointer))
            for problem in problems_of(judge.iter_errors(schema_value), None)
        ]

    def _collect_properties(self, schema: SchemaPath) -> set[str]:
        """The names of all properties within reach; a schema that contains itself is looked into once."""
        found: set[str] = set()
        seen: set[int] = set()
        waiting = [schema]
        while waiting:
            node = waiting.pop()
            self.step()
            value: Any = node.read_value()
            if not isinstance(value, Mapping) or id(value) in seen:
                continue
            seen.add(id(value))
            found.update(value.get("properties", ()))
            waiting += [node / word / at for word in _LISTS for at in range(len(value.get(word, ())))]
            waiting += [node / word for word in _SINGLE if word in value]
        return found


@cache
def _oas_metaschema() -> Any:
    """The validator of schemas in the dialect of OpenAPI 3.1."""
    return validator(
        _DRAFT,
        {"$schema": _DRAFT, "$ref": OAS31_BASE_DIALECT_ID},
        fetch=REGISTRY.contents,
        strict=True,
    )


class _Defaults(keywords.OpenAPIV31ValueValidator):
    """Holds a `default` against its schema; one that refers elsewhere is not looked into."""

    def __call__(self, schema: SchemaPath, value: Any) -> Iterator[ValidationError]:
        with schema.resolve() as resolved:
            contents: Any = resolved.contents
        for problem in _default_problems(contents, value):
            yield ValidationError(f"the default does not fit its schema: {problem}", path=["default"])


def _default_problems(schema: Any, value: object) -> Iterator[str]:
    if not isinstance(schema, dict) or _refers(schema):
        return
    try:
        compiled = compile_schema({key: each for key, each in schema.items() if key != "$schema"}, path="a schema")
    except PolicyError:
        return
    for problem in compiled.explain(value):
        yield f"{problem.pointer} {problem.message}".strip()


def _refers(schema: object) -> bool:
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "$ref" in value or "$dynamicRef" in value:
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False


def _placed(error: ValidationError, node: SchemaPath) -> ValidationError:
    """Note where an error is, unless a check further inside knew better."""
    if not hasattr(error, "place"):
        error.place = (*node.parts, *error.path)
    return error


def _placing(kind: type[Any]) -> type[Any]:
    """The same check, whose errors know their place."""

    class Placing(kind):  # type: ignore[misc]
        def __call__(self, *arguments: Any, **named: Any) -> Iterator[ValidationError]:
            self.registry["schema"].step()
            node = next(each for each in arguments if isinstance(each, SchemaPath))
            for error in super().__call__(*arguments, **named):
                yield _placed(error, node)

    return Placing


class _Checker(OpenAPIV31SpecValidator):
    keyword_validators = {  # noqa: RUF012 - as its base has it
        name: _placing(kind)
        for name, kind in {
            **OpenAPIV31SpecValidator.keyword_validators,
            "default": _Defaults,
            "schema": _Schemas,
        }.items()
    }

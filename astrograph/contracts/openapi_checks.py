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

from astrograph.contracts.schemas import DRAFTS, Fetch, metaschema, validator
from astrograph.errors import PolicyError
from astrograph.formats import pointer
from astrograph.formats.json_schema import Schema, compile_schema
from astrograph.formats.schema_problems import SchemaProblem, problems_of

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


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
    """Judges one schema after another, where the library goes from each into those inside it."""

    def __init__(self, registry: Any) -> None:
        super().__init__(registry)
        self.visited_schema_ids: Any = _Seen()
        self.meta_checked_schema_ids: Any = _Seen()
        self._waiting: list[tuple[tuple[Any, ...], dict[str, Any]]] | None = None
        self._further: list[ValidationError] = []

    def __call__(self, *arguments: Any, **named: Any) -> Iterator[ValidationError]:
        if self._waiting is not None:
            self._waiting.append((arguments, named))
            return
        self._waiting = [(arguments, named)]
        try:
            while self._waiting:
                ordered, by_name = self._waiting.pop()
                for error in super().__call__(*ordered, **by_name):
                    yield _placed(error, ordered[0])
                further, self._further = self._further, []
                yield from (_placed(error, ordered[0]) for error in further)
        finally:
            self._waiting = None

    def _validate_schema_meta(self, schema: SchemaPath, schema_value: Any) -> Any:
        """Hold a schema against the metaschema of its dialect; the library tells the first error, we the others."""
        dialect = self._get_schema_dialect_id(schema, schema_value).removesuffix("#")
        if dialect not in (OAS31_BASE_DIALECT_ID, *DRAFTS):
            return ValidationError(f"the dialect {dialect} is none that is read here")
        judge = _oas_metaschema() if dialect == OAS31_BASE_DIALECT_ID else metaschema(dialect)
        told = [
            ValidationError(problem.message, path=pointer.split(problem.pointer))
            for problem in problems_of(judge.iter_errors(schema_value), None)
        ]
        self._further += told[1:]
        return told[0] if told else None

    def _collect_properties(self, schema: SchemaPath, seen: set[int] | None = None) -> set[str]:
        """The names of all properties within reach; a schema that contains itself is looked into once."""
        value: Any = schema.read_value()
        seen = set() if seen is None else seen
        if not isinstance(value, Mapping) or id(value) in seen:
            return set()
        seen.add(id(value))
        inner = [schema / word / at for word in ("allOf", "anyOf", "oneOf") for at in range(len(value.get(word, ())))]
        inner += [schema / word for word in ("items", "not") if word in value]
        return set(value.get("properties", ())).union(*(self._collect_properties(each, seen) for each in inner))


class _Seen(set[int]):
    """A set where the library has a list: looking something up in it does not take longer and longer."""

    def append(self, item: int) -> None:
        """Add an item."""
        self.add(item)


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

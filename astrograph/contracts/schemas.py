"""Judging JSON Schemas (drafts 4 to 2020-12, by their `$schema`) and contracts of our own kind.

`jsonschema_rs` does both: it carries every metaschema with it, its patterns run under a step limit, and what it would
have to fetch is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from astrograph.contracts.documents import Document
from astrograph.contracts.links import uri_of
from astrograph.formats import pointer
from astrograph.formats.json_schema import Schema
from astrograph.formats.schema_problems import SchemaProblem, problems_of
from astrograph.formats.text import quoted, safe, shown
from astrograph.model.finding import Finding

Fetch = Callable[[str], object]
"""The document that a URI names, of those in the folder of contracts; raises LookupError."""

DRAFTS = {
    "https://json-schema.org/draft/2020-12/schema": "Draft202012Validator",
    "https://json-schema.org/draft/2019-09/schema": "Draft201909Validator",
    "http://json-schema.org/draft-07/schema": "Draft7Validator",
    "http://json-schema.org/draft-06/schema": "Draft6Validator",
    "http://json-schema.org/draft-04/schema": "Draft4Validator",
}
"""Each draft that is read, and the validator of it."""

MAX_STEPS = 80_000
"""Steps that judging one OpenAPI document may take: an object of it that the library looks at, or a reference."""


class TooIntricateError(Exception):
    """Judging a document takes more than `MAX_STEPS`."""


_DEFAULT = "https://json-schema.org/draft/2020-12/schema"
_BACKTRACK_LIMIT = 1_000_000
_LONGEST_MESSAGE = 300


def judge_module_contract(document: Document, schema: Schema) -> Iterator[Finding]:
    """Tell what our own schema does not allow in a contract of kind `module`."""
    for problem in schema.explain(document.value):
        yield _told(document, problem)


def judge_json_schema(document: Document, fetch: Fetch, *, following: bool) -> Iterator[Finding]:
    """Tell what makes a JSON Schema invalid: its metaschema first, then what shows only when it is compiled.

    Compiling follows references, which `following` may leave out.
    """
    draft, refusal = _draft(document)
    if refusal is not None:
        yield refusal
        return
    problems = problems_of(metaschema(draft).iter_errors(document.value), None)
    yield from (_told(document, problem) for problem in problems)
    if following and not problems:
        yield from _compiled(document, draft, fetch)


def judge_parts(document: Document, reached: Iterable[tuple[Document, str]]) -> Iterator[Finding]:
    """Hold what a JSON Schema refers to in other files against the metaschema of its own draft."""
    draft, refusal = _draft(document)
    if refusal is not None:
        return
    for part, at in reached:
        for problem in problems_of(metaschema(draft).iter_errors(pointer.get(part.value, at)), None):
            yield _told(part, SchemaProblem(at + problem.pointer, problem.message))


def _draft(document: Document) -> tuple[str, Finding | None]:
    value = document.value
    said = value.get("$schema", _DEFAULT) if isinstance(value, dict) else _DEFAULT
    draft = said.removesuffix("#") if isinstance(said, str) else ""
    if draft in DRAFTS:
        return draft, None
    message = f"{shown(said)} is no draft that is read here"
    fix = f"write one of {', '.join(DRAFTS)}"
    return "", document.finding("AG302", message, at="/$schema", fix=fix)


@cache
def metaschema(draft: str) -> Any:
    """The validator of a draft's own metaschema."""
    return validator(draft, {"$schema": draft, "$ref": draft}, fetch=_refuse, strict=True)


def validator(draft: str, document: object, *, fetch: Fetch, base: str | None = None, strict: bool = False) -> Any:
    """Compile a schema of a draft; `strict` makes `format` a requirement, as metaschemas mean it (`regex`, `uri`).

    `base` is the URI its references start from, `fetch` gives the documents they lead to. Raises what `jsonschema_rs`
    raises.
    """
    import jsonschema_rs

    return getattr(jsonschema_rs, DRAFTS[draft])(
        document,
        validate_formats=strict,
        retriever=fetch,
        base_uri=base,
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACK_LIMIT),
    )


def _compiled(document: Document, draft: str, fetch: Fetch) -> Iterator[Finding]:
    import jsonschema_rs

    try:
        validator(draft, document.value, base=uri_of(document.path), fetch=fetch)
    except jsonschema_rs.ValidationError as error:
        # What could not be compiled is named by its place in the schema, or as the instance of a metaschema.
        place = pointer.join(error.instance_path)
        yield _told(document, SchemaProblem(place, safe(error.message)[:_LONGEST_MESSAGE]))
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        yield _told(document, SchemaProblem("", safe(str(error))[:_LONGEST_MESSAGE]))


def _refuse(uri: str) -> object:
    raise LookupError(f"nothing is ever fetched, {uri} neither")


def _told(document: Document, problem: SchemaProblem) -> Finding:
    where = f"at {quoted(problem.pointer)}: " if problem.pointer else ""
    return document.finding("AG302", f"{where}{problem.message}", at=problem.pointer, fix="correct it there")

"""Judging OpenAPI 3.1 documents: the official schema first, then the checks of `openapi-spec-validator`.

The library is loaded only where there is such a contract, and where it cannot be loaded, that contract does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from astrograph.contracts.documents import Document
from astrograph.contracts.links import uri_of
from astrograph.contracts.schemas import MAX_STEPS, Fetch, TooIntricateError
from astrograph.formats.schema_problems import SchemaProblem
from astrograph.formats.text import plural, quoted, safe, shown
from astrograph.model.finding import Finding

Check = Callable[[object, str, Fetch], Iterator[SchemaProblem]]
"""The library's checks: a document, its URI and what it may ask for, to what is wrong."""

LIBRARY = "openapi-spec-validator"
MAX_FINDINGS = 100
"""More findings of one document are only counted."""

_VERSION = re.compile(r"3\.1\.(?:0|[1-9][0-9]{0,3})")
_LONGEST_MESSAGE = 300


def judge_openapi(document: Document, fetch: Fetch, *, following: bool) -> Iterator[Finding]:
    """Tell what is wrong in an OpenAPI document; AG310 where the library is not there, so that none passes unjudged.

    The library's own checks follow references, which `following` may leave out.
    """
    value = document.value
    assert isinstance(value, dict)
    version = value.get("openapi", value.get("swagger"))
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        at = "/openapi" if "openapi" in value else "/swagger"
        message = f"the version is {shown(version)}; OpenAPI 3.1 is what is read here"
        yield document.finding("AG302", message, at=at, fix='convert it, and write `"openapi": "3.1.0"` or later 3.1')
        return
    try:
        from astrograph.contracts import openapi_checks as checks

        schema = checks.official_schema()
    except ImportError as error:
        message = f"OpenAPI contracts are judged by {LIBRARY}, which cannot be loaded: {safe(str(error))}"
        yield document.finding("AG310", message, at="/openapi", fix=f"pip install {LIBRARY}")
        return
    problems = schema.explain(value)
    for problem in problems:
        where = f"at {quoted(problem.pointer)}: " if problem.pointer else ""
        yield document.finding("AG302", f"{where}{problem.message}", at=problem.pointer, fix="correct it there")
    if following and not problems:
        yield from _checked(document, checks.check, fetch)


def _checked(document: Document, check: Check, fetch: Fetch) -> Iterator[Finding]:
    """Run the library's own checks; what it cannot make sense of is a finding too."""
    told: set[tuple[str, str]] = set()
    try:
        for problem in check(document.value, uri_of(document.path), fetch):
            told.add((problem.pointer, safe(" ".join(problem.message.split()))[:_LONGEST_MESSAGE]))
            if len(told) > MAX_FINDINGS:
                break
    except TooIntricateError:
        message = f"judging this document takes more than {MAX_STEPS:,} steps"
        yield document.finding("AG312", message, fix="split it into several documents")
    except RecursionError:
        told.add(("", "its references lead back to themselves, or are nested too deeply to follow"))
    except Exception as error:  # noqa: BLE001 - a library that meets what it did not foresee must not end the run
        told.add(("", f"{LIBRARY} cannot follow it: {safe(str(error))[:_LONGEST_MESSAGE]}"))
    ordered = sorted(told)
    for at, message in ordered[:MAX_FINDINGS]:
        where = f"at {quoted(at)}: " if at else ""
        yield document.finding("AG302", f"{where}{message}", at=at, fix="correct it there")
    if len(ordered) > MAX_FINDINGS:
        yield document.finding("AG302", f"and more than {plural(MAX_FINDINGS, 'problem')} in this file")

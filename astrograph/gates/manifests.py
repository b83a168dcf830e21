"""The gates that read every manifest: schema and round trip (SPEC section 9).

Both take manifests one by one and keep none, so that 100,000 of them cost no more memory than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from astrograph.errors import AstrographError, DecodeError
from astrograph.formats import canonical_json, strict_json
from astrograph.formats.json_schema import Schema
from astrograph.formats.pointer import exists, get, split
from astrograph.formats.text import plural, quoted, shown
from astrograph.gates.registry import Gate
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.ids import ModuleId
from astrograph.model.schema_fit import Expectation, SchemaFit

ManifestBytes = tuple[ModuleId, str, bytes | None]
"""A module, the path of its manifest, and what is there: None when it is missing or cannot be read."""

EXPLAINED_MANIFESTS = 1_000
"""How many invalid manifests are explained in detail. A schema that refuses every one of 100,000 says so in
the first thousand; explaining costs a hundred times what deciding does."""

PROBLEMS_PER_MANIFEST = 20
"""How many problems of one manifest become findings of their own."""

_Told = list[tuple[str, str]]
"""Problems of one manifest: JSON pointer and message."""

_UNEXPLAINED = "manifest does not match the schema"

_REBUILD = "run `doit` to build it again"
_RELOCK = f"{_REBUILD}; or set `schema_version` in [tool.astrograph] to the version of the schema"
_CORRECT = "`doit info` shows where the value comes from: correct it there, then run `doit`"


def schema_gate(
    manifests: Iterable[ManifestBytes],
    schema: Schema,
    *,
    schema_path: str = "",
    version: str,
    version_pointer: str | None,
    expected: int,
    fit: SchemaFit | None = None,
) -> GateResult:
    """Judge whether every manifest is valid and states the locked `schema_version`.

    `version_pointer` is the JSON pointer where a manifest states its version, None where the workspace leaves
    it out of its manifests. `expected` is the number of modules in the inventory. A manifest that cannot be
    read or decoded has not been compared. What `fit` expects of places is counted over all manifests and told once
    for each place; without it the same is told manifest by manifest.
    """
    fit = fit or SchemaFit()
    problems: list[Finding] = [*fit.findings]
    census = _Census(fit)
    compared = invalid = 0
    for module, path, data in manifests:
        document = _read(module, path, data)
        if isinstance(document, Finding):
            problems.append(document)
            continue
        compared += 1
        stale = _version_problem(document, version=version, pointer=version_pointer)
        if stale:
            problems.append(finding("AG210", stale, path=path, fix=_RELOCK, module=module))
        if not schema.is_valid(document):
            invalid += 1
            accounted = census.take(module, document)
            if invalid <= EXPLAINED_MANIFESTS:
                told = census.others(document, _explanations(schema, document))
                if stale:  # the schema says of the version what has just been said
                    told = [(pointer, message) for pointer, message in told if pointer != version_pointer]
                problems += _mismatches(module, path, data or b"", told)
            elif not (stale or accounted):
                problems.append(finding("AG209", _UNEXPLAINED, path=path, fix=_CORRECT, module=module))
    return judge(
        Gate.SCHEMA.value,
        compared=compared,
        expected=expected,
        findings=(*problems, *census.findings(schema_path)),
        notes=(("invalid", invalid), ("version", version)),
    )


class _Census:
    """Counts, over the invalid manifests, those that lack a place the schema requires or have one it forbids."""

    def __init__(self, fit: SchemaFit) -> None:
        self._required = fit.required
        self._forbidden = fit.forbidden
        self._modules: dict[tuple[str, str], list[ModuleId]] = {}

    def take(self, module: ModuleId, document: object) -> bool:
        """Count one manifest; returns whether there was anything to count."""
        unmet = list(self._unmet(document))
        for code, expectation in unmet:
            self._modules.setdefault((code, expectation.pointer), []).append(module)
        return bool(unmet)

    def others(self, document: object, told: _Told) -> _Told:
        """What is told of one manifest beside what is told once for all."""
        unmet = list(self._unmet(document))
        forbidden = {each.pointer for code, each in unmet if code == "AG245"}
        away = [each.pointer for code, each in unmet if code == "AG243"]
        missing = {(place.rpartition("/")[0], f"{quoted(split(place)[-1])} is missing") for place in away}
        return [each for each in told if each[0] not in forbidden and each not in missing]

    def findings(self, path: str) -> Iterator[Finding]:
        """One finding a place, with the number of modules and the first of them."""
        for code, expectations in (("AG243", self._required), ("AG245", self._forbidden)):
            for each in expectations:
                modules = self._modules.get((code, each.pointer), [])
                if modules:
                    count = f"{plural(len(modules), 'module')}, such as {modules[0]}"
                    yield finding(
                        code,
                        f"{each.message}: {count}",
                        path=path,
                        line=each.line,
                        column=each.column,
                        fix=each.fix,
                    )

    def _unmet(self, document: object) -> Iterator[tuple[str, Expectation]]:
        for each in self._required:
            if not exists(document, each.pointer):
                yield "AG243", each
        for each in self._forbidden:
            if exists(document, each.pointer):
                yield "AG245", each


def roundtrip_gate(manifests: Iterable[ManifestBytes], *, expected: int) -> GateResult:
    """Judge whether reading and writing every manifest gives the same bytes, twice.

    `expected` is the number of modules in the inventory. A manifest that cannot be read or decoded has not
    been compared.
    """
    problems: list[Finding] = []
    compared = 0
    for module, path, data in manifests:
        document = _read(module, path, data)
        if isinstance(document, Finding):
            problems.append(document)
            continue
        compared += 1
        problem = _roundtrip_problem(data or b"", document)
        if problem is not None:
            message, line, column = problem
            problems.append(finding("AG211", message, path=path, line=line, column=column, fix=_REBUILD, module=module))
    return judge(Gate.ROUNDTRIP.value, compared=compared, expected=expected, findings=tuple(problems))


def _read(module: ModuleId, path: str, data: bytes | None) -> object:
    """Decode a manifest, or make the finding that says why that cannot be done."""
    if data is None:
        return finding("AG217", "manifest is missing or cannot be read", path=path, fix=_REBUILD, module=module)
    try:
        return strict_json.decode_fast(data)
    except DecodeError as error:
        title, line, column = _strict_complaint(data) or (error.title, error.line, error.column)
        message = f"manifest is not valid JSON: {title}"
        return finding("AG217", message, path=path, line=line, column=column, fix=_REBUILD, module=module)


def _strict_complaint(data: bytes) -> tuple[str, int, int] | None:
    try:
        strict_json.decode(data)
    except DecodeError as error:
        return error.title, error.line, error.column
    return None


def _version_problem(document: object, *, version: str, pointer: str | None) -> str:
    if pointer is None:
        return ""
    locked = f"the locked one is {shown(version)}"
    if not exists(document, pointer):
        return f"manifest states no schema version at {pointer}, {locked}"
    stated = get(document, pointer)
    return "" if stated == version else f"manifest states schema version {shown(stated)}, {locked}"


def _explanations(schema: Schema, document: object) -> _Told:
    # A verdict without an explanation is a verdict still.
    return [(problem.pointer, problem.message) for problem in schema.explain(document)] or [("", _UNEXPLAINED)]


def _mismatches(module: ModuleId, path: str, data: bytes, told: _Told) -> Iterator[Finding]:
    positions = _positions(data)
    for pointer, message in told[:PROBLEMS_PER_MANIFEST]:
        line, column = _position(pointer, positions)
        yield finding(
            "AG209",
            f"{pointer}: {message}" if pointer else message,
            path=path,
            line=line,
            column=column,
            fix=_CORRECT,
            module=module,
        )
    hidden = len(told) - PROBLEMS_PER_MANIFEST
    if hidden > 0:
        yield finding("AG209", f"and {hidden} more problems in this manifest", path=path, fix=_CORRECT, module=module)


def _positions(data: bytes) -> Mapping[str, tuple[int, int]]:
    try:
        return strict_json.positions(data)
    except AstrographError:
        return {}


def _position(pointer: str, positions: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Find where the value at a pointer stands, or else the nearest value around it."""
    while pointer and pointer not in positions:
        pointer = pointer.rpartition("/")[0]
    return positions.get(pointer, (0, 0))


def _roundtrip_problem(data: bytes, document: object) -> tuple[str, int, int] | None:
    try:
        once = canonical_json.encode(document)
        if once == data:
            return None  # what is read from the same bytes is the same document, and writing it gives them once more
        twice = canonical_json.encode(strict_json.decode_fast(once))
    except AstrographError as error:
        details = ", ".join(f"{name} {value}" for name, value in error.fields)
        return f"manifest cannot be written again: {error.title}" + (f" ({details})" if details else ""), 0, 0
    if once != data:
        line, column = _first_difference(once, data)
        return "reading the manifest and writing it again gives other bytes, first here", line, column
    if twice != once:
        line, column = _first_difference(twice, once)
        return "writing the manifest a second time gives other bytes, first here", line, column
    return None


def _first_difference(one: bytes, other: bytes) -> tuple[int, int]:
    """Find line and column (in bytes), from 1, of the first byte where two texts differ."""
    shorter = min(len(one), len(other))
    at = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    before = other[:at]
    return before.count(b"\n") + 1, at - before.rfind(b"\n")

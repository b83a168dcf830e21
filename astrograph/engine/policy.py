"""The policy of a run: rules, exceptions, canon and schema, read once, held to their pins, parsed when needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from astrograph.engine.tool import tool_fingerprint
from astrograph.errors import PolicyError
from astrograph.model import limits
from astrograph.model.digests import Fingerprint, combine, sha256
from astrograph.model.pins import PolicyKind
from astrograph.model.workspace import Placement, Workspace
from astrograph.store.files import read

if TYPE_CHECKING:
    from astrograph.formats.json_schema import Schema
    from astrograph.gates.policy import PinCheck
    from astrograph.inference.exceptions import ExceptionIndex
    from astrograph.inference.lint import PolicyPaths
    from astrograph.inference.patterns import MatchLimitError
    from astrograph.inference.score import Scorer
    from astrograph.model.canon import Canon
    from astrograph.model.finding import Finding
    from astrograph.model.ids import ModuleId
    from astrograph.model.pins import Pins
    from astrograph.model.rules import Exceptions, Rules
    from astrograph.model.schema_fit import SchemaFit


def policy_paths(workspace: Workspace) -> dict[PolicyKind, str]:
    """Where each policy file of a workspace is."""
    return {
        PolicyKind.RULES: workspace.rules,
        PolicyKind.EXCEPTIONS: workspace.exceptions,
        PolicyKind.CANON: workspace.canon,
        PolicyKind.SCHEMA: workspace.schema,
    }


class Policy:
    """The policy files of one run, exactly as they were read at its start."""

    def __init__(self, workspace: Workspace, data: Mapping[PolicyKind, bytes | None], pins_data: bytes | None) -> None:
        self.workspace = workspace
        self.data = data
        self.pins_data = pins_data

    @classmethod
    def read(cls, workspace: Workspace) -> Policy:
        """Read every file; one that cannot be read is remembered as missing."""
        data = {kind: _read(workspace, path) for kind, path in policy_paths(workspace).items()}
        return cls(workspace, data, _read(workspace, workspace.pins))

    @property
    def pinned_state(self) -> Fingerprint:
        """One digest of all that `check_pins` looks at: equal to one that held before, it holds again."""
        parts: list[bytes] = [self.pins_data or b""]
        for kind, path in policy_paths(self.workspace).items():
            parts += [path.encode(), self.data[kind] or b""]
        return combine(tool_fingerprint(), *parts)

    @cached_property
    def pins(self) -> Pins | None:
        """The pins as recorded, None when there is no such file; raises PolicyError when it is malformed."""
        from astrograph.formats.policy_pins import read_pins

        return None if self.pins_data is None else read_pins(self.pins_data, path=self.workspace.pins)

    def pin_checks(self) -> list[PinCheck]:
        """Each policy file beside its pin."""
        from astrograph.gates.policy import PinCheck

        pins = self.pins
        checks = []
        for kind, path in policy_paths(self.workspace).items():
            data = self.data[kind]
            pin = pins.of(kind) if pins is not None else None
            pinned = pin.sha256 if pin is not None and pin.path == path else None
            checks.append(PinCheck(kind, path, pinned, sha256(data) if data is not None else None))
        return checks

    def check_pins(self) -> None:
        """Raise PolicyError naming each file, both digests and the way out, unless every pin holds."""
        fields: list[tuple[str, str]] = []
        missing: list[tuple[str, str]] = []
        if self.pins_data is None and os.path.lexists(f"{self.workspace.root}/{self.workspace.pins}"):
            missing.append((self.workspace.pins, _reason(self.workspace, self.workspace.pins)))
        for check in self.pin_checks():
            if check.actual is None:
                missing.append((check.path, _reason(self.workspace, check.path)))
            elif check.pinned is None:
                fields.append((check.path, f"never pinned, is {check.actual}"))
            elif check.pinned != check.actual:
                fields.append((check.path, f"pinned {check.pinned}, is {check.actual}"))
        if missing:
            raise PolicyError(
                "a policy file is missing or cannot be read",
                fields=tuple(missing),
                hint="restore it, or run `astrograph init` in a workspace that has none yet",
            )
        if fields:
            raise PolicyError(
                "policy files do not match their pins",
                fields=tuple(fields),
                hint='look at the difference; if it is meant, run `doit pin --reason "why"`, else restore the file',
            )

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """One digest of everything that shapes all manifests and findings alike: policy files, settings, the tool."""
        space = self.workspace
        places = (space.source_roots, space.authored, *policy_paths(space).values())  # findings name them
        settings = repr((space.schema_version, space.placements, space.format_assertion, places)).encode()
        return combine(tool_fingerprint(), settings, *(self.data[kind] or b"" for kind in PolicyKind))

    @cached_property
    def canon(self) -> Canon:
        """The canon; raises PolicyError with everything that is wrong in it."""
        from astrograph.formats.policy_canon import read_canon

        return read_canon(self.bytes_of(PolicyKind.CANON), path=self.workspace.canon)

    @cached_property
    def rules(self) -> Rules:
        """The rules; raises PolicyError with everything that is wrong in them."""
        from astrograph.formats.policy_rules import read_rules

        return read_rules(self.bytes_of(PolicyKind.RULES), path=self.workspace.rules, canon=self.canon)

    @cached_property
    def exceptions(self) -> Exceptions:
        """The exceptions; raises PolicyError with everything that is wrong in them."""
        from astrograph.formats.policy_exceptions import read_exceptions

        data = self.bytes_of(PolicyKind.EXCEPTIONS)
        return read_exceptions(data, path=self.workspace.exceptions, canon=self.canon)

    @cached_property
    def exception_index(self) -> ExceptionIndex:
        """The exceptions, compiled for lookup."""
        from astrograph.inference.exceptions import ExceptionIndex

        return ExceptionIndex.from_exceptions(self.exceptions)

    @cached_property
    def scorer(self) -> Scorer:
        """The rules, compiled for scoring."""
        from astrograph.inference.score import Scorer

        return Scorer(self.rules, self.canon)

    @cached_property
    def schema_document(self) -> object:
        """The manifest schema as a document; raises PolicyError when it is not JSON."""
        from astrograph.errors import DecodeError
        from astrograph.formats.strict_json import decode

        try:
            return decode(self.bytes_of(PolicyKind.SCHEMA))
        except DecodeError as error:
            where = f"{self.workspace.schema}:{error.line}:{error.column}"
            raise PolicyError("the manifest schema is not JSON", fields=((where, error.title),)) from error

    @cached_property
    def schema(self) -> Schema:
        """The manifest schema, compiled; raises PolicyError when it is invalid or refers to anything outside."""
        from astrograph.formats.json_schema import compile_schema

        return compile_schema(self.schema_document, path=self.workspace.schema, formats=self.workspace.format_assertion)

    @cached_property
    def fit(self) -> SchemaFit:
        """How the placed fields fit the manifest schema."""
        from astrograph.manifest.fields import placement_of
        from astrograph.manifest.own_schema import fit

        return fit(
            self.schema_document,
            placement_of(self.workspace),
            chosen=frozenset(name for name, placement in self.workspace.placements if placement is not None),
            path=self.workspace.schema,
            line_of=self._schema_place,
        )

    @cached_property
    def _schema_positions(self) -> Mapping[str, tuple[int, int]]:
        from astrograph.formats.strict_json import positions

        return positions(self.bytes_of(PolicyKind.SCHEMA))

    def _schema_place(self, pointer: str) -> tuple[int, int]:
        """Where a pointer stands in the manifest schema, or else the nearest value around it."""
        while pointer and pointer not in self._schema_positions:
            pointer = pointer.rpartition("/")[0]
        return self._schema_positions.get(pointer, (0, 0))

    @cached_property
    def placements(self) -> dict[str, Placement]:
        """Where each manifest field lands; fields that are left out are missing."""
        from astrograph.manifest.fields import placement_of

        left_out = self.fit.left_out
        return {name: item for name, item in placement_of(self.workspace).items() if name not in left_out}

    @cached_property
    def carried(self) -> frozenset[str]:
        """The authored fields that the schema lets through unchanged."""
        from astrograph.manifest.fields import carried_names

        return carried_names(self.schema_document, self.placements)

    @cached_property
    def generated(self) -> dict[str, str]:
        """The field names that only we write; one that the schema has and nobody generates is left to people."""
        from astrograph.manifest.fields import generated_names

        names = generated_names(self.placements)
        return {name: maker for name, maker in names.items() if name not in self.carried}

    def compile(self) -> None:
        """Parse and compile everything now, so that a bad policy stops a run before it writes anything.

        Raises PolicyError, with file and line where a pattern does not compile.
        """
        from astrograph.formats.policy_document import PolicyProblems
        from astrograph.inference.patterns import PatternError
        from astrograph.model.finding import Severity

        try:
            _ = (self.scorer, self.exception_index, self.schema)
        except PatternError as error:
            raise PolicyProblems(tuple(item for item in self.lint() if item.severity is Severity.ERROR)) from error

    def beyond_limit(self, error: MatchLimitError, module: ModuleId) -> PolicyError:
        """The error of a run in which a pattern went beyond its limit on a module: AG502, where the pattern stands."""
        from astrograph.formats.policy_document import PolicyProblems
        from astrograph.model.codes import finding

        said = dict(error.fields)
        owners = [(each.pattern, each.pointer, each.line) for each in self.rules.exclusions]
        owners += [(each.match, each.pointer, each.line) for each in self.rules.rules]
        found = tuple(
            finding(
                "AG502",
                f"pattern `{pattern}` of {pointer} on {module}: {said['reason']}",
                path=self.workspace.rules,
                line=line,
                fix=error.hint,
            )
            for pattern, pointer, line in owners
            if pattern == said["pattern"]
        )
        return PolicyProblems(found)

    def lint(self) -> tuple[Finding, ...]:
        """What the policy files alone show to be wrong."""
        from astrograph.inference.lint import lint_rules

        return lint_rules(self.rules, self.canon, None, paths=self.lint_paths)

    @property
    def lint_paths(self) -> PolicyPaths:
        """Where the policy files are, for findings."""
        from astrograph.inference.lint import PolicyPaths

        space = self.workspace
        return PolicyPaths(rules=space.rules, exceptions=space.exceptions, canon=space.canon, schema=space.schema)

    def bytes_of(self, kind: PolicyKind) -> bytes:
        """The bytes of one policy file; raises PolicyError when it could not be read."""
        data = self.data[kind]
        if data is None:
            path = policy_paths(self.workspace)[kind]
            raise PolicyError(
                "a policy file is missing or cannot be read", fields=((path, _reason(self.workspace, path)),)
            )
        return data


def _reason(workspace: Workspace, path: str) -> str:
    """Why a policy file has no bytes."""
    try:
        read(f"{workspace.root}/{path}", limits.POLICY)
    except OSError as error:
        return error.strerror or str(error)
    return "it has just changed: run the command again"


def _read(workspace: Workspace, path: str) -> bytes | None:
    try:
        return read(f"{workspace.root}/{path}", limits.POLICY)
    except OSError:
        return None

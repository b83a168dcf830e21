"""Authored facts: what people say of a module, in YAML; the nearest wins, field by field (SPEC section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from astrograph.errors import AstrographError
from astrograph.facts.authored_fields import CHECKS, Complaint
from astrograph.formats import canonical_json, pointer, strict_json
from astrograph.formats.text import did_you_mean, plural, quoted, shown
from astrograph.formats.yaml_values import YamlDocument
from astrograph.model.codes import finding
from astrograph.model.facts import Authored, AuthoredFacts, Position
from astrograph.model.finding import Finding

AUTHORED_FIELDS = tuple(CHECKS)
"""The fields with a meaning of their own, in the order they are listed to people."""

MAX_FINDINGS = 100
"""More findings of one file are only counted."""


@dataclass(frozen=True)
class AuthoredFile:
    """One authored file: its path below the workspace, its valid fields, what is wrong with the others."""

    path: str
    fields: dict[str, Authored]
    findings: tuple[Finding, ...] = ()


def read_file(data: bytes, *, path: str, carried: frozenset[str], generated: Mapping[str, str]) -> AuthoredFile:
    """Read one authored file; the answer is a file whatever the bytes are.

    `carried` are the further fields that the manifest schema lets through; `generated` maps each field that
    only we write to what makes it. A field with anything wrong in it is dropped and told; the others stand. A file
    that authors a generated field is rejected as a whole (SPEC section 5).
    An empty file says nothing and is fine. Findings: AG201, AG202, AG203, AG206 (the YAML), AG204 (unknown
    field), AG205 (wrong type or value), AG207 (generated field), sorted, at most 100 and then how many
    more.
    """
    from astrograph.formats import strict_yaml  # only where a file is parsed: most runs parse none

    document = strict_yaml.decode(data)
    problems = [
        finding(code, message, path=path, line=line, column=column, fix=fix)
        for code, message, line, column, fix in document.problems
    ]
    reader = _Reader(document, path=path, known=(*CHECKS, *sorted(carried)), generated=generated)
    fields = reader.fields()
    return AuthoredFile(path, fields, _limited([*problems, *reader.findings], path))


def merge(files: Sequence[AuthoredFile]) -> AuthoredFacts:
    """Combine the files that apply to a module, given outermost first: the nearest wins, field by field.

    The findings of all of them are kept, in that order.
    """
    fields: dict[str, Authored] = {}
    for file in files:
        fields.update(file.fields)
    return AuthoredFacts(fields=fields, findings=tuple(found for file in files for found in file.findings))


def modeline(path_to_schema: str) -> str:
    """Give the first line of a file we write, by which editors find its schema; without a line end.

    `path_to_schema` is relative to the file that gets the line.
    """
    escaped = "".join(f"%{ord(each):02X}" if each <= " " or each == "\x7f" else each for each in path_to_schema)
    return f"# yaml-language-server: $schema={escaped}"


def pack(file: AuthoredFile) -> bytes:
    """Write a file as bytes for a cache; `unpack` is the inverse."""
    fields = {
        name: [said.value, said.position.path, said.position.line, said.position.column]
        for name, said in file.fields.items()
    }
    findings = [found.to_json() for found in file.findings]
    return canonical_json.encode_line({"path": file.path, "fields": fields, "findings": findings})


def unpack(record: bytes) -> AuthoredFile:
    """Read what `pack` wrote. Raises ValueError on anything else."""
    try:
        match strict_json.decode_fast(record):
            case {"path": str(path), "fields": dict(fields), "findings": list(findings)}:
                return AuthoredFile(
                    path=path,
                    fields={name: _unpacked(said) for name, said in fields.items()},
                    findings=tuple(Finding.from_json(found) for found in findings),
                )
    except (AstrographError, KeyError, TypeError, ValueError) as error:
        raise ValueError("not the record of an authored file") from error
    raise ValueError("not the record of an authored file")


def _unpacked(said: object) -> Authored:
    match said:
        case [value, str(path), int(line), int(column)]:
            return Authored(value, Position(path, line, column))
    raise ValueError("not the record of an authored field")


class _Reader:
    """Reads the fields of one decoded document and collects what is wrong with them."""

    def __init__(
        self,
        document: YamlDocument,
        *,
        path: str,
        known: tuple[str, ...],
        generated: Mapping[str, str],
    ) -> None:
        self._document = document
        self._path = path
        self._known = known
        self._generated = generated
        self.findings: list[Finding] = []

    def fields(self) -> dict[str, Authored]:
        """Every field that has nothing wrong in it."""
        members = self._document.value
        if members is None:
            return {}
        if not isinstance(members, dict):
            message = f"the file must hold fields such as `owner: ...`, it is {shown(members)}"
            self._tell("AG205", message, at="", fix="write one `field: value` a line")
            return {}
        said = {}
        doubtful = self._document.doubtful_members()
        for name, value in members.items():
            at = "/" + pointer.escape(name)
            if self._is_sound(name, value, at=at) and not doubtful.intersection(("", at)):
                said[name] = Authored(value, Position(self._path, *self._position(at)))
        return {} if any(found.code == "AG207" for found in self.findings) else said

    def _is_sound(self, name: str, value: object, *, at: str) -> bool:
        """Whether a field may stand; tells why not."""
        if name in self._generated:
            message = f"{quoted(name)} is a generated field: {self._generated[name]}"
            fix = (
                "delete it here, or place the generated one elsewhere with [tool.astrograph.manifest]; "
                "until then nothing in this file counts"
            )
            self._tell("AG207", message, at=at, fix=fix)
            return False
        if name not in self._known:
            self._unknown(name, at=at)
            return False
        complaints = list(CHECKS[name](value)) if name in CHECKS else list(_carried(value))
        for place, complaint in complaints:
            # An ambiguous scalar was told already, with a better way out than its type would give.
            if at + place not in self._document.doubtful:
                self._tell(complaint.code, f"{quoted(name)} {complaint.message}", at=at + place, fix=complaint.fix)
        return not complaints

    def _unknown(self, name: str, *, at: str) -> None:
        # Past the limit findings are only counted, so no time goes into suggestions for them.
        near = did_you_mean(name, self._known) if len(self.findings) < MAX_FINDINGS else []
        if near:
            fix = f"did you mean {' or '.join(map(quoted, near))}?"
        else:
            known = ", ".join(map(quoted, self._known))
            fix = f"remove it, or allow it in the manifest schema; known are {known}"
        self._tell("AG204", f"{quoted(name)} is not a known field", at=at, fix=fix)

    def _tell(self, code: str, message: str, *, at: str, fix: str) -> None:
        line, column = self._position(at)
        self.findings.append(finding(code, message, path=self._path, line=line, column=column, fix=fix))

    def _position(self, at: str) -> tuple[int, int]:
        """Where a value stands, or the nearest value around it."""
        while at and at not in self._document.positions:
            at = at.rpartition("/")[0]
        return self._document.positions.get(at, (0, 0))


def _carried(value: object) -> list[tuple[str, Complaint]]:
    refused = canonical_json.refusal(value)
    if refused is None:
        return []
    place, reason = refused
    return [(place, Complaint("AG205", f"cannot be carried: {reason}", "write it as text, in double quotes"))]


def _limited(findings: list[Finding], path: str) -> tuple[Finding, ...]:
    ordered = sorted(findings)
    if len(ordered) <= MAX_FINDINGS:
        return tuple(ordered)
    more = f"and {plural(len(ordered) - MAX_FINDINGS, 'more problem')} in this file"
    return (*ordered[:MAX_FINDINGS], finding(ordered[MAX_FINDINGS].code, more, path=path))

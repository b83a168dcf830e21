"""A finding: one thing wrong, with its code, place and way out (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error fails its gate, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong. Sorts by path, line, column, then code.

    `path` is relative to the workspace; `line` and `column` count from 1, 0 when the finding has no line.
    `module` is the module concerned, `""` when there is none. `fix` is the way out, `""` when there is none.
    """

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    fix: str = ""
    module: str = ""

    @property
    def place(self) -> str:
        """`path:line:column` as far as it is known."""
        place = self.path
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return place

    def to_json(self) -> dict[str, object]:
        """The finding as a JSON object."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "fix": self.fix,
            "module": self.module,
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> Finding:
        """The inverse of `to_json`; raises KeyError or ValueError on anything else."""
        return cls(
            path=str(data["path"]),
            line=int(str(data["line"])),
            column=int(str(data["column"])),
            code=str(data["code"]),
            severity=Severity(str(data["severity"])),
            message=str(data["message"]),
            fix=str(data["fix"]),
            module=str(data["module"]),
        )


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors before warnings, each in their order."""
    return sorted(findings, key=lambda finding: (finding.severity is not Severity.ERROR, finding))

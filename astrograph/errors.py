"""The one error tree: what happened, where, and the command that mends it.

Every error a person can cause is an `AstrographError` with a title, fields and a hint, and carries the
exit code of SPEC section 9. Nothing in this project raises a bare `Exception`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Process exit codes (SPEC section 9)."""

    CLEAN = 0
    FINDINGS = 1
    RUNTIME = 2
    USAGE = 3
    ACTION_NEEDED = 4


class AstrographError(Exception):
    """A failure told to a person: one title line, named fields, one hint.

    `fields` are (name, value) pairs printed one a line; `hint` is what to do next. `code` is the kind of failure in one
    word, for other programs: titles are for people and may change.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.RUNTIME
    code: ClassVar[str] = "error"

    def __init__(self, title: str, *, fields: tuple[tuple[str, str], ...] = (), hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.fields = fields
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.title]
        lines += [f"  {name}: {value}" for name, value in self.fields]
        if self.hint:
            lines.append(f"  fix: {self.hint}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.title, self.fields, self.hint))


def _rebuild(
    kind: type[AstrographError], title: str, fields: tuple[tuple[str, str], ...], hint: str
) -> AstrographError:
    return kind(title, fields=fields, hint=hint)


class ConfigurationError(AstrographError):
    """`[tool.astrograph]` or the workspace layout cannot be used (exit 3)."""

    exit_code = ExitCode.USAGE
    code = "configuration"


class PolicyError(AstrographError):
    """Rules, exceptions, canon, schema or pins cannot be used (exit 3)."""

    exit_code = ExitCode.USAGE
    code = "policy"


class UsageError(AstrographError):
    """A command was called with words it does not know (exit 3)."""

    exit_code = ExitCode.USAGE
    code = "usage"


class EditRefusedError(AstrographError):
    """A file of people that no command may replace: read-only, linked from elsewhere, changed meanwhile (exit 3)."""

    exit_code = ExitCode.USAGE
    code = "edit-refused"


class LockError(AstrographError):
    """Another run holds this workspace (exit 3)."""

    exit_code = ExitCode.USAGE
    code = "locked"


class ActionNeededError(AstrographError):
    """Nothing is broken, but a person has to decide first: not approved, stale (exit 4)."""

    exit_code = ExitCode.ACTION_NEEDED
    code = "action-needed"


class StorageError(AstrographError):
    """The disk refused: full, read-only, or not permitted (exit 2)."""

    code = "storage"


class DamagedGenerationError(StorageError):
    """What was published is missing among the generations, or no longer what was sealed (exit 2)."""

    code = "damaged"


class DecodeError(AstrographError):
    """Bytes that are not what their format says; `line` and `column` count from 1, 0 when unknown."""

    code = "decode"

    def __init__(
        self,
        title: str,
        *,
        line: int = 0,
        column: int = 0,
        fields: tuple[tuple[str, str], ...] = (),
        hint: str = "",
    ) -> None:
        super().__init__(title, fields=fields, hint=hint)
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_decode, (self.title, self.line, self.column, self.fields, self.hint))


def _rebuild_decode(title: str, line: int, column: int, fields: tuple[tuple[str, str], ...], hint: str) -> DecodeError:
    return DecodeError(title, line=line, column=column, fields=fields, hint=hint)

"""CODEOWNERS from the owners in the manifests, and how the one there differs: what stands behind `doit codeowners`."""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import NamedTuple

from astrograph.engine.session import Session
from astrograph.errors import UsageError
from astrograph.formats.codeowners import decode
from astrograph.formats.codeowners_writer import Owners, is_writable, lines_for, owners_of
from astrograph.model import limits
from astrograph.model.ids import ModuleId
from astrograph.store.files import read

HEADER = "# Who owns each package, from its manifest: printed by `doit codeowners`.\n"


class LeftOut(NamedTuple):
    """A module that no line can be written for, and why."""

    module: ModuleId
    reason: str


class Difference(NamedTuple):
    """A module whose owners by the file, on this line (0: no line matches), are not those in its manifest."""

    module: ModuleId
    line: int
    file: str
    manifest: str


@dataclass(frozen=True, slots=True)
class Written:
    """The file, the owners it gives each module's folder, and the modules it cannot speak of."""

    text: str
    owners: dict[ModuleId, Owners]
    left_out: tuple[LeftOut, ...]


def write_codeowners(session: Session) -> Written:
    """The fewest lines that give every module the owners in its manifest. Ask only when the ledgers are built.

    Placeholder owners count as nobody. An owner that is no `@user`, `@org/team` or address cannot be written.
    """
    placeholders = {name.removeprefix("@").casefold() for name in session.workspace.placeholder_owners}
    packages = session.survey.inventory.packages
    owners: dict[ModuleId, Owners] = {}
    left_out: list[LeftOut] = []
    for line in session.gates.lines:
        said = owners_of(line.owner)
        if (line.owner or "").strip().removeprefix("@").casefold() in placeholders:
            said = ()
        if said is None:
            left_out.append(LeftOut(line.module, f"{line.owner!r} is no @user, @org/team or address"))
        elif not is_writable(packages[line.module].folder):
            left_out.append(LeftOut(line.module, "no pattern can be written for its path"))
        else:
            owners[line.module] = said
    tops = [root for root in session.workspace.source_roots if root != "."]
    lines = lines_for({packages[module].folder: said for module, said in owners.items()}, tops=tops)
    return Written(HEADER + "".join(f"{line}\n" for line in lines), owners, tuple(left_out))


def differences(session: Session, written: Written) -> tuple[str, list[Difference]]:
    """The path of the file that is configured, and each module of which it says something else.

    Raises UsageError when none is configured or it cannot be read.
    """
    path = session.workspace.codeowners
    if path is None:
        raise UsageError(
            "no CODEOWNERS file is configured", hint='set codeowners = ".github/CODEOWNERS" in [tool.astrograph]'
        )
    try:
        said = decode(read(session.layout.absolute(path), limits.CODEOWNERS))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=f"doit codeowners > {quote(path)}") from None
    found: list[Difference] = []
    for module, wanted in written.owners.items():
        rule = said.rule_of(f"{session.survey.inventory.packages[module].folder}/__init__.py")
        given = () if rule is None else rule.owners
        if given != wanted:
            found.append(Difference(module, 0 if rule is None else rule.line, " ".join(given), " ".join(wanted)))
    return path, found

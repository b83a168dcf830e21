"""Contracts of one module: what its references lead to, and a first contract from its exports."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from astrograph.engine.contracts.folder import ContractFolder
from astrograph.engine.session import Session
from astrograph.errors import UsageError
from astrograph.model import limits
from astrograph.model.ids import ModuleId
from astrograph.store.files import read
from astrograph.store.people_files import PeopleFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astrograph.model.contract import ContractStatus, Registry
    from astrograph.model.facts import PackageSummary


def statuses(session: Session, references: Sequence[str]) -> dict[str, ContractStatus]:
    """What each reference leads to, for `doit info`: nothing is judged, broken is what the gate said last."""
    from astrograph.model.contract import ContractStatus

    registry = ContractFolder(session.workspace, session.state).names()
    broken = _said_to_be_broken(session)
    found = {}
    for reference in references:
        contract = registry.find(reference)
        if contract is None:
            found[reference] = ContractStatus.MISSING
        else:
            found[reference] = ContractStatus.BROKEN if contract.path in broken else contract.status
    return found


def _said_to_be_broken(session: Session) -> set[str]:
    """The paths that errors of the gate's result on disk name."""
    from astrograph.formats.strict_json import decode_fast

    try:
        result = decode_fast(read(session.layout.absolute(session.layout.gate("contracts")), limits.OUTPUT))
    except (OSError, ValueError):
        return set()
    findings = result.get("findings") if isinstance(result, dict) else None
    return {
        str(item.get("path"))
        for item in (findings if isinstance(findings, list) else [])
        if isinstance(item, dict) and item.get("severity") == "error"
    }


class Scaffolded(NamedTuple):
    """A contract that was written: its id and path, the module, and what the module referred to before."""

    id: str
    path: str
    module: ModuleId
    exports: PackageSummary
    references: tuple[str, ...]


def scaffold_contract(session: Session, module: ModuleId, *, contract_id: str) -> Scaffolded:
    """Write a first contract for a module, from the exports its source has now; nothing is ever written over.

    `contract_id` is `""` for the default. Raises UsageError when the id is none, is taken, or its file is there, and
    when the package is gone.
    """
    from astrograph.contracts.reading import is_id
    from astrograph.contracts.scaffold import contract_bytes, file_of, first_id
    from astrograph.engine.packages import extract
    from astrograph.engine.survey import examine_one

    wanted = contract_id or first_id(module)
    if not is_id(wanted):
        raise UsageError(f"{wanted!r} is no contract id", hint="write a name, `@v` and a number: memory.fold@v2")
    registry = ContractFolder(session.workspace, session.state).names()
    taken = registry.by_id.get(wanted)
    path = f"{registry.folder}/{file_of(wanted, module)}"
    exists = UsageError(
        f"the contract {wanted} already exists",
        fields=(("file", path if taken is None else taken.path),),
        hint=f"for a new version: doit contracts new {quote(module)} --id {quote(_next(wanted, registry))}",
    )
    if taken is not None:
        raise exists
    examined = examine_one(session.policy, session.state, session.layout, module)
    exports = extract(session.workspace.root, examined.package, {}).summary.exports
    data = contract_bytes(wanted, module, exports, description=examined.authored.text("description"))
    if not PeopleFiles(session.workspace.root).create(path, data):
        raise exists
    said = examined.authored.value("contracts")
    references = tuple(map(str, said)) if isinstance(said, list) else ()
    return Scaffolded(wanted, path, module, exports, references)


def _next(contract_id: str, registry: Registry) -> str:
    """The id of the version after the newest there is."""
    name, _, version = contract_id.rpartition("@v")
    newest = max([int(version), *(int(item.rpartition("@v")[2]) for item in registry.versions.get(name, []))])
    return f"{name}@v{newest + 1}"

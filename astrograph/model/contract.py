"""Contracts: what modules promise, the registry of them, and the references to them (SPEC section 12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Protocol

from astrograph.model.facts import Position
from astrograph.model.finding import Finding, Severity
from astrograph.model.ids import ModuleId


class ContractKind(StrEnum):
    """What a contract is written in, and so what judges whether it is valid."""

    MODULE = "module"
    JSON_SCHEMA = "json-schema"
    OPENAPI = "openapi"


class ContractStatus(StrEnum):
    """What a reference to a contract leads to."""

    OK = "ok"
    BROKEN = "broken"
    MISSING = "missing"


class Promise(NamedTuple):
    """The names that a module contract promises; functions with whether they are async."""

    classes: tuple[str, ...] = ()
    functions: tuple[tuple[str, bool], ...] = ()
    constants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract file.

    `id` is `name@vN`, `""` when it has none that can be used; `path` is relative to the workspace. `kind` is None when
    it could not be told. `module` and `promise` are those of a module contract. `at` is where it says its id (line and
    column, 0 where the file name does). `findings` are all that is wrong in it.
    """

    id: str
    path: str
    kind: ContractKind | None
    title: str = ""
    module: str = ""
    promise: Promise = field(default_factory=Promise)
    at: tuple[int, int] = (0, 0)
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The id without its version: `memory.fold`."""
        return self.id.rpartition("@")[0]

    @property
    def status(self) -> ContractStatus:
        """Whether the contract is one that a module may refer to."""
        wrong = not self.id or self.kind is None or any(item.severity is Severity.ERROR for item in self.findings)
        return ContractStatus.BROKEN if wrong else ContractStatus.OK

    @property
    def label(self) -> str:
        """How people name it: its id, its path where it has none."""
        return self.id or self.path


@dataclass(frozen=True)
class Registry:
    """Every contract of a workspace, in path order.

    `folder` is where they lie. `parts` are files that only serve other contracts, through `$ref`, `referred` all
    files that another one refers to. `others` are files of
    a kind that is not read. `findings` are those of no single contract: folders that cannot be read, parts that are
    wrong. `files` counts every file that had to be read.
    """

    folder: str
    contracts: tuple[Contract, ...] = ()
    parts: tuple[str, ...] = ()
    referred: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: int = 0

    @cached_property
    def by_id(self) -> dict[str, Contract]:
        """The contract of each id; of several with the same id the first, which is broken like the others."""
        found: dict[str, Contract] = {}
        for contract in self.contracts:
            if contract.id:
                found.setdefault(contract.id, contract)
        return found

    @cached_property
    def by_path(self) -> dict[str, Contract]:
        """The contract at each path, relative to the workspace."""
        return {contract.path: contract for contract in self.contracts}

    @cached_property
    def versions(self) -> dict[str, list[str]]:
        """The ids of each name: `memory.fold` -> `memory.fold@v1`, `memory.fold@v2`."""
        found: dict[str, list[str]] = {}
        for contract_id in sorted(self.by_id, key=_by_version):
            found.setdefault(contract_id.rpartition("@")[0], []).append(contract_id)
        return found

    def find(self, reference: str) -> Contract | None:
        """The contract that an id or a path names; paths start at the workspace or at the folder of contracts."""
        return (
            self.by_id.get(reference)
            or self.by_path.get(reference)
            or self.by_path.get(f"{self.folder}/{reference}")
            or None
        )


def _by_version(contract_id: str) -> tuple[str, int]:
    name, _, version = contract_id.rpartition("@v")
    return name, int(version) if version.isdecimal() else 0


class ContractUser(Protocol):
    """What refers to contracts: a ledger line, or as much of one as is needed here."""

    @property
    def module(self) -> ModuleId:
        """Its id."""

    @property
    def tier(self) -> str | None:
        """Its tier, None when nobody said."""

    @property
    def contracts(self) -> tuple[str, ...]:
        """The references as they were written."""


def _nowhere() -> Position:
    return Position("")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference of one module, followed.

    `contract` is what it leads to, None when that is nothing; then `problem` and `fix` say more. `at` is where it was
    written.
    """

    module: ModuleId
    text: str
    contract: Contract | None
    at: Position = field(default_factory=_nowhere)
    problem: str = ""
    fix: str = ""

    @property
    def status(self) -> ContractStatus:
        """What the reference leads to."""
        return ContractStatus.MISSING if self.contract is None else self.contract.status

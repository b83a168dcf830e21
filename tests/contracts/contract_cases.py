"""Contracts to write into a workspace, and what is said of them without building it."""

import json
from collections.abc import Mapping
from typing import Any

from support import Workspace

from astrograph.engine.contracts.folder import ContractFolder
from astrograph.engine.session import Session
from astrograph.gates.contracts import contracts_gate
from astrograph.model.contract import Registry
from astrograph.model.facts import Position
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import Workspace as Settings
from astrograph.store.state import State

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def put(ws: Workspace, path: str, document: object) -> None:
    """Write a contract as JSON with one member a line."""
    ws.write(f"contracts/{path}", json.dumps(document, indent=1))


def module_contract(module: str, **changes: object) -> dict[str, object]:
    """A valid contract of our own kind, with changes; a change to None takes a field away."""
    document: dict[str, object] = {
        "kind": "module",
        "module": module,
        "description": "What others rely on.",
        "exports": {"classes": [], "functions": []},
        "guarantees": ["It answers."],
    }
    document.update(changes)
    return {name: value for name, value in document.items() if value is not None}


def openapi(**changes: object) -> dict[str, Any]:
    """A valid OpenAPI 3.1 document, with changes."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Gateway", "version": "1.0.0"},
        "paths": {"/folds": {"get": operation("getFolds")}},
    }
    document.update(changes)
    return document


def operation(name: str, **changes: object) -> dict[str, object]:
    """One operation with the answer 200."""
    return {"operationId": name, "responses": {"200": {"description": "it is"}}, **changes}


def schema(**members: object) -> dict[str, object]:
    """A JSON Schema of draft 2020-12."""
    return {"$schema": DRAFT, **members}


def judged(ws: Workspace) -> GateResult:
    """What the gate says of the authored facts and contracts as they are; nothing is built."""
    with Session.open(str(ws.root)) as session:
        return session.contracts.judge(session.contracts.users())


def judged_alone(ws: Workspace) -> GateResult:
    """What the gate says of the contracts themselves; the workspace needs no policy, no package and no settings."""
    registry = registry_of(ws)
    exports = {ModuleId(item.module): None for item in registry.contracts if item.module}
    return contracts_gate([], registry, [], expected=0, tier_place=lambda _: Position(""), exports=exports)


def registry_of(ws: Workspace) -> Registry:
    """The registry of a workspace."""
    return ContractFolder(Settings(root=str(ws.root)), State(str(ws.state_file))).registry


def told(result: GateResult) -> list[str]:
    """Each finding as `path:line:column code`, in order, but for contracts that nobody uses."""
    return [place(item) for item in result.findings if item.code != "AG304"]


def place(item: Finding) -> str:
    """A finding without its words."""
    return f"{item.path}:{item.line}:{item.column} {item.code}"


def messages(result: GateResult, code: str) -> list[str]:
    """The message of each finding of a code."""
    return [item.message for item in result.findings if item.code == code]


def fixes(result: GateResult, code: str) -> list[str]:
    """The way out of each finding of a code."""
    return [item.fix for item in result.findings if item.code == code]


def notes(result: GateResult) -> Mapping[str, Any]:
    """The facts beside the verdict."""
    return dict(result.notes)

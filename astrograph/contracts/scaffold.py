"""A first contract of a module, from what it exports (SPEC section 12)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from astrograph.model.contract import ContractKind
from astrograph.model.facts import PackageSummary
from astrograph.model.ids import ModuleId, dotted_name


def first_id(module: ModuleId) -> str:
    """The id of the first contract of a module: `memory.fold@v1` for `memory/fold`."""
    return f"{dotted_name(module)}@v1"


def file_of(contract_id: str, module: ModuleId) -> str:
    """Where a contract is put below the folder of contracts: `memory/fold.v1.json`, else by its own name."""
    name, _, version = contract_id.rpartition("@")
    return f"{module}.{version}.json" if name == dotted_name(module) else f"{contract_id}.json"


def contract_bytes(contract_id: str, module: ModuleId, exports: PackageSummary, *, description: str | None) -> bytes:
    """The file: it promises every export as it is now. Guarantees are for a person to write."""
    first_line = (description or exports.docstring or "").strip().partition("\n")[0].strip()
    head = {
        "id": contract_id,
        "kind": ContractKind.MODULE.value,
        "module": module,
        "description": first_line or f"What the users of {dotted_name(module)} may rely on.",
    }
    functions = [{"name": name, "async": is_async} for name, is_async in exports.functions]
    promised: dict[str, Sequence[object]] = {
        "classes": list(exports.classes),
        "functions": functions,
        "constants": list(exports.constants),
    }
    lines = [f"  {_text(name)}: {_text(value)}," for name, value in head.items()]
    lines.append('  "exports": {')
    lines.append(",\n".join(f"    {_text(name)}: {_listed(items)}" for name, items in promised.items()))
    lines += ["  },", '  "guarantees": []']
    return "\n".join(["{", *lines, "}", ""]).encode()


def _listed(items: Sequence[object]) -> str:
    """An array with one item a line, which people can edit and compare."""
    if not items:
        return "[]"
    inside = ",\n".join(f"      {_text(item)}" for item in items)
    return f"[\n{inside}\n    ]"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

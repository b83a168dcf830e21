"""Following the references that modules make: to a contract, or to what a person probably meant (SPEC section 12)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from astrograph.formats.text import did_you_mean, quoted
from astrograph.model.contract import ContractUser, Reference, Registry
from astrograph.model.facts import Position
from astrograph.model.ids import ModuleId

Places = Callable[[ModuleId, int], Position]
"""Where the n-th reference of a module was written."""

SUGGESTED = 100
"""So many references that lead nowhere get a suggestion each, beyond the versions of the same name."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def follow(modules: Iterable[ContractUser], registry: Registry, places: Places) -> Iterator[Reference]:
    """Follow every reference of every module; the place is asked for only where one leads to nothing or to a wreck."""
    unknown = 0
    for module in modules:
        for position, text in enumerate(module.contracts):
            contract = registry.find(text)
            if contract is not None:
                yield Reference(module.module, text, contract)
                continue
            unknown += 1
            problem, fix = _missing(text, registry, suggest=unknown <= SUGGESTED)
            at = places(module.module, position)
            yield Reference(module.module, text, None, at=at, problem=problem, fix=fix)


def _missing(text: str, registry: Registry, *, suggest: bool) -> tuple[str, str]:
    """What is wrong with a reference that leads to nothing, and the way out."""
    if _URI.match(text) or text.startswith("/") or ".." in text.split("/") or "\\" in text:
        fix = f"write the id of a contract, or its path below {registry.folder}/"
        return f"{quoted(text)} leads out of the workspace", fix
    inside = text.removeprefix(f"{registry.folder}/")
    path = f"{registry.folder}/{inside}"
    if path in registry.others:
        return f"{quoted(text)} is a file of a kind that is not read", "write it as JSON or YAML"
    if path in registry.parts:
        return f"{quoted(text)} is a part of other contracts, and none itself", "refer to the contract it serves"
    versions = registry.versions.get(text.rpartition("@")[0] or text)
    if versions:
        return f"there is no contract {quoted(text)}", f"there is {_listed(versions)}"
    if not registry.contracts:
        return f"there is no contract {quoted(text)}", f"there is none at all below {registry.folder}/"
    names = [*registry.by_id, *registry.by_path] if suggest else []
    near = did_you_mean(text, names)
    return f"there is no contract {quoted(text)}", (
        f"did you mean {_listed(near)}?" if near else "`doit contracts` lists what there is"
    )


def _listed(names: list[str]) -> str:
    quoted_names = [quoted(name) for name in names[-5:]]
    return f"{', '.join(quoted_names[:-1])} or {quoted_names[-1]}" if len(quoted_names) > 1 else quoted_names[0]

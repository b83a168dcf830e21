"""What a plant is: one corruption, and exactly the gates that it must turn red."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from astrograph.engine.self_test.scratch import AUTHORED, Scratch
from astrograph.gates.registry import Gate
from astrograph.model.ids import ModuleId

Act = Callable[[Scratch], object]


@dataclass(frozen=True, slots=True)
class Plant:
    """One corruption: what is done, and exactly which gates must fail of those that did not.

    Every one is a change of files, never of a gate. `inputs` acts before anything is built and `outputs` on what was
    built, before gates read it; `artifacts` acts on the audit artifacts. With `rebuild` manifests and ledgers are
    brought up to date in between. `approved` plants into a workspace with an approved plan instead of one whose plan
    is spent. With `warns` the gates must warn instead of fail. `fields` are the manifest fields it is about: where one
    is left out of manifests, nothing can be planted.
    """

    name: str
    gates: frozenset[Gate]
    inputs: Act | None = None
    outputs: Act | None = None
    artifacts: Act | None = None
    rebuild: bool = True
    approved: bool = False
    fields: tuple[str, ...] = ()
    warns: bool = False


def planted(
    name: str,
    *gates: Gate,
    inputs: Act | None = None,
    outputs: Act | None = None,
    artifacts: Act | None = None,
    rebuild: bool = True,
    approved: bool = False,
    fields: tuple[str, ...] = (),
    warns: bool = False,
) -> Plant:
    """A plant for these gates."""
    return Plant(name, frozenset(gates), inputs, outputs, artifacts, rebuild, approved, fields, warns)


def reauthor(scratch: Scratch, module: ModuleId, **changes: object) -> None:
    """Change authored fields of a module; None takes one away."""
    text = scratch.read(f"{AUTHORED}/{module}.yaml").decode()
    fields = {name: json.loads(value) for name, _, value in (line.partition(": ") for line in text.splitlines())}
    fields.update(changes)
    scratch.author(module, **{name: value for name, value in fields.items() if value is not None})

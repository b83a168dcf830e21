"""The gates over what people say and how well the source could be read (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from astrograph.gates.registry import Gate
from astrograph.model.codes import CODES
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine

_SOURCE_FAMILY = "AG7xx"


def authored_gate(
    lines: Iterable[LedgerLine], tree_findings: Iterable[Finding], *, files: int, modules: int
) -> GateResult:
    """Judge whether authored files are valid and complete, with nothing dangling.

    `tree_findings` are those of no single module, such as files for modules that do not exist. `files` counts
    the authored files, which may be none, `modules` the modules of the inventory. Every finding of the ledger
    that is not about source belongs here, so that none is shown by no gate.
    """
    problems: list[Finding] = list(tree_findings)
    seen: set[ModuleId] = set()
    for line in lines:
        seen.add(line.module)
        problems += [item for item in line.findings if not _is_about_source(item)]
    return judge(
        Gate.AUTHORED.value,
        compared=files + len(seen),
        expected=files + modules,
        findings=_merged(problems),
        notes=(("files", files), ("modules", len(seen))),
    )


def source_gate(lines: Iterable[LedgerLine], *, expected: int) -> GateResult:
    """Judge how well the source could be read; what it finds are warnings, as it fails nothing else.

    `expected` is the number of source files of all modules in the inventory.
    """
    problems: list[Finding] = []
    compared = 0
    for line in lines:
        compared += line.files
        problems += [item for item in line.findings if _is_about_source(item)]
    return judge(Gate.SOURCE.value, compared=compared, expected=expected, findings=_merged(problems))


def _is_about_source(item: Finding) -> bool:
    return item.code in CODES and CODES[item.code].family == _SOURCE_FAMILY


def _merged(problems: list[Finding]) -> tuple[Finding, ...]:
    """Say once what a shared file made several modules say; such a finding is about no single module."""
    merged: dict[Finding, Finding] = {}
    for problem in problems:
        anonymous = replace(problem, module="")
        earlier = merged.setdefault(anonymous, problem)
        if earlier.module != problem.module:
            merged[anonymous] = anonymous
    return tuple(merged.values())

"""What `report.md` and the one-screen summary are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from astrograph.audit.distribution import Distribution
from astrograph.formats.markdown import code, link
from astrograph.model.canon import Canon
from astrograph.model.dependencies import Cycle, Edge
from astrograph.model.gate import GateResult
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import ChangeKind, Promotion
from astrograph.model.rules import Rule, Rules


@dataclass(frozen=True, slots=True)
class Places:
    """Relative paths from the page: to the root of the workspace, manifests, gate results, the rules file."""

    root: str
    manifests: str
    gates: str
    rules: str

    def manifest(self, module: ModuleId) -> str:
        """A module's name that leads to its manifest."""
        return link(code(module), f"{self.manifests}/{module}/module.manifest.json")

    def rule(self, rule: Rule) -> str:
        """A rule's pointer that leads to its line."""
        return link(code(rule.pointer), f"{self.rules}#L{rule.line}" if rule.line else self.rules)

    def source(self, folder: str, edge: Edge) -> str:
        """The place of an import that leads to its line."""
        return link(code(f"{edge.file}:{edge.line}"), f"{self.root}{folder}/{edge.file}#L{edge.line}")


@dataclass(frozen=True, slots=True)
class ChangedModules:
    """How what is built differs from what is published: the modules of each kind, in id order."""

    added: tuple[ModuleId, ...]
    changed: tuple[ModuleId, ...]
    removed: tuple[ModuleId, ...]
    unchanged: tuple[ModuleId, ...]

    def of(self, kind: ChangeKind) -> tuple[ModuleId, ...]:
        """The modules that something happens to."""
        match kind:
            case ChangeKind.ADDED:
                return self.added
            case ChangeKind.CHANGED:
                return self.changed
            case ChangeKind.REMOVED:
                return self.removed

    @property
    def any(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.added or self.changed or self.removed)


def changed_modules(before: Mapping[ModuleId, str], after: Mapping[ModuleId, str]) -> ChangedModules:
    """Compare two states given as the manifest digest of each module."""
    both = sorted(before.keys() & after.keys())
    return ChangedModules(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(module for module in both if before[module] != after[module]),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=tuple(module for module in both if before[module] == after[module]),
    )


@dataclass(frozen=True)
class ReportValues:
    """One run, ready to be told.

    `lines` are all ledger lines in id order, `gates` all results in order. `before` and `changes` are None while
    nothing is published, `generation` is the number of what is, `approved` whether an approval went with it. `cycles`
    are the largest first; `folders` tells where the members of cycles lie. `never` are the rules that fire for no
    module. `trend` are the lines of `trend.jsonl`, oldest first.
    """

    title: str
    places: Places
    canon: Canon
    rules: Rules
    lines: Sequence[LedgerLine]
    gates: Sequence[GateResult]
    after: Distribution
    before: Distribution | None
    generation: int | None
    approved: bool
    changes: ChangedModules | None
    promotions: Sequence[Promotion]
    never: Sequence[Rule]
    cycles: Sequence[Cycle]
    folders: Mapping[ModuleId, str]
    trend: Sequence[Mapping[str, object]]

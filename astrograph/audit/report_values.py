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
from astrograph.model.plan import Promotion
from astrograph.model.rules import Rule, Rules


@dataclass(frozen=True, slots=True)
class Places:
    """Relative paths from the page: to the root of the workspace, manifests, ledgers, gate results, the rules file."""

    root: str
    manifests: str
    ledgers: str
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
class ChangeCounts:
    """How what is built differs from what is published, in modules."""

    added: int
    changed: int
    removed: int
    unchanged: int


def count_changes(before: Mapping[ModuleId, str], after: Mapping[ModuleId, str]) -> ChangeCounts:
    """Compare two states given as the manifest digest of each module."""
    both = before.keys() & after.keys()
    changed = sum(before[module] != after[module] for module in both)
    return ChangeCounts(len(after) - len(both), changed, len(before) - len(both), len(both) - changed)


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
    changes: ChangeCounts | None
    promotions: Sequence[Promotion]
    never: Sequence[Rule]
    cycles: Sequence[Cycle]
    folders: Mapping[ModuleId, str]
    trend: Sequence[Mapping[str, object]]

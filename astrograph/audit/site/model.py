"""Everything the pages tell, as values: what the engine hands over and all that the site knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from astrograph.model.canon import Canon
from astrograph.model.dependencies import Dependencies
from astrograph.model.facts import Authored, SourceSummary
from astrograph.model.gate import GateResult
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Changes, Plan
from astrograph.model.rules import Rule


@dataclass(frozen=True, slots=True)
class Detail:
    """What a module's own page tells beyond its ledger line.

    `folder` and `manifest` are paths relative to the workspace. `authored` maps a field to its value and place.
    `summary` is None when its source was never read. `instead` says in words what another star would take, `""` where
    signals decide nothing.
    """

    folder: str
    manifest: str
    authored: Mapping[str, Authored] = field(default_factory=dict)
    summary: SourceSummary | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan a person has to decide on: its digest, how it stands (`pending`, `approved`, ...) and why in words.

    `hint` is what to do next. `report` is the canary report as decoded JSON, empty where there is none. `generation` is
    the number of the one that spent it, None for a plan that is not spent. `holds` tells whether it can be approved:
    it changes something, starts from what is published, and nothing moved since.
    """

    plan: Plan
    digest: str
    state: str
    reason: str = ""
    hint: str = ""
    report: Mapping[str, object] = field(default_factory=dict)
    generation: int | None = None
    holds: bool = True


@dataclass(frozen=True)
class SiteModel:
    """One state of a workspace, ready to be shown.

    `title` names the workspace. `lines` are all ledger lines in id order. `detail_of` gives what one module's page
    adds; it is asked once a module, in order. `rules` maps the JSON pointer of a rule to it, `rules_path` is the file
    they are in. `baseline` are the published entries, None while nothing was ever published; `changes` what is staged
    differently. `trend` are the lines of `trend.jsonl`, oldest first. `coverage` and `contract_coverage` are the
    artifacts of that name, empty where there are none. `floor` is the least share of Supporting modules in thousandths
    of a percent point (55.0 % is 55_000).
    """

    title: str
    canon: Canon
    lines: tuple[LedgerLine, ...]
    detail_of: Callable[[ModuleId], Detail]
    gates: tuple[GateResult, ...] = ()
    dependencies: Dependencies = field(default_factory=Dependencies)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    rules_path: str = ""
    baseline: Mapping[ModuleId, Entry] | None = None
    changes: Changes | None = None
    plan: PlanView | None = None
    trend: tuple[Mapping[str, object], ...] = ()
    coverage: Mapping[str, object] = field(default_factory=dict)
    contract_coverage: Mapping[str, object] = field(default_factory=dict)
    floor: int = 55_000
    placeholder_owners: tuple[str, ...] = ()

    def rule_place(self, pointer: str) -> str:
        """Where a rule stands, for people: its file and line, the pointer where the line is not known."""
        rule = self.rules.get(pointer)
        return pointer if rule is None or not rule.line else f"{self.rules_path}:{rule.line}"

"""The part of the report about stars: promotions, suggestions, disagreements, rules that never fire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from astrograph.audit.registry import Artifact
from astrograph.audit.report_values import ReportValues
from astrograph.audit.tables import decimal, disputed, suggested
from astrograph.formats.markdown import code, escape, link, table
from astrograph.formats.text import plural
from astrograph.model.assignment import Evidence
from astrograph.model.canon import StarId
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Rule

_PROMOTIONS = 50
_SUGGESTIONS = 30
_DISAGREEMENTS = 30
_RULES = 50


def decisions(values: ReportValues) -> list[str]:
    """The sections, in order."""
    rules = {rule.pointer: rule for rule in values.rules.rules}
    return [
        *_promotions(values, rules),
        *_suggestions(values, rules),
        *_disagreements(values, rules),
        *_never(values),
    ]


def _promotions(values: ReportValues, rules: dict[str, Rule]) -> list[str]:
    count = link(plural(len(values.promotions), "module"), Artifact.PROMOTIONS.value)
    against = "what is published" if values.generation is not None else "Supporting, since nothing is published"
    said = f"{count} promoted, against {against}; the limits are in {link('ceilings', Artifact.CEILINGS.value)}."
    if not values.promotions:
        return ["## Promotions", said]
    by_module = {line.module: line for line in values.lines}
    rows = []
    for item in values.promotions[:_PROMOTIONS]:
        line = by_module.get(item.module)
        evidence = () if line is None else line.assignment.evidence
        rows.append(
            [
                values.places.manifest(item.module),
                _stars(item.before),
                _stars(item.after),
                code(item.tier) if item.tier else "–",
                decimal(item.confidence),
                _evidence(evidence, item.gained, values, rules) if evidence else escape(item.origin.value),
            ]
        )
    header = ("module", "from", "to", "tier", "confidence", "evidence")
    return ["## Promotions", said, table(header, rows, right=(4,)), *_more(len(values.promotions), _PROMOTIONS)]


def _suggestions(values: ReportValues, rules: dict[str, Rule]) -> list[str]:
    found = suggested(values.lines)
    said = f"{link(plural(len(found), 'star'), Artifact.SUGGESTIONS.value)} worth a look, not applied."
    rows = [
        [
            values.places.manifest(line.module),
            escape(said_of.star),
            decimal(said_of.confidence),
            escape(line.owner or "–"),
            _evidence(line.assignment.evidence, (said_of.star,), values, rules),
        ]
        for line in found[:_SUGGESTIONS]
        if (said_of := line.assignment.suggestion) is not None
    ]
    header = ("module", "suggestion", "confidence", "owner", "evidence")
    shown = [table(header, rows, right=(2,))] if rows else []
    return ["## Suggestions", said, *shown, *_more(len(found), _SUGGESTIONS)]


def _disagreements(values: ReportValues, rules: dict[str, Rule]) -> list[str]:
    found = disputed(values.lines)
    count = link(plural(len(found), "module"), Artifact.DISAGREEMENTS.value)
    said = f"{count} where a person decided otherwise than the rules would. People win."
    rows = [_disagreement(line, values, rules) for line in found[:_DISAGREEMENTS]]
    header = ("module", "people say", "rules say", "confidence", "evidence")
    shown = [table(header, rows, right=(3,))] if rows else []
    return ["## Disagreements", said, *shown, *_more(len(found), _DISAGREEMENTS)]


def _disagreement(line: LedgerLine, values: ReportValues, rules: dict[str, Rule]) -> list[str]:
    other = line.assignment.disagreement
    assert other is not None
    return [
        values.places.manifest(line.module),
        _stars(line.assignment.stars),
        escape(other.star),
        decimal(other.confidence),
        _evidence(line.assignment.evidence, (other.star,), values, rules),
    ]


def _never(values: ReportValues) -> list[str]:
    total = len(values.rules.rules)
    said = f"{link(f'{len(values.never):,} of {total:,} rules', Artifact.RULE_HITS.value)} fire for no module."
    rows = [
        [values.places.rule(rule), escape(rule.signal.value), escape(rule.star), code(rule.match)]
        for rule in values.never[:_RULES]
    ]
    shown = [table(("rule", "signal", "star", "matches"), rows)] if rows else []
    return ["## Rules that never fire", said, *shown, *_more(len(values.never), _RULES)]


def _stars(stars: Iterable[StarId]) -> str:
    return ", ".join(map(escape, stars)) or "–"


def _evidence(
    evidence: Sequence[Evidence], stars: Iterable[StarId], values: ReportValues, rules: dict[str, Rule]
) -> str:
    wanted = frozenset(stars)
    said = []
    for item in evidence:
        if item.star in wanted:
            rule = rules.get(item.pointer)
            where = code(item.pointer) if rule is None else values.places.rule(rule)
            said.append(f"+{decimal(item.weight)} {code(item.shown)} {where}")
    return ", ".join(said) or "–"


def _more(total: int, shown: int) -> list[str]:
    return [f"… and {total - shown:,} more."] if total > shown else []

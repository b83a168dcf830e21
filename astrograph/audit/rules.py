"""How often each rule fires, and which never do (SPEC section 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from astrograph.audit.registry import Artifact
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Rules


@dataclass(frozen=True, slots=True)
class RuleHits:
    """For the JSON pointer of each rule and exclusion the number of modules it fired for."""

    modules: int
    rules: Counter[str]
    exclusions: Counter[str]


def rule_hits(lines: Iterable[LedgerLine]) -> RuleHits:
    """Count, for each rule, the modules it is evidence for; a rule that fires twice for a module counts once."""
    found = RuleHits(0, Counter(), Counter())
    modules = 0
    for line in lines:
        modules += 1
        found.rules.update({item.pointer for item in line.assignment.evidence})
        found.exclusions.update(set(line.assignment.exclusions))
    return RuleHits(modules, found.rules, found.exclusions)


def rule_hits_document(hits: RuleHits, rules: Rules, *, path: str) -> dict[str, object]:
    """The artifact; `path` is the rules file."""
    never = [rule.pointer for rule in rules.rules if not hits.rules[rule.pointer]]
    return {
        "schema": Artifact.RULE_HITS.schema,
        "totals": {
            "modules": hits.modules,
            "hits": sum(hits.rules.values()),
            "rules": len(rules.rules),
            "rules_hit": sum(1 for count in hits.rules.values() if count),
            "rules_never_hit": len(never),
        },
        "path": path,
        "version": rules.version,
        "never": never,
        "rules": [
            {
                "pointer": rule.pointer,
                "line": rule.line,
                "signal": rule.signal.value,
                "star": rule.star,
                "match": rule.match,
                "source": rule.source,
                "weight": rules.weights[rule.signal] / 1000,
                "hits": hits.rules[rule.pointer],
            }
            for rule in rules.rules
        ],
        "exclusions": [
            {
                "pointer": item.pointer,
                "line": item.line,
                "pattern": item.pattern,
                "explain": item.explain,
                "hits": hits.exclusions[item.pointer],
            }
            for item in rules.exclusions
        ],
    }

"""Score: the signals that fire for a module, summed per star in integer thousandths (SPEC section 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from astrograph.inference.patterns import PatternSet, compile_pattern
from astrograph.inference.text import Blanker, module_text
from astrograph.model.assignment import Evidence, Score
from astrograph.model.canon import Canon, StarId
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Rule, Rules, Signal

_REMEMBERED = 16_384  # owners and external packages repeat over modules


@dataclass(frozen=True, slots=True)
class Subject:
    """What inference may see of a module: authored and source facts only, never anything inferred."""

    module: ModuleId
    capabilities: tuple[str, ...] = ()
    node: str | None = None
    owner: str | None = None
    external: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """The outcome for one module.

    `evidence` is every signal that fired, in the order of `Signal`, then of the rules file; it includes
    signals for stars that are never inferred, so that a person sees them. `scores` are the stars that may
    be inferred with a score above zero, best first (score, then canon order). `exclusions` are the pointers
    of those that hit.
    """

    evidence: tuple[Evidence, ...] = ()
    scores: tuple[Score, ...] = ()
    exclusions: tuple[str, ...] = ()


class Scorer:
    """The rules, compiled once, ready to score any number of modules.

    Raises PatternError when a pattern does not compile.
    """

    def __init__(self, rules: Rules, canon: Canon) -> None:
        self._weights = rules.weights
        self._order = canon.order
        self._inferable = frozenset(canon.by_id) - rules.deny
        self._blanker = Blanker(rules.exclusions)
        self._capabilities = _Named(rules.of(Signal.CAPABILITY))
        self._nodes = _Named(rules.of(Signal.NODE))
        self._paths = _Searched(rules.of(Signal.PATH))
        self._owners = _Searched(rules.of(Signal.OWNER))
        self._packages = _Searched(rules.of(Signal.DEPENDENCY))

    def score(self, subject: Subject) -> Scored:
        """Give evidence and scores of one module. Raises MatchLimitError."""
        text, exclusions = self._blanker.blank(module_text(subject.module))
        evidence = (
            *self._named(self._capabilities, subject.capabilities),
            *self._named(self._nodes, () if subject.node is None else (subject.node,)),
            *(self._evidence(rule, matched) for rule, matched in self._paths.find(text)),
            *self._whole(self._owners, () if subject.owner is None else (subject.owner,)),
            *self._whole(self._packages, sorted(set(subject.external))),
        )
        return Scored(evidence=evidence, scores=self._scores(evidence), exclusions=exclusions)

    def _named(self, named: _Named, names: Iterable[str]) -> list[Evidence]:
        return [self._evidence(rule, name) for rule, name in named.find(names)]

    def _whole(self, searched: _Searched, texts: Iterable[str]) -> list[Evidence]:
        """Give evidence of each rule that matches any text, once, with the first such text whole."""
        first: dict[int, tuple[Rule, str]] = {}
        for text in texts:
            for index, rule in searched.rules_for(text):
                first.setdefault(index, (rule, text))
        return [self._evidence(*first[index]) for index in sorted(first)]

    def _evidence(self, rule: Rule, matched: str) -> Evidence:
        return Evidence(
            signal=rule.signal,
            star=rule.star,
            pointer=rule.pointer,
            matched=matched,
            weight=self._weights[rule.signal],
        )

    def _scores(self, evidence: Iterable[Evidence]) -> tuple[Score, ...]:
        totals: defaultdict[StarId, int] = defaultdict(int)
        for each in evidence:
            if each.star in self._inferable:
                totals[each.star] += each.weight
        ranked = sorted((-total, self._order[star], star) for star, total in totals.items() if total > 0)
        return tuple(Score(star=star, raw=-total) for total, _, star in ranked)


class _Named:
    """Rules that match an exact name, case-insensitively: one signal per name and star."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, dict[StarId, tuple[int, Rule]]] = {}
        for index, rule in enumerate(rules):
            self._rules.setdefault(rule.match.casefold(), {}).setdefault(rule.star, (index, rule))

    def find(self, names: Iterable[str]) -> list[tuple[Rule, str]]:
        """Give (rule, name) for each distinct name that a rule names, in rule order."""
        found: dict[int, tuple[Rule, str]] = {}
        for name in sorted(names):
            for index, rule in self._rules.get(name.casefold(), {}).values():
                found.setdefault(index, (rule, name))
        return [found[index] for index in sorted(found)]


class _Searched:
    """Rules that search a text with a pattern."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._patterns = PatternSet([compile_pattern(rule.match) for rule in rules])
        self.rules_for = lru_cache(maxsize=_REMEMBERED)(self._rules_for)

    def find(self, text: str) -> list[tuple[Rule, str]]:
        """Give (rule, matched text) for each rule that matches, in rule order."""
        return [(self._rules[index], matched) for index, matched in self._patterns.find(text)]

    def _rules_for(self, text: str) -> tuple[tuple[int, Rule], ...]:
        return tuple((index, self._rules[index]) for index, _ in self._patterns.find(text))

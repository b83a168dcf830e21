"""Rule lint: what is wrong with the policy itself, before and after it meets the modules (SPEC section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from astrograph.formats.policy_exceptions import compile_gitignore, module_folder
from astrograph.formats.text import did_you_mean
from astrograph.inference.hostile import first_over_limit
from astrograph.inference.patterns import MATCH_LIMIT, Engine, Pattern, PatternError, compile_pattern
from astrograph.inference.shadow import covers
from astrograph.model.canon import SUPPORTING, Canon, StarId
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Exceptions, Exclusion, Rule, Rules, Signal

_SEARCHED = (Signal.PATH, Signal.OWNER, Signal.DEPENDENCY)
_SHOWN = 24
_FASTER = "avoid repetition inside repetition, or drop the look-around so that it runs in linear time"


@dataclass(frozen=True, slots=True)
class PolicyPaths:
    """Where the policy files lie, relative to the workspace: what findings point at."""

    rules: str
    exceptions: str
    canon: str
    schema: str


def lint_rules(
    rules: Rules, canon: Canon, schema_stars: Sequence[str] | None, *, paths: PolicyPaths
) -> tuple[Finding, ...]:
    """Tell what the files alone show: AG501, AG502, AG505, AG507, AG509, sorted.

    `schema_stars` are the star names the manifest schema allows (ids, labels or aliases), None when it names
    none.
    """
    compiled: dict[str, Pattern] = {}
    found = [
        *_patterns(rules, compiled, path=paths.rules),
        *_shadowed(rules, compiled, path=paths.rules),
        *_unreachable(rules, canon, path=paths.rules),
        *_disagreements(rules, canon, schema_stars, paths=paths),
    ]
    return tuple(sorted(found))


def lint_usage(
    rules: Rules,
    exceptions: Exceptions,
    *,
    rule_hits: Mapping[str, int],
    exclusion_hits: Mapping[str, int],
    modules: Sequence[ModuleId],
    paths: PolicyPaths,
) -> tuple[Finding, ...]:
    """Tell what the modules show: rules (AG506), exclusions (AG508), exceptions (AG511) that match nothing.

    Hits are counts by JSON pointer over all modules; a pointer that is not there counts 0.
    """
    found = [
        *_zero_hit_rules(rules, rule_hits, path=paths.rules),
        *_zero_hit_exclusions(rules, exclusion_hits, path=paths.rules),
        *_unused_exceptions(exceptions, modules, path=paths.exceptions),
    ]
    return tuple(sorted(found))


def _patterns(rules: Rules, compiled: dict[str, Pattern], *, path: str) -> Iterator[Finding]:
    """Compile everything, filling `compiled` by pointer, and try what is not linear on hostile texts."""
    searched: list[tuple[str, Rule | Exclusion]] = [(each.pattern, each) for each in rules.exclusions]
    searched += [(rule.match, rule) for rule in rules.rules if rule.signal in _SEARCHED]
    for source, owner in searched:
        try:
            pattern = compile_pattern(source)
        except PatternError as error:
            reason = dict(error.fields)["reason"]
            message = f"pattern `{source}` of {owner.pointer} does not compile: {reason}"
            yield finding("AG501", message, path=path, line=owner.line, fix=error.hint)
            continue
        compiled[owner.pointer] = pattern
        text = first_over_limit(pattern) if pattern.engine is Engine.PCRE2 else None
        if text is not None:
            message = (
                f"pattern `{source}` of {owner.pointer} exceeds {MATCH_LIMIT:,} steps on "
                f"`{text[:_SHOWN]}…` ({len(text)} characters)"
            )
            yield finding("AG502", message, path=path, line=owner.line, fix=_FASTER)


def _shadowed(rules: Rules, compiled: Mapping[str, Pattern], *, path: str) -> Iterator[Finding]:
    for position, rule in enumerate(rules.rules):
        earlier = next((each for each in rules.rules[:position] if _is_shadowed(rule, each, compiled)), None)
        if earlier is not None:
            yield finding("AG507", _shadow_message(rule, earlier), path=path, line=rule.line, fix="remove it")


def _is_shadowed(rule: Rule, earlier: Rule, compiled: Mapping[str, Pattern]) -> bool:
    if rule.signal is not earlier.signal or rule.star != earlier.star:
        return False
    if rule.signal not in _SEARCHED:
        return rule.match.casefold() == earlier.match.casefold()
    if rule.pointer not in compiled or earlier.pointer not in compiled:
        return False
    return covers(compiled[earlier.pointer], compiled[rule.pointer])


def _shadow_message(rule: Rule, earlier: Rule) -> str:
    where = f"{earlier.pointer} (line {earlier.line})" if earlier.line else earlier.pointer
    if rule.signal not in _SEARCHED:
        return f"{rule.pointer} never counts: {where} names the same `{rule.match}` for {rule.star}"
    return f"{rule.pointer} only counts again for {rule.star} what {where} already matches"


def _unreachable(rules: Rules, canon: Canon, *, path: str) -> Iterator[Finding]:
    for star in canon.stars:
        if star.id in rules.deny or star.id == SUPPORTING:
            continue
        own = [rule for rule in rules.rules if rule.star == star.id]
        reach = _highest_score(own, rules)
        if not own or reach < rules.min_autopromote:
            yield finding(
                "AG505",
                f"{star.id} reaches at most {_decimal(reach)}; promotion needs {_decimal(rules.min_autopromote)}",
                path=path,
                line=own[0].line if own else 0,
                fix=f"add signals of other kinds for {star.id}, or put it under `deny`",
            )


def _highest_score(own: Sequence[Rule], rules: Rules) -> int:
    """Bound the score from above: every rule fires, one node and each capability once."""
    capabilities = {rule.match.casefold() for rule in own if rule.signal is Signal.CAPABILITY}
    counts = {signal: sum(rule.signal is signal for rule in own) for signal in _SEARCHED}
    counts[Signal.CAPABILITY] = len(capabilities)
    counts[Signal.NODE] = min(1, sum(rule.signal is Signal.NODE for rule in own))
    return sum(rules.weights[signal] * count for signal, count in counts.items())


def _disagreements(
    rules: Rules, canon: Canon, schema_stars: Sequence[str] | None, *, paths: PolicyPaths
) -> Iterator[Finding]:
    yield from _compare(rules.stars, canon, path=paths.rules, what="the rules")
    if schema_stars is None:
        return
    resolved: list[StarId] = []
    for name in schema_stars:
        star = canon.resolve(name)
        if star is None:
            yield finding("AG509", f"the schema allows `{name}`, which the canon lacks", path=paths.schema)
        else:
            resolved.append(star)
    yield from _compare(resolved, canon, path=paths.schema, what="the schema")


def _compare(stars: Sequence[StarId], canon: Canon, *, path: str, what: str) -> Iterator[Finding]:
    for star in canon.stars:
        if star.id not in stars:
            yield finding("AG509", f"{what} lack{'s' if 'schema' in what else ''} `{star.id}`", path=path)
    for each in stars:
        if each not in canon.by_id:
            yield finding("AG509", f"`{each}` of {what} is not in the canon", path=path)


def _zero_hit_rules(rules: Rules, hits: Mapping[str, int], *, path: str) -> Iterator[Finding]:
    for rule in rules.rules:
        if not hits.get(rule.pointer):
            message = f"{rule.signal.value} `{rule.match}` for {rule.star} ({rule.pointer}) matches no module"
            yield finding("AG506", message, path=path, line=rule.line, fix="correct or remove it")


def _zero_hit_exclusions(rules: Rules, hits: Mapping[str, int], *, path: str) -> Iterator[Finding]:
    for each in rules.exclusions:
        if not hits.get(each.pointer):
            message = f"exclusion `{each.pattern}` ({each.pointer}) hits nothing"
            yield finding("AG508", message, path=path, line=each.line, fix="correct or remove it")


def _unused_exceptions(exceptions: Exceptions, modules: Sequence[ModuleId], *, path: str) -> Iterator[Finding]:
    known = frozenset(modules)
    for forced in exceptions.force_promote:
        if forced.module not in known:
            message = f"force_promote `{forced.module}` is no module"
            fix = _nearest(forced.module, modules)
            yield finding("AG511", message, path=path, line=forced.line, fix=fix, module=forced.module)
    for forbidden in exceptions.do_not_promote:
        if not _matches_any(forbidden.pattern, modules):
            message = f"do_not_promote `{forbidden.pattern}` matches no module"
            fix = _nearest(forbidden.pattern.strip("!/*"), modules)
            yield finding("AG511", message, path=path, line=forbidden.line, fix=fix)


def _matches_any(pattern: str, modules: Sequence[ModuleId]) -> bool:
    spec = compile_gitignore([pattern.removeprefix("!")])
    return any(spec.match_file(module_folder(module)) for module in modules)


def _nearest(name: str, modules: Sequence[ModuleId]) -> str:
    near = did_you_mean(name, modules, n=1)
    return f"did you mean `{near[0]}`?" if near else "correct or remove it"


def _decimal(thousandths: int) -> str:
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"

"""The policy this repository lives by passes its own lint."""

from pathlib import Path

from astrograph.formats.policy import read_canon, read_exceptions, read_rules
from astrograph.inference.lint import PolicyPaths, lint_rules
from astrograph.model.rules import Signal

ROOT = Path(__file__).parents[2]
PATHS = PolicyPaths(
    rules="rules/star_rules.json",
    exceptions="rules/star_rules_exceptions.json",
    canon="rules/star_canon.json",
    schema="schemas/module_manifest.schema.json",
)


def test_the_policy_of_the_repository_reads_and_has_no_finding() -> None:
    canon = read_canon((ROOT / PATHS.canon).read_bytes(), path=PATHS.canon)
    rules = read_rules((ROOT / PATHS.rules).read_bytes(), path=PATHS.rules, canon=canon)
    exceptions = read_exceptions((ROOT / PATHS.exceptions).read_bytes(), path=PATHS.exceptions, canon=canon)

    assert lint_rules(rules, canon, None, paths=PATHS) == ()
    assert {rule.signal for rule in rules.rules} == set(Signal)
    assert exceptions.do_not_promote
    assert exceptions.force_promote

"""Reach: the fewest further signals that would let another star win."""

import pytest
from policy_sample import ANCHOR, CANON, TRAIL, WATCH, rule_set

from astrograph.inference.decide import decide
from astrograph.inference.exceptions import ExceptionIndex
from astrograph.inference.reach import Reach, what_it_takes
from astrograph.inference.score import Scorer, Subject
from astrograph.model.assignment import Assignment
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Exceptions, Forced, Rules, Signal

FOLD = ModuleId("memory/fold")
NO_EXCEPTIONS = Exceptions()
EVERY_KIND_FOR_WATCH = tuple(
    (signal, WATCH, name)
    for signal, name in (
        (Signal.CAPABILITY, "policy_guard"),
        (Signal.NODE, "guardian"),
        (Signal.PATH, "guard"),
        (Signal.OWNER, "trust"),
        (Signal.DEPENDENCY, "casbin"),
    )
)


def reach(
    rules: Rules,
    subject: Subject,
    *,
    star: StarId | None = None,
    authored: tuple[StarId, ...] = (),
    exceptions: Exceptions = NO_EXCEPTIONS,
    forbidden: bool = False,
) -> tuple[Assignment, Reach | None]:
    scored = Scorer(rules, CANON).score(subject)
    assignment = decide(
        authored_stars=authored,
        scored=scored,
        rules=rules,
        exceptions=ExceptionIndex.from_exceptions(exceptions),
        module=subject.module,
    )
    found = what_it_takes(assignment, scored, rules=rules, canon=CANON, star=star, forbidden=forbidden)
    return assignment, found


def told(found: Reach | None) -> tuple[str, int, list[tuple[str, str, int]], int] | None:
    if found is None:
        return None
    steps = [(step.rule.signal.value, step.rule.match, step.weight) for step in found.steps]
    return (found.star, found.current, steps, found.total)


TRAIL_RULES = ((Signal.NODE, TRAIL, "memory"), (Signal.PATH, TRAIL, "memory"))


def test_the_example_of_the_specification() -> None:
    rules = rule_set(*TRAIL_RULES, *EVERY_KIND_FOR_WATCH)

    assignment, found = reach(rules, Subject(FOLD, node="memory"), star=WATCH)

    assert assignment.stars == (TRAIL,)
    assert told(found) == (
        "Watch",
        0,
        [("capability_override", "policy_guard", 600), ("owner_prior", "trust", 350)],
        950,
    )


def test_a_star_earlier_in_the_canon_wins_with_an_equal_score() -> None:
    rules = rule_set(*TRAIL_RULES, (Signal.CAPABILITY, ANCHOR, "store"), (Signal.DEPENDENCY, ANCHOR, "sqlalchemy"))

    _, found = reach(rules, Subject(FOLD, node="memory"), star=ANCHOR)

    assert found is not None
    assert found.total == 900


def test_without_a_star_the_best_one_not_assigned_is_taken() -> None:
    rules = rule_set(*TRAIL_RULES, *EVERY_KIND_FOR_WATCH, (Signal.OWNER, ANCHOR, "x"))

    _, found = reach(rules, Subject(FOLD, node="memory", external=("casbin",)))

    assert told(found) == (
        "Watch",
        300,
        [("capability_override", "policy_guard", 600), ("owner_prior", "trust", 350)],
        1250,
    )


def test_a_module_at_the_default_needs_the_threshold_only() -> None:
    _, found = reach(rule_set(*TRAIL_RULES), Subject(FOLD), star=TRAIL)

    assert told(found) == ("Trail", 400, [("node_override", "memory", 500)], 900)


def test_without_any_score_the_first_star_of_the_canon_is_taken() -> None:
    rules = rule_set((Signal.CAPABILITY, ANCHOR, "store"), (Signal.NODE, ANCHOR, "core"), *TRAIL_RULES)

    _, found = reach(rules, Subject(ModuleId("tools/x")))

    assert told(found) == (
        "Anchor",
        0,
        [("capability_override", "store", 600), ("node_override", "core", 500)],
        1100,
    )


def test_a_single_valued_fact_that_already_counts_is_not_offered_again() -> None:
    rules = rule_set(*TRAIL_RULES, (Signal.NODE, WATCH, "guardian"), (Signal.PATH, WATCH, "guard"))

    _, found = reach(rules, Subject(FOLD, node="memory"), star=WATCH)

    assert found is None


def test_a_rule_that_has_fired_is_no_further_signal() -> None:
    rules = rule_set((Signal.CAPABILITY, TRAIL, "fold"), (Signal.CAPABILITY, TRAIL, "recall"))

    _, found = reach(rules, Subject(ModuleId("a/b"), capabilities=("fold",)), star=TRAIL)

    assert told(found) == ("Trail", 600, [("capability_override", "recall", 600)], 1200)


@pytest.mark.parametrize("star", [SUPPORTING, TRAIL, StarId("Nowhere"), ANCHOR])
def test_there_is_no_way_to_what_is_assigned_denied_default_or_unknown(star: StarId) -> None:
    rules = rule_set(
        *TRAIL_RULES,
        (Signal.CAPABILITY, ANCHOR, "store"),
        (Signal.OWNER, ANCHOR, "core"),
        deny=frozenset({ANCHOR}),
    )

    assert reach(rules, Subject(FOLD, node="memory"), star=star)[1] is None


def test_signals_decide_nothing_where_a_person_has_decided() -> None:
    rules = rule_set(*TRAIL_RULES, *EVERY_KIND_FOR_WATCH)
    subject = Subject(ModuleId("a/b"))
    forced = Exceptions(force_promote=(Forced(ModuleId("a/b"), TRAIL, "because"),))

    assert reach(rules, subject, star=WATCH)[1] is not None
    assert reach(rules, subject, star=WATCH, authored=(TRAIL,))[1] is None
    assert reach(rules, subject, star=WATCH, exceptions=forced)[1] is None
    assert reach(rules, subject, star=WATCH, forbidden=True)[1] is None


def test_the_way_it_tells_is_true() -> None:
    rules = rule_set(*TRAIL_RULES, *EVERY_KIND_FOR_WATCH)

    assignment, _ = reach(rules, Subject(FOLD, node="memory", capabilities=("policy_guard",), owner="trust"))

    assert assignment.stars == (WATCH, TRAIL)

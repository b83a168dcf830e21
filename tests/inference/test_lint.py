"""Rule lint: what is wrong with the policy, told with file and line."""

import pytest
from policy_sample import ANCHOR, CANON, TRAIL, WATCH, rule_set

from astrograph.inference.hostile import first_over_limit, hostile_texts
from astrograph.inference.lint import PolicyPaths, lint_rules, lint_usage
from astrograph.inference.patterns import compile_pattern
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.finding import Finding, Severity
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Exceptions, Forbidden, Forced, Rules, Signal

PATHS = PolicyPaths(rules="rules.json", exceptions="exceptions.json", canon="canon.json", schema="schema.json")
EVERY_STAR = tuple(star.id for star in CANON.stars)
REACHABLE = tuple(
    (signal, star, f"{star.lower()}-{signal.value}")
    for star in (ANCHOR, TRAIL, WATCH)
    for signal in (Signal.CAPABILITY, Signal.NODE)
)


def linted(rules: Rules, schema_stars: tuple[str, ...] | None = EVERY_STAR) -> list[tuple[str, int, str]]:
    return [(each.code, each.line, each.message) for each in lint_rules(rules, CANON, schema_stars, paths=PATHS)]


def test_sound_rules_have_no_finding() -> None:
    assert linted(rule_set(*REACHABLE, (Signal.PATH, TRAIL, "memory"), exclusions=("in_memory",))) == []


def test_a_pattern_that_does_not_compile_is_found_wherever_it_stands() -> None:
    rules = rule_set(
        *REACHABLE,
        (Signal.PATH, TRAIL, "(memory"),
        (Signal.OWNER, TRAIL, "[team"),
        (Signal.DEPENDENCY, TRAIL, "?"),
        exclusions=("in_(memory",),
    )

    assert linted(rules) == [
        ("AG501", 5, "pattern `in_(memory` of /exclusions/0 does not compile: missing ): in_(memory"),
        ("AG501", 16, "pattern `(memory` of /rules/0 does not compile: missing ): (memory"),
        ("AG501", 17, "pattern `[team` of /owner_priors/0 does not compile: missing ]: [team"),
        (
            "AG501",
            18,
            "pattern `?` of /dependency_hints/0 does not compile: no argument for repetition operator: ?",
        ),
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?!x)(a+)+$",
        r"(?=a)(a|a)*b",
        r"^memory(?!x)(\w+\s?)+$",
        r"(?<!_)(\w*)*z",
        r"(?!test)([a-z]+)*/end",
        r"(?!x)(fold|foldfold)*er",
        r"(?!x).*a.*b.*c.*d",
    ],
)
def test_a_pattern_that_runs_away_on_hostile_text_is_found(pattern: str) -> None:
    (found,) = lint_rules(rule_set(*REACHABLE, (Signal.PATH, TRAIL, pattern)), CANON, None, paths=PATHS)

    assert (found.code, found.severity, found.path, found.line) == ("AG502", Severity.ERROR, "rules.json", 16)
    assert found.message.startswith(f"pattern `{pattern}` of /rules/0 exceeds 50,000 steps on `")


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<!in_)memory",
        r"^(?!.*(?:test|tests)).*(?:memory|fold)",
        r"(?:^|[./_ ])memory(?!_leak)(?:[./_ ]|$)",
        r"(\w+)/\1",
        r"(?=.*memory)(?=.*fold)",
        r"(?!x).*memory.*fold",
    ],
)
def test_an_honest_look_around_passes(pattern: str) -> None:
    assert linted(rule_set(*REACHABLE, (Signal.PATH, TRAIL, pattern))) == []


def test_hostile_texts_are_always_the_same() -> None:
    texts = list(hostile_texts(r"^mem(?!x)(\w+)+$"))

    assert texts == list(hostile_texts(r"^mem(?!x)(\w+)+$"))
    assert len(texts) == len(set(texts)) > 100
    assert "mem" + "a" * 256 + "!" in texts
    assert first_over_limit(compile_pattern(r"^mem(?!x)([a-z]+)+$")) in texts


def test_a_linear_pattern_copes_with_all_hostile_texts() -> None:
    assert first_over_limit(compile_pattern(r"^(a+)+$")) is None


@pytest.mark.parametrize(
    ("weak", "reach"),
    [
        ([], "0.000"),
        ([(Signal.PATH, WATCH, "guard")], "0.400"),
        ([(Signal.CAPABILITY, WATCH, "guard"), (Signal.CAPABILITY, WATCH, "Guard")], "0.600"),
        ([(Signal.NODE, WATCH, "guard"), (Signal.NODE, WATCH, "policy")], "0.500"),
        ([(Signal.OWNER, WATCH, "guard"), (Signal.DEPENDENCY, WATCH, "casbin")], "0.650"),
    ],
)
def test_a_star_that_can_never_be_promoted_is_found(weak: list[tuple[Signal, StarId, str]], reach: str) -> None:
    strong = [each for each in REACHABLE if each[1] != WATCH]

    found = [each for each in linted(rule_set(*strong, *weak)) if each[0] == "AG505"]

    assert [message for _, _, message in found] == [f"Watch reaches at most {reach}; promotion needs 0.700"]


@pytest.mark.parametrize(
    "enough",
    [
        [(Signal.PATH, WATCH, "guard"), (Signal.PATH, WATCH, "policy")],
        [(Signal.CAPABILITY, WATCH, "guard"), (Signal.CAPABILITY, WATCH, "policy")],
        [(Signal.OWNER, WATCH, "guard"), (Signal.OWNER, WATCH, "trust")],
    ],
)
def test_a_star_that_can_be_promoted_is_left_alone(enough: list[tuple[Signal, StarId, str]]) -> None:
    strong = [each for each in REACHABLE if each[1] != WATCH]

    assert linted(rule_set(*strong, *enough)) == []


def test_a_denied_star_need_not_be_reachable() -> None:
    strong = [each for each in REACHABLE if each[1] != WATCH]

    assert linted(rule_set(*strong, deny=frozenset({WATCH}))) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("memory", "memory"),
        ("memory|fold", "fold"),
        ("memory|fold|page", "page|memory"),
        (r"a\|b|fold", "fold"),
        ("[|]x|fold", "fold"),
        ("[]|]x|fold", "fold"),
        ("[^]|]x|fold", "fold"),
        ("[[:alpha:]|]x|fold", "fold"),
        (r"[\]|]x|fold", "fold"),
        ("(a|b)|fold", "(a|b)"),
        ("(?<!x)fold", "(?<!x)fold"),
    ],
)
def test_a_path_rule_an_earlier_one_covers_is_found(first: str, second: str) -> None:
    rules = rule_set(*REACHABLE, (Signal.PATH, TRAIL, first), (Signal.PATH, TRAIL, second))

    assert linted(rules) == [
        ("AG507", 17, "/rules/1 only counts again for Trail what /rules/0 (line 16) already matches")
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("memory", "mem"),
        ("memory|fold", "memory/fold"),
        ("(memory|fold)", "fold"),
        ("fold", "fold|memory"),
        (r"a\|fold", "fold"),
        ("[a|fold]", "fold]"),
        (r"\Qa|fold\E", r"fold\E"),
        ("(?i)a|fold", "fold"),
        ("(?<!x)a|fold", "fold"),
    ],
)
def test_what_is_not_certainly_covered_is_left_alone(first: str, second: str) -> None:
    rules = rule_set(*REACHABLE, (Signal.PATH, TRAIL, first), (Signal.PATH, TRAIL, second))

    assert linted(rules) == []


def test_the_same_pattern_for_another_star_or_kind_is_left_alone() -> None:
    rules = rule_set(
        *REACHABLE,
        (Signal.PATH, TRAIL, "memory"),
        (Signal.PATH, WATCH, "memory"),
        (Signal.OWNER, TRAIL, "memory"),
    )

    assert linted(rules) == []


def test_a_name_listed_twice_for_a_star_never_counts_again() -> None:
    rules = rule_set(*REACHABLE, (Signal.CAPABILITY, TRAIL, "fold"), (Signal.CAPABILITY, TRAIL, "FOLD"))

    earlier = "/capability_overrides/3 (line 13)"
    message = f"/capability_overrides/4 never counts: {earlier} names the same `FOLD` for Trail"
    assert linted(rules) == [("AG507", 14, message)]


def test_canon_rules_and_schema_must_name_the_same_stars() -> None:
    schema = ("✦ Trail (Memory)", "Watch", "Memory", "Supporting", "Nova")

    found = lint_rules(rule_set(*REACHABLE), CANON, schema, paths=PATHS)

    assert [(each.code, each.path, each.message) for each in found] == [
        ("AG509", "schema.json", "the schema allows `Nova`, which the canon lacks"),
        ("AG509", "schema.json", "the schema lacks `Anchor`"),
    ]


def test_a_schema_without_a_list_of_stars_is_not_compared() -> None:
    assert linted(rule_set(*REACHABLE), None) == []


MODULES = [ModuleId("memory/fold"), ModuleId("memory/page"), ModuleId("vision/lens")]


def usage(
    rules: Rules,
    exceptions: Exceptions | None = None,
    *,
    rule_hits: dict[str, int] | None = None,
    exclusion_hits: dict[str, int] | None = None,
) -> tuple[Finding, ...]:
    return lint_usage(
        rules,
        exceptions or Exceptions(),
        rule_hits=rule_hits or {},
        exclusion_hits=exclusion_hits or {},
        modules=MODULES,
        paths=PATHS,
    )


def test_rules_and_exclusions_without_a_hit_are_found() -> None:
    rules = rule_set(
        (Signal.NODE, TRAIL, "memory"),
        (Signal.PATH, TRAIL, "memory"),
        (Signal.PATH, WATCH, "guard"),
        exclusions=("in_memory", "airflow"),
    )

    found = usage(rules, rule_hits={"/node_overrides/0": 3, "/rules/1": 0}, exclusion_hits={"/exclusions/1": 1})

    assert [(each.code, each.path, each.line, each.message) for each in found] == [
        ("AG508", "rules.json", 5, "exclusion `in_memory` (/exclusions/0) hits nothing"),
        ("AG506", "rules.json", 11, "path_regex `memory` for Trail (/rules/0) matches no module"),
        ("AG506", "rules.json", 12, "path_regex `guard` for Watch (/rules/1) matches no module"),
    ]


def test_exceptions_for_nobody_are_found_with_the_nearest_module() -> None:
    exceptions = Exceptions(
        do_not_promote=(
            Forbidden("memory/*", line=3),
            Forbidden("!memory/fold", line=4),
            Forbidden("vision/lenz/", line=5),
            Forbidden("zzzz", line=6),
        ),
        force_promote=(
            Forced(ModuleId("memory/page"), TRAIL, "it remembers", line=8),
            Forced(ModuleId("memory/fould"), TRAIL, "a slip", line=9),
        ),
    )

    found = usage(rule_set(), exceptions)

    assert [(each.code, each.path, each.line, each.message, each.fix) for each in found] == [
        (
            "AG511",
            "exceptions.json",
            5,
            "do_not_promote `vision/lenz/` matches no module",
            "did you mean `vision/lens`?",
        ),
        ("AG511", "exceptions.json", 6, "do_not_promote `zzzz` matches no module", "correct or remove it"),
        (
            "AG511",
            "exceptions.json",
            9,
            "force_promote `memory/fould` is no module",
            "did you mean `memory/fold`?",
        ),
    ]


def test_supporting_may_have_rules_and_need_not_be_reachable() -> None:
    assert linted(rule_set(*REACHABLE, (Signal.PATH, SUPPORTING, "tools"))) == []

"""Scoring: each sentence of SPEC section 7 about it is a test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_sample import ANCHOR, CANON, TRAIL, WATCH, WEIGHTS, rule_set

from astrograph.inference.patterns import PatternError
from astrograph.inference.score import Scorer, Subject
from astrograph.inference.text import module_text
from astrograph.model.assignment import Evidence, Score
from astrograph.model.canon import SUPPORTING
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Rules, Signal

FOLD = ModuleId("memory/fold")


def scores(rules: Rules, subject: Subject) -> list[tuple[str, int]]:
    return [(score.star, score.raw) for score in Scorer(rules, CANON).score(subject).scores]


def test_the_text_is_dotted_name_space_module_id_lower_cased() -> None:
    assert module_text(ModuleId("memory/Fold")) == "memory.fold memory/fold"


@pytest.mark.parametrize(
    ("rule", "subject", "expected"),
    [
        ((Signal.PATH, TRAIL, r"^memory\.fold memory/fold$"), Subject(FOLD), 400),
        ((Signal.PATH, TRAIL, "memory"), Subject(FOLD), 400),
        ((Signal.PATH, TRAIL, "Memory"), Subject(FOLD), None),
        ((Signal.CAPABILITY, TRAIL, "Fold_Store"), Subject(FOLD, capabilities=("fold_store",)), 600),
        ((Signal.CAPABILITY, TRAIL, "fold"), Subject(FOLD, capabilities=("fold_store",)), None),
        ((Signal.CAPABILITY, TRAIL, "straße"), Subject(FOLD, capabilities=("STRASSE",)), 600),
        ((Signal.CAPABILITY, TRAIL, "fold"), Subject(FOLD, capabilities=("fold", "FOLD", "fold")), 600),
        ((Signal.NODE, TRAIL, "memory"), Subject(FOLD, node="Memory"), 500),
        ((Signal.NODE, TRAIL, "mem"), Subject(FOLD, node="memory"), None),
        ((Signal.NODE, TRAIL, "memory"), Subject(FOLD), None),
        ((Signal.OWNER, TRAIL, "memory"), Subject(FOLD, owner="@memory-team"), 350),
        ((Signal.OWNER, TRAIL, "^memory"), Subject(FOLD, owner="@memory-team"), None),
        ((Signal.OWNER, TRAIL, "memory"), Subject(FOLD), None),
        ((Signal.DEPENDENCY, TRAIL, "^faiss$"), Subject(FOLD, external=("faiss", "numpy")), 300),
        ((Signal.DEPENDENCY, TRAIL, "a"), Subject(FOLD, external=("faiss", "pandas", "lance")), 300),
        ((Signal.DEPENDENCY, TRAIL, "^faiss$"), Subject(FOLD, external=("numpy",)), None),
    ],
)
def test_each_kind_of_signal_adds_its_weight(
    rule: tuple[Signal, str, str], subject: Subject, expected: int | None
) -> None:
    assert scores(rule_set(rule), subject) == ([] if expected is None else [(TRAIL, expected)])


@pytest.mark.parametrize(
    ("rules", "subject", "expected"),
    [
        ([(Signal.PATH, TRAIL, "memory"), (Signal.PATH, TRAIL, "fold")], Subject(FOLD), 800),
        (
            [(Signal.CAPABILITY, TRAIL, "recall"), (Signal.CAPABILITY, TRAIL, "fold")],
            Subject(FOLD, capabilities=("fold", "recall", "other")),
            1200,
        ),
        (
            [(Signal.OWNER, TRAIL, "memory"), (Signal.OWNER, TRAIL, "team")],
            Subject(FOLD, owner="@memory-team"),
            700,
        ),
        (
            [(Signal.DEPENDENCY, TRAIL, "faiss"), (Signal.DEPENDENCY, TRAIL, "chroma")],
            Subject(FOLD, external=("chromadb", "faiss")),
            600,
        ),
        (
            [(Signal.CAPABILITY, TRAIL, "fold"), (Signal.CAPABILITY, TRAIL, "FOLD")],
            Subject(FOLD, capabilities=("fold",)),
            600,
        ),
    ],
)
def test_signals_count_per_matching_rule_or_capability(
    rules: list[tuple[Signal, str, str]], subject: Subject, expected: int
) -> None:
    assert scores(rule_set(*rules), subject) == [(TRAIL, expected)]


def test_confidence_is_capped_and_the_raw_score_kept() -> None:
    rules = rule_set((Signal.CAPABILITY, TRAIL, "fold"), (Signal.NODE, TRAIL, "memory"))

    (score,) = Scorer(rules, CANON).score(Subject(FOLD, capabilities=("fold",), node="memory")).scores

    assert (score.raw, score.confidence) == (1100, 1000)


def test_scores_are_sorted_by_score_then_canon_order() -> None:
    rules = rule_set(
        (Signal.PATH, WATCH, "fold"),
        (Signal.PATH, ANCHOR, "fold"),
        (Signal.NODE, TRAIL, "memory"),
    )

    assert scores(rules, Subject(FOLD, node="memory")) == [(TRAIL, 500), (ANCHOR, 400), (WATCH, 400)]


def test_exclusions_blank_the_text_before_any_path_rule_sees_it() -> None:
    rules = rule_set((Signal.PATH, TRAIL, "memory"), exclusions=("in_memory", "nothing"))

    scored = Scorer(rules, CANON).score(Subject(ModuleId("core/in_memory_cache")))

    assert scored.scores == ()
    assert scored.exclusions == ("/exclusions/0",)


def test_an_exclusion_leaves_one_space_per_match() -> None:
    rules = rule_set((Signal.PATH, TRAIL, "^core. _cache core/ _cache$"), exclusions=("in_memory",))

    assert scores(rules, Subject(ModuleId("core/in_memory_cache"))) == [(TRAIL, 400)]


def test_an_exclusion_sees_what_the_ones_before_it_left() -> None:
    rules = rule_set((Signal.PATH, TRAIL, "memory"), exclusions=("in_", " memory"))

    scored = Scorer(rules, CANON).score(Subject(ModuleId("core/in_memory")))

    assert (scored.scores, scored.exclusions) == ((), ("/exclusions/0", "/exclusions/1"))


def test_exclusions_touch_nothing_but_the_text_of_paths() -> None:
    rules = rule_set((Signal.OWNER, TRAIL, "memory"), exclusions=("memory",))

    assert scores(rules, Subject(FOLD, owner="memory")) == [(TRAIL, 350)]


def test_evidence_names_rule_text_and_weight_in_a_fixed_order() -> None:
    rules = rule_set(
        (Signal.DEPENDENCY, TRAIL, "^fai"),
        (Signal.PATH, WATCH, "f.ld"),
        (Signal.PATH, TRAIL, "memory"),
        (Signal.OWNER, TRAIL, "memory"),
        (Signal.NODE, TRAIL, "memory"),
        (Signal.CAPABILITY, TRAIL, "fold_store"),
    )
    subject = Subject(
        FOLD,
        capabilities=("Fold_Store",),
        node="Memory",
        owner="@memory-team",
        external=("numpy", "fairy", "faiss"),
    )

    assert Scorer(rules, CANON).score(subject).evidence == (
        Evidence(Signal.CAPABILITY, TRAIL, "/capability_overrides/0", "Fold_Store", 600),
        Evidence(Signal.NODE, TRAIL, "/node_overrides/0", "Memory", 500),
        Evidence(Signal.PATH, WATCH, "/rules/0", "fold", 400),
        Evidence(Signal.PATH, TRAIL, "/rules/1", "memory", 400),
        Evidence(Signal.OWNER, TRAIL, "/owner_priors/0", "@memory-team", 350),
        Evidence(Signal.DEPENDENCY, TRAIL, "/dependency_hints/0", "fairy", 300),
    )


def test_a_denied_star_is_never_scored_but_its_evidence_is_shown() -> None:
    rules = rule_set((Signal.PATH, TRAIL, "memory"), (Signal.PATH, WATCH, "fold"), deny=frozenset({TRAIL}))

    scored = Scorer(rules, CANON).score(Subject(FOLD))

    assert scored.scores == (Score(WATCH, 400),)
    assert [each.star for each in scored.evidence] == [TRAIL, WATCH]


def test_supporting_is_scored_like_any_star() -> None:
    assert scores(rule_set((Signal.PATH, SUPPORTING, "memory")), Subject(FOLD)) == [(SUPPORTING, 400)]


def test_a_pattern_that_does_not_compile_stops_the_scorer() -> None:
    with pytest.raises(PatternError):
        Scorer(rule_set((Signal.PATH, TRAIL, "(memory")), CANON)


RICH = rule_set(
    *((Signal.CAPABILITY, star, name) for name, star in (("a", TRAIL), ("b", WATCH), ("c", TRAIL))),
    (Signal.NODE, TRAIL, "x"),
    (Signal.NODE, ANCHOR, "y"),
    (Signal.PATH, TRAIL, "a"),
    (Signal.PATH, WATCH, "(?<!a)b"),
    (Signal.PATH, ANCHOR, "ab"),
    (Signal.OWNER, WATCH, "x"),
    (Signal.DEPENDENCY, TRAIL, "^a"),
    (Signal.DEPENDENCY, ANCHOR, "b$"),
)
SCORER = Scorer(RICH, CANON)
NAMES = st.text("abcxy", min_size=1, max_size=3)
SUBJECTS = st.builds(
    Subject,
    module=st.text("ab/", min_size=1, max_size=6).map(ModuleId),
    capabilities=st.lists(NAMES, max_size=4).map(tuple),
    node=st.none() | NAMES,
    owner=st.none() | NAMES,
    external=st.lists(NAMES, max_size=4).map(tuple),
)


@given(SUBJECTS, st.randoms(use_true_random=False))
def test_the_result_is_independent_of_the_order_of_inputs(subject: Subject, chance: object) -> None:
    def shuffled(names: tuple[str, ...]) -> tuple[str, ...]:
        mixed = list(names)
        chance.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    other = Subject(
        module=subject.module,
        capabilities=shuffled(subject.capabilities),
        node=subject.node,
        owner=subject.owner,
        external=shuffled(subject.external),
    )

    assert Scorer(RICH, CANON).score(other) == SCORER.score(subject)


@given(SUBJECTS, NAMES, NAMES)
def test_an_added_signal_never_lowers_a_score(subject: Subject, capability: str, package: str) -> None:
    more = Subject(
        module=subject.module,
        capabilities=(*subject.capabilities, capability),
        node=subject.node,
        owner=subject.owner,
        external=(*subject.external, package),
    )
    before = {score.star: score.raw for score in SCORER.score(subject).scores}
    after = {score.star: score.raw for score in SCORER.score(more).scores}

    assert all(after[star] >= raw for star, raw in before.items())


@given(SUBJECTS)
def test_scores_are_the_sums_of_the_evidence(subject: Subject) -> None:
    scored = SCORER.score(subject)
    sums = {star: sum(e.weight for e in scored.evidence if e.star == star) for star in RICH.stars}

    assert {score.star: score.raw for score in scored.scores} == {s: n for s, n in sums.items() if n}
    assert all(each.weight == WEIGHTS[each.signal] for each in scored.evidence)

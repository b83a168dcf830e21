"""Deciding: each sentence of SPEC section 7 about it is a test."""

import pytest
from policy_sample import ANCHOR, TRAIL, WATCH, rule_set

from astrograph.inference.decide import decide
from astrograph.inference.exceptions import ExceptionIndex
from astrograph.inference.score import Scored
from astrograph.model.assignment import Assignment, Evidence, Origin, Score
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Exceptions, Forbidden, Forced, Signal

FOLD = ModuleId("memory/fold")
NO_EXCEPTIONS = Exceptions()
FORCED = Exceptions(force_promote=(Forced(FOLD, WATCH, "it guards"),))
FORBIDDEN = Exceptions(do_not_promote=(Forbidden("memory/*"),))


def decided(
    *scores: tuple[StarId, int],
    authored: tuple[StarId, ...] = (),
    exceptions: Exceptions = NO_EXCEPTIONS,
    max_stars: int = 2,
) -> Assignment:
    return decide(
        authored_stars=authored,
        scored=Scored(scores=tuple(Score(star, raw) for star, raw in scores)),
        rules=rule_set(max_stars=max_stars),
        exceptions=ExceptionIndex.from_exceptions(exceptions),
        module=FOLD,
    )


def summary(assignment: Assignment) -> tuple[tuple[StarId, ...], int, Origin]:
    return (assignment.stars, assignment.confidence, assignment.origin)


DEFAULT = ((SUPPORTING,), 0, Origin.DEFAULT)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], DEFAULT),
        ([(TRAIL, 400)], DEFAULT),
        ([(TRAIL, 699)], DEFAULT),
        ([(TRAIL, 700)], ((TRAIL,), 700, Origin.INFERRED)),
        ([(TRAIL, 1350)], ((TRAIL,), 1000, Origin.INFERRED)),
        ([(TRAIL, 900), (WATCH, 700)], ((TRAIL, WATCH), 900, Origin.INFERRED)),
        ([(TRAIL, 900), (WATCH, 699)], ((TRAIL,), 900, Origin.INFERRED)),
        ([(TRAIL, 900), (ANCHOR, 800), (WATCH, 700)], ((TRAIL, ANCHOR), 900, Origin.INFERRED)),
    ],
)
def test_stars_at_or_above_the_threshold_are_promoted_best_first_up_to_the_limit(
    scores: list[tuple[StarId, int]], expected: tuple[tuple[StarId, ...], int, Origin]
) -> None:
    assert summary(decided(*scores)) == expected


def test_the_limit_of_stars_per_module_is_kept() -> None:
    assert decided((TRAIL, 900), (WATCH, 800), max_stars=1).stars == (TRAIL,)


@pytest.mark.parametrize(
    ("scores", "suggestion"),
    [
        ([(TRAIL, 499)], None),
        ([(TRAIL, 500)], Score(TRAIL, 500)),
        ([(TRAIL, 699), (WATCH, 600)], Score(TRAIL, 699)),
        ([(TRAIL, 900), (WATCH, 600)], None),
        ([(SUPPORTING, 650), (TRAIL, 600)], Score(TRAIL, 600)),
        ([(SUPPORTING, 650)], None),
        ([(SUPPORTING, 900), (TRAIL, 800)], Score(TRAIL, 800)),
    ],
)
def test_between_the_thresholds_there_is_a_suggestion(
    scores: list[tuple[StarId, int]], suggestion: Score | None
) -> None:
    assert decided(*scores).suggestion == suggestion


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(SUPPORTING, 900), (TRAIL, 800)], ((SUPPORTING,), 900, Origin.INFERRED)),
        ([(TRAIL, 900), (SUPPORTING, 900), (WATCH, 800)], ((TRAIL, WATCH), 900, Origin.INFERRED)),
        ([(SUPPORTING, 600), (TRAIL, 600)], DEFAULT),
    ],
)
def test_supporting_wins_alone_or_not_at_all(
    scores: list[tuple[StarId, int]], expected: tuple[tuple[StarId, ...], int, Origin]
) -> None:
    assert summary(decided(*scores)) == expected


@pytest.mark.parametrize(
    ("authored", "stars"),
    [
        ((WATCH,), (WATCH,)),
        ((WATCH, TRAIL), (WATCH, TRAIL)),
        ((WATCH, SUPPORTING), (WATCH,)),
        ((WATCH, WATCH), (WATCH,)),
        ((WATCH, TRAIL, ANCHOR), (WATCH, TRAIL, ANCHOR)),
    ],
)
@pytest.mark.parametrize("exceptions", [NO_EXCEPTIONS, FORCED, FORBIDDEN])
def test_authored_stars_other_than_supporting_stand(
    authored: tuple[StarId, ...], stars: tuple[StarId, ...], exceptions: Exceptions
) -> None:
    assignment = decided((TRAIL, 900), authored=authored, exceptions=exceptions)

    assert summary(assignment) == (stars, 1000, Origin.AUTHORED)
    assert assignment.suggestion is None


def test_an_authored_supporting_is_no_decision() -> None:
    assert summary(decided((TRAIL, 900), authored=(SUPPORTING,))) == ((TRAIL,), 900, Origin.INFERRED)
    assert summary(decided((TRAIL, 400), authored=(SUPPORTING,))) == DEFAULT


@pytest.mark.parametrize(
    ("scores", "authored", "exceptions", "disagreement"),
    [
        ([(TRAIL, 900)], (WATCH,), NO_EXCEPTIONS, Score(TRAIL, 900)),
        ([(TRAIL, 900)], (TRAIL,), NO_EXCEPTIONS, None),
        ([(TRAIL, 900), (WATCH, 800)], (TRAIL,), NO_EXCEPTIONS, Score(WATCH, 800)),
        ([(TRAIL, 699)], (WATCH,), NO_EXCEPTIONS, None),
        ([(TRAIL, 900)], (WATCH,), FORBIDDEN, None),
        ([(SUPPORTING, 900)], (WATCH,), NO_EXCEPTIONS, Score(SUPPORTING, 900)),
        ([], (TRAIL,), FORCED, Score(WATCH, 1000)),
        ([], (WATCH,), FORCED, None),
    ],
)
def test_a_disagreement_is_reported_and_not_applied(
    scores: list[tuple[StarId, int]],
    authored: tuple[StarId, ...],
    exceptions: Exceptions,
    disagreement: Score | None,
) -> None:
    assignment = decided(*scores, authored=authored, exceptions=exceptions)

    assert (assignment.stars, assignment.disagreement) == (authored, disagreement)


def test_a_forced_promotion_has_full_confidence_whatever_the_rules_say() -> None:
    assignment = decided((TRAIL, 900), exceptions=FORCED)

    assert summary(assignment) == ((WATCH,), 1000, Origin.FORCED)
    assert assignment.suggestion is None


def test_forced_wins_over_forbidden() -> None:
    both = Exceptions(do_not_promote=FORBIDDEN.do_not_promote, force_promote=FORCED.force_promote)

    assert summary(decided(exceptions=both)) == ((WATCH,), 1000, Origin.FORCED)


@pytest.mark.parametrize(("raw", "suggestion"), [(400, None), (600, Score(TRAIL, 600)), (900, Score(TRAIL, 900))])
def test_what_must_not_be_promoted_stays_supporting_and_keeps_its_suggestion(
    raw: int, suggestion: Score | None
) -> None:
    assignment = decided((TRAIL, raw), exceptions=FORBIDDEN)

    assert summary(assignment) == DEFAULT
    assert assignment.suggestion == suggestion


@pytest.mark.parametrize(
    ("scores", "tie"),
    [
        ([], ()),
        ([(TRAIL, 900)], ()),
        ([(TRAIL, 900), (WATCH, 800)], ()),
        ([(TRAIL, 900), (WATCH, 900)], (TRAIL, WATCH)),
        ([(TRAIL, 900), (WATCH, 900), (ANCHOR, 400)], (TRAIL, WATCH)),
    ],
)
def test_a_tie_at_the_top_is_recorded(scores: list[tuple[StarId, int]], tie: tuple[StarId, ...]) -> None:
    assert decided(*scores).tie == tie


@pytest.mark.parametrize("authored", [(), (WATCH,)])
def test_evidence_scores_and_exclusions_are_kept(authored: tuple[StarId, ...]) -> None:
    scored = Scored(
        evidence=(Evidence(Signal.PATH, TRAIL, "/rules/0", "memory", 400),),
        scores=(Score(TRAIL, 400),),
        exclusions=("/exclusions/0",),
    )

    assignment = decide(
        authored_stars=authored,
        scored=scored,
        rules=rule_set(),
        exceptions=ExceptionIndex.from_exceptions(NO_EXCEPTIONS),
        module=FOLD,
    )

    assert Scored(assignment.evidence, assignment.scores, assignment.exclusions) == scored


@pytest.mark.parametrize(
    ("patterns", "module", "pattern"),
    [
        (["memory/fold"], "memory/fold", "memory/fold"),
        (["memory/fold/"], "memory/fold", "memory/fold/"),
        (["/memory"], "memory/fold", "/memory"),
        (["/fold"], "memory/fold", None),
        (["fold"], "memory/fold", "fold"),
        (["fold"], "memory/folder", None),
        (["memory/*", "!memory/fold"], "memory/fold", None),
        (["memory/*", "!memory/fold"], "memory/page", "memory/*"),
        (["**/fold"], "a/b/fold", "**/fold"),
        (["labs/", "memory/f?ld"], "memory/fold", "memory/f?ld"),
        ([], "memory/fold", None),
        (["*a" * 30 + "b"], "a" * 200, None),
    ],
)
def test_do_not_promote_is_read_like_gitignore(patterns: list[str], module: str, pattern: str | None) -> None:
    exceptions = Exceptions(do_not_promote=tuple(Forbidden(each) for each in patterns))

    found = ExceptionIndex.from_exceptions(exceptions).forbidden(ModuleId(module))

    assert (found and found.pattern) == pattern

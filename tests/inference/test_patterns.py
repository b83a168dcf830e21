"""Patterns: linear where possible, under a step limit otherwise, and never a quiet "no"."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from astrograph.errors import PolicyError
from astrograph.inference import patterns
from astrograph.inference.patterns import (
    MAX_PATTERN,
    MAX_TEXT,
    Engine,
    MatchLimitError,
    PatternError,
    PatternSet,
    compile_pattern,
    engine_key,
)


@pytest.mark.parametrize("pattern", ["memory", "(?:^|/)fold(?:/|$)", "(?i)Fold", "^(a+)+$", "(?:a?){40}a{40}"])
def test_what_re2_understands_runs_on_re2(pattern: str) -> None:
    assert compile_pattern(pattern).engine is Engine.RE2


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        (r"memory(?!_leak)", "memory_leak memory", "memory"),
        (r"(?<!in_)memory", "in_memory", None),
        (r"(?<=api/)\w+", "api/fold", "fold"),
        (r"(\w+)\.\1", "fold.fold", "fold.fold"),
        (r"(?>a+)b", "aab", "aab"),
        (r"a++b", "aab", "aab"),
    ],
)
def test_what_re2_lacks_runs_on_pcre2(pattern: str, text: str, matched: str | None) -> None:
    compiled = compile_pattern(pattern)

    assert compiled.engine is Engine.PCRE2
    assert compiled.search(text) == matched


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(fold", "missing ): (fold"),
        ("[fold", "missing ]: [fold"),
        ("*fold", "no argument for repetition operator: *"),
        ("a{1001}", "invalid repetition size: {1001}"),
        ("(?=fold", "missing closing parenthesis"),
        (r"(*LIMIT_MATCH=4000000000)(?=a)", "no argument for repetition operator: *"),
        (r"a\C", r"\C matches half characters"),
        ("\ud800", "it holds a lone surrogate"),
        ("(?=a)" + "(a)" * 101, "it has 101 groups; 100 are allowed"),
        ("a" * (MAX_PATTERN + 1), "it has 10001 characters; 10000 are allowed"),
    ],
)
def test_a_pattern_neither_engine_may_run_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)

    assert dict(caught.value.fields)["reason"] == reason


def test_an_escaped_backslash_before_a_capital_c_is_no_single_byte_escape() -> None:
    assert compile_pattern(r"a\\C").search(r"a\C") == r"a\C"


EVIL = [
    (r"(?=a)(a+)+$", "a" * 40 + "!"),
    (r"(?=a)(a|a)*$", "a" * 40 + "!"),
    (r"(?!b)(a|aa)+$", "a" * 60 + "!"),
    (r"(.*)(.*)(.*)\1\2\3x", "a" * 100 + "!x"),
    (r"(?=x?)(.*a){12}b", "a" * 40 + "!b"),
    (r"(?=a)(?:a?){40}[ab]{40}", "a" * 39 + "!a"),
    (r"(?R)?a(?R)?", "a" * 30),
]


@pytest.mark.parametrize(("pattern", "text"), EVIL)
def test_an_evil_pattern_is_an_error_and_never_no_match(pattern: str, text: str) -> None:
    with pytest.raises(MatchLimitError):
        compile_pattern(pattern).search(text)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "(a?){40}a{40}", "(x+x+)+y", "(.*a){12}b"])
def test_an_evil_pattern_without_look_around_is_simply_linear(pattern: str) -> None:
    assert compile_pattern(pattern).search("a" * 39 + "!") is None


def test_the_limit_counts_steps_so_the_border_is_the_same_every_time() -> None:
    pattern = compile_pattern(r"(?=a)(?:a|b|ab)*c")

    def outcome(length: int) -> str:
        try:
            return str(pattern.search("a" * length))
        except MatchLimitError:
            return "limit"

    first = [outcome(length) for length in range(10, 4000, 333)]
    second = [outcome(length) for length in range(10, 4000, 333)]

    assert first == second
    assert first[0] == "None"


def test_replacing_hits_the_limit_too() -> None:
    with pytest.raises(MatchLimitError):
        compile_pattern(r"(?=a)(a+)+$").sub_space("a" * 40 + "!")


def test_a_text_beyond_the_cap_is_refused_rather_than_cut() -> None:
    pattern = compile_pattern(r"(?<!x)memory")

    assert pattern.search(" " * (MAX_TEXT - 6) + "memory") == "memory"
    with pytest.raises(MatchLimitError) as caught:
        pattern.search(" " * (MAX_TEXT - 5) + "memory")
    assert dict(caught.value.fields)["reason"] == "the text has 4097 characters; 4096 are allowed"


def test_linear_patterns_need_no_cap() -> None:
    assert compile_pattern("memory").search(" " * 100_000 + "memory") == "memory"


def test_both_errors_are_policy_errors_a_person_can_read() -> None:
    with pytest.raises(PolicyError) as caught:
        compile_pattern(r"(?=a)(a+)+$").search("a" * 40 + "!")

    assert str(caught.value) == (
        "a pattern exceeds the matching limit\n"
        "  pattern: (?=a)(a+)+$\n"
        f"  text: {'a' * 40}!\n"
        "  reason: match limit exceeded\n"
        "  fix: rewrite it without nested repetition, or without look-around so that it runs in linear time"
    )


@pytest.mark.parametrize("look", ["", "(?!~)"])
@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("in_memory", "x.in_memory x/in_memory", "x.  x/ "),
        ("memory", "fold", "fold"),
        ("x*", "fold", "fold"),
        ("o|ö", "föld fold", "f ld f ld"),
        ("a", "aaa", "   "),
        ("^a", "aaa", " aa"),
        ("a|x*", "ab", " b"),
    ],
)
def test_each_match_becomes_one_space(look: str, pattern: str, text: str, expected: str) -> None:
    assert compile_pattern(f"{look}(?:{pattern})").sub_space(text) == expected


@pytest.mark.parametrize("look", ["", "(?!~)"])
@pytest.mark.parametrize(("pattern", "text"), [(r"\w+", "é"), (r"\d", "٣"), (r"\s", "\u00a0")])
def test_classes_mean_ascii_in_both_engines(look: str, pattern: str, text: str) -> None:
    assert compile_pattern(look + pattern).search(text) is None


@pytest.mark.parametrize("look", ["", "(?!~)"])
def test_text_beyond_ascii_is_matched_by_character(look: str) -> None:
    assert compile_pattern(look + "mémoire.").search("la mémoire✦") == "mémoire✦"
    assert compile_pattern(look + "a.b").search("a\ud800b") == "a?b"
    assert compile_pattern(look + "x").sub_space("\ud800xé") == "? é"


def test_a_pattern_is_compiled_once() -> None:
    assert compile_pattern("once") is compile_pattern("once")


def test_a_set_tells_which_patterns_match_and_what() -> None:
    sources = ["memory", r"(?<!in_)fold", "vision", "m.m", r"fold(?!ed)"]
    asked = PatternSet([compile_pattern(source) for source in sources])

    assert asked.find("memory.fold") == ((0, "memory"), (1, "fold"), (3, "mem"), (4, "fold"))
    assert asked.find("in_folded") == ()


def test_an_empty_set_matches_nothing() -> None:
    assert PatternSet([]).find("memory") == ()


class _Exhausted:
    def Match(self, _text: bytes) -> None:  # noqa: N802 - the engine's name
        return None


@pytest.mark.parametrize("combined", [None, _Exhausted()])
def test_a_set_the_engine_gives_up_on_is_asked_one_by_one(monkeypatch: pytest.MonkeyPatch, combined: object) -> None:
    monkeypatch.setattr(patterns, "_combined", lambda _sources: combined)
    asked = PatternSet([compile_pattern("memory"), compile_pattern("vision")])

    assert asked.find("memory.fold") == ((0, "memory"),)


@given(
    st.text(r"ab()[]{}|*+?.^$\1=!<>:-,KGXRQEdwbpkiP'", max_size=14),
    st.text("ab\né✦1 ", max_size=12),
)
@example(r"(?=ab\K)", "abab")
@example(r"(?<=a\Kb)b|\G", "abab")
@example(r"(?!)*|(?R)", "ab")
def test_whatever_is_written_there_is_an_answer_or_our_error(pattern: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern)
        matched, blanked = compiled.search(text), compiled.sub_space(text)
    except (PatternError, MatchLimitError) as error:
        assert error.fields[0] == ("pattern", pattern)  # noqa: PT017 - either outcome is fine
    else:
        assert matched is None or matched in text
        assert len(blanked) <= len(text)


def test_the_engine_key_names_engines_and_limits() -> None:
    names = [part.partition("=")[0] for part in engine_key().split()]

    assert names == ["google-re2", "pcre2", "pathspec", "steps", "depth", "text"]

"""Text from outside is shown safely, near misses are found, counts read well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.formats.text import did_you_mean, is_safe, plural, quoted, safe, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("memory/fold", "memory/fold"),
        ("✦ Trail 🛡️ 守护 café", "✦ Trail 🛡️ 守护 café"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\nlines\tand\rmore", r"two\nlines\tand\rmore"),
        ("nul\x00 bell\x07 del\x7f", r"nul\x00 bell\x07 del\x7f"),
        ("C1 \x9b31m nel \x85", r"C1 \x9b31m nel \x85"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("isolate \u2066x\u2069", r"isolate \u2066x\u2069"),
        ("lone \ud800 and \udcff", r"lone \ud800 and \udcff"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("tag \U000e0041", r"tag \U000e0041"),
    ],
)
def test_characters_unfit_for_a_terminal_line_are_written_as_escapes(text, expected):
    assert safe(text) == expected
    assert is_safe(text) == (text == expected)


@given(st.text(st.characters(codec=None), max_size=200))
def test_safe_text_can_be_encoded_stays_on_one_line_and_is_safe_already(text):
    once = safe(text)
    once.encode()
    assert len(once.splitlines()) <= 1
    assert is_safe(once)
    assert safe(once) == once


def test_a_name_in_a_message_is_quoted_safe_and_cut():
    assert quoted("ow\x1bner") == r"`ow\x1bner`"
    assert quoted("x" * 1000, limit=10) == "`xxxxxxxxx…`"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ("T1", '"T1"'),
        (3, "3"),
        (0.5, "0.5"),
        ([1, 2], "an array of 2"),
        ({"a": 1}, "an object"),
        (b"x", "a Python bytes"),
        (10**400, "a very large integer"),
    ],
)
def test_a_value_is_told_in_a_few_words(value, expected):
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("n", "word", "expected"),
    [
        (0, "file", "0 files"),
        (1, "file", "1 file"),
        (2000, "module", "2,000 modules"),
        (2, "entry", "2 entries"),
        (2, "key", "2 keys"),
        (3, "match", "3 matches"),
    ],
)
def test_counts_agree_with_their_noun(n, word, expected):
    assert plural(n, word) == expected


FIELDS = ["owner", "tier", "lane", "contracts", "capabilities", "node", "stars", "description"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("ownr", ["owner"]), ("Owner", ["owner"]), ("contract", ["contracts"]), ("zzzz", []), ("", [])],
)
def test_the_nearest_candidate_is_suggested(word, expected):
    assert did_you_mean(word, FIELDS)[:1] == expected


def test_a_last_segment_or_a_whole_word_of_a_candidate_counts_as_near():
    assert did_you_mean("fold", ["memory/fold", "memory/unfolding/deep", "bio/cell"])[0] == "memory/fold"
    assert did_you_mean("T1", ["T1_critical", "T2_important"], n=1) == ["T1_critical"]


def test_suggestions_do_not_depend_on_the_order_of_candidates():
    names = [f"stratum{i % 7}/module{i}" for i in range(1000)]
    forward = did_you_mean("stratum3/modul17", names, n=5)
    assert len(forward) == 5
    assert forward == did_you_mean("stratum3/modul17", reversed(names), n=5)
    assert forward == did_you_mean("stratum3/modul17", set(names), n=5)


def test_the_nearest_of_a_hundred_thousand_is_found():
    names = [f"stratum{i % 97}/package{i}" for i in range(100_000)]
    assert did_you_mean("stratum45/packge4119", [*names, "stratum45/package4119"], n=1) == ["stratum45/package4119"]


def test_a_hostile_word_gets_an_answer():
    assert did_you_mean("x" * 1_000_000, FIELDS) == []
    assert did_you_mean("owner", ["y" * 1_000_000, "owner "]) == ["owner "]

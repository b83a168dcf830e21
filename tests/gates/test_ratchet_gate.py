"""Known violations are shown and not counted, and their list only shrinks."""

from __future__ import annotations

import pytest

from astrograph.formats.policy_document import PolicyProblems
from astrograph.formats.policy_known import MANY, ratchet_of, read_known, write_known
from astrograph.gates.ratchet import ratchet_gate
from astrograph.model.codes import finding
from astrograph.model.gate import GateResult, KnownViolation, Verdict, acknowledge, judge

PATH = "rules/known_violations.yaml"
FIRST = KnownViolation("AG401", "memory/fold", "adopted so")
SECOND = KnownViolation("AG213", "core/storage", "nobody yet")
LOST = finding("AG401", "lost", path="manifests_src/memory/fold.yaml", module="memory/fold")
UNOWNED = finding("AG213", "no owner", path="manifests_src/core/storage.yaml", module="core/storage")
OTHER = finding("AG401", "lost", path="manifests_src/core/storage.yaml", module="core/storage")


def known(result: GateResult, *entries: KnownViolation) -> GateResult:
    return acknowledge(result, ratchet_of(entries))


# ── what is known does not count ──────────────────────────────────────────────


def test_a_known_finding_is_set_aside_and_the_verdict_rests_on_the_others():
    failing = judge("parity", compared=2, expected=2, findings=(LOST,))
    result = known(failing, FIRST)
    assert (result.verdict, result.findings) == (Verdict.PASS, ())
    assert [(item.finding, item.reason) for item in result.known] == [(LOST, "adopted so")]


def test_code_and_module_must_both_match():
    failing = judge("parity", compared=2, expected=2, findings=(OTHER,))
    assert known(failing, FIRST) == failing


def test_a_warning_that_is_left_warns():
    failing = judge("mixed", compared=2, expected=2, findings=(LOST, UNOWNED))
    assert known(failing, FIRST).verdict is Verdict.WARN
    assert known(failing, FIRST, SECOND).verdict is Verdict.PASS


def test_a_gate_that_compared_too_little_fails_whatever_is_known():
    failing = judge("parity", compared=1, expected=2, findings=(LOST,))
    assert known(failing, FIRST).verdict is Verdict.FAIL


def test_a_finding_about_no_module_cannot_be_known():
    everywhere = finding("AG408", "too many", path="rules/star_rules.json")
    failing = judge("ceiling_run", compared=2, expected=2, findings=(everywhere,))
    assert known(failing, KnownViolation("AG408", "", "no")) == failing


def test_a_result_with_known_findings_survives_json():
    result = known(judge("parity", compared=2, expected=2, findings=(LOST, OTHER)), FIRST)
    assert GateResult.from_json(result.to_json()) == result


# ── the list ──────────────────────────────────────────────────────────────────


def ratchet(
    *entries: KnownViolation, found: tuple[GateResult, ...] = (), allowed: set[tuple[str, str]] | None = None
) -> GateResult:
    return ratchet_gate(entries, found, allowed=allowed, path=PATH)


def found_known() -> GateResult:
    return known(judge("parity", compared=2, expected=2, findings=(LOST,)), FIRST)


def test_without_the_file_it_does_not_apply():
    assert ratchet_gate(None, (), allowed=None, path=PATH).verdict is Verdict.NOT_APPLICABLE
    assert ratchet().verdict is Verdict.NOT_APPLICABLE


def test_entries_that_match_pass():
    result = ratchet(FIRST, found=(found_known(),))
    assert (result.verdict, result.compared, result.reason) == (Verdict.PASS, 1, "1 finding known by 1 entry")


def test_an_entry_that_matches_nothing_fails():
    result = ratchet(FIRST, SECOND, found=(found_known(),))
    assert result.verdict is Verdict.FAIL
    assert [(item.code, item.message) for item in result.findings] == [
        ("AG412", "AG213 of core/storage matches nothing any more")
    ]


def test_while_a_gate_could_not_look_nobody_is_called_mended():
    blind = judge("authored", compared=0, expected=2)
    result = ratchet(FIRST, SECOND, found=(found_known(), blind))
    assert (result.findings, result.reason) == (
        (),
        "1 finding known by 2 entries; authored could not tell which are mended",
    )


def test_an_entry_that_was_not_published_fails():
    result = ratchet(FIRST, found=(found_known(),), allowed=set())
    assert [item.code for item in result.findings] == ["AG413"]


def test_an_entry_that_was_published_may_stay():
    assert ratchet(FIRST, found=(found_known(),), allowed={("AG401", "memory/fold")}).verdict is Verdict.PASS


def test_a_file_that_cannot_be_used_fails():
    problem = finding("AG516", "no", path=PATH)
    result = ratchet_gate((), (), allowed=None, path=PATH, problems=(problem,))
    assert (result.verdict, result.compared, result.expected) == (Verdict.FAIL, 0, 1)


# ── the file ──────────────────────────────────────────────────────────────────


def test_what_is_written_reads_back_sorted():
    entries = read_known(write_known([FIRST, SECOND]), path=PATH)
    assert [(item.code, item.module, item.reason) for item in entries] == [
        ("AG213", "core/storage", "nobody yet"),
        ("AG401", "memory/fold", "adopted so"),
    ]
    assert [item.line for item in entries] == [4, 7]


@pytest.mark.parametrize("reason", ['a "quote"', "yes", "1e3", "# no comment", "ü 🌱", "a: b", "\u0085x", "- x"])
def test_any_reason_survives(reason: str):
    written = write_known([KnownViolation("AG213", "a/b", reason)])
    assert [item.reason for item in read_known(written, path=PATH)] == [reason]


def test_more_than_a_person_would_write_survives_too():
    many = [KnownViolation("AG213", f"m/p{n:05}", "adopted") for n in range(MANY + 1)]
    assert len(read_known(write_known(many), path=PATH)) == MANY + 1


@pytest.mark.parametrize("data", [b"", b"violations: []\n", b"# nothing\n"])
def test_an_empty_list_is_one(data: bytes):
    assert read_known(data, path=PATH) == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"violations: {}\n", "must be a list"),
        (b"- code: AG213\n", "must be an object"),
        (b"violations:\n  - code: AG213\n    module: a\n", "`reason` is missing"),
        (b"violations:\n  - code: AG213\n    module: a\n    reason: ''\n", "is empty"),
        (b"violations:\n  - code: AG999\n    module: a\n    reason: x\n", "no code of the table"),
        (b"violations:\n  - code: AG601\n    module: a\n    reason: x\n", "cannot be a known violation"),
        (b"violations:\n  - code: AG412\n    module: a\n    reason: x\n", "cannot be a known violation"),
        (b"violations:\n  - code: AG213\n    module: a\n    reason: x\n    why: because\n", "unknown key `why`"),
        (b"violations: [", "AG201"),
    ],
)
def test_a_file_that_is_not_one_is_refused_as_a_whole(data: bytes, told: str):
    with pytest.raises(PolicyProblems) as caught:
        read_known(data, path=PATH)
    assert told in str(caught.value)


def test_an_entry_written_twice_is_told():
    one = b"  - {code: AG213, module: a, reason: x}\n"
    with pytest.raises(PolicyProblems, match="can") as caught:
        read_known(b"violations:\n" + one + one, path=PATH)
    assert "AG213 of `a` is listed on line 2 already" in str(caught.value)

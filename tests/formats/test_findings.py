"""Findings and verdicts as people read them."""

from __future__ import annotations

import pytest

from astrograph.errors import ExitCode, UsageError
from astrograph.formats.findings import (
    SHOWN_PER_GATE,
    explain,
    needs_a_person,
    render,
    render_gates,
    render_github,
)
from astrograph.model.codes import CODES, FAMILIES, finding
from astrograph.model.gate import GateResult, Verdict, acknowledge, judge

PLACE = {"path": "manifests_src/memory/fold.yaml", "line": 3, "column": 7}


def test_a_finding_is_one_line_with_its_place():
    problem = finding("AG204", "unknown field `ownr`", **PLACE)
    assert render(problem) == "manifests_src/memory/fold.yaml:3:7: error AG204 unknown field `ownr`"


def test_the_fix_is_an_indented_second_line():
    problem = finding("AG204", "unknown field `ownr`", fix="write `owner`", **PLACE)
    assert render(problem).splitlines()[1:] == ["  fix: write `owner`"]


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        (0, 0, "a.yaml: warning AG213 no owner"),
        (4, 0, "a.yaml:4: warning AG213 no owner"),
        (4, 2, "a.yaml:4:2: warning AG213 no owner"),
        (0, 2, "a.yaml: warning AG213 no owner"),
    ],
)
def test_unknown_line_and_column_are_left_out(line: int, column: int, expected: str):
    assert render(finding("AG213", "no owner", path="a.yaml", line=line, column=column)) == expected


def test_a_finding_without_a_path_starts_with_its_severity():
    assert render(finding("AG218", "too few", path="")) == "error AG218 too few"


def test_text_from_files_cannot_reach_the_terminal_raw():
    hostile = "a\x1b[2Jb\nc\u202ed"
    text = render(finding("AG204", hostile, path=hostile, fix=hostile))
    assert text.count("\n") == 1
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_colour_only_adds_escapes():
    problem = finding("AG204", "unknown", fix="write `owner`", **PLACE)
    painted = render(problem, colour=True)
    assert painted != render(problem)
    for code in ("1", "31", "32", "0"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == render(problem)


def test_the_table_shows_each_verdict_with_what_was_compared():
    results = [
        judge("pins", compared=4, expected=4),
        judge("coverage", compared=1_998, expected=2_000),
        judge("schema", compared=0, expected=7),
        judge("source", compared=0, expected=0),
        GateResult("parity", Verdict.NOT_APPLICABLE, 0, 0, reason="nothing has been published"),
    ]
    assert render_gates(results) == (
        "pass  pins              4 of 4\n"
        "fail  coverage  1,998 of 2,000  2 could not be compared\n"
        "fail  schema            0 of 7  nothing could be compared\n"
        "fail  source            0 of 0  there was nothing to compare\n"
        "n/a   parity                 -  nothing has been published\n"
        "\n"
        "3 of 5 gates fail: coverage, schema, source.\n"
        "Mend what is listed above, then run `doit validate` again; `doit explain CODE` tells more.\n"
    )


def test_findings_follow_grouped_failing_gates_first_and_errors_first():
    warning = finding("AG213", "no owner", path="a.yaml")
    error = finding("AG204", "unknown field", path="b.yaml")
    results = [
        judge(
            "source",
            compared=1,
            expected=1,
            findings=(finding("AG701", "odd", path="c.py", line=2, column=1),),
        ),
        judge("authored", compared=2, expected=2, findings=(warning, error)),
    ]
    assert render_gates(results) == (
        "warn  source    1 of 1  1 warning\n"
        "fail  authored  2 of 2  1 error, 1 warning\n"
        "\n"
        "authored\n"
        "  b.yaml: error AG204 unknown field\n"
        "  a.yaml: warning AG213 no owner\n"
        "\n"
        "source\n"
        "  c.py:2:1: warning AG701 odd\n"
        "\n"
        "1 of 2 gates fails: authored. In all: 1 error, 2 warnings.\n"
        "Mend what is listed above, then run `doit validate` again; `doit explain CODE` tells more.\n"
    )


def test_the_fix_stays_below_its_finding_inside_a_group():
    problem = finding("AG204", "unknown field", path="b.yaml", fix="delete it")
    text = render_gates([judge("authored", compared=1, expected=1, findings=(problem,))])
    assert "  b.yaml: error AG204 unknown field\n    fix: delete it\n" in text


def test_a_gate_lists_a_bounded_number_of_findings_and_counts_the_rest():
    findings = tuple(finding("AG209", "wrong", path=f"m{n:04}") for n in range(SHOWN_PER_GATE + 37))
    text = render_gates([judge("schema", compared=9, expected=9, findings=findings)])
    assert text.count("error AG209") == SHOWN_PER_GATE
    assert "  … and 37 more (doit validate --json shows all)\n" in text


def test_exactly_as_many_findings_as_fit_need_no_count():
    findings = tuple(finding("AG209", "wrong", path=f"m{n:04}") for n in range(SHOWN_PER_GATE))
    text = render_gates([judge("schema", compared=9, expected=9, findings=findings)])
    assert text.count("error AG209") == SHOWN_PER_GATE
    assert "more (doit" not in text


def test_errors_are_not_crowded_out_by_warnings():
    warnings = tuple(finding("AG213", "no owner", path=f"a{n:04}") for n in range(SHOWN_PER_GATE))
    error = finding("AG218", "too few", path="z")
    text = render_gates([judge("coverage", compared=9, expected=9, findings=(*warnings, error))])
    assert "z: error AG218 too few" in text


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([], "No gate has run, so nothing is known to be right."),
        ([judge("pins", compared=4, expected=4)], "The one gate passes."),
        (
            [judge("pins", compared=4, expected=4), judge("rules", compared=1, expected=1)],
            "All 2 gates pass.",
        ),
        (
            [
                judge("pins", compared=4, expected=4),
                judge("source", compared=1, expected=1, findings=(finding("AG701", "odd", path="a"),)),
            ],
            "All 2 gates pass with 1 warning.",
        ),
        (
            [judge("pins", compared=4, expected=4), GateResult("drift", Verdict.NOT_APPLICABLE, 0, 0)],
            "The one gate passes (1 not applicable yet).",
        ),
        ([GateResult("drift", Verdict.NOT_APPLICABLE, 0, 0)], "No gate applies yet (1 not applicable yet)."),
    ],
)
def test_the_last_line_says_the_outcome_in_words(results: list[GateResult], outcome: str):
    assert render_gates(results).splitlines()[-1] == outcome


def test_several_failing_gates_are_all_named():
    results = [judge("pins", compared=3, expected=4), judge("schema", compared=0, expected=4)]
    assert "2 of 2 gates fail: pins, schema.\n" in render_gates(results)


def test_reasons_are_escaped_too():
    text = render_gates([GateResult("drift", Verdict.NOT_APPLICABLE, 0, 0, reason="a\x1b[31m\nb")])
    assert "\x1b" not in text
    assert len(text.splitlines()) == 3


def test_colours_in_the_table_keep_the_columns():
    results = [judge("pins", compared=4, expected=4), judge("schema", compared=0, expected=4)]
    painted = render_gates(results, colour=True)
    for code in ("1", "2", "31", "32", "33", "0"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == render_gates(results)


def test_explain_tells_meaning_and_way_out():
    assert explain("AG214") == (
        "AG214  warning  Folder defaults apply to no module\n"
        "\n"
        "What it means\n"
        "  There is a `_defaults.yaml` for a folder below which no module is left. It has no\n"
        "  effect, and would come back to life when a package is added there.\n"
        "\n"
        "The way out\n"
        "  Delete the file, or move it to the folder it is meant for.\n"
        "\n"
        "A warning is shown and counted, and fails no gate.\n"
        "Family AG2xx: schema and authored facts\n"
    )


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_explained_in_either_case(code: str):
    assert explain(code.lower()) == explain(code)
    assert explain(code).startswith(f"{code}  ")


def test_an_unknown_code_names_the_nearest_and_the_families():
    with pytest.raises(UsageError) as caught:
        explain("AG2004")
    error = caught.value
    fields = dict(error.fields)
    assert error.title == "there is no code 'AG2004'"
    assert error.exit_code is ExitCode.USAGE
    assert "AG204" in fields["did you mean"].split(", ")
    assert [family.split()[0] for family in fields["families"].split(", ")] == list(FAMILIES)


@pytest.mark.parametrize("nonsense", ["", "\x1b[31m", "🙂" * 1000])
def test_nonsense_for_a_code_is_a_usage_error_without_suggestion(nonsense: str):
    with pytest.raises(UsageError) as caught:
        explain(nonsense)
    assert [name for name, _ in caught.value.fields] == ["families"]
    assert "\x1b" not in str(caught.value)


# ── known findings, annotations, a missing word ───────────────────────────────


def with_known() -> GateResult:
    problem = finding("AG213", "no owner", module="memory/fold", **PLACE)
    judged = judge("coverage", compared=2, expected=2, findings=(problem,))
    return acknowledge(judged, {("AG213", "memory/fold"): "adopted\x1b[2J so"})


def test_a_known_finding_is_counted_shown_and_explained_apart():
    text = render_gates([with_known()])
    assert text.splitlines()[0] == "pass  coverage  2 of 2  1 known"
    assert "  manifests_src/memory/fold.yaml:3:7: known AG213 no owner\n    known: adopted\\x1b[2J so\n" in text
    assert text.endswith("The one gate passes.\n")


def test_annotations_name_file_line_and_code_and_stay_on_their_line():
    problem = finding("AG204", "50% of\nit: a,b", fix="do ::this", path="a,b.yaml", line=3, column=7)
    text = render_github([judge("authored", compared=1, expected=1, findings=(problem,)), with_known()])
    assert text.splitlines()[:2] == [
        "::error file=a%2Cb.yaml,line=3,col=7,title=AG204 (authored)::50%25 of%0Ait: a,b%0Afix: do ::this",
        (
            "::notice file=manifests_src/memory/fold.yaml,line=3,col=7,"
            "title=AG213 (coverage%2C known%3A adopted\\x1b[2J so)::no owner"
        ),
    ]


def test_a_gate_that_fails_for_no_finding_is_annotated_too():
    text = render_github([judge("schema", compared=1, expected=2)])
    assert text.splitlines()[0] == "::error title=schema::compared 1 of 2"


@pytest.mark.parametrize("code", ["AG601", "AG602", "AG604"])
def test_a_missing_word_alone_is_no_defect(code: str):
    failing = judge("canary", compared=1, expected=1, findings=(finding(code, "not approved", path="build/plan.json"),))
    assert needs_a_person([failing, judge("pins", compared=4, expected=4)])
    assert "a person has to decide" in render_gates([failing])


@pytest.mark.parametrize(
    "other",
    [
        judge("pins", compared=3, expected=4),
        judge("authored", compared=1, expected=1, findings=(finding("AG204", "x", path="a"),)),
        judge("canary", compared=1, expected=1, findings=(finding("AG603", "forged", path="a"),)),
    ],
)
def test_a_missing_word_beside_a_defect_is_one(other: GateResult):
    failing = judge("canary", compared=1, expected=1, findings=(finding("AG601", "not approved", path="a"),))
    assert not needs_a_person([failing, other])
    assert not needs_a_person([judge("pins", compared=4, expected=4)])

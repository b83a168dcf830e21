"""Reading rules: exact numbers, resolved stars, and every problem at once with its place."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.formats.policy import PolicyProblems, read_canon, read_rules
from astrograph.model.canon import Canon
from astrograph.model.rules import Exclusion, Limits, Rule, Rules, Signal

CANON = read_canon(
    json.dumps(
        {
            "stars": ["✦ Trail (Memory)", "🔭 Horizon (Vision)", "🔧 Supporting (Utilities)"],
            "aliases": {"Memory": "Trail"},
        }
    ).encode(),
    path="canon.json",
)

DOCUMENT: dict[str, Any] = {
    "version": "1",
    "stars": ["Trail", "🔭 Horizon (Vision)", "Supporting"],
    "aliases": {"Sight": "Horizon"},
    "deny": ["Sight"],
    "weights": {
        "capability_override": 0.6,
        "node_override": 0.5,
        "path_regex": 0.4,
        "owner_prior": 0.35,
        "dependency_hint": 0.3,
    },
    "confidence": {"min_suggest": 0.5, "min_autopromote": 0.7},
    "exclusions": [{"pattern": "in_memory", "explain": "not Memory"}],
    "rules": [{"star": "Memory", "pattern": "memory(", "source": "ours"}],
    "capability_overrides": [{"capability": "fold", "star": "Trail"}],
    "node_overrides": [{"node": "memory", "star": "Trail"}],
    "owner_priors": [{"owner_regex": "memory", "star": "✦ Trail"}],
    "dependency_hints": [{"package_regex": "^cv2$", "star": "Sight"}],
    "limits": {
        "max_promotions_run": 800,
        "max_promotions_per_star": 200,
        "max_stars_per_module": 2,
        "min_supporting_percentage": 55.0,
    },
}


def read(document: object, *, canon: Canon = CANON) -> Rules:
    return read_rules(json.dumps(document, indent=1).encode(), path="rules.json", canon=canon)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


def problems(document: object) -> list[tuple[str, str]]:
    with pytest.raises(PolicyProblems) as caught:
        read(document)
    return [(each.code, each.message) for each in caught.value.findings]


def test_a_whole_file_becomes_values() -> None:
    rules = read(DOCUMENT)

    assert rules.stars == ("Trail", "Horizon", "Supporting")
    assert rules.deny == {"Horizon"}
    assert rules.weights == {
        Signal.CAPABILITY: 600,
        Signal.NODE: 500,
        Signal.PATH: 400,
        Signal.OWNER: 350,
        Signal.DEPENDENCY: 300,
    }
    assert (rules.min_suggest, rules.min_autopromote) == (500, 700)
    assert rules.limits == Limits(800, 200, 2, 55_000)
    assert rules.exclusions == (Exclusion("in_memory", "not Memory", "/exclusions/0", 26),)
    assert rules.rules == (
        Rule(Signal.CAPABILITY, "Trail", "fold", "/capability_overrides/0", 39),
        Rule(Signal.NODE, "Trail", "memory", "/node_overrides/0", 45),
        Rule(Signal.PATH, "Trail", "memory(", "/rules/0", 32, "ours"),
        Rule(Signal.OWNER, "Trail", "memory", "/owner_priors/0", 51),
        Rule(Signal.DEPENDENCY, "Horizon", "^cv2$", "/dependency_hints/0", 57),
    )


def test_the_same_document_as_yaml_gives_the_same_rules() -> None:
    lines = json.dumps(DOCUMENT, indent=1, ensure_ascii=False).encode()

    assert read_rules(lines, path="rules.yaml", canon=CANON) == read_rules(lines, path="rules.json", canon=CANON)


def test_lists_may_be_left_out() -> None:
    keys = ("version", "stars", "weights", "confidence", "limits")

    assert read({key: DOCUMENT[key] for key in keys}).rules == ()


@given(st.integers(0, 1000))
def test_three_decimals_become_thousandths_exactly(thousandths: int) -> None:
    written = float(f"{thousandths / 1000:.3f}")

    rules = read(changed(lambda document: document["weights"].update(owner_prior=written)))

    assert rules.weights[Signal.OWNER] == thousandths


@given(st.integers(0, 100_000))
def test_the_floor_is_thousandths_of_a_percent_point_exactly(thousandths: int) -> None:
    written = float(f"{thousandths / 1000:.3f}")

    rules = read(changed(lambda document: document["limits"].update(min_supporting_percentage=written)))

    assert rules.limits.min_supporting_percentage == thousandths


@pytest.mark.parametrize(("number", "thousandths"), [(0, 0), (1, 1000), (0.001, 1), (0.29, 290), (0.57, 570)])
def test_whole_and_awkward_numbers_are_exact(number: float, thousandths: int) -> None:
    rules = read(changed(lambda document: document["weights"].update(owner_prior=number)))

    assert rules.weights[Signal.OWNER] == thousandths


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        (1.001, "AG504", "`/weights/owner_prior` is 1.001; it must be from 0 to 1"),
        (-0.1, "AG504", "`/weights/owner_prior` is -0.1; it must be from 0 to 1"),
        (0.3501, "AG504", "`/weights/owner_prior` is 0.3501; at most three decimals count"),
        (
            0.30000000000000004,
            "AG504",
            "`/weights/owner_prior` is 0.30000000000000004; at most three decimals count",
        ),
        (True, "AG516", "`/weights/owner_prior` is true or false; it must be a number"),
        ("0.35", "AG516", "`/weights/owner_prior` is text; it must be a number"),
        (None, "AG516", "`/weights/owner_prior` is null; it must be a number"),
    ],
)
def test_other_numbers_are_refused(number: object, code: str, message: str) -> None:
    assert problems(changed(lambda document: document["weights"].update(owner_prior=number))) == [(code, message)]


@pytest.mark.parametrize(
    ("key", "value", "code", "message"),
    [
        ("max_promotions_run", -1, "AG504", "`/limits/max_promotions_run` is -1; it must be at least 0"),
        (
            "max_promotions_run",
            800.0,
            "AG516",
            "`/limits/max_promotions_run` is the number 800.0; it must be a whole number",
        ),
        (
            "max_promotions_run",
            True,
            "AG516",
            "`/limits/max_promotions_run` is true or false; it must be a whole number",
        ),
        (
            "max_promotions_per_star",
            None,
            "AG516",
            "`/limits/max_promotions_per_star` is null; it must be a whole number",
        ),
        ("max_stars_per_module", 0, "AG504", "`/limits/max_stars_per_module` is 0; it must be at least 1"),
        (
            "min_supporting_percentage",
            100.5,
            "AG504",
            "`/limits/min_supporting_percentage` is 100.5; it must be from 0 to 100",
        ),
        (
            "min_supporting_percentage",
            False,
            "AG516",
            "`/limits/min_supporting_percentage` is true or false; it must be a number",
        ),
    ],
)
def test_limits_are_checked(key: str, value: object, code: str, message: str) -> None:
    assert problems(changed(lambda document: document["limits"].update({key: value}))) == [(code, message)]


@pytest.mark.parametrize("key", list(DOCUMENT["limits"]))
def test_a_missing_limit_is_an_error_and_never_unlimited(key: str) -> None:
    assert problems(changed(lambda document: document["limits"].pop(key))) == [
        ("AG510", f"`{key}` is missing from `/limits`")
    ]


def test_no_limits_at_all_are_every_limit_missing() -> None:
    assert [code for code, _ in problems(changed(lambda document: document.pop("limits")))] == [
        "AG510",
        "AG510",
        "AG510",
        "AG510",
        "AG516",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.pop("weights"), [("AG516", "`weights` is missing from the file")]),
        (lambda d: d.pop("confidence"), [("AG516", "`confidence` is missing from the file")]),
        (lambda d: d.pop("version"), [("AG516", "`version` is missing from the file")]),
        (lambda d: d.pop("stars"), [("AG516", "`stars` is missing from the file")]),
        (lambda d: d["weights"].pop("path_regex"), [("AG516", "`path_regex` is missing from `/weights`")]),
        (lambda d: d.update(rule=[]), [("AG518", "unknown key `rule`")]),
        (lambda d: d["weights"].update(path=0.4), [("AG518", "unknown key `path`")]),
        (lambda d: d["limits"].update({"max_stars": 2}), [("AG518", "unknown key `max_stars`")]),
        (lambda d: d["rules"][0].update({"regex": "x"}), [("AG518", "unknown key `regex`")]),
        (lambda d: d.update(version=1), [("AG516", "`/version` is the number 1; it must be text")]),
        (lambda d: d.update(rules={}), [("AG516", "`/rules` is an object; it must be a list")]),
        (
            lambda d: d.update(rules=["memory"]),
            [
                ("AG516", "`/rules/0` is text; it must be an object"),
            ],
        ),
        (lambda d: d["rules"][0].pop("pattern"), [("AG516", "`pattern` is missing from `/rules/0`")]),
        (lambda d: d["rules"][0].update(pattern=""), [("AG516", "`/rules/0/pattern` is empty")]),
        (
            lambda d: d["rules"][0].update(pattern="a\x1bb"),
            [("AG516", "`/rules/0/pattern` holds a control character")],
        ),
        (lambda d: d["rules"][0].update(star="Trial"), [("AG503", "`Trial` is not a star of the canon")]),
        (
            lambda d: d["rules"][0].update(star=["Trail"]),
            [("AG516", "`/rules/0/star` is a list; it must be text")],
        ),
        (lambda d: d["deny"].append("Nova"), [("AG503", "`Nova` is not a star of the canon")]),
        (lambda d: d["deny"].append("Horizon"), [("AG516", "star `Horizon` is listed twice")]),
        (lambda d: d["stars"].pop(0), [("AG509", "`stars` lacks `Trail` of the canon")]),
        (lambda d: d["stars"].append("Nova"), [("AG503", "`Nova` is not a star of the canon")]),
        (lambda d: d["stars"].append("Trail"), [("AG516", "star `Trail` is listed twice")]),
        (
            lambda d: d["aliases"].update(Memory="Horizon"),
            [("AG509", "alias `Memory` is `Trail` in the canon, `Horizon` here")],
        ),
        (lambda d: d["aliases"].update(Nova="Nova"), [("AG503", "`Nova` is not a star of the canon")]),
        (
            lambda d: d["confidence"].update(min_suggest=0.8),
            [("AG504", "`min_suggest` is above `min_autopromote`")],
        ),
        (
            lambda d: d["exclusions"].append({"explain": "x"}),
            [("AG516", "`pattern` is missing from `/exclusions/1`")],
        ),
    ],
)
def test_what_is_wrong_is_told(change: Callable[[dict[str, Any]], object], expected: list[tuple[str, str]]) -> None:
    assert sorted(problems(changed(change))) == sorted(expected)


def test_every_problem_comes_at_once_with_line_and_column() -> None:
    data = b"""{
  "version": "1", "stars": ["Trail", "Horizon", "Supporting"],
  "weights": {"capability_override": 2, "node_override": 0.5, "path_regex": 0.4, "owner_prior": 0.35,
              "dependency_hint": 0.3},
  "confidence": {"min_suggest": 0.5, "min_autopromot": 0.7},
  "rules": [
    {"star": "Trial", "pattern": "memory"}
  ],
  "limits": {"max_promotions_run": 800, "max_promotions_per_star": 200, "max_stars_per_module": 2,
             "min_supporting_percentage": 55.0}
}"""

    with pytest.raises(PolicyProblems) as caught:
        read_rules(data, path="rules/star_rules.json", canon=CANON)

    assert [(each.line, each.code, each.fix) for each in caught.value.findings] == [
        (3, "AG504", ""),
        (5, "AG516", "add `min_autopromote`"),
        (5, "AG518", "did you mean `min_autopromote`?"),
        (7, "AG503", "did you mean `Trail`?"),
    ]
    assert all(each.column > 0 for each in caught.value.findings)
    assert caught.value.title == "rules/star_rules.json cannot be used: 4 problems"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"version": "1",\n"version": "2"}', 2),
        (b'{"version":\nNaN}', 2),
        (b"{\n", 2),
        (b"", 1),
        (b"\xff", 1),
    ],
)
def test_what_is_not_json_is_a_finding_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(PolicyProblems) as caught:
        read_rules(data, path="rules.json", canon=CANON)

    assert [(each.code, each.path, each.line) for each in caught.value.findings] == [("AG516", "rules.json", line)]


def test_yaml_surprises_are_findings_of_the_yaml_reader() -> None:
    with pytest.raises(PolicyProblems) as caught:
        read_rules(b"version: 1e3\nversion: no\n", path="rules.yml", canon=CANON)

    assert {each.code for each in caught.value.findings} == {"AG202", "AG206"}


def test_problems_survive_a_process_border() -> None:
    with pytest.raises(PolicyProblems) as caught:
        read({})

    other = pickle.loads(pickle.dumps(caught.value))

    assert (other.findings, str(other)) == (caught.value.findings, str(caught.value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(0, 2) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(DOCUMENT)), JSON)
def test_whatever_a_member_holds_the_answer_is_rules_or_findings(key: str, value: object) -> None:
    try:
        rules = read(DOCUMENT | {key: value})
    except PolicyProblems as caught:
        assert caught.findings  # noqa: PT017 - either outcome is fine, a bare error is not
    else:
        assert set(rules.weights) == set(Signal)

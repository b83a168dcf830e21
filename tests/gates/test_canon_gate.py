"""Canon, rules and schema have to speak of the same stars."""

from __future__ import annotations

from dataclasses import replace

import pytest

from astrograph.gates.canon import canon_gate
from astrograph.model.canon import Canon, Star, StarId
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.rules import Limits, Rule, Rules, Signal

IDS = ("Anchor", "Flow", "Trail", "Supporting")


def star(name: str, emoji: str, domain: str) -> Star:
    return Star(StarId(name), emoji, domain, f"{emoji} {name} ({domain})")


CANON = Canon(
    stars=(
        star("Anchor", "⚓", "Core Infrastructure"),
        star("Flow", "🌊", "Consciousness"),
        star("Trail", "✦", "Memory"),
        star("Supporting", "🔧", "Infrastructure/Utilities"),
    ),
    aliases=(("Memory Trail", StarId("Trail")), ("trail", StarId("Trail"))),
)
RULES = Rules(
    version="1",
    stars=tuple(map(StarId, IDS)),
    deny=frozenset(),
    weights=dict.fromkeys(Signal, 400),
    min_suggest=500,
    min_autopromote=700,
    exclusions=(),
    rules=(Rule(Signal.PATH, StarId("Trail"), "memory", "/rules/0", 31),),
    limits=Limits(800, 200, 2, 55_000),
)


def ours(*stars: object) -> dict[str, object]:
    constellation = {"properties": {"stars": {"type": "array", "items": {"enum": list(stars)}}}}
    return {
        "properties": {
            "module": {"properties": {"tier": {"enum": ["T1_critical"]}}},
            "constellation": constellation,
        }
    }


def run(*, canon: Canon = CANON, rules: Rules = RULES, schema: object = None) -> GateResult:
    return canon_gate(
        canon,
        rules,
        ours(*IDS) if schema is None else schema,
        canon_path="canon.json",
        rules_path="rules.json",
        schema_path="schema.json",
    )


def told(result: GateResult) -> list[tuple[str, int, str]]:
    assert {item.code for item in result.findings} <= {"AG509"}
    return [(item.path, item.line, item.message) for item in result.findings]


def test_three_files_that_agree_pass():
    result = run()
    assert (result.gate, result.verdict, result.compared, result.expected) == ("canon", Verdict.PASS, 4, 4)
    assert told(result) == []


@pytest.mark.parametrize(
    "schema",
    [
        ours(*(star.label for star in CANON.stars)),
        {"$defs": {"star": {"enum": list(IDS)}}},
        {"properties": {"a": {"items": [{"oneOf": [{"const": name} for name in IDS]}]}}},
        {"properties": {"primary/star": {"enum": [*IDS, None]}}},
        {"anyOf": [{"properties": {"star": {"enum": list(IDS)}}}, {"enum": ["Flow", "no star at all"]}]},
    ],
)
def test_the_stars_are_found_wherever_a_schema_keeps_them(schema: object):
    assert (run(schema=schema).verdict, told(run(schema=schema))) == (Verdict.PASS, [])


def test_the_pointers_of_the_lists_are_noted():
    assert dict(run(schema={"a/b": {"enum": list(IDS)}}).notes) == {"schema_pointers": ["/a~1b/enum"]}


def test_a_field_that_never_holds_the_default_star_may_leave_it_out():
    schema = {**ours(*IDS), "suggestion": {"enum": ["Anchor", "Flow", "Trail"]}}
    assert run(schema=schema).verdict is Verdict.PASS


def test_the_main_list_may_not_leave_out_the_default_star():
    where = "/properties/constellation/properties/stars/items/enum"
    result = run(schema=ours("Anchor", "Flow", "Trail"))
    assert result.verdict is Verdict.FAIL
    assert told(result) == [("schema.json", 0, f"the list at {where} lacks the star Supporting of the canon")]


def test_a_star_that_the_schema_lacks_or_invents_fails():
    where = "/properties/constellation/properties/stars/items/enum"
    result = run(schema=ours("Anchor", "Flow", "Comet", "Supporting"))
    assert told(result) == [
        ("schema.json", 0, f"the list at {where} lacks the star Trail of the canon"),
        ("schema.json", 0, f"the list at {where} names 'Comet', which is no star of the canon"),
    ]


@pytest.mark.parametrize("schema", [{}, [], "text", False, {"enum": ["T1", "T2"]}, {"enum": [1, {"const": 2}]}])
def test_a_schema_without_stars_compares_nothing_and_fails(schema: object):
    result = run(schema=schema)
    assert (result.verdict, result.compared, result.expected) == (Verdict.FAIL, 0, 4)
    assert told(result) == [("schema.json", 0, "the schema cannot be read, or has no closed list of the stars")]


def test_an_unreadable_schema_fails():
    result = canon_gate(CANON, RULES, None, canon_path="c", rules_path="r", schema_path="s")
    assert (result.verdict, result.compared) == (Verdict.FAIL, 0)


def test_a_deeply_nested_schema_is_no_trouble():
    schema: object = {"enum": list(IDS)}
    for _ in range(20_000):
        schema = {"not": [schema]}
    assert run(schema=schema).verdict is Verdict.PASS


def test_rules_that_list_other_stars_fail():
    rules = replace(RULES, stars=(StarId("Anchor"), StarId("Flow"), StarId("Supporting"), StarId("Comet")))
    assert told(run(rules=rules)) == [
        ("rules.json", 0, "the rules do not list the star Trail of the canon"),
        ("rules.json", 0, "the rules list the star 'Comet', which the canon lacks"),
    ]


def test_rules_and_deny_for_unknown_stars_fail_at_their_line():
    rule = Rule(Signal.PATH, StarId("Comet"), "x", "/rules/1", 32)
    rules = replace(RULES, deny=frozenset({StarId("Nova")}), rules=(*RULES.rules, rule))
    assert told(run(rules=rules)) == [
        ("rules.json", 0, "`deny` names the star 'Nova', which the canon lacks"),
        ("rules.json", 32, "the rule at /rules/1 is for the star 'Comet', which the canon lacks"),
    ]


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ([("Comet", "Nova")], "the alias 'Comet' points to 'Nova', which is no star"),
        ([("Flow", "Trail")], "the alias 'Flow' of Trail hides the star Flow"),
        ([("flow", "Trail")], "the alias 'flow' of Trail hides the star Flow"),
        ([("⚓ Anchor", "Trail")], "the alias '⚓ Anchor' of Trail hides the star Anchor"),
        ([("m", "Trail"), ("m", "Flow")], "the alias 'm' points to both Trail and Flow"),
        ([(" ", "Trail")], "an alias of Trail is empty"),
    ],
)
def test_an_alias_that_misleads_fails(aliases: list[tuple[str, str]], message: str):
    canon = replace(CANON, aliases=tuple((alias, StarId(target)) for alias, target in aliases))
    result = run(canon=canon)
    assert (result.verdict, told(result)) == (Verdict.FAIL, [("canon.json", 0, message)])


def test_an_alias_that_repeats_the_name_of_its_star_is_harmless():
    assert run(canon=replace(CANON, aliases=(("Trail", StarId("Trail")),))).verdict is Verdict.PASS


def test_two_stars_with_one_emoji_fail_whatever_its_style():
    twin = star("Flow", "⚓\ufe0f", "Consciousness")
    result = run(canon=replace(CANON, stars=(CANON.stars[0], twin, *CANON.stars[2:])))
    assert told(result) == [("canon.json", 0, "several stars have the emoji '⚓'")]


def test_a_label_that_belies_its_star_fails():
    liar = replace(CANON.stars[2], label="🌊 Trail (Sleep)")
    result = run(canon=replace(CANON, stars=(*CANON.stars[:2], liar, CANON.stars[3])))
    assert told(result) == [
        ("canon.json", 0, "the label '🌊 Trail (Sleep)' of star Trail lacks its domain 'Memory'"),
        ("canon.json", 0, "the label '🌊 Trail (Sleep)' of star Trail lacks its emoji '✦'"),
    ]


def test_an_id_that_stands_twice_fails():
    twin = star("Flow", "✦", "Memory")
    messages = [message for _, _, message in told(run(canon=replace(CANON, stars=(*CANON.stars, twin))))]
    assert "several stars have the id 'Flow'" in messages


def test_a_canon_without_the_default_star_fails():
    messages = [message for _, _, message in told(run(canon=replace(CANON, stars=CANON.stars[:3])))]
    assert "the canon lacks Supporting, the default star" in messages


def test_an_empty_canon_fails():
    result = run(canon=Canon((), ()), rules=replace(RULES, stars=(), rules=()))
    assert (result.verdict, result.expected) == (Verdict.FAIL, 0)

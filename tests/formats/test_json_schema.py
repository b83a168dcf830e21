"""A document is valid or not, a person learns why, and nothing is ever fetched."""

from __future__ import annotations

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry

from astrograph.errors import PolicyError
from astrograph.formats.json_schema import SchemaProblem, compile_schema
from astrograph.formats.schema_problems import MAX_PROBLEMS

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"

MODULE = {
    "$schema": DRAFT_2020,
    "$defs": {
        "tier": {"enum": ["T1_critical", "T2_important"]},
        "module": {
            "type": "object",
            "properties": {"owner": {"type": "string", "minLength": 2}, "tier": {"$ref": "#/$defs/tier"}},
            "required": ["owner"],
            "additionalProperties": False,
        },
    },
    "type": "object",
    "properties": {
        "schema_version": {"const": "1.1.0"},
        "module": {"$ref": "#/$defs/module"},
        "stars": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Z][a-z]+$"},
            "uniqueItems": True,
        },
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "node": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "contract": {
            "oneOf": [
                {"type": "string"},
                {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
            ]
        },
    },
    "required": ["schema_version"],
    "additionalProperties": False,
}


def explained(schema: object, document: object) -> list[tuple[str, str]]:
    compiled = compile_schema(schema, path="schemas/x.json")
    problems = compiled.explain(document)
    assert compiled.is_valid(document) == (not problems)
    return [(problem.pointer, problem.message) for problem in problems]


def test_a_valid_document_has_no_problems():
    document = {"schema_version": "1.1.0", "module": {"owner": "@team", "tier": "T1_critical"}, "node": None}
    assert explained(MODULE, document) == []


def test_every_problem_is_told_sorted_by_place():
    document = {
        "schema_version": "1.0.0",
        "module": {"onwer": "@team", "tier": "T1"},
        "stars": ["Trail", "trail\n", "Trail"],
        "confidence": 2,
        "node": 3,
        "zzz": 1,
    }
    assert explained(MODULE, document) == [
        ("/confidence", "must be at most 1, is 2"),
        ("/module", "`owner` is missing"),
        ("/module/onwer", "`onwer` is not allowed here; did you mean `owner`?"),
        (
            "/module/tier",
            'must be one of "T1_critical" or "T2_important", is "T1"; did you mean "T1_critical"?',
        ),
        ("/node", "must be null or a string, is 3"),
        ("/schema_version", 'must be "1.1.0", is "1.0.0"'),
        ("/stars", "has items that are equal to one another"),
        ("/stars/1", r'"trail\n" does not match the pattern `^[A-Z][a-z]+$`'),
        (
            "/zzz",
            (
                "`zzz` is not allowed here; known are `confidence`, `contract`, `module`, `node`, "
                "`schema_version` and `stars`"
            ),
        ),
    ]


def test_a_dollar_does_not_match_before_a_final_newline():
    assert not compile_schema({"pattern": "^[a-z]+$"}, path="x").is_valid("abc\n")


def test_of_several_forms_the_closest_one_is_explained():
    assert explained(MODULE, {"schema_version": "1.1.0", "contract": {"id": 3}}) == [
        ("/contract/id", "must be a string, is 3")
    ]
    assert explained(MODULE, {"schema_version": "1.1.0", "contract": {}}) == [("/contract", "`id` is missing")]


@pytest.mark.parametrize(
    ("schema", "document", "message"),
    [
        ({"type": ["integer", "array"]}, "x", 'must be an array or an integer, is "x"'),
        ({"minLength": 2}, "x", "is 1 character long, at least 2 must be"),
        ({"maxItems": 1}, [1, 2], "has 2 items, at most 1 may be"),
        ({"minProperties": 1}, {}, "has 0 members, at least 1 must be"),
        ({"exclusiveMinimum": 0}, 0, "must be more than 0, is 0"),
        ({"multipleOf": 5}, 7, "must be a multiple of 5, is 7"),
        ({"not": {"type": "null"}}, None, "null is what `not` forbids"),
        ({"contains": {"const": 1}}, [2], "does not hold the items that `contains` asks for"),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, 'the name "ab" is not allowed here'),
        ({"oneOf": [True, True]}, 1, "matches several of the forms of which exactly one may match"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "`b` is missing"),
        ({"prefixItems": [True], "unevaluatedItems": False}, [1, 2, 3], "has 2 items too many"),
        (False, 1, "nothing may stand here"),
    ],
)
def test_each_keyword_has_its_sentence(schema, document, message):
    assert explained(schema, document) == [("", message)]


def test_every_kind_of_error_of_the_validator_has_a_sentence_or_a_safe_fallback():
    schema = {"$schema": DRAFT_7, "contentEncoding": "base64"}
    assert [pointer for pointer, _ in explained(schema, "\x1b not base64 \x1b")] == [""]
    assert "\x1b" not in explained(schema, "\x1b not base64 \x1b")[0][1]


def test_text_from_a_document_is_safe_and_short_in_a_message():
    [(pointer, message)] = explained({"type": "integer"}, "\x1b[31m" + "x" * 10_000)
    assert pointer == ""
    assert "\x1b" not in message
    assert len(message) < 200


def test_many_problems_are_cut_with_their_number():
    problems = explained({"items": {"type": "string"}}, list(range(MAX_PROBLEMS + 2_000)))
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1] == ("", "and 2,000 more problems")


def test_problems_are_the_same_in_whatever_order_a_document_was_built():
    document = {"zzz": 1, "confidence": 3, "yyy": 2, "schema_version": "1.1.0"}
    assert explained(MODULE, document) == explained(MODULE, dict(reversed(document.items())))


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ([], "`/`"),
        ({"type": "text"}, "`/type`"),
        ({"properties": {"a": {"minLength": -1}}}, "`/properties/a/minLength`"),
        ({"pattern": "(["}, "`/pattern`"),
        ({"$ref": "#/$defs/nowhere"}, "`/`"),
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, "`/$schema`"),
        ({"$schema": 7}, "`/$schema`"),
    ],
)
def test_an_invalid_schema_is_refused_with_its_place(schema, where):
    with pytest.raises(PolicyError, match=r"schemas/x\.json") as caught:
        compile_schema(schema, path="schemas/x.json")
    assert ("at", where) in caught.value.fields


@pytest.mark.parametrize(
    "reference",
    [
        "http://example.invalid/schema.json",
        "https://json-schema.org/draft/2020-12/schema",
        "file:///etc/passwd",
        "other.json",
        "../other.json#/$defs/x",
        "//host/x",
        "urn:x:y",
    ],
)
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
@pytest.mark.parametrize("draft", [DRAFT_7, DRAFT_2020])
def test_a_reference_that_leaves_the_document_is_refused(reference, keyword, draft):
    schema = {"$schema": draft, "properties": {"const": {"items": {keyword: reference}}}}
    with pytest.raises(PolicyError, match="outside itself") as caught:
        compile_schema(schema, path="x.json")
    assert ("at", f"`/properties/const/items/{keyword}`") in caught.value.fields


def test_references_within_the_document_are_followed():
    embedded = {
        "$id": "https://example.invalid/a",
        "$defs": {"b": {"$id": "b", "type": "string"}},
        "$ref": "b",
    }
    assert explained(embedded, 3) == [("", "must be a string, is 3")]
    tree = {"type": "object", "additionalProperties": {"$ref": "#"}}
    assert explained(tree, {"a": {"b": 1}}) == [("/a/b", "must be an object, is 1")]
    named_like_a_keyword = {
        "properties": {"$ref": {"type": "string"}},
        "const": {"$ref": "https://example.invalid"},
    }
    assert explained(named_like_a_keyword, {"$ref": "https://example.invalid"}) == []


def test_formats_bind_only_when_asked_for_in_both_drafts():
    for draft in (DRAFT_7, DRAFT_2020):
        schema = {"$schema": draft, "format": "ipv4"}
        assert compile_schema(schema, path="x").is_valid("not an address")
        strict = compile_schema(schema, path="x", formats=True)
        assert strict.explain("not an address") == (SchemaProblem("", '"not an address" is not of the format `ipv4`'),)
        assert strict.is_valid("127.0.0.1")


@pytest.mark.parametrize("pattern", ["^(a|a)*$", "^(a+)+$", "(?=(a+)+b)a", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_hangs_a_backtracking_engine_gets_an_answer(pattern):
    compiled = compile_schema({"pattern": pattern}, path="x")
    hostile = "a" * 4000 + "!"
    assert not compiled.is_valid(hostile)
    assert [problem.pointer for problem in compiled.explain(hostile)] == [""]


def test_a_document_that_would_overrun_the_stack_is_not_valid():
    compiled = compile_schema({"items": {"$ref": "#"}}, path="x")
    document: list[object] = []
    for _ in range(100_000):
        document = [document]
    assert not compiled.is_valid(document)
    assert compiled.explain(document) == (SchemaProblem("", "nested deeper than 100"),)
    schema: dict[str, object] = {}
    for _ in range(100_000):
        schema = {"items": schema}
    with pytest.raises(PolicyError):
        compile_schema(schema, path="x")


@pytest.mark.parametrize("document", [{1: 2}, "\ud800", object()])
def test_what_is_not_json_is_not_valid(document):
    compiled = compile_schema(True, path="x")
    assert not compiled.is_valid(document)
    [problem] = compiled.explain(document)
    assert problem.message.startswith("not JSON: ")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(-2, 2, allow_nan=False)
    | st.sampled_from(["", "x", "@team", "Trail", "trail", "T1_critical", "T1", "1.1.0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["owner", "tier", "id", "x"]), inner),
    max_leaves=8,
)
DOCUMENTS = st.fixed_dictionaries(
    {"schema_version": st.sampled_from(["1.1.0", "1.1.0", "1.0.0", 1])},
    optional=dict.fromkeys(["module", "stars", "confidence", "node", "contract", "extra"], VALUES),  # type: ignore[misc]
)


@given(DOCUMENTS | VALUES)
def test_both_libraries_agree_on_the_verdict(document):
    second_opinion = jsonschema.Draft202012Validator(MODULE, registry=Registry())
    assert compile_schema(MODULE, path="x").is_valid(document) == second_opinion.is_valid(document)


@given(VALUES)
def test_problems_are_told_exactly_when_a_document_is_not_valid(document):
    explained(MODULE, document)
    explained({"$schema": DRAFT_7, "items": [{"type": "string"}], "additionalItems": False}, document)


def test_the_validator_alone_would_fetch_and_ours_does_not(monkeypatch):
    """The negative control: the very schema that is refused here reaches a retriever when there is one."""
    asked: list[str] = []

    def retriever(uri: str) -> bool:
        asked.append(uri)
        return True

    schema = {"$ref": "https://example.invalid/x"}
    jsonschema_rs.Draft202012Validator(schema, retriever=retriever)
    assert asked == ["https://example.invalid/x"]
    with pytest.raises(PolicyError):
        compile_schema(schema, path="x")

"""What a schema says of a place without a document: whether there is room, for what, and whether it must be there."""

import pytest

from astrograph.formats.json_schema import compile_schema
from astrograph.formats.schema_room import SchemaRooms

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    ("schema", "allowed", "types"),
    [
        ({}, True, None),
        (True, True, None),
        (False, False, frozenset()),
        ({"properties": {"a": {"type": "string"}}}, True, {"string"}),
        ({"properties": {"a": {"type": ["string", "null"]}}}, True, {"string", "null"}),
        (
            {"properties": {"a": {"enum": ["x", None, 1, 2.5, True]}}},
            True,
            {"string", "null", "integer", "number", "boolean"},
        ),
        ({"properties": {"a": {"const": []}}}, True, {"array"}),
        ({"properties": {"a": False}}, False, frozenset()),
        ({"properties": {"b": {}}, "additionalProperties": False}, False, frozenset()),
        ({"additionalProperties": {"type": "object"}}, True, {"object"}),
        ({"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": False}, True, None),
        ({"type": "array"}, False, frozenset()),
        (
            {"allOf": [{"properties": {"a": {"type": ["string", "null"]}}}, {"properties": {"a": {"type": "string"}}}]},
            True,
            {"string"},
        ),
        ({"allOf": [{"additionalProperties": False}, {"properties": {"a": {}}}]}, False, frozenset()),
        ({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, True, None),
        ({"allOf": [{"properties": {"b": {}}}], "unevaluatedProperties": False}, False, frozenset()),
        ({"anyOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, True, None),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"a": {"type": "integer"}}}}}, True, {"integer"}),
        ({"$ref": "#x", "$defs": {"x": {"$anchor": "x", "additionalProperties": False}}}, True, None),
        ({"$ref": "#"}, True, None),
        (
            {"properties": {"a": {"type": "integer"}}, "allOf": [{"properties": {"a": {"type": "number"}}}]},
            True,
            {"integer"},
        ),
    ],
)
def test_a_place_has_room_or_not(schema: object, allowed: bool, types: set[str] | None) -> None:
    room = SchemaRooms(schema).room("/a")
    assert (room.allowed, room.types) == (allowed, types)
    if not allowed:  # what is said with certainty is what the validator says
        assert not compile_schema(schema, path="s").is_valid({"a": "x"})


def test_what_stands_beside_a_reference_counts_in_2020_12_and_not_in_draft_7() -> None:
    schema = {"properties": {"a": {"$ref": "#/definitions/x", "type": "string"}}, "definitions": {"x": {}}}
    assert SchemaRooms(schema).room("/a").types == {"string"}
    assert SchemaRooms({"$schema": DRAFT_7, **schema}).room("/a").types is None


def test_a_place_inside_another_asks_every_step_on_the_way() -> None:
    rooms = SchemaRooms(
        {
            "properties": {
                "a": {"type": "object", "properties": {"b~/c": {"type": "string"}}, "additionalProperties": False}
            }
        }
    )
    assert rooms.room("/a/b~0~1c").types == {"string"}
    refused = rooms.room("/a/x")
    assert (refused.allowed, refused.at) == (False, "/properties/a/additionalProperties")


def test_required_places_are_found_where_they_bind() -> None:
    schema = {
        "required": ["a", "b"],
        "properties": {
            "a": {"required": ["x"], "properties": {"x": {"required": ["deep"]}}},
            "b": {"type": "string"},
            "c": {"required": ["y"]},
            "d": {"required": ["z"]},
        },
    }
    found = [place for place, _ in SchemaRooms(schema).required(["/c/w"])]
    assert found == ["/a", "/a/x", "/a/x/deep", "/b", "/c/y"]


def test_a_schema_that_refers_to_itself_comes_to_an_end() -> None:
    schema = {"$ref": "#/$defs/t", "$defs": {"t": {"required": ["t"], "properties": {"t": {"$ref": "#/$defs/t"}}}}}
    found = [place for place, _ in SchemaRooms(schema).required([])]
    assert found[:3] == ["/t", "/t/t", "/t/t/t"]
    assert len(found) < 30

"""Reading and writing pins."""

import json

import pytest

from astrograph.formats.policy import PolicyProblems, encode_pins, read_pins
from astrograph.model.digests import sha256
from astrograph.model.pins import Pin, Pins, PolicyKind

PINS = Pins(
    (
        Pin(PolicyKind.RULES, "rules/r.json", sha256(b"r"), "ada", "2026-11-22T09:30:00Z", "first"),
        Pin(PolicyKind.SCHEMA, "schemas/s.json", sha256(b"s"), "ada", "2026-11-22T09:30:00.5+00:00", "first"),
    )
)


def problems(document: object) -> list[tuple[str, str]]:
    with pytest.raises(PolicyProblems) as caught:
        read_pins(json.dumps(document).encode(), path="pins.json")
    return [(each.code, each.message) for each in caught.value.findings]


def test_pins_are_read_back_as_they_were_written() -> None:
    assert read_pins(json.dumps(encode_pins(PINS)).encode(), path="pins.json") == PINS


def test_a_kind_that_was_never_pinned_is_not_there() -> None:
    assert [PINS.of(kind) is not None for kind in PolicyKind] == [True, False, False, True]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sha256": "A" * 64}, [("AG516", "a SHA-256 is 64 lower-case hexadecimal digits")]),
        ({"sha256": "a" * 63}, [("AG516", "a SHA-256 is 64 lower-case hexadecimal digits")]),
        ({"at": "2026-11-22"}, [("AG516", "`2026-11-22` is not a time such as 2026-11-22T09:30:00Z")]),
        (
            {"at": "2026-11-22T09:30:00+01:00"},
            [("AG516", "`2026-11-22T09:30:00+01:00` is not a time such as 2026-11-22T09:30:00Z")],
        ),
        ({"by": ""}, [("AG516", "`/pins/rules/by` is empty")]),
        ({"reason": None}, [("AG516", "`/pins/rules/reason` is null; it must be text")]),
        ({"note": "x"}, [("AG518", "unknown key `note`")]),
    ],
)
def test_a_malformed_pin_is_told(change: dict[str, object], expected: list[tuple[str, str]]) -> None:
    document = json.loads(json.dumps(encode_pins(PINS)))
    document["pins"]["rules"].update(change)

    assert problems(document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, [("AG516", "`pins` is missing from the file")]),
        ({"pins": {"rule": {}}}, [("AG518", "unknown key `rule`")]),
        ({"pins": []}, [("AG516", "`/pins` is a list; it must be an object")]),
    ],
)
def test_a_malformed_file_is_told(document: object, expected: list[tuple[str, str]]) -> None:
    assert problems(document) == expected

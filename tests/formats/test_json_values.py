"""What we wrote is read as the one type it has, and nothing is taken for something that it only resembles."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import pytest

from astrograph.formats.json_values import each, flag, member, number, sha256, text, text_or_none, texts
from astrograph.model.digests import sha256 as digest

NUMBERS: list[object] = [0, 1, -1, 2**53, 0.0, 1.0]
ANY_JSON = [None, True, False, *NUMBERS, "", "Trail", digest(b""), [], ["a", ""], ["a", None], [["a"]], {}, {"a": "b"}]


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("read", "accepted", "expected"),
    [
        (text, ["", "Trail", digest(b"")], "text"),
        (text_or_none, [None, "", "Trail", digest(b"")], "text"),
        (texts, [[], ["a", ""]], "a list of texts"),
        (number, [0, 1, 2**53], "a whole number from 0"),
        (flag, [True, False], "true or false"),
        (sha256, [digest(b"")], "a SHA-256 in lower-case hexadecimal digits"),
    ],
)
def test_each_reader_takes_its_own_type_and_names_it_to_all_others(
    read: Callable[[object], object], accepted: list[object], expected: str
) -> None:
    def answer(value: object) -> object:
        try:
            return read(value)
        except ValueError as error:
            return error

    answers = [(value, answer(value)) for value in ANY_JSON]

    taken = [value for value, told in answers if not isinstance(told, ValueError)]
    assert [(type(value), value) for value in taken] == [(type(value), value) for value in accepted]
    refused = {str(told) for _, told in answers if isinstance(told, ValueError)}
    assert f"expected {expected}" in refused
    assert refused <= {f"expected {expected}", "expected text"}


def test_what_is_read_is_what_was_there_and_lists_are_frozen() -> None:
    assert (text("a"), text_or_none(None), number(7), flag(False)) == ("a", None, 7, False)
    assert (texts(["b", "a"]), each(number, [2, 1])) == (("b", "a"), (2, 1))


@pytest.mark.parametrize(
    "digits",
    ["a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 32 + "-" + "a" * 31, " " + "a" * 63, "a" * 63 + "\n", "٣" * 64],
)
def test_64_lower_case_hexadecimal_digits_and_nothing_else_are_a_sha256(digits: str) -> None:
    with pytest.raises(ValueError, match="expected a SHA-256"):
        sha256(digits)


@pytest.mark.parametrize("value", ["", "RED", "blue", None, 0, True, ["red"], {"red": 1}])
def test_a_value_that_stands_for_no_member_is_told_all_there_are(value: object) -> None:
    with pytest.raises(ValueError, match=r"^expected one of red, green$"):
        member({"red": Colour.RED, "green": Colour.RED}, value)
    assert member({"red": Colour.RED}, "red") is Colour.RED


@pytest.mark.parametrize("value", [None, "12", {"a": 1}, ["1"], [1, -1]])
def test_one_bad_item_spoils_a_list_and_only_a_list_has_items(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        each(number, value)

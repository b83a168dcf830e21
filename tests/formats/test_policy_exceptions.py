"""Reading exceptions: a reason is required, and no module is in both lists."""

import json

import pytest

from astrograph.formats.policy import PolicyProblems, read_canon, read_exceptions
from astrograph.model.rules import Exceptions, Forbidden, Forced

CANON = read_canon(
    json.dumps({"stars": ["✦ Trail (Memory)", "🔧 Supporting (Utilities)"], "aliases": {"Memory": "Trail"}}).encode(),
    path="canon.json",
)


def read(document: object) -> Exceptions:
    return read_exceptions(json.dumps(document, indent=1).encode(), path="exceptions.json", canon=CANON)


def problems(document: object) -> list[tuple[str, int, str]]:
    with pytest.raises(PolicyProblems) as caught:
        read(document)
    return [(each.code, each.line, each.message) for each in caught.value.findings]


def forced(**entry: object) -> dict[str, object]:
    return {"force_promote": {"api/session": {"star": "Memory", "reason": "it remembers"} | entry}}


def test_both_lists_become_values_with_their_lines() -> None:
    document = {"do_not_promote": ["labs/", "memory/*", "!memory/fold"], **forced()}

    assert read(document) == Exceptions(
        do_not_promote=(Forbidden("labs/", 3), Forbidden("memory/*", 4), Forbidden("!memory/fold", 5)),
        force_promote=(Forced("api/session", "Trail", "it remembers", 8),),
    )


def test_an_empty_file_of_exceptions_has_none() -> None:
    assert read({}) == Exceptions()


@pytest.mark.parametrize("reason", ["", "  ", None, 3])
def test_a_forced_promotion_needs_a_reason(reason: object) -> None:
    assert problems(forced(reason=reason)) == [("AG513", 5, "`api/session` is forced without a reason")]


def test_a_missing_reason_points_at_the_module() -> None:
    document = {"force_promote": {"api/session": {"star": "Trail"}}}

    assert problems(document) == [("AG513", 3, "`api/session` is forced without a reason")]


@pytest.mark.parametrize("pattern", ["api/session", "api/", "/api", "session", "*/session/", "**"])
def test_a_module_in_both_lists_is_an_error(pattern: str) -> None:
    assert problems({"do_not_promote": [pattern], **forced()}) == [
        ("AG512", 6, f"`api/session` is forced to `Trail` and forbidden by `{pattern}`")
    ]


def test_a_module_taken_out_of_a_pattern_again_may_be_forced() -> None:
    assert len(read({"do_not_promote": ["api/*", "!api/session"], **forced()}).force_promote) == 1


@pytest.mark.parametrize("pattern", ["# labs", "!", "/"])
def test_what_gitignore_takes_for_nothing_is_refused(pattern: str) -> None:
    assert problems({"do_not_promote": [pattern]}) == [("AG516", 3, f"`{pattern}` is not a gitignore pattern")]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"do_not_promot": []}, [("AG518", 2, "unknown key `do_not_promot`")]),
        ({"do_not_promote": "labs/"}, [("AG516", 2, "`/do_not_promote` is text; it must be a list")]),
        ({"do_not_promote": [" "]}, [("AG516", 3, "`/do_not_promote/0` is empty")]),
        ({"force_promote": []}, [("AG516", 2, "`/force_promote` is a list; it must be an object")]),
        (forced(star="Trial"), [("AG503", 4, "`Trial` is not a star of the canon")]),
        (forced(until="2027"), [("AG518", 6, "unknown key `until`")]),
        (
            forced(star="Supporting"),
            [("AG516", 4, "`api/session` is forced to `Supporting`, which is no promotion")],
        ),
    ],
)
def test_what_is_wrong_is_told(document: object, expected: list[tuple[str, int, str]]) -> None:
    assert problems(document) == expected

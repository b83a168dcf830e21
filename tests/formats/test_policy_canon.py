"""Reading the canon: two shapes, one result, every problem at once."""

import json

import pytest

from astrograph.formats.policy import PolicyProblems, read_canon
from astrograph.model.canon import Star

TRAIL = {"id": "Trail", "emoji": "✦", "domain": "Memory"}
SUPPORTING = {"id": "Supporting", "emoji": "🔧", "domain": "Infrastructure/Utilities"}
LABELS = ["✦ Trail (Memory)", "🔧 Supporting (Infrastructure/Utilities)"]


def problems(document: object) -> list[tuple[str, str]]:
    with pytest.raises(PolicyProblems) as caught:
        read_canon(json.dumps(document).encode(), path="canon.json")
    return [(each.code, each.message) for each in caught.value.findings]


def test_stars_as_objects_and_as_labels_give_the_same_canon() -> None:
    objects = json.dumps({"stars": [TRAIL, SUPPORTING], "labels": LABELS, "aliases": {"Memory": "Trail"}})
    labels = json.dumps({"stars": LABELS, "aliases": {"Memory": LABELS[0]}})

    canon = read_canon(objects.encode(), path="canon.json")

    assert canon == read_canon(labels.encode(), path="canon.json")
    assert canon.stars == (
        Star("Trail", "✦", "Memory", "✦ Trail (Memory)"),
        Star("Supporting", "🔧", "Infrastructure/Utilities", LABELS[1]),
    )
    assert canon.aliases == (("Memory", "Trail"),)
    assert [canon.resolve(name) for name in ("Trail", LABELS[0], "Memory", "memory")] == [
        "Trail",
        "Trail",
        "Trail",
        None,
    ]


def test_a_canon_may_be_yaml() -> None:
    data = "stars:\n- ✦ Trail (Memory)\n- id: Supporting\n  emoji: 🔧\n  domain: Utilities\n".encode()

    assert [star.label for star in read_canon(data, path="canon.yml").stars] == [
        "✦ Trail (Memory)",
        "🔧 Supporting (Utilities)",
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], [("AG516", "the file is a list; it must be an object")]),
        ({"stars": {}}, [("AG516", "`/stars` is an object; it must be a list")]),
        (
            {"stars": [TRAIL]},
            [("AG509", "the canon has no `Supporting`, the star of every module nobody has placed")],
        ),
        ({"stars": [TRAIL, SUPPORTING, TRAIL]}, [("AG516", "star `Trail` is listed twice")]),
        ({"stars": ["Trail", SUPPORTING]}, [("AG516", "`Trail` is not a label")]),
        ({"stars": ["✦ Trail ()", SUPPORTING]}, [("AG516", "`✦ Trail ()` is not a label")]),
        (
            {"stars": [{"id": "Trail", "emoji": "✦"}, SUPPORTING]},
            [("AG516", "`domain` is missing from `/stars/0`")],
        ),
        ({"stars": [{**TRAIL, "emoij": "x"}, SUPPORTING]}, [("AG518", "unknown key `emoij`")]),
        (
            {"stars": [{**TRAIL, "id": "Tr ail"}, SUPPORTING]},
            [("AG516", "the id and the emoji of a star hold no space")],
        ),
        (
            {"stars": [{**TRAIL, "domain": 3}, SUPPORTING]},
            [("AG516", "`/stars/0/domain` is the number 3; it must be text")],
        ),
        ({"stars": LABELS, "alias": {}}, [("AG518", "unknown key `alias`")]),
        (
            {"stars": LABELS, "labels": LABELS[1:]},
            [("AG509", "`labels` has no `✦ Trail (Memory)` for star `Trail`")],
        ),
        (
            {"stars": LABELS, "labels": [*LABELS, "✧ Trail (Memory)"]},
            [("AG509", "label `✧ Trail (Memory)` belongs to no star of `stars`")],
        ),
        ({"stars": LABELS, "aliases": {"M": "Trial"}}, [("AG503", "`Trial` is not a star of the canon")]),
        (
            {"stars": LABELS, "aliases": {"Trail": "Supporting"}},
            [("AG509", "alias `Trail` hides the star `Trail`")],
        ),
        (
            {"stars": LABELS, "aliases": {"M": "Trail", "N": "M"}},
            [("AG503", "`M` is not a star of the canon")],
        ),
    ],
)
def test_what_is_wrong_is_told(document: object, expected: list[tuple[str, str]]) -> None:
    assert problems(document) == expected


def test_a_near_miss_is_suggested() -> None:
    with pytest.raises(PolicyProblems) as caught:
        read_canon(json.dumps({"stars": LABELS, "aliases": {"M": "Trial"}}).encode(), path="canon.json")

    assert caught.value.findings[0].fix == "did you mean `Trail`?"

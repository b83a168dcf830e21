"""`doit rollback` and `doit generations`: back by digest, whatever state the rest is in; what there is (SPEC 10)."""

import json
from pathlib import Path
from typing import Any

import pytest
from support import Workspace
from trees import NAME, as_files, generations_at, publish, sealed, tree_of

from astrograph.model.generation import GenerationKind
from astrograph.store.generations import Generations

ONE = tree_of("core", "core/types", "memory/fold")
TWO = tree_of("core", "memory/fold", "vision/camera", text="two")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A workspace whose generations 1 and 2 were published."""
    ws = Workspace.make(tmp_path / "ws")
    publish(generations_at(ws.root), ONE)
    publish(generations_at(ws.root), TWO)
    return ws


def published(ws: Workspace) -> dict[str, bytes]:
    top = ws.path("build/published")
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def listed(ws: Workspace, *words: str) -> Any:
    return json.loads(ws.run("generations", "--json", *words).out)


def test_it_goes_to_the_parent_and_says_from_where_to_where(ws: Workspace) -> None:
    run = ws.run("rollback")

    assert (run.exit, published(ws)) == (0, as_files(ONE))
    assert run.out == (
        "rolled back from generation 2 to 1: 1 added, 2 changed, 1 removed; 3 modules in build/published\n"
    )


def test_it_goes_to_the_number_told_forward_as_well(ws: Workspace) -> None:
    assert ws.run("rollback", "0").exit == 0
    assert published(ws) == {}
    assert ws.run("rollback", "2", "--yes").exit == 0
    assert published(ws) == as_files(TWO)


def test_the_current_number_undoes_edits_by_hand_and_keeps_them_aside(ws: Workspace) -> None:
    ws.write(f"build/published/core/{NAME}", b"edited")
    ws.write("build/published/notes.txt", b"mine")
    ws.delete(f"build/published/vision/camera/{NAME}")

    run = ws.run("rollback", "2")

    assert (run.exit, published(ws)) == (0, as_files(TWO))
    lines = run.out.splitlines()
    assert lines[1:5] == [
        f"changed  build/published/core/{NAME}",
        "extra    build/published/notes.txt",
        f"missing  build/published/vision/camera/{NAME}",
        "That is how 3 files had been changed there by hand.",
    ]
    kept = lines[5].removeprefix("What was changed or added is kept in ")
    assert ws.path(f"{kept}/core/{NAME}").read_bytes() == b"edited"
    assert ws.path(f"{kept}/notes.txt").read_bytes() == b"mine"


def test_it_works_with_broken_rules_no_pins_and_no_source(ws: Workspace) -> None:
    ws.write("rules/star_rules.json", b"{")
    ws.delete("rules/pins.json")
    ws.delete("manifests_src") if ws.path("manifests_src").exists() else None
    assert ws.run("run").exit == 3

    assert ws.run("rollback").exit == 0
    assert published(ws) == as_files(ONE)


def test_it_works_with_a_damaged_log_of_approvals(ws: Workspace) -> None:
    ws.write("build/generations/approvals.jsonl", b"{}\n")

    assert ws.run("rollback").exit == 0


def test_a_published_folder_that_was_removed_comes_back(ws: Workspace) -> None:
    ws.delete("build/published")

    assert ws.run("rollback", "2").exit == 0
    assert published(ws) == as_files(TWO)


def test_a_damaged_generation_is_refused_and_the_present_one_stays(ws: Workspace) -> None:
    ws.append("build/generations/000001/manifests.zip", b"x")

    run = ws.run("rollback")

    assert (run.exit, published(ws)) == (2, as_files(TWO))
    assert "generation 1 is damaged" in run.err
    assert run.err.count("fix: ") == 1


@pytest.mark.parametrize("words", [("9",), ("-1",), ("x",), ("1", "2"), ("١",)])
def test_a_number_that_is_none_is_told(ws: Workspace, words: tuple[str, ...]) -> None:
    run = ws.run("rollback", *words)

    assert (run.exit, published(ws)) == (3, as_files(TWO))


def test_before_the_first_publication_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    ws = Workspace.make(tmp_path / "ws")

    run = ws.run("rollback")

    assert (run.exit, "nothing was published yet" in run.err) == (3, True)


def test_the_first_generation_has_no_parent(ws: Workspace) -> None:
    ws.run("rollback", "0")

    run = ws.run("rollback")

    assert (run.exit, "no parent" in run.err) == (3, True)


# the list


def test_the_list_marks_the_current_and_the_known_good_one(ws: Workspace) -> None:
    generations: Generations = generations_at(ws.root)
    publish(generations, ONE, kind=GenerationKind.CANARY)

    run = ws.run("generations")

    assert run.exit == 0
    assert [line.split() for line in run.out.splitlines()] == [
        ["number", "parent", "kind", "published", "by", "modules", "changes"],
        ["3", "2", "canary", "2026-01-01", "12:00", "test", "3", "+1", "~2", "-1", "current"],
        ["2", "1", "full", "2026-01-01", "12:00", "test", "3", "+1", "~2", "-1", "known-good"],
        ["1", "0", "full", "2026-01-01", "12:00", "test", "3", "+3", "~0", "-0"],
        ["0", "empty", "2026-01-01", "12:00", "test", "0", "+0", "~0", "-0"],
    ]


def test_the_list_as_json_says_the_same(ws: Workspace) -> None:
    said = listed(ws)

    assert (said["schema"], said["current"], said["known_good"]) == ("astrograph.generations/1", 2, 2)
    assert [row["number"] for row in said["generations"]] == [0, 1, 2]
    assert {row["intact"] for row in said["generations"]} == {None}, "nobody looked"


def test_verifying_reads_each_generation_whole(ws: Workspace) -> None:
    ws.append("build/generations/000001/manifests.zip", b"x")
    assert ws.run("generations").exit == 0

    run = ws.run("generations", "--verify")

    assert run.exit == 1
    assert "generation 1: manifests.zip is not what was sealed: its digest disagrees" in run.out
    assert [row["intact"] for row in listed(ws, "--verify")["generations"]] == [True, False, True]


def test_damaged_metadata_is_listed_as_such_without_being_asked(ws: Workspace) -> None:
    ws.write("build/generations/000001/generation.json", b"{")

    run = ws.run("generations")

    assert (run.exit, "generation 1: generation.json: " in run.out) == (1, True)


def test_a_current_generation_that_is_gone_has_its_row(ws: Workspace) -> None:
    ws.path("build/generations/000002").rename(ws.path("lost"))

    run = ws.run("generations")

    assert run.exit == 1
    assert run.out.splitlines()[1].split() == ["2", "current,", "known-good,", "MISSING"]
    assert run.out.splitlines()[-1] == "generation 2: it is not there"
    row = listed(ws)["generations"][-1]
    assert (row["number"], row["current"], row["missing"], row["intact"]) == (2, True, True, False)


def test_what_is_no_generation_is_noted_and_not_listed(ws: Workspace) -> None:
    ws.path("build/generations/000077").mkdir()
    ws.write("build/generations/000078", "x")
    ws.write("build/generations/notes.txt", "x")

    run = ws.run("generations", "--verify")

    assert run.exit == 0
    assert run.err == "".join(
        f"note: build/generations/{name} is no generation\n" for name in ("000077", "000078", "notes.txt")
    )
    assert [row["number"] for row in listed(ws)["generations"]] == [0, 1, 2]


def test_leaving_a_damaged_generation_does_not_say_that_a_person_edited_it(ws: Workspace) -> None:
    ws.write("build/generations/000002/generation.json", b"{")

    run = ws.run("rollback", "1")

    assert run.exit == 0
    assert "Which of the files there were published is not known any more." in run.out
    assert "by hand" not in run.out


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    run = Workspace.make(tmp_path / "ws").run("generations")

    assert (run.exit, run.out) == (0, "nothing was published yet\n")


def test_names_from_outside_do_not_reach_the_terminal_as_they_are(ws: Workspace) -> None:
    generations = generations_at(ws.root)
    generations.seal(
        parent=2,
        kind=GenerationKind.FULL,
        created="\x1b[31m2026",
        by="Eve\x1b[2J",
        reason="",
        entries=[],
        manifests=[],
    )
    generations.switch(3)

    run = ws.run("generations")

    assert "\x1b" not in run.out
    assert "Eve\\x1b[2J" in run.out


def test_a_generation_sealed_and_never_switched_in_is_none(ws: Workspace) -> None:
    sealed(generations_at(ws.root), ONE)

    assert [row["number"] for row in listed(ws)["generations"]] == [0, 1, 2]


def test_a_damaged_current_generation_can_be_left(ws: Workspace) -> None:
    ws.write("build/generations/000002/generation.json", b"{")
    assert ws.run("rollback").exit == 2, "its parent cannot be known"

    run = ws.run("rollback", "1")

    assert (run.exit, published(ws)) == (0, as_files(ONE))
    kept = run.out.splitlines()[-1].removeprefix("What was changed or added is kept in ")
    assert ws.path(f"{kept}/vision/camera/{NAME}").read_bytes() == TWO["vision/camera"], "nobody knows what was edited"

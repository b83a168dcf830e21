"""What people have authored stands; adoption only ever adds."""

import os
from collections.abc import Callable

import pytest
from reading import authored, codes, of_module, report
from support import Run, Workspace

from astrograph.engine.adoption.adopter import Adopter, Adoption

FLAT = {"owner": "@old", "tier": "T2_important", "lane": "labs", "extra": 1}


def test_authored_values_win_and_the_difference_is_told_at_their_place(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    space.author("api", 'owner: "@new"  # ours\ntier: T2_important\n')
    old("api", FLAT)
    assert adopt().exit == 0
    assert space.path("manifests_src/api.yaml").read_text() == (
        'owner: "@new"  # ours\ntier: T2_important\nlane: labs\nannotations:\n  adopted:\n    "/extra": 1\n'
    )
    line = of_module(report(space), "api")
    assert line["lost"] == [{"pointer": "/owner", "reason": "manifests_src/api.yaml:1 says otherwise"}]
    (told,) = report(space)["findings"]
    assert (told["code"], told["path"], told["line"]) == ("AG229", "manifests_src/api.yaml", 1)


def test_what_folder_defaults_say_is_not_written_again_and_what_they_say_otherwise_is(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    space.author("_defaults", 'owner: "@old"\nlane: production\n')
    old("api", FLAT)
    adopt()
    assert authored(space, "api") == {"tier": "T2_important", "lane": "labs", "annotations": {"adopted": {"/extra": 1}}}
    assert space.manifest("api")["module"]["owner"] == "@old"
    assert of_module(report(space), "api")["not_carried"] == 0


def test_annotations_of_folder_defaults_are_taken_along(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    space.author("_defaults", "annotations:\n  site: north\n")
    old("api", FLAT)
    adopt()
    assert space.manifest("api")["annotations"] == {"site": "north", "adopted": {"/extra": 1}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("annotations:\n  mine: 1\n", 'annotations:\n  adopted:\n    "/extra": 1\n  mine: 1\n'),
        (
            "annotations:\n    # why\n    mine: 1\n",
            'annotations:\n    # why\n    adopted:\n      "/extra": 1\n    mine: 1\n',
        ),
        ("lane: labs", "lane: labs\n"),
        ("# only a comment\n", "# only a comment\n"),
        ("", ""),
        ("lane: labs\r\n# end\r\n", "lane: labs\r\n# end\r\n"),
    ],
)
def test_existing_files_are_added_to_and_keep_every_byte(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run], before: str, after: str
) -> None:
    space.author("api", before.encode())
    old("api", FLAT)
    assert adopt().exit == 0
    text = space.path("manifests_src/api.yaml").read_bytes().decode()
    assert text.startswith(after), text
    assert space.manifest("api")["module"] == {
        "name": "api", "path": "api", "owner": "@old", "tier": "T2_important", "lane": "labs", "description": None,
    }  # fmt: skip
    assert space.manifest("api")["annotations"]["adopted"] == {"/extra": 1}
    assert ("\r\n" in before) == (text.count("\n") == text.count("\r\n") > 0)


@pytest.mark.parametrize(
    "before", ["{owner: x}\n", "owner: x\n...\n", "owner: [x\n", "nonsense: 1\n", "- a\n", "\ufeffowner: x\n"]
)
def test_a_file_that_cannot_be_added_to_is_left_alone_and_told(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run], before: str
) -> None:
    space.author("api", before)
    old("api", FLAT)
    assert adopt().exit == 1
    assert space.path("manifests_src/api.yaml").read_text() == before
    assert "AG231" in codes(report(space), "api")
    line = of_module(report(space), "api")
    assert (line["standing"], line["pointers"], line["not_carried"]) == ("blocked", 4, 4)


def test_where_only_the_further_values_cannot_be_added_the_facts_still_are(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    space.author("api", "annotations: {a: 1}\n")
    old("api", FLAT)
    assert adopt().exit == 0
    assert authored(space, "api") == {
        "annotations": {"a": 1}, "owner": "@old", "tier": "T2_important", "lane": "labs",
    }  # fmt: skip
    assert codes(report(space), "api") == ["AG232"]
    assert [each["pointer"] for each in of_module(report(space), "api")["lost"]] == ["/extra"]


def test_adopting_twice_changes_no_byte(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    space.author("core/types", "lane: production\n")
    for module in ("api", "core/types", "memory/fold"):
        old(module, FLAT)
    adopt()
    before = space.snapshot(), {path: path.read_bytes() for path in space.path("manifests_src").rglob("*.yaml")}
    run = adopt()
    after = space.snapshot(), {path: path.read_bytes() for path in space.path("manifests_src").rglob("*.yaml")}
    assert after == before
    assert (run.exit, run.files, run.written) == (0, [], [])
    assert "0 authored files written" in run.out


def test_the_old_tree_is_generation_0_with_its_bytes(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    from astrograph.engine.session import Session

    old("api", FLAT)
    old("core/types", b"broken")
    old("gone/away", FLAT)
    assert adopt("--by", "tester").exit == 1
    with Session.open(str(space.root)) as session:
        generation = session.generations.current()
        assert generation is not None
        assert (generation.number, generation.kind.value, generation.by) == (0, "adopted", "tester")
        entries = session.generations.entries(0)
        assert [(entry.module, entry.owner, entry.tier, entry.lane) for entry in entries.values()] == [
            ("api", "@old", "T2_important", "labs"),
            ("core/types", None, None, None),
            ("gone/away", None, None, None),
        ]
        kept = dict(session.generations.manifests(0, entries))
    assert {str(module): data for module, data in kept.items()} == {
        module: space.path(f"old/{module}/module.manifest.json").read_bytes() for module in entries
    }


def test_a_changed_old_tree_is_adopted_anew_while_nothing_was_published(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    from astrograph.engine.session import Session

    old("api", FLAT)
    adopt()
    old("core/types", FLAT)
    adopt()
    with Session.open(str(space.root)) as session:
        assert list(session.generations.entries(0)) == ["api", "core/types"]


def test_once_something_was_published_the_baseline_stays(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    from astrograph.engine.session import Session
    from astrograph.model.generation import GenerationKind

    with Session.open(str(space.root)) as session:
        session.lock()
        session.generations.seal(
            parent=None, kind=GenerationKind.EMPTY, created="2026-01-01T00:00:00+00:00", by="t", reason="t",
            entries=[], manifests=[],
        )  # fmt: skip
        session.generations.switch(0)
    old("api", FLAT)
    assert adopt().exit == 0
    assert codes(report(space)) == ["AG233"]
    assert authored(space, "api")["owner"] == "@old"


def test_parity_holds_for_every_adopted_module_and_fails_when_an_owner_is_lost(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    for module in ("api", "core/types", "memory/fold"):
        old(module, FLAT)
    adopt()
    assert space.run("validate").exit == 0
    assert (space.gate("parity")["verdict"], space.gate("parity")["compared"]) == ("pass", 3)


def test_violations_the_adopted_state_has_become_known_once(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    ratchet = space.path("rules/known_violations.yaml")
    old("api", {"tier": "T1_critical", "owner": "@a", "contracts": ["nowhere@v1"]})
    old("core/types", FLAT)
    adopt("--no-ratchet")
    assert not ratchet.exists()
    adopt()
    assert [line.strip() for line in ratchet.read_text().splitlines() if "code:" in line] == [
        "- code: AG301",
        "- code: AG303",
    ]
    assert 'reason: "adopted from old"' in ratchet.read_text()
    assert space.run("validate").exit == 0
    before = ratchet.read_bytes()
    old("memory/fold", {"tier": "T1_critical", "owner": "@a"})
    adopt()
    assert ratchet.read_bytes() == before
    assert space.run("validate").exit == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_adoption_is_finished_by_the_next_one(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    for module in ("api", "core/types", "memory/fold"):
        old(module, {**FLAT, "tier": "T1_critical"})
    words = ("adopt", "--from", str(space.path("old")))
    kills = 0
    while space.run_killed(*words, before=kills % 12):
        kills += 1
        assert kills < 200
    twin = space.twin(space.root.parent / "twin")
    for path in ("manifests_src", "rules/known_violations.yaml"):
        twin.delete(path)
    assert (kills > 5, adopt().exit, twin.run("adopt", "--from", str(twin.path("old"))).exit) == (True, 0, 0)
    for path in ("build/audit/adoption_report.json", "rules/known_violations.yaml", "manifests_src/api.yaml"):
        assert space.path(path).read_bytes() == twin.path(path).read_bytes()
    assert [space.manifest(module) for module in ("api", "memory/fold")] == [
        twin.manifest(module) for module in ("api", "memory/fold")
    ]


@pytest.mark.parametrize("before", [None, "lane: production\n"])
def test_a_file_saved_while_the_adoption_runs_is_left_as_it_was_saved(
    space: Workspace,
    old: Callable[..., str],
    adopt: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
    before: str | None,
) -> None:
    if before is not None:
        space.author("api", before)
    old("api", FLAT)
    old("core/types", FLAT)
    write = Adopter.write

    def late(adopter: Adopter, adoption: Adoption) -> int:
        space.author("api", "lane: production  # saved by a person\n")
        return write(adopter, adoption)

    monkeypatch.setattr(Adopter, "write", late)
    run = adopt()

    assert run.exit == 1
    assert space.path("manifests_src/api.yaml").read_text() == "lane: production  # saved by a person\n"
    (told,) = [found for found in report(space)["findings"] if found["code"] == "AG231"]
    assert told["message"] == "manifests_src/api.yaml was left alone: it was changed while the adoption ran"
    assert (of_module(report(space), "core/types")["not_carried"], authored(space, "core/types")["lane"]) == (0, "labs")

    monkeypatch.undo()
    assert adopt().exit == 0
    assert authored(space, "api")["lane"] == "production"


def test_a_read_only_file_is_left_alone(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    space.author("api", "lane: labs\n").chmod(0o444)
    old("api", FLAT)

    assert adopt().exit == 1
    assert space.path("manifests_src/api.yaml").read_text() == "lane: labs\n"
    (told,) = report(space)["findings"]
    assert (told["code"], told["message"]) == ("AG231", "manifests_src/api.yaml was left alone: it is read-only")

"""What a plan rests on: digests that see every byte, whoever reads them, and words for what moved."""

from __future__ import annotations

import os
import sys
import time

import pytest
from support.workspace import Workspace

from astrograph.engine.planning import inputs as plan_inputs
from astrograph.engine.planning import source_digests
from astrograph.engine.planning.inputs import Reading, differences
from astrograph.engine.session import Session
from astrograph.model.digests import Sha256
from astrograph.model.ids import ModuleId

ONE, TWO = Sha256("1" * 64), Sha256("2" * 64)


def inputs(ws: Workspace) -> Reading:
    with Session.open(str(ws.root)) as session:
        return plan_inputs.read_inputs(session)


# ── source ────────────────────────────────────────────────────────────────────


def test_every_byte_and_every_name_of_a_source_file_counts(built):
    before = inputs(built)
    seen = [before.inputs["source/core"]]
    for act in (
        lambda: built.package("core/types", "KEY = 2\n"),
        lambda: built.package("core/types", "KEY = 1\n", more=""),
        lambda: built.rename("src/core/types/more.py", "src/core/types/less.py"),
        lambda: built.write("src/core/types/test_types.py", ""),
    ):
        act()
        after = inputs(built)
        assert after.moved == ("core/types",)
        assert {name for name in after.inputs if after.inputs[name] != before.inputs[name]} == {"source/core"}
        seen.append(after.inputs["source/core"])
    assert len(set(seen)) == len(seen)


def test_what_is_built_of_the_very_bytes_has_not_moved(built):
    assert inputs(built).moved == ()
    built.touch("src/core/types/__init__.py")
    assert inputs(built).moved == ()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_any_number_of_processes_gives_the_same_digests(built, monkeypatch):
    for name in ("bio/cell", "dream/scene", "vision/eye"):
        built.package(name, f"NAME = {name!r}\n")
    monkeypatch.setattr(source_digests, "FORK_FROM_PACKAGES", 0)
    with Session.open(str(built.root)) as session:
        found = [source_digests.digest_sources(session.survey, workers=workers) for workers in (1, 2, 3, 50)]
    assert found[0] == found[1] == found[2] == found[3]
    assert list(found[0].strata) == ["bio", "core", "dream", "memory", "vision"]
    assert found[0].moved == ("bio/cell", "dream/scene", "vision/eye")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_what_a_process_that_died_should_have_read_is_read_here(built, monkeypatch):
    monkeypatch.setattr(source_digests, "FORK_FROM_PACKAGES", 0)
    parent, digest = os.getpid(), source_digests._of_stratum

    def dying(survey, modules):
        if os.getpid() != parent:
            os._exit(9)
        return digest(survey, modules)

    with Session.open(str(built.root)) as session:
        expected = source_digests.digest_sources(session.survey, workers=1)
        monkeypatch.setattr(source_digests, "_of_stratum", dying)
        assert source_digests.digest_sources(session.survey, workers=2) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
def test_reading_that_is_interrupted_leaves_no_process(built, monkeypatch):
    monkeypatch.setattr(source_digests, "FORK_FROM_PACKAGES", 0)
    parent = os.getpid()

    def interrupted(_survey, _modules):
        if os.getpid() == parent:
            raise KeyboardInterrupt
        time.sleep(60)

    monkeypatch.setattr(source_digests, "_of_stratum", interrupted)
    with Session.open(str(built.root)) as session, pytest.raises(KeyboardInterrupt):
        source_digests.digest_sources(session.survey, workers=2)

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# ── the rest ──────────────────────────────────────────────────────────────────


def test_where_one_file_ends_and_the_next_begins_counts(built):
    built.write("contracts/a", "bc")
    one = inputs(built).inputs["contracts"]
    built.delete("contracts/a")
    built.write("contracts/ab", "c")
    assert inputs(built).inputs["contracts"] != one


def test_a_link_among_the_contracts_is_its_target_and_is_not_followed(built):
    built.write("contracts/a.json", "{}")
    built.path("contracts/b.json").symlink_to("a.json")
    one = inputs(built).inputs["contracts"]
    built.path("contracts/b.json").unlink()
    built.path("contracts/b.json").symlink_to("/etc/hostname")
    assert inputs(built).inputs["contracts"] != one


def test_where_the_workspace_lies_is_no_input(built, tmp_path):
    assert inputs(built.twin(tmp_path / "twin")).inputs == inputs(built).inputs


# ── in words ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"authored": ONE}, {"authored": ONE}, []),
        ({"authored": ONE}, {"authored": TWO}, ["authored facts changed"]),
        ({}, {"contracts": ONE}, ["contracts are new"]),
        ({"codeowners": ONE}, {}, ["the CODEOWNERS file was removed"]),
        ({"policy/rules/a.json": ONE}, {"policy/rules/a.json": TWO}, ["rules/a.json changed"]),
        ({"engines": ONE}, {"engines": TWO}, ["this program or an engine it uses changed"]),
        ({"settings": ONE}, {"settings": TWO}, ["[tool.astrograph] in pyproject.toml changed"]),
        (
            {"source/a": ONE, "authored": ONE},
            {"source/a": TWO, "authored": TWO},
            ["authored facts changed", "source changed in the stratum a (1 module: a/b)"],
        ),
        (
            {f"source/{name}": ONE for name in "abcde"},
            {f"source/{name}": TWO for name in "abcde"},
            ["source changed in 5 strata: a, b, c, … (1 module: a/b)"],
        ),
    ],
)
def test_what_moved_is_told_by_name(before, after, words):
    moved = (ModuleId("a/b"),) if any(name.startswith("source/") for name in after) else ()
    assert differences(before, Reading(after, moved)) == words

"""`doit publish`: refusals in their order, all or nothing, the sample alone, a folder that git tracks (SPEC 10)."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from planned import approved, planned
from support import Workspace
from support.runs import DOIT, environ
from trees import NAME

from astrograph.engine.session import Session
from astrograph.errors import StorageError
from astrograph.model.generation import GenerationKind
from astrograph.store.generations import Generations


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """Five packages of two strata, one of them promoted."""
    ws = Workspace.make(tmp_path / "ws")
    ws.author("_defaults", "owner: '@all'\ntier: T3_standard\n")
    ws.author("memory/_defaults", "node: memory\n")
    for module in ("core/types", "core/storage", "core/text", "memory/fold", "memory/recall"):
        ws.package(module)
    return ws


def generations_of(ws: Workspace) -> Generations:
    with Session.open(str(ws.root)) as session:
        return session.generations


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def published(ws: Workspace, folder: str = "build/published") -> dict[str, bytes]:
    return files_below(ws.path(folder))


def staged(ws: Workspace) -> dict[str, bytes]:
    return files_below(ws.path("build/manifests"))


def publish(ws: Workspace, *words: str) -> Any:
    """Plan, approve and publish; gives back what the command said as JSON."""
    approved(ws)
    run = ws.run("publish", "--yes", "--by", "Bob", "--json", *words)
    assert run.exit == 0, run.out + run.err
    return json.loads(run.out)


# all of it


def test_the_approved_plan_becomes_what_people_read(ws: Workspace) -> None:
    said = publish(ws)

    assert published(ws) == staged(ws)
    assert len(published(ws)) == 5
    assert (said["published"], said["switch"]["to"], said["switch"]["added"]) == (True, 1, 5)
    generations = generations_of(ws)
    made = generations.get(1)
    assert (made.kind, made.parent, made.by, made.modules) == (GenerationKind.FULL, 0, "Bob", 5)
    assert generations.get(0).kind is GenerationKind.EMPTY
    assert (generations.known_good(), generations.problems(1)) == (1, [])


def test_a_generation_keeps_the_plan_and_the_approval_it_was_published_with(ws: Workspace) -> None:
    approved(ws)
    plan, approval = ws.path("build/plan.json").read_bytes(), ws.path("build/approval.json").read_bytes()
    assert ws.run("publish", "--yes").exit == 0

    generations = generations_of(ws)
    made = generations.get(1)
    assert generations.attachment(1, "plan.json") == plan
    assert generations.attachment(1, "approval.json") == approval
    assert [item.generation for item in generations.approvals()] == [1]
    assert {path for path, _ in made.policy} >= {"rules/star_rules.json", "rules/pins.json"}


def test_the_next_publication_replaces_adds_and_removes(ws: Workspace) -> None:
    publish(ws)
    ws.author("core/text", "owner: '@text'\n")
    ws.package("core/new")
    ws.delete("src/memory/recall")
    said = publish(ws)

    assert published(ws) == staged(ws)
    switch = said["switch"]
    assert (switch["from"], switch["to"], switch["added"], switch["changed"], switch["removed"]) == (1, 2, 1, 1, 1)
    assert generations_of(ws).get(2).parent == 1


def test_everything_passes_after_a_publication_and_an_edit_in_the_folder_is_drift(ws: Workspace) -> None:
    publish(ws)
    run = ws.run("validate")
    assert (run.exit, ws.gate("drift")["verdict"], ws.gate("rollback")["verdict"]) == (0, "pass", "pass")

    ws.write(f"build/published/core/text/{NAME}", b"{}\n")
    assert ws.run("validate").exit == 1
    assert ws.gate("drift")["verdict"] == "fail"


def test_each_publication_adds_a_line_to_the_trend(ws: Workspace) -> None:
    publish(ws)
    ws.package("core/new")
    publish(ws)

    lines = [json.loads(line) for line in ws.path("build/generations/trend.jsonl").read_text().splitlines()]
    told = [(line["number"], line["parent"], line["kind"], line["modules"], line["added"]) for line in lines]
    assert told == [(1, 0, "full", 5, 5), (2, 1, "full", 6, 1)]
    assert lines[0]["stars"] == {"Supporting": 3, "Trail": 2}
    assert (lines[0]["promotions"], lines[0]["coverage"], lines[0]["gates_failing"]) == (2, 5, 0)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(ws: Workspace) -> None:
    approved(ws)
    run = ws.run("publish", "--dry-run")

    assert run.exit == 0
    assert "generation 1, over 0: everything staged" in run.out
    assert "5 added, 0 changed, 0 removed" in run.out
    assert not ws.path("build/published").exists()
    assert generations_of(ws).numbers() == []
    assert ws.run("publish", "--yes").exit == 0, "the approval is still good"


# refusals


def test_without_a_plan_an_approval_or_a_word_nothing_happens(ws: Workspace) -> None:
    told = []
    for prepare in (lambda: None, lambda: planned(ws), lambda: approved(ws)):
        prepare()
        run = ws.run("publish")
        told.append((run.exit, run.err.splitlines()[0]))

    assert told == [
        (4, "error: there is no plan"),
        (4, "error: nobody approved the plan"),
        (4, "error: nobody is there to confirm the publication"),
    ]
    assert not ws.path("build/published").exists()


def test_one_approval_serves_one_publication_even_after_going_back(ws: Workspace) -> None:
    publish(ws)
    again = ws.run("publish", "--yes")
    assert ws.run("rollback").exit == 0
    after_rollback = ws.run("publish", "--yes")

    assert (again.exit, after_rollback.exit) == (4, 4)
    assert generations_of(ws).numbers() == [0, 1]
    assert published(ws) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda ws: ws.package("core/types", "KEY = 2\n"),
        lambda ws: ws.author("core/types", "owner: '@else'\n"),
        lambda ws: ws.append("build/approval.json", b" "),
        lambda ws: ws.append("build/plan.json", b" "),
        lambda ws: ws.write(f"build/manifests/core/types/{NAME}", b"{}\n"),
    ],
    ids=["source", "authored", "approval", "plan", "staged"],
)
def test_whatever_moves_after_the_approval_stops_it(ws: Workspace, change: Callable[[Workspace], object]) -> None:
    approved(ws)
    change(ws)

    assert ws.run("publish", "--yes").exit == 4
    assert not ws.path("build/published").exists()


def test_a_failing_gate_stops_it_and_is_named(ws: Workspace) -> None:
    publish(ws)
    ws.author("core/text", "owner: '@text'\n")
    approved(ws)
    ws.write(f"build/published/core/types/{NAME}", b"{}\n")
    before = published(ws)

    run = ws.run("publish", "--yes")

    assert run.exit == 1
    assert "Nothing was published: a gate fails (drift)." in run.out
    assert published(ws) == before


def test_a_folder_with_other_files_is_refused_before_anything_is_sealed(ws: Workspace) -> None:
    ws.write("build/published/README.md", b"mine")
    approved(ws)

    run = ws.run("publish", "--yes")

    assert (run.exit, "publish_to holds files that are no manifests" in run.err) == (3, True)
    assert published(ws) == {"README.md": b"mine"}
    assert generations_of(ws).numbers() == []


@pytest.mark.parametrize("words", [("now",), ("--dry-run", "x")])
def test_words_are_a_usage_error(ws: Workspace, words: tuple[str, ...]) -> None:
    assert ws.run("publish", *words).exit == 3


def test_a_manifest_that_changes_at_the_last_moment_stops_it(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(ws)
    sealing = Generations.seal

    def meddling(self: Generations, **named: Any) -> Any:
        if named["kind"] is GenerationKind.FULL:
            ws.write(f"build/manifests/core/types/{NAME}", b"{}\n")
        return sealing(self, **named)

    monkeypatch.setattr(Generations, "seal", meddling)
    run = ws.run("publish", "--yes")

    assert (run.exit, "a manifest is not the one that was approved" in run.err) == (4, True)
    assert not ws.path("build/published").exists()
    assert sorted(path.name for path in ws.path("build/generations").iterdir()) == ["approvals.jsonl", "clone"]


def test_what_cannot_be_pruned_is_no_failure(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    approved(ws)

    def refusing(self: Generations, *, keep: int) -> list[int]:
        raise StorageError("no")

    monkeypatch.setattr(Generations, "prune", refusing)

    assert ws.run("publish", "--yes").exit == 0


# the second human gate


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made otherwise there")
@pytest.mark.parametrize(("answer", "code"), [(b"yes\n", 0), (b"no\n", 4), (b"\n", 4), (b"\x04", 4), (b"\x03", 130)])
def test_a_person_at_a_terminal_is_asked(ws: Workspace, answer: bytes, code: int) -> None:
    approved(ws)

    exit_code, shown = at_a_terminal(ws.root, [*DOIT, "publish"], answer=answer, after=b"Type yes: ")

    assert exit_code == code, shown
    assert b"5 added, 0 changed, 0 removed" in shown
    assert b"Traceback" not in shown
    assert bool(published(ws)) == (code == 0)


def at_a_terminal(folder: Path, command: list[str], *, answer: bytes, after: bytes) -> tuple[int, bytes]:
    """Run a command on a terminal of its own and type `answer` once it shows `after`."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(command[0], command, environ())
    shown = b""
    typed = False
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if after in shown and not typed:
            os.write(terminal, answer)
            typed = True
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


# the sample alone


def test_the_canary_alone_goes_over_what_is_published(ws: Workspace) -> None:
    publish(ws)
    before = published(ws)
    ws.author("_defaults", "owner: '@new'\ntier: T3_standard\n")
    said = publish(ws, "--canary-only")

    sample = ws.path("build/audit/canary_list.txt").read_text().split()
    assert 0 < len(sample) < 5
    after = published(ws)
    assert {path.removesuffix(f"/{NAME}") for path in after if after[path] != before[path]} == set(sample)
    assert {path: after[path] for path in after if after[path] != before[path]}.items() <= staged(ws).items()
    generations = generations_of(ws)
    assert (generations.get(2).kind, generations.known_good()) == (GenerationKind.CANARY, 1)
    assert (said["switch"]["changed"], said["proposal"]["canary_only"]) == (len(sample), True)

    publish(ws)
    assert published(ws) == staged(ws)
    assert generations_of(ws).known_good() == 3


def test_a_module_of_the_canary_that_is_gone_goes(ws: Workspace) -> None:
    publish(ws)
    ws.delete("src/memory/recall")
    publish(ws, "--canary-only")

    assert f"memory/recall/{NAME}" not in published(ws)
    assert len(published(ws)) == 4


# a tree that stood there


def test_a_tree_that_stood_there_is_generation_0_and_can_come_back(ws: Workspace) -> None:
    ws.write(f"build/published/core/types/{NAME}", b'{"module": {"owner": "@old"}}\n')
    ws.write(f"build/published/gone/away/{NAME}", b"not even JSON")
    before = published(ws)
    publish(ws)

    generations = generations_of(ws)
    assert generations.get(0).kind is GenerationKind.FOUND
    assert {module: entry.owner for module, entry in generations.entries(0).items()} == {
        "core/types": "@old",
        "gone/away": None,
    }
    assert published(ws) == staged(ws)
    assert ws.run("rollback").exit == 0
    assert published(ws) == before


# a folder that git tracks


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_a_tracked_folder_shows_its_changes_to_git_and_nothing_else(ws: Workspace) -> None:
    ws.settings('publish_to = "manifests"')
    ws.write(".gitignore", "/build/\n")
    ws.write("manifests/.gitattributes", "* -text\n")
    git(ws.root, "init", "-q")
    publish(ws)
    assert published(ws, "manifests") == {".gitattributes": b"* -text\n", **staged(ws)}
    git(ws.root, "add", "-A")
    git(ws.root, "commit", "-qm", "published")
    assert git(ws.root, "status", "--porcelain") == ""

    ws.author("core/text", "owner: '@text'\n")
    ws.package("core/new")
    ws.delete("src/memory/recall")
    publish(ws)
    assert git(ws.root, "status", "--porcelain", "--untracked-files=all", "manifests").splitlines() == [
        f" M manifests/core/text/{NAME}",
        f" D manifests/memory/recall/{NAME}",
        f"?? manifests/core/new/{NAME}",
    ]
    assert ws.run("rollback").exit == 0
    assert git(ws.root, "status", "--porcelain", "manifests") == ""


# interrupted


def test_every_command_that_builds_mends_what_an_interrupted_publication_left(ws: Workspace) -> None:
    publish(ws)
    ws.package("core/new")
    for words in (("run",), ("validate",), ("plan",), ("rollback", "1")):
        approved(ws)
        done = ws.doit("publish", "--yes", environment={"ASTROGRAPH_FAULT": "exchange:kill"})
        assert done.returncode == -9

        run = ws.run(*words)

        assert "note: an interrupted publication was undone: generation 1 is still published" in run.err
        assert run.exit == 0, run.out + run.err
        assert not ws.path("build/generations/journal.json").exists()


def test_a_second_publication_waits_for_nobody(ws: Workspace) -> None:
    approved(ws)
    with Session.open(str(ws.root)) as session:
        session.lock()
        run = ws.doit("publish", "--yes")

    assert (run.returncode, "another run holds this workspace" in run.stderr) == (3, True)


# keeping


def test_old_generations_go_by_the_setting(ws: Workspace) -> None:
    ws.settings("keep_generations = 2")
    for turn in range(4):
        ws.package("core/types", f"KEY_{turn} = 1\n")
        said = publish(ws)

    assert said["pruned"] == [2]
    assert generations_of(ws).numbers() == [0, 3, 4]

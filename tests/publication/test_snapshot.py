"""`doit snapshot`: a git worktree at HEAD and a copy of what is published; a clear word where git cannot (SPEC 10)."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support import Workspace
from trees import NAME, as_files, generations_at, publish, published, tree_of

from astrograph.formats.generation_text import lines_digest
from astrograph.model.digests import sha256

TREE = tree_of("core", "core/types", "memory/fold")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """A workspace with a published tree; no repository yet."""
    ws = Workspace.make(tmp_path / "repository")
    ws.write(".gitignore", "/build/\n")
    publish(generations_at(ws.root), TREE)
    return ws


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always")
    return subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def committed(ws: Workspace) -> str:
    git(ws.root, "init", "-q", "-b", "trunk")
    git(ws.root, "add", "-A")
    git(ws.root, "commit", "-qm", "all")
    return git(ws.root, "rev-parse", "HEAD").strip()


def taken(ws: Workspace, *words: str) -> Any:
    run = ws.run("snapshot", "--json", *words)
    assert run.exit == 0, run.err
    return json.loads(run.out)


def files_below(folder: str | Path) -> dict[str, bytes]:
    top = Path(folder)
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_it_keeps_the_repository_and_the_published_tree(ws: Workspace, tmp_path: Path) -> None:
    commit = committed(ws)

    said = taken(ws)

    worktree, copy = Path(said["worktree"]), Path(said["copy"])
    assert worktree.parent == tmp_path
    assert re.fullmatch(r"repository-snapshot-\d{8}-\d{6}", worktree.name)
    assert copy.parent == ws.path("build/snapshots")
    assert git(worktree, "rev-parse", "HEAD").strip() == commit
    assert (worktree / "pyproject.toml").read_bytes() == ws.path("pyproject.toml").read_bytes()
    assert files_below(copy / "published") == as_files(TREE)
    assert git(ws.root, "status", "--porcelain") == ""


def test_the_metadata_says_when_how_many_which_commit_and_which_branch(ws: Workspace) -> None:
    commit = committed(ws)
    ws.write("notes.txt", "uncommitted")

    said = taken(ws)

    metadata = json.loads(Path(said["copy"], "metadata.json").read_bytes())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", metadata.pop("time"))
    assert metadata == {
        "schema": "astrograph.snapshot-metadata/1",
        "count": 3,
        "commit": commit,
        "branch": "trunk",
        "uncommitted": 1,
        "generation": 1,
        "tree": lines_digest((module, sha256(data)) for module, data in TREE.items()),
        "as_published": True,
    }


def test_what_was_edited_by_hand_is_copied_as_it_is_and_said_so(ws: Workspace) -> None:
    ws.write(f"build/published/core/{NAME}", b"edited")

    said = taken(ws, "--no-git")

    assert Path(said["copy"], "published/core", NAME).read_bytes() == b"edited"
    assert json.loads(Path(said["copy"], "metadata.json").read_bytes())["as_published"] is False


def test_both_go_where_they_are_told(ws: Workspace, tmp_path: Path) -> None:
    committed(ws)

    said = taken(ws, "--to", str(tmp_path / "safe"))

    assert {Path(said["worktree"]).parent, Path(said["copy"]).parent} == {tmp_path / "safe"}


def test_a_detached_head_has_no_branch(ws: Workspace) -> None:
    commit = committed(ws)
    git(ws.root, "checkout", "-q", "--detach")

    said = taken(ws)

    assert (said["commit"], said["branch"]) == (commit, "")


def test_without_anything_published_the_worktree_alone_is_kept(tmp_path: Path) -> None:
    ws = Workspace.make(tmp_path / "repository")
    committed(ws)

    run = ws.run("snapshot")

    assert (run.exit, "copy      none: nothing is published" in run.out) == (0, True)


def refused(ws: Workspace, reason: str, **environment: str) -> None:
    done = ws.doit("snapshot", environment=environment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"git cannot make a snapshot: {reason}" in done.stderr
    assert "doit snapshot --no-git" in done.stderr
    assert not ws.path("build/snapshots").exists() or not list(ws.path("build/snapshots").iterdir())
    assert published(generations_at(ws.root)) == as_files(TREE)


def test_no_git_no_repository_and_no_commit_are_told_apart(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(ws, "git is not installed", PATH=str(tmp_path / "empty"))
    refused(ws, "this is not a git repository", GIT_CEILING_DIRECTORIES=str(tmp_path))
    git(ws.root, "init", "-q")
    refused(ws, "the repository has no commit yet")
    assert taken(ws, "--no-git")["worktree"] == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives folders away")
def test_a_repository_of_another_owner_is_refused_with_all_that_git_says(ws: Workspace) -> None:
    committed(ws)
    os.chown(ws.root, 4242, 4242)
    done = ws.doit("snapshot")

    assert (done.returncode, "not a git repository" in done.stderr) == (2, False)
    assert "git: fatal: detected dubious ownership in repository" in done.stderr
    assert f"git: git config --global --add safe.directory {ws.root}" in done.stderr


def test_a_submodule_with_changes_is_refused(ws: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "file").write_text("one")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "one")
    committed(ws)
    git(ws.root, "submodule", "--quiet", "add", str(other), "vendor")
    git(ws.root, "commit", "-qm", "vendor")
    assert taken(ws)["worktree"]
    ws.delete("build/snapshots")
    ws.write("vendor/file", "two")

    refused(ws, "a submodule has changes that no worktree would hold")


def test_a_place_that_cannot_be_written_is_told_and_leaves_nothing(ws: Workspace, tmp_path: Path) -> None:
    committed(ws)
    (tmp_path / "file").write_text("")

    run = ws.run("snapshot", "--to", str(tmp_path / "file"))

    assert (run.exit, run.err.count("fix: ")) == (2, 1)
    assert git(ws.root, "worktree", "list").count("\n") == 1


def test_with_nothing_published_and_without_git_there_is_nothing_to_keep(tmp_path: Path) -> None:
    run = Workspace.make(tmp_path / "ws").run("snapshot", "--no-git")

    assert (run.exit, "there is nothing to keep" in run.err) == (3, True)

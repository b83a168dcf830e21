"""Snapshots: a coarse safety beside the generations: a git worktree at HEAD, and a dated copy of what is published."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass

from astrograph.engine.session import Session
from astrograph.errors import AstrographError, StorageError, UsageError
from astrograph.formats.canonical_json import encode
from astrograph.formats.generation_text import lines_digest
from astrograph.model import limits
from astrograph.model.digests import sha256
from astrograph.model.generation import Generation
from astrograph.model.ids import ModuleId
from astrograph.store.durable import make_folder_durably
from astrograph.store.files import read, storage_error, write_atomically
from astrograph.store.layout import MANIFEST_NAME
from astrograph.store.trees import remove_tree

METADATA = "metadata.json"
TREE = "published"

_SECONDS = 600
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_MISLEADING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
_NO_REPOSITORY = "this is not a git repository"
_WITHOUT_GIT = "make git work here, or keep a copy of the published tree alone: doit snapshot --no-git"


@dataclass(frozen=True, slots=True)
class Commit:
    """Where a repository stands: its top folder, the commit, its branch (`""` when detached), uncommitted changes."""

    top: str
    commit: str
    branch: str
    uncommitted: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was kept: absolute folders of the worktree and of the copy, `""` for what was not made."""

    stamp: str
    worktree: str
    copy: str
    commit: Commit | None
    generation: Generation | None
    modules: int


def take_snapshot(session: Session, *, at: str, stamp: str, to: str | None, with_git: bool) -> Snapshot:
    """Keep the repository at HEAD and the published tree, in folders named by `stamp`; `at` is UTC, ISO 8601.

    `to` is an absolute folder to put both in, instead of beside the repository and `build/snapshots/`. The lock is
    held. Raises UsageError where there is nothing to keep, AstrographError where git cannot, StorageError; what was
    made until then is taken away again.
    """
    if to is not None:
        _check_outside(session, to)
    generations = session.generations
    generation = generations.current()
    found = generations.found().manifests
    if not found and not with_git:
        raise UsageError("there is nothing to keep: nothing is published", hint="doit snapshot without --no-git")
    commit = _look_at_git(session.workspace.root) if with_git else None
    copy = f"{to or session.layout.absolute(session.layout.snapshots)}/{stamp}" if found else ""
    worktree = _worktree_of(commit, to, stamp)
    _check_free(copy, worktree)
    try:
        if copy:
            _copy(session, copy, found, generation=generation, commit=commit, at=at)
        if commit is not None:
            _add_worktree(commit, worktree)
    except BaseException as error:
        if copy:
            with suppress(OSError):
                remove_tree(copy)
        if isinstance(error, OSError):
            raise storage_error(error, copy or worktree) from error
        raise
    return Snapshot(stamp, worktree, copy, commit, generation, len(found))


def _check_outside(session: Session, to: str) -> None:
    """Refuse a folder whose files are read, published or written for other purposes; raises UsageError."""
    space = session.workspace
    for name in (*space.source_roots, space.authored, space.contracts, session.layout.published):
        taken = os.path.realpath(session.layout.absolute(name))
        if name != "." and f"{os.path.realpath(to)}/".startswith(f"{taken}/"):
            raise UsageError(
                "a snapshot must not lie where files are read or published",
                fields=(("--to", to), ("inside", name)),
                hint="give a folder outside, such as one beside the repository",
            )


def _worktree_of(commit: Commit | None, to: str | None, stamp: str) -> str:
    if commit is None:
        return ""
    return f"{to or os.path.dirname(commit.top)}/{os.path.basename(commit.top)}-snapshot-{stamp}"


def _check_free(*folders: str) -> None:
    for folder in folders:
        if folder and os.path.lexists(folder):
            raise UsageError("that snapshot exists already", fields=(("folder", folder),), hint="wait a second")


# the copy


def _copy(
    session: Session,
    folder: str,
    found: dict[ModuleId, str],
    *,
    generation: Generation | None,
    commit: Commit | None,
    at: str,
) -> None:
    """Copy the published manifests, read each once, and write down what they are; the metadata comes last."""
    published = session.generations.published
    make_folder_durably(folder)
    digests: dict[str, str] = {}
    for module, path in found.items():
        data = read(f"{published}/{path}", limits.OUTPUT)
        target = f"{folder}/{TREE}/{module}/{MANIFEST_NAME}"
        write_atomically(target, data)
        digests[module] = sha256(data)
    differences = session.generations.published_differences()
    document = {
        "schema": "astrograph.snapshot-metadata/1",
        "time": at,
        "count": len(found),
        "commit": "" if commit is None else commit.commit,
        "branch": "" if commit is None else commit.branch,
        "uncommitted": 0 if commit is None else commit.uncommitted,
        "generation": None if generation is None else generation.number,
        "tree": lines_digest(digests.items()),
        "as_published": not differences if generation is not None else None,
    }
    write_atomically(f"{folder}/{METADATA}", encode(document), durable=True)


# git


def _look_at_git(root: str) -> Commit:
    if shutil.which("git") is None:
        raise _git_cannot("git is not installed", root)
    top = _git(root, "rev-parse", "--show-toplevel", refusal="git refuses this repository").rstrip("\n")
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", refusal="the repository has no commit yet")
    branch = _run(root, "symbolic-ref", "--short", "--quiet", "HEAD").stdout.strip()
    state = _git(root, "status", "--porcelain=v2", "-z", "--ignore-submodules=none", refusal="git status fails")
    changes = [item for item in state.split("\0") if item[:2] in {"1 ", "2 ", "u ", "? "}]
    dirty = [item for item in changes if _is_dirty_submodule(item)]
    if dirty:
        path = dirty[0].split(" ", 8)[-1]
        raise _git_cannot("a submodule has changes that no worktree would hold", root, (("submodule", path),))
    return Commit(top, commit.strip(), branch, len(changes))


def _is_dirty_submodule(item: str) -> bool:
    """Whether a line of porcelain v2 tells of a submodule that is not what HEAD says (`1 .M SC..` and the like)."""
    fields = item.split(" ")
    return fields[0] in {"1", "2", "u"} and len(fields) > 2 and fields[2].startswith("S")  # noqa: PLR2004


def _add_worktree(commit: Commit, folder: str) -> None:
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    try:
        _git(
            commit.top, "worktree", "add", "--detach", "--quiet", folder, commit.commit, refusal="git adds no worktree"
        )
    except AstrographError:
        with suppress(OSError):
            remove_tree(folder)
        with suppress(OSError, subprocess.SubprocessError):
            _run(commit.top, "worktree", "prune")
        raise


def _git(folder: str, *words: str, refusal: str) -> str:
    try:
        done = _run(folder, *words)
    except (OSError, subprocess.SubprocessError) as error:
        raise _git_cannot(refusal, folder, (("reason", str(error)),)) from None
    if done.returncode != 0:
        reason = _NO_REPOSITORY if "not a git repository" in done.stderr else refusal
        lines = [line.strip() for line in done.stderr.splitlines()]
        raise _git_cannot(reason, folder, tuple(("git", line) for line in lines if line))
    return done.stdout


def _run(folder: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return subprocess.run(
        ["git", "-C", folder, *words],
        env={**environment, **_ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=_SECONDS,
        check=False,
    )


def _git_cannot(reason: str, folder: str, fields: tuple[tuple[str, str], ...] = ()) -> StorageError:
    return StorageError(
        f"git cannot make a snapshot: {reason}", fields=(("folder", folder), *fields), hint=_WITHOUT_GIT
    )

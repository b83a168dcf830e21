"""A build folder that was copied, restored or checked out: facts are reused, verdicts are judged again."""

import json
import marshal
import shutil
import subprocess
from pathlib import Path

import pytest
from support import Workspace

from astrograph.gates.registry import Gate
from astrograph.model.digests import fingerprint
from astrograph.store.state import State, Table
from astrograph.store.traces import NodeTrace


def state_of(ws: Workspace) -> State:
    state = State(str(ws.state_file))
    state.own()
    return state


def forge(ws: Workspace, name: str) -> None:
    """Make the result of a gate a pass, and its trace agree."""
    said = ws.gate(name)
    said["verdict"], said["findings"] = "pass", []
    data = (json.dumps(said, indent=2, sort_keys=True) + "\n").encode()
    ws.write(f"build/gates/{name}.json", data)
    state = state_of(ws)
    trace = NodeTrace.unpack(state.get(Table.NODE, f"gate:{name}".encode()))
    assert trace is not None
    state.commit([(Table.NODE, f"gate:{name}".encode(), trace._replace(output=fingerprint(data)).pack())])
    state.close()


def checkout(ws: Workspace, root: Path) -> Workspace:
    shutil.copytree(ws.root, root, symlinks=True)
    return Workspace(root)


def git(ws: Workspace, *words: str) -> None:
    subprocess.run(["git", "-C", ws.root, *words], check=True, capture_output=True)


@pytest.fixture
def failing(built: Workspace) -> Workspace:
    """A workspace whose gate `contracts` fails."""
    built.author("memory/fold", "contracts: [gone@v1]\n")
    assert built.run("validate").exit == 1
    return built


def test_a_forged_result_is_judged_again_in_a_copy_and_manifests_are_not_made_again(
    failing: Workspace, tmp_path: Path
) -> None:
    forge(failing, "contracts")
    copy = checkout(failing, tmp_path / "copy")

    run = copy.run("validate")

    assert (run.exit, run.ran("gate"), run.written, run.parsed) == (1, sorted(Gate), [], 0)
    assert copy.codes("contracts") == ["AG301"]
    copy.settle()
    copy.run("validate")
    again = copy.run("validate")
    assert (again.exit, again.tasks) == (1, ())


@pytest.mark.parametrize("table", [Table.META, Table.NODE])
def test_no_record_of_a_copy_decides_a_verdict(built: Workspace, tmp_path: Path, table: Table) -> None:
    before = state_of(built).keys(table)
    copy = checkout(built, tmp_path / "copy")
    copy.run("validate")

    kept = b"ledger:" if table is Table.NODE else b"policy:"
    state = state_of(copy)
    assert {key for key in state.keys(table) if key.startswith(kept)} >= {key for key in before if key.startswith(kept)}


def test_a_pin_that_a_copy_says_holds_is_checked_again(built: Workspace, tmp_path: Path) -> None:
    copy = checkout(built, tmp_path / "copy")
    copy.rules(lambda rules: rules["weights"].update(path_regex=0.95))
    from astrograph.engine.policy import Policy
    from astrograph.engine.session import open_workspace

    state = state_of(copy)
    state.commit([(Table.META, b"pins", Policy.read(open_workspace(str(copy.root))).pinned_state)])
    state.close()

    assert copy.run("validate").exit == 3


def test_a_moved_workspace_is_at_home(built: Workspace, tmp_path: Path) -> None:
    built.root.rename(tmp_path / "moved")

    assert Workspace(tmp_path / "moved").run("validate").tasks == ()


@pytest.mark.parametrize("below", ["", "sub"])
@pytest.mark.parametrize("added", [".", "build/.astrograph/clone"])
def test_a_state_that_git_tracks_is_refused(tmp_path: Path, below: str, added: str) -> None:
    ws = Workspace.make(tmp_path / "repo" / below / "ws")
    ws.package("memory/fold", "")
    assert ws.run("validate").exit == 0
    subprocess.run(["git", "init", "-q", tmp_path / "repo"], check=True)
    assert ws.run("validate").exit == 0
    git(ws, "add", "-f", added)

    for words in ((), ("validate",), ("clean",)):
        done = ws.run(*words)
        assert (done.exit, "error: git tracks the state" in done.err) == (3, True)
        assert "  file: build/.astrograph/" in done.err
        assert "git rm -r --cached build" in done.err

    git(ws, "rm", "-r", "-q", "--cached", "build" if added == "." else added)
    assert ws.run("validate").exit == 0


def test_a_worktree_has_an_index_of_its_own(tmp_path: Path) -> None:
    ws = Workspace.make(tmp_path / "ws")
    git(ws, "init", "-q")
    git(ws, "add", ".")
    git(ws, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "x")
    git(ws, "worktree", "add", "-q", str(tmp_path / "tree"))
    tree = Workspace(tmp_path / "tree")
    tree.package("memory/fold", "")
    assert tree.run().exit == 0
    git(tree, "add", "-f", "build/.astrograph/state.db")

    assert tree.run().exit == 3
    assert ws.run().exit == 0


def test_a_fresh_run_believes_nothing_it_finds(failing: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    forge(failing, "contracts")
    failing.write("build/manifests/memory/gone/module.manifest.json", "{}\n")
    monkeypatch.setenv("ASTROGRAPH_FRESH", "1")

    run = failing.run("validate")

    assert (run.exit, run.ran("manifest"), run.parsed) == (1, ["core/types", "memory/fold", "memory/recall"], 3)
    assert failing.manifests() == ["core/types", "memory/fold", "memory/recall"]


SHAPES = (b"", b"\0", b"text", marshal.dumps(None), marshal.dumps((1,) * 6), marshal.dumps({"a": 1}), bytes(144), b"{}")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("table", ["meta", "trace", "line", "facts", "summary", "authored", "node", "doit", "edge"])
def test_a_record_of_another_shape_is_a_miss(built: Workspace, table: str, shape: bytes) -> None:
    expected = built.snapshot()
    state = state_of(built)
    if table == "edge":
        state.commit([], edges=[("memory/fold", [(shape, b"x", "y", 9)])])  # type: ignore[list-item]
    else:
        keys = [key for key in state.keys(Table(table)) if key != b"format"]
        heads = {key: (state.get(Table(table), key) or b"")[: 49 if table == "authored" else 16] for key in keys}
        state.commit([(Table(table), key, shape) for key in keys])
        state.commit([(Table(table), key, heads[key] + shape) for key in keys if table in {"authored", "meta"}])
    state.close()
    built.package("vision/lens", "import memory.fold\n")
    assert built.run("info", "memory/fold").exit in {0, 3}

    assert built.run("validate").exit == 0
    assert built.run("site").exit == 0
    built.delete("src/vision")
    assert built.run("validate").exit == 0
    assert {name: data for name, data in built.snapshot().items() if not name.startswith("site/")} == expected

"""What makes a manifest stale, and what does not (SPEC section 8, guarantees 1 to 4, 6 and 13)."""

import mmap
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Workspace
from support.runs import run_here
from support.witness import Witness

from astrograph.store import stamps

FOLD = "memory/fold"
FOLD_SOURCE = "src/memory/fold/__init__.py"
FOLD_MANIFEST = "build/manifests/memory/fold/module.manifest.json"


def test_nothing_changed_so_nothing_runs_and_nothing_is_read_twice(built: Workspace) -> None:
    run = built.run("validate")

    assert (run.exit, run.tasks, run.files) == (0, (), [])
    assert run.sources_read() == []
    assert run.sources_read("build/") == [
        f"build/gates/{path.name}" for path in sorted(built.path("build/gates").iterdir())
    ]


# guarantee 1


def truncate(ws: Workspace) -> None:
    os.truncate(ws.path(FOLD_MANIFEST), 10)


def flip_unseen(ws: Workspace) -> None:
    data = ws.path(FOLD_MANIFEST).read_bytes()
    ws.rewrite_unseen(FOLD_MANIFEST, data.replace(b"memory.fold", b"memory.mold"))


def replace_by_folder(ws: Workspace) -> None:
    ws.delete(FOLD_MANIFEST)
    ws.path(FOLD_MANIFEST).mkdir()


def replace_by_link(ws: Workspace) -> None:
    data = ws.path(FOLD_MANIFEST).read_bytes()
    ws.delete(FOLD_MANIFEST)
    ws.path(FOLD_MANIFEST).symlink_to(ws.write("elsewhere.json", data))


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda ws: ws.append(FOLD_MANIFEST, b"\n"), id="edited"),
        pytest.param(truncate, id="truncated"),
        pytest.param(lambda ws: ws.write(FOLD_MANIFEST, b""), id="emptied, as after a power cut"),
        pytest.param(flip_unseen, id="edited with size and mtime kept"),
        pytest.param(lambda ws: ws.delete(FOLD_MANIFEST), id="deleted"),
        pytest.param(lambda ws: ws.delete("build/manifests/memory/fold"), id="deleted with its folder"),
        pytest.param(replace_by_link, id="replaced by a symbolic link"),
    ],
)
def test_a_manifest_changed_by_hand_is_made_again_and_no_other(
    built: Workspace, tamper: Callable[[Workspace], object]
) -> None:
    before = built.snapshot()
    tamper(built)

    run = built.run()

    assert (run.exit, run.ran("manifest"), run.parsed) == (0, [FOLD], 0)
    assert built.snapshot() == before
    assert not built.path(FOLD_MANIFEST).is_symlink()


def test_a_folder_in_the_place_of_a_manifest_is_told_with_the_way_out(built: Workspace) -> None:
    replace_by_folder(built)

    run = built.run()

    assert run.exit == 2
    assert "cannot write" in run.err
    assert FOLD_MANIFEST in run.err
    assert "remove it, then run again" in run.err


@pytest.mark.parametrize("path", ["build/ledger/memory.jsonl", "build/gates/schema.json"])
def test_a_ledger_or_gate_result_changed_by_hand_is_made_again(built: Workspace, path: str) -> None:
    before = built.snapshot()
    built.append(path, b"\n")

    run = built.run("validate")

    assert run.files == [path.removeprefix("build/")]
    assert built.snapshot() == before


# guarantee 2


def test_an_edit_that_keeps_size_and_mtime_is_seen(built: Workspace) -> None:
    built.rewrite_unseen(FOLD_SOURCE, b"from core.types import KEY\n".replace(b"core", b"bore"))

    run = built.run()

    assert run.written == [FOLD]
    assert built.manifest(FOLD)["dependencies"] == {"external": ["bore"], "internal": []}


@pytest.mark.parametrize("path", [FOLD_SOURCE, "manifests_src/memory/fold.yaml", FOLD_MANIFEST])
def test_validate_sees_an_edit_that_no_time_stamp_shows_in_a_file_system_in_memory(
    built: Workspace, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(stamps, "_distrusted", frozenset())
    built.author(FOLD, "node: adapter\n")
    built.run()
    content = built.path(path).read_bytes()
    with built.path(path).open("r+b") as file, mmap.mmap(file.fileno(), 0) as page:
        page[:1] = page[:1]  # from here on the page is dirty, and no edit of it moves a time stamp
        built.settle()
        built.run("validate")
        page[:] = content.replace(b"core", b"bore").replace(b"adapter", b"bdapter")
        unseen = built.run()
        monkeypatch.setattr(stamps, "memory_devices", lambda: frozenset([os.stat(built.root).st_dev]))
        seen = built.run("validate")
        again = built.run("validate")

    assert (unseen.written, seen.written, again.written) == ([], [FOLD], [])
    assert again.sources_read() != [], "nothing is taken for granted there"


def test_file_systems_in_memory_are_found_in_the_list_of_mounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        "30 22 0:26 / /dev/shm rw,nosuid shared:2 master:3 - tmpfs tmpfs rw\n"
        "31 22 0:27 / /mnt/tmpfs rw - ext4 /dev/vdb rw\n"
        "32 22 259:1048577 / /mnt/ram rw - ramfs none rw\n"
    )

    assert stamps.memory_devices(str(mounts)) == {os.makedev(0, 26), os.makedev(259, 1048577)}
    assert stamps.memory_devices(str(tmp_path / "none")) == frozenset()


def test_a_file_replaced_by_an_older_one_is_seen(built: Workspace) -> None:
    before = built.path(FOLD_SOURCE).stat()
    built.write("src/memory/fold/new", "import faiss\n")
    os.utime(built.path("src/memory/fold/new"), ns=(0, before.st_mtime_ns - 10**12))
    built.rename("src/memory/fold/new", FOLD_SOURCE)

    assert built.run().written == [FOLD]


def test_an_edit_right_after_a_build_is_seen(family: Workspace) -> None:
    family.run()
    family.rewrite_unseen(FOLD_SOURCE, b"from core.types import KEY\n".replace(b"core", b"bore"))

    assert family.run().written == [FOLD]


def before_gates(ws: Workspace, act: Callable[[], object]) -> None:
    """Run, and `act` when all manifests are made and none of them is judged yet."""
    run_here(ws.root, (), witness=Witness(before_task=lambda task: act() if task == "gate:schema" else None))


def test_the_run_after_a_build_need_not_read_what_the_gates_have_read(family: Workspace) -> None:
    before_gates(family, family.settle)

    run = family.run()

    assert (run.tasks, run.sources_read("build/manifests")) == ((), [])


def test_a_manifest_changed_before_the_gates_read_it_is_made_again(family: Workspace) -> None:
    def tamper() -> None:
        flip_unseen(family)
        family.settle()

    before_gates(family, tamper)

    assert family.run().written == [FOLD]


def test_manifests_are_settled_some_at_a_time(family: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astrograph.engine.gating.checks._SETTLED_AT_ONCE", 2)
    before_gates(family, family.settle)

    assert family.run().sources_read("build/manifests") == []


# guarantee 3


def touch_all(ws: Workspace) -> Workspace:
    for path in [*ws.path("src").rglob("*.py"), *ws.path("rules").iterdir(), *ws.path("manifests_src").rglob("*")]:
        os.utime(path)
    return ws


def fresh_copy(ws: Workspace) -> Workspace:
    shutil.copytree(ws.root, ws.root.parent / "clone")
    return Workspace(ws.root.parent / "clone")


def restored_cache(ws: Workspace) -> Workspace:
    twin = ws.twin(ws.root.parent / "clone")
    shutil.copytree(ws.path("build"), twin.path("build"))
    return twin


@pytest.mark.parametrize("renew", [touch_all, fresh_copy, restored_cache])
def test_equal_content_under_new_stat_keys_runs_nothing_and_the_next_run_is_fast_again(
    built: Workspace, renew: Callable[[Workspace], Workspace]
) -> None:
    built.author("memory/_defaults", "owner: '@memory'\n")
    built.run("validate")
    ws = renew(built)
    ws.settle()

    first, second = ws.run("validate"), ws.run("validate")

    assert (first.exit, first.files) == (0, [])
    # The verdicts of a build folder that came from elsewhere are judged again; its facts and manifests are kept.
    assert {task.partition(":")[0] for task in first.tasks} == (set() if ws is built else {"gate", "audit"})
    assert len(first.sources_read()) == 3
    assert (second.tasks, second.sources_read()) == ((), [])
    assert second.sources_read("build/manifests") == []
    assert second.sources_read("manifests_src") == []


# guarantee 4


def test_a_file_that_changes_after_it_was_read_leaves_its_task_stale(family: Workspace) -> None:
    family.run_while(lambda: family.package("core/types", "import faiss\n"))
    assert family.manifest("core/types")["dependencies"]["external"] == []

    run = family.run()

    assert run.written == ["core/types"]
    assert family.manifest("core/types")["dependencies"]["external"] == ["faiss"]


def test_an_authored_file_that_changes_while_its_task_runs_leaves_the_task_stale(family: Workspace) -> None:
    family.author("core/types", "owner: '@before'\n")
    family.run_while(lambda: family.author("core/types", "owner: '@afterw'\n"))
    assert family.manifest("core/types")["module"]["owner"] == "@before"

    assert family.run().written == ["core/types"]
    assert family.manifest("core/types")["module"]["owner"] == "@afterw"


def test_rules_that_change_while_a_run_is_on_are_not_mixed_in(family: Workspace) -> None:
    family.run_while(lambda: family.rules(lambda rules: rules["weights"].update(path_regex=0.9)))

    assert {family.manifest(module)["constellation"]["origin"] for module in family.manifests()} == {"default"}
    assert family.run().exit == 3


# guarantee 6


def test_a_file_shared_by_all_modules_is_read_once_a_run(family: Workspace) -> None:
    family.author("_defaults", "lane: production\n")

    run = family.run("validate")

    assert len(run.written) == 3
    shared = [*sorted(str(path.relative_to(family.root)) for path in family.path("rules").iterdir())]
    shared += ["schemas/module_manifest.schema.json", "manifests_src/_defaults.yaml"]
    assert {path: run.read[path] for path in shared} == dict.fromkeys(shared, 1)


def test_a_source_file_is_read_once_a_run(family: Workspace) -> None:
    run = family.run("validate")

    assert {path: run.read[path] for path in run.sources_read()} == dict.fromkeys(
        ["src/core/types/__init__.py", FOLD_SOURCE, "src/memory/recall/__init__.py"], 1
    )

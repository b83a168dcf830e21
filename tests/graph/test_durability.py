"""Killed runs and damaged state: nothing is lost, nothing wrong is believed (SPEC section 8, 5, 10, 13 and 16)."""

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Workspace
from support.runs import held

THREE = ["core/types", "memory/fold", "memory/recall"]


def clean(ws: Workspace) -> dict[str, bytes]:
    """What an independent build of the same inputs gives."""
    twin = ws.twin(Path(f"{ws.root}-clean"))
    assert twin.run("validate").exit in {0, 1}
    result = twin.snapshot()
    twin.delete(".")
    return result


# guarantee 5


def test_a_kill_at_any_moment_loses_at_most_the_task_in_flight(family: Workspace) -> None:
    family.settle()
    expected, points = clean(family), 0
    while True:
        family.path("build").exists() and family.delete("build")
        died = family.run_killed("validate", before=points)
        finished = family.known_modules() if family.state_file.exists() else []

        run = family.run("validate")

        assert run.ran("manifest") == [module for module in THREE if module not in finished]
        assert run.parsed == len(run.ran("manifest"))
        assert family.snapshot() == expected
        if not died:
            break
        points += 1
    assert points > 2 * len(THREE)


def test_a_kill_in_the_middle_of_a_change_keeps_what_was_done(built: Workspace) -> None:
    for module in THREE:
        built.package(module, "import faiss\n")
    points = 0
    while built.run_killed("validate", before=points):
        assert built.run("validate").exit == 0
        assert built.snapshot() == clean(built)
        for module in THREE:
            built.package(module, f"import faiss{points}\n")
        points += 1
    assert points > 2 * len(THREE)


def test_kill_9_of_a_real_run_leaves_a_lock_that_is_free_and_work_that_is_kept(family: Workspace) -> None:
    with held(family.root, [], at="manifest:memory/recall") as process:
        process.kill()
        assert process.wait() == -signal.SIGKILL

    assert family.known_modules() == ["core/types", "memory/fold"]
    assert family.run().ran("manifest") == ["memory/recall"]


def test_what_a_killed_run_left_half_written_is_swept(built: Workspace) -> None:
    built.package("memory/fold", "import faiss\n")
    leftovers = []
    for point in range(8):
        built.run_killed("validate", before=point)
        leftovers += [path.name for path in built.path("build").rglob(".astrograph-*")]

    built.run("validate")

    assert leftovers != []
    assert [path.name for path in built.path("build").rglob(".astrograph-*")] == []


# guarantee 13


def test_a_killed_run_and_inputs_put_back_leave_nothing_stale(built: Workspace) -> None:
    before = built.snapshot()
    sources = {module: built.path(f"src/{module}/__init__.py").read_bytes() for module in THREE}
    points = 0
    died = True
    while died:
        for module in THREE:
            built.package(module, f"import faiss{points}\n")
        died = built.run_killed("validate", before=points)
        for module, source in sources.items():
            built.package(module, source)

        assert built.run("validate").exit == 0
        assert built.snapshot() == before
        points += 1
    assert points > 2 * len(THREE)


def test_killed_runs_under_new_rules_that_are_taken_back_leave_nothing_stale(built: Workspace) -> None:
    before = built.snapshot()
    policy = {path: built.path(path).read_bytes() for path in ("rules/star_rules.json", "rules/pins.json")}
    points = 0
    died = True
    while died:
        built.rules(lambda rules: rules["weights"].update(path_regex=0.8))
        built.pin()
        died = built.run_killed("validate", before=points)
        for path, data in policy.items():
            built.write(path, data)

        assert built.run("validate").exit == 0
        assert built.snapshot() == before
        points += 1
    assert points > 2


def test_a_killed_run_that_saw_a_package_go_leaves_no_wrong_resolution(built: Workspace) -> None:
    for point in range(6):
        built.rename("src/core/types", "away")
        built.run_killed("validate", before=point)
        built.rename("away", "src/core/types")
        built.run_killed("validate", before=point)

        assert built.run("validate").exit == 0
        assert built.snapshot() == clean(built)


# guarantee 10


def other_program(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE song (name)")
    connection.commit()
    connection.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = 'astrograph state 999' WHERE key = ?", (b"format",))
    connection.commit()
    connection.close()


def flip_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data), 512):
        data[at] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        pytest.param(
            lambda path: path.write_bytes(b"not a database, but long enough to be looked at" * 50), True, id="foreign"
        ),
        pytest.param(lambda path: os.truncate(path, path.stat().st_size // 2), True, id="truncated"),
        pytest.param(lambda path: os.truncate(path, 100), True, id="torn"),
        pytest.param(other_program, True, id="of another program"),
        pytest.param(newer, True, id="newer"),
        pytest.param(flip_pages, True, id="flipped bytes"),
        pytest.param(lambda path: os.truncate(path, 0), False, id="empty"),
        pytest.param(lambda path: path.unlink(), False, id="gone"),
    ],
)
def test_state_that_cannot_be_used_is_a_message_and_a_rebuild(
    built: Workspace, damage: Callable[[Path], object], told: bool
) -> None:
    before = built.snapshot()
    damage(built.state_file)

    run = built.run("validate")

    assert (run.exit, run.ran("manifest"), run.written) == (0, THREE, [])
    assert ("has been discarded" in run.err) is told
    assert built.snapshot() == before
    assert built.run("validate").tasks == ()


@pytest.mark.parametrize("table", ["meta", "trace", "line", "facts", "summary", "authored", "node"])
def test_a_record_with_a_flipped_bit_is_a_miss_and_not_an_answer(built: Workspace, table: str) -> None:
    built.author("memory/_defaults", "owner: '@memory'\n")
    built.run("validate")
    before = built.snapshot()
    connection = sqlite3.connect(built.state_file)
    rows = connection.execute(f"SELECT key, value FROM {table} WHERE key != ?", (b"format",)).fetchall()
    for key, value in rows:
        connection.execute(f"UPDATE {table} SET value = ? WHERE key = ?", (value[:-1] + bytes([value[-1] ^ 1]), key))
    connection.commit()
    connection.close()
    assert rows != []

    assert built.run("validate").exit == 0
    built.delete("build/ledger")
    built.package("memory/fold", "from core.types import KEY\nimport faiss\n")
    assert built.run("validate").exit == 0
    assert built.snapshot() == clean(built) != before


def test_a_removed_module_whose_record_is_damaged_is_cleared_away_all_the_same(built: Workspace) -> None:
    connection = sqlite3.connect(built.state_file)
    connection.execute("UPDATE trace SET value = x'00' WHERE key = ?", (b"memory/recall",))
    connection.commit()
    connection.close()
    built.delete("src/memory/recall")

    assert built.run("validate").exit == 0
    assert built.manifests() == ["core/types", "memory/fold"]
    assert built.snapshot() == clean(built)


def test_a_module_that_goes_after_the_state_was_lost_leaves_nothing_behind(built: Workspace) -> None:
    built.delete("build/.astrograph")
    built.run("manifest:memory/recall")
    built.delete("src/core")

    assert built.run("validate").exit == 0
    assert built.manifests() == ["memory/fold", "memory/recall"]
    assert built.snapshot() == clean(built)


# guarantee 16


def test_files_that_a_power_cut_emptied_after_a_good_run_are_found_and_made_again(built: Workspace) -> None:
    before = built.snapshot()
    for path, data in before.items():
        if data:
            built.write(f"build/{path}", b"")

    run = built.run("validate")

    assert (run.exit, run.written, run.parsed) == (0, THREE, 0)
    assert built.snapshot() == before

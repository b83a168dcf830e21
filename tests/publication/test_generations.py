"""Generations on disk: sealed, listed, strict about damage, switched, pruned; without a build (SPEC section 10)."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from trees import NAME, as_files, digest, entry, generations_at, hidden, publish, published, sealed, tree_of

from astrograph.errors import ActionNeededError, ConfigurationError, DamagedGenerationError, StorageError, UsageError
from astrograph.model.assignment import Origin
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256, sha256
from astrograph.model.generation import DifferenceKind, Entry, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.store import archive, retired, switch
from astrograph.store.generations import Generations, tree_digest

ONE = tree_of("core", "core/types", "memory/fold")
TWO = tree_of("core", "memory/fold", "vision/camera", text="two")


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    return generations_at(tmp_path / "ws")


@pytest.fixture
def two(generations: Generations) -> Generations:
    """Generation 1 published, then 2."""
    publish(generations, ONE)
    publish(generations, TWO)
    return generations


def differences(generations: Generations) -> list[tuple[str, str]]:
    return [
        (item.path.removeprefix("build/published/"), item.kind.value) for item in generations.published_differences()
    ]


# what is written


def test_nothing_is_there_before_the_first_publication(generations: Generations) -> None:
    assert (generations.current(), generations.known_good(), generations.numbers()) == (None, None, [])
    assert (generations.published_differences(), generations.recover(), generations.prune(keep=1)) == ([], None, [])
    assert generations.approvals() == []
    assert not os.path.exists(generations.folder), "reading makes nothing"


def test_a_generation_is_one_folder_with_three_files_and_its_attachments(generations: Generations) -> None:
    publish(generations, ONE, attachments={"plan.json": b"{}\n"})

    folder = Path(generations.folder) / "000001"
    assert sorted(path.name for path in folder.iterdir()) == [
        "entries.jsonl",
        "generation.json",
        "manifests.zip",
        "plan.json",
    ]
    assert generations.attachment(1, "plan.json") == b"{}\n"
    assert generations.attachment(1, "other.json") is None
    assert generations.problems(1) == []


def test_every_field_of_an_entry_comes_back(generations: Generations) -> None:
    data = b"{}\n"
    full = Entry(
        module=ModuleId("memory/fold"),
        manifest=sha256(data),
        owner="@größe",
        tier="T1_critical",
        lane="labs",
        contracts=("a@v1", "b@v2"),
        stars=(StarId("Trail"), StarId("Watch")),
        confidence=900,
        origin=Origin.FORCED,
        source="s",
        authored="a",
        resolution="r",
    )
    bare = Entry(module=ModuleId("core"), manifest=sha256(data))
    generations.seal(
        parent=None,
        kind=GenerationKind.FOUND,
        created="2026-01-01T12:00:00+00:00",
        by="test",
        reason="",
        entries=[full, bare],
        manifests=[(ModuleId("core"), data), (ModuleId("memory/fold"), data)],
    )

    assert list(generations.entries(0).values()) == [bare, full]


def test_the_zip_is_a_standard_one_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    folders = []
    for name in ("a", "b"):
        generations = generations_at(tmp_path / name)
        publish(generations, ONE)
        folders.append(Path(generations.folder) / "000001" / "manifests.zip")

    with zipfile.ZipFile(folders[0]) as found:
        assert found.testzip() is None
        assert {info.filename: found.read(info) for info in found.infolist()} == as_files(ONE)
    assert folders[0].read_bytes() == folders[1].read_bytes()


def test_equal_trees_have_equal_digests_whatever_their_order() -> None:
    entries = [entry(module, data) for module, data in ONE.items()]

    assert tree_digest(entries) == tree_digest(reversed(entries))
    lines = "".join(f"{sha256(data)}  {module}\n" for module, data in sorted(ONE.items()))
    assert tree_digest(entries) == digest(lines)


def test_bytes_that_are_not_the_ones_planned_are_never_sealed(generations: Generations) -> None:
    sealed(generations, {}, kind=GenerationKind.EMPTY)
    entries = [entry(module, data) for module, data in ONE.items()]

    for manifests in (
        [(ModuleId(module), data + b" ") for module, data in ONE.items()],
        [(ModuleId(module), data) for module, data in ONE.items()][:-1],
        [(ModuleId(module), data) for module, data in [*ONE.items(), ("zz", b"")]],
    ):
        with pytest.raises(ActionNeededError, match="not the one that was approved"):
            generations.seal(
                parent=0, kind=GenerationKind.FULL, created="", by="", reason="", entries=entries, manifests=manifests
            )
    assert generations.recover() is not None
    assert generations.numbers() == []


def test_counts_are_held_against_the_parent(two: Generations) -> None:
    first, second = two.get(1), two.get(2)

    assert (first.added, first.changed, first.removed) == (3, 0, 0)
    assert (second.added, second.changed, second.removed, second.parent) == (1, 2, 1, 1)


# publishing and going back


def test_what_is_published_is_the_generation_and_nothing_else(two: Generations) -> None:
    assert published(two) == as_files(TWO)
    assert differences(two) == []
    assert (two.current(), two.known_good(), two.numbers()) == (two.get(2), 2, [0, 1, 2])
    assert hidden(two) == []


def test_going_back_removes_what_was_added_and_brings_back_what_was_removed(two: Generations) -> None:
    done = two.switch(1)

    assert published(two) == as_files(ONE)
    assert (done.added, done.changed, done.removed) == (1, 2, 1)
    assert two.known_good() == 1
    assert two.numbers() == [0, 1, 2], "what lies above stays listed"


def test_after_going_back_the_next_number_is_new_and_its_parent_the_current(two: Generations) -> None:
    two.switch(1)

    number = publish(two, tree_of("other"))

    assert (number, two.get(3).parent) == (3, 1)


def test_going_back_to_before_the_first_publication_empties_the_folder(two: Generations) -> None:
    two.switch(0)

    assert published(two) == {}
    assert os.path.isdir(two.published)


def test_a_canary_does_not_become_the_known_good_one(two: Generations) -> None:
    publish(two, ONE, kind=GenerationKind.CANARY)
    assert (two.current(), two.known_good()) == (two.get(3), 2)

    two.switch(1)
    assert two.known_good() == 1


def test_a_canary_as_the_first_publication_leaves_what_stood_there_as_the_known_good(generations: Generations) -> None:
    publish(generations, ONE, kind=GenerationKind.CANARY)

    assert generations.known_good() == 0


def test_the_old_tree_stays_whole_until_its_readers_had_time(two: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    old = list(Path(two.folder, ".retired").iterdir())
    assert [{p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob(NAME)} for top in old] == [as_files(ONE)]

    two.recover()
    assert old[0].exists()

    monkeypatch.setattr(retired, "GRACE_SECONDS", 0)
    two.recover()
    assert not old[0].exists()


def test_unknown_numbers_are_told_with_those_there_are(two: Generations) -> None:
    with pytest.raises(UsageError, match="no generation 9") as caught:
        two.switch(9)

    assert dict(caught.value.fields)["generations"] == "0, 1, 2"


# drift


def test_each_kind_of_difference_is_told_with_its_path(two: Generations) -> None:
    top = Path(two.published)
    (top / "core" / NAME).write_bytes(b"edited")
    (top / "memory/fold" / NAME).unlink()
    (top / "notes.txt").write_bytes(b"")
    (top / "core/link").symlink_to(NAME)

    assert differences(two) == [
        ("core/link", "extra"),
        ("core/module.manifest.json", "changed"),
        ("memory/fold/module.manifest.json", "missing"),
        ("notes.txt", "extra"),
    ]


def test_an_edit_that_keeps_size_and_mtime_is_seen(two: Generations) -> None:
    path = Path(two.published, "core", NAME)
    stat = path.stat()
    path.write_bytes(b"x" * stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert differences(two) == [(f"core/{NAME}", "changed")]


def test_an_unchanged_tree_costs_its_stats_alone(two: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    old = max(stat.st_ctime_ns for stat in two.found().files.values()) + 10**9
    monkeypatch.setattr("time.time_ns", lambda: old)
    assert differences(two) == []

    monkeypatch.setattr(archive.Archive, "entries", lambda *_: pytest.fail("entries were read"))
    assert differences(two) == []


def test_a_lost_or_damaged_index_costs_time_and_nothing_else(two: Generations) -> None:
    index = Path(two.folder, "current.index")
    for data in (b"", b"\0" * 100, index.read_bytes()[:-3]):
        index.write_bytes(data)
        assert differences(two) == []
    index.unlink()
    assert differences(two) == []


def test_gits_own_files_at_the_top_stay_and_are_no_difference(two: Generations) -> None:
    top = Path(two.published)
    (top / ".gitattributes").write_bytes(b"* -text\n")
    (top / ".gitattributes").chmod(0o640)

    assert differences(two) == []
    two.switch(1)
    assert published(two) == {".gitattributes": b"* -text\n", **as_files(ONE)}
    assert (top / ".gitattributes").stat().st_mode & 0o777 == 0o640


def test_the_signature_of_a_tree_moves_with_any_file_in_it(two: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    later = max(stat.st_ctime_ns for stat in two.found().files.values()) + 10**12
    assert two.published_signature() != two.published_signature(), "too young to prove anything"
    monkeypatch.setattr("time.time_ns", lambda: later)
    first = two.published_signature()
    assert two.published_signature() == first

    Path(two.published, "core", "new").write_bytes(b"")
    assert two.published_signature() != first


# edited by hand


def test_files_edited_by_hand_are_kept_aside_and_told(two: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    top = Path(two.published)
    (top / "core" / NAME).write_bytes(b"edited")
    (top / "memory/notes.txt").write_bytes(b"mine")

    done = two.switch(2, strict=False)

    assert published(two) == as_files(TWO)
    assert [(item.path, item.kind) for item in done.edited] == [
        (f"build/published/core/{NAME}", DifferenceKind.CHANGED),
        ("build/published/memory/notes.txt", DifferenceKind.EXTRA),
    ]
    kept = Path(two.layout.workspace.root, done.kept_in)
    monkeypatch.setattr(retired, "GRACE_SECONDS", 0)
    for _ in range(2):  # however often it is swept
        two.recover()
        found = {path.relative_to(kept).as_posix(): path.read_bytes() for path in kept.rglob("*") if path.is_file()}
        assert found == {f"core/{NAME}": b"edited", "memory/notes.txt": b"mine"}


def test_without_the_list_of_what_is_kept_everything_is(two: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(two.published, "core", NAME).write_bytes(b"edited")
    kept = Path(two.layout.workspace.root, two.switch(2).kept_in)
    kept.with_name(f"{kept.name}.kept").write_bytes(b"\xff")
    monkeypatch.setattr(retired, "GRACE_SECONDS", 0)

    two.recover()

    assert len(list(kept.rglob(NAME))) == len(TWO)


def test_a_folder_with_files_of_others_is_refused_and_left_alone(generations: Generations) -> None:
    Path(generations.published).mkdir(parents=True)
    Path(generations.published, "README.md").write_bytes(b"mine")
    sealed(generations, {}, kind=GenerationKind.EMPTY)
    sealed(generations, ONE)

    with pytest.raises(ConfigurationError, match="no manifests") as caught:
        generations.switch(1)

    assert ("file", "README.md") in caught.value.fields
    assert published(generations) == {"README.md": b"mine"}


@pytest.mark.parametrize("name", [".git/config", "core/.gitignore", "core/module.manifest.json/x", "other.json"])
def test_what_counts_as_a_file_of_others(generations: Generations, name: str) -> None:
    path = Path(generations.published, name)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")

    assert generations.found().foreign == [name]


def test_a_link_a_file_or_a_mount_point_cannot_be_published_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for name, make in (
        ("link", lambda path: path.symlink_to(tmp_path / "elsewhere")),
        ("file", lambda path: path.write_bytes(b"")),
    ):
        generations = generations_at(tmp_path / name, publish_to="out")
        make(Path(generations.published))
        sealed(generations, {}, kind=GenerationKind.EMPTY)
        sealed(generations, ONE)
        with pytest.raises(ConfigurationError, match="publish_to is a"):
            generations.switch(1)
    assert list((tmp_path / "elsewhere").iterdir()) == []


# damage


DAMAGE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "metadata torn": ("generation.json", lambda data: data[: len(data) // 2]),
    "metadata edited": ("generation.json", lambda data: data.replace(b'"by": "test"', b'"by": "else"')),
    "metadata of another kind": ("generation.json", lambda _: b'{"schema": "astrograph.generation/9"}'),
    "entries torn": ("entries.jsonl", lambda data: data[:-20]),
    "entries edited": ("entries.jsonl", lambda data: data.replace(b"@core", b"@evil")),
    "zip torn": ("manifests.zip", lambda data: data[: len(data) // 2]),
    "zip flipped": ("manifests.zip", lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:]),
    "zip empty": ("manifests.zip", lambda _: b""),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_generation_is_told_and_never_published(two: Generations, damage: str) -> None:
    name, change = DAMAGE[damage]
    path = Path(two.folder, "000001", name)
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before

    assert len(two.problems(1)) == 1
    with pytest.raises(StorageError, match="damaged") as caught:
        two.switch(1)

    assert "rollback" in caught.value.hint
    assert published(two) == as_files(TWO)
    assert two.recover() is None


@pytest.mark.parametrize("name", ["generation.json", "entries.jsonl", "manifests.zip"])
def test_a_missing_file_is_told(two: Generations, name: str) -> None:
    Path(two.folder, "000001", name).unlink()

    assert two.problems(1) == [f"{name} cannot be read: No such file or directory"]


def test_manifests_are_held_to_their_digests_one_by_one(two: Generations) -> None:
    good = dict(two.manifests(1, [ModuleId("core")]))
    assert good == {"core": ONE["core"]}

    with zipfile.ZipFile(Path(two.folder, "000001", "manifests.zip"), "w") as other:
        other.writestr(f"core/{NAME}", b"other")
    with pytest.raises(StorageError, match="damaged"):
        list(two.manifests(1, [ModuleId("core")]))
    with pytest.raises(StorageError, match="damaged"):
        list(two.manifests(1, [ModuleId("memory/fold")]))


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"current": 1}', None])
def test_a_lost_note_of_what_is_current_is_found_out_by_digest(two: Generations, data: bytes | None) -> None:
    two.switch(1)
    path = Path(two.folder, "current.json")
    before = path.read_bytes()
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)
    with pytest.raises(StorageError, match="not known"):
        two.current()

    assert two.recover() == "which generation is published was not known any more: it is 1, by its digest"

    assert path.read_bytes() == before
    assert two.recover() is None


def test_a_lost_note_over_an_edited_tree_takes_the_newest_and_says_so(two: Generations) -> None:
    Path(two.folder, "current.json").unlink()
    Path(two.published, "core", NAME).write_bytes(b"edited")

    assert "the newest, 2, is taken for it" in (two.recover() or "")


def test_a_damaged_journal_stops_with_a_way_out(two: Generations) -> None:
    Path(two.folder, "journal.json").write_bytes(b"{")

    with pytest.raises(StorageError, match="journal"):
        two.recover()
    assert published(two) == as_files(TWO)


def test_a_lost_note_beside_a_damaged_generation_takes_the_newest_that_is_whole(two: Generations) -> None:
    Path(two.folder, "current.json").unlink()
    Path(two.published, "core", NAME).write_bytes(b"edited")
    Path(two.folder, "000002", "entries.jsonl").write_bytes(b"")

    assert "the newest that is whole, 1, is taken for it" in (two.recover() or "")


def test_what_is_not_ours_is_no_generation(two: Generations) -> None:
    for name in ("5", "0000077", "000078", "notes"):
        Path(two.folder, name).mkdir()
    Path(two.folder, "000079").write_bytes(b"")
    Path(two.folder, "000080").mkdir()
    Path(two.folder, "000080", "generation.json").write_bytes(b"{")

    assert two.numbers() == [0, 1, 2, 78, 80]
    assert two.strays(last=2) == ["0000077", "000078", "000079", "5", "notes"]
    assert two.strays(last=None) == ["0000077", "000079", "5", "notes"]
    assert (two.next_number(), two.recover()) == (81, None)


def test_a_current_generation_that_is_gone_is_damage_and_no_unknown_number(two: Generations) -> None:
    Path(two.folder, "000002").rename(Path(two.folder).parent / "gone")

    with pytest.raises(DamagedGenerationError, match="generation 2 is damaged"):
        two.current()
    with pytest.raises(DamagedGenerationError, match="it is not there"):
        two.published_differences()
    assert two.problems(2) == ["it is not there"]


# keeping


def test_pruning_keeps_the_newest_the_current_the_known_good_their_parents_and_what_was_before_us(
    generations: Generations,
) -> None:
    for number in range(1, 7):
        assert publish(generations, tree_of("core", text=str(number))) == number
    publish(generations, tree_of("core", text="canary"), kind=GenerationKind.CANARY)
    generations.switch(4)

    assert generations.prune(keep=1) == [1, 2, 5, 6]
    assert generations.numbers() == [0, 3, 4, 7]
    assert publish(generations, ONE) == 8, "no number is given twice"


def test_nothing_is_pruned_below_the_number_to_keep(two: Generations) -> None:
    assert two.prune(keep=10) == []


def test_an_interrupted_pruning_is_finished_by_the_next_command(two: Generations) -> None:
    os.rename(f"{two.folder}/000001", f"{two.folder}/.removing-000001")

    assert two.recover() is None
    assert (two.numbers(), hidden(two)) == ([0, 2], [])


# adoption


def test_an_adopted_tree_is_current_at_once_and_nothing_is_put_anywhere(generations: Generations) -> None:
    made = sealed(generations, ONE, kind=GenerationKind.ADOPTED)

    assert (generations.current(), generations.known_good(), generations.numbers()) == (made, 0, [0])
    assert not os.path.exists(generations.published)
    assert differences(generations) == []


def test_an_adopted_tree_can_be_adopted_anew_until_something_is_published(generations: Generations) -> None:
    sealed(generations, ONE, kind=GenerationKind.ADOPTED)
    again = sealed(generations, TWO, kind=GenerationKind.ADOPTED)
    assert (generations.current(), hidden(generations)) == (again, [])

    publish(generations, ONE)
    assert (generations.get(1).parent, generations.get(1).changed) == (0, 2)
    for kind in (GenerationKind.ADOPTED, GenerationKind.EMPTY, GenerationKind.FOUND):
        with pytest.raises(UsageError, match="generations already"):
            sealed(generations, ONE, kind=kind)


def test_what_lies_in_publish_to_beside_an_adopted_tree_is_kept_aside(generations: Generations) -> None:
    sealed(generations, ONE, kind=GenerationKind.ADOPTED)
    Path(generations.published, "old").mkdir(parents=True)
    Path(generations.published, "old", NAME).write_bytes(b"only here")
    number = sealed(generations, TWO).number

    done = generations.switch(number)

    assert Path(generations.layout.workspace.root, done.kept_in, "old", NAME).read_bytes() == b"only here"


# approvals


def test_the_log_of_approvals_tells_what_was_given_and_what_was_used(generations: Generations) -> None:
    first, second = Sha256(digest("first")), Sha256(digest("second"))
    for each in (first, second):
        generations.log_approval(digest=each, plan=Sha256(digest("plan")), by="Ada", at="2026-01-01T00:00:00+00:00")
    generations.spend(first, generation=4)
    generations.spend(first, generation=5)

    assert [(item.digest, item.by, item.generation) for item in generations.approvals()] == [
        (first, "Ada", 4),
        (second, "Ada", None),
    ]


def test_switching_in_spends_the_approval(generations: Generations) -> None:
    mine = Sha256(digest("mine"))
    generations.log_approval(digest=mine, plan=mine, by="Ada", at="")
    number = publish(generations, ONE, approval=mine)

    assert [item.generation for item in generations.approvals()] == [number]


def test_a_torn_last_line_says_nothing_and_is_overwritten(generations: Generations) -> None:
    mine, other = Sha256(digest("mine")), Sha256(digest("other"))
    generations.log_approval(digest=mine, plan=mine, by="Ada", at="")
    path = Path(generations.folder, "approvals.jsonl")
    path.write_bytes(path.read_bytes() + b'{"approval": "ab')

    assert [item.digest for item in generations.approvals()] == [mine]
    generations.log_approval(digest=other, plan=mine, by="Ada", at="")
    assert [item.digest for item in generations.approvals()] == [mine, other]


@pytest.mark.parametrize("change", [(b"Ada", b"Eve"), (b"{", b"["), (b'"plan"', b'"pan"')])
def test_an_edited_log_makes_every_approval_worthless(generations: Generations, change: tuple[bytes, bytes]) -> None:
    mine = Sha256(digest("mine"))
    generations.log_approval(digest=mine, plan=mine, by="Ada", at="")
    path = Path(generations.folder, "approvals.jsonl")
    path.write_bytes(path.read_bytes().replace(*change))

    with pytest.raises(StorageError, match="no approval counts"):
        generations.approvals()


# the trend


def test_each_publication_adds_one_line_to_the_trend_and_going_back_none(generations: Generations) -> None:
    for number in (1, 2):
        publish(generations, tree_of("core", text=str(number)), attachments={"trend.json": b'{"number":%d}\n' % number})
    generations.switch(1)
    generations.switch(2)

    lines = Path(generations.folder, "trend.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2]


# where the system offers less


def test_without_an_exchange_two_renames_do(two: Generations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "exchange", lambda *_: False)

    done = two.switch(1)

    assert (done.one_step, published(two), hidden(two)) == (False, as_files(ONE), [])
    assert [path.name.partition("-")[0] for path in sorted(Path(two.folder, ".retired").iterdir())] == ["1", "2"]


def test_a_folder_on_another_file_system_is_switched_beside_itself(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    root = elsewhere / f"astrograph-{os.getpid()}"
    root.mkdir()
    try:
        (tmp_path / "build").mkdir()
        (root / "build").symlink_to(tmp_path / "build")
        generations = generations_at(root, publish_to="out")
        publish(generations, ONE)
        publish(generations, TWO)

        assert published(generations) == as_files(TWO)
        assert (root / ".astrograph-out/.gitignore").read_bytes() == b"*\n", "git does not see what is on its way"
        assert generations.recover() is None
    finally:
        __import__("shutil").rmtree(root)


def test_the_mode_of_the_published_folder_stays(two: Generations) -> None:
    os.chmod(two.published, 0o750)

    two.switch(1)

    assert os.stat(two.published).st_mode & 0o7777 == 0o750


@pytest.mark.skipif(os.name != "posix", reason="there are no file modes here")
@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_readers_can_read_what_is_published_and_only_we_can_write_it_whatever_the_umask(
    tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        generations = generations_at(tmp_path, publish_to="for/people")
        publish(generations, ONE)
        publish(generations, TWO)
        generations.switch(1)
    finally:
        os.umask(before)

    kept = Path(generations.folder_of(1))
    paths = [tmp_path / "for", *(tmp_path / "for").rglob("*"), kept, *kept.iterdir()]
    assert {path.stat().st_mode & 0o7777 for path in paths if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o7777 for path in paths if path.is_file()} == {0o644}

"""`doit facts set` and `unset`: one field of one authored file, checked before anything is written."""

import os
import subprocess

import pytest
from support import Workspace
from support.runs import DOIT, environ

from astrograph.store.lock import RunLock

MODELINE = "# yaml-language-server: $schema=../../schemas/authored.schema.json\n"
FILE = "manifests_src/memory/fold.yaml"


def text(ws: Workspace, path: str = FILE) -> str:
    return ws.path(path).read_bytes().decode()


def test_a_file_that_is_not_there_is_made_with_its_modeline(family: Workspace) -> None:
    run = family.run("facts", "set", "memory/fold", "owner", "@team")
    assert (run.exit, text(family)) == (0, f'{MODELINE}owner: "@team"\n')
    assert "+++ b/manifests_src/memory/fold.yaml" in run.out
    assert '+owner: "@team"' in run.out


def test_only_the_field_changes_and_its_module_alone_is_rebuilt(family: Workspace) -> None:
    family.author("memory/fold", "# mine\r\nowner: a  # why\r\n\r\ntags: [x,  y]\r\n")
    family.run()
    assert family.run("facts", "set", "memory/fold", "owner", "b").exit == 0
    assert text(family) == "# mine\r\nowner: b  # why\r\n\r\ntags: [x,  y]\r\n"
    assert family.run().written == ["memory/fold"]
    assert family.manifest("memory/fold")["module"]["owner"] == "b"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("contracts", "a@v1", "b@v2"), "contracts:\n  - a@v1\n  - b@v2\n"),
        (("stars", "Trail"), "stars:\n  - Trail\n"),
        (("description", "no"), 'description: "no"\n'),
        (("capabilities", '[{"name": "x"}]', "--json"), "capabilities:\n  - name: x\n"),
        (("annotations", '{"a": [1, 2.5, null]}', "--json"), "annotations:\n  a:\n    - 1\n    - 2.5\n    - null\n"),
        (("owner", "--", "--json"), 'owner: "--json"\n'),
    ],
)
def test_values_are_text_lists_of_text_or_json(family: Workspace, words: tuple[str, ...], line: str) -> None:
    run = family.run("facts", "set", "memory/fold", *words)
    assert (run.exit, run.err) == (0, "")
    assert text(family) == MODELINE + line


@pytest.mark.parametrize("name", ["memory.fold", "src/memory/fold/__init__.py", "src/memory/fold", "memory/fold"])
def test_a_module_is_named_as_for_info(family: Workspace, name: str) -> None:
    assert family.doit("facts", "set", name, "owner", "a").returncode == 0
    assert text(family).endswith("owner: a\n")


@pytest.mark.parametrize(
    ("target", "path"), [("memory/", "manifests_src/memory/_defaults.yaml"), ("/", "manifests_src/_defaults.yaml")]
)
def test_a_folder_ends_in_a_slash(family: Workspace, target: str, path: str) -> None:
    assert family.run("facts", "set", target, "owner", "a").exit == 0
    assert text(family, path).endswith("owner: a\n")
    family.run()
    assert family.manifest("memory/fold")["module"]["owner"] == "a"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("set", "memory/fold", "confidence", "1"), "generated field"),
        (("set", "memory/fold", "constellation", "1"), "generated field"),
        (("set", "memory/fold", "ownr", "a"), "did you mean `owner`?"),
        (("set", "memory/fold", "tier", "T1"), 'did you mean "T1_critical"?'),
        (("set", "memory/fold", "stars", "Trial"), "did you mean 'Trail'?"),
        (("set", "memory/fold", "owner", " a"), "starts or ends with a space"),
        (("set", "memory/fold", "owner", "a\x1b[31m"), "control or invisible"),
        (("set", "memory/fold", "owner", "a", "b"), "takes one value, got 2"),
        (("set", "memory/fold", "owner", "3", "--json"), "must be a string"),
        (("set", "memory/fold", "contracts", "a", "a"), 'lists "a" twice'),
        (("set", "memory/fold", "capabilities", "x"), "give it as JSON"),
        (("set", "memory/fold", "links", '{"a": 3}', "--json"), "/links/a: must be a string"),
        (("set", "memory/fold", "annotations", '{"a": 1.23456}', "--json"), "decimals"),
        (("set", "memory/fold", "owner", "{", "--json"), "not JSON"),
        (("set", "memory/fld", "owner", "a"), "did you mean memory/fold"),
        (("set", "../outside", "owner", "a"), "there is no module"),
        (("set", "memory/fold/", "owner", "a"), "no module lies below"),
        (("set", "../src/memory/", "owner", "a"), "no module lies below"),
        (("set", "memory/fold", "owner"), "facts takes"),
        (("unset", "memory/fold"), "facts takes"),
        (("frobnicate", "memory/fold", "owner"), "facts takes"),
        ((), "facts takes"),
    ],
)
def test_what_may_not_stand_is_refused_and_nothing_is_written(
    built: Workspace, words: tuple[str, ...], part: str
) -> None:
    run = built.run("facts", *words)
    assert run.exit == 3
    assert part in run.err
    assert list(built.path("manifests_src").rglob("*.yaml")) == []


def test_a_dry_run_shows_the_edit_and_writes_nothing(family: Workspace) -> None:
    run = family.run("facts", "set", "memory/fold", "owner", "a", "--dry-run")
    assert "+owner: a" in run.out
    assert not family.path(FILE).exists()


def test_unset_takes_the_field_away_and_says_when_there_is_none(family: Workspace) -> None:
    family.author("memory/fold", "owner: a\ntier: T3_standard\n")
    assert family.run("facts", "unset", "memory/fold", "owner").exit == 0
    assert text(family) == "tier: T3_standard\n"
    again = family.run("facts", "unset", "memory/fold", "owner")
    assert (again.exit, again.out) == (0, f"{FILE} says so already: nothing to do\n")


def test_a_generated_field_that_somebody_authored_can_be_unset(family: Workspace) -> None:
    family.author("memory/fold", "owner: a\nconfidence: 1\n")
    assert family.run("facts", "unset", "memory/fold", "confidence").exit == 0
    assert text(family) == "owner: a\n"


def test_a_file_that_counts_for_nothing_is_not_added_to(family: Workspace) -> None:
    family.author("memory/fold", "confidence: 1\n")
    run = family.run("facts", "set", "memory/fold", "owner", "a")
    assert run.exit == 3
    assert "would not count" in run.err
    assert text(family) == "confidence: 1\n"


def test_other_mistakes_in_the_file_are_no_reason_to_refuse(family: Workspace) -> None:
    family.author("memory/fold", "tier: T9\nowner: a\n")
    assert family.run("facts", "set", "memory/fold", "owner", "b").exit == 0
    assert text(family) == "tier: T9\nowner: b\n"


def test_a_link_is_not_followed_and_permissions_stay(family: Workspace) -> None:
    family.author("memory/fold", "owner: a\n")
    family.path(FILE).chmod(0o640)
    family.run("facts", "set", "memory/fold", "owner", "b")
    assert os.stat(family.path(FILE)).st_mode & 0o777 == 0o640
    family.rename(FILE, "elsewhere.yaml")
    family.path(FILE).symlink_to(family.path("elsewhere.yaml"))
    run = family.run("facts", "set", "memory/fold", "owner", "c")
    assert run.exit == 3
    assert "is a symbolic link, which no build follows" in run.err
    assert text(family, "elsewhere.yaml") == "owner: b\n"


def test_the_fix_of_a_finding_is_a_command_that_works(family: Workspace) -> None:
    family.run("validate")
    fixes = [item["fix"] for item in family.gate("coverage")["findings"] if item["module"] == "memory/fold"]
    assert fixes == ['doit facts set memory/fold owner "@name"; for its folder: doit facts set memory/ owner "@name"']
    assert family.run("facts", "set", "memory/", "owner", "@name").exit == 0
    family.run("validate")
    assert [item["module"] for item in family.gate("coverage")["findings"]] == ["core/types"]


def test_a_value_may_hold_what_doit_takes_for_a_variable(built: Workspace) -> None:
    done = built.doit("facts", "set", "memory/fold", "description", "a=b")

    assert done.returncode == 0, done.stderr
    assert built.run().exit == 0
    assert built.manifest("memory/fold")["module"]["description"] == "a=b"


def test_a_word_that_doit_takes_from_another_command_is_told(built: Workspace) -> None:
    done = built.doit("publish", "a=b", "--dry-run")

    assert (done.returncode, done.stdout) == (3, "")
    assert "doit takes 'a=b' for a variable of its own" in done.stderr


def test_an_empty_word_is_told(built: Workspace) -> None:
    done = built.astrograph("adopt", "--from", "")

    assert (done.returncode, done.stdout) == (3, "")
    assert "one of the words is empty" in done.stderr


def test_edits_made_at_the_same_time_are_all_kept(built: Workspace) -> None:
    remarks = "".join(f"# remark {number}, so that writing takes a moment\n" for number in range(2_000))
    built.author("memory/fold", f"{remarks}lane: a\n")
    edits = [("owner", "@a"), ("tier", "T2_important"), ("node", "memory"), ("description", "b")]

    runs = [
        subprocess.Popen(
            [*DOIT, "facts", "set", "memory/fold", *edit], cwd=built.root, env=environ(), stdout=subprocess.DEVNULL
        )
        for edit in edits
    ]

    assert [run.wait() for run in runs] == [0, 0, 0, 0]
    lines = text(built).splitlines()
    assert lines[:2_001] == [*remarks.splitlines(), "lane: a"]
    assert sorted(lines[2_001:]) == ["description: b", "node: memory", 'owner: "@a"', "tier: T2_important"]


def test_facts_are_set_while_a_build_holds_the_workspace(built: Workspace) -> None:
    with RunLock(str(built.path("build/.astrograph/lock"))):
        done = built.doit("facts", "set", "memory/fold", "owner", "@a")

    assert (done.returncode, text(built)) == (0, f'{MODELINE}owner: "@a"\n')


@pytest.mark.parametrize("words", [(), ("validate",)])
def test_a_build_removes_what_a_killed_command_left(built: Workspace, words: tuple[str, ...]) -> None:
    left = [
        ".astrograph-1-0123456789ab.x",
        "rules/.astrograph-1-0123456789ab.x",
        "manifests_src/a/.astrograph-2-0123456789ab.x",
    ]
    ours = ["manifests_src/a/.astrograph-x.yaml", "rules/.astrograph-1.pins.json"]
    for path in (*left, *ours):
        built.write(path, "")

    assert built.run(*words).exit == 0

    assert [path for path in (*left, *ours) if built.path(path).exists()] == ours

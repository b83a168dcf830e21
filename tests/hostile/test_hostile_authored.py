"""Authored files with something wrong in them: told with line and column, nothing guessed, nobody else concerned."""

import os

import pytest
from support import Workspace
from told import GOOD, unreadable, validate

ODD = "core/odd"
FILE = "manifests_src/core/odd.yaml"
INHERITED = "@core-team"


@pytest.fixture
def odd(ws: Workspace) -> Workspace:
    """Two modules, whose folder names an owner."""
    ws.package(GOOD, "X = 1\n")
    ws.package(ODD, "import core.good\n")
    ws.author("core/_defaults", f"owner: '{INHERITED}'\n")
    return ws


BAD_FILES = {
    "not YAML": ("owner: '@a'\n\tlane: x\n", [("AG201", 2)]),
    "an unclosed quote": ('owner: "@a\n', [("AG201", 2)]),
    "a reserved character": ("lane: main\nowner: @a\n", [("AG201", 2)]),
    "a merge conflict": ("owner: '@a'\n<<<<<<< HEAD\n", [("AG201", 3)]),
    "not UTF-8": (b"owner: '@caf\xe9'\n", [("AG201", 1)]),
    "UTF-16": ("owner: '@a'\n".encode("utf-16"), [("AG201", 1)]),
    "a null byte": (b"owner: '@a'\0\n", [("AG201", 1)]),
    "a byte order mark": (b"\xef\xbb\xbfowner: '@a'\n", [("AG203", 1)]),
    "a duplicate key": ("owner: '@a'\nlane: x\nowner: '@b'\n", [("AG202", 3)]),
    "an anchor": ("lane: &a x\nnode: *a\n", [("AG203", 1), ("AG203", 2)]),
    "a merge key": ("lane: x\n<<: {owner: '@a'}\n", [("AG203", 2)]),
    "a tag": ("owner: !!python/object/apply:os.system ['touch ran']\n", [("AG203", 1)]),
    "two documents": ("owner: '@a'\n---\nowner: '@b'\n", [("AG203", 2)]),
    "deep nesting": (f"tags: {'[' * 100_000}\n", [("AG203", 1)]),
    "deep block nesting": ("".join(f"{' ' * i}a:\n" for i in range(400)), [("AG203", 51)]),
    "very many values": ("tags: [" + "a," * 100_000 + "]\n", [("AG203", 1)]),
    "an unknown field": ("ownr: '@a'\n", [("AG204", 1)]),
    "an unknown key of a capability": ("capabilities:\n- name: x\n  kind: tool\n", [("AG204", 3)]),
    "a list for text": ("lane: x\nowner: ['@a']\n", [("AG205", 2)]),
    "a number for text": ("lane: 4\n", [("AG205", 1)]),
    "text for a list": ("contracts: x@v1\n", [("AG205", 1)]),
    "an object for a list": ("capabilities: {name: x}\n", [("AG205", 1)]),
    "a tier outside of the four": ("tier: T5_none\n", [("AG205", 1)]),
    "an empty owner": ("owner:\n", [("AG205", 1)]),
    "a list for a file": ("- owner\n", [("AG205", 1)]),
    "a word for a file": ("owner\n", [("AG205", 1)]),
    "a date": ("lane: 2026-01-01\n", [("AG206", 1)]),
    "no": ("lane: no\n", [("AG206", 1)]),
    "1e3": ("lane: 1e3\n", [("AG206", 1)]),
    "12:30": ("lane: 12:30\n", [("AG206", 1)]),
    "012": ("lane: 012\n", [("AG206", 1)]),
    "an integer beyond JSON": ("annotations: {count: 18446744073709551616}\n", [("AG206", 1)]),
    "a generated field": ("lane: x\nexports: {}\n", [("AG207", 2)]),
    "a star outside of the canon": ("lane: x\nstars: [Trial]\n", [("AG212", 2)]),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_is_wrong_is_told_with_its_line_and_the_module_keeps_what_is_certain(odd: Workspace, name: str) -> None:
    content, expected = BAD_FILES[name]
    odd.author(ODD, content)

    verdicts = validate(odd)

    assert (verdicts.exit, verdicts.verdict("authored")) == (1, "fail")
    assert set(verdicts.places("authored")) == {(code, FILE, line) for code, line in expected}
    assert all(item["column"] for item in verdicts.findings("authored"))
    assert odd.manifests() == [GOOD, ODD]
    assert odd.manifest(GOOD)["module"]["owner"] == INHERITED
    assert verdicts.verdict("schema") == "pass"
    assert not odd.path("ran").exists()


@pytest.mark.parametrize("value", ["2026-01-01", "no", "1e3", "12:30", "012", "~", "0x10", ".5", "1_000"])
def test_a_value_that_yaml_readers_disagree_on_is_never_used(odd: Workspace, value: str) -> None:
    odd.author(ODD, f"lane: {value}\nnode: memory\n")
    assert [code for code, _, _ in validate(odd).places("authored")] == ["AG206"]
    assert (odd.manifest(ODD)["module"]["lane"], odd.manifest(ODD)["node"]) == (None, "memory")

    odd.author(ODD, f'lane: "{value}"\n')

    assert validate(odd).exit == 0
    assert odd.manifest(ODD)["module"]["lane"] == value


def test_a_field_with_something_wrong_leaves_the_nearest_good_one_standing(odd: Workspace) -> None:
    odd.author(ODD, "owner: ['@a']\nlane: main\n")

    assert validate(odd).exit == 1
    assert odd.manifest(ODD)["module"]["owner"] == INHERITED
    assert odd.manifest(ODD)["module"]["lane"] == "main"


def test_of_a_file_with_a_generated_field_nothing_counts_and_the_ways_out_are_told(odd: Workspace) -> None:
    odd.author(ODD, "owner: '@a'\nconfidence: 1.0\ndependencies: {internal: []}\n")

    verdicts = validate(odd)

    assert verdicts.places("authored") == [("AG207", FILE, 2), ("AG207", FILE, 3)]
    assert "[tool.astrograph.manifest]" in verdicts.findings("authored")[0]["fix"]
    assert odd.manifest(ODD)["module"]["owner"] == INHERITED
    assert odd.manifest(ODD)["dependencies"]["internal"] == [GOOD]


def test_a_bomb_of_aliases_is_told_and_the_field_beside_it_counts(odd: Workspace) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{key}: &{key} [{', '.join([f'*{above}'] * 9)}]" for above, key in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    odd.author(ODD, "owner: '@a'\n" + "\n".join(lines) + "\n")

    verdicts = validate(odd)

    assert {code for code, _, _ in verdicts.places("authored")} == {"AG203", "AG204"}
    assert len(verdicts.findings("authored")) <= 101
    assert odd.manifest(ODD)["module"]["owner"] == "@a"


def test_suggestions_name_the_nearest(odd: Workspace) -> None:
    odd.author(ODD, "ownr: '@a'\ntier: T1_critcal\nstars: [Trial]\n")
    odd.author("core/goodd", "owner: '@a'\n")

    verdicts = validate(odd)

    assert "owner" in verdicts.one("AG204")["fix"]
    assert "T1_critical" in verdicts.one("AG205")["fix"]
    assert "Trail" in verdicts.one("AG212")["fix"]
    assert GOOD in verdicts.one("AG208")["fix"]


def test_files_that_speak_for_nobody_are_findings_and_are_never_dropped_silently(odd: Workspace) -> None:
    odd.author("core/ghost", "owner: '@a'\n")
    odd.author("Core/good", "owner: '@a'\n")
    odd.author("nobody/_defaults", "owner: '@a'\n")
    odd.author("core/a\x1b[31m\nb", "owner: '@a'\n")
    odd.write("manifests_src/core/good.yml", "owner: '@a'\n")
    odd.write("manifests_src/README.md", "Read me.\n")
    odd.write("manifests_src/.hidden.yaml", "owner: '@a'\n")

    verdicts = validate(odd)

    assert verdicts.places("authored") == [
        ("AG208", "manifests_src/Core/good.yaml", 0),
        ("AG208", "manifests_src/core/a\x1b[31m\nb.yaml", 0),
        ("AG208", "manifests_src/core/ghost.yaml", 0),
        ("AG214", "manifests_src/nobody/_defaults.yaml", 0),
        ("AG215", "manifests_src/README.md", 0),
        ("AG215", "manifests_src/core/good.yml", 0),
    ]
    assert verdicts.exit == 1
    assert len(verdicts.gates["coverage"]["notes"]["orphaned"]) == 3
    assert odd.manifest(GOOD)["module"]["owner"] == INHERITED


def test_links_pipes_and_odd_bytes_among_authored_files_are_told_and_not_followed(odd: Workspace) -> None:
    odd.write("elsewhere.yaml", "owner: '@elsewhere'\n")
    odd.path(FILE).symlink_to(odd.path("elsewhere.yaml"))
    odd.path("manifests_src/core/gone.yaml").symlink_to("nowhere")
    odd.path("manifests_src/linked").symlink_to("core")
    os.mkfifo(odd.path("manifests_src/core/good.yaml"))
    with open(os.fsencode(odd.path("manifests_src/core")) + b"/b\xff.yaml", "wb") as file:
        file.write(b"owner: '@a'\n")

    verdicts = validate(odd)

    assert verdicts.places("authored") == [
        ("AG215", "manifests_src/core/good.yaml", 0),
        ("AG216", "manifests_src/core/b\\udcff.yaml", 0),
        ("AG216", "manifests_src/core/gone.yaml", 0),
        ("AG216", FILE, 0),
        ("AG216", "manifests_src/linked", 0),
    ]
    assert odd.manifest(ODD)["module"]["owner"] == INHERITED


@pytest.mark.parametrize("path", [FILE, "manifests_src/core"], ids=["file", "folder"])
def test_authored_facts_that_may_not_be_read_fail_the_gate_until_they_may(odd: Workspace, path: str) -> None:
    odd.author(ODD, "owner: '@a'\n")

    with unreadable(odd.path(path)):
        verdicts = validate(odd)

    assert (verdicts.exit, verdicts.places("authored")) == (1, [("AG216", path, 0)])
    assert validate(odd).exit == 0
    assert odd.manifest(ODD)["module"]["owner"] == "@a"


def test_a_mistake_in_folder_defaults_is_told_once(odd: Workspace) -> None:
    odd.author("core/_defaults", f"owner: '{INHERITED}'\nlane: no\n")

    assert validate(odd).places("authored") == [("AG206", "manifests_src/core/_defaults.yaml", 2)]
    assert odd.manifest(ODD)["module"]["owner"] == INHERITED


def test_a_mended_file_gives_what_a_build_from_nothing_gives(odd: Workspace) -> None:
    odd.author(ODD, "owner: '@a'\n")
    odd.run("validate")
    before = odd.snapshot()
    odd.author(ODD, "owner: [\n")
    assert validate(odd).exit == 1

    odd.author(ODD, "owner: '@a'\n")

    assert validate(odd).exit == 0
    assert odd.snapshot() == before


def test_a_module_without_an_owner_or_with_a_placeholder_is_listed_beside_coverage(odd: Workspace) -> None:
    odd.author(ODD, "owner: unassigned\n")
    odd.package("free/thing", "X = 1\n")

    verdicts = validate(odd)

    assert verdicts.exit == 0
    assert verdicts.places("coverage") == [("AG213", FILE, 0), ("AG213", "manifests_src/free/thing.yaml", 0)]

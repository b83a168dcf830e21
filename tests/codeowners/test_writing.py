"""`doit codeowners`: the fewest lines that give every module the owners in its manifest, and whether a file agrees."""

import json
import random
from functools import cache

import pytest
from support import Workspace

from astrograph.formats.codeowners import decode
from astrograph.formats.codeowners_writer import Owners, lines_for, owners_of

A, B, C = ("@a",), ("@b", "@c"), ("d@example.com",)


@pytest.mark.parametrize(
    ("owners", "lines"),
    [
        ({"src/a": A, "src/a/x": A, "src/a/y": A}, ["/src/a/ @a"]),
        ({"src/a": A, "src/a/x": B}, ["/src/a/ @a", "/src/a/x/ @b @c"]),
        ({"src/a": A, "src/a/x": B, "src/a/y": B, "src/a/z": B}, ["/src/a/ @b @c", "/src/a/* @a"]),
        ({"src/a": A, "src/a/x": ()}, ["/src/a/* @a"]),
        ({"src/a": A, "src/a/w": A, "src/a/x": ()}, ["/src/a/ @a", "/src/a/x/"]),
        ({"src/a/x": A, "src/a/y": A, "src/a/z": B}, ["/src/a/ @a", "/src/a/z/ @b @c"]),
        ({"src/a/x": A, "src/b/y": B}, ["/src/a/x/ @a", "/src/b/y/ @b @c"]),
        ({"src/a": (), "src/b": ()}, []),
        ({"src/a b": C, "src/a*": A}, ["/src/a\\ b/ d@example.com", "/src/a\\*/ @a"]),
    ],
)
def test_lines_stand_where_the_owner_changes(owners: dict[str, Owners], lines: list[str]) -> None:
    assert lines_for(owners, tops=["src"]) == lines


def test_everything_is_never_given_away_in_one_line() -> None:
    assert lines_for({"a": A, "b": A}, tops=[]) == ["/a/ @a", "/b/ @a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@a", ("@a",)),
        ("@a @b", ("@a", "@b")),
        ("@a, b@example.com", ("@a", "b@example.com")),
        (None, ()),
        ("Memory Team", None),
    ],
)
def test_an_owner_text_is_words_apart_at_spaces_or_commas(text: str | None, expected: Owners | None) -> None:
    assert owners_of(text) == expected


def fewest(owners: dict[str, Owners], tops: list[str]) -> int:
    """How many lines it takes, by trying every owner at every folder."""
    folders = set()
    for each in owners:
        folder = each
        while folder:
            folders.add(folder)
            folder = "" if folder in tops else folder.rpartition("/")[0]
    roots = [each for each in folders if each in tops or "/" not in each]
    below = {each: [other for other in folders - set(roots) if other.rpartition("/")[0] == each] for each in folders}
    every = {*owners.values(), ()}

    @cache
    def cost(folder: str, above: Owners) -> int:
        return min(
            (mine != above) + (owners.get(folder, mine) != mine) + sum(cost(each, mine) for each in below[folder])
            for mine in every
        )

    return sum(cost(each, ()) for each in roots)


@pytest.mark.parametrize("seed", range(4))
def test_they_are_as_few_as_can_be_and_say_the_same(seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(200):
        tops = chosen.choice([["src"], [], ["src", "lib/py"]])
        owners: dict[str, Owners] = {}
        for _ in range(chosen.randint(1, 12)):
            parts = [chosen.choice(["a", "b", "c d"]) for _ in range(chosen.randint(1, 4))]
            owners["/".join([*chosen.sample(tops, min(1, len(tops))), *parts])] = chosen.choice([(), A, B, C])
        lines = lines_for(owners, tops=tops)
        said = decode("".join(f"{line}\n" for line in lines).encode())
        rules = {folder: said.rule_of(f"{folder}/__init__.py") for folder in owners}
        assert said.problems == ()
        assert {folder: rule.owners if rule else () for folder, rule in rules.items()} == owners
        assert len(lines) == fewest(owners, tops), (owners, lines)
        assert lines_for(dict(reversed(owners.items())), tops=tops) == lines


# ── the command ───────────────────────────────────────────────────────────────


@pytest.fixture
def owned(ws: Workspace) -> Workspace:
    for module in ("a", "a/x", "a/y", "b"):
        ws.package(module, "")
    ws.author("a/_defaults", 'owner: "@a"\n')
    ws.author("a", 'owner: "@a"\n')
    ws.author("a/y", 'owner: "@y, @z"\n')
    ws.author("b", "owner: triage\n")
    return ws


def test_the_file_goes_to_stdout_and_the_log_to_stderr(owned: Workspace) -> None:
    done = owned.doit("codeowners")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:] == ["/src/a/ @a", "/src/a/y/ @y @z"]
    assert "4 built" in done.stderr


def test_what_was_generated_gives_the_same_owners_back(owned: Workspace) -> None:
    owned.settings('codeowners = "CODEOWNERS"')
    owned.write("CODEOWNERS", "")
    text = owned.run("codeowners").out
    for path in ("a/_defaults", "a", "a/y"):
        owned.delete(f"manifests_src/{path}.yaml")
    owned.write("CODEOWNERS", text)
    assert owned.run("codeowners").out == text
    assert owned.run("codeowners", "--check").exit == 0


def test_an_owner_that_is_no_name_is_left_out_and_told(owned: Workspace) -> None:
    owned.author("b", "owner: The Team\n")
    run = owned.run("codeowners")
    assert run.exit == 1
    assert "/src/b" not in run.out
    assert "b is left out: 'The Team' is no @user, @org/team or address" in run.err


def test_check_compares_the_file_with_the_manifests_module_by_module(owned: Workspace) -> None:
    owned.settings('codeowners = "CODEOWNERS"')
    owned.write("CODEOWNERS", "/src/a/ @a\n/src/a/x/ @other\n")
    run = owned.run("codeowners", "--check")
    assert run.exit == 1
    assert "CODEOWNERS:2: a/x is @other here, @a in its manifest" in run.out
    said = json.loads(owned.run("codeowners", "--check", "--json").out)
    assert said["schema"] == "astrograph.codeowners/1"
    assert said["agree"] == 2
    assert [(each["module"], each["line"]) for each in said["differences"]] == [("a/x", 2), ("a/y", 1)]


def test_check_without_a_file_says_what_to_set(owned: Workspace) -> None:
    run = owned.run("codeowners", "--check")
    assert run.exit == 3
    assert "set codeowners" in run.err


def test_json_is_one_object(owned: Workspace) -> None:
    said = json.loads(owned.run("codeowners", "--json").out)
    assert said["owners"] == {"a": ["@a"], "a/x": ["@a"], "a/y": ["@y", "@z"], "b": []}
    assert said["text"].endswith("/src/a/y/ @y @z\n")

"""Authored files of every kind: a finding with its place, the module still built, nothing guessed (SPEC section 4)."""

import pytest
from support import Workspace

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)


def found(ws: Workspace) -> list[tuple[str, str, int]]:
    return [(item["code"], item["path"], item["line"]) for item in ws.gate("authored")["findings"]]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        pytest.param(b"owner: [unclosed\n", "AG201", 2, id="no YAML"),
        pytest.param(b"owner: '@a'\nowner: '@b'\n", "AG202", 2, id="a duplicate key"),
        pytest.param(b"owner: '@a'\nownr: '@b'\n", "AG204", 2, id="an unknown field"),
        pytest.param(b"tier: critical\n", "AG205", 1, id="a tier that is none"),
        pytest.param(b"owner: [a]\n", "AG205", 1, id="a wrong type"),
        pytest.param(b"- owner\n", "AG205", 1, id="a list"),
        pytest.param(b"\xff\xfe\n", "AG201", 1, id="no UTF-8"),
        pytest.param(b"owner: \0\n", "AG201", 1, id="a null byte"),
        pytest.param(b"exports: {}\n", "AG207", 1, id="a generated field"),
        pytest.param(b"stars: [Trial]\n", "AG212", 1, id="an unknown star"),
        pytest.param(b"owner: '@a'\n---\nowner: '@b'\n", "AG203", 2, id="two documents"),
        pytest.param(
            b"owner: !!python/object/apply:os.system [touch executed]\n", "AG203", 1, id="a tag that calls code"
        ),
        pytest.param(b"owner: &a '@a'\nnode: *a\n", "AG203", 2, id="an alias"),
        pytest.param(b"owner: '@a'\n<<: {tier: T1_critical}\n", "AG203", 2, id="a merge key"),
    ],
)
def test_a_wrong_authored_file_fails_its_gate_with_file_and_line(
    built: Workspace, text: bytes, code: str, line: int
) -> None:
    built.author("memory/fold", text)

    run = built.run("validate")

    assert run.exit == 1
    assert (code, "manifests_src/memory/fold.yaml", line) in found(built)
    assert built.manifests() == ["core/types", "memory/fold", "memory/recall"]
    assert not built.path("executed").exists()
    assert built.run("validate").tasks == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BOMB, id="a bomb of aliases"),
        pytest.param("owner: " + "[" * 100_000, id="100,000 brackets deep"),
        pytest.param("".join("  " * depth + "a:\n" for depth in range(2_000)), id="2,000 levels of indentation"),
        pytest.param("? " * 50_000, id="50,000 complex keys"),
        pytest.param("description: '" + "x" * 20_000_000 + "'\n", id="20 MB"),
        pytest.param("owner: |\n" + " x\n" * 200_000, id="200,000 lines"),
    ],
)
def test_a_bomb_is_a_finding_at_once(built: Workspace, text: str) -> None:
    built.author("memory/fold", text)

    run = built.run("validate")

    assert run.exit == 1
    assert {path for _, path, _ in found(built)} == {"manifests_src/memory/fold.yaml"}
    assert built.manifests() == ["core/types", "memory/fold", "memory/recall"]


@pytest.mark.parametrize("word", ["no", "on", "NO", "1e3", "12:30", "010", "2026-01-01", "~", "null", "0x1f", ".inf"])
def test_a_word_that_yaml_would_take_for_something_else_never_changes_silently(built: Workspace, word: str) -> None:
    built.author("memory/fold", f"owner: {word}\n")

    run = built.run("validate")

    said = built.manifest("memory/fold")["module"]["owner"]
    assert said == word or (run.exit == 1 and found(built) != [])


def test_a_file_for_a_module_that_does_not_exist_names_the_nearest(built: Workspace) -> None:
    built.author("memory/fodl", "owner: '@fold'\n")

    assert built.run("validate").exit == 1
    (finding,) = built.gate("authored")["findings"]
    assert (finding["code"], finding["path"]) == ("AG208", "manifests_src/memory/fodl.yaml")
    assert "memory/fold" in finding["fix"]


@pytest.mark.parametrize("name", ["memory/fold.yml", "memory/fold.json", "README.md", "memory/.swp~"])
def test_files_of_other_kinds_are_told_or_ignored_but_never_read_as_facts(built: Workspace, name: str) -> None:
    built.write(f"manifests_src/{name}", "owner: '@wrong'\n")

    built.run("validate")

    assert built.manifest("memory/fold")["module"]["owner"] is None
    assert [code for code, _, _ in found(built)] == ([] if "/." in name else ["AG215"])


def test_a_link_among_the_authored_files_is_not_followed(built: Workspace) -> None:
    secret = built.root.parent / "secret.yaml"
    secret.write_text("owner: '@secret'\n")
    built.author("core/types", "tier: T3_standard\n")
    built.path("manifests_src/memory").mkdir()
    built.path("manifests_src/memory/fold.yaml").symlink_to(secret)
    built.path("manifests_src/loop").symlink_to(built.path("manifests_src"))

    built.run("validate")

    assert built.manifest("memory/fold")["module"]["owner"] is None
    assert {code for code, _, _ in found(built)} == {"AG216"}


def test_a_wrong_default_is_told_once_and_not_for_every_module_below(built: Workspace) -> None:
    built.author("_defaults", "ownr: '@all'\n")

    assert built.run("validate").exit == 1
    assert found(built) == [("AG204", "manifests_src/_defaults.yaml", 1)]


def test_a_file_that_is_mended_is_clean_again(built: Workspace) -> None:
    built.author("memory/fold", "ownr: '@fold'\n")
    assert built.run("validate").exit == 1
    built.author("memory/fold", "owner: '@fold'\n")

    assert built.run("validate").exit == 0
    assert found(built) == []


def test_an_authored_folder_that_is_missing_or_a_file_is_no_traceback(built: Workspace) -> None:
    built.settings('authored = "nowhere"')
    assert built.run("validate").exit == 0

    built.write("nowhere", "a file")
    assert built.run("validate").exit in {0, 1, 3}

"""Text from source, YAML, rules and file names reaches no terminal unescaped, in whatever form it is asked for."""

import json

import pytest
from support import Run, Workspace
from told import unfit

ESCAPES = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202egnp.exe\u2028\x7f\x08"
"""A title, a colour, a clear of the screen (C1), reversed text, a line end, delete and backspace."""

ODD = "core/odd"


@pytest.fixture
def odd(ws: Workspace) -> Workspace:
    """Escapes wherever text may stand."""
    ws.package(ODD, f'"""{ESCAPES}"""\n__all__ = ["{ESCAPES}", "fine"]\nimport core.good\nx = $ "{ESCAPES}"\n')
    ws.write(f"src/core/odd/a{ESCAPES.replace('/', '')}.py", "def f(:\n")
    ws.write(f"src/core/odd/test_{ESCAPES}.py", "X = 1\n")
    ws.package(f"core/{ESCAPES}", "X = 1\n")
    ws.package(f"core/.{ESCAPES}", "X = 1\n")
    quoted = json.dumps(ESCAPES)
    ws.author(ODD, f"owner: '@a'\ntags: [{quoted}]\nlinks: {{{quoted}: {quoted}}}\nlane: {quoted}\n{quoted}: 1\n")
    ws.author(f"core/{ESCAPES}x", "owner: '@a'\n")
    ws.write(f"manifests_src/{ESCAPES}.txt", "x")
    return ws


def shown(run: Run) -> str:
    """Everything a run wrote, held to be fit for a terminal."""
    text = run.out + run.err
    assert unfit(text) == set()
    return text


def test_the_characters_are_there(odd: Workspace) -> None:
    assert unfit(ESCAPES) == set("\x1b\x07\x9b\u202e\u2028\x7f\x08")
    odd.run()
    assert odd.manifest(ODD)["tags"] == [ESCAPES]
    assert odd.manifest(ODD)["documentation"]["docstring"] is not None


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_validate_shows_them_as_escapes(odd: Workspace, form: list[str]) -> None:
    run = odd.run("validate", *form)

    assert run.exit == 1
    text = shown(run)
    assert (r"\u001b]0;owned" if form else r"\x1b]0;owned") in text
    assert r"\u202egnp.exe" in text


def test_validate_as_json_keeps_the_value(odd: Workspace) -> None:
    document = json.loads(odd.run("validate", "--json").out)

    paths = {item["path"] for gate in document["gates"] for item in gate["findings"]}
    assert f"src/core/{ESCAPES}" in paths


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_info_shows_them_as_escapes(odd: Workspace, form: list[str]) -> None:
    odd.run()

    run = odd.run("info", *form, ODD)

    assert run.exit == 0
    assert r"\u202egnp.exe" in shown(run)


@pytest.mark.parametrize(
    "words", [["list", "--all", "--deps"], [], ["clean", "--dry-run"], ["info", f"manifest:{ODD}"]]
)
def test_other_commands_show_them_as_escapes_or_not_at_all(odd: Workspace, words: list[str]) -> None:
    odd.run()

    shown(odd.run(*words))


@pytest.mark.parametrize(
    "words",
    [["info", f"core/{ESCAPES}"], ["info", f"core.od{ESCAPES}"], ["explain", f"AG{ESCAPES}"], ["validate", ESCAPES]],
)
def test_a_word_that_is_unknown_is_shown_as_escapes(odd: Workspace, words: list[str]) -> None:
    run = odd.run(*words)

    assert run.exit == 3
    assert run.err.startswith("error: ")
    shown(run)


def test_a_pin_shows_what_changed_as_escapes(odd: Workspace) -> None:
    odd.run()
    odd.rules(lambda rules: rules["rules"][0].update(pattern="fold\u202e\x9b", source="by\u2028name"))
    text = odd.path("rules/star_rules.json").read_text()
    odd.write(
        "rules/star_rules.json",
        text.replace("\\u202e", "\u202e").replace("\\u009b", "\x9b").replace("\\u2028", "\u2028"),
    )

    run = odd.run("pin", "--reason", f"to see {ESCAPES}")

    assert run.exit == 0
    assert r"fold\u202e\x9b" in shown(run)

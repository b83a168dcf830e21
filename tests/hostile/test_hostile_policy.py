"""Policy files that cannot be used: every run refuses before it writes, with file, line and the way out."""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest
from support import Workspace
from support.workspace import CANON, EXCEPTIONS, RULES, SCHEMA
from told import GOOD, refused, validate

from astrograph.engine import workers

PINS = "rules/pins.json"
POLICY = [RULES, EXCEPTIONS, CANON, SCHEMA]
ENDLESS = r"(?=core.nnn)(([a-z/. ]+)*)*[0-9]$"
LONG = "core/" + "n" * 100


@pytest.fixture
def good(ws: Workspace) -> Workspace:
    """One module, built."""
    ws.package(GOOD, "X = 1\n")
    assert ws.run().exit == 0
    return ws


def force_pins(ws: Workspace) -> None:
    """Write the pins by hand, as no `doit pin` would."""

    def change(document: Any) -> None:
        for pin in document["pins"].values():
            pin["sha256"] = hashlib.sha256(ws.path(pin["path"]).read_bytes()).hexdigest()

    ws.document(PINS, change)


def add_rule(pattern: str, star: str = "Trail") -> Callable[[Any], None]:
    return lambda rules: rules["rules"].append({"star": star, "pattern": pattern, "source": "a test"})


def without(*keys: str) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return change


BAD_POLICY: dict[str, tuple[str, Callable[[Any], object], list[str]]] = {
    "a pattern that does not compile": (RULES, add_rule("(fold"), ["AG501", "`(fold`", "/rules/8", "missing )"]),
    "look-around that does not compile": (RULES, add_rule("(?<=a+)b"), ["AG501", "/rules/8"]),
    "an exclusion that does not compile": (
        RULES,
        lambda rules: rules["exclusions"].append({"pattern": "*x", "explain": "a test"}),
        ["AG501", "/exclusions/0"],
    ),
    "an unknown star": (RULES, add_rule("fold", star="Trial"), ["AG503", "`Trial`", "did you mean `Trail`?"]),
    "no limits": (RULES, without("limits"), ["AG510", "max_promotions_run", "min_supporting_percentage"]),
    "a missing limit": (RULES, without("limits", "max_promotions_run"), ["AG510", "`max_promotions_run`"]),
    "a weight above one": (RULES, lambda rules: rules["weights"].update(path_regex=1.5), ["AG504", "1.5"]),
    "a weight with many decimals": (RULES, lambda rules: rules["weights"].update(path_regex=0.12345), ["AG504"]),
    "text for a weight": (RULES, lambda rules: rules["weights"].update(path_regex="0.4"), ["AG516", "text"]),
    "an unknown key": (RULES, lambda rules: rules.update(confidance={}), ["AG518", "did you mean `confidence`"]),
    "a star forced that is none": (
        EXCEPTIONS,
        lambda exceptions: exceptions.update(force_promote={GOOD: {"star": "Trial", "reason": "a test"}}),
        ["AG503", "did you mean `Trail`?"],
    ),
    "a star forced without a reason": (
        EXCEPTIONS,
        lambda exceptions: exceptions.update(force_promote={GOOD: {"star": "Trail"}}),
        ["AG513", GOOD],
    ),
    "a module forced and forbidden": (
        EXCEPTIONS,
        lambda exceptions: exceptions.update(
            do_not_promote=["core/*"], force_promote={GOOD: {"star": "Trail", "reason": "a test"}}
        ),
        ["AG512", GOOD, "core/*"],
    ),
    "no gitignore pattern": (
        EXCEPTIONS,
        lambda exceptions: exceptions.update(do_not_promote=["!"]),
        ["AG516", "`!` is not a gitignore pattern"],
    ),
    "a star twice": (CANON, lambda canon: canon["stars"].append(canon["stars"][0]), ["AG516", "`Anchor`", "twice"]),
    "a star less than the canon": (RULES, lambda rules: rules["stars"].remove("Drift"), ["AG509", "Drift"]),
}


@pytest.mark.parametrize("name", BAD_POLICY)
def test_what_cannot_be_used_is_neither_pinned_nor_run(good: Workspace, name: str) -> None:
    path, change, words = BAD_POLICY[name]
    before, pins = good.snapshot(), good.path(PINS).read_bytes()
    good.document(path, change)
    good.package(GOOD, "Y = 1\n")

    refused(good.run("pin", "--reason", "to see"), f"{path}:", "fix: ", *words)
    assert good.path(PINS).read_bytes() == pins
    force_pins(good)

    for command in ([], ["validate"], ["-n", "4"], ["manifest:core/good"]):
        refused(good.run(*command), f"{path}:", "fix: ", *words)
    assert good.snapshot() == before


def test_the_line_of_a_pattern_that_does_not_compile_is_told(good: Workspace) -> None:
    good.rules(add_rule("(fold"))
    rule = good.path(RULES).read_text().split('{\n   "star": "Trail",\n   "pattern": "(fold"')[0].count("\n") + 1
    force_pins(good)

    refused(good.run(), f"{RULES}:{rule}: AG501 pattern `(fold`")


@pytest.mark.parametrize("path", POLICY)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["ends where a value is expected"]),
        (b"{", ["a key in double quotes is expected"]),
        (b"[]", []),
        (b"null", []),
        (b"\xff\xfe{}", ["UTF-8"]),
        (b'{"a": 1, "a": 2}', ["`a`", "already"]),
        (b'{"a": NaN}', ["NaN"]),
        (b'{"a": 1e999}', []),
        (b"[" * 200_000, ["nested deeper than 100"]),
        (b'{"a": "\x1b[31m\x9b"}', []),
    ],
    ids=["empty", "cut short", "a list", "null", "UTF-16", "a key twice", "NaN", "infinity", "deep", "escapes"],
)
def test_bytes_that_are_no_policy_are_refused_by_file(
    good: Workspace, path: str, content: bytes, words: list[str]
) -> None:
    good.write(path, content)
    force_pins(good)

    refused(good.run(), path, *words)
    refused(good.run("validate", "--json"), path, *words)
    refused(good.run("pin", "--reason", "to see"), path, *words)


def test_a_rules_file_in_yaml_is_held_to_the_strict_subset(good: Workspace) -> None:
    text = json.dumps(json.loads(good.path(RULES).read_bytes()), indent=1)
    good.write("rules/star_rules.yaml", text.replace('"version": "1.0.0"', '"version": 1.0.0, "extra": &a no'))
    good.settings('rules = "rules/star_rules.yaml"')

    refused(good.run("pin", "--reason", "to see"), "rules/star_rules.yaml:2:", "AG203", "AG206", "`no`")


@pytest.mark.parametrize("words", [["-n", "1"], ["-n", "4"], ["validate"]], ids=["alone", "workers", "validate"])
def test_a_pattern_that_never_ends_is_stopped_and_is_an_error_at_its_line(
    good: Workspace, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(workers, "WORKERS_FROM_FILES", 1)
    good.rules(add_rule(ENDLESS))
    good.package(LONG, "X = 1\n")
    good.pin()

    run = good.run(*words)

    assert run.exit == 3
    assert f"{RULES}:69: AG502 pattern `{ENDLESS}` of /rules/8 on {LONG}: match limit exceeded" in run.err
    assert "fix: rewrite it" in run.err
    assert good.manifests() == [GOOD]


def test_a_pattern_that_never_ends_fails_the_rules_gate_before_any_module_meets_it(good: Workspace) -> None:
    good.rules(add_rule(ENDLESS))
    good.pin()

    verdicts = validate(good)

    assert (verdicts.exit, verdicts.verdict("rules")) == (1, "fail")
    assert verdicts.one("AG502")["line"] == 69
    assert "50,000 steps" in verdicts.one("AG502")["message"]


def test_a_schema_that_is_none_is_refused_with_the_place(good: Workspace) -> None:
    good.document(SCHEMA, lambda schema: schema["properties"]["module"].update(type="objekt"))
    force_pins(good)

    refused(good.run(), SCHEMA, "/properties/module/type", "objekt")


def test_a_reference_to_a_server_is_refused_and_nobody_calls_there(good: Workspace) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        good.document(SCHEMA, lambda schema: schema["properties"].update(extra={"$ref": url}))
        force_pins(good)

        for words in ([], ["validate"], ["pin", "--reason", "to see"]):
            refused(good.run(*words), SCHEMA, url, "nothing is ever fetched")
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("reference", ["file://{root}/own.json", "own.json", "../own.json#/a", "//host/own.json"])
def test_a_reference_to_a_file_is_refused_and_the_file_not_opened(good: Workspace, reference: str) -> None:
    good.write("own.json", "{}")
    good.write("schemas/own.json", "{}")
    target = reference.format(root=good.root)
    good.document(SCHEMA, lambda schema: schema["properties"].update(extra={"$ref": target}))
    force_pins(good)

    run = good.run()

    refused(run, SCHEMA, target[:60], "nothing is ever fetched")
    assert [path for path in run.read if path.endswith("own.json")] == []


def test_a_reference_to_nowhere_inside_the_schema_is_refused(good: Workspace) -> None:
    good.document(SCHEMA, lambda schema: schema["properties"].update(extra={"$ref": "#/$defs/none"}))
    force_pins(good)

    refused(good.run(), SCHEMA, "/$defs/none")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", ["rules/pins.json:1:2", "AG516"]),
        (b"\0\xff", ["rules/pins.json:1:", "UTF-8"]),
        (b'{"pins": {}}', ["never pinned", *POLICY, "doit pin --reason"]),
        (b'{"pins": {"rules": {"sha256": "abc"}}}', ["64 lower-case hexadecimal digits", "`path` is missing"]),
        (b'{"pins": {}, "pins": {}}', ["`pins`", "already"]),
    ],
    ids=["cut short", "binary", "empty", "incomplete", "a key twice"],
)
def test_pins_that_are_none_stop_every_run(good: Workspace, content: bytes, words: list[str]) -> None:
    before = good.snapshot()
    good.write(PINS, content)

    for command in ([], ["validate"], ["list"], ["clean"]):
        refused(good.run(*command), *words)
    assert good.snapshot() == before


def test_pins_of_another_file_are_no_pins(good: Workspace) -> None:
    good.document(PINS, lambda document: document["pins"]["rules"].update(path="rules/other.json"))

    refused(good.run(), RULES, "never pinned")


@pytest.mark.parametrize("path", POLICY)
def test_a_policy_file_that_is_gone_or_a_folder_is_named(good: Workspace, path: str) -> None:
    good.delete(path)
    refused(good.run(), path, "missing or cannot be read", "restore it")
    refused(good.run("pin", "--reason", "to see"), path, "missing or cannot be read")

    good.path(path).mkdir()

    refused(good.run("validate"), path, "missing or cannot be read")


def test_a_policy_file_that_is_a_pipe_is_not_waited_for(good: Workspace) -> None:
    good.delete(RULES)
    os.mkfifo(good.path(RULES))

    refused(good.run(), RULES, "missing or cannot be read", "it is not a regular file")


def test_a_module_is_shown_whatever_the_policy_is(good: Workspace) -> None:
    good.write(PINS, "{")

    run = good.run("info", GOOD)

    assert run.exit == 0
    assert "Policy       rules/pins.json cannot be used" in run.out


def test_an_exception_for_nobody_is_a_warning_that_names_the_nearest(good: Workspace) -> None:
    forced = {"core/goud": {"star": "Trail", "reason": "a test"}}
    good.exceptions(lambda exceptions: exceptions.update(do_not_promote=["nobody/*"], force_promote=forced))
    good.pin()

    verdicts = validate(good)

    unused = [item for item in verdicts.findings("rules") if item["code"] == "AG511"]
    assert verdicts.exit == 0
    assert [item["path"] for item in unused] == [EXCEPTIONS, EXCEPTIONS]
    assert GOOD in "".join(item["fix"] for item in unused)


def test_a_policy_that_was_mended_gives_what_it_gave_before(good: Workspace) -> None:
    good.run("validate")
    before, rules, pins = good.snapshot(), good.path(RULES).read_bytes(), good.path(PINS).read_bytes()
    good.rules(add_rule(ENDLESS))
    good.pin()
    good.package(LONG, "X = 1\n")
    assert good.run().exit == 3
    good.delete(f"src/{LONG}")
    good.write(RULES, rules)
    good.write(PINS, pins)

    assert good.run("validate").exit == 0
    assert good.snapshot() == before

"""Policy files of every kind: exit 3 with file and place, and what was built stays (SPEC section 3)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from support import Workspace, light_rules
from support.workspace import CANON, EXCEPTIONS, RULES, SCHEMA


def refused(ws: Workspace, path: str, *told: str) -> None:
    """Neither a pin nor a run takes the policy, both name the file, and nothing is written."""
    before, pins = ws.snapshot(), ws.path("rules/pins.json").read_bytes()
    pinned, run = ws.run("pin", "--reason", "to see"), ws.run()
    assert (pinned.exit, run.exit) == (3, 3)
    assert path in pinned.err
    for words in told:
        assert words in pinned.err
    assert (ws.snapshot(), ws.path("rules/pins.json").read_bytes()) == (before, pins)


def drop_limits(rules: Any) -> None:
    del rules["limits"]


def drop_one_limit(rules: Any) -> None:
    del rules["limits"]["max_promotions_run"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(drop_limits, "limits", id="no limits"),
        pytest.param(drop_one_limit, "max_promotions_run", id="a limit missing"),
        pytest.param(lambda rules: rules["limits"].update(max_promotions_run=-1), "max_promotions_run", id="negative"),
        pytest.param(lambda rules: rules["weights"].update(path_regex=1.5), "path_regex", id="weight above 1"),
        pytest.param(lambda rules: rules["weights"].update(path_regex="much"), "path_regex", id="weight of text"),
        pytest.param(lambda rules: rules["rules"][0].update(star="Nova"), "Nova", id="an unknown star"),
        pytest.param(lambda rules: rules["rules"][0].update(pattern="(unclosed"), "(unclosed", id="no pattern"),
        pytest.param(lambda rules: rules.update(surprise=1), "surprise", id="an unknown key"),
        pytest.param(lambda rules: rules["stars"].pop(), "stars", id="stars that are not the canon's"),
    ],
)
def test_rules_that_cannot_be_used_are_refused(built: Workspace, change: Callable[[Any], object], told: str) -> None:
    built.rules(change)

    refused(built, RULES, told)


@pytest.mark.parametrize("path", [RULES, EXCEPTIONS, CANON, SCHEMA])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="torn"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="100,000 brackets deep"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": 1, "a": 2}', id="a duplicate key"),
    ],
)
def test_a_policy_file_that_is_no_sound_json_is_refused(built: Workspace, path: str, content: bytes) -> None:
    built.write(path, content)

    refused(built, path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pins": 7}', b"\xff", b"[" * 100_000])
def test_pins_that_cannot_be_read_stop_the_run(built: Workspace, content: bytes) -> None:
    before = built.snapshot()
    built.write("rules/pins.json", content)

    run = built.run()

    assert (run.exit, "rules/pins.json" in run.err) == (3, True)
    assert built.snapshot() == before


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"(?=a)(a|a)*$", r"(a|aa)+(?!b)$", r"(.*)*(?<!x)y"])
def test_a_pattern_that_never_ends_elsewhere_is_found_or_ends_here(built: Workspace, pattern: str) -> None:
    built.package("core/" + "a" * 120 + "c", "")
    built.rules(lambda rules: rules["rules"].append({"star": "Trail", "pattern": pattern, "source": "hostile"}))
    pinned = built.run("pin", "--reason", "to see")
    assert pinned.exit in {0, 3}

    run = built.run("validate")

    assert run.exit in {0, 1, 2, 3}
    if run.exit == 0:
        assert "core/" + "a" * 120 + "c" in built.manifests()
    else:
        assert run.out + run.err + pinned.err != ""


@pytest.mark.parametrize(
    "reference",
    [
        "http://localhost:9/schema.json",
        "file:///etc/passwd",
        "other.schema.json",
        "https://json-schema.org/draft/2020-12/schema#/none",
    ],
)
def test_a_schema_that_refers_to_anything_outside_is_refused(built: Workspace, reference: str) -> None:
    built.document(SCHEMA, lambda schema: schema["properties"].update(extra={"$ref": reference}))

    refused(built, SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"type": "nonsense"}, id="an unknown type"),
        pytest.param({"properties": []}, id="properties of a list"),
        pytest.param({"pattern": "("}, id="a pattern that does not compile"),
    ],
)
def test_an_invalid_schema_is_refused(built: Workspace, change: dict[str, object]) -> None:
    built.document(SCHEMA, lambda schema: schema["properties"].update(extra=change))

    refused(built, SCHEMA)


def test_one_module_on_both_lists_of_exceptions_is_refused(built: Workspace) -> None:
    both = {"do_not_promote": ["memory/fold"], "force_promote": {"memory/fold": {"star": "Watch", "reason": "x"}}}
    built.exceptions(lambda exceptions: exceptions.update(both))

    refused(built, EXCEPTIONS, "memory/fold")


def test_an_exception_without_a_reason_is_refused(built: Workspace) -> None:
    built.exceptions(lambda exceptions: exceptions.update(force_promote={"memory/fold": {"star": "Watch"}}))

    refused(built, EXCEPTIONS, "reason")


def test_an_exception_for_no_module_is_a_warning_with_the_nearest(built: Workspace) -> None:
    forced = {"memory/fodl": {"star": "Watch", "reason": "x"}}
    built.exceptions(lambda exceptions: exceptions.update(force_promote=forced))
    built.pin()

    assert built.run("validate").exit == 0
    told = [finding for finding in built.gate("rules")["findings"] if "memory/fodl" in finding["message"]]
    assert [(finding["severity"], "memory/fold" in finding["fix"]) for finding in told] == [("warning", True)]


def test_rules_may_be_yaml(built: Workspace) -> None:
    before = built.snapshot()
    built.write("rules/star_rules.yaml", json.dumps(light_rules(), indent=1))
    built.settings('rules = "rules/star_rules.yaml"')
    built.pin()

    run = built.run()

    assert (run.exit, run.written) == (0, [])
    assert {path: data for path, data in built.snapshot().items() if path.startswith("manifests/")} == {
        path: data for path, data in before.items() if path.startswith("manifests/")
    }


def test_everything_that_is_wrong_is_told_at_once(built: Workspace) -> None:
    def change(rules: Any) -> None:
        rules["weights"]["path_regex"] = 7
        rules["rules"][0]["star"] = "Nova"
        rules["rules"][1]["star"] = "Supernova"

    built.rules(change)

    refused(built, RULES, "path_regex", "Nova", "Supernova")

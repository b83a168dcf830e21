"""A change of policy: nothing without a pin, then exactly what it changes, and nothing is parsed (SPEC section 3)."""

import hashlib
import json
from typing import Any

import pytest
from support import Workspace
from support.workspace import CANON, EXCEPTIONS, RULES, SCHEMA

FOLD = "memory/fold"
PATH_ALONE = 0.9


def promote_by_path(ws: Workspace) -> None:
    """Let a path alone speak loudly enough for Trail, and leave Anchor where it was."""
    ws.rules(lambda rules: rules["weights"].update(path_regex=PATH_ALONE))
    ws.rules(lambda rules: rules.update(rules=[rule for rule in rules["rules"] if rule["star"] != "Anchor"]))


@pytest.mark.parametrize("path", [RULES, EXCEPTIONS, CANON, SCHEMA])
def test_a_policy_file_changed_without_a_pin_stops_every_run_before_it_writes(built: Workspace, path: str) -> None:
    before = built.snapshot()
    pinned = hashlib.sha256(built.path(path).read_bytes()).hexdigest()
    built.write(path, built.path(path).read_bytes() + b"\n")
    actual = hashlib.sha256(built.path(path).read_bytes()).hexdigest()
    built.package(FOLD, "import faiss\n")

    for words in ([], ["validate"], ["-n", "4"], ["manifest:memory/fold"]):
        run = built.run(*words)

        assert (run.exit, run.tasks, run.files) == (3, (), [])
        assert path in run.err
        assert pinned in run.err
        assert actual in run.err
        assert "doit pin --reason" in run.err
    assert built.snapshot() == before


def test_after_a_pin_exactly_the_manifests_whose_outcome_changes_are_rewritten_and_nothing_is_parsed(
    built: Workspace,
) -> None:
    promote_by_path(built)
    built.pin()

    run = built.run()

    assert (run.exit, run.written, run.parsed) == (0, ["memory/fold", "memory/recall"], 0)
    assert run.sources_read() == []
    assert built.manifest(FOLD)["constellation"] == {
        "confidence": PATH_ALONE,
        "origin": "inferred",
        "stars": ["Trail"],
    }


def test_new_pins_of_a_policy_that_says_the_same_write_no_manifest(built: Workspace) -> None:
    built.rules(lambda rules: rules.update(version="1.0.1"))
    built.pin()

    run = built.run()

    assert (run.files, run.parsed) == (["audit/digests.json", "audit/rule_hits.json"], 0)


def test_a_change_taken_back_needs_no_pin_and_no_work(built: Workspace) -> None:
    before = built.path(RULES).read_bytes()
    promote_by_path(built)
    assert built.run().exit == 3
    built.write(RULES, before)

    run = built.run("validate")

    assert (run.exit, run.tasks) == (0, ())


def test_an_exception_rewrites_the_module_it_names(built: Workspace) -> None:
    forced = {"memory/fold": {"star": "Watch", "reason": "it guards"}}
    built.exceptions(lambda exceptions: exceptions.update(force_promote=forced))
    built.pin()

    assert built.run().written == [FOLD]
    assert built.manifest(FOLD)["constellation"] == {"confidence": 1.0, "origin": "forced", "stars": ["Watch"]}


def test_an_exception_that_holds_promotions_back_takes_them_away(built: Workspace) -> None:
    promote_by_path(built)
    built.pin()
    built.run()
    built.exceptions(lambda exceptions: exceptions.update(do_not_promote=["memory/f*"]))
    built.pin()

    assert built.run().written == [FOLD]
    assert built.manifest(FOLD)["constellation"]["suggestion"] == {"confidence": PATH_ALONE, "star": "Trail"}


def test_a_policy_that_cannot_be_used_is_not_pinned(built: Workspace) -> None:
    pins = built.path("rules/pins.json").read_bytes()
    built.rules(lambda rules: rules.pop("limits"))

    run = built.run("pin", "--reason", "to see")

    assert run.exit == 3
    assert "limits" in run.err
    assert built.path("rules/pins.json").read_bytes() == pins


def test_pins_that_are_missing_or_incomplete_stop_the_run(built: Workspace) -> None:
    built.document("rules/pins.json", lambda pins: pins["pins"].pop("canon"))
    run = built.run()
    assert (run.exit, CANON in run.err, "never pinned" in run.err) == (3, True, True)

    built.delete("rules/pins.json")
    run = built.run()
    assert (run.exit, RULES in run.err, "never pinned" in run.err) == (3, True, True)


def test_a_missing_policy_file_is_named(built: Workspace) -> None:
    built.delete(CANON)

    run = built.run()

    assert run.exit == 3
    assert CANON in run.err
    assert "restore it" in run.err


# where fields land


def place(ws: Workspace, lines: str) -> None:
    text = ws.path("pyproject.toml").read_text()
    ws.write("pyproject.toml", f"{text}\n[tool.astrograph.manifest]\n{lines}\n")


@pytest.mark.parametrize(
    ("form", "expected"),
    [("ids", ["Trail"]), ("labels", ["✦ Trail (Memory)"]), ("label", "✦ Trail (Memory)")],
)
def test_stars_land_where_the_field_map_says_in_the_form_it_says(built: Workspace, form: str, expected: object) -> None:
    built.author("memory/_defaults", "node: memory\n")
    built.run()
    place(built, f'stars = {{ pointer = "/alignment/primary star", form = "{form}" }}')

    run = built.run()

    assert (run.written, run.parsed) == (["core/types", "memory/fold", "memory/recall"], 0)
    assert built.manifest(FOLD)["alignment"] == {"primary star": expected}
    assert built.manifest(FOLD)["constellation"] == {"confidence": 0.9, "origin": "inferred"}


def test_a_field_moves_to_any_pointer_or_is_left_out(built: Workspace) -> None:
    place(built, 'owner = "/metadata/ownership/team"\ntier = false\npath = "/id"')
    built.author(FOLD, "owner: '@fold'\ntier: T1_critical\n")
    built.run()

    manifest = built.manifest(FOLD)

    assert manifest["metadata"] == {"ownership": {"team": "@fold"}}
    assert manifest["id"] == FOLD
    assert sorted(manifest["module"]) == ["description", "lane", "name"]


def test_a_field_map_taken_back_gives_the_bytes_of_before(built: Workspace) -> None:
    before, settings = built.snapshot(), built.path("pyproject.toml").read_bytes()
    place(built, 'owner = "/boss"')
    built.run("validate")
    assert built.snapshot() != before
    built.write("pyproject.toml", settings)

    built.run("validate")

    assert built.snapshot() == before


def test_two_fields_on_one_pointer_are_refused(built: Workspace) -> None:
    place(built, 'owner = "/module/name"\nname = "/module/name"')

    run = built.run()

    assert (run.exit, run.tasks) == (3, ())
    assert "manifest.name" in run.err


def test_a_schema_of_the_workspaces_own_decides_what_is_carried_and_what_is_valid(built: Workspace) -> None:
    own = json.loads(built.path(SCHEMA).read_bytes())
    own["properties"]["pager"] = {"type": "string", "description": "Who is woken."}
    built.write("schemas/own.schema.json", json.dumps(own))
    built.settings('schema = "schemas/own.schema.json"')
    built.pin()
    built.author(FOLD, "pager: '+49 30 1'\n")

    run = built.run("validate")

    assert (run.exit, run.written) == (0, [FOLD])
    assert built.manifest(FOLD)["pager"] == "+49 30 1"


def documentation(schema: Any) -> Any:
    return schema["properties"]["documentation"]["properties"]


def test_a_schema_that_the_manifests_do_not_fulfil_fails_its_gate_and_keeps_them(built: Workspace) -> None:
    before = {path: data for path, data in built.snapshot().items() if path.startswith("manifests/")}
    built.document(SCHEMA, lambda schema: documentation(schema)["exports_total"].update(minimum=9))
    built.pin()

    run = built.run("validate")

    assert run.exit == 1
    assert built.codes("schema") == ["AG209", "AG209", "AG209"]
    assert {path: data for path, data in built.snapshot().items() if path.startswith("manifests/")} == before


def test_a_pin_keeps_the_line_ends_and_the_mode_of_the_file(built: Workspace) -> None:
    pins = built.path("rules/pins.json")
    pins.write_bytes(pins.read_bytes().replace(b"\n", b"\r\n"))
    pins.chmod(0o600)
    built.rules(lambda rules: rules["limits"].update(max_promotions_run=3))

    assert built.run("pin", "--reason", "fewer").exit == 0

    data = pins.read_bytes()
    assert (data.count(b"\n"), pins.stat().st_mode & 0o777) == (data.count(b"\r\n"), 0o600)
    assert b"fewer" in data
    assert built.run().exit == 0

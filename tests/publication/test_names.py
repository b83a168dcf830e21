"""Whom a pin, an approval or a publication is recorded under: a person, or nobody at all."""

from __future__ import annotations

import json

import pytest
from planned import approved, planned, publish
from support.workspace import Workspace

from astrograph.doit_plugin import person
from astrograph.model.person import is_person, same_person


@pytest.fixture
def nameless(family: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The family, where neither git nor the login has a name."""
    monkeypatch.setattr(person, "whoami", lambda: "")
    return family


def by(ws: Workspace) -> dict[str, str]:
    """Who pinned each policy file."""
    return {kind: pin["by"] for kind, pin in json.loads(ws.path("rules/pins.json").read_bytes())["pins"].items()}


@pytest.mark.parametrize("name", ["", " ", "unknown", " UNKNOWN\t", "ｕnknown"])
def test_these_names_are_nobody(name: str) -> None:
    assert not is_person(name)


def test_case_and_spacing_make_no_other_person() -> None:
    assert same_person("Ada  Lovelace", " ada lovelace")
    assert not same_person("Ada", "Ada L")


def test_nothing_is_approved_published_or_pinned_by_nobody(nameless: Workspace) -> None:
    approved(nameless)
    before = by(nameless)
    nameless.rules(lambda rules: rules["limits"].update(max_promotions_run=799))
    for words in (("approve", "--yes"), ("publish", "--yes"), ("pin", "--reason", "x")):
        for given in ((), ("--by", "unknown")):
            run = nameless.run(*words, *given)
            assert (run.exit, f"doit {words[0]} needs a name" in run.err) == (3, True), run.err
            assert f'fix: doit {words[0]} --by "your name"' in run.err
    assert by(nameless) == before
    assert nameless.run("pin", "--reason", "x", "--by", "Ada").exit == 0


def test_a_dry_run_needs_no_name(nameless: Workspace) -> None:
    approved(nameless)
    assert nameless.run("publish", "--dry-run").exit == 0


def test_what_stood_there_before_is_put_down_to_nobody(nameless: Workspace) -> None:
    nameless.run()
    nameless.rename("build/manifests", "build/published")
    assert nameless.run("plan").exit == 0
    assert json.loads(nameless.path("build/generations/000000/generation.json").read_bytes())["by"] == ""


def test_a_policy_that_nobody_pinned_cannot_be_approved_by_somebody_else(family: Workspace) -> None:
    family.settings("approver_must_differ = true")
    family.document("rules/pins.json", lambda pins: pins["pins"]["rules"].update(by="unknown"))
    planned(family)
    assert family.run("canary").exit == 0

    run = family.run("approve", "--by", "lead", "--yes")

    assert (run.exit, "names no one" in run.err, "fix: doit pin --by" in run.err) == (4, True, True), run.err
    assert family.run("pin", "--by", "Ada", "--reason", "mine").exit == 0
    assert by(family) == {"canon": "test", "exceptions": "test", "rules": "Ada", "schema": "test"}
    planned(family)
    assert family.run("canary").exit == 0
    assert "ada pinned rules/star_rules.json" in family.run("approve", "--by", "ada", "--yes").err
    assert family.run("approve", "--by", "lead", "--yes").exit == 0
    publish(family)


def test_a_configuration_that_git_cannot_read_is_reported(family: Workspace, tmp_path) -> None:
    (tmp_path / "gitconfig").write_text("[user\n")
    changes = {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "LOGNAME": "ada"}
    family.rules(lambda rules: rules["limits"].update(max_promotions_run=799))
    done = family.doit("pin", "--reason", "x", environment=changes)
    assert done.returncode == 0, done.stderr
    assert "note: git does not give your name: fatal: bad config line 1" in done.stderr
    assert by(family)["rules"] == "ada"

"""Signed approvals, and the rule that who pinned the policy does not approve it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from planned import APPROVERS, allow, approved, checked, make_key, planned, publish, status
from support.workspace import Workspace

from astrograph.engine.planning.planning import PlanState
from astrograph.errors import ActionNeededError
from astrograph.store.clone import clone_identity

APPROVAL = "build/approval.json"

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> dict[str, Path]:
    """Two key pairs."""
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("lead", "other")}


@pytest.fixture
def guarded(family: Workspace, keys) -> Workspace:
    """The family, planned, with one approver."""
    allow(family, "lead@example.org", keys["lead"])
    planned(family)
    assert family.run("canary").exit == 0
    return family


@needs_ssh
def test_a_signature_of_an_approver_is_good(guarded, keys):
    run = guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes")
    assert run.exit == 0, run.err
    assert "lead@example.org (signed)" in run.out
    assert status(guarded).state is PlanState.APPROVED
    assert json.loads(guarded.path(APPROVAL).read_bytes())["signature"].startswith("-----BEGIN SSH SIGNATURE-----\n")
    publish(guarded)


@needs_ssh
@pytest.mark.parametrize(
    ("by", "key", "reason"),
    [
        ("lead@example.org", "other", "the signature is not one of lead@example.org in rules/allowed_approvers"),
        ("boss@example.org", "lead", "the signature is not one of boss@example.org"),
        ("*", "lead", "the signature is not one of *"),
        ("lead@example.org", "", "approvals have to be signed here"),
    ],
)
def test_a_signature_of_anybody_else_is_not(guarded, keys, by, key, reason):
    words = ["--sign", str(keys[key])] if key else []
    run = guarded.run("approve", "--by", by, "--yes", *words)
    assert (run.exit, reason in run.err) == (4, True), run.err
    assert not guarded.path(APPROVAL).exists()


@needs_ssh
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signature": ""}, "the approval is not signed, and rules/allowed_approvers asks for it"),
        ({"reason": "something else"}, "the signature is not one of lead@example.org"),
        ({"by": "boss@example.org"}, "the signature is not one of boss@example.org"),
        ({"signature": "-----BEGIN SSH SIGNATURE-----\nx\n"}, "the signature is not one of lead@example.org"),
    ],
)
def test_a_signed_approval_that_was_edited_is_worth_nothing_even_in_the_log(guarded, keys, changes, reason):
    from test_approve import forge_and_log

    guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes")
    forge_and_log(guarded, **changes)
    found = status(guarded)
    assert (found.state, reason in found.reason) == (PlanState.INVALID, True), found.reason


@needs_ssh
def test_a_signature_made_for_anything_else_is_worth_nothing(guarded, keys, monkeypatch):
    from astrograph.engine.planning import signing

    monkeypatch.setattr(signing, "NAMESPACE", "git")
    assert guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes").exit == 0
    monkeypatch.undo()
    assert "the signature is not one of lead@example.org" in status(guarded).reason


@needs_ssh
def test_an_approver_who_is_taken_off_the_list_voids_the_approval(guarded, keys):
    guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes")
    guarded.write(APPROVERS, "")
    assert (status(guarded).state, f"{APPROVERS} changed" in status(guarded).reason) == (PlanState.STALE, True)
    guarded.delete(APPROVERS)
    assert f"{APPROVERS} was removed" in status(guarded).reason


def test_without_ssh_keygen_no_signature_is_believed(family, monkeypatch):
    from astrograph.engine.planning import signing

    family.write(APPROVERS, "lead ssh-ed25519 AAAA\n")
    planned(family)
    family.run("canary")
    monkeypatch.setattr(signing, "_PROGRAM", "ssh-keygen-that-is-not-there")
    key = family.write("key", "x")
    run = family.run("approve", "--by", "lead", "--sign", str(key), "--yes")
    assert (run.exit, "is not installed" in run.err) == (3, True)
    assert not family.path(APPROVAL).exists()


# ── two people ────────────────────────────────────────────────────────────────


def test_who_pinned_the_policy_may_not_approve_it_where_that_is_the_rule(family):
    family.settings("approver_must_differ = true")
    planned(family)
    family.run("canary")
    run = family.run("approve", "--by", " Test ", "--yes")
    assert (run.exit, "may not approve it too (approver_must_differ)" in run.err) == (4, True)
    assert family.run("approve", "--by", "lead", "--yes").exit == 0
    publish(family)


def test_a_policy_that_is_published_already_asks_for_nobody_else(family):
    family.settings("approver_must_differ = true")
    approved(family)
    publish(family)
    family.author("core/types", 'owner: "@x"\n')
    planned(family)
    family.run("canary")
    assert family.run("approve", "--by", "test", "--yes").exit == 0
    assert checked(family).approval.by == "test"
    publish(family)
    family.rules(lambda rules: rules["limits"].update(max_promotions_run=799))
    family.pin()
    planned(family)
    family.run("canary")
    assert family.run("approve", "--by", "test", "--yes").exit == 4


def test_a_forged_name_is_caught_when_the_approval_is_used(family):
    from test_approve import forge_and_log

    family.settings("approver_must_differ = true")
    approved(family)
    forge_and_log(family, by="test")
    with pytest.raises(ActionNeededError, match="approver_must_differ"):
        checked(family)


def test_the_rule_is_off_unless_it_is_set(family):
    planned(family)
    family.run("canary")
    assert family.run("approve", "--by", "test", "--yes").exit == 0


def test_the_setting_is_true_or_false(family):
    family.settings('approver_must_differ = "yes"')
    run = family.run("plan")
    assert (run.exit, "approver_must_differ must be true or false" in run.err) == (3, True)


# ── the list of approvers ─────────────────────────────────────────────────────


@needs_ssh
@pytest.mark.parametrize("swapped", ["for another list", "for none"])
def test_a_list_that_is_swapped_while_it_is_used_lets_nobody_else_in(guarded, keys, monkeypatch, swapped):
    from astrograph.engine.planning import signing

    good = guarded.path(APPROVERS).read_bytes()
    run_program = signing._run

    def rival(words: list[str], message: bytes) -> object:
        """Put another list in place while `ssh-keygen` runs, and the first one back afterwards."""
        guarded.delete(APPROVERS)
        if swapped == "for another list":
            allow(guarded, "lead@example.org", keys["other"])
        try:
            return run_program(words, message)
        finally:
            guarded.write(APPROVERS, good)

    monkeypatch.setattr(signing, "_run", rival)
    run = guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["other"]), "--yes")
    assert (run.exit, "the signature is not one of lead@example.org" in run.err) == (4, True), run.err
    assert guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes").exit == 0
    assert checked(guarded).approval.by == "lead@example.org"


@needs_ssh
@pytest.mark.parametrize("content", [b"", None])
def test_a_list_that_is_not_the_one_of_the_plan_proves_nothing(guarded, keys, monkeypatch, content):
    from astrograph.engine.planning import signing

    def read_another(path: str, limit: int) -> bytes:
        if content is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return content

    monkeypatch.setattr(signing, "read", read_another)
    run = guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes")
    reason = "is not the file that the plan rests on" if content is not None else "the signature cannot be checked"
    assert (run.exit, reason in run.err) == (4, True), run.err


@needs_ssh
def test_a_signature_covers_the_clone_and_the_generation(guarded, keys, tmp_path):
    from test_approve import forge_and_log

    guarded.run("approve", "--by", "lead@example.org", "--sign", str(keys["lead"]), "--yes")
    copy = Workspace(shutil.copytree(guarded.root, tmp_path / "copy", symlinks=True))
    identity = clone_identity(str(copy.path("build/generations")))
    forge_and_log(copy, clone=identity)
    assert "the signature is not one of lead@example.org" in status(copy).reason

"""`doit approve`, and what any change after it does: the approval is worth nothing, and the reason is told."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import datetime, timedelta

import pytest
from planned import approved, checked, edit_json, later, planned, publish, rollback, status
from support.runs import DOIT, environ
from support.workspace import RULES, Workspace

from astrograph.engine.planning.planning import PlanState
from astrograph.errors import ActionNeededError, DecodeError
from astrograph.model.digests import Sha256, sha256
from astrograph.model.plan import Approval
from astrograph.publication.approval import decode_approval, encode_approval, signed_bytes

APPROVAL, PLAN = "build/approval.json", "build/plan.json"
LIST, REPORT = "build/audit/canary_list.txt", "build/audit/canary_report.json"


@pytest.fixture
def ready(family: Workspace) -> Workspace:
    """The family with an approved plan."""
    approved(family, "--reason", "looked at all of it")
    assert status(family).state is PlanState.APPROVED
    return family


# ── giving one ────────────────────────────────────────────────────────────────


def test_an_approval_names_plan_canary_person_reason_and_time(family):
    said = approved(family, "--reason", "looked at all of it", "--expires", "24")
    assert said["plan"] == sha256(family.path(PLAN).read_bytes())
    assert said["canary"] == sha256(family.path(REPORT).read_bytes())
    assert (said["by"], said["reason"], said["signature"]) == ("lead", "looked at all of it", "")
    lasts = datetime.fromisoformat(said["expires"]) - datetime.fromisoformat(said["at"])
    assert lasts == timedelta(hours=24)
    assert checked(family).approval_digest == sha256(family.path(APPROVAL).read_bytes())


def test_json_is_one_object(family):
    planned(family)
    family.run("canary")
    run = family.run("approve", "--by", "lead", "--yes", "--json")
    document = json.loads(run.out)
    assert document["schema"] == "astrograph.approve/1"
    assert document["digest"] == sha256(family.path(APPROVAL).read_bytes())
    assert document["approval"] == json.loads(family.path(APPROVAL).read_bytes())


def test_without_a_canary_nothing_is_approved(family):
    planned(family)
    run = family.run("approve", "--by", "lead", "--yes")
    assert (run.exit, f"{LIST} is not that of the plan" in run.err, "run doit canary" in run.err) == (4, True, True)
    assert not family.path(APPROVAL).exists()


def test_without_a_terminal_and_without_yes_nothing_is_approved(family):
    planned(family)
    family.run("canary")
    done = family.doit("approve", "--by", "lead")
    assert (done.returncode, "nobody was there to say yes" in done.stderr) == (4, True)
    assert done.stdout.startswith("PENDING_APPROVAL")
    assert not family.path(APPROVAL).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals here")
@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("y", 4), ("", 4)])
def test_at_a_terminal_a_person_is_asked(family, answer, code):
    planned(family)
    family.run("canary")
    text, found = at_a_terminal(family, answer)
    assert found == code, text
    assert "Approve this plan as lead? Type yes: " in text
    assert family.path(APPROVAL).exists() == (code == 0)


def at_a_terminal(ws: Workspace, answer: str) -> tuple[str, int]:
    """Run `doit approve` at a pseudo-terminal and type an answer; what it showed, and its exit code."""
    import pty
    import subprocess

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*DOIT, "approve", "--by", "lead"], cwd=ws.root, env=environ(), stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        text = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        code = process.wait(timeout=60)
    os.close(ours)
    return text.decode(), code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--expires", "73"), "at most 72 hours"),
        (("--expires", "0"), "at most 72 hours"),
        (("--expires", "nan"), "at most 72 hours"),
        (("--expires", "soon"), "a number of hours"),
        (("--by", "  "), "doit approve needs a name"),
        (("--by", "Unknown"), "doit approve needs a name: 'Unknown' is not a name"),
        (("--by", "a\x1bb"), "--by cannot be kept"),
        (("--reason", "x" * 501), "--reason cannot be kept"),
        (("--sign", "/nowhere/key"), "is not a file"),
        (("stray",), "approve takes no words"),
    ],
)
def test_words_that_make_no_approval_are_refused(family, words, told):
    planned(family)
    family.run("canary")
    run = family.run("approve", "--by", "lead", "--yes", *words)
    assert (run.exit, told in run.err) == (3, True), run.err
    assert not family.path(APPROVAL).exists()


def test_a_person_is_named_by_git_when_nobody_says_who(family, monkeypatch):
    from astrograph.doit_plugin import person

    monkeypatch.setattr(person, "whoami", lambda: "Ada")
    planned(family)
    family.run("canary")
    assert family.run("approve", "--yes").exit == 0
    assert json.loads(family.path(APPROVAL).read_bytes())["by"] == "Ada"


@pytest.mark.skipif(os.name != "posix", reason="there are no file modes here")
def test_the_file_is_writable_by_its_owner_alone_whatever_the_umask(family):
    before = os.umask(0)
    try:
        approved(family)
    finally:
        os.umask(before)
    assert family.path(APPROVAL).stat().st_mode & 0o022 == 0
    assert status(family).state is PlanState.APPROVED


# ── what makes it void ────────────────────────────────────────────────────────


def change_rules(ws: Workspace) -> None:
    ws.rules(lambda rules: rules["limits"].update(max_promotions_run=799))
    ws.pin()


def change_pins(ws: Workspace) -> None:
    text = ws.path("rules/pins.json").read_text()
    ws.write("rules/pins.json", text.replace('"by": "test"', '"by": "somebody"'))


def change_manifest(ws: Workspace) -> None:
    ws.append(ws.manifest_path("core/types"), b" ")


INPUTS = {
    "a source file": (
        lambda ws: ws.package("core/types", "KEY = 2\n"),
        r"source changed in the stratum core \(1 module: core/types\)",
    ),
    "a source file whose stat key is put back": (
        lambda ws: ws.rewrite_unseen("src/core/types/__init__.py", b"KEY = 2\n"),
        "source changed in the stratum core",
    ),
    "a new module": (lambda ws: ws.package("core/more", ""), r"source changed in the stratum core"),
    "a new stratum": (lambda ws: ws.package("vision/eye", ""), r"source changed in the stratum vision"),
    "a module that went": (lambda ws: ws.delete("src/memory/recall"), r"source changed in the stratum memory"),
    "a module that is renamed": (
        lambda ws: ws.rename("src/core/types", "src/core/kinds"),
        "source changed in the stratum core",
    ),
    "an authored owner": (lambda ws: ws.author("core/types", 'owner: "@x"\n'), "authored facts changed"),
    "a rule": (change_rules, f"{re.escape(RULES)} changed"),
    "a pin": (change_pins, "rules/pins.json changed"),
    "a setting": (lambda ws: ws.settings("coverage_min = 0.5"), r"\[tool.astrograph\] in pyproject.toml changed"),
    "a contract": (lambda ws: ws.write("contracts/new.json", "{}"), "contracts are new"),
    "the ratchet": (lambda ws: ws.write("rules/known_violations.yaml", "[]\n"), "rules/known_violations.yaml is new"),
    "the approvers": (lambda ws: ws.write("rules/allowed_approvers", "x"), "rules/allowed_approvers is new"),
    "a staged manifest": (change_manifest, "core/types must be built anew"),
    "the canary list": (lambda ws: ws.append(LIST, b"core/types\n"), f"{LIST} is not that of the plan"),
    "no canary list": (lambda ws: ws.delete(LIST), f"{LIST} is missing"),
    "the canary report": (
        lambda ws: edit_json(ws.path(REPORT), status="APPROVED"),
        f"{REPORT} is not that of the plan",
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_whatever_changes_after_an_approval_voids_it_and_is_named(ready, name):
    change, reason = INPUTS[name]
    change(ready)
    found = status(ready)
    assert found.state in {PlanState.STALE, PlanState.PENDING}
    assert re.search(reason, found.reason), found.reason
    with pytest.raises(ActionNeededError, match=reason):
        checked(ready)


@pytest.mark.parametrize("name", [name for name in INPUTS if "stat key" not in name])
def test_the_quick_look_that_gates_take_sees_the_same(ready, name):
    change, reason = INPUTS[name]
    change(ready)
    found = status(ready, thorough=False)
    assert found.state in {PlanState.STALE, PlanState.PENDING}
    assert re.search(reason, found.reason), found.reason


def test_a_rule_that_is_not_pinned_stops_everything(ready):
    ready.rules(lambda rules: rules["limits"].update(max_promotions_run=799))
    run = ready.run("approve", "--by", "lead", "--yes")
    assert (run.exit, "do not match their pins" in run.err) == (3, True)


def edit_plan(ws: Workspace) -> None:
    text = ws.path(PLAN).read_text()
    ws.write(PLAN, text.replace('"unchanged": 0', '"unchanged": 1'))


def forge(ws: Workspace, **changes: str) -> None:
    """An approval as `doit approve` would write it, but for what is changed; it is in no log."""
    said = json.loads(ws.path(APPROVAL).read_bytes())
    said.pop("schema")
    ws.write(APPROVAL, encode_approval(Approval(**{**said, **changes})))


def log(ws: Workspace) -> None:
    """Put the approval on disk into the log, as a careful forger would."""
    from astrograph.engine.session import Session

    data = ws.path(APPROVAL).read_bytes()
    said = json.loads(data)
    with Session.open(str(ws.root)) as session:
        session.generations.log_approval(digest=sha256(data), plan=Sha256(said["plan"]), by=said["by"], at=said["at"])


def forge_and_log(ws: Workspace, **changes: str) -> None:
    forge(ws, **changes)
    log(ws)


def link(ws: Workspace, *, hard: bool = False) -> None:
    ws.rename(APPROVAL, "elsewhere.json")
    (os.link if hard else os.symlink)(ws.path("elsewhere.json"), ws.path(APPROVAL))


WORDS = {
    "the plan file": (edit_plan, PlanState.INVALID, "is not what doit plan wrote"),
    "a plan that is none": (lambda ws: ws.write(PLAN, "{}"), PlanState.INVALID, f"{PLAN} cannot be used"),
    "no plan": (lambda ws: ws.delete(PLAN), PlanState.NONE, "there is no plan"),
    "no approval": (lambda ws: ws.delete(APPROVAL), PlanState.PENDING, "nobody approved the plan"),
    "a word": (lambda ws: ws.write(APPROVAL, '"approved"'), PlanState.INVALID, f"{APPROVAL} cannot be used"),
    "a status": (lambda ws: edit_json(ws.path(APPROVAL), status="approved"), PlanState.INVALID, "cannot be used"),
    "another layout": (
        lambda ws: ws.write(APPROVAL, json.dumps(json.loads(ws.path(APPROVAL).read_bytes()))),
        PlanState.INVALID,
        "as `doit approve` writes it",
    ),
    "another name": (
        lambda ws: forge(ws, by="boss"),
        PlanState.INVALID,
        "was not given by doit approve here, or was edited",
    ),
    "a later end": (lambda ws: forge(ws, expires="2999-01-01T00:00:00+00:00"), PlanState.INVALID, "was edited since"),
    "another canary": (lambda ws: forge_and_log(ws, canary="0" * 64), PlanState.INVALID, "for another canary"),
    "a life too long": (
        lambda ws: forge_and_log(ws, expires="2999-01-01T00:00:00+00:00"),
        PlanState.INVALID,
        "for more than 72 hours",
    ),
    "a day that is none": (
        lambda ws: forge_and_log(ws, at="2026-02-30T00:00:00+00:00"),
        PlanState.INVALID,
        "a day that does not exist",
    ),
    "a time to come": (
        lambda ws: forge_and_log(ws, at=later(2), expires=later(3)),
        PlanState.INVALID,
        "dated in the future",
    ),
    "a symbolic link": (link, PlanState.INVALID, "is not a regular file"),
    "a folder": (lambda ws: (ws.delete(APPROVAL), ws.path(APPROVAL).mkdir()), PlanState.INVALID, "not a regular file"),
    "a hard link": (lambda ws: link(ws, hard=True), PlanState.INVALID, "has another name"),
    "a file for all to write": (
        lambda ws: ws.path(APPROVAL).chmod(0o666),
        PlanState.INVALID,
        "by others than its owner",
    ),
    "a file for a group to write": (lambda ws: ws.path(APPROVAL).chmod(0o664), PlanState.INVALID, "by others"),
}


@pytest.mark.parametrize("name", WORDS)
def test_only_what_doit_approve_wrote_is_an_approval(ready, name):
    change, state, reason = WORDS[name]
    change(ready)
    found = status(ready)
    assert (found.state, reason in found.reason) == (state, True), found
    with pytest.raises(ActionNeededError):
        checked(ready)


def test_the_clock_past_its_end_voids_an_approval(ready):
    assert status(ready, hours=71.9).state is PlanState.APPROVED
    found = status(ready, hours=72.1)
    assert (found.state, "the approval of lead expired at" in found.reason) == (PlanState.EXPIRED, True)
    assert status(ready, hours=-1).state is PlanState.INVALID


def test_what_is_put_back_is_approved_again(ready):
    before = ready.path("src/core/types/__init__.py").read_bytes()
    ready.package("core/types", "KEY = 2\n")
    assert status(ready).state is PlanState.STALE
    ready.package("core/types", before)
    assert status(ready).state is PlanState.APPROVED


def test_a_touch_voids_nothing(ready):
    ready.touch("src/core/types/__init__.py")
    ready.touch(RULES)
    assert status(ready).state is PlanState.APPROVED
    assert status(ready, thorough=False).state is PlanState.APPROVED


# ── one approval, one publication ─────────────────────────────────────────────


def test_a_published_plan_is_spent(ready):
    assert publish(ready) == 1
    found = status(ready)
    assert (found.state, found.reason) == (PlanState.SPENT, "the plan was published as generation 1")
    run = ready.run("approve", "--by", "lead", "--yes")
    assert (run.exit, "the plan was published as generation 1" in run.err) == (4, True)


def test_the_old_approval_is_void_for_a_new_plan(ready):
    publish(ready)
    ready.author("core/types", 'owner: "@x"\n')
    planned(ready)
    ready.run("canary")
    found = status(ready)
    assert found.state is PlanState.PENDING
    assert re.fullmatch(r"the approval of lead is for the plan [0-9a-f]{12}, this one is [0-9a-f]{12}", found.reason)


def test_after_a_rollback_the_plan_stands_again_and_needs_a_new_approval(ready):
    publish(ready)
    rollback(ready, 0)
    ready.run("plan")
    found = status(ready)
    assert found.state is not PlanState.APPROVED
    approved(ready)
    assert publish(ready) == 2
    kept = ready.path(APPROVAL).read_bytes()
    rollback(ready, 0)
    approved(ready)
    ready.write(APPROVAL, kept)
    found = status(ready)
    assert (found.state, "was used for generation 2" in found.reason) == (PlanState.SPENT, True)


def test_a_later_approval_replaces_the_one_before(ready):
    kept = ready.path(APPROVAL).read_bytes()
    assert ready.run("approve", "--by", "boss", "--yes").exit == 0
    assert status(ready).reason.startswith("approved by boss until ")
    ready.write(APPROVAL, kept)
    found = status(ready)
    assert (found.state, "was replaced by a later approval of boss" in found.reason) == (PlanState.INVALID, True)


def test_a_plan_over_another_generation_is_stale(ready):
    publish(ready)
    ready.author("memory/fold", 'owner: "@new"\n')
    approved(ready)
    rollback(ready, 0)
    found = status(ready)
    assert (found.state, found.reason) == (
        PlanState.STALE,
        "the plan starts from generation 1, and generation 0 is published now",
    )


# ── the document ──────────────────────────────────────────────────────────────


def an_approval(**changes: object) -> Approval:
    values = {
        "plan": "a" * 64,
        "canary": "b" * 64,
        "generation": 1,
        "parent": "",
        "clone": "1-2",
        "by": "lead",
        "reason": "",
        "at": "2026-01-01T00:00:00.000+00:00",
        "expires": "2026-01-02T00:00:00.000+00:00",
    }
    return Approval(**{**values, **changes})


def test_an_approval_reads_back_as_it_was():
    approval = an_approval(signature="-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n")
    assert decode_approval(encode_approval(approval)) == approval
    assert b"signature" not in signed_bytes(approval)
    assert signed_bytes(approval) != signed_bytes(an_approval(reason="another"))


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": "a"},
        {"canary": "B" * 64},
        {"by": ""},
        {"by": "unknown"},
        {"generation": "1"},
        {"generation": True},
        {"clone": "a\nb"},
        {"by": "a\nb"},
        {"reason": "x" * 501},
        {"at": "now"},
        {"expires": "2026-01-01"},
    ],
)
def test_an_approval_that_says_nothing_exact_is_none(changes):
    with pytest.raises(DecodeError):
        decode_approval(encode_approval(an_approval(**changes)))

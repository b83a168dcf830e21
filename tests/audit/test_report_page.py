"""`report.md` and `CONSTELLATION_TOP.md` as people read them: what is wrong, what changed, where to look, what next."""

import re
from dataclasses import replace
from posixpath import normpath

import pytest
from support import Workspace

from astrograph.audit.findings import why_it_stands
from astrograph.audit.registry import Artifact
from astrograph.audit.report import report_page
from astrograph.engine.auditing.writers import report_values
from astrograph.engine.session import Session
from astrograph.model.finding import Finding, Severity
from astrograph.model.gate import GateResult, Verdict, judge


def page(ws: Workspace, name: Artifact = Artifact.REPORT) -> str:
    ws.run()
    return ws.path(f"build/audit/{name}").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def opening(text: str) -> str:
    return text.split("\n\n")[1]


def error(code: str, path: str, message: str, *, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(path, 3, 7, code, severity, message)


# why a gate says what it says


def test_a_failing_gate_is_told_by_its_worst_finding_and_the_rest_is_counted() -> None:
    found = (
        error("AG208", "a.yaml", "there is no module a", severity=Severity.WARNING),
        error("AG204", "b.yaml", "`x` is not a known field"),
        error("AG204", "c.yaml", "`y` is not a known field"),
    )
    result = GateResult("authored", Verdict.FAIL, 3, 3, found, reason="3 of 3 files")

    assert why_it_stands(result) == "AG204 b.yaml:3:7: `x` is not a known field, and 2 more"


def test_a_gate_that_could_not_look_at_everything_says_so_first() -> None:
    result = judge("schema", compared=1, expected=2, findings=(error("AG201", "m.json", "no"),))

    assert why_it_stands(result) == "compared 1 of 2; AG201 m.json:3:7: no"
    assert why_it_stands(judge("schema", compared=1, expected=2)) == "compared 1 of 2"


def test_a_gate_that_passes_is_told_by_its_reason_or_its_count() -> None:
    assert why_it_stands(judge("schema", compared=1200, expected=1200)) == "1,200 of 1,200"
    assert why_it_stands(GateResult("drift", Verdict.PASS, 1, 1, reason="generation 1")) == "generation 1"


# findings


def test_findings_are_listed_with_code_place_and_fix_errors_first(family: Workspace) -> None:
    family.package("aaa/broken", "def f(:\n")
    family.author("memory/fold", "ownr: x\n")
    rows = [line for line in section(page(family), "Findings").splitlines() if line.startswith(("| ❌", "| ⚠️"))]

    assert "`AG204`" in rows[0]
    assert "`manifests_src/memory/fold.yaml:1:1`" in rows[0]
    assert r"did you mean \`owner\`?" in rows[0]
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), key="❌⚠".index)
    assert any("AG701" in row for row in rows[1:])


def test_of_many_findings_of_a_gate_the_rest_is_counted_with_the_way_to_them(family: Workspace) -> None:
    for number in range(18):
        family.author(f"nowhere/m{number:02}", "owner: x\n")
    said = section(page(family), "Findings")

    assert said.count("| `authored` |") == 15
    assert "3 more in [`authored.json`](../gates/authored.json)." in said


def test_where_nothing_is_wrong_the_report_says_so(built: Workspace) -> None:
    with Session.open(str(built.root)) as session:
        values = report_values(session.audits.values)
    quiet = replace(values, gates=[judge("pins", compared=4, expected=4)])

    assert section(report_page(quiet).decode(), "Findings").strip() == "None."


# the opening


def test_the_opening_names_what_changed_and_the_command_that_comes_next(family: Workspace) -> None:
    family.author("_defaults", "owner: '@all'\n")
    assert opening(page(family)).endswith("Nothing has been published yet. Next: `doit plan`.")

    for words in (["plan"], ["canary"], ["approve", "--by", "lead", "--yes"]):
        assert opening(page(family)).count("Next:") == 1
        assert family.run(*words).exit == 0
    assert opening(page(family)).endswith("Next: `doit publish`.")
    assert family.run("publish", "--yes").exit == 0
    assert opening(page(family)).endswith(
        "All of them are as they are published, in generation 1. Nothing has to be done."
    )

    for number in range(7):
        family.package(f"new/m{number}")
    family.delete("src/memory/recall")
    said = opening(page(family))
    assert said.count("`new/m") == 5
    assert "m4/module.manifest.json), …), 0 changed, 1 removed (`memory/recall`), 2 unchanged." in said
    assert said.endswith("Next: `doit plan`.")

    assert family.run("plan").exit == 0
    assert opening(page(family)).endswith("Next: `doit canary`, a look at it, then `doit approve`.")


def test_while_a_gate_fails_mending_comes_next(family: Workspace) -> None:
    family.author("memory/fold", "ownr: x\n")
    said = page(family)

    assert opening(said).endswith("Next: mend what fails ([Findings](#findings)), then `doit plan`.")
    assert r"authored: AG204 manifests\_src/memory/fold.yaml:1:1: \`ownr\` is not a known field" in said


# links, evidence, counts


@pytest.mark.parametrize("name", [Artifact.REPORT, Artifact.CONSTELLATION])
def test_every_link_leads_to_a_file_that_exists(family: Workspace, name: Artifact) -> None:
    family.author("_defaults", "owner: '@all'\nnode: memory\ntier: T1_critical\n")
    text = page(family, name)
    targets = {target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text)} - {""}

    assert len(targets) >= 5
    missing = [path for path in targets if not family.path(normpath(f"build/audit/{path}")).is_file()]
    assert missing == []
    if name is Artifact.REPORT:
        assert "| T1 without tests | 3 |" in text


def test_evidence_is_shown_without_the_separators_around_it(family: Workspace) -> None:
    family.author("memory/_defaults", "node: memory\n")
    promoted = section(page(family), "Promotions")

    assert "+0.400 `memory` " in promoted
    assert "memory." not in promoted


def test_the_constellation_says_what_its_counts_count(family: Workspace) -> None:
    assert "[3 modules](star_distribution_after.json), one star each." in page(family, Artifact.CONSTELLATION)

    family.author("memory/fold", "stars: [Trail, Watch]\n")
    assert (
        "[3 modules](star_distribution_after.json), of which 1 has several stars and counts under each of them: "
        "the table adds up to 4."
    ) in page(family, Artifact.CONSTELLATION)

"""`doit adopt --from DIR`: an existing tree of manifests becomes authored facts and the baseline."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.doit_plugin.console import started_in
from astrograph.errors import ExitCode

if TYPE_CHECKING:
    from astrograph.engine.adoption.adopter import Adopter, Adoption
    from astrograph.engine.session import Session


def _option(name: str, kind: type, default: object, text: str, *, long: str = "") -> dict[str, object]:
    return {"name": name, "long": long or name, "type": kind, "default": default, "help": text}


class Adopt(Run):
    """Adopts a tree: authored facts first, then a build of manifests and ledgers, then the account of every value."""

    name = "adopt"
    doc_purpose = "take over an existing tree of manifests, and account for every value in it"
    doc_usage = "--from DIR [--dry-run | --suggest]"
    doc_description = (
        "Writes authored facts, keeps the old tree as generation 0, builds, and writes "
        "build/audit/adoption_report.json. Nothing that is authored is written over. Exit codes: 0 every value is "
        "accounted for, 1 a document could not be adopted or two disagree, 3 the configuration cannot be used."
    )
    cmd_options = (
        *Run.cmd_options,
        _option("source", str, "", "the folder of old manifests", long="from"),
        _option("file_name", str, "", "their file name [default: adopt_name, module.manifest.json]", long="name"),
        _option("dry_run", bool, False, "tell what would be done, write nothing", long="dry-run"),
        _option("suggest", bool, False, "group the documents by shape and propose configuration; writes nothing"),
        _option("no_ratchet", bool, False, "leave rules/known_violations.yaml alone", long="no-ratchet"),
        _option("by", str, "", "who adopts [default: git's user, else the login]"),
        _option("json", bool, False, "print one JSON object"),
    )
    builds_gates = True

    def work(self, params: Any, args: list[str]) -> int:
        """Adopt; exit 1 when a document could not be adopted."""
        from astrograph.engine.graph import Kind
        from astrograph.errors import UsageError

        if args or not params["source"]:
            got = f", got {args[0]!r}" if args else ""
            raise UsageError(f"adopt takes a folder with --from{got}", hint="doit adopt --from manifests --dry-run")
        if params["suggest"]:
            return _suggest(params)
        if params["dry_run"]:
            return _rehearse(params)
        adopter, adoption, generation, written = _carry_out(params)
        code = super().work(params, [Kind.LEDGER.value])
        if code not in (ExitCode.CLEAN, ExitCode.FINDINGS):
            return code
        return self.report(params, adopter, adoption, generation=generation, written=written)

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The account is the result here, so the summary of the build goes to the log."""
        return sys.stderr

    def report(self, params: Any, adopter: Adopter, adoption: Adoption, *, generation: str, written: int) -> int:
        """Account for every value against what was built, write report and ratchet, print; returns the exit code."""
        from astrograph.engine.adoption.adopter import built_manifests
        from astrograph.engine.adoption.report import REPORT, known_violations, put_report

        session = self.loader.session
        adopter.account(adoption, built_manifests(session))
        document = put_report(session, adoption, generation=generation)
        known = 0 if params["no_ratchet"] else known_violations(session, adoption)
        if params["json"]:
            _print_json(document)
        else:
            _print_text(adoption, all_in=session.layout.artifact(REPORT))
            _print_done(session, written=written, known=known, generation=generation)
        return _exit_code(adoption)


def _adopter(session: Session, params: Any) -> Adopter:
    from astrograph.engine.adoption.adopter import Adopter

    session.policy.compile()
    name = params["file_name"] or session.workspace.adopt_name
    return Adopter(session, top=params["source"], name=name, started_in=started_in())


def _carry_out(params: Any) -> tuple[Adopter, Adoption, str, int]:
    """Write the authored facts and generation 0, in a session of their own: the build reads what they say."""
    import os
    from datetime import UTC, datetime

    from astrograph.doit_plugin.person import named_person
    from astrograph.engine.session import Session

    by = named_person(params["by"], command="doit adopt")
    with Session.open(os.getcwd()) as session:
        _ = session.policy
        session.lock(wait=params["wait"])
        recovered = session.recover_publication()
        if recovered:
            sys.stderr.write(f"{recovered}\n")
        adopter = _adopter(session, params)
        adoption = adopter.work_out()
        written = adopter.write(adoption)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        kept = adopter.keep(adoption, by=by, at=at)
        adopter.let_go(adoption)
    generation = "kept" if kept or not any(found.code == "AG233" for found in adoption.findings) else "not kept"
    return adopter, adoption, generation, written


def _rehearse(params: Any) -> int:
    import os

    from astrograph.engine.adoption.report import report_of
    from astrograph.engine.session import Session
    from astrograph.formats.text import plural

    with Session.open(os.getcwd()) as session:
        adopter = _adopter(session, params)
        adoption = adopter.work_out()
        adopter.account(adoption, adopter.rehearsed())
        document = report_of(adoption, generation="not written")
    if params["json"]:
        _print_json(document)
    else:
        _print_text(adoption, all_in="--json")
        files = adoption.files
        new = sum(authoring.new for authoring in files)
        told = f"{plural(new, 'new authored file')}, {len(files) - new:,} extended"
        sys.stdout.write(f"\nNothing was written. Without --dry-run: {told}.\n")
    return _exit_code(adoption)


def _suggest(params: Any) -> int:
    import os

    from astrograph.engine.adoption.report import suggest
    from astrograph.engine.session import Session

    with Session.open(os.getcwd()) as session:
        adopter = _adopter(session, params)
        text, document = suggest(adopter)
    if params["json"]:
        _print_json(document)
    else:
        sys.stdout.write(text)
    return int(ExitCode.CLEAN)


def _print_json(document: object) -> None:
    from astrograph.formats.text import safe_json

    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write(safe_json(text) + "\n")


def _print_text(adoption: Adoption, *, all_in: str) -> None:
    from astrograph.doit_plugin.console import wants_colour
    from astrograph.engine.adoption.report import reports
    from astrograph.formats.findings import render
    from astrograph.manifest.adoption.report import report_text

    found = adoption.all_findings
    shown = [render(each, colour=wants_colour(sys.stderr)) for each in found[:_SHOWN]]
    if len(found) > _SHOWN:
        shown.append(f"… and {len(found) - _SHOWN:,} more findings; --json shows all")
    if shown:
        sys.stderr.write("\n".join(shown) + "\n\n")
    sys.stdout.write(report_text(reports(adoption), source=adoption.tree.shown, all_in=all_in))


_SHOWN = 30


def _print_done(session: Session, *, written: int, known: int, generation: str) -> None:
    from astrograph.engine.adoption.report import REPORT
    from astrograph.formats.text import plural

    lines = [f"{plural(written, 'authored file')} written below {session.workspace.authored}/"]
    if generation == "kept":
        lines.append("The old tree is generation 0: the first plan is compared with it.")
    if known:
        path = session.layout.known_violations
        lines.append(f"{plural(known, 'known violation')} recorded in {path}, which may only shrink.")
    lines.append(f"Every value: {session.layout.artifact(REPORT)}. Next: doit validate, then doit plan.")
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


def _exit_code(adoption: Adoption) -> int:
    return int(ExitCode.FINDINGS if adoption.failed else ExitCode.CLEAN)

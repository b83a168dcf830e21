"""What an adoption leaves to read: the report, the ratchet of old violations, and suggested shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from astrograph.errors import DecodeError
from astrograph.formats import foreign_json
from astrograph.manifest.adoption.report import DocumentReport, report_document
from astrograph.model.finding import Severity
from astrograph.store.outputs import put
from astrograph.store.people_files import PeopleFiles

if TYPE_CHECKING:
    from astrograph.engine.adoption.adopter import Adopter, Adoption
    from astrograph.engine.session import Session

REPORT = "adoption_report.json"


def reports(adoption: Adoption) -> list[DocumentReport]:
    """Each document as the report tells of it."""
    return [
        DocumentReport(
            path=item.document.path,
            module=item.document.module or "",
            shape="" if item.adopted is None else item.adopted.shape,
            standing=item.standing,
            note=item.document.note,
            authored="" if item.authoring is None else item.authoring.path,
            readable=item.readable,
            account=item.account,
        )
        for item in adoption.items
    ]


def report_of(adoption: Adoption, *, generation: str) -> dict[str, object]:
    """The whole report."""
    return report_document(
        reports(adoption),
        adoption.all_findings,
        source=adoption.tree.shown,
        skipped=adoption.tree.skipped,
        generation=generation,
    )


def put_report(session: Session, adoption: Adoption, *, generation: str) -> dict[str, object]:
    """Write the report, unless it stands there already; returns it. Raises StorageError."""
    import orjson

    document = report_of(adoption, generation=generation)
    data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    put(session.layout.absolute(session.layout.artifact(REPORT)), data)
    return document


def known_violations(session: Session, adoption: Adoption) -> int:
    """Record the violations of adopted modules, unless there is a list already; returns how many. Raises StorageError.

    The list may only shrink, so it is begun once: by the first adoption. Only errors are recorded, for warnings fail
    no gate, and only those of modules that were adopted here. Gates about change have no part in it: what adoption
    itself would lose must never be known.
    """
    import os

    from astrograph.formats.policy_known import can_be_known, write_known
    from astrograph.gates.registry import Gate
    from astrograph.model.gate import KnownViolation

    if os.path.lexists(session.layout.absolute(session.layout.known_violations)):
        return 0
    modules = {item.document.module for item in adoption.adopted}
    reason = f"adopted from {adoption.tree.shown or '.'}"
    known: set[tuple[str, str]] = set()
    for gate in (Gate.SCHEMA, Gate.AUTHORED, Gate.SOURCE, Gate.CONTRACTS, Gate.CEILING_MODULE, Gate.COVERAGE):
        for found in session.gates.run(gate).findings:
            wanted = found.severity is Severity.ERROR and found.module in modules and can_be_known(found.code)
            if wanted:
                known.add((found.code, found.module))
    if not known:
        return 0
    entries = [KnownViolation(code=code, module=module, reason=reason) for code, module in sorted(known)]
    made = PeopleFiles(session.workspace.root).create(session.layout.known_violations, write_known(entries))
    return len(entries) if made else 0


def suggest(adopter: Adopter) -> tuple[str, dict[str, object]]:
    """Proposed shapes for the documents of a tree: as configuration, and as a JSON object."""
    from astrograph.engine.adoption.documents import find_documents, read_contents
    from astrograph.manifest.adoption.suggest import groups_of, suggestion

    modules = adopter.session.survey.inventory.packages
    tree = find_documents(
        adopter.workspace, adopter.top, name=adopter.name, modules=modules, started_in=adopter.started_in
    )
    readable: list[tuple[str, object]] = []
    for document in tree.documents:
        try:
            readable.append((document.path, foreign_json.decode(read_contents(document).data).value))
        except (OSError, DecodeError):
            continue
    groups = groups_of(readable)
    text = suggestion(groups, adopter.policy.canon)
    if not groups:
        text = f"# no readable document called {adopter.name} below {tree.shown or '.'}\n"
    return text, {
        "schema": "astrograph.adopt.suggest/1",
        "from": tree.shown,
        "documents": len(tree.documents),
        "readable": len(readable),
        "groups": [{"documents": group.count, "example": group.example, "fields": group.fields} for group in groups],
        "toml": text,
    }

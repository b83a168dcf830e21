"""The closed table of finding codes (SPEC section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from astrograph.model.finding import Finding, Severity

_E = Severity.ERROR
_W = Severity.WARNING


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code: its default severity, a title, what it means, what usually causes it, and the way out."""

    code: str
    severity: Severity
    title: str
    meaning: str = ""
    fix: str = ""


_TABLE = (
    CodeEntry("AG101", _E, "Module path has an empty, `.` or `..` segment"),
    CodeEntry("AG102", _E, "Module path has an upper-case letter"),
    CodeEntry("AG103", _E, "Module path has a backslash or a control character"),
    CodeEntry("AG104", _E, "Module path segment starts or ends with a space"),
    CodeEntry("AG105", _E, "Module path is not in Unicode normal form C"),
    CodeEntry("AG106", _E, "Module path starts with a legacy prefix"),
    CodeEntry("AG107", _E, "Two module paths differ only in case"),
    CodeEntry("AG108", _E, "A symbolic link leaves the source root"),
    CodeEntry("AG109", _E, "A package at the source root has no id"),
    CodeEntry("AG110", _E, "Module path is not valid UTF-8"),
    CodeEntry("AG111", _E, "Module path has a character that no task can be named with"),
    CodeEntry("AG112", _E, "A folder or file cannot be read"),
    CodeEntry("AG113", _E, "One module id stands under two source roots"),
    CodeEntry("AG201", _E, "File is not valid YAML or JSON"),
    CodeEntry("AG202", _E, "Duplicate key"),
    CodeEntry("AG203", _E, "YAML beyond the accepted subset"),
    CodeEntry("AG204", _E, "Unknown field"),
    CodeEntry("AG205", _E, "Value has the wrong type or is not allowed"),
    CodeEntry("AG206", _E, "Ambiguous YAML scalar"),
    CodeEntry("AG207", _E, "A generated field is authored"),
    CodeEntry("AG208", _E, "Authored file for a module that does not exist"),
    CodeEntry("AG209", _E, "Manifest does not match the schema"),
    CodeEntry("AG210", _E, "Manifest has another schema version than the locked one"),
    CodeEntry("AG211", _E, "Manifest does not survive a round trip"),
    CodeEntry("AG212", _E, "Authored star is not in the canon"),
    CodeEntry("AG213", _W, "Module has no owner, or only a placeholder"),
    CodeEntry("AG214", _W, "Folder defaults apply to no module"),
    CodeEntry("AG215", _W, "Stray file among the authored facts"),
    CodeEntry("AG216", _E, "Authored file cannot be read"),
    CodeEntry("AG217", _E, "Manifest is missing or cannot be read"),
    CodeEntry("AG218", _E, "Coverage is below the minimum"),
    CodeEntry("AG301", _E, "Contract reference resolves to nothing"),
    CodeEntry("AG302", _E, "Contract file is not valid"),
    CodeEntry("AG303", _E, "T1 module without a contract"),
    CodeEntry("AG304", _W, "Contract is used by no module"),
    CodeEntry("AG501", _E, "Pattern does not compile"),
    CodeEntry("AG502", _E, "Pattern exceeds the matching limit"),
    CodeEntry("AG503", _E, "Unknown star"),
    CodeEntry("AG504", _E, "Weight or threshold out of range"),
    CodeEntry("AG505", _W, "Star can never be promoted"),
    CodeEntry("AG506", _W, "Rule matches nothing"),
    CodeEntry("AG507", _W, "Rule is shadowed"),
    CodeEntry("AG508", _W, "Exclusion hits nothing"),
    CodeEntry("AG509", _E, "Canon, rules and schema disagree"),
    CodeEntry("AG510", _E, "Limit is missing"),
    CodeEntry("AG511", _W, "Exception matches no module"),
    CodeEntry("AG512", _E, "Module is both forced and forbidden"),
    CodeEntry("AG513", _E, "Forced promotion without a reason"),
    CodeEntry("AG514", _E, "Policy file does not match its pin"),
    CodeEntry("AG515", _E, "Policy file has no pin"),
    CodeEntry("AG516", _E, "Policy file is malformed"),
    CodeEntry("AG517", _E, "Module has more stars than the limit"),
    CodeEntry("AG518", _E, "Unknown key in a policy file"),
    CodeEntry("AG701", _W, "Source file does not parse"),
    CodeEntry("AG702", _W, "Source file holds null bytes"),
    CodeEntry("AG703", _W, "Source file is not in its declared encoding"),
    CodeEntry("AG704", _W, "Source file is too large to parse"),
    CodeEntry("AG705", _W, "Source file was read in part"),
    CodeEntry("AG706", _W, "Source file cannot be read"),
    CodeEntry("AG901", _E, "Internal error"),
    CodeEntry("AG902", _W, "State was unusable and has been discarded"),
)

CODES: dict[str, CodeEntry] = {entry.code: entry for entry in _TABLE}
"""Every code, in order."""


def finding(
    code: str,
    message: str,
    *,
    path: str,
    line: int = 0,
    column: int = 0,
    fix: str = "",
    module: str = "",
) -> Finding:
    """A finding with the severity its code has in the table. Raises KeyError for a code that is not in it."""
    return Finding(
        path=path,
        line=line,
        column=column,
        code=code,
        severity=CODES[code].severity,
        message=message,
        fix=fix,
        module=module,
    )

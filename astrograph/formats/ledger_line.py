"""Ledger lines: one module as one compact line of JSON with sorted keys, and back (SPEC section 1).

Weights, scores and confidence stay integer thousandths, so that no text depends on how a float is printed.
Reading is strict: keys, types and enums have to be exactly those that writing gives.
"""

from __future__ import annotations

from sys import intern
from typing import cast

from astrograph.errors import AstrographError
from astrograph.formats import json_values as read
from astrograph.formats.canonical_json import encode_line
from astrograph.formats.strict_json import decode_fast
from astrograph.model.assignment import Assignment, Evidence, Origin, Score
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256
from astrograph.model.finding import Finding, Severity
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Signal

_LINE_KEYS = frozenset(LedgerLine.__slots__)
_ASSIGNMENT_KEYS = frozenset(Assignment.__slots__)
_EVIDENCE_KEYS = frozenset(Evidence._fields)
_SCORE_KEYS = frozenset(Score._fields)
_FINDING_KEYS = frozenset(Finding.__slots__)

_SIGNALS = {signal.value: signal for signal in Signal}
_ORIGINS = {origin.value: origin for origin in Origin}
_SEVERITIES = {severity.value: severity for severity in Severity}


def encode(line: LedgerLine) -> bytes:
    """Encode a ledger line as one line of UTF-8 that ends in a newline.

    Raises AstrographError for text that UTF-8 cannot hold.
    """
    return encode_line(
        {
            "module": line.module,
            "manifest": line.manifest,
            "owner": line.owner,
            "tier": line.tier,
            "lane": line.lane,
            "described": line.described,
            "contracts": list(line.contracts),
            "capabilities": list(line.capabilities),
            "node": line.node,
            "assignment": _assignment_document(line.assignment),
            "internal": list(line.internal),
            "external": list(line.external),
            "files": line.files,
            "has_tests": line.has_tests,
            "exports_documented": line.exports_documented,
            "exports_total": line.exports_total,
            "findings": [finding.to_json() for finding in line.findings],
        }
    )


def decode(data: bytes, *, known: dict[Assignment, Assignment] | None = None) -> LedgerLine:
    """Decode what `encode` gave, with or without its newline. Raises ValueError for anything else.

    Names that many lines have are one text in all of them, and equal assignments are one where `known` holds those met
    so far: gates hold every line of a large workspace at once.
    """
    try:
        document = decode_fast(data)
    except AstrographError as error:
        raise ValueError(f"ledger line is not JSON: {error.title}") from error
    values = _object(document, _LINE_KEYS)
    assignment = _assignment(values["assignment"])
    return LedgerLine(
        module=ModuleId(_name(values["module"])),
        manifest=_sha256_or_empty(values["manifest"]),
        owner=_text_or_none(values["owner"]),
        tier=_text_or_none(values["tier"]),
        lane=_text_or_none(values["lane"]),
        described=read.flag(values["described"]),
        contracts=_shared(values["contracts"]),
        capabilities=_shared(values["capabilities"]),
        node=_text_or_none(values["node"]),
        assignment=assignment if known is None else known.setdefault(assignment, assignment),
        internal=cast(tuple[ModuleId, ...], _shared(values["internal"])),
        external=_shared(values["external"]),
        files=read.number(values["files"]),
        has_tests=read.flag(values["has_tests"]),
        exports_documented=read.number(values["exports_documented"]),
        exports_total=read.number(values["exports_total"]),
        findings=read.each(_finding, values["findings"]),
    )


def _assignment_document(assignment: Assignment) -> dict[str, object]:
    return {
        "stars": list(assignment.stars),
        "confidence": assignment.confidence,
        "origin": assignment.origin.value,
        "suggestion": _score_document(assignment.suggestion),
        "evidence": [
            {
                "signal": item.signal.value,
                "star": item.star,
                "pointer": item.pointer,
                "matched": item.matched,
                "weight": item.weight,
            }
            for item in assignment.evidence
        ],
        "scores": [{"star": score.star, "raw": score.raw} for score in assignment.scores],
        "tie": list(assignment.tie),
        "disagreement": _score_document(assignment.disagreement),
        "exclusions": list(assignment.exclusions),
    }


def _score_document(score: Score | None) -> dict[str, object] | None:
    return None if score is None else {"star": score.star, "raw": score.raw}


def _assignment(value: object) -> Assignment:
    values = _object(value, _ASSIGNMENT_KEYS)
    return Assignment(
        stars=_stars(values["stars"]),
        confidence=read.number(values["confidence"]),
        origin=read.member(_ORIGINS, values["origin"]),
        suggestion=_score_or_none(values["suggestion"]),
        evidence=read.each(_evidence, values["evidence"]),
        scores=read.each(_score, values["scores"]),
        tie=_stars(values["tie"]),
        disagreement=_score_or_none(values["disagreement"]),
        exclusions=_shared(values["exclusions"]),
    )


def _evidence(value: object) -> Evidence:
    values = _object(value, _EVIDENCE_KEYS)
    return Evidence(
        signal=read.member(_SIGNALS, values["signal"]),
        star=StarId(intern(_name(values["star"]))),
        pointer=intern(read.text(values["pointer"])),
        matched=intern(read.text(values["matched"])),
        weight=read.number(values["weight"]),
    )


def _score(value: object) -> Score:
    values = _object(value, _SCORE_KEYS)
    return Score(star=StarId(intern(_name(values["star"]))), raw=read.number(values["raw"]))


def _finding(value: object) -> Finding:
    values = _object(value, _FINDING_KEYS)
    return Finding(
        path=read.text(values["path"]),
        line=read.number(values["line"]),
        column=read.number(values["column"]),
        code=_name(values["code"]),
        severity=read.member(_SEVERITIES, values["severity"]),
        message=read.text(values["message"]),
        fix=read.text(values["fix"]),
        module=read.text(values["module"]),
    )


def _object(value: object, keys: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise ValueError(f"expected an object with the keys {', '.join(sorted(keys))}")
    return value


def _text_or_none(value: object) -> str | None:
    if value is not None and not isinstance(value, str):  # one call, not two: each line has four of these
        raise ValueError("expected text or null")
    return value if value is None else intern(value)


def _score_or_none(value: object) -> Score | None:
    return None if value is None else _score(value)


def _stars(value: object) -> tuple[StarId, ...]:
    return cast(tuple[StarId, ...], _shared(value))


def _shared(value: object) -> tuple[str, ...]:
    return tuple(map(intern, read.texts(value)))


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected text that is not empty")
    return value


def _sha256_or_empty(value: object) -> Sha256:
    return Sha256("") if value == "" else read.sha256(value)

"""Ledger lines: one module as one compact line of JSON with sorted keys, and back (SPEC section 1).

Weights, scores and confidence stay integer thousandths, so that no text depends on how a float is printed.
Reading is strict: keys, types and enums have to be exactly those that writing gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from astrograph.errors import AstrographError
from astrograph.formats.canonical_json import encode_line
from astrograph.formats.strict_json import decode_fast
from astrograph.model.assignment import Assignment, Evidence, Origin, Score
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256
from astrograph.model.finding import Finding, Severity
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Signal

_T = TypeVar("_T")

_LINE_KEYS = frozenset(LedgerLine.__slots__)
_ASSIGNMENT_KEYS = frozenset(Assignment.__slots__)
_EVIDENCE_KEYS = frozenset(Evidence._fields)
_SCORE_KEYS = frozenset(Score._fields)
_FINDING_KEYS = frozenset(Finding.__slots__)

_ALL_TEXT = frozenset({str})

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


def decode(data: bytes) -> LedgerLine:
    """Decode what `encode` gave, with or without its newline. Raises ValueError for anything else."""
    try:
        document = decode_fast(data)
    except AstrographError as error:
        raise ValueError(f"ledger line is not JSON: {error.title}") from error
    values = _object(document, _LINE_KEYS)
    return LedgerLine(
        module=ModuleId(_name(values["module"])),
        manifest=_sha256(values["manifest"]),
        owner=_text_or_none(values["owner"]),
        tier=_text_or_none(values["tier"]),
        lane=_text_or_none(values["lane"]),
        described=_flag(values["described"]),
        contracts=_texts(values["contracts"]),
        capabilities=_texts(values["capabilities"]),
        node=_text_or_none(values["node"]),
        assignment=_assignment(values["assignment"]),
        internal=cast(tuple[ModuleId, ...], _texts(values["internal"])),
        external=_texts(values["external"]),
        files=_number(values["files"]),
        has_tests=_flag(values["has_tests"]),
        exports_documented=_number(values["exports_documented"]),
        exports_total=_number(values["exports_total"]),
        findings=_each(_finding, values["findings"]),
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
        confidence=_number(values["confidence"]),
        origin=_member(_ORIGINS, values["origin"]),
        suggestion=_score_or_none(values["suggestion"]),
        evidence=_each(_evidence, values["evidence"]),
        scores=_each(_score, values["scores"]),
        tie=_stars(values["tie"]),
        disagreement=_score_or_none(values["disagreement"]),
        exclusions=_texts(values["exclusions"]),
    )


def _evidence(value: object) -> Evidence:
    values = _object(value, _EVIDENCE_KEYS)
    return Evidence(
        signal=_member(_SIGNALS, values["signal"]),
        star=StarId(_name(values["star"])),
        pointer=_text(values["pointer"]),
        matched=_text(values["matched"]),
        weight=_number(values["weight"]),
    )


def _score(value: object) -> Score:
    values = _object(value, _SCORE_KEYS)
    return Score(star=StarId(_name(values["star"])), raw=_number(values["raw"]))


def _finding(value: object) -> Finding:
    values = _object(value, _FINDING_KEYS)
    return Finding(
        path=_text(values["path"]),
        line=_number(values["line"]),
        column=_number(values["column"]),
        code=_name(values["code"]),
        severity=_member(_SEVERITIES, values["severity"]),
        message=_text(values["message"]),
        fix=_text(values["fix"]),
        module=_text(values["module"]),
    )


def _object(value: object, keys: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict) or value.keys() != keys:
        raise ValueError(f"expected an object with the keys {', '.join(sorted(keys))}")
    return value


def _each(read: Callable[[object], _T], value: object) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise ValueError("expected a list")  # noqa: TRY004 - one error for every kind of malformed line
    return tuple([read(item) for item in value])


def _text_or_none(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("expected text or null")
    return value


def _score_or_none(value: object) -> Score | None:
    return None if value is None else _score(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not _ALL_TEXT.issuperset(map(type, value)):
        raise ValueError("expected a list of texts")
    return tuple(value)


def _stars(value: object) -> tuple[StarId, ...]:
    return cast(tuple[StarId, ...], _texts(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - as above
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected text that is not empty")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")  # noqa: TRY004 - as above
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:  # a bool is an int to isinstance
        raise ValueError("expected a whole number from 0")
    return value


def _sha256(value: object) -> Sha256:
    text = _text(value)
    if text and (len(text) != 64 or text.strip("0123456789abcdef")):  # noqa: PLR2004 - hexadecimal digits of SHA-256
        raise ValueError("expected a SHA-256 in lower-case hexadecimal digits")
    return Sha256(text)


def _member(members: dict[str, _T], value: object) -> _T:
    member = members.get(value) if isinstance(value, str) else None
    if member is None:
        raise ValueError(f"expected one of {', '.join(members)}")
    return member

"""An approval as a document: what a person says of one plan, and the bytes they sign (SPEC section 10)."""

from __future__ import annotations

import re
from typing import cast

from astrograph.errors import DecodeError, UsageError
from astrograph.formats.canonical_json import encode
from astrograph.formats.strict_json import decode
from astrograph.formats.text import is_safe
from astrograph.model.digests import Sha256
from astrograph.model.person import is_person
from astrograph.model.plan import Approval

SCHEMA = "astrograph.approval/2"

_EARLIER = "astrograph.approval/1"
"""It named no generation and no clone, so it could be used twice and elsewhere."""

NAMESPACE = "astrograph-approval"
"""The namespace of SSH signatures: one made for anything else is worth nothing here."""

LONGEST_HOURS = 72
"""No approval lasts longer (SPEC section 10)."""

_LONGEST_TEXT = 500
_KEYS = frozenset(Approval.__slots__) | {"schema"}
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?\+00:00", re.ASCII)


def encode_approval(approval: Approval) -> bytes:
    """The canonical bytes of an approval."""
    return encode(approval_document(approval))


def approval_document(approval: Approval) -> dict[str, object]:
    """The approval as a JSON value."""
    return {**_statement(approval), "signature": approval.signature}


def signed_bytes(approval: Approval) -> bytes:
    """What a signature is made over: the whole statement, everything but the signature itself."""
    return encode(_statement(approval))


def _statement(approval: Approval) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "plan": approval.plan,
        "canary": approval.canary,
        "generation": approval.generation,
        "parent": approval.parent,
        "clone": approval.clone,
        "by": approval.by,
        "reason": approval.reason,
        "at": approval.at,
        "expires": approval.expires,
    }


def decode_approval(data: bytes) -> Approval:
    """The approval of a file; raises DecodeError for bytes that `encode_approval` would not give."""
    document = decode(data)
    if isinstance(document, dict) and document.get("schema") == _EARLIER:
        raise DecodeError("an earlier version of Astrograph gave it, and approvals say more now")
    if not isinstance(document, dict) or document.keys() != _KEYS or document["schema"] != SCHEMA:
        raise DecodeError(f"this is no {SCHEMA} document")
    generation = document.pop("generation")
    if type(generation) is not int or not all(isinstance(value, str) for value in document.values()):
        raise DecodeError("an approval names the number of a generation; all else in it is text")
    values = cast(dict[str, str], document)
    if not (_DIGEST.fullmatch(values["plan"]) and _DIGEST.fullmatch(values["canary"])):
        raise DecodeError("an approval names the digests of a plan and of a canary report")
    if not (_INSTANT.fullmatch(values["at"]) and _INSTANT.fullmatch(values["expires"])):
        raise DecodeError("an approval has a time and an end, in UTC")
    approval = Approval(
        plan=Sha256(values["plan"]),
        canary=Sha256(values["canary"]),
        generation=generation,
        parent=values["parent"],
        clone=values["clone"],
        by=values["by"],
        reason=values["reason"],
        at=values["at"],
        expires=values["expires"],
        signature=values["signature"],
    )
    texts = (approval.by, approval.reason, approval.parent, approval.clone)
    if any(map(_unfit, texts)) or not is_person(approval.by) or encode_approval(approval) != data:
        raise DecodeError("this is no approval as `doit approve` writes it")
    return approval


def check_words(*, by: str, reason: str) -> None:
    """Raise UsageError for a name or reason that cannot be kept: empty, too long, or unfit for one line of text."""
    if not is_person(by):
        raise UsageError("an approval needs a name", hint='doit approve --by "your name"')
    for name, text in (("--by", by), ("--reason", reason)):
        if _unfit(text):
            hint = f"write one line of plain text, at most {_LONGEST_TEXT} characters"
            raise UsageError(f"{name} cannot be kept as it is", hint=hint)


def _unfit(text: str) -> bool:
    return len(text) > _LONGEST_TEXT or not is_safe(text)

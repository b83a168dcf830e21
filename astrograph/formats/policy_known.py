"""Bytes <-> the ratchet: violations that are known, may be mended, and never grow (SPEC section 11).

```yaml
violations:
  - code: AG213
    module: memory/fold
    reason: "adopted without an owner"
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from astrograph.model.codes import CODES
from astrograph.model.gate import KnownViolation

if TYPE_CHECKING:
    from astrograph.formats.policy_document import PolicyDocument

MANY = 5_000
"""More entries than this are written as JSON, which is YAML too: what adopting a whole monorepo leaves is longer than
what a person writes, and the reader of written YAML has bounds."""

_NEVER = ("AG6", "AG9")
"""Nobody may get used to a missing approval, nor to a defect of ours."""

_OWN = frozenset({"AG412", "AG413", "AG416"})
"""What is wrong with the ratchet itself, or could not be read, cannot be known to it."""

_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON leaves as it is and YAML does not take."""

_HEAD = """\
# Violations that were there before Astrograph looked: known, shown, and not counted.
# An entry goes when its violation is mended. Nothing is ever added.
"""


def read_known(data: bytes, *, path: str) -> tuple[KnownViolation, ...]:
    """Read the ratchet, in the order of the file. Raises PolicyProblems with every problem at once.

    A code that is not in the table, one that cannot be known, a module or reason that is missing, and an entry written
    twice are problems.
    """
    from astrograph.formats.policy_document import open_document

    as_json = data.lstrip().startswith(b"{")
    document = open_document(data, path=path, as_json=as_json)
    if document.value is None:
        return ()
    known = document.members(document.value, at="", required=("violations",), optional=("$schema",))
    entries: list[KnownViolation] = []
    seen: dict[tuple[str, str], int] = {}
    for at, element in document.items(known.get("violations", []), at="/violations"):
        entry = _entry(document, element, at=at)
        if entry is None:
            continue
        earlier = seen.setdefault((entry.code, entry.module), entry.line)
        if earlier != entry.line:
            document.problem(
                "AG516",
                f"{entry.code} of `{entry.module}` is listed on line {earlier} already",
                at=at,
                fix="keep one of the two",
            )
        entries.append(entry)
    document.finish()
    return tuple(entries)


def write_known(entries: Iterable[KnownViolation]) -> bytes:
    """Write a ratchet, sorted by module and code, that `read_known` reads to the same entries."""
    ordered = sorted(entries, key=lambda entry: (entry.module, entry.code, entry.reason))
    if len(ordered) > MANY:
        listed = [{"code": entry.code, "module": entry.module, "reason": entry.reason} for entry in ordered]
        return json.dumps({"violations": listed}, indent=1, ensure_ascii=False).encode() + b"\n"
    lines = [
        f"  - code: {entry.code}\n    module: {_quoted(entry.module)}\n    reason: {_quoted(entry.reason)}\n"
        for entry in ordered
    ]
    return (_HEAD + ("violations:\n" + "".join(lines) if lines else "violations: []\n")).encode()


def can_be_known(code: str) -> bool:
    """Whether violations of a code may be on the list at all."""
    return not code.startswith(_NEVER) and code not in _OWN


def ratchet_of(entries: Iterable[KnownViolation]) -> dict[tuple[str, str], str]:
    """The reason of each (code, module) that is known."""
    return {(entry.code, entry.module): entry.reason for entry in entries}


def _entry(document: PolicyDocument, element: object, *, at: str) -> KnownViolation | None:
    known = document.members(element, at=at, required=("code", "module", "reason"))
    if len(known) < len(KnownViolation.__slots__) - 1:
        return None
    code = document.text(known["code"], at=f"{at}/code")
    if code not in CODES:
        document.problem("AG516", f"`{code}` is no code of the table", at=f"{at}/code", fix="`doit explain` lists them")
    elif not can_be_known(code):
        document.problem(
            "AG516", f"{code} cannot be a known violation", at=f"{at}/code", fix="remove the entry and mend its cause"
        )
    module = document.text(known["module"], at=f"{at}/module")
    reason = document.text(known["reason"], at=f"{at}/reason")
    return KnownViolation(code=code, module=module, reason=reason, line=document.line(at))


def _quoted(text: str) -> str:
    return _UNFIT.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(text, ensure_ascii=False))

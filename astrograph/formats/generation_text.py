"""What is written of a generation: its metadata, its entries, and which generation is current; and back.

Each document carries the SHA-256 of its own canonical bytes without that digest: the seal. Reading is strict: keys,
types and the seal have to be exactly what writing gives (SPEC section 10).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from astrograph.errors import DecodeError
from astrograph.formats import json_values as read
from astrograph.formats.canonical_json import encode, encode_line
from astrograph.formats.strict_json import decode, decode_fast
from astrograph.model.assignment import Origin
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256, sha256
from astrograph.model.generation import ApprovalRecord, Entry, Generation, GenerationKind
from astrograph.model.ids import ModuleId

SCHEMA = "astrograph.generation/1"
CURRENT_SCHEMA = "astrograph.current/1"

_ENTRY_KEYS = frozenset(Entry.__slots__)
_META_KEYS = frozenset(Generation.__slots__) | {"schema", "files"}
_ORIGINS: dict[str | None, Origin | None] = {origin.value: origin for origin in Origin} | {None: None}
_KINDS = {kind.value: kind for kind in GenerationKind}


@dataclass(frozen=True, slots=True)
class Current:
    """Which generation is published.

    `known_good` is the number to trust, `last` the highest number ever published (numbers are never given twice).
    `placed` is whether `publish_to` was made to hold it: an adopted tree is current without having been put there.
    """

    current: int
    known_good: int
    last: int
    placed: bool


def tree_digest(entries: Iterable[Entry]) -> Sha256:
    """The SHA-256 over the lines `<sha256>  <module>` in module order: equal trees, equal digest."""
    return lines_digest((entry.module, entry.manifest) for entry in entries)


def lines_digest(manifests: Iterable[tuple[str, str]]) -> Sha256:
    """The same for (module, SHA-256 of its manifest) pairs."""
    text = "".join(f"{manifest}  {module}\n" for module, manifest in sorted(manifests))
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


# entries


def encode_entry(entry: Entry) -> bytes:
    """One entry as one line of compact JSON with sorted keys."""
    return encode_line(
        {
            "authored": entry.authored,
            "confidence": entry.confidence,
            "contracts": list(entry.contracts),
            "lane": entry.lane,
            "manifest": entry.manifest,
            "module": entry.module,
            "origin": None if entry.origin is None else entry.origin.value,
            "owner": entry.owner,
            "resolution": entry.resolution,
            "source": entry.source,
            "stars": list(entry.stars),
            "tier": entry.tier,
        }
    )


def decode_entries(data: bytes) -> dict[ModuleId, Entry]:
    """The entries of a file by module, in its order; raises DecodeError with the line that is not as we write it."""
    found: dict[ModuleId, Entry] = {}
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            entry = _entry(decode_fast(line))
        except (ValueError, DecodeError) as error:
            raise DecodeError(f"an entry cannot be read: {error}", line=number) from None
        found[entry.module] = entry
    return found


def _entry(value: object) -> Entry:
    if type(value) is not dict or value.keys() != _ENTRY_KEYS:
        raise ValueError("expected an object with the fields of an entry")
    values: dict[str, object] = value
    return Entry(
        module=ModuleId(read.text(values["module"])),
        manifest=read.sha256(values["manifest"]),
        owner=read.text_or_none(values["owner"]),
        tier=read.text_or_none(values["tier"]),
        lane=read.text_or_none(values["lane"]),
        contracts=read.texts(values["contracts"]),
        stars=cast(tuple[StarId, ...], read.texts(values["stars"])),
        confidence=read.number(values["confidence"]),
        origin=read.member(_ORIGINS, values["origin"]),
        source=read.text(values["source"]),
        authored=read.text(values["authored"]),
        resolution=read.text(values["resolution"]),
    )


# metadata


def encode_generation(generation: Generation, files: Mapping[str, Sha256]) -> tuple[Generation, bytes]:
    """Seal a generation: itself with its digest, and the bytes of its metadata. `files` are those beside it."""
    document = {
        "schema": SCHEMA,
        "number": generation.number,
        "parent": generation.parent,
        "kind": generation.kind.value,
        "created": generation.created,
        "by": generation.by,
        "reason": generation.reason,
        "modules": generation.modules,
        "tree": generation.tree,
        "plan": generation.plan,
        "approval": generation.approval,
        "policy": dict(generation.policy),
        "added": generation.added,
        "changed": generation.changed,
        "removed": generation.removed,
        "files": dict(files),
    }
    digest = sha256(encode(document))
    return replace(generation, digest=digest), encode({**document, "digest": digest})


def decode_generation(data: bytes) -> tuple[Generation, dict[str, Sha256]]:
    """The generation of a metadata file and the digests of the files beside it; raises DecodeError."""
    values = _unsealed(data, _META_KEYS, SCHEMA)
    parent = values["parent"]
    try:
        generation = Generation(
            number=read.number(values["number"]),
            parent=None if parent is None else read.number(parent),
            kind=read.member(_KINDS, values["kind"]),
            created=read.text(values["created"]),
            by=read.text(values["by"]),
            reason=read.text(values["reason"]),
            modules=read.number(values["modules"]),
            tree=read.sha256(values["tree"]),
            plan=read.text(values["plan"]),
            approval=read.text(values["approval"]),
            policy=tuple(sorted(_pairs(values["policy"]).items())),
            added=read.number(values["added"]),
            changed=read.number(values["changed"]),
            removed=read.number(values["removed"]),
            digest=Sha256(read.text(values["digest"])),
        )
        return generation, {name: read.sha256(digest) for name, digest in _pairs(values["files"]).items()}
    except ValueError as error:
        raise DecodeError(str(error)) from None


# which one is current


def encode_current(current: Current) -> bytes:
    """The sealed document."""
    document = {
        "schema": CURRENT_SCHEMA,
        "current": current.current,
        "known_good": current.known_good,
        "last": current.last,
        "placed": current.placed,
    }
    return encode({**document, "digest": sha256(encode(document))})


def decode_current(data: bytes) -> Current:
    """The value of the document; raises DecodeError."""
    values = _unsealed(data, frozenset({"schema", "current", "known_good", "last", "placed", "digest"}), CURRENT_SCHEMA)
    try:
        return Current(
            current=read.number(values["current"]),
            known_good=read.number(values["known_good"]),
            last=read.number(values["last"]),
            placed=read.flag(values["placed"]),
        )
    except ValueError as error:
        raise DecodeError(str(error)) from None


# the log of approvals


def encode_approval_record(record: ApprovalRecord) -> bytes:
    """The line of an approval that was given."""
    return _sealed_line({"approval": record.digest, "plan": record.plan, "by": record.by, "at": record.at})


def encode_spent(digest: Sha256, generation: int) -> bytes:
    """The line of an approval that was used."""
    return _sealed_line({"approval": digest, "spent_by": generation})


def decode_approval_log(data: bytes) -> list[ApprovalRecord]:
    """Every approval in the order it was given; raises DecodeError with the line that is not as we write it.

    A last line without its end was being written when the machine stopped: it says nothing.
    """
    found: dict[str, ApprovalRecord] = {}
    lines = data.split(b"\n")[:-1]
    for number, line in enumerate(lines, start=1):
        try:
            values = _sealed_values(line)
            digest = read.sha256(values["approval"])
            if "spent_by" in values:
                found[digest] = replace(found[digest], generation=read.number(values["spent_by"]))
            else:
                found[digest] = ApprovalRecord(
                    digest, read.sha256(values["plan"]), read.text(values["by"]), read.text(values["at"])
                )
        except (ValueError, KeyError, DecodeError):
            raise DecodeError("a line of the log of approvals cannot be read", line=number) from None
    return list(found.values())


def _sealed_line(document: dict[str, object]) -> bytes:
    return encode_line({**document, "digest": sha256(encode_line(document))})


def _sealed_values(line: bytes) -> dict[str, object]:
    values = decode_fast(line)
    if not isinstance(values, dict):
        raise ValueError("expected an object")  # noqa: TRY004 - one error for every malformed line
    digest = values.pop("digest", None)
    if digest != sha256(encode_line(values)):
        raise ValueError("the line is not what was written")
    return values


# strict pieces


def _unsealed(data: bytes, keys: frozenset[str], schema: str) -> dict[str, object]:
    document = decode(data)
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise DecodeError(f"expected a document of {schema}")
    if document.keys() != keys:
        raise DecodeError(f"expected exactly the keys {', '.join(sorted(keys))}")
    without = {name: value for name, value in document.items() if name != "digest"}
    if document["digest"] != sha256(encode(without)):
        raise DecodeError("it was changed after it was sealed: its digest disagrees")
    return document


def _pairs(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ValueError("expected an object of texts")
    return value

"""The folder of contracts on disk: what is there, what changed, and the registry of it; each content judged once."""

from __future__ import annotations

import marshal
import os
import time
from collections.abc import Iterator
from functools import cached_property
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, NamedTuple

from astrograph.engine.tool import contract_engines, shipped_folder, tool_fingerprint
from astrograph.inventory.guards import printable
from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.model.finding import Finding
from astrograph.model.workspace import Workspace
from astrograph.store.files import read, unreadable_fix
from astrograph.store.sealed import unmarshal
from astrograph.store.stamps import stat_key, trusted
from astrograph.store.state import State, Table, Write
from astrograph.store.trees import is_too_long

if TYPE_CHECKING:
    from astrograph.contracts.documents import Document
    from astrograph.contracts.reading import ContractFile
    from astrograph.formats.json_schema import Schema
    from astrograph.model.contract import Registry

SCHEMA = "schemas/contract.schema.json"
"""Our own schema for contracts of kind `module`, below the folder of what is shipped."""

KEY = b"contracts"
_SUFFIXES = (".json", ".yaml", ".yml")


class _Entry(NamedTuple):
    """One file: its stat signature, the digest of its content, and what was found out about it (None: nothing yet)."""

    signature: Fingerprint
    content: Fingerprint
    known: bytes | None


class ContractFolder:
    """The contracts of one workspace, by path relative to it.

    Listing costs a `stat` per file; a file is read when that says it may have changed, and judged when its content is
    new. `judged` counts the files judged in this run. `findings` are those of the walk.
    """

    def __init__(self, workspace: Workspace, state: State) -> None:
        self.folder = workspace.contracts.strip("/")
        self.findings: list[Finding] = []
        self.others: list[str] = []
        self.judged = 0
        self._root = workspace.root
        self._entries: dict[str, _Entry] = {}
        self._context = combine(tool_fingerprint(), contract_engines(), self.folder.encode())
        self._changed = False
        self._scan(state)

    @property
    def paths(self) -> list[str]:
        """Every file that is read as a contract, sorted."""
        return list(self._entries)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """One digest of every file, of those not read, of what the walk found, and of the libraries that judge."""
        parts = [part for path, entry in self._entries.items() for part in (path.encode(), entry.content)]
        beside = repr((self.others, self.findings)).encode("utf-8", "backslashreplace")
        return combine(self._context, beside, *parts)

    def writes(self) -> list[Write]:
        """What the state should remember since it was asked last."""
        if not self._changed:
            return []
        self._changed = False
        kept = {path: tuple(entry) for path, entry in self._entries.items()}
        return [(Table.META, KEY, self._context + marshal.dumps(kept))]

    @cached_property
    def registry(self) -> Registry:
        """The registry, with everything that is wrong in it."""
        return self._registry(judging=True)

    def names(self) -> Registry:
        """The registry as far as ids and paths go; nothing is judged, so nothing heavy is loaded."""
        return self._registry(judging=False)

    def _registry(self, *, judging: bool) -> Registry:
        from astrograph.contracts.registry import assemble

        files = [self._file(path, entry, judging=judging) for path, entry in self._entries.items()]
        return assemble(
            files,
            self._load,
            folder=self.folder,
            schema=lambda: self._schema,
            others=self.others,
            findings=self.findings,
            judging=judging,
        )

    def _file(self, path: str, entry: _Entry, *, judging: bool) -> ContractFile:
        known = None if entry.known is None else _unpack(entry.known)
        if known is not None:
            return known
        from astrograph.contracts.reading import identify, leads_elsewhere, unreadable
        from astrograph.contracts.registry import judge_alone

        try:
            data = read(f"{self._root}/{path}", limits.CONTRACT)
        except OSError as error:
            return unreadable(path, f"the file cannot be read: {error.strerror}", fix=unreadable_fix(error))
        document, file = identify(path, data)
        if not judging:
            return file
        if not document.problems and not leads_elsewhere(file):
            self.judged += 1
            file = file.judged(judge_alone(document, file, lambda: self._schema))
        if fingerprint(data) == entry.content:
            self._entries[path] = entry._replace(known=_pack(file))
            self._changed = True
        return file

    @cached_property
    def _schema(self) -> Schema:
        from astrograph.formats.json_schema import compile_schema
        from astrograph.formats.strict_json import decode

        return compile_schema(decode(read(f"{shipped_folder()}/{SCHEMA}", limits.POLICY)), path=SCHEMA)

    def _load(self, path: str) -> Document | None:
        from astrograph.contracts.documents import decode

        try:
            return decode(path, read(f"{self._root}/{path}", limits.CONTRACT))
        except OSError:
            return None

    # scanning

    def _scan(self, state: State) -> None:
        record = state.get(Table.META, KEY) or b""
        before: dict[str, _Entry] = {}
        if record[: len(self._context)] == self._context:  # else another version wrote it, in its own way
            before = _entries(record[len(self._context) :])
        started = time.time_ns()
        for path, stat in sorted(self._walk()):
            known = before.pop(path, None)
            now = fingerprint(stat_key(stat))
            if known is not None and known.signature == now:
                self._entries[path] = known
                continue
            content = self._content(path)
            judged = known.known if known is not None and known.content == content != NOTHING else None
            self._entries[path] = _Entry(trusted(now, [stat], started), content, judged)
            self._changed = True
        self._changed = self._changed or bool(before)

    def _content(self, path: str) -> Fingerprint:
        try:
            return fingerprint(read(f"{self._root}/{path}", limits.CONTRACT))
        except OSError:
            return NOTHING

    def _walk(self) -> Iterator[tuple[str, os.stat_result]]:
        top = os.path.realpath(f"{self._root}/{self.folder}")
        if not f"{top}/".startswith(f"{os.path.realpath(self._root)}/"):
            self._refuse(self.folder, "the folder of contracts is a link that leaves the workspace")
            return
        pending = [self.folder]
        while pending:
            for entry, path in self._listed(pending.pop()):
                if entry.is_dir(follow_symlinks=False):
                    if is_too_long(path):
                        self._refuse(path, f"the path of a folder has more than {limits.FOLDER:,} bytes")
                    else:
                        pending.append(path)
                elif not path.endswith(_SUFFIXES) and not entry.is_symlink():
                    self.others.append(path)
                else:
                    stat = self._admitted(entry, path, top)
                    if stat is not None:
                        yield path, stat

    def _listed(self, folder: str) -> Iterator[tuple[os.DirEntry[str], str]]:
        """The entries of a folder that are not hidden, with their paths."""
        try:
            with os.scandir(f"{self._root}/{folder}") as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            self._refuse(folder, f"the folder cannot be read: {error.strerror}")
            return
        for entry in listed:
            path = f"{folder}/{entry.name}"
            if printable(path) != path:
                self._refuse(path, "the name is not valid UTF-8, or holds control characters")
            elif not entry.name.startswith("."):
                yield entry, path

    def _admitted(self, entry: os.DirEntry[str], path: str, top: str) -> os.stat_result | None:
        """The stat of a file that may be read; None, and a finding, for any other thing."""
        try:
            stat = entry.stat()
        except OSError as error:
            what = "the link leads nowhere" if entry.is_symlink() else "the file cannot be read"
            self._refuse(path, f"{what}: {error.strerror}")
            return None
        if entry.is_symlink() and not os.path.realpath(entry.path).startswith(f"{top}/"):
            self._refuse(path, "the symbolic link leaves the folder of contracts")
        elif not S_ISREG(stat.st_mode):
            self._refuse(path, "a linked folder is not followed" if entry.is_dir() else "it is no regular file")
        elif not path.endswith(_SUFFIXES):
            self.others.append(path)
        else:
            return stat
        return None

    def _refuse(self, path: str, message: str) -> None:
        self.findings.append(finding("AG307", message, path=printable(path), fix="put the file itself there"))


def _pack(file: ContractFile) -> bytes:
    contract = file.contract
    return marshal.dumps(
        (
            (contract.id, contract.path, contract.kind and contract.kind.value, contract.title, contract.module),
            tuple(contract.promise),
            contract.at,
            [item.to_json() for item in contract.findings],
            [item.to_json() for item in file.identity],
            [tuple(link) for link in file.links.links],
            file.links.resources,
            list(file.links.anchors),
        )
    )


def _entries(record: bytes) -> dict[str, _Entry]:
    """What the state remembers of each file; nothing for a record of another shape."""
    found: dict[str, _Entry] = {}
    rows = unmarshal(record)
    for path, row in rows.items() if isinstance(rows, dict) else ():
        match row:
            case (bytes(signature), bytes(content), None | bytes() as known):
                found[path] = _Entry(Fingerprint(signature), Fingerprint(content), known)
    return found


def _unpack(record: bytes) -> ContractFile | None:
    """The inverse of `_pack`, None for a record of another shape."""
    try:
        return _unpacked(unmarshal(record))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _unpacked(packed: Any) -> ContractFile:
    from astrograph.contracts.links import Link, Links
    from astrograph.contracts.reading import ContractFile
    from astrograph.model.contract import Contract, ContractKind, Promise

    named, promise, at, findings, identity, links, resources, anchors = packed
    contract_id, path, kind, title, module = named
    return ContractFile(
        Contract(
            id=contract_id,
            path=path,
            kind=kind and ContractKind(kind),
            title=title,
            module=module,
            promise=Promise(*promise),
            at=at,
            findings=tuple(map(Finding.from_json, findings)),
        ),
        identity=tuple(map(Finding.from_json, identity)),
        links=Links(tuple(Link(*link) for link in links), resources, frozenset(map(tuple, anchors))),
    )

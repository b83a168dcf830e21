"""The registry: all contract files beside each other, where ids must differ and references meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from astrograph.contracts.documents import Document
from astrograph.contracts.links import Link, is_carried, path_of
from astrograph.contracts.reading import ContractFile, leads_elsewhere
from astrograph.errors import DecodeError
from astrograph.formats import pointer
from astrograph.formats.text import did_you_mean, quoted
from astrograph.model.codes import finding
from astrograph.model.contract import Contract, ContractKind, Registry
from astrograph.model.finding import Finding

if TYPE_CHECKING:
    from astrograph.formats.json_schema import Schema

Load = Callable[[str], Document | None]
"""The decoded file at a path of the folder of contracts, None when it cannot be read any more."""

FindSchema = Callable[[], "Schema"]
"""The schema of module contracts, compiled when it is wanted."""


def judge_alone(document: Document, file: ContractFile, schema: FindSchema) -> list[Finding]:
    """Everything wrong in a contract that refers to no other file."""
    shelf = Shelf([file], lambda path: document if path == document.path else None, folder="")
    dangling = shelf.dangling(file)
    return [*dangling, *_judged(document, file.contract, shelf=shelf, schema=schema, following=not dangling)]


def _judged(
    document: Document, contract: Contract, *, shelf: Shelf, schema: FindSchema, following: bool
) -> Iterator[Finding]:
    """Judge by kind; references are followed unless it is known that one leads nowhere, which is told already."""
    # Here, so that looking ids up loads no judge.
    from astrograph.contracts.openapi import judge_openapi
    from astrograph.contracts.schemas import judge_json_schema, judge_module_contract

    match contract.kind:
        case ContractKind.MODULE:
            yield from judge_module_contract(document, schema())
        case ContractKind.JSON_SCHEMA:
            yield from judge_json_schema(document, shelf.fetch, following=following)
        case ContractKind.OPENAPI:
            yield from judge_openapi(document, shelf.fetch, following=following)
        case None:
            return


class Shelf:
    """All contract files by path, and by every URI that one may refer to them with."""

    def __init__(self, files: Iterable[ContractFile], load: Load, *, folder: str) -> None:
        self.files = {file.contract.path: file for file in files}
        self._load = load
        self._folder = folder
        self._loaded: dict[str, Document | None] = {}
        self._resources: dict[str, tuple[str, str]] = {}
        for path, file in self.files.items():
            for uri, at in file.links.resources.items():
                self._resources.setdefault(uri, (path, at))

    def document(self, path: str) -> Document | None:
        """The decoded file at a path, read once; None when it cannot be read."""
        if path not in self._loaded:
            self._loaded[path] = self._load(path)
        return self._loaded[path]

    def owner(self, uri: str) -> tuple[str, str] | None:
        """The path and JSON pointer of what a URI names, None when no file here bears it."""
        return self._resources.get(uri)

    def fetch(self, uri: str) -> object:
        """The value that a URI names. Raises LookupError when it is none of the files here."""
        found = self.owner(uri.partition("#")[0])
        document = self.document(found[0]) if found is not None else None
        if found is None or document is None:
            raise LookupError(f"nothing is ever fetched, {uri} neither")
        return pointer.get(document.value, found[1])

    def targets(self, file: ContractFile) -> Iterator[tuple[Link, str, str]]:
        """Every reference of a file into another one: the link, the path and the JSON pointer it leads to."""
        for link in file.links.links:
            found = self.owner(link.target)
            if found is not None and found[0] != file.contract.path:
                yield link, found[0], found[1] + (link.fragment if link.fragment.startswith("/") else "")

    def dangling(self, file: ContractFile) -> list[Finding]:
        """The references of a file that lead nowhere, or out of the folder of contracts."""
        document = self.document(file.contract.path)
        if document is None:
            return []
        told = []
        for link in file.links.links:
            complaint = self._complaint(link)
            if complaint is not None:
                message, fix = complaint
                told.append(document.finding("AG308", f"{quoted(link.text)} {message}", at=link.at, fix=fix))
        return told

    def _complaint(self, link: Link) -> tuple[str, str] | None:
        found = self.owner(link.target)
        if found is None:
            return None if is_carried(link.target) else self._stranger(link)
        path, at = found
        document = self.document(path)
        if document is None or document.problems:
            return f"leads to {path}, which is broken", "mend that file"
        if not link.fragment or (link.target, link.fragment) in self.files[path].links.anchors:
            return None
        try:
            if link.fragment.startswith("/") and pointer.exists(pointer.get(document.value, at), link.fragment):
                return None
        except DecodeError:
            pass
        return f"leads nowhere in {path}", _nearest(document.value, link.fragment)

    def _stranger(self, link: Link) -> tuple[str, str]:
        """What to say of a reference to nothing that is here."""
        path = path_of(link.target)
        if path is None:
            fix = "put that document into the folder of contracts; nothing is ever fetched"
            return "leads out of the workspace", fix
        if path.startswith("../") or not path.startswith(f"{self._folder}/"):
            return f"leads out of {self._folder}/", f"put what it needs into {self._folder}/"
        near = did_you_mean(path, self.files, n=1)
        return f"leads to {path}, which is not there", f"did you mean {near[0]}?" if near else "mend the reference"


def _nearest(document: object, fragment: str) -> str:
    holder, _, wanted = fragment.rpartition("/")
    try:
        siblings = pointer.get(document, holder) if fragment.startswith("/") else None
    except (KeyError, DecodeError):
        siblings = None
    near = did_you_mean(wanted, map(str, siblings), n=1) if isinstance(siblings, dict) else []
    return f"did you mean {quoted(f'#{holder}/{near[0]}')}?" if near else "mend the reference"


def assemble(
    files: Sequence[ContractFile],
    load: Load,
    *,
    folder: str,
    schema: FindSchema,
    others: Sequence[str] = (),
    findings: Sequence[Finding] = (),
    judging: bool = True,
) -> Registry:
    """Make the registry of all contract files, given in path order.

    Files that refer to others are judged here, beside them; `judging` may leave that out where only ids are wanted.
    `others` are files of a kind that is not read, `findings` those of the walk.
    """
    shelf = Shelf(files, load, folder=folder)
    serving = {path for file in files for _, path, _ in shelf.targets(file)}
    parts = [file for file in files if file.identity and file.contract.path in serving]
    told: list[Finding] = [*findings]
    contracts: list[Contract] = []
    for file in files:
        outside = _beside_others(file, shelf, schema) if judging and leads_elsewhere(file) else []
        if file in parts:
            told += [*file.contract.findings, *outside]
            continue
        found = sorted({*file.identity, *file.contract.findings, *outside})
        contracts.append(replace(file.contract, findings=tuple(found)))
    return Registry(
        folder=folder,
        contracts=tuple(_distinct(contracts)),
        parts=tuple(file.contract.path for file in parts),
        referred=frozenset(serving),
        others=tuple(sorted(others)),
        findings=tuple(sorted(told)),
        files=len(files),
    )


def _beside_others(file: ContractFile, shelf: Shelf, schema: FindSchema) -> list[Finding]:
    document = shelf.document(file.contract.path)
    if document is None or document.problems:
        return []
    wrong = shelf.dangling(file)
    if not wrong and file.contract.kind is ContractKind.JSON_SCHEMA:
        from astrograph.contracts.schemas import judge_parts

        wrong = list(judge_parts(document, _reached(file, shelf)))
    return [*wrong, *_judged(document, file.contract, shelf=shelf, schema=schema, following=not wrong)]


def _reached(file: ContractFile, shelf: Shelf) -> Iterator[tuple[Document, str]]:
    """Every place of another file that a contract refers to, directly or through others."""
    waiting = [(path, at) for _, path, at in shelf.targets(file)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        target = waiting.pop()
        if target in seen:
            continue
        seen.add(target)
        document = shelf.document(target[0])
        if document is not None and not document.problems:
            yield document, target[1]
        waiting += [(path, at) for _, path, at in shelf.targets(shelf.files[target[0]])]


def _distinct(contracts: Sequence[Contract]) -> Iterator[Contract]:
    """Tell each contract whose id another one has too."""
    by_id: dict[str, list[Contract]] = {}
    for contract in contracts:
        by_id.setdefault(contract.id, []).append(contract)
    for contract in contracts:
        same = [other.path for other in by_id[contract.id] if other is not contract] if contract.id else []
        if not same:
            yield contract
            continue
        message = f"the id {quoted(contract.id)} is that of {', '.join(same[:3])} as well"
        twice = _at(contract, "AG305", message, fix="raise the version of one of them, or remove it")
        yield replace(contract, findings=tuple(sorted({*contract.findings, twice})))


def _at(contract: Contract, code: str, message: str, *, fix: str) -> Finding:
    line, column = contract.at
    return finding(code, message, path=contract.path, line=line, column=column, fix=fix)

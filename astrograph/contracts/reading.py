"""One contract file: its id, its kind, what it promises, and whether it is valid as far as it stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from astrograph.contracts.documents import Document, decode
from astrograph.contracts.links import Links, links_of
from astrograph.formats.text import did_you_mean, quoted, shown
from astrograph.model.codes import finding
from astrograph.model.contract import Contract, ContractKind, Promise
from astrograph.model.finding import Finding

ID_PATTERN = r"[A-Za-z0-9_]+(?:[./-][A-Za-z0-9_]+)*@v(?:0|[1-9][0-9]{0,8})"
"""What an id looks like: `memory.fold@v2`."""

_ID = re.compile(ID_PATTERN)
_ID_FIELDS = ("id", "contract_id")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|#|.*#$")
_JSON_SCHEMA_URI = re.compile(r"https?://json-schema\.org/")
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class ContractFile:
    """What one file says, apart from all others.

    `identity` are findings about its id and kind, which do not matter in a file that only serves other contracts.
    `links` are its references and what others may refer to.
    """

    contract: Contract
    identity: tuple[Finding, ...] = ()
    links: Links = field(default_factory=Links)

    def judged(self, findings: Iterable[Finding]) -> ContractFile:
        """The same file with what was found in it; its references, all of which stay in it, are done with."""
        return replace(
            self,
            contract=replace(self.contract, findings=tuple(sorted(findings))),
            links=replace(self.links, links=()),
        )


def identify(path: str, data: bytes) -> tuple[Document, ContractFile]:
    """Read what a file is, without judging it."""
    document = decode(path, data)
    if document.problems:
        stem = _stem(path)
        contract_id = stem if is_id(stem) else ""
        return document, ContractFile(Contract(contract_id, path, None, findings=document.problems))
    return document, _identified(document)


def unreadable(path: str, why: str, *, fix: str) -> ContractFile:
    """Stand for a file that is there but cannot be read; references to it lead to a broken contract."""
    stem = _stem(path)
    problem = finding("AG307", why, path=path, fix=fix)
    return ContractFile(Contract(stem if is_id(stem) else "", path, None, findings=(problem,)))


def is_id(text: str) -> bool:
    """Whether a text is an id such as `memory.fold@v2`."""
    return _ID.fullmatch(text) is not None


def _identified(document: Document) -> ContractFile:
    value = document.value if isinstance(document.value, dict) else {}
    kind, kind_findings = _kind(document, value)
    contract_id, field, id_findings = _id(document, value, kind)
    info = value.get("info") if kind is ContractKind.OPENAPI else None
    said = info.get("title") if isinstance(info, dict) else value.get("title") or value.get("description")
    is_module = kind is ContractKind.MODULE
    module = value.get("module")
    contract = Contract(
        id=contract_id,
        path=document.path,
        kind=kind,
        title=" ".join(said.split())[:_LONGEST_TITLE] if isinstance(said, str) else "",
        module=module if is_module and isinstance(module, str) else "",
        promise=_promise(value.get("exports")) if is_module else Promise(),
        at=document.place(f"/{field}") if field else (0, 0),
    )
    links = Links() if is_module else links_of(document.value, document.path, kind)
    return ContractFile(contract, identity=(*kind_findings, *id_findings), links=links)


def _kind(document: Document, value: dict[str, object]) -> tuple[ContractKind | None, list[Finding]]:
    said = value.get("kind")
    if isinstance(said, str) and said in list(ContractKind):
        return ContractKind(said), []
    schema = value.get("$schema")
    if "openapi" in value or "swagger" in value:
        return ContractKind.OPENAPI, []
    if isinstance(schema, str) and _JSON_SCHEMA_URI.match(schema):
        return ContractKind.JSON_SCHEMA, []
    kinds = ", ".join(quoted(kind.value) for kind in ContractKind)
    if isinstance(said, str):
        near = did_you_mean(said, list(ContractKind), n=1)
        fix = f"did you mean {quoted(near[0])}?" if near else f"write one of {kinds}"
        return None, [document.finding("AG309", f"{shown(said)} is no kind of contract", at="/kind", fix=fix)]
    if not isinstance(document.value, dict):
        message = f"the file must hold one contract, an object; it is {shown(document.value)}"
        return None, [document.finding("AG309", message, fix="write `kind` and what it asks for")]
    message = "nothing tells what kind of contract this is"
    fix = f"write `kind` ({kinds}), or `$schema` for a JSON Schema, or `openapi` for an OpenAPI document"
    return None, [document.finding("AG309", message, fix=fix)]


def _id(document: Document, value: dict[str, object], kind: ContractKind | None) -> tuple[str, str, list[Finding]]:
    """The id, the field that says it (`""` for the file name), and what is wrong with it."""
    for name in _ID_FIELDS:
        said = value.get(name)
        if name not in value or (kind is ContractKind.JSON_SCHEMA and isinstance(said, str) and _URI.match(said)):
            continue  # in draft 4 of JSON Schema `id` is the URI of the schema
        if isinstance(said, str) and is_id(said):
            return said, name, []
        message = f"{shown(said)} is no id: an id is a name and a version, such as `memory.fold@v2`"
        return "", name, [document.finding("AG306", message, at=f"/{name}", fix=_better_id(said))]
    stem = _stem(document.path)
    if is_id(stem):
        return stem, "", []
    message = f"the contract has no id, and its file name {shown(stem)} is none: an id looks like `memory.fold@v2`"
    fix = "rename the file to NAME@vN.json" if kind is ContractKind.OPENAPI else "write `contract_id`, or rename it"
    return "", "", [document.finding("AG306", message, fix=fix)]


def _better_id(said: object) -> str:
    if isinstance(said, str):
        versioned = re.fullmatch(r"(?P<name>.+?)[@.:_-]?[vV]?(?P<version>[0-9]+)(?:\.[0-9]+)*", said)
        better = f"{versioned['name']}@v{versioned['version']}" if versioned else f"{said}@v1"
        if is_id(better):
            return f"write {shown(better)}"
    return "write a name, `@v` and a number"


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _promise(exports: object) -> Promise:
    """What a module contract promises, as far as it is well formed."""
    said = exports if isinstance(exports, dict) else {}
    functions = said.get("functions")
    return Promise(
        classes=_texts(said.get("classes")),
        functions=tuple(
            (item["name"], item.get("async") is True)
            for item in (functions if isinstance(functions, list) else [])
            if isinstance(item, dict) and isinstance(item.get("name"), str)
        ),
        constants=_texts(said.get("constants")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def leads_elsewhere(file: ContractFile) -> bool:
    """Whether a file refers to anything that is not in it."""
    own = file.links.resources
    return any(link.target not in own for link in file.links.links)

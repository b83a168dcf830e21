"""Adoption of an old tree: find, read, author, keep as generation 0, and account for every value (SPEC section 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING

from astrograph.engine.adoption.authoring import Authoring, author
from astrograph.engine.adoption.documents import OldDocument, OldTree, find_documents, read_contents
from astrograph.engine.session import Session
from astrograph.errors import DecodeError, EditRefusedError, StorageError, UsageError
from astrograph.formats import foreign_json
from astrograph.formats.pointer import split
from astrograph.manifest.adoption.accounting import Account, account_of, lost_account, values_in
from astrograph.manifest.adoption.claims import Adopted, Target
from astrograph.manifest.adoption.facts_from import read_document
from astrograph.manifest.adoption.keeping import VALUES
from astrograph.manifest.adoption.shapes import shape_of, starter_shapes
from astrograph.manifest.fields import FIELDS, FieldOrigin
from astrograph.model import limits
from astrograph.model.adoption import Shape, Standing
from astrograph.model.codes import finding
from astrograph.model.digests import Sha256
from astrograph.model.facts import Authored, AuthoredFacts, Position
from astrograph.model.finding import Finding, Severity
from astrograph.model.generation import Entry, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.store.files import read
from astrograph.store.people_files import Change, PeopleFiles

if TYPE_CHECKING:
    from astrograph.formats.json_schema import Schema

_HOMES = ("annotations", "extensions", "x-adopted", "x_adopted")
"""Top-level names under which a manifest schema may let values through that it does not know, in order."""

_CODES = {
    Standing.MISSING: "AG222",
    Standing.COPY: "AG223",
    Standing.EXCLUDED: "AG223",
    Standing.LEGACY: "AG224",
    Standing.TWIN: "AG225",
}


@dataclass(slots=True)
class Item:
    """One old document on its way: what it is, how many values it has, what is authored for it, and the account."""

    document: OldDocument
    sha256: Sha256 | None = None
    read: int = 0
    readable: bool = False
    adopted: Adopted | None = None
    authoring: Authoring | None = None
    account: Account = field(default_factory=Account)
    findings: list[Finding] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """What became of the document."""
        return self.document.standing


@dataclass(slots=True)
class Adoption:
    """An adoption as it was worked out, before and after it was carried out."""

    tree: OldTree
    shapes: tuple[Shape, ...]
    items: list[Item]
    findings: list[Finding] = field(default_factory=list)

    @property
    def adopted(self) -> list[Item]:
        """The documents that count for their module."""
        return [item for item in self.items if item.standing is Standing.ADOPTED]

    @property
    def all_findings(self) -> list[Finding]:
        """Every finding, sorted."""
        return sorted([*self.findings, *(found for item in self.items for found in item.findings)])

    @property
    def failed(self) -> bool:
        """Whether a document could not be adopted, or something of it disagrees in a way a person must settle."""
        return any(found.severity is Severity.ERROR for found in self.all_findings)

    @property
    def files(self) -> list[Authoring]:
        """The authored files to write, in path order."""
        made = (item.authoring for item in self.items)
        return sorted((each for each in made if each is not None and each.data is not None), key=lambda each: each.path)


class Adopter:
    """Adopts one folder of old manifests into a workspace."""

    def __init__(self, session: Session, *, top: str, name: str, started_in: str) -> None:
        self.session = session
        self.policy = session.policy
        self.workspace = session.workspace
        self.top = top
        self.name = name
        self.started_in = started_in

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes to try, those of the workspace first."""
        return (*self.workspace.adopt, *starter_shapes(self.policy.placements))

    @cached_property
    def target(self) -> Target:
        """What new manifests can hold."""
        from astrograph.facts.authored_fields import CHECKS

        def complaint(name: str, value: object) -> str | None:
            return next((f"{each.message}" for _, each in CHECKS[name](value)), None)

        generated = {
            placement.pointer
            for name, placement in self.policy.placements.items()
            if FIELDS[name].origin is not FieldOrigin.AUTHORED
        }
        home = self._home
        return Target(
            canon=self.policy.canon,
            placements=self.policy.placements,
            generated=frozenset(generated),
            carried=self.policy.carried,
            home=home,
            homeless=f"{self.workspace.schema} lets no further values through: add an open object `annotations` to it",
            fits=self._fits,
            complaint=complaint,
        )

    @cached_property
    def _home(self) -> str | None:
        trial: dict[str, object] = {VALUES: {"/old": [None, True, 1, 0.5, "text", {}]}}
        return next((name for name in _HOMES if name in self.policy.carried and self._fits(name, trial)), None)

    @cached_property
    def _members(self) -> Schema:
        """The manifest schema, asked about single top-level members."""
        from astrograph.formats.json_schema import compile_schema

        document = self.policy.schema_document
        closed = {"required", "additionalProperties", "unevaluatedProperties", "minProperties", "$id"}
        kept = (
            {key: value for key, value in document.items() if key not in closed} if isinstance(document, dict) else {}
        )
        return compile_schema(kept, path=self.workspace.schema, formats=self.workspace.format_assertion)

    def _fits(self, name: str, value: object) -> bool:
        return self._members.is_valid({name: value})

    # working it out

    def work_out(self) -> Adoption:
        """Find and read every document and decide what to author. Writes nothing."""
        modules = self.session.survey.inventory.packages
        tree = find_documents(self.workspace, self.top, name=self.name, modules=modules, started_in=self.started_in)
        if not tree.documents and not tree.unlisted:
            raise UsageError(
                f"there is no {self.name} below {tree.shown}",
                hint="name the folder the old manifests lie in with --from, and what they are called with --name",
            )
        adoption = Adoption(tree, self.shapes, [Item(document) for document in tree.documents])
        adoption.findings += [
            finding("AG220", f"the folder cannot be listed: {reason}", path=f"{tree.shown}/{folder}".strip("/"))
            for folder, reason in tree.unlisted
        ]
        for item in adoption.items:
            self._read(item)
        self._compare_twins(adoption)
        return adoption

    def _read(self, item: Item) -> None:
        document = item.document
        try:
            contents = read_contents(document)
            item.sha256 = contents.sha256
            decoded = foreign_json.decode(contents.data)
        except OSError as error:
            self._unreadable(item, f"the file cannot be read: {error.strerror or error}", (0, 0))
            return
        except DecodeError as error:
            self._unreadable(item, error.title, (error.line, error.column))
            return
        item.readable, item.read = True, values_in(decoded.value)
        code = _CODES.get(item.standing)
        if code is not None:
            if item.standing is not Standing.TWIN:
                item.findings.append(finding(code, document.note, path=document.path, fix=document.fix))
            item.account = lost_account(item.read, document.note)
            return
        shape = shape_of(decoded.value, self.shapes) if isinstance(decoded.value, dict) else None
        if shape is None:
            self._unknown(item)
            return
        item.adopted = read_document(decoded, shape, self.target)
        self._author(item, decoded, shape)

    def _unreadable(self, item: Item, reason: str, at: tuple[int, int]) -> None:
        document = item.document
        document.standing, document.note = Standing.UNREADABLE, reason
        line, column = at
        fix = "mend it, or remove it" + ("; its bytes are kept in generation 0" if document.module else "")
        at_module = document.module or ""
        item.findings.append(
            finding("AG220", reason, path=document.path, line=line, column=column, fix=fix, module=at_module)
        )

    def _unknown(self, item: Item) -> None:
        document = item.document
        document.standing, document.note = Standing.UNKNOWN, "it has none of the known shapes"
        item.account = lost_account(item.read, document.note)
        known = ", ".join(shape.name for shape in self.shapes)
        item.findings.append(
            finding(
                "AG221",
                f"the document has none of the shapes {known}",
                path=document.path,
                fix=f"`doit adopt --from {quote(self.top)} --suggest` proposes shapes for pyproject.toml",
                module=document.module or "",
            )
        )

    def _author(self, item: Item, decoded: foreign_json.ForeignDocument, shape: Shape) -> None:
        module, adopted = item.document.module, item.adopted
        assert module is not None
        assert adopted is not None
        authored = self.session.survey.authored
        path = f"{self.workspace.authored}/{module}.yaml"
        before = self._own_file(path) if path in authored.paths_for(module) else None
        said = authored.facts_of(module)
        authoring = author(adopted.fields, said=said, path=path, before=before, home=self.target.home)
        if authoring.blocked and self.target.home in adopted.fields:
            # Without what is kept beside, the facts themselves may still fit.
            target = _homeless(self.target, authoring.blocked)
            bare = read_document(decoded, shape, target)
            second = author(bare.fields, said=said, path=path, before=before, home=None)
            if not second.blocked:
                adopted = item.adopted = bare
                item.findings.append(self._told(item, "AG232", f"not all of it is carried: {authoring.blocked}"))
                authoring = second
        item.authoring = authoring
        for name, position in sorted(authoring.kept.items()):
            message = f"`{name}` stays as it is authored; {item.document.path} says otherwise"
            item.findings.append(
                finding(
                    "AG229",
                    message,
                    path=position.path,
                    line=position.line,
                    column=position.column,
                    fix="settle which is right; what is authored counts",
                    module=module,
                )
            )
        item.findings += [self._told(item, remark.code, remark.message, remark.fix) for remark in adopted.remarks]
        if authoring.blocked:
            self._block(item, authoring)

    def _block(self, item: Item, authoring: Authoring, fix: str = "") -> None:
        item.document.standing, item.document.note = Standing.BLOCKED, authoring.blocked
        item.account = lost_account(item.read, authoring.blocked)
        item.findings.append(self._told(item, "AG231", f"{authoring.path} was left alone: {authoring.blocked}", fix))

    def _told(self, item: Item, code: str, message: str, fix: str = "") -> Finding:
        return finding(code, message, path=item.document.path, fix=fix, module=item.document.module or "")

    def _own_file(self, path: str) -> bytes | None:
        try:
            return read(f"{self.workspace.root}/{path}", limits.YAML)
        except OSError:
            return None

    def _compare_twins(self, adoption: Adoption) -> None:
        """Two documents for one module are told: worse when their facts differ."""
        first = {item.document.module: item for item in adoption.items if item.standing is not Standing.TWIN}
        for item in adoption.items:
            if item.standing is not Standing.TWIN:
                continue
            other = first.get(item.document.module)
            alike = other is not None and item.sha256 == other.sha256
            code = "AG223" if alike else "AG225"
            note = f"{item.document.note}; both say the same" if alike else item.document.note
            item.findings.append(self._told(item, code, note, item.document.fix))

    # carrying it out

    def write(self, adoption: Adoption) -> int:
        """Write the authored files, but none that changed since it was read; returns how many. Raises StorageError."""
        files = PeopleFiles(self.workspace.root)
        written = 0
        for item in sorted(adoption.items, key=lambda item: item.authoring.path if item.authoring else ""):
            authoring = item.authoring
            if authoring is None or authoring.data is None:
                continue
            try:
                files.edit(
                    authoring.path, _unless_changed(authoring), no_links_below=self.workspace.authored, durable=False
                )
            except EditRefusedError as error:
                authoring.data, authoring.blocked = None, error.title.replace(authoring.path, "it", 1)
                authoring.added.clear()
                self._block(item, authoring, error.hint)
            else:
                written += 1
        return written

    def keep(self, adoption: Adoption, *, by: str, at: str) -> bool:
        """Keep the old tree as generation 0, the baseline; returns whether it was written.

        A tree that is kept already stays. Once something was published nothing is kept any more, which is a finding.
        Raises StorageError.
        """
        entries, places = self._entries(adoption)
        generations = self.session.generations
        numbers = generations.numbers()
        if numbers:
            adopted = numbers == [0] and generations.get(0).kind is GenerationKind.ADOPTED
            if adopted and generations.entries(0) == entries:
                return False
            if not adopted:
                message = "the old tree does not become generation 0: there are generations already"
                fix = "`doit generations` tells which; the authored facts are adopted all the same"
                adoption.findings.append(finding("AG233", message, path=adoption.tree.shown, fix=fix))
                return False
        if not entries:
            return False
        generations.seal(
            parent=None,
            kind=GenerationKind.ADOPTED,
            created=at,
            by=by,
            reason=f"adopted from {adoption.tree.shown or '.'}",
            entries=entries.values(),
            manifests=_bytes_of(entries, places),
        )
        return True

    def _entries(self, adoption: Adoption) -> tuple[dict[ModuleId, Entry], dict[ModuleId, str]]:
        """What stood in the old tree: documents of modules, and those whose package is gone."""
        from astrograph.inventory.guards import check_module_path

        entries: dict[ModuleId, Entry] = {}
        places: dict[ModuleId, str] = {}
        for item in adoption.items:
            document = item.document
            module = document.module
            if document.standing is Standing.MISSING:
                checked = check_module_path(document.place, folder=document.path, legacy_prefixes=())
                module = checked if isinstance(checked, str) else None
            if module is None or item.sha256 is None or document.standing is Standing.TWIN:
                continue
            entries[module] = _entry(module, item.sha256, item.adopted)
            places[module] = document.absolute
        return dict(sorted(entries.items())), places

    def let_go(self, adoption: Adoption) -> None:
        """Forget what was only needed for writing."""
        for item in adoption.items:
            if item.authoring is not None:
                item.authoring.before = item.authoring.data = None
                item.authoring.added.clear()
            if item.adopted is not None:
                item.adopted.fields.clear()

    # the account

    def rehearsed(self) -> Callable[[Item], object]:
        """The manifests as they would be built, for an account before anything is written."""
        from astrograph.formats.canonical_json import encode
        from astrograph.formats.strict_json import decode_fast

        authored = self.session.survey.authored

        def manifest(item: Item) -> object:
            module, authoring = item.document.module, item.authoring
            assert module is not None
            fields = dict(authored.facts_of(module).fields)
            for name, value in ({} if authoring is None else authoring.added).items():
                known = fields.get(name)
                both = known is not None and isinstance(value, dict) and isinstance(known.value, dict)
                merged = {**known.value, **value} if both else value  # type: ignore[union-attr, dict-item]
                fields[name] = Authored(merged, Position(authoring.path if authoring else "", 0, 0))
            return decode_fast(encode(self.session.builder.rehearse(module, AuthoredFacts(fields=fields))))

        return manifest

    def account(self, adoption: Adoption, manifest_of: Callable[[Item], object]) -> None:
        """Hold what was claimed of each adopted document against its manifest."""
        for item in adoption.adopted:
            adopted, module = item.adopted, item.document.module
            assert adopted is not None
            assert module is not None
            item.account = account_of(item.read, adopted.claims, manifest_of(item), said_at=self._said_at(module))
            lost = item.account.reasons
            if lost and not any(found.code in {"AG229", "AG232"} for found in item.findings):
                reason = next(iter(lost.values()))
                item.findings.append(self._told(item, "AG232", f"{len(lost)} of its values are not carried: {reason}"))

    def _said_at(self, module: ModuleId) -> Callable[[str], str]:
        """The place of what is authored at a pointer of the new manifest."""

        def place(at: str) -> str:
            said = self.session.survey.authored.facts_of(module).fields
            for name, placement in self.policy.placements.items():
                if name in said and f"{at}/".startswith(f"{placement.pointer}/"):
                    return _place(said[name].position)
            top = split(at)[0] if at else ""
            return _place(said[top].position) if top in said else ""

        return place


def _unless_changed(authoring: Authoring) -> Change:
    def change(now: bytes | None) -> bytes | None:
        if now != authoring.before:
            raise EditRefusedError("it was changed while the adoption ran", hint="adopt again")
        return authoring.data

    return change


def built_manifests(session: Session) -> Callable[[Item], object]:
    """The manifests on disk, after a build; None for one that is not there or cannot be read."""
    from astrograph.formats.strict_json import decode_fast

    def manifest(item: Item) -> object:
        assert item.document.module is not None
        try:
            return decode_fast(
                read(session.layout.absolute(session.layout.manifest(item.document.module)), limits.OUTPUT)
            )
        except (OSError, DecodeError):
            return None

    return manifest


def _place(position: Position) -> str:
    return f"{position.path}:{position.line}" if position.line else position.path


def _homeless(target: Target, reason: str) -> Target:
    from dataclasses import replace

    return replace(target, home=None, homeless=reason)


def _entry(module: ModuleId, digest: Sha256, adopted: Adopted | None) -> Entry:
    if adopted is None:
        return Entry(module=module, manifest=digest)
    return Entry(
        module=module,
        manifest=digest,
        owner=adopted.text("owner"),
        tier=adopted.text("tier"),
        lane=adopted.text("lane"),
        contracts=adopted.contracts,
        stars=adopted.stars,
    )


def _bytes_of(entries: Mapping[ModuleId, Entry], places: Mapping[ModuleId, str]) -> Iterator[tuple[ModuleId, bytes]]:
    from astrograph.model.digests import sha256

    for module, entry in entries.items():
        try:
            data = read(places[module], limits.KEPT)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError("an old document went away", fields=((places[module], reason),)) from error
        if sha256(data) != entry.manifest:
            raise StorageError(
                "an old document changed while it was adopted", fields=(("path", places[module]),), hint="adopt again"
            )
        yield module, data

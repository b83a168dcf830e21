"""The authored tree: every YAML file under `manifests_src/`, parsed once per content, and what applies to whom."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

from astrograph.engine.policy import Policy
from astrograph.engine.tool import tool_fingerprint
from astrograph.inventory.guards import printable
from astrograph.model import limits
from astrograph.model.codes import finding
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId, ancestors_of
from astrograph.model.inventory import Package
from astrograph.model.pins import PolicyKind
from astrograph.store.files import TEMPORARY_PREFIX, read, unreadable_fix
from astrograph.store.stamps import signature, trusted
from astrograph.store.state import State, Table, Write
from astrograph.store.trees import is_too_long

if TYPE_CHECKING:
    from astrograph.engine.authored.codeowners import CodeownersSource, OwnerLine
    from astrograph.facts.authored import AuthoredFile
    from astrograph.model.facts import AuthoredFacts

DEFAULTS = "_defaults.yaml"
_CODEOWNERS = "codeowners"
_OWNED = b"o"
"""Stands before the record of a file that names an owner, so that nobody has to unpack it to know."""
_SUFFIX = ".yaml"
_DIGEST_SIZE = 16
_SUGGESTED = 20
"""So many dangling files get a suggestion each: the nearest of 100,000 names takes a tenth of a second to find."""


class _Entry(NamedTuple):
    """One authored file: the digest of its content, what was parsed of it, and whether it names an owner."""

    content: Fingerprint
    record: bytes
    owned: bool


class AuthoredTree:
    """All authored files of one run, by path relative to the authored folder.

    `only` restricts the scan to what applies to one module. `reparsed` counts the files whose content was parsed in
    this run; `pending_writes` is what the state should remember of the scan; `littered` are the absolute paths of
    folders in which a killed command may have left temporary files. What CODEOWNERS says is part of it once
    `ask_codeowners` was called.
    """

    def __init__(self, policy: Policy, state: State, *, only: ModuleId | None = None) -> None:
        self.folder = policy.workspace.authored
        self.reparsed = 0
        self.findings: list[Finding] = []
        self.littered: set[str] = set()
        self._policy = policy
        self._top = f"{policy.workspace.root}/{self.folder}"
        self._entries: dict[str, _Entry] = {}
        self._chains: dict[str, tuple[Fingerprint, bool]] = {}
        self._parsed: dict[str, AuthoredFile] = {}
        self._context = NOTHING
        self.pending_writes: list[Write] = []
        self.codeowners: CodeownersSource | None = None
        self._scan(state, only)

    def ask_codeowners(self, packages: Mapping[ModuleId, Package], state: State, *, keep: bool = True) -> None:
        """Hear what the CODEOWNERS file, where one is configured, says of each package; `keep` it for the next run."""
        space = self._policy.workspace
        if space.codeowners is not None:
            from astrograph.engine.authored.codeowners import CodeownersSource

            self.codeowners = CodeownersSource(space.root, space.codeowners, state, packages, keep=keep)
            self.pending_writes += self.codeowners.pending_writes

    @property
    def files(self) -> int:
        """How many authored files there are."""
        return len(self._entries)

    @property
    def paths(self) -> list[str]:
        """Every authored file, relative to the workspace, sorted."""
        return [f"{self.folder}/{path}" for path in sorted(self._entries)]

    @property
    def contents(self) -> dict[str, Fingerprint]:
        """The digest of what each authored file holds, CODEOWNERS included, by path relative to the workspace."""
        found = {f"{self.folder}/{path}": self._entries[path].content for path in sorted(self._entries)}
        return found if self.codeowners is None else {self.codeowners.path: self.codeowners.content, **found}

    def fields_in(self, path: str) -> frozenset[str]:
        """The fields that an authored file, given relative to the workspace, has a value for."""
        if self.codeowners is not None and path == self.codeowners.path:
            return frozenset({"owner"})
        from astrograph.facts.authored import unpack

        below = path.removeprefix(f"{self.folder}/")
        known = self._parsed.get(below)
        # Not kept where it is not there yet: whoever asks for every file once needs none of them again.
        return frozenset((unpack(self._entries[below].record) if known is None else known).fields)

    @property
    def fingerprint(self) -> Fingerprint:
        """One digest of the whole tree, CODEOWNERS included."""
        parts = [part for path in sorted(self._entries) for part in (path.encode(), self._entries[path].content)]
        if self.codeowners is not None:
            parts += [self.codeowners.path.encode(), self.codeowners.content]
        return combine(*parts)

    def fingerprint_of(self, module: ModuleId) -> Fingerprint:
        """One digest of all that people say of a module, NOTHING when nobody does.

        Of CODEOWNERS only the owners count that it gives this module: an edit of other lines, or one that moves
        its line, changes nothing that is made of them.
        """
        above, owned = self._chain(module.rpartition("/")[0])
        own = self._entries.get(module + _SUFFIX)
        digest = above if own is None else combine(above, b"/", own.content)
        if self.codeowners is None or owned or (own is not None and own.owned):
            return digest
        said = self.codeowners.line_for(module)
        return digest if said is None or said.owner is None else combine(digest, b"codeowners", said.owner.encode())

    def _chain(self, folder: str) -> tuple[Fingerprint, bool]:
        """The digest of the folder defaults that apply in a folder, and whether one of them names an owner."""
        missing: list[str] = []
        while folder not in self._chains:
            missing.append(folder)
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        known = self._chains.get(folder, (NOTHING, False))
        for inner in reversed(missing):
            entry = self._entries.get(f"{inner}/{DEFAULTS}" if inner else DEFAULTS)
            if entry is not None:
                # The folder counts: evidence and findings name the file a value was written in.
                known = (combine(known[0], inner.encode(), entry.content), known[1] or entry.owned)
            self._chains[inner] = known
        return known

    def paths_for(self, module: ModuleId) -> list[str]:
        """The authored files that apply to a module, outermost first, relative to the workspace."""
        paths = [f"{self.folder}/{path}" for path in self._chain_paths(module)]
        return paths if self._codeowner(module) is None else [self._codeowners_path, *paths]

    @property
    def _codeowners_path(self) -> str:
        return self.codeowners.path if self.codeowners is not None else ""

    def _codeowner(self, module: ModuleId) -> OwnerLine | None:
        """The line of CODEOWNERS that gives a module its owner; None when there is none, or YAML names one."""
        if self.codeowners is None or any(self._entries[path].owned for path in self._chain_paths(module)):
            return None
        said = self.codeowners.line_for(module)
        return said if said is not None and said.owner is not None else None

    def _chain_paths(self, module: ModuleId) -> list[str]:
        return [path for path in _chain_of(module) if path in self._entries]

    def places_for(self, module: ModuleId) -> list[str]:
        """Where authored files that apply to a module can lie, outermost first, whether there are any or not."""
        paths = [f"{self.folder}/{path}" for path in _chain_of(module)]
        return paths if self.codeowners is None else [self.codeowners.path, *paths]

    def facts_of(self, module: ModuleId) -> AuthoredFacts:
        """What people say of a module. Findings of folder defaults stay with the tree, told once."""
        from astrograph.facts.authored import merge
        from astrograph.model.facts import Authored, AuthoredFacts, Position

        files = [self._file(path) for path in self._chain_paths(module)]
        merged = merge(files)
        said = self._codeowner(module)
        if said is not None:
            place = Position(self._codeowners_path, said.line)
            merged.fields["owner"] = Authored(said.owner, place, _CODEOWNERS)
        own = files[-1].findings if files and not files[-1].path.endswith(f"/{DEFAULTS}") else ()
        return AuthoredFacts(fields=merged.fields, findings=own)

    def _file(self, path: str) -> AuthoredFile:
        if path not in self._parsed:
            self._parsed[path] = self._unpacked(path)
        return self._parsed[path]

    def _unpacked(self, path: str) -> AuthoredFile:
        from astrograph.facts.authored import AuthoredFile, unpack

        try:
            return unpack(self._entries[path].record)
        except ValueError:  # of another shape: as if it were not known
            self._read(path, None)
            return self._parsed.get(path) or AuthoredFile(f"{self.folder}/{path}", {})

    def tree_findings(self, modules: Iterable[ModuleId]) -> tuple[Finding, ...]:
        """Findings that belong to no single module: strays, files for modules that do not exist, folder defaults."""
        known = set(modules)
        folders = {above for module in known for above in ancestors_of(module)}
        found = list(self.findings)
        if self.codeowners is not None:
            found += self.codeowners.findings
        dangling = 0
        for path in sorted(self._entries):
            where = f"{self.folder}/{path}"
            folder, _, name = path.rpartition("/")
            if name == DEFAULTS:
                found += self._file(path).findings
                if folder not in folders:
                    message = f"no module lies below {folder or 'the source roots'}"
                    found.append(finding("AG214", message, path=where, fix="remove the file, or move it"))
            elif path.removesuffix(_SUFFIX) not in known:
                dangling += 1
                candidates = known if dangling <= _SUGGESTED else set()
                found.append(_dangling(path.removesuffix(_SUFFIX), where, candidates))
                found += self._file(path).findings
        return tuple(sorted(found))

    def orphans(self, modules: Iterable[ModuleId]) -> list[str]:
        """The authored files whose module does not exist, relative to the workspace, sorted."""
        known = set(modules)
        return [
            f"{self.folder}/{path}"
            for path in sorted(self._entries)
            if path.rpartition("/")[2] != DEFAULTS and path.removesuffix(_SUFFIX) not in known
        ]

    # scanning

    def _scan(self, state: State, only: ModuleId | None) -> None:
        # The schema and the placements decide which fields may be authored.
        schema = self._policy.data[PolicyKind.SCHEMA] or b""
        self._context = combine(
            tool_fingerprint(), self.folder.encode(), schema, repr(self._policy.workspace.placements).encode()
        )
        before = state.load(Table.AUTHORED) if only is None else {}
        writes: list[Write] = []
        started = time.time_ns()
        for path, stat in self._walk() if only is None else self._candidates(only):
            key = path.encode()
            record = before.pop(key, b"") if only is None else state.get(Table.AUTHORED, key) or b""
            sign, content, context = (Fingerprint(record[at : at + _DIGEST_SIZE]) for at in (0, 16, 32))
            now = signature(path, (), [stat])
            known = _Entry(content, record[49:], record[48:49] == _OWNED) if context == self._context else None
            if sign == now and known is not None:
                self._entries[path] = known
                continue
            entry = self._read(path, known)
            if entry is not None:
                self._entries[path] = entry
                sign = trusted(now, [stat], started)
                owned = _OWNED if entry.owned else b"-"
                writes.append((Table.AUTHORED, key, sign + entry.content + self._context + owned + entry.record))
        writes += [(Table.AUTHORED, key, None) for key in before]
        self.pending_writes = writes

    def _candidates(self, module: ModuleId) -> list[tuple[str, os.stat_result]]:
        """The files that may apply to one module, without listing the tree."""
        found: list[tuple[str, os.stat_result]] = []
        for path in _chain_of(module):
            try:
                stat = os.lstat(f"{self._top}/{path}")
            except OSError:
                continue
            if S_ISREG(stat.st_mode):
                found.append((path, stat))
        return found

    def _read(self, path: str, known: _Entry | None) -> _Entry | None:
        where = f"{self.folder}/{path}"
        try:
            data = read(f"{self._top}/{path}", limits.YAML)
        except OSError as error:
            message = f"file cannot be read: {error.strerror}"
            self.findings.append(finding("AG216", message, path=where, fix=unreadable_fix(error)))
            return None
        from astrograph.facts.authored import pack, read_file

        digest = fingerprint(data)
        if known is not None and digest == known.content:
            return known
        self.reparsed += 1
        parsed = read_file(data, path=where, carried=self._policy.carried, generated=self._policy.generated)
        self._parsed[path] = parsed
        return _Entry(digest, pack(parsed), "owner" in parsed.fields)

    def _walk(self) -> list[tuple[str, os.stat_result]]:
        found: list[tuple[str, os.stat_result]] = []
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(f"{self._top}/{folder}" if folder else self._top) as entries:
                    for entry in entries:
                        self._take(entry, f"{folder}/{entry.name}" if folder else entry.name, pending, found)
            except FileNotFoundError:
                continue
            except OSError as error:
                message = f"folder cannot be read: {error.strerror}"
                path = printable(f"{self.folder}/{folder}".rstrip("/"))
                self.findings.append(finding("AG216", message, path=path, fix=unreadable_fix(error)))
        return sorted(found)

    def _take(
        self, entry: os.DirEntry[str], path: str, pending: list[str], found: list[tuple[str, os.stat_result]]
    ) -> None:
        if entry.name.startswith("."):
            if entry.name.startswith(TEMPORARY_PREFIX):
                self.littered.add(os.path.dirname(entry.path))
            return
        if entry.is_dir(follow_symlinks=False):
            if is_too_long(path):
                message = f"the path of a folder has more than {limits.FOLDER:,} bytes; nothing in it is read"
                where = printable(f"{self.folder}/{path}")
                self.findings.append(finding("AG216", message, path=where, fix="remove it, or move it further up"))
            else:
                pending.append(path)
        elif entry.is_symlink() or printable(path) != path:
            message = "symbolic links and names that are not UTF-8 are not followed here"
            where = printable(f"{self.folder}/{path}")
            self.findings.append(finding("AG216", message, path=where, fix="put the file itself here"))
        elif path.endswith(_SUFFIX) and entry.is_file():
            with suppress(FileNotFoundError):  # removed since it was listed: as if it had never been there
                found.append((path, entry.stat()))
        else:
            fix = f"rename it to {path.rpartition('.')[0]}.yaml" if path.endswith((".yml", ".json")) else "remove it"
            message = "only *.yaml files are read here"
            self.findings.append(finding("AG215", message, path=f"{self.folder}/{path}", fix=fix))


def _chain_of(module: ModuleId) -> list[str]:
    """The paths that authored files of a module have, relative to the authored folder, outermost first."""
    return [*(f"{above}/{DEFAULTS}" if above else DEFAULTS for above in ancestors_of(module)), module + _SUFFIX]


def _dangling(module: str, where: str, known: set[ModuleId]) -> Finding:
    from astrograph.formats.text import did_you_mean

    near = did_you_mean(module, known, n=1)
    fix = f"rename it for {near[0]}, or remove it" if near else "remove it, or create the package"
    return finding("AG208", f"there is no module {module}", path=where, fix=fix)

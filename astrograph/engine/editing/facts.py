"""Setting and removing one authored field: what stands behind `doit facts`. Checked before it is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from shlex import quote

from astrograph.engine.authored.tree import DEFAULTS
from astrograph.engine.info import find_module
from astrograph.engine.policy import Policy
from astrograph.engine.session import Session
from astrograph.engine.tool import shipped_folder
from astrograph.errors import DecodeError, PolicyError, UsageError
from astrograph.facts.authored import AuthoredFile, modeline, read_file
from astrograph.formats import strict_json
from astrograph.formats.json_schema import compile_schema
from astrograph.formats.text import did_you_mean, quoted, shown
from astrograph.formats.yaml_editing import set_field, unset_field
from astrograph.inventory.walk import expect_package
from astrograph.model import limits
from astrograph.store.files import read
from astrograph.store.people_files import FileEdit, PeopleFiles
from astrograph.store.trees import walk_files

AUTHORED_SCHEMA = "schemas/authored.schema.json"
"""Where a workspace keeps the schema of authored files for its editors; ours holds where it keeps none."""

_JSON = "give it as JSON: doit facts set {target} {field} '...' --json"


class FactEditor:
    """Edits the authored file of one target: a module as `doit info` finds it, or a folder, which ends in `/`.

    `folder` is where paths start. A `dry_run` writes nothing. Raises UsageError for a target that is neither.
    """

    def __init__(self, session: Session, target: str, *, folder: str, dry_run: bool = False) -> None:
        self._root = session.workspace.root
        self._authored = session.workspace.authored
        self._dry_run = dry_run
        self._target = target
        self._policy = Policy.read(session.workspace)
        self.path = f"{session.workspace.authored}/{_file_of(session, target, folder=folder)}"

    def value_of(self, field: str, words: Sequence[str], *, as_json: bool) -> object:
        """The value that words of the command line mean for a field: text, a list of texts, or JSON.

        Raises UsageError when they mean none.
        """
        self._check_field(field)
        if as_json:
            if len(words) != 1:
                raise UsageError(f"a JSON value is one word, got {len(words)}", hint="put it in quotes")
            try:
                return strict_json.decode(words[0].encode("utf-8", "surrogateescape"))
            except DecodeError as error:
                raise UsageError(f"the value is not JSON: {error.title}", hint=error.hint) from error
        wanted = self._kind_of(field)
        if wanted == "texts":
            return list(words)
        if wanted == "json":
            raise UsageError(
                f"{quoted(field)} holds more than text",
                hint=_JSON.format(target=quote(self._target), field=quote(field)),
            )
        if len(words) != 1:
            raise UsageError(f"{quoted(field)} takes one value, got {len(words)}", hint="put it in quotes")
        return words[0]

    def set(self, field: str, value: object) -> FileEdit:
        """Give a field a value. Raises UsageError when the field or the value may not stand there."""
        self._check_schemas(field, value)
        return self._edit(field, lambda data: set_field(data, field, value), wanted=value)

    def unset(self, field: str) -> FileEdit:
        """Remove a field. Raises UsageError when the file cannot be edited."""
        return self._edit(field, lambda data: unset_field(data, field), wanted=None)

    def _edit(self, field: str, edit: Callable[[bytes], bytes], *, wanted: object) -> FileEdit:
        def change(before: bytes | None) -> bytes | None:
            start = self._head() if before is None and wanted is not None else before or b""
            try:
                after = edit(start)
            except DecodeError as error:
                line = f":{error.line}" if error.line else ""
                fields = (("file", f"{self.path}{line}"), *error.fields)
                raise UsageError(f"the file cannot be edited: {error.title}", fields=fields, hint=error.hint) from error
            self._check_result(field, start, after, wanted=wanted)
            return None if before is None and not after else after

        return PeopleFiles(self._root).edit(self.path, change, no_links_below=self._authored, dry_run=self._dry_run)

    def _check_result(self, field: str, before: bytes, after: bytes, *, wanted: object) -> None:
        """Refuse what a build would complain of: it reads the file as this does."""
        known = {(found.code, found.message) for found in self._parsed(before).findings}
        parsed = self._parsed(after)
        for found in parsed.findings:
            if wanted is not None and (found.code, found.message) not in known:
                raise UsageError(found.message, fields=(("code", found.code),), hint=found.fix)
        if wanted is not None and field not in parsed.fields:
            first = parsed.findings[0]
            place = f"{first.path}:{first.line}"
            raise UsageError(f"the field would not count: {first.message}", fields=(("at", place),), hint=first.fix)

    def _check_field(self, field: str) -> None:
        reason = self._policy.generated.get(field)
        if reason is not None:
            raise UsageError(
                f"{quoted(field)} is a generated field, which nobody writes: {reason}",
                hint="place it elsewhere with [tool.astrograph.manifest] if a field of that name must be authored",
            )

    def _check_schemas(self, field: str, value: object) -> None:
        """Hold a value to the property of its name in the authored schema, and a carried one to the manifest's."""
        schemas = [(AUTHORED_SCHEMA, authored_schema(self._root))]
        if field in self._policy.carried:
            schemas.append((self._policy.workspace.schema, self._policy.schema_document))
        for path, document in schemas:
            if not isinstance(document, dict) or field not in _properties(document):
                continue
            closed = {**document, "properties": {field: _properties(document)[field]}, "required": []}
            problems = compile_schema(closed, path=path).explain({field: value})
            if problems:
                told = tuple((problem.pointer, problem.message) for problem in problems)
                raise UsageError(f"{quoted(field)} may not hold {shown(value)}", fields=told, hint=f"see {path}")
        if field == "stars" and isinstance(value, list):
            self._check_stars(value)

    def _check_stars(self, names: list[object]) -> None:
        canon = self._policy.canon
        for name in names:
            if canon.resolve(str(name)) is None:
                near = did_you_mean(str(name), canon.names, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(canon.by_id)}"
                raise UsageError(f"{shown(name)} is no star of the canon", hint=hint)

    def _kind_of(self, field: str) -> str:
        """Whether words on the command line can say what a field holds: `text`, `texts`, or `json` alone."""
        for document in (authored_schema(self._root), self._policy.schema_document):
            described = _properties(document).get(field) if isinstance(document, dict) else None
            if not isinstance(described, dict):
                continue
            if described.get("type") == "array":
                items = described.get("items")
                return "texts" if isinstance(items, dict) and items.get("type") == "string" else "json"
            return "text" if described.get("type", "string") == "string" else "json"
        return "text"

    def _parsed(self, data: bytes) -> AuthoredFile:
        policy = self._policy
        return read_file(data, path=self.path, carried=policy.carried, generated=policy.generated)

    def _head(self) -> bytes:
        """The first line of a new file, by which editors find the schema; none where the schema is not kept here."""
        if not os.path.isfile(f"{self._root}/{AUTHORED_SCHEMA}"):
            return b""
        above = "../" * self.path.count("/")
        return f"{modeline(above + AUTHORED_SCHEMA)}\n".encode()


def _file_of(session: Session, target: str, *, folder: str) -> str:
    """The authored file of a target, relative to the authored folder."""
    if target.endswith("/"):
        return _defaults_of(session, target)
    module = find_module(session, target, folder=folder)
    expect_package(session.workspace, module)
    return f"{module}.yaml"


def _defaults_of(session: Session, target: str) -> str:
    """The defaults of a folder that modules lie below; `/` is that of all of them."""
    name = "/".join(part for part in target.split("/") if part not in ("", "."))
    tops = (f"{session.workspace.root}/{source_root}/{name}" for source_root in session.workspace.source_roots)
    if ".." in name.split("/") or name != name.lower() or not any(map(_has_packages_below, tops)):
        raise UsageError(
            f"no module lies below {name or 'the source roots'!r}",
            hint="a module itself is named without a slash at its end, a folder of modules with one",
        )
    return f"{name}/{DEFAULTS}" if name else DEFAULTS


def _has_packages_below(top: str) -> bool:
    return any(path.endswith("/__init__.py") and path != f"{top}/__init__.py" for path in walk_files(top))


def authored_schema(root: str) -> object:
    """The schema of authored files: that of the workspace, else the one that comes with the tool."""
    kept = f"{root}/{AUTHORED_SCHEMA}"
    data = read(kept if os.path.isfile(kept) else f"{shipped_folder()}/{AUTHORED_SCHEMA}", limits.POLICY)
    try:
        return strict_json.decode(data)
    except DecodeError as error:
        raise PolicyError(
            "the schema of authored files is not JSON", fields=((f"{AUTHORED_SCHEMA}:{error.line}", error.title),)
        ) from error


def _properties(document: dict[str, object]) -> dict[str, object]:
    properties = document.get("properties")
    return properties if isinstance(properties, dict) else {}

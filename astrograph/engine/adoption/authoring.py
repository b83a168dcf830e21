"""Authored files for adopted facts: new ones written whole, existing ones only ever added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from astrograph.facts.authored import modeline
from astrograph.formats import strict_yaml, yaml_writer
from astrograph.manifest.adoption.accounting import same
from astrograph.model.facts import AuthoredFacts, Position

SCHEMA = "schemas/authored.schema.json"

_ORDER = ("owner", "tier", "lane", "description", "stars", "node", "contracts", "capabilities", "tags", "links")
_MAX_NODES = 45_000
"""More values than this are not written into one file: its reader takes 50,000."""


@dataclass(slots=True)
class Authoring:
    """What becomes of one authored file.

    `data` are its bytes to write, None when it stays as it is, and `before` those it was made from. `kept` are the
    fields that somebody else has said otherwise, with the place. `blocked` says why the file cannot take what it
    should, `""` when it can.
    """

    path: str
    before: bytes | None
    data: bytes | None = None
    kept: dict[str, Position] = field(default_factory=dict)
    added: dict[str, object] = field(default_factory=dict)
    blocked: str = ""

    @property
    def new(self) -> bool:
        """Whether there was no such file."""
        return self.before is None


def author(
    fields: Mapping[str, object], *, said: AuthoredFacts, path: str, before: bytes | None, home: str | None
) -> Authoring:
    """What to write so that a module's facts say `fields`.

    `said` is what applies to the module now, `before` the bytes of its own file, None when it has none. What its own
    file says stays; what folder defaults say already is not written again.
    """
    authoring = Authoring(path, before)
    for name in sorted(fields, key=_rank):
        value = fields[name]
        known = said.fields.get(name)
        own = known is not None and known.position.path == path
        if known is None or same(known.value, value):
            if known is None:
                authoring.added[name] = value
        elif name == home and isinstance(value, dict) and isinstance(known.value, dict):
            _add_members(authoring, name, value, known.value, known.position, own=own)
        elif own:
            authoring.kept[name] = known.position
        else:
            authoring.added[name] = value
    if before is not None and said.findings:
        authoring.blocked = "its authored file has problems of its own"
        authoring.added.clear()
    if authoring.added:
        _write(authoring, home)
    return authoring


def _rank(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _add_members(
    authoring: Authoring,
    name: str,
    value: dict[str, object],
    known: dict[str, object],
    position: Position,
    *,
    own: bool,
) -> None:
    """Add the members that are missing; those of folder defaults are taken along, for the nearest file wins."""
    missing = {key: inner for key, inner in value.items() if key not in known}
    if any(key in known and not same(inner, known[key]) for key, inner in value.items()):
        authoring.kept[name] = position
    if missing:
        authoring.added[name] = missing if own else {**known, **missing}


def _write(authoring: Authoring, home: str | None) -> None:
    before = authoring.before
    if before is None:
        above = "../" * (authoring.path.count("/"))
        head = f"{modeline(above + SCHEMA)}\n"
        text = head + yaml_writer.document(authoring.added)
        wanted: dict[str, object] = dict(authoring.added)
    else:
        merged = _extended(before, authoring.added, home)
        if merged is None:
            _block(authoring, "its authored file is not written in plain blocks, so that nothing can be added safely")
            return
        text, wanted = merged
    data = text.encode()
    if len(data) > strict_yaml.MAX_BYTES or _nodes(authoring.added) > _MAX_NODES:
        _block(authoring, "an authored file holds at most 1 MiB and 50,000 values")
        return
    # A file of our own is read by the build that follows; one of somebody else has to be right before it is touched.
    if before is not None:
        document = strict_yaml.decode(data)
        if document.problems or not same(document.value, wanted):
            _block(authoring, "what would be written into its authored file does not read back")
            return
    authoring.data = data


def _block(authoring: Authoring, reason: str) -> None:
    authoring.blocked = reason
    authoring.added.clear()


def _extended(before: bytes, added: Mapping[str, object], home: str | None) -> tuple[str, dict[str, object]] | None:
    """The text of a file with fields added at its end (members of `home` where it begins), and what it says then."""
    document = strict_yaml.decode(before)
    value = {} if document.value is None else document.value
    if document.problems or not isinstance(value, dict):
        return None
    text = before.decode()
    line_end = "\r\n" if "\r\n" in text else "\n"
    end = "" if not text or text.endswith(("\n", "\r")) else line_end
    wanted: dict[str, object] = dict(value)
    fresh = {name: inner for name, inner in added.items() if name not in value}
    text += end + yaml_writer.document(fresh).replace("\n", line_end)
    wanted.update(fresh)
    if home is not None and home in added and home in value:
        inner, members = value[home], added[home]
        if not isinstance(inner, dict) or not isinstance(members, dict) or not inner:
            return None
        first = f"/{home}/{_escaped(next(iter(inner)))}"
        line, column = document.positions.get(first, (0, 0))
        if not line:
            return None
        lines = text.splitlines(keepends=True)
        lines.insert(line - 1, yaml_writer.members(members, indent=column - 1).replace("\n", line_end))
        text = "".join(lines)
        wanted[home] = {**inner, **members}
    return text, wanted


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _nodes(value: object) -> int:
    count = 0
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        count += 1
        if isinstance(inner, dict):
            count += len(inner)
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner
    return count

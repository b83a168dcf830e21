"""Settling in a build folder: is it ours to sweep, does git track it, and what of a state made elsewhere is believed.

Loaded where something changed since a run was here last: a run with nothing to do compares one note.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

from astrograph.audit.registry import Artifact
from astrograph.audit.site.files import ASSETS
from astrograph.audit.site.paths import SKY_DATA
from astrograph.engine.adoption.report import REPORT
from astrograph.engine.contracts.folder import KEY as CONTRACTS
from astrograph.engine.planning.inputs import QUICK
from astrograph.errors import ConfigurationError, DecodeError
from astrograph.formats.canonical_json import encode
from astrograph.formats.strict_json import decode
from astrograph.inventory.walk import first_package
from astrograph.model import limits
from astrograph.store.border import HOME, Home
from astrograph.store.files import TEMPORARY_PREFIX, read
from astrograph.store.layout import MANIFEST_NAME, STATE_FOLDER, Layout
from astrograph.store.outputs import files_below
from astrograph.store.state import Table, Write

if TYPE_CHECKING:
    from astrograph.engine.session import Session

_ALWAYS = ("manifests", "ledger", "gates", "audit", "plan.json", "approval.json")
"""What any run may write; the site is claimed when it is made."""

_FACTS = b"ledger:"
"""How the keys of those node traces begin that no verdict is made of."""

_LINE = b'{"assignment":'
"""How every line of a ledger begins."""

_GIT = ("git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false")
"""The name of a tracked file is all that is asked for: nothing of a repository is run, so it may be anybody's."""

_SECONDS = 60


def settle_in(session: Session, before: Home | None, now: Home) -> None:
    """Look at a build folder whose note is not as it would be made now, then note it.

    Raises ConfigurationError for a state that git tracks, a setting that hides packages, and files of others.
    """
    if before is None or (before.clone, before.git) != (now.clone, now.git):
        _refuse_tracked(session.layout)
    if before is None or before.settings != now.settings:
        _refuse_packages(session)
    claimed = now.claimed
    if before is None:
        claimed = _ALWAYS
        if not session.state.count(Table.TRACE):  # with traces it was built here, and lost no more than the note
            for name in _ALWAYS:
                _refuse_foreign(session.layout, name)
    forgotten = [] if before is not None and before.clone == now.clone else _verdicts(session)
    session.state.commit([*forgotten, (Table.META, HOME, now._replace(claimed=claimed).pack())])


def claim(session: Session, name: str) -> None:
    """Note that a folder or file below `build` is ours. Raises ConfigurationError when it holds what is not."""
    home = Home.unpack(session.state.get(Table.META, HOME))
    if home is None or name not in home.claimed:
        _refuse_foreign(session.layout, name)
        if home is not None:
            noted = home._replace(claimed=(*home.claimed, name))
            session.state.commit([(Table.META, HOME, noted.pack())])


def _verdicts(session: Session) -> list[Write]:
    """Forget every record that decides a verdict. Facts, manifests and ledgers are kept: their digests are checked."""
    from astrograph.engine.session import PINS

    nodes = (key for key in session.state.keys(Table.NODE) if not key.startswith(_FACTS))
    return [
        *((Table.NODE, key, None) for key in nodes),
        *((Table.META, key, None) for key in (PINS, CONTRACTS, QUICK)),
    ]


def _refuse_tracked(layout: Layout) -> None:
    """Raise ConfigurationError when git tracks the state. Where git has no answer, nothing is known to be tracked."""
    command = (*_GIT, "-C", layout.absolute(layout.build), "ls-files", "-z", "--", STATE_FOLDER)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return
    tracked = os.fsdecode(done.stdout.partition(b"\0")[0])
    if tracked:
        raise ConfigurationError(
            "git tracks the state of the build, which would decide the verdict of every checkout",
            fields=(("file", f"{layout.build}/{tracked}"),),
            hint=f"git rm -r --cached {layout.build}, and add /{layout.build}/ to .gitignore",
        )


def _refuse_packages(session: Session) -> None:
    """Raise ConfigurationError for a setting that names a folder of packages."""
    space = session.workspace
    places = {"build": space.build_place, "publish_to": space.published_place}
    for name, folder in (*places.items(), ("contracts", space.contracts), ("authored", space.authored)):
        package = None if os.path.isabs(folder) else first_package(space, folder)
        if package is not None:
            hidden = ", which it would hide" if name in places else ""
            raise ConfigurationError(
                f"`{name}` in [tool.astrograph] names a folder that contains packages{hidden}",
                fields=((name, folder), ("package", package)),
                hint=f"give `{name}` in pyproject.toml a folder of its own",
            )


# what is recognisably ours


def _refuse_foreign(layout: Layout, name: str) -> None:
    """Raise ConfigurationError when a folder or file below `build` is not as we write it.

    Only asked where the state has no record of it: it was never ours, or the state was lost.
    """
    top = layout.absolute(f"{layout.build}/{name}")
    is_file = name.endswith(".json") and os.path.isfile(top)
    paths = [""] if is_file else sorted(path[len(top) :] for path in files_below(top))
    for path in paths:
        if path.rpartition("/")[2].startswith(TEMPORARY_PREFIX):
            continue
        try:
            ours = not os.path.islink(f"{top}{path}") and _OURS[name](path[1:], read(f"{top}{path}", limits.OUTPUT))
        except OSError:
            ours = False
        if not ours:
            raise ConfigurationError(
                "the build folder holds files that this program did not write",
                fields=(("build", layout.build), ("file", layout.shown(f"{top}{path}"))),
                hint="give `build` in [tool.astrograph] a folder of its own, or move the file elsewhere",
            )


def _is_manifest(path: str, data: bytes) -> bool:
    """A torn file is taken for ours by its place, JSON only as we write it: nobody else sorts and indents like this."""
    if not path.endswith(f"/{MANIFEST_NAME}"):
        return False
    try:
        return encode(decode(data)).rstrip() == data.rstrip()
    except DecodeError:
        return True


def _is_ledger(path: str, data: bytes) -> bool:
    return "/" not in path and path.endswith(".jsonl") and (data[:1] in {b"", b"\0"} or data.startswith(_LINE))


def _is_gate(path: str, data: bytes) -> bool:
    stem, _, ending = path.rpartition(".")
    return "/" not in path and ending == "json" and _says(data, "gate", stem.__eq__)


def _is_artifact(path: str, data: bytes) -> bool:
    return path in {*Artifact, REPORT} and (not path.endswith(".json") or _is_document(path, data))


def _is_of_site(path: str, data: bytes) -> bool:
    known = {SKY_DATA, *(f"assets/{name}" for name in ASSETS)}
    return path in known or (path.endswith(".html") and (not data or b"assets/site.css" in data))


def _is_document(_: str, data: bytes) -> bool:
    return _says(data, "schema", lambda schema: schema.startswith("astrograph."))


def _says(data: bytes, name: str, wanted: Callable[[str], bool]) -> bool:
    """Whether JSON is an object with a wanted text under a name; what is torn passes."""
    try:
        document = decode(data)
    except DecodeError:
        return True
    value = document.get(name) if isinstance(document, dict) else None
    return isinstance(value, str) and wanted(value)


_OURS: dict[str, Callable[[str, bytes], bool]] = {
    "manifests": _is_manifest,
    "ledger": _is_ledger,
    "gates": _is_gate,
    "audit": _is_artifact,
    "site": _is_of_site,
    "plan.json": _is_document,
    "approval.json": _is_document,
}
"""Below `build`, by folder or file: whether a file, by its path in it and its bytes, is one of ours."""

"""What a plan rests on: the SHA-256 of each input, read anew, and in words what moved since (SPEC section 10)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from stat import S_ISLNK, S_ISREG

from astrograph.engine.planning.source_digests import digest_sources, feed
from astrograph.engine.policy import policy_paths
from astrograph.engine.session import Session
from astrograph.engine.tool import engine_versions, tool_fingerprint
from astrograph.formats.text import plural
from astrograph.model import limits
from astrograph.model.digests import Fingerprint, Sha256, combine, sha256
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import NOT_SETTINGS
from astrograph.store.files import read
from astrograph.store.outputs import files_below
from astrograph.store.state import Table

APPROVERS = "rules/allowed_approvers"
"""Who may approve, in the format of OpenSSH's allowed signers; signatures are required where it exists."""

QUICK = b"plan-inputs"
_SHOWN = 3

Inputs = dict[str, Sha256]


@dataclass(frozen=True, slots=True)
class Reading:
    """The inputs of a plan as they are now.

    `moved` are modules whose source is not the one their staged manifest was made from.
    """

    inputs: Inputs
    moved: tuple[ModuleId, ...] = ()


def read_inputs(session: Session) -> Reading:
    """Read and digest everything a plan rests on."""
    sources = digest_sources(session.survey, workers=session.workers)
    strata: Inputs = {f"source/{stratum}": digest for stratum, digest in sources.strata.items()}
    return Reading({**_small(session), **strata, "authored": _authored(session)}, sources.moved)


def read_inputs_since(session: Session, before: Mapping[str, str], *, digest: str) -> Reading:
    """The same, sparing the source and authored files when the build's own digests say that they did not move.

    `before` are the inputs of the plan with this `digest`, which `remember_inputs` was told of.
    """
    if session.state.get(Table.META, QUICK) != _quick(session, digest):
        return read_inputs(session)
    spared = {name: Sha256(value) for name, value in before.items() if name == "authored" or name.startswith("source/")}
    return Reading({**_small(session), **spared})


def remember_inputs(session: Session, *, digest: str) -> None:
    """Note what the build's own digests were when a plan was made."""
    session.state.commit([(Table.META, QUICK, _quick(session, digest))])


def _quick(session: Session, digest: str) -> Fingerprint:
    """The staleness digests of all source and authored files as the build knows them, tied to one plan."""
    survey = session.survey
    parts = [digest.encode(), repr(sorted(survey.stale)).encode(), survey.authored.fingerprint]
    for module, trace in survey.traces.items():
        parts += [module.encode(), trace.source]
    return combine(*parts)


# what is small is always read


def policy_digests(session: Session) -> dict[str, Sha256]:
    """The SHA-256 of each file of people's policy that exists, by its path: what a generation records."""
    space = session.workspace
    found = {
        path: data for kind, path in policy_paths(space).items() if (data := session.policy.data[kind]) is not None
    }
    if session.policy.pins_data is not None:
        found[space.pins] = session.policy.pins_data
    for path in (session.layout.known_violations, APPROVERS):
        data = _bytes(session, path)
        if data is not None:
            found[path] = data
    return {path: sha256(data) for path, data in sorted(found.items())}


def engines_digest() -> Sha256:
    """The SHA-256 of this program's own code and of the versions of the engines that shape bytes."""
    lines = [f"code={tool_fingerprint().hex()}", *(f"{name}={version}" for name, version in engine_versions().items())]
    return sha256("\n".join(lines).encode())


def settings_digest(session: Session) -> Sha256:
    """The SHA-256 of `[tool.astrograph]` as it was understood, defaults filled in."""
    space = session.workspace
    shaping = (item.name for item in fields(space) if item.name not in NOT_SETTINGS | {"name"})  # no manifest has it
    values = [f"{name}={getattr(space, name)!r}" for name in shaping]
    return sha256("\n".join(values).encode("utf-8", "surrogateescape"))


def _small(session: Session) -> Inputs:
    space = session.workspace
    inputs: Inputs = {f"policy/{path}": digest for path, digest in policy_digests(session).items()}
    inputs["settings"] = settings_digest(session)
    inputs["engines"] = engines_digest()
    contracts = _folder(session, space.contracts)
    if contracts is not None:
        inputs["contracts"] = contracts
    if space.codeowners is not None:
        data = _bytes(session, space.codeowners)
        if data is not None:
            inputs["codeowners"] = sha256(data)
    return inputs


def _folder(session: Session, folder: str) -> Sha256 | None:
    """The digest of every file below a folder, by path and bytes; None when there is no such folder."""
    top = session.layout.absolute(folder)
    if not os.path.isdir(top):
        return None
    return _digest_files(top, sorted(path[len(top) + 1 :] for path in files_below(top)))


def _authored(session: Session) -> Sha256:
    return _digest_files(session.workspace.root, session.survey.authored.paths)


def _digest_files(top: str, paths: Iterable[str]) -> Sha256:
    whole = hashlib.sha256()
    for path in paths:
        feed(whole, path, _content(f"{top}/{path}"))
    return Sha256(whole.hexdigest())


def _content(path: str) -> bytes | None:
    """What a file holds, where a link leads, None when neither can be read."""
    try:
        mode = os.lstat(path).st_mode
        if S_ISLNK(mode):
            return b"-> " + os.fsencode(os.readlink(path))
        return read(path, limits.OUTPUT) if S_ISREG(mode) else b""
    except OSError:
        return None


def _bytes(session: Session, path: str) -> bytes | None:
    try:
        return read(session.layout.absolute(path), limits.OUTPUT)
    except OSError:
        return None


# in words


def differences(before: Mapping[str, str], now: Reading) -> list[str]:
    """What moved since, one thing a text, the most particular first; nothing when all is as it was."""
    names = sorted(name for name in before.keys() | now.inputs.keys() if before.get(name) != now.inputs.get(name))
    told = [_told(name, before, now.inputs) for name in names if not name.startswith("source/")]
    strata = [name.removeprefix("source/") for name in names if name.startswith("source/")]
    if strata:
        told.append(f"source changed in {_some(strata, 'stratum', 'strata')}{_of_modules(now.moved)}")
    return told


def _told(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> str:
    known, several = _NAMES.get(name, (name.removeprefix("policy/"), False))
    if name not in now:
        return f"{known} {'were' if several else 'was'} removed"
    return f"{known} changed" if name in before else f"{known} {'are' if several else 'is'} new"


_NAMES = {
    "authored": ("authored facts", True),
    "contracts": ("contracts", True),
    "settings": ("[tool.astrograph] in pyproject.toml", False),
    "engines": ("this program or an engine it uses", False),
    "codeowners": ("the CODEOWNERS file", False),
}
"""Input -> what people call it, and whether that is several things."""


def _some(names: list[str], one: str, many: str) -> str:
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"the {one} {shown}" if len(names) == 1 else f"{len(names)} {many}: {shown}"


def _of_modules(modules: tuple[ModuleId, ...]) -> str:
    if not modules:
        return ""
    shown = ", ".join(modules[:_SHOWN]) + (", …" if len(modules) > _SHOWN else "")
    return f" ({plural(len(modules), 'module')}: {shown})"

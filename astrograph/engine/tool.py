"""The tool as an input: its own code and the engines that shape bytes are part of every key (SPEC section 8, 14)."""

from __future__ import annotations

import os
import sys
from functools import cache

from astrograph.model import limits
from astrograph.model.digests import Fingerprint, combine
from astrograph.store.files import read

ENGINES = (
    "google-re2",
    "jsonschema-rs",
    "orjson",
    "pathspec",
    "pcre2",
    "pyyaml",
    "stdlib-list",
    "tree-sitter",
    "tree-sitter-python",
)
"""The distributions whose version can change what we write or report."""

CONTRACT_ENGINES = (
    "jsonschema",
    "jsonschema-path",
    "jsonschema-rs",
    "jsonschema-specifications",
    "openapi-schema-validator",
    "openapi-spec-validator",
    "referencing",
)
"""The distributions whose version can change what is said of a contract."""

_FACTS_CODE = ("model/facts.py", "engine/packages.py", "engine/reading.py", "engine/summaries.py")
"""What shapes the facts cache beside the parser: the values, and how they are read and packed."""


@cache
def tool_fingerprint() -> Fingerprint:
    """One digest of the bytes of this package's own modules and of the versions of its engines."""
    package = package_folder()
    parts = [f"{name}={version}".encode() for name, version in engine_versions().items()]
    for path in _own_sources(package):
        parts += [os.path.relpath(path, package).encode(), read(path, limits.SOURCE)]
    return combine(*parts)


@cache
def facts_fingerprint() -> Fingerprint:
    """One digest of the code and engines that turn source bytes into facts: the context of the facts cache.

    Smaller than `tool_fingerprint`, so that a new version of anything else parses nothing again.
    """
    package = package_folder()
    versions = engine_versions()
    parts = [versions["tree-sitter"].encode(), versions["tree-sitter-python"].encode()]
    parts += [read(path, limits.SOURCE) for path in _own_sources(f"{package}/facts")]
    parts += [read(f"{package}/{path}", limits.SOURCE) for path in _FACTS_CODE]
    return combine(*parts)


def _own_sources(package: str) -> list[str]:
    found: list[str] = []
    pending = [package]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir() and entry.name != "__pycache__":
                    pending.append(entry.path)
                elif entry.name.endswith(".py"):
                    found.append(entry.path)
    return sorted(found)


@cache
def contract_engines() -> Fingerprint:
    """One digest of the versions of all that judges contracts."""
    versions = _installed()
    return combine(*(f"{name}={versions[name]}".encode() for name in CONTRACT_ENGINES))


def package_folder() -> str:
    """The folder of this package's own code."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def shipped_folder() -> str:
    """Where the policy files and schemas are that come with this package: beside its code, or the repository's own."""
    package = package_folder()
    shipped = f"{package}/templates"
    return shipped if os.path.isdir(shipped) else os.path.dirname(package)


@cache
def engine_versions() -> dict[str, str]:
    """The installed version of each engine."""
    versions = _installed()
    return {name: versions[name] for name in sorted(ENGINES)}


@cache
def _installed() -> dict[str, str]:
    """The version of each distribution that counts.

    Read off the names of the `*.dist-info` folders: `importlib.metadata` opens and parses a file for each, which
    is most of the time a no-op run has.
    """
    every = sorted({*ENGINES, *CONTRACT_ENGINES})
    wanted = {name.replace("-", "_"): name for name in every}
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in names:
            if entry.endswith(".dist-info"):
                name, _, version = entry.removesuffix(".dist-info").partition("-")
                engine = wanted.get(name.lower().replace("-", "_").replace(".", "_"))
                if engine is not None:
                    found.setdefault(engine, version)
    for engine in every:
        if engine not in found:
            found[engine] = _metadata_version(engine)
    return found


def _metadata_version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"

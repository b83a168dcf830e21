"""Write a workspace of N generated packages: `python -m benchmarks.workspaces DIR --packages 2000`.

Six Python files a package, folders two and three levels deep over 50 strata, one `_defaults.yaml` per stratum
and a YAML file for a tenth of the modules. The same N and seed give the same bytes everywhere.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from benchmarks.dice import Dice
from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.naming import module_at
from benchmarks.policy import REPOSITORY, write_policy, write_wiring
from benchmarks.source_text import FILES_PER_PACKAGE, package_files
from benchmarks.words import NODES, STRATA, THINGS, VERBS

_AUTHORED_EVERY = 10
_TIERS = ("T2_important", "T3_standard", "T3_standard", "T4_experimental")


def write_workspace(folder: str, *, packages: int, seed: int = 1, repository: str = REPOSITORY) -> int:
    """Write a whole workspace into `folder`, which must be empty or absent, and return its bytes of source.

    Raises `BenchmarkError` for a folder with something in it or a repository without a policy.
    """
    if packages < 1:
        raise BenchmarkError("A workspace needs at least one package", fields=(("packages", str(packages)),))
    if os.path.isdir(folder) and os.listdir(folder):
        raise BenchmarkError("The folder is not empty", fields=(("folder", folder),), hint="name a new folder")
    os.makedirs(folder, exist_ok=True)
    write_policy(folder, repository=repository, packages=packages)
    write_wiring(folder, repository=repository)
    write_authored(os.path.join(folder, "manifests_src"), packages=packages, seed=seed)
    return write_sources(os.path.join(folder, "src"), packages=packages, seed=seed)


def write_sources(root: str, *, packages: int, seed: int) -> int:
    """Write every package below the source root `root` and return the bytes written."""
    written = 0
    for index in range(packages):
        folder = os.path.join(root, *module_at(index).split("/"))
        _make_folder(folder)
        for name, text in package_files(index=index, packages=packages, seed=seed):
            written += _write(f"{folder}/{name}", text)
    return written


def write_authored(root: str, *, packages: int, seed: int) -> None:
    """Write the authored facts: `_defaults.yaml` per stratum, and a YAML file for every tenth module."""
    for stratum in STRATA[:packages]:
        folder = os.path.join(root, stratum)
        _make_folder(folder)
        node = f"node: {NODES[stratum]}\n" if stratum in NODES else ""
        _write(
            f"{folder}/_defaults.yaml",
            f'owner: "@{stratum}-team"\ntier: T3_standard\nlane: production\n{node}',
        )
    for index in range(0, packages, _AUTHORED_EVERY):
        path = os.path.join(root, *module_at(index).split("/")) + ".yaml"
        _make_folder(os.path.dirname(path))
        _write(path, _authored_text(Dice(seed=seed + 1, index=index)))


def _authored_text(dice: Dice) -> str:
    verb, thing, other = dice.pick(VERBS), dice.pick(THINGS), dice.pick(THINGS)
    return (
        f"tier: {dice.pick(_TIERS)}\n"
        f"description: {verb.capitalize()} each {thing} by its {other}.\n"
        f"tags: [{', '.join(dict.fromkeys((thing, verb)))}]\n"
        f"capabilities:\n  - name: {verb}_{thing}\n    type: service\n"
    )


def _make_folder(folder: str) -> None:
    try:
        os.mkdir(folder)
    except (FileExistsError, FileNotFoundError):
        os.makedirs(folder, exist_ok=True)


def _write(path: str, text: str) -> int:
    data = text.encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        return os.write(descriptor, data)
    finally:
        os.close(descriptor)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write one workspace."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workspaces", description=__doc__)
    parser.add_argument("folder", metavar="DIR", help="a new or empty folder")
    parser.add_argument("--packages", type=int, default=2000, metavar="N", help="how many (default 2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another tree of the same size")
    parser.add_argument(
        "--repository", default=REPOSITORY, metavar="DIR", help="where rules, schemas and wiring come from"
    )
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    size = write_workspace(options.folder, packages=options.packages, seed=options.seed, repository=options.repository)
    files = options.packages * FILES_PER_PACKAGE
    print(
        f"{options.packages:,} packages, {files:,} files, {size / 1e6:.1f} MB "
        f"(mean {size / files:,.0f} bytes) in {time.perf_counter() - began:.1f} s",
        file=sys.stderr,
    )


if __name__ == "__main__":
    report_errors(main)

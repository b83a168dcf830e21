"""Peer build graphs of a generated workspace: `python -m benchmarks.peers WORKSPACE DIR`.

One folder per peer below DIR. A peer that is not installed is skipped by name.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.peer_files import WRITERS, edges_of, make_output_folders, write_outputs

SPAWN_LIMIT = 20_000
"""Above so many packages a peer that starts one process per output (1.4 ms each here) gets its outputs
beforehand.
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another build tool: how it is called, what it leaves behind and how far it goes.

    `state` are names in its folder that are removed before a cold run. `spawns` says that it starts one
    process per output. `largest` is the number of packages it is asked to build at most.
    """

    name: str
    argv: tuple[str, ...]
    state: tuple[str, ...]
    module: str = ""
    spawns: bool = False
    largest: int = 1_000_000

    def missing(self, *, packages: int) -> str:
        """Say why this peer is left out, empty when it takes part."""
        if self.module and importlib.util.find_spec(self.module) is None:
            return "not installed"
        if not self.module and shutil.which(self.argv[0]) is None:
            return "not installed"
        if packages > self.largest:
            return f"takes a minute a run above {self.largest:,} packages"
        return ""

    def prebuilt(self, *, packages: int) -> bool:
        """Say whether its outputs are made beforehand, so that cold and touch-all are not asked of it."""
        return self.spawns and packages > SPAWN_LIMIT


_JOBS = str(os.cpu_count() or 1)
PEERS = (
    Peer("ninja", ("ninja",), (".ninja_log", ".ninja_deps"), spawns=True),
    Peer("make", ("make", "-s", "-r", "-R", "-j", _JOBS), (), spawns=True),
    Peer(
        "doit",
        (sys.executable, "-m", "doit"),
        (".doit.db", ".doit.db.db", ".doit.db.dat", ".doit.db.dir", ".doit.db.bak"),
        module="doit",
    ),
    Peer(
        "scons",
        (sys.executable, "-m", "SCons", "-s", "-Q"),
        (".sconsign.dblite", ".sconsign.dblite.tmp"),
        module="SCons",
        largest=5_000,
    ),
)


def peer_named(name: str) -> Peer:
    """Return the peer of this name; raises `BenchmarkError` for an unknown one."""
    for peer in PEERS:
        if peer.name == name:
            return peer
    known = ", ".join(peer.name for peer in PEERS)
    raise BenchmarkError(f"There is no peer {name!r}", hint=f"one of {known}")


def write_peer(peer: Peer, *, workspace: str, folder: str) -> int:
    """Write the graph of `workspace` for one peer into a new folder and return its number of outputs.

    Where `Peer.prebuilt` says so, the outputs are made too. Raises `BenchmarkError` for a workspace without
    packages.
    """
    os.makedirs(folder)
    edges = list(edges_of(workspace, folder=folder))
    if not edges:
        raise BenchmarkError("The workspace has no packages", fields=(("workspace", workspace),))
    prebuilt = peer.prebuilt(packages=len(edges))
    make_output_folders(edges, folder=folder)
    WRITERS[peer.name](edges, folder, prebuilt)
    if prebuilt:
        write_outputs(edges, folder=folder)
        if peer.name == "ninja":
            _fill_ninja_log(folder)
    return len(edges)


def _fill_ninja_log(folder: str) -> None:
    """Have ninja record every output in its own log, with one edge and one process that touches them."""
    done = subprocess.run(("ninja", "-f", "fill.ninja"), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchmarkError(
            "ninja could not record the outputs", fields=(("it said", done.stdout[-2000:] + done.stderr),)
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the peers' graphs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("workspace", metavar="WORKSPACE", help="written by benchmarks.workspaces")
    parser.add_argument("folder", metavar="DIR", help="one new folder per peer is made in it")
    parser.add_argument(
        "--peers", default=",".join(peer.name for peer in PEERS), metavar="NAMES", help="default: %(default)s"
    )
    options = parser.parse_args(arguments)
    for peer in [peer_named(name) for name in options.peers.split(",")]:
        why = peer.missing(packages=1)
        if why:
            print(f"{peer.name}: skipped, {why}", file=sys.stderr)
            continue
        folder = os.path.join(os.path.abspath(options.folder), peer.name)
        written = write_peer(peer, workspace=os.path.abspath(options.workspace), folder=folder)
        print(f"{peer.name}: {written:,} outputs", file=sys.stderr)


if __name__ == "__main__":
    report_errors(main)

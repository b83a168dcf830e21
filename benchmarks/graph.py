"""Astrograph beside other build graphs of the same shape: `python -m benchmarks.graph --packages 2000`.

One command writes the workspace and the peers' graphs, builds everything once, runs the cases in turns and
prints one table. Astrograph parses, decides, validates and writes manifests where the peers only copy bytes:
for a cold build they are a floor, for everything after it they are the competition.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence

from benchmarks.cases import CASES, Session, warm_up
from benchmarks.command_line import named
from benchmarks.errors import report_errors
from benchmarks.limits import limits_of
from benchmarks.measure import Command, output_of
from benchmarks.naming import module_at
from benchmarks.peers import PEERS, Peer, peer_named
from benchmarks.policy import REPOSITORY
from benchmarks.report import Report, Skipped
from benchmarks.source_text import FILES_PER_PACKAGE
from benchmarks.tools import ASTROGRAPH, Tool, astrograph, doit, peer_tool


def measure_graph(
    folder: str, *, packages: int, seed: int, runs: int, cases: Sequence[str], peers: Sequence[Peer]
) -> Report:
    """Write a workspace of `packages` packages and its peers below `folder`, and measure the cases.

    Raises `BenchmarkError` when a command fails or does not do what it is measured for.
    """
    workspace = os.path.join(folder, "workspace")
    _module("workspaces", workspace, "--seed", str(seed), "--packages", str(packages))
    output_of(doit(workspace, "pin", "--reason", "benchmark"))
    tools, skipped = _peer_tools(peers, workspace=workspace, folder=folder, packages=packages)

    module = module_at(packages // 2)
    session = Session(
        tools=[astrograph(workspace), *tools],
        runs=runs,
        workspace=workspace,
        source=os.path.join(workspace, "src"),
        packages=packages,
        module=module,
        edited=os.path.join(workspace, "src", module, "model.py"),
    )
    warm_up(session)
    for case in cases:
        CASES[case](session)
    return Report(
        subject={"packages": packages, "files": packages * FILES_PER_PACKAGE, "runs": runs, "seed": seed},
        base=ASTROGRAPH,
        series=list(session.series.values()),
        limits=limits_of(session.source, runs=min(runs, 3)),
        skipped=skipped,
    )


def _peer_tools(
    peers: Sequence[Peer], *, workspace: str, folder: str, packages: int
) -> tuple[list[Tool], list[Skipped]]:
    """Return the peers that take part, their graphs written, and those that do not, with the reason."""
    tools: list[Tool] = []
    skipped: list[Skipped] = []
    root = os.path.join(folder, "peers")
    for peer in peers:
        why = peer.missing(packages=packages)
        if why:
            skipped.append(Skipped(peer.name, why))
            continue
        _module("peers", workspace, root, "--peers", peer.name)
        tool = peer_tool(peer, folder=os.path.join(root, peer.name), packages=packages)
        tools.append(tool)
        if not tool.rebuilds:
            skipped.append(Skipped(f"{peer.name} cold and touch", "one process per output takes minutes"))
    return tools, skipped


def _module(name: str, *words: str) -> None:
    """Run one of our modules in a process of its own, so that this one stays small."""
    print(f"prepare        {name} {words[-1]}", file=sys.stderr)
    output_of(Command((sys.executable, "-m", f"benchmarks.{name}", *words), folder=REPOSITORY))


@contextlib.contextmanager
def working_folder(chosen: str | None) -> Iterator[str]:
    """Open the folder to work in: the chosen one, which is kept, or a temporary one, which is not."""
    if chosen is not None:
        os.makedirs(chosen, exist_ok=True)
        yield os.path.abspath(chosen)
        return
    with tempfile.TemporaryDirectory(prefix="astrograph-benchmark-") as folder:
        yield os.path.realpath(folder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.graph", description=__doc__)
    parser.add_argument("--packages", type=int, default=2000, metavar="N", help="how many (default 2000)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each case (default 5)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another tree of the same size")
    parser.add_argument("--cases", default=",".join(CASES), metavar="NAMES", help="default: %(default)s")
    parser.add_argument(
        "--peers", default=",".join(peer.name for peer in PEERS), metavar="NAMES", help="default: %(default)s"
    )
    parser.add_argument("--folder", metavar="DIR", help="work in this new folder and keep it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    options = parser.parse_args(arguments)
    cases = named(options.cases, CASES, what="case")
    peers = [peer_named(name) for name in options.peers.split(",") if name]
    with working_folder(options.folder) as folder:
        report = measure_graph(
            folder,
            packages=options.packages,
            seed=options.seed,
            runs=options.runs,
            cases=cases,
            peers=peers,
        )
    print(json.dumps(report.json(), indent=2) if options.json else report.text())


if __name__ == "__main__":
    report_errors(main)

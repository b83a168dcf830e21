"""The same graph in the words of other build tools: one output per package, from its source and the policy.

The command of each edge copies the source files into the output, the cheapest thing that needs its inputs, so
that what is measured is the graph. The two Python tools read `graph.txt` (an output, then its inputs,
tab-separated) and copy inside their own process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmarks.errors import BenchmarkError
from benchmarks.policy import POLICY_FILES

GRAPH = "graph.txt"

_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+")

_DODO = '''\
"""Stock doit: one task per package, with doit's own loader, checker, backend and reporter."""


def concatenate(targets, sources):
    with open(targets[0], "wb") as output:
        for path in sources:
            with open(path, "rb") as source:
                output.write(source.read())


def task_bundle():
    with open("graph.txt") as graph:
        for line in graph:
            target, *inputs = line.rstrip("\\n").split("\\t")
            sources = [path for path in inputs if path.endswith(".py")]
            yield {
                "name": target,
                "actions": [(concatenate, [], {"sources": sources})],
                "file_dep": inputs,
                "targets": [target],
            }
'''

_SCONSTRUCT = '''\
"""SCons: one command per package, with its default decider (content)."""


def concatenate(target, source, env):
    with open(str(target[0]), "wb") as output:
        for node in source:
            if not str(node).endswith(".py"):
                continue
            with open(str(node), "rb") as file:
                output.write(file.read())


environment = Environment(tools=[])
with open("graph.txt") as graph:
    for line in graph:
        target, *inputs = line.rstrip("\\n").split("\\t")
        environment.Command(target, inputs, concatenate)
'''


@dataclass(frozen=True, slots=True)
class Edge:
    """One output, the sources copied into it and the policy it depends on; paths from the peer's folder."""

    output: str
    sources: tuple[str, ...]
    policy: tuple[str, ...]


def edges_of(workspace: str, *, folder: str) -> Iterator[Edge]:
    """Yield one edge per package (a folder with `__init__.py`) below `workspace`/src, in path order.

    Raises `BenchmarkError` for a path that would need quoting in a Makefile.
    """
    source = os.path.join(workspace, "src")
    up = os.path.relpath(source, folder)
    policy = tuple(os.path.relpath(os.path.join(workspace, path), folder) for path in POLICY_FILES)
    for path, folders, files in os.walk(source):
        folders.sort()
        if "__init__.py" not in files:
            continue
        module = os.path.relpath(path, source)
        sources = tuple(f"{up}/{module}/{name}" for name in sorted(files) if name.endswith(".py"))
        for name in (*sources, *policy):
            if not _PLAIN.fullmatch(name):
                raise BenchmarkError(
                    "A path has a character that the peers would need quoted", fields=(("path", repr(name)),)
                )
        yield Edge(f"out/{module}.bundle", sources, policy)


def write_ninja(edges: Iterable[Edge], *, folder: str, prebuilt: bool) -> None:
    """Write `build.ninja`; with `prebuilt` also `fill.ninja`, whose one edge makes every output at once.

    ninja believes an output only if its own log names it with the same command line. Running `fill.ninja`
    writes every output into that log; `generator = 1` then tells ninja not to compare command lines. Measured
    at 20,000 packages, this changes neither the time nor the memory of a no-op.
    """
    generator = "  generator = 1\n" if prebuilt else ""
    outputs = []
    with open(os.path.join(folder, "build.ninja"), "w", encoding="utf-8") as file:
        file.write(f"rule bundle\n  command = cat $in > $out\n{generator}")
        for edge in edges:
            file.write(f"build {edge.output}: bundle {' '.join(edge.sources)} | {' '.join(edge.policy)}\n")
            outputs.append(edge.output)
    if prebuilt:
        with open(os.path.join(folder, "fill.ninja"), "w", encoding="utf-8") as file:
            file.write("rule fill\n  command = find out -type f -exec touch {} +\n")
            file.write(f"build {' '.join(outputs)}: fill\n")


def write_make(edges: Iterable[Edge], *, folder: str) -> None:
    """Write `Makefile`, without built-in rules."""
    outputs = []
    with open(os.path.join(folder, "Makefile"), "w", encoding="utf-8") as file:
        file.write(".SUFFIXES:\n.PHONY: all\nall:\n")
        for edge in edges:
            inputs = " ".join(edge.sources + edge.policy)
            file.write(f"{edge.output}: {inputs}\n\tcat $(filter %.py,$^) > $@\n")
            outputs.append(edge.output)
        file.write(f"all: {' '.join(outputs)}\n")


def write_doit(edges: Iterable[Edge], *, folder: str) -> None:
    """Write `dodo.py` for doit as it comes."""
    _write_graph(edges, folder=folder)
    _write(folder, "dodo.py", _DODO)


def write_scons(edges: Iterable[Edge], *, folder: str) -> None:
    """Write `SConstruct`."""
    _write_graph(edges, folder=folder)
    _write(folder, "SConstruct", _SCONSTRUCT)


def make_output_folders(edges: Iterable[Edge], *, folder: str) -> None:
    """Make the folder of every output, which make and doit expect to be there."""
    for parent in sorted({os.path.dirname(edge.output) for edge in edges}):
        os.makedirs(os.path.join(folder, parent), exist_ok=True)


def write_outputs(edges: Iterable[Edge], *, folder: str) -> None:
    """Write an empty file for every output: ninja and make look at its time alone."""
    for edge in edges:
        with open(os.path.join(folder, edge.output), "wb"):
            pass


def _write_graph(edges: Iterable[Edge], *, folder: str) -> None:
    with open(os.path.join(folder, GRAPH), "w", encoding="utf-8") as file:
        file.writelines("\t".join((edge.output, *edge.sources, *edge.policy)) + "\n" for edge in edges)


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


Writer = Callable[[Iterable[Edge], str, bool], None]
"""Writes the files of one peer: edges, folder, whether the outputs are to be made beforehand."""

WRITERS: dict[str, Writer] = {
    "ninja": lambda edges, folder, prebuilt: write_ninja(edges, folder=folder, prebuilt=prebuilt),
    "make": lambda edges, folder, _: write_make(edges, folder=folder),
    "doit": lambda edges, folder, _: write_doit(edges, folder=folder),
    "scons": lambda edges, folder, _: write_scons(edges, folder=folder),
}

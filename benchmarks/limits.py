"""The physical floor of a tree: `python -m benchmarks.limits ROOT [--runs 3] [--json]`.

How long the work that nobody can avoid takes in one thread with nothing around it: list and stat every file,
read it, hash it, parse it, write one small file per package. Page cache warm.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import islice

from benchmarks.edits import python_files
from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.measure import Command, median, output_of
from benchmarks.policy import REPOSITORY
from benchmarks.report import Limit

_MOST_PARSED = 20_000
_WRITTEN_BYTES = 1500


def measure_limits(root: str, *, runs: int) -> list[Limit]:
    """Measure the floors of the tree below `root`, medians of `runs`.

    Hashing and parsing are timed around the call alone, a file at a time, so that no tree has to fit into
    memory. Raises `BenchmarkError` for a tree without Python files.
    """
    files = sum(1 for _ in python_files(root))
    packages = sum(1 for path in python_files(root) if path.endswith(f"{os.sep}__init__.py"))
    if not files:
        raise BenchmarkError("The tree has no Python files", fields=(("root", root),))
    every = -(-files // _MOST_PARSED)
    sampled = f"1 file in {every} parsed, scaled" if every > 1 else f"{files:,} files, tree only"
    size = sum(os.stat(path).st_size for path in python_files(root))
    many = f"{files:,} Python files"
    read = _median_of(runs, lambda: _read(root))
    return [
        Limit(
            "scan",
            _median_of(runs, lambda: _timed(lambda: _scan(root))),
            f"scandir and stat of everything, {many}",
        ),
        Limit("read", read, f"open, read, close, {size / 1e6:.1f} MB"),
        Limit("hash xxh3", _median_of(runs, lambda: _over_files(root, _xxh3())), "128 bits"),
        Limit("hash sha256", _median_of(runs, lambda: _over_files(root, _sha256)), ""),
        Limit("parse", _median_of(runs, lambda: _over_files(root, _parser(), every=every) * every), sampled),
        Limit("write", _median_of(runs, lambda: _write(packages)), f"{packages:,} files, no fsync"),
        Limit("python", _median_of(runs, _python), "an interpreter that does nothing"),
    ]


def limits_of(root: str, *, runs: int) -> list[Limit]:
    """Run `measure_limits` in a process of its own: a parser would make this one too large to measure."""
    argv = (sys.executable, "-m", "benchmarks.limits", os.path.abspath(root), "--runs", str(runs), "--json")
    return [Limit(**entry) for entry in json.loads(output_of(Command(argv, folder=REPOSITORY)))]


def _median_of(runs: int, once: Callable[[], float]) -> float:
    once()
    return median(once() for _ in range(runs))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _scan(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _scan(entry.path)
            else:
                entry.stat(follow_symlinks=False)


def _read(root: str) -> float:
    total = 0.0
    for path in python_files(root):
        began = time.perf_counter()
        _bytes_of(path)
        total += time.perf_counter() - began
    return total


def _over_files(root: str, work: Callable[[bytes], object], *, every: int = 1) -> float:
    """Return the seconds spent in `work` alone, over every `every`-th file."""
    total = 0.0
    gc.disable()
    for path in islice(python_files(root), 0, None, every):
        data = _bytes_of(path)
        began = time.perf_counter()
        work(data)
        total += time.perf_counter() - began
    gc.enable()
    return total


def _bytes_of(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        parts = []
        while part := os.read(descriptor, 1 << 20):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _xxh3() -> Callable[[bytes], object]:
    from xxhash import xxh3_128_digest

    return xxh3_128_digest


def _sha256(data: bytes) -> object:
    return hashlib.sha256(data).digest()


def _parser() -> Callable[[bytes], object]:
    import tree_sitter_python
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_python.language())).parse


def _write(count: int) -> float:
    data = b"x" * _WRITTEN_BYTES
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for number in range(count):
            descriptor = os.open(f"{folder}/{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            os.write(descriptor, data)
            os.close(descriptor)
        return time.perf_counter() - began


def _python() -> float:
    command = Command((sys.executable, "-c", "pass"), folder=REPOSITORY)
    return _timed(lambda: output_of(command))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and print the floors of one tree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limits", description=__doc__)
    parser.add_argument("root", metavar="ROOT", help="a folder of Python source")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each (default 3)")
    parser.add_argument("--json", action="store_true", help="a JSON list instead of lines")
    options = parser.parse_args(arguments)
    limits = measure_limits(options.root, runs=options.runs)
    if options.json:
        print(json.dumps([asdict(limit) for limit in limits]))
        return
    for limit in limits:
        print(f"{limit.name:12} {limit.seconds:9.4f} s  {limit.note}")


if __name__ == "__main__":
    report_errors(main)

"""A process that reads the tree while it is switched, again and again, sees one generation at a time (SPEC 10)."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.runs import until
from trees import NAME, generations_at, publish, tree_of

from astrograph.store.generations import Generations

pytestmark = pytest.mark.skipif(not hasattr(os, "fwalk"), reason="readers hold on to a folder by its descriptor")

MODULES = [f"stratum{at % 5}/module{at}" for at in range(40)]
SWITCHES = 50


def read_by_descriptor(folder: str) -> dict[str, bytes]:
    """Open the folder once and walk from there: the protocol for readers."""
    found = {}
    root = os.open(folder, os.O_RDONLY)
    for top, _, names, descriptor in os.fwalk(".", dir_fd=root):
        for name in names:
            handle = os.open(name, os.O_RDONLY, dir_fd=descriptor)
            found[f"{top}/{name}"] = os.read(handle, 1 << 16)
            os.close(handle)
    os.close(root)
    return found


def read_by_folder(folder: str) -> dict[str, bytes]:
    """Change into the folder and walk from there: the same with another means."""
    os.chdir(folder)
    return {path.as_posix(): path.read_bytes() for path in Path().rglob(NAME)}


@contextmanager
def reading(folder: str, report: Path, how: str) -> Iterator[None]:
    """A child that reads the whole tree in a loop and writes down each pass: how many files, how many texts."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            read = {"descriptor": read_by_descriptor, "folder": read_by_folder}[how]
            with report.open("w", buffering=1) as out:
                while True:
                    found = read(folder)
                    texts = sorted(set(found.values()))
                    out.write(f"{len(found)} {len(texts)} {texts[0].decode().strip()}\n")
        finally:
            os._exit(code)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def passes_in(report: Path) -> int:
    return report.read_text().count("\n") if report.exists() else 0


def same_text(text: str) -> dict[str, bytes]:
    return {module: f"{text}\n".encode() for module in sorted(MODULES)}


@pytest.mark.parametrize("how", ["descriptor", "folder"])
def test_a_reader_never_sees_a_mixture(tmp_path: Path, how: str) -> None:
    generations: Generations = generations_at(tmp_path / "ws")
    publish(generations, same_text("1"))
    report = tmp_path / "report"

    with reading(generations.published, report, how):
        for turn in range(SWITCHES):
            if turn % 2:
                generations.switch(generations.get(max(generations.numbers())).parent or 1)
            else:
                publish(generations, same_text(str(turn + 2)))
            so_far = passes_in(report)
            until(lambda so_far=so_far: passes_in(report) > so_far + 1)  # however busy the machine is

    passes = [line.split() for line in report.read_text().splitlines()[:-1]]
    assert {(files, texts) for files, texts, _ in passes} == {(str(len(MODULES)), "1")}
    assert len({text for _, _, text in passes}) > 3, "the reader must have met several generations"


def test_a_reader_in_the_middle_of_a_walk_finishes_in_the_tree_it_began(tmp_path: Path) -> None:
    generations = generations_at(tmp_path / "ws")
    publish(generations, same_text("old"))
    root = os.open(generations.published, os.O_RDONLY)
    walk = os.fwalk(".", dir_fd=root)
    next(walk)

    publish(generations, tree_of("other"))

    files = [name for _, _, names, _ in walk for name in names]
    os.close(root)
    assert files == [NAME] * len(MODULES)

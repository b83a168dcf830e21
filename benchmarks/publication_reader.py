"""A process that reads the whole published tree in a loop while it is switched; a pass must tell of one generation."""

from __future__ import annotations

import os
import signal
import sys
import time

from benchmarks.endurance_result import Case
from benchmarks.publication_trees import generations_at, made_tree, publish

_PAUSE_SECONDS = 0.2


def reader(folder: str, *, modules: int, switches: int) -> Case:
    """Publish and go back in turns under the eyes of a reader that keeps to the protocol."""
    case = Case("reader")
    generations = generations_at(folder)
    publish(generations, made_tree(modules, text="0"))
    report = f"{folder}/report"
    child = _start(generations.published, report)
    try:
        for turn in range(switches):
            if turn % 2:
                generations.switch(generations.numbers()[-2])
            else:
                publish(generations, made_tree(modules, text=str(turn + 1)))
                generations.prune(keep=5)
            print(f"{case.name} {turn + 1}/{switches}", file=sys.stderr)
            time.sleep(_PAUSE_SECONDS)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    case.notes["switches"] = switches
    generations_seen: set[str] = set()
    for line in _lines(report):
        files, _, texts = line.partition(" ")
        whole = int(files) == modules and "," not in texts
        case.judge("a pass", [] if whole else [f"saw {files} files that tell of generations {texts}"])
        generations_seen.add(texts)
    case.notes["generations seen"] = len(generations_seen)
    return case


def _start(folder: str, report: str) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with open(report, "w", encoding="utf-8", buffering=1) as out:
                while True:
                    out.write(_pass(folder) + "\n")
        finally:
            os._exit(code)
    return child


def _pass(folder: str) -> str:
    """Open the folder once, walk from there, read every file: how many, and which texts they begin with."""
    files = 0
    texts = set()
    root = os.open(folder, os.O_RDONLY)
    for _, _, names, descriptor in os.fwalk(".", dir_fd=root):
        for name in names:
            handle = os.open(name, os.O_RDONLY, dir_fd=descriptor)
            texts.add(os.read(handle, 4096).split(b"\n", 1)[0].decode())
            os.close(handle)
            files += 1
    os.close(root)
    return f"{files} {','.join(sorted(texts))}"


def _lines(report: str) -> list[str]:
    """Every pass that came to its end."""
    with open(report, encoding="utf-8") as file:
        text = file.read()
    return text[: text.rfind("\n") + 1].splitlines()

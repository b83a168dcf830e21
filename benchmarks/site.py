"""Measure the site: `python -m benchmarks.site --packages 2000`.

How long `doit site` takes and how much memory, from nothing, with nothing to do and after one change; how many files a
change rewrites; and how long a browser takes to paint the constellation, from the start of the navigation, median of
the loads. Without a browser that part is left out, by name.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.browser import Browser, NoBrowserError
from benchmarks.errors import report_errors
from benchmarks.graph import working_folder
from benchmarks.measure import median, run
from benchmarks.naming import module_at
from benchmarks.tools import doit
from benchmarks.workspaces import write_workspace

_LOADS = 5


def measure_site(workspace: str, *, changed: str) -> dict[str, float]:
    """Seconds and megabytes of `doit site` in a workspace that is built; `changed` is a module to author anew."""
    folder = Path(workspace, "build/site")
    shutil.rmtree(folder, ignore_errors=True)
    cold = run(doit(workspace, "site"))
    files = _stamps(folder)
    settled = [run(doit(workspace, "site")).wall for _ in range(2)][-1]
    path = Path(workspace, "manifests_src", f"{changed}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("description: Says something new.\n", encoding="utf-8")
    edit = run(doit(workspace, "site"))
    after = _stamps(folder)
    return {
        "cold_s": round(cold.wall, 2),
        "cold_peak_mb": round(cold.peak_kib / 1024),
        "files": len(files),
        "megabytes": round(sum(size for _, size in files.values()) / 1e6, 1),
        "noop_s": round(settled, 2),
        "edit_s": round(edit.wall, 2),
        "edit_files_written": sum(files.get(name) != stamp for name, stamp in after.items()),
    }


def measure_paint(workspace: str) -> dict[str, float]:
    """Milliseconds to the first picture, and of one more frame while zooming. Raises NoBrowserError."""
    page = Path(workspace, "build/site/index.html")
    with Browser() as browser:
        painted = []
        for _ in range(_LOADS):
            browser.open(page)
            painted.append(browser.painted_after())
        frame = float(browser.run(_FRAMES))
    return {
        "first_paint_ms": round(median(painted)),
        "worst_paint_ms": round(max(painted)),
        "frame_ms": round(frame, 1),
    }


_FRAMES = """
const canvas = document.getElementById('canvas');
const begun = performance.now();
for (let step = 0; step < 20; step += 1) {
  canvas.dispatchEvent(new WheelEvent('wheel', {deltaY: step < 10 ? -60 : 60, cancelable: true}));
  document.dispatchEvent(new Event('theme-changed'));
}
canvas.getContext('2d').getImageData(0, 0, 1, 1);
return (performance.now() - begun) / 20;
"""


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            stat = path.stat()
            found[path.relative_to(folder).as_posix()] = (stat.st_mtime_ns, stat.st_size)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print one table or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=__doc__)
    parser.add_argument("--packages", type=int, default=2000, metavar="N", help="how many (default 2000)")
    parser.add_argument("--workspace", metavar="DIR", help="a workspace to measure instead, such as a real one")
    parser.add_argument("--folder", metavar="DIR", help="keep what is made here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    with working_folder(options.folder) as folder:
        workspace = options.workspace or os.path.join(folder, "workspace")
        if options.workspace is None and not os.path.isdir(workspace):
            write_workspace(workspace, packages=options.packages, seed=1)
            run(doit(workspace, "pin", "--reason", "to measure"))
        run(doit(workspace))
        result: dict[str, object] = {"machine": platform.platform(), "processors": os.cpu_count()}
        result.update(measure_site(workspace, changed=module_at(3)))
        try:
            result.update(measure_paint(workspace))
        except NoBrowserError as error:
            result["first_paint_ms"] = f"skipped: {error}"
    if options.json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
        return
    for name, value in result.items():
        print(f"{name:<20} {value}")


if __name__ == "__main__":
    report_errors(main)

# ruff: noqa: INP001 - a script beside the pictures it makes, not a package
"""Make the pictures of the documents: the site in a browser, and `doit validate` in a terminal.

Usage: python docs/make_pictures.py

The fleet and a generated workspace of 2,000 packages are built in a temporary folder by this checkout; nothing is drawn
by hand. Needs Chromium and its driver.
"""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/images"
sys.path.insert(0, str(ROOT))

_INPUTS = ("fleet", "manifests_src", "rules", "schemas", "contracts", "pyproject.toml", "dodo.py")
_EDITION = re.compile(r"\x1b\[([0-9;]*)m")
_COLOURS = {"31": "#ff8177", "32": "#7fdc86", "33": "#ffb25c", "34": "#6ea8ff", "35": "#b58cff", "36": "#3fd6d0"}
_TEXT, _GROUND, _QUIET = "#e7ecf6", "#0b1120", "#9ba8c2"


def main() -> None:
    """Make every picture anew."""
    from benchmarks.browser import Browser
    from benchmarks.workspaces import write_workspace

    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, Browser(width=1440, height=810) as browser:
        fleet, everyday = Path(scratch, "fleet"), Path(scratch, "everyday")
        _copy(fleet)
        _doit(fleet, "site")
        (IMAGES / "validate.svg").write_text(terminal("doit validate", _doit(fleet, "validate")), encoding="utf-8")
        write_workspace(str(everyday), packages=2000, seed=1)
        _doit(everyday, "pin", "--reason", "for the picture")
        _doit(everyday, "site")

        def take(name: str, page: Path, fragment: str = "", *, theme: str = "dark") -> None:
            browser.theme(theme)
            browser.open(page, fragment)
            shot = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 86})
            (IMAGES / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))

        take("constellation", everyday / "build/site/index.html")
        take("fleet", fleet / "build/site/index.html", theme="light")
        take("module", fleet / "build/site/index.html", "#m=core/types")
        take("dashboard", fleet / "build/site/dashboard.html", theme="light")
    for path in sorted(IMAGES.iterdir()):
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1000:.0f} KB\n")


def _copy(target: Path) -> None:
    target.mkdir()
    for name in _INPUTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.exists():
            shutil.copyfile(source, target / name)


def _doit(folder: Path, *words: str) -> str:
    """Run doit as a person at a terminal with colours would; returns what it said on stdout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FORCE_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "doit", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def terminal(command: str, output: str) -> str:
    """Give what a terminal shows as SVG; colours come from the escape sequences of the output itself."""
    lines = [f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m", *output.rstrip("\n").split("\n")]
    width = max(len(_EDITION.sub("", line)) for line in lines)
    rows = [
        f'<text x="24" y="{56 + 20 * at}" xml:space="preserve">{_spans(line)}</text>' for at, line in enumerate(lines)
    ]
    size = f'width="{48 + int(width * 8.45)}" height="{60 + 20 * len(lines)}"'
    title = f"<title>{html.escape(command)} in a terminal</title>"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            title,
            f'<rect width="100%" height="100%" rx="10" fill="{_GROUND}"/>',
            *(f'<circle cx="{24 + 20 * at}" cy="22" r="6" fill="{fill}"/>' for at, fill in enumerate(_LIGHTS)),
            f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="{_TEXT}">',
            *rows,
            "</g>",
            "</svg>",
            "",
        ]
    )


_LIGHTS = ("#ff8177", "#ffb25c", "#7fdc86")


def _spans(line: str) -> str:
    """One line with its escape sequences as spans."""
    parts = _EDITION.split(line)
    found = [html.escape(parts[0])]
    for codes, text in zip(parts[1::2], parts[2::2], strict=True):
        look = "".join(map(_look, codes.split(";")))
        found.append(f"<tspan{look}>{html.escape(text)}</tspan>" if look else html.escape(text))
    return "".join(found)


def _look(code: str) -> str:
    if code == "1":
        return ' font-weight="bold"'
    if code == "2":
        return f' fill="{_QUIET}"'
    return f' fill="{_COLOURS[code]}"' if code in _COLOURS else ""


if __name__ == "__main__":
    main()

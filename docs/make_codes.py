# ruff: noqa: INP001 - a script beside the pages it writes, not a package
"""Write `docs/codes/`: one page per finding code and an index, from the table in `astrograph.model.codes`.

Usage: python docs/make_codes.py
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from astrograph.model.codes import CODES, FAMILIES, CodeEntry
from astrograph.model.finding import Severity

FOLDER = Path(__file__).resolve().parent / "codes"

INDEX = "README.md"

_WIDTH = 110


def pages() -> dict[str, str]:
    """Make every page: file name to its whole text."""
    return {INDEX: _index()} | {f"{entry.code}.md": _page(entry) for entry in CODES.values()}


def _index() -> str:
    parts = [
        "# Finding codes",
        _wrapped(
            "Every finding carries one of these codes. `doit explain AG204` shows a page in the terminal, "
            "without a network."
        ),
    ]
    for family, subject in FAMILIES.items():
        entries = [entry for entry in CODES.values() if entry.family == family]
        if entries:
            rows = [
                f"| [{entry.code}]({entry.code}.md) | {entry.severity.value} | {entry.title} |" for entry in entries
            ]
            parts.append(f"## {family}: {subject}")
            parts.append("\n".join(["| code | severity | title |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _page(entry: CodeEntry) -> str:
    effect = {
        Severity.ERROR: "An **error**: it fails its gate, and nothing is published while a gate fails.",
        Severity.WARNING: "A **warning**: it is shown and counted, and fails no gate.",
    }[entry.severity]
    parts = [
        f"# {entry.code}: {entry.title}",
        effect,
        "## What it means",
        _wrapped(entry.meaning),
        "## The way out",
        _wrapped(entry.fix),
        f"[All codes]({INDEX}) · family {entry.family}: {FAMILIES[entry.family]}",
    ]
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def main() -> int:
    """Write the pages that differ and remove those whose code is gone."""
    wanted = pages()
    FOLDER.mkdir(exist_ok=True)
    stale = sorted(path for path in FOLDER.glob("*.md") if path.name not in wanted)
    for path in stale:
        path.unlink()
    written = 0
    for name, text in wanted.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            written += 1
    sys.stdout.write(f"{len(wanted)} pages: {written} written, {len(stale)} removed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

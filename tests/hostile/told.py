"""What a run tells of a hostile workspace: findings as tuples, and the promises that hold for every answer."""

import json
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import Run, Workspace

GOOD = "core/good"
"""A module with nothing wrong: whatever its neighbours are, it has its manifest."""

Place = tuple[str, str, int]
"""Code, path, line."""


@dataclass(frozen=True)
class Verdicts:
    """The answer of `doit validate --json`: its exit code and its gates by name."""

    exit: int
    gates: dict[str, Any]

    def findings(self, *gates: str) -> list[dict[str, Any]]:
        """The findings of these gates, of all when none is named."""
        return [item for gate in gates or self.gates for item in self.gates[gate]["findings"]]

    def places(self, *gates: str) -> list[Place]:
        """The same as code, path and line, sorted."""
        return sorted((item["code"], item["path"], item["line"]) for item in self.findings(*gates))

    def verdict(self, gate: str) -> str:
        """What a gate says."""
        return str(self.gates[gate]["verdict"])

    def one(self, code: str) -> dict[str, Any]:
        """The only finding of a code."""
        (item,) = [item for item in self.findings() if item["code"] == code]
        return item


def validate(ws: Workspace) -> Verdicts:
    """Validate, as text and as JSON; every finding says what is wrong, where, and what to do."""
    text = ws.run("validate")
    document = ws.run("validate", "--json")
    assert text.exit == document.exit
    for run in (text, document):
        assert unfit(run.out + run.err) == set()
    verdicts = Verdicts(document.exit, {gate["gate"]: gate for gate in json.loads(document.out)["gates"]})
    silent = [item for item in verdicts.findings() if not (item["message"] and item["path"] and item["fix"])]
    assert silent == []
    return verdicts


def refused(run: Run, *words: str) -> None:
    """Hold that a run stopped for a mistake of a person before it did anything, and said all these words."""
    assert (run.exit, run.tasks, run.files, run.removed) == (3, (), [], []), run.err
    assert run.err.startswith("error: ")
    assert [word for word in words if word not in run.err] == [], run.err
    assert unfit(run.out + run.err) == set()


def unfit(text: str) -> set[str]:
    """The characters that move a cursor, hide or reorder text; line ends are none."""
    return {each for each in text if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"}} - {
        "\u200d"
    }


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Take away the right to open a file or folder; from root, who has every right, by refusing in its place."""
    with pytest.MonkeyPatch.context() as patch:
        if os.geteuid() == 0:
            for name in ("open", "scandir"):
                patch.setattr(os, name, _refusing(getattr(os, name), path))
            yield
            return
        mode = path.stat().st_mode
        path.chmod(0)
        try:
            yield
        finally:
            path.chmod(mode)


def _refusing(real: Any, path: Path) -> Any:
    def refuse(target: Any = ".", *arguments: Any, **named: Any) -> Any:
        if isinstance(target, str) and Path(target) == path:
            raise PermissionError(13, "Permission denied", target)
        return real(target, *arguments, **named)

    return refuse

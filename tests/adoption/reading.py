"""Reading what an adoption left behind."""

import json
from typing import Any

from support import Run, Workspace

from astrograph.formats import strict_yaml


def authored(space: Workspace, module: str) -> Any:
    """What the authored file of a module says; it must be sound."""
    document = strict_yaml.decode(space.path(f"manifests_src/{module}.yaml").read_bytes())
    assert document.problems == ()
    return document.value


def report(space: Workspace) -> Any:
    """The adoption report on disk; its sums must agree."""
    document = json.loads(space.path("build/audit/adoption_report.json").read_bytes())
    check_sums(document)
    return document


def told(run: Run) -> Any:
    """The report that a run printed with `--json`; its sums must agree."""
    document = json.loads(run.out)
    check_sums(document)
    return document


def check_sums(document: Any) -> None:
    """Every value that was read has exactly one fate, in each document and in the totals."""
    fates = ("equal", "generated", "carried", "not_carried")
    for each in [*document["documents"], document["totals"]]:
        assert sum(each[fate] for fate in fates) == each["pointers"], each
    assert document["totals"]["pointers"] == document["totals"]["accounted"]
    assert document["totals"]["pointers"] == sum(each["pointers"] for each in document["documents"])


def of_module(document: Any, module: str) -> Any:
    """The line of the document that counts for a module."""
    (found,) = [each for each in document["documents"] if each["module"] == module and each["standing"] != "twin"]
    return found


def codes(document: Any, module: str | None = None) -> list[str]:
    """The codes of the findings, of one module or of all."""
    return sorted(found["code"] for found in document["findings"] if module in (None, found["module"]))

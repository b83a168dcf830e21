"""Astrograph on a real tree: `python -m benchmarks.real --tree DIR`, a folder with an unpacked wheel.

The packages of DIR are copied into a workspace that `astrograph init` makes. Beside it run two tools that
answer a part of the same question: `ruff analyze graph` (which file imports which) and grimp (which module
imports which).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.cases import CASES, Session, warm_up
from benchmarks.command_line import named
from benchmarks.edits import python_files
from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.graph import working_folder
from benchmarks.limits import limits_of
from benchmarks.measure import Command, output_of, run
from benchmarks.report import Report, Skipped
from benchmarks.tools import ASTROGRAPH, VERDICTS, Tool, astrograph, doit

_PINS = "rules/pins.json"
_GRIMP = "import grimp, sys; grimp.build_graph(*sys.argv[2:], cache_dir=sys.argv[1])"


def measure_real(tree: str, *, folder: str, runs: int, cases: Sequence[str]) -> Report:
    """Make a workspace of the packages of `tree` below `folder`, and measure the cases.

    Raises `BenchmarkError` for a tree without packages, and when a command fails or does not do what it is
    measured for.
    """
    workspace = os.path.join(folder, "workspace")
    names = copy_packages(tree, workspace=workspace)
    output_of(Command((sys.executable, "-m", "astrograph", "init"), folder=workspace))
    if not os.path.isfile(os.path.join(workspace, _PINS)):
        output_of(doit(workspace, "pin", "--reason", "benchmark"))
    graph = astrograph(workspace, accepted=VERDICTS)
    run(graph.build)
    modules = graph.modules()
    if not modules:
        raise BenchmarkError("doit built no manifest", fields=(("workspace", workspace),))
    tools, skipped = _reference_tools(names, workspace=workspace, cache=os.path.join(folder, "grimp-cache"))

    module = modules[len(modules) // 2]
    session = Session(
        tools=[graph, *tools],
        runs=runs,
        workspace=workspace,
        source=workspace,
        packages=len(modules),
        module=module,
        edited=_front_file(workspace, module=module),
    )
    warm_up(session)
    for case in cases:
        CASES[case](session)
    return Report(
        subject={"tree": "+".join(names), **_counts(names, workspace=workspace), "manifests": len(modules)}
        | {"findings": _told(findings_of(workspace)), "runs": runs},
        base=ASTROGRAPH,
        series=list(session.series.values()),
        limits=limits_of(tree, runs=min(runs, 3)),
        skipped=skipped,
    )


def copy_packages(tree: str, *, workspace: str) -> list[str]:
    """Copy the top-level packages of `tree` into the new folder `workspace`; return their names, sorted."""
    if not os.path.isdir(tree):
        raise BenchmarkError("There is no such folder", fields=(("tree", tree),))
    names = sorted(name for name in os.listdir(tree) if os.path.isfile(os.path.join(tree, name, "__init__.py")))
    if not names:
        raise BenchmarkError(
            "The folder holds no package",
            fields=(("tree", tree),),
            hint="unpack a wheel and name the folder that its packages are in",
        )
    os.makedirs(workspace)
    for name in names:
        shutil.copytree(
            os.path.join(tree, name),
            os.path.join(workspace, name),
            symlinks=True,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    return names


def _front_file(workspace: str, *, module: str) -> str:
    """Return the path of a module's `__init__.py`, below whichever source root it is in."""
    with open(os.path.join(workspace, "pyproject.toml"), "rb") as file:
        settings = tomllib.load(file).get("tool", {}).get("astrograph", {})
    for root in settings.get("source_roots", ["."]):
        path = os.path.join(workspace, root, module, "__init__.py")
        if os.path.isfile(path):
            return path
    raise BenchmarkError("A built module has no source", fields=(("module", module),))


def findings_of(workspace: str) -> Counter[str]:
    """Count how often `doit validate` reports each code, every finding counted once.

    Raises `BenchmarkError` when its JSON has no findings list.
    """
    text = output_of(doit(workspace, "validate", "--json", accepted=VERDICTS))
    lists = list(_lists_named("findings", json.loads(text)))
    if not lists:
        raise BenchmarkError("doit validate --json lists no findings", fields=(("it said", text[:500]),))
    different = {json.dumps(finding, sort_keys=True) for found in lists for finding in found}
    return Counter(str(json.loads(finding)["code"]) for finding in different)


def _lists_named(name: str, value: object) -> Iterator[list[object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, list):
                yield inner
            else:
                yield from _lists_named(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _lists_named(name, inner)


def _told(findings: Counter[str]) -> str:
    codes = ", ".join(f"{code} {count:,}" for code, count in sorted(findings.items()))
    return f"{findings.total():,} ({codes})" if codes else "0"


def _counts(names: Sequence[str], *, workspace: str) -> dict[str, int]:
    files = [path for name in names for path in python_files(os.path.join(workspace, name))]
    packages = sum(1 for path in files if os.path.basename(path) == "__init__.py")
    return {"packages": packages, "files": len(files)}


def _reference_tools(names: Sequence[str], *, workspace: str, cache: str) -> tuple[list[Tool], list[Skipped]]:
    """Find ruff and grimp, each if it is installed and can read this tree at all."""
    beside = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)))
    ruff = shutil.which("ruff", path=beside)
    grimp = importlib.util.find_spec("grimp")
    found = {
        "ruff": ruff and Tool("ruff", Command((ruff, "analyze", "graph", "--isolated", *names), folder=workspace)),
        "grimp": grimp
        and Tool(
            "grimp",
            Command((sys.executable, "-c", _GRIMP, cache, *names), folder=workspace),
            state=(cache,),
        ),
    }
    tools: list[Tool] = []
    skipped: list[Skipped] = []
    for name, tool in found.items():
        if not isinstance(tool, Tool):
            skipped.append(Skipped(name, "not installed"))
            continue
        try:
            run(tool.build)
        except BenchmarkError as error:
            skipped.append(Skipped(name, f"cannot read this tree\n{error}"))
        else:
            tools.append(tool)
    return tools, skipped


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real", description=__doc__)
    parser.add_argument("--tree", required=True, metavar="DIR", help="a folder with an unpacked wheel")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs of each case (default 5)")
    parser.add_argument("--cases", default=",".join(CASES), metavar="NAMES", help="default: %(default)s")
    parser.add_argument("--folder", metavar="DIR", help="work in this new folder and keep it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    options = parser.parse_args(arguments)
    cases = named(options.cases, CASES, what="case")
    with working_folder(options.folder) as folder:
        report = measure_real(os.path.abspath(options.tree), folder=folder, runs=options.runs, cases=cases)
    print(json.dumps(report.json(), indent=2) if options.json else report.text())


if __name__ == "__main__":
    report_errors(main)

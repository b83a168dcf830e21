"""What adopting an old tree costs: `python -m benchmarks.adoption --documents 2000`.

The tree is the one the tests use: documents in four shapes with every scar, one small package each. Measured are the
first adoption of a workspace that was never built, the first one of a built workspace, the same again, and a rehearsal.
With `--tree DIR --name manifest.json` it is a real tree, adopted through the shapes in the TOML file `--shapes`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Sequence
from types import ModuleType

from benchmarks.errors import BenchmarkError, report_errors
from benchmarks.graph import working_folder
from benchmarks.measure import Command, Sample, output_of, run
from benchmarks.policy import REPOSITORY
from benchmarks.tools import doit

_ANSWERS = (0, 1)
"""1 means that a document could not be adopted: the generated tree has such documents on purpose."""


def generated(workspace: str, *, documents: int) -> str:
    """Write packages and an old tree into a new workspace; returns the folder of old documents."""
    trees = _old_trees()
    modules = trees.module_names(documents)
    from pathlib import Path

    trees.write_packages(Path(workspace) / "src", modules)
    trees.write_old_tree(Path(workspace) / "old", modules)
    init(workspace, source_root="src", shapes=trees.TEAM_SHAPE, settings=f'legacy_prefixes = ["{trees.LEGACY}/"]')
    return "old"


def real(workspace: str, *, tree: str, name: str, shapes: str) -> str:
    """Copy a real tree whose documents stand beside its source; returns the folder of old documents."""
    shutil.copytree(tree, workspace, dirs_exist_ok=True)
    with open(shapes, encoding="utf-8") as file:
        init(workspace, source_root=".", shapes=file.read(), settings=f'adopt_name = "{name}"')
    return "."


def init(workspace: str, *, source_root: str, shapes: str, settings: str) -> None:
    """Make a folder a workspace and add shapes and settings to it."""
    words = (sys.executable, "-m", "astrograph", "init", "--source-root", source_root)
    output_of(Command(words, folder=workspace))
    path = os.path.join(workspace, "pyproject.toml")
    with open(path, encoding="utf-8") as file:
        head, tail = file.read().split("[tool.doit]", 1)
    head = head.replace("[tool.astrograph]\n", f"[tool.astrograph]\n{settings}\n", 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{shapes}\n[tool.doit]{tail}")


def measure(workspace: str, *, source: str) -> dict[str, Sample]:
    """Adopt in every way there is; the workspace must be new."""
    adopt = doit(workspace, "adopt", "--from", source, accepted=_ANSWERS)
    clean = [os.path.join(workspace, name) for name in ("manifests_src", "build", "rules/known_violations.yaml")]
    samples = {"never built": run(adopt)}
    _forget(clean)
    run(doit(workspace, accepted=_ANSWERS))
    samples["built before"] = run(adopt)
    samples["again"] = run(adopt)
    samples["--dry-run"] = run(doit(workspace, "adopt", "--from", source, "--dry-run", accepted=_ANSWERS))
    return samples


def account_of(workspace: str) -> dict[str, int]:
    """The sums of the report; raises BenchmarkError when a value is not accounted for."""
    with open(os.path.join(workspace, "build/audit/adoption_report.json"), encoding="utf-8") as file:
        totals = json.load(file)["totals"]
    if totals["pointers"] != totals["accounted"]:
        raise BenchmarkError("the account is not complete", fields=(("totals", json.dumps(totals)),))
    names = ("documents", "pointers", "equal", "generated", "carried", "not_carried")
    return {name: totals[name] for name in names}


def _forget(paths: Sequence[str]) -> None:
    for path in paths:
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.unlink(path)


def _old_trees() -> ModuleType:
    spec = importlib.util.spec_from_file_location("old_trees", f"{REPOSITORY}/tests/adoption/old_trees.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["old_trees"] = module
    spec.loader.exec_module(module)
    return module


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adoption", description=__doc__)
    parser.add_argument("--documents", type=int, default=2000, metavar="N", help="how many (default 2000)")
    parser.add_argument("--tree", metavar="DIR", help="a real tree instead")
    parser.add_argument("--name", default="module.manifest.json", metavar="FILE", help="the file name of its documents")
    parser.add_argument("--shapes", metavar="FILE", help="TOML with [[tool.astrograph.adopt]] for it")
    parser.add_argument("--folder", metavar="DIR", help="work here and keep it (default: a temporary folder)")
    options = parser.parse_args(arguments)
    if (options.tree is None) != (options.shapes is None):
        raise BenchmarkError("a real tree needs shapes", hint="give both --tree and --shapes")
    with working_folder(options.folder) as folder:
        workspace = os.path.join(folder, "workspace")
        os.makedirs(workspace)
        if options.tree is None:
            source = generated(workspace, documents=options.documents)
        else:
            source = real(workspace, tree=options.tree, name=options.name, shapes=options.shapes)
        samples = measure(workspace, source=source)
        print(", ".join(f"{name} {count:,}" for name, count in account_of(workspace).items()))
        for name, sample in samples.items():
            print(f"{name:<14} {sample.wall:7.2f} s  {sample.cpu:7.2f} s cpu  {sample.peak_kib / 1024:6.0f} MB")


if __name__ == "__main__":
    report_errors(main)

"""The manifests and the audit artifacts of the sample monorepo as they must be, in two readable files.

Run `python tests/golden/golden_fleet.py` to write the files anew after a change that is meant, and read the difference.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).with_name("fleet.golden")
GOLDEN_AUDIT = Path(__file__).with_name("fleet_audit.golden")
INPUTS = ("pyproject.toml", "rules", "schemas", "manifests_src", "contracts", "fleet")
_HEADER = "=== "


def copy_of_the_fleet(root: Path) -> Path:
    """The repository as a workspace, without its code and without anything built."""
    root.mkdir(parents=True)
    for name in INPUTS:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    return root


def manifests_below(build: Path) -> dict[str, str]:
    """Module id -> text of its manifest."""
    top = build / "manifests"
    found = sorted(top.rglob("module.manifest.json"))
    return {path.parent.relative_to(top).as_posix(): path.read_bytes().decode("utf-8") for path in found}


def artifacts_below(build: Path) -> dict[str, str]:
    """File name -> text of each audit artifact, its line ends as they are kept in a text file."""
    found = sorted((build / "audit").iterdir())
    return {path.name: path.read_bytes().decode("utf-8").replace("\r\n", "\n") for path in found}


def as_text(manifests: dict[str, str]) -> str:
    """All manifests (or artifacts) in one text, each under a line with its module id (or name)."""
    return "".join(f"{_HEADER}{module}\n{text}" for module, text in sorted(manifests.items()))


def from_text(text: str) -> dict[str, str]:
    """The inverse of `as_text`."""
    _, *parts = re.split(rf"^{_HEADER}(.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def renew() -> None:
    """Build the fleet and write the golden files."""
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from support.runs import run_here

    with tempfile.TemporaryDirectory() as folder:
        root = copy_of_the_fleet(Path(folder) / "fleet")
        run = run_here(root, ["validate"])
        GOLDEN.write_text(as_text(manifests_below(root / "build")), "utf-8")
        GOLDEN_AUDIT.write_text(as_text(artifacts_below(root / "build")), "utf-8")
    print(f"exit {run.exit}, {len(run.written)} manifests in {GOLDEN}")  # noqa: T201


if __name__ == "__main__":
    renew()

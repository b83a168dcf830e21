"""No name in a tree becomes a command: neither in the log of a CI job, nor in a shell that a fix is copied into."""

import re

import pytest
from support import Workspace

NAMES = ["::stop-commands::x", "##[group]x", "##vso[task.x]x", "x;id|sh"]
_OBEYED = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)


@pytest.fixture
def named(built: Workspace) -> Workspace:
    """Packages, facts and contracts whose names and texts would be commands."""
    text = built.path("pyproject.toml").read_text()
    built.write("pyproject.toml", text.replace('source_roots = ["src"]', 'source_roots = ["."]'))
    for name in NAMES:
        built.write(f"{name}/__init__.py", '"""::error::said"""\n')
        built.write(f"{name}/broken.py", "def f(:\n")
    built.write("manifests_src/::stop-commands::x.yaml", 'contracts: ["::x::y@v1", "##[x]@v3"]\ntier: T1_critical\n')
    built.write("manifests_src/shop.yaml", '"::error::x": 3\n"##[y]": 4\n')
    return built


@pytest.mark.parametrize(
    "words",
    [
        ["validate"],
        ["validate", "--json"],
        ["list", "--all"],
        ["info", "::stop-commands::x"],
        ["info", "::nope::x"],
        ["::nope"],
        ["report"],
        ["plan", "--full"],
        ["facts", "set", "::stop-commands::x", "description", "::warning::x", "--dry-run"],
    ],
)
def test_nothing_printed_is_a_command_of_a_ci_job(named: Workspace, words: list[str]) -> None:
    done = named.doit(*words)

    assert done.stdout + done.stderr
    assert _OBEYED.findall(done.stdout + done.stderr) == []


def test_annotations_are_ours_alone_and_keep_the_name_of_the_file(named: Workspace) -> None:
    done = named.doit("validate", "--format", "github")

    lines = [line for line in done.stdout.splitlines() if line.lstrip().startswith("::")]
    assert [line for line in lines if not re.match(r"::(error|warning|notice) ", line)] == []
    assert "file=%3A%3Astop-commands%3A%3Ax/broken.py,line=1" in done.stdout


def test_a_fix_quotes_the_name_of_the_module(named: Workspace) -> None:
    said = named.doit("validate").stdout

    assert "doit facts set 'x;id|sh' owner" in said
    assert "set x;id" not in said

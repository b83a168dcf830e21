"""Our facts against those of the interpreter's own parser, over its standard library."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
import source_oracle as oracle

from astrograph.facts.source import parse_file

STDLIB = Path(sysconfig.get_path("stdlib"))
# Newlines that undercut the indentation inside brackets, and statements that parse but do not compile: the grammar
# and the interpreter differ on these on purpose, or by design of the file.
PECULIAR = {"test_compile.py", "badsyntax_future8.py"}


def sample() -> list[Path]:
    files = sorted(
        path
        for path in STDLIB.rglob("*.py")
        if "site-packages" not in path.parts and "lib2to3" not in path.parts and path.name not in PECULIAR
    )
    return files[:: max(len(files) // 150, 1)]


SAMPLE = sample()


def test_the_sample_is_large_enough_to_mean_something():
    assert len(SAMPLE) >= 100


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.relative_to(STDLIB).as_posix())
def test_facts_equal_those_of_the_running_interpreter(path: Path):
    data = path.read_bytes()
    tree = oracle.parsed(data)
    if tree is None:
        pytest.skip("the interpreter does not parse this file itself")

    facts = parse_file(data)

    listed = set(facts.exported or ())
    classes, functions, constants = oracle.definitions(tree)
    assert [tuple(one) for one in facts.imports] == oracle.imports(tree)
    assert [tuple(one) for one in facts.classes] == public(classes, listed)
    assert [tuple(one) for one in facts.functions] == public(functions, listed)
    assert [(one.name, one.line) for one in facts.constants] == [
        (name, line) for name, line in public(constants, listed) if name in listed or name.isupper()
    ]
    assert facts.docstring == oracle.docstring(tree)
    assert facts.problems == ()


def public(rows: list[tuple], listed: set[str]) -> list[tuple]:
    return [row for row in rows if row[0] in listed or not row[0].startswith("_")]

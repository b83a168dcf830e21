"""Every code that can occur is produced by some test; those that cannot occur yet are listed with the reason."""

import re
from pathlib import Path

import pytest

from astrograph.model.codes import CODES

ROOT = Path(__file__).resolve().parents[2]

NOT_YET = {
    "AG902": "a discarded state is told on stderr in words, not yet as a finding",
}
"""Codes of the table that nothing can produce yet, and why."""

NO_PRODUCERS = {"test_codes.py", "test_every_code.py", "test_findings.py", "test_ledger_line.py"}
"""Test files that name codes of findings which they make up themselves."""


def named_in(folder: str, pattern: str, *, but: set[str]) -> set[str]:
    """The codes that the Python files below a folder name by a pattern."""
    files = [path for path in (ROOT / folder).rglob("*.py") if path.name not in but]
    assert files
    return {code for path in files for code in re.findall(pattern, path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def made() -> set[str]:
    """The codes that the program can produce: each is a string, or the beginning of one."""
    return named_in("astrograph", r"[\"'](AG\d{3})\b", but={"codes.py"})


@pytest.fixture(scope="module")
def tested() -> set[str]:
    """The codes that tests expect."""
    return named_in("tests", r"\b(AG\d{3})\b", but=NO_PRODUCERS)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_produced_and_tested_or_listed_with_the_reason(made: set[str], tested: set[str], code: str) -> None:
    assert ((code in made), (code in tested)) == ((False, False) if code in NOT_YET else (True, True))


def test_the_list_of_reasons_names_only_codes_of_the_table() -> None:
    assert sorted(NOT_YET.keys() - CODES.keys()) == []


def test_no_code_is_produced_that_the_table_lacks(made: set[str]) -> None:
    assert sorted(made - CODES.keys()) == []

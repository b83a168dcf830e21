"""The table of codes is closed, complete, and told the same way in code and docs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from astrograph.model.codes import CODES, FAMILIES, CodeEntry, finding
from astrograph.model.finding import Severity

DOCS = Path(__file__).parents[1] / "docs"

every_code = pytest.mark.parametrize("entry", CODES.values(), ids=lambda entry: entry.code)


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_codes", DOCS / "make_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_codes_are_unique_and_in_order():
    source = (Path(__file__).parents[1] / "astrograph/model/codes.py").read_text(encoding="utf-8")
    written = re.findall(r'^        "(AG\d{3})",$', source, flags=re.MULTILINE)
    assert written == sorted(set(written)) == list(CODES)


@every_code
def test_every_code_belongs_to_a_family(entry: CodeEntry):
    assert entry.family in FAMILIES


@every_code
def test_every_code_says_in_sentences_what_it_means_and_what_to_do(entry: CodeEntry):
    for text in (entry.meaning, entry.fix):
        assert text == " ".join(text.split())
        assert text.endswith(".")
        assert text[0].isupper() or text[0] == "`"
        assert text.count("`") % 2 == 0
    assert entry.meaning.count(". ") >= 1
    assert len(entry.fix) > 40


@every_code
def test_no_code_names_a_command_that_does_not_exist(entry: CodeEntry):
    known = {"pin", "info", "validate", "contracts", "explain", "clean", "plan", "canary", "approve", "publish"}
    known |= {"rollback", "generations", "snapshot", "adopt", "facts", "codeowners", "report", "site"}
    named = re.findall(r"`doit ([a-z]+)", f"{entry.meaning} {entry.fix}")
    assert set(named) <= known


def test_titles_are_unique():
    titles = [entry.title for entry in CODES.values()]
    assert sorted(titles) == sorted(set(titles))


def test_source_findings_are_warnings():
    source = [entry for entry in CODES.values() if entry.family == "AG7xx"]
    assert {entry.severity for entry in source} == {Severity.WARNING}


def test_a_finding_takes_its_severity_from_the_table():
    assert finding("AG204", "x", path="a").severity is Severity.ERROR
    assert finding("AG213", "x", path="a").severity is Severity.WARNING


def test_a_code_outside_the_table_cannot_be_used():
    with pytest.raises(KeyError):
        finding("AG999", "x", path="a")


def test_the_pages_are_in_step_with_the_table():
    written = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "codes").iterdir()}
    assert written == load_script().pages(), "run: python docs/make_codes.py"


def test_there_is_a_page_for_every_code_and_an_index():
    assert set(load_script().pages()) == {"README.md", *(f"{code}.md" for code in CODES)}

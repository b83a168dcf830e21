"""Ledger lines survive writing and reading, and nothing else is read for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ledger import bare_line

from astrograph.formats.ledger_line import decode, encode
from astrograph.model.assignment import Assignment, Evidence, Origin, Score
from astrograph.model.canon import StarId
from astrograph.model.codes import finding
from astrograph.model.digests import Sha256, sha256
from astrograph.model.finding import Finding, Severity
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Signal

TRAIL = StarId("Trail")
WATCH = StarId("Watch")

FULL = LedgerLine(
    module=ModuleId("memory/fold"),
    manifest=sha256(b"manifest"),
    owner="@memory-team",
    tier="T1_critical",
    lane="production",
    described=True,
    contracts=("memory.fold@v2",),
    capabilities=("fold", "unfold"),
    node="memory",
    assignment=Assignment(
        stars=(TRAIL, WATCH),
        confidence=900,
        origin=Origin.INFERRED,
        suggestion=Score(WATCH, 600),
        evidence=(Evidence(Signal.NODE, TRAIL, "/node_overrides/0", "memory", 500),),
        scores=(Score(TRAIL, 1_350), Score(WATCH, 600)),
        tie=(TRAIL, WATCH),
        disagreement=Score(TRAIL, 1_350),
        exclusions=("/exclusions/2",),
    ),
    internal=(ModuleId("core/storage"),),
    external=("numpy",),
    files=14,
    has_tests=True,
    exports_documented=9,
    exports_total=12,
    findings=(finding("AG701", "odd ✦", path="fleet/memory/fold/a.py", line=3, column=9, module="memory/fold"),),
)

BARE = bare_line("labs/x")
UNBUILT = replace(BARE, manifest=Sha256(""))


@pytest.mark.parametrize("line", [FULL, BARE, UNBUILT])
def test_a_line_survives_the_round_trip(line: LedgerLine):
    assert decode(encode(line)) == line
    assert encode(decode(encode(line))) == encode(line)


def test_a_line_is_one_compact_sorted_line():
    data = encode(FULL)
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == 1
    document = json.loads(data)
    assert data == json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def test_numbers_are_whole_thousandths():
    assignment = json.loads(encode(FULL))["assignment"]
    assert assignment["confidence"] == 900
    assert assignment["scores"] == [{"raw": 1350, "star": "Trail"}, {"raw": 600, "star": "Watch"}]
    assert b"." not in json.dumps(assignment).replace("memory.fold", "").encode()


def test_line_breaks_in_text_stay_inside_the_line():
    line = replace(FULL, owner="a\nb\r\u2028c")
    assert encode(line).count(b"\n") == 1
    assert decode(encode(line)) == line


def test_the_newline_at_the_end_may_be_missing():
    assert decode(encode(FULL).rstrip(b"\n")) == FULL


def test_every_field_is_written():
    assert set(json.loads(encode(BARE))) == {field.name for field in fields(LedgerLine)}


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
name = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
number = st.integers(0, 2**53)
texts = st.lists(text, max_size=3).map(tuple)
scores = st.builds(Score, star=name, raw=number)
assignments = st.builds(
    Assignment,
    stars=texts,
    confidence=number,
    origin=st.sampled_from(Origin),
    suggestion=st.none() | scores,
    evidence=st.lists(
        st.builds(Evidence, signal=st.sampled_from(Signal), star=name, pointer=text, matched=text, weight=number),
        max_size=2,
    ).map(tuple),
    scores=st.lists(scores, max_size=2).map(tuple),
    tie=texts,
    disagreement=st.none() | scores,
    exclusions=texts,
)
findings = st.builds(
    Finding,
    path=text,
    line=number,
    column=number,
    code=name,
    severity=st.sampled_from(Severity),
    message=text,
    fix=text,
    module=text,
)
lines = st.builds(
    LedgerLine,
    module=name,
    manifest=st.binary(max_size=4).map(sha256),
    owner=st.none() | text,
    tier=st.none() | text,
    lane=st.none() | text,
    described=st.booleans(),
    contracts=texts,
    capabilities=texts,
    node=st.none() | text,
    assignment=assignments,
    internal=texts,
    external=texts,
    files=number,
    has_tests=st.booleans(),
    exports_documented=number,
    exports_total=number,
    findings=st.lists(findings, max_size=2).map(tuple),
)


@given(lines)
def test_any_line_survives_the_round_trip(line: LedgerLine):
    assert decode(encode(line)) == line


@given(st.binary(max_size=64))
def test_bytes_that_are_no_line_are_a_value_error(data: bytes):
    with pytest.raises(ValueError, match=r"ledger line|expected"):
        decode(data)


def broken(change: Callable[[dict], object]) -> bytes:
    document = json.loads(encode(FULL))
    change(document)
    return json.dumps(document).encode()


def set_to(key: str, value: object) -> Callable[[dict], object]:
    return lambda document: document.__setitem__(key, value)


def assignment_set_to(key: str, value: object) -> Callable[[dict], object]:
    return lambda document: document["assignment"].__setitem__(key, value)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("tier"),
        set_to("extra", 1),
        set_to("module", ""),
        set_to("module", None),
        set_to("manifest", None),
        set_to("manifest", "ABC"),
        set_to("manifest", "g" * 64),
        set_to("owner", 3),
        set_to("described", 1),
        set_to("files", True),
        set_to("files", -1),
        set_to("files", 1.0),
        set_to("contracts", "memory.fold@v2"),
        set_to("contracts", [None]),
        set_to("internal", {}),
        set_to("assignment", None),
        set_to("findings", [{}]),
        lambda document: document["findings"][0].__setitem__("severity", "fatal"),
        assignment_set_to("origin", "guessed"),
        assignment_set_to("origin", []),
        assignment_set_to("confidence", 0.9),
        assignment_set_to("suggestion", {"star": "Trail"}),
        assignment_set_to("scores", [{"star": "", "raw": 1}]),
        lambda document: document["assignment"]["evidence"][0].__setitem__("signal", "hunch"),
    ],
)
def test_a_malformed_line_is_a_value_error(change: Callable[[dict], object]):
    with pytest.raises(ValueError, match="expected"):
        decode(broken(change))


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b"\xff", encode(FULL) * 2, encode(FULL)[:-5]])
def test_what_is_no_single_json_object_is_a_value_error(data: bytes):
    with pytest.raises(ValueError, match=r"ledger line is not JSON|expected an object"):
        decode(data)


def test_equal_names_and_assignments_of_several_lines_are_one_object():
    known = {}
    first, second = (decode(encode(FULL), known=known) for _ in range(2))

    assert first.assignment is second.assignment
    assert all(one is other for one, other in zip(first.internal, second.internal, strict=True))
    assert decode(encode(FULL)) == first == FULL

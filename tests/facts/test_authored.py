"""Authored files: valid fields stand, everything else is told with its line and the way out."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from astrograph.facts.authored import (
    AUTHORED_FIELDS,
    MAX_FINDINGS,
    AuthoredFile,
    merge,
    modeline,
    pack,
    read_file,
    unpack,
)
from astrograph.formats.canonical_json import encode
from astrograph.model.codes import CODES
from astrograph.model.facts import Authored, Position

PATH = "manifests_src/memory/fold.yaml"
CARRIED = frozenset({"tags", "links", "annotations"})
GENERATED = {"exports": "read from the package's source", "confidence": "inferred by the rules"}

WHOLE = b"""\
# yaml-language-server: $schema=../../schemas/authored.schema.json
owner: "@memory-team"
tier: T1_critical
lane: production
contracts:
  - memory.fold@v2
  - contracts/api/fold.yaml
capabilities:
  - name: fold
    type: storage
    description: |
      Folds a memory.
      Twice.
    interfaces: [FoldStore, fold]
  - name: unfold
node: memory
stars: [Trail]
description: Folds and unfolds memories.
tags: [hot, {since: 3}]
annotations: {ratio: 0.25, none: null}
"""


def read(text: str | bytes, path: str = PATH) -> AuthoredFile:
    data = text if isinstance(text, bytes) else text.encode()
    return read_file(data, path=path, carried=CARRIED, generated=GENERATED)


def told(file: AuthoredFile) -> list[tuple[str, int, int]]:
    return [(found.code, found.line, found.column) for found in file.findings]


def test_a_whole_file_is_read_with_the_place_of_each_field():
    file = read(WHOLE)
    assert file.findings == ()
    assert file.path == PATH
    assert list(file.fields) == [*AUTHORED_FIELDS, "tags", "annotations"]
    assert file.fields["owner"] == Authored("@memory-team", Position(PATH, 2, 1))
    assert file.fields["contracts"] == Authored(["memory.fold@v2", "contracts/api/fold.yaml"], Position(PATH, 5, 1))
    assert file.fields["capabilities"].value == [
        {
            "name": "fold",
            "type": "storage",
            "description": "Folds a memory.\nTwice.\n",
            "interfaces": ["FoldStore", "fold"],
        },
        {"name": "unfold"},
    ]
    assert file.fields["annotations"] == Authored({"ratio": 0.25, "none": None}, Position(PATH, 20, 1))


@pytest.mark.parametrize("data", [b"", b"# nothing yet\n", b"{}\n"])
def test_an_empty_file_says_nothing(data):
    assert read(data) == AuthoredFile(PATH, {})


@pytest.mark.parametrize(
    ("line", "column", "message", "fix"),
    [
        ("owner: 3", 1, "`owner` must be text, is 3", 'quote it to make it text: "3"'),
        ("owner: [a]", 1, "`owner` must be text, is an array of 1", "write one text"),
        ('owner: ""', 1, "`owner` is empty", "write a value, or delete the line"),
        ('owner: "  "', 1, "`owner` is empty", "write a value, or delete the line"),
        ("owner:", 1, "`owner` has no value", "write one, or delete the line"),
        ('owner: " @team"', 1, '`owner` starts or ends with a space: " @team"', "remove the space"),
        (
            'owner: "@team\\e[31m"',
            1,
            '`owner` holds a control or invisible character: "@team\\x1b[31m"',
            "write it on one line, visibly",
        ),
        (
            'owner: "@a\\n@b"',
            1,
            '`owner` holds a control or invisible character: "@a\\n@b"',
            "write it on one line, visibly",
        ),
        (
            'owner: "@a\\u202e"',
            1,
            '`owner` holds a control or invisible character: "@a\\u202e"',
            "write it on one line, visibly",
        ),
        (
            "tier: T1",
            1,
            '`tier` must be one of T1_critical, T2_important, T3_standard, T4_experimental, is "T1"',
            "did you mean T1_critical?",
        ),
        (
            "tier: 1",
            1,
            "`tier` must be one of T1_critical, T2_important, T3_standard, T4_experimental, is 1",
            "write one of the four",
        ),
        ("lane: true", 1, "`lane` must be text, is true", 'quote it to make it text: "true"'),
        ("node: {a: 1}", 1, "`node` must be text, is an object", "write one text"),
        ("contracts: a@v1", 1, '`contracts` must be a list, is "a@v1"', 'write it as a list: ["a@v1"]'),
        ("contracts: [a@v1, 3]", 19, "`contracts` must be text, is 3", 'quote it to make it text: "3"'),
        ("contracts: [a@v1, a@v1]", 19, '`contracts` lists "a@v1" twice', "keep one of the two"),
        ("stars: []", 1, "`stars` lists no star", "name one, or delete the field to let the rules decide"),
        ("stars: Trail", 1, '`stars` must be a list, is "Trail"', 'write it as a list: ["Trail"]'),
        (
            'description: "\\0"',
            1,
            '`description` holds a control or invisible character: "\\x00"',
            "remove it",
        ),
        ("description: 1", 1, "`description` must be text, is 1", 'quote it to make it text: "1"'),
        (
            "capabilities: fold",
            1,
            '`capabilities` must be a list, is "fold"',
            "write each capability as `- name: ...`",
        ),
        (
            "capabilities: [fold]",
            16,
            '`capabilities` must hold objects with a name, not "fold"',
            'write it as `- name: "fold"`',
        ),
        (
            "capabilities: [{type: x}]",
            16,
            "`capabilities` has a capability without `name`",
            "give it a `name`",
        ),
        (
            "capabilities: [{name: x, type: 3}]",
            26,
            "`capabilities` `type` must be text, is 3",
            'quote it to make it text: "3"',
        ),
        (
            "capabilities: [{name: x, interfaces: [1]}]",
            39,
            "`capabilities` `interfaces` must be text, is 1",
            'quote it to make it text: "1"',
        ),
        ("capabilities: [{name: x}, {name: X}]", 28, '`capabilities` names "X" twice', "keep one of the two"),
        (
            "tags: 0.123456",
            1,
            "`tags` cannot be carried: 0.123456 needs more than 4 decimals",
            "write it as text, in double quotes",
        ),
        (
            "tags: [1, {a: 0.00001}]",
            12,
            "`tags` cannot be carried: 1e-05 needs more than 4 decimals",
            "write it as text, in double quotes",
        ),
    ],
)
def test_a_wrong_value_is_told_and_only_its_field_is_dropped(line, column, message, fix):
    before = "node: x\n" if not line.startswith("node") else "lane: x\n"
    file = read(f"{before}{line}\n")
    assert [(found.code, found.line, found.column) for found in file.findings] == [("AG205", 2, column)]
    assert (file.findings[0].message, file.findings[0].fix) == (message, fix)
    assert file.findings[0].path == PATH
    assert list(file.fields) == [before[:4]]


def test_an_unknown_field_is_told_with_the_nearest_known_one():
    file = read("ownr: x\ntier: T2_important\nlinkz: []\n")
    assert told(file) == [("AG204", 1, 1), ("AG204", 3, 1)]
    assert [found.fix for found in file.findings] == ["did you mean `owner`?", "did you mean `links`?"]
    assert list(file.fields) == ["tier"]


def test_an_unknown_field_like_none_is_told_with_all_that_are_known():
    [found] = read("zzzzzz: x\n").findings
    assert found.fix == (
        "remove it, or allow it in the manifest schema; known are `owner`, `tier`, `lane`, `contracts`, "
        "`capabilities`, `node`, `stars`, `description`, `annotations`, `links`, `tags`"
    )


def test_an_unknown_key_of_a_capability_is_told():
    file = read("capabilities:\n  - name: x\n    interface: [call]\n")
    assert told(file) == [("AG204", 3, 5)]
    assert file.findings[0].fix == "did you mean `interfaces`?"
    assert file.fields == {}


def test_a_file_that_authors_a_generated_field_is_rejected_with_the_ways_out():
    file = read("owner: x\nexports: {classes: []}\nconfidence: 0.9\n")
    assert told(file) == [("AG207", 2, 1), ("AG207", 3, 1)]
    assert file.findings[0].message == "`exports` is a generated field: read from the package's source"
    assert "delete it here" in file.findings[0].fix
    assert "[tool.astrograph.manifest]" in file.findings[0].fix
    assert file.fields == {}


@pytest.mark.parametrize(
    ("text", "line", "column", "kind"),
    [("- owner: x\n", 1, 1, "an array of 1"), ("just text\n", 1, 1, '"just text"'), ("\n\n3\n", 3, 1, "3")],
)
def test_a_file_that_holds_no_fields_is_told(text, line, column, kind):
    file = read(text)
    assert told(file) == [("AG205", line, column)]
    assert kind in file.findings[0].message
    assert file.fields == {}


@pytest.mark.parametrize("data", [b"owner: @team\n", b"a: [\n", b"\xff\xfe", b"owner: x\n\x00"])
def test_a_file_that_is_no_yaml_has_no_fields(data):
    file = read(data)
    assert [found.code for found in file.findings] == ["AG201"]
    assert file.fields == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("owner: a\nlane: x\nowner: b\n", "AG202"),
        ("owner: &o a\nlane: x\n", "AG203"),
        ("owner: *o\nlane: x\n", "AG203"),
        ("owner: !!str a\nlane: x\n", "AG203"),
        ("owner: no\nlane: x\n", "AG206"),
        ("owner: 2024-01-01\nlane: x\n", "AG206"),
        ("contracts: [a@v1, 1e3]\nlane: x\n", "AG206"),
        ("tier: ~\nlane: x\n", "AG206"),
        ("tags: {deep: [{er: 010}]}\nlane: x\n", "AG206"),
        ("tags: {a: 1, a: 2}\nlane: x\n", "AG202"),
    ],
)
def test_a_field_whose_value_is_not_certain_is_dropped_and_told_once(text, code):
    file = read(text)
    codes = {found.code for found in file.findings}
    assert code in codes
    assert len(file.findings) == 1 or codes == {"AG203", "AG205"}
    assert list(file.fields) == ["lane"]


def test_nothing_is_certain_in_a_file_with_a_merge_key():
    file = read("<<: {owner: x}\nlane: x\n")
    assert [found.code for found in file.findings] == ["AG203"]
    assert file.fields == {}


def test_findings_are_sorted_and_cut_with_their_number():
    file = read("".join(f"unknown{i}: x\n" for i in range(MAX_FINDINGS + 1500)))
    assert len(file.findings) == MAX_FINDINGS + 1
    assert [found.line for found in file.findings[:MAX_FINDINGS]] == list(range(1, MAX_FINDINGS + 1))
    assert file.findings[-1].message == "and 1,500 more problems in this file"


def test_names_from_a_file_are_safe_in_messages():
    for found in read('"own\\e[31mer": x\n"\\u202e": y\n').findings:
        assert "\x1b" not in found.message
        assert "\u202e" not in found.message


def test_the_nearest_file_wins_field_by_field():
    outer = read("owner: '@all'\ntier: T3_standard\nlane: labs\ntags: [a]\n", "manifests_src/_defaults.yaml")
    inner = read("owner: '@memory'\nbroken: 1\n", "manifests_src/memory/_defaults.yaml")
    own = read("tier: T1_critical\ncontracts: []\n")
    facts = merge([outer, inner, own])
    assert facts.fields == {
        "owner": Authored("@memory", Position("manifests_src/memory/_defaults.yaml", 1, 1)),
        "tier": Authored("T1_critical", Position(PATH, 1, 1)),
        "lane": Authored("labs", Position("manifests_src/_defaults.yaml", 3, 1)),
        "tags": Authored(["a"], Position("manifests_src/_defaults.yaml", 4, 1)),
        "contracts": Authored([], Position(PATH, 2, 1)),
    }
    assert facts.findings == inner.findings
    assert facts.text("owner") == "@memory"


def test_an_invalid_field_does_not_hide_the_inherited_one():
    facts = merge([read("tier: T3_standard\n", "manifests_src/_defaults.yaml"), read("tier: T9\n")])
    assert facts.text("tier") == "T3_standard"
    assert [found.code for found in facts.findings] == ["AG205"]


def test_nothing_is_authored_where_there_is_no_file():
    assert merge([]).fields == {}


def test_the_modeline_names_the_schema_to_editors():
    assert modeline("../../schemas/authored.schema.json") == (
        "# yaml-language-server: $schema=../../schemas/authored.schema.json"
    )
    assert modeline("a b\n.json") == "# yaml-language-server: $schema=a%20b%0A.json"
    assert read(modeline("x.json") + "\nowner: x\n").fields.keys() == {"owner"}


def test_unpack_undoes_pack():
    for file in (read(WHOLE), read(b"\xff"), read("ownr: x\ntier: T1\nlane: y\n"), read("")):
        assert unpack(pack(file)) == file


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"path": 1, "fields": {}, "findings": []}',
        b'{"path": "x", "fields": [], "findings": []}',
        b'{"path": "x", "fields": {"owner": 1}, "findings": []}',
        b'{"path": "x", "fields": {"owner": ["v", "p", 1]}, "findings": []}',
        b'{"path": "x", "fields": {"owner": ["v", "p", 1, "c"]}, "findings": []}',
        b'{"path": "x", "fields": {}, "findings": [1]}',
        b'{"path": "x", "fields": {}, "findings": [{}]}',
        b'{"path": "x", "fields": {}, "findings": [{"code": "AG204", "severity": "worse"}]}',
        pack(AuthoredFile(PATH, {}))[:-5],
    ],
)
def test_a_malformed_record_is_a_value_error(record):
    with pytest.raises(ValueError, match="not the record"):
        unpack(record)


FIELD_NAMES = st.sampled_from([*AUTHORED_FIELDS, "tags", "exports", "ownr", "capabilities", "contracts"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=5)
    | st.sampled_from(["T1_critical", "name", "@team", "no", "\x1b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "type", "interfaces", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.binary(max_size=80)
    | st.dictionaries(FIELD_NAMES, VALUES, max_size=4).map(lambda said: json.dumps(said).encode())
    | st.text("ownertirsg:-[]{}&*!'\"@ \n\t<~0", max_size=60).map(str.encode)
)
@example(b"owner: \xed\xa0\x80")
@example(b"? [owner]\n: x\n")
def test_whatever_the_bytes_there_is_an_answer_that_can_be_kept_and_written(data):
    file = read(data)
    assert all(found.code in CODES for found in file.findings)
    assert all(found.line >= 1 and found.column >= 1 for found in file.findings)
    assert file.fields.keys() <= {*AUTHORED_FIELDS, *CARRIED}
    assert encode({name: said.value for name, said in file.fields.items()})
    assert unpack(pack(file)) == file

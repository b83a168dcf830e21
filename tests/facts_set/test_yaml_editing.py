"""An edit of one field: the file reads back to exactly the wanted value, and every other byte is as it was."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astrograph.errors import DecodeError
from astrograph.formats import strict_yaml
from astrograph.formats.yaml_editing import set_field, unset_field

WORD = st.text(alphabet="abcdefgxyz é✦_", min_size=1, max_size=8).map(str.strip).filter(bool)
UGLY = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["no", "1e3", "012", "@team", "a: b", "a #b", "- x", "two\nlines\n", " space ", "x" * 300]),
)
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.integers(-999, 999).map(lambda n: n / 8), UGLY
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(UGLY, inner, max_size=3)),
    max_leaves=6,
)
COMMENT = st.sampled_from(["", "", "  # why: tabs\there, `\"` and 'x'", " #"])
BETWEEN = st.sampled_from(["", "", "\n", "# on its own: a, b\n", "\n#\ttab\n\n"])


@st.composite
def member(draw, name: str, *, last: bool = False) -> str:
    """One member in one of the ways people write it, with comments, as lines."""
    comment = draw(COMMENT)
    word = draw(WORD)
    styles = [
        f"{name}: {json.dumps(word, ensure_ascii=False)}{comment}\n",
        f"{name}:   '{word}'{comment}\n",
        f"{name} : {word}{comment}\n" if word not in "yn" else f"{name}:{comment}\n",
        f"{name}:{comment}\n",
        f"{name}: [a, 'b',  # first\n   c]{comment}\n",
        f"{name}: {{a: 1,  b: [x]}}{comment}\n",
        f"{name}:{comment}\n  - one  # 1\n# odd\n  - two\n",
        f"{name}:\n- one\n-   'two'\n\n- a: 1\n  b: 2\n",
        f"{name}:{comment}\n  a: 1\n  b:\n    - c   # c\n",
        f"{name}: |{comment}\n  text: x  \n\n  # no comment\n",
        f"{name}: >-\n    folded\n    text\n\n",
        f"{name}:\n  {json.dumps(word, ensure_ascii=False)}{comment}\n",
        f"{name}: one\n  two{comment}\n",
        f'? {name}\n: "x"{comment}\n',
        f'"{name}": x y{comment}\n',
    ]
    if not last:
        styles.append(f"{name}: |+\n  kept\n\n\n")
    return draw(st.sampled_from(styles))


@st.composite
def ugly_file(draw) -> tuple[list[str], int]:
    """The pieces of a file, and which of them is the member `owner` (-1: there is none)."""
    names = draw(st.permutations(["owner", "tier", "note", "tags"]))[: draw(st.integers(1, 4))]
    pieces = [draw(st.sampled_from(["", "# yaml-language-server: $schema=x\n", "---\n", "# a\n\n"]))]
    at = -1
    for i, name in enumerate(names):
        pieces.append(draw(BETWEEN))
        at = len(pieces) if name == "owner" else at
        pieces.append(draw(member(name, last=i == len(names) - 1)))
    pieces.append(draw(st.sampled_from(["", "# the end\n", "\n\n"])))
    return pieces, at


@st.composite
def ugly_bytes(draw) -> tuple[bytes, bytes, bytes]:
    """A file as what stands before the member `owner`, the member, and what stands behind it."""
    pieces, at = draw(ugly_file())
    at = at if at >= 0 else len(pieces)
    parts = ["".join(pieces[:at]), "".join(pieces[at : at + 1]), "".join(pieces[at + 1 :])]
    if draw(st.booleans()):
        parts = [part.replace("\n", "\r\n") for part in parts]
    encoded = [part.encode() for part in parts]
    if draw(st.booleans()):
        encoded[0] = b"\xef\xbb\xbf" + encoded[0]
    if draw(st.booleans()) and not encoded[2]:
        encoded = [encoded[0], encoded[1].rstrip(b"\r\n"), b""]
    return encoded[0], encoded[1], encoded[2]


def fields(data: bytes) -> dict[str, object]:
    document = strict_yaml.decode(data)
    assert isinstance(document.value, dict | None), document.problems
    return document.value or {}


def same(one: object, other: object) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def is_inserted(before: bytes, after: bytes) -> bool:
    """Whether `after` is `before` with something put in at one place."""
    common = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return after.endswith(before[common:]) and len(after) >= len(before)


@settings(max_examples=400, deadline=None)
@given(ugly_bytes(), VALUE)
@example((b"", b"", b"note: |\n  no line end"), "x")
@example((b"", b"", b"note: |+\n  kept\n\n"), "x")
def test_a_field_that_is_set_reads_back_and_nothing_else_moves(file: tuple[bytes, bytes, bytes], value: object) -> None:
    before = b"".join(file)
    after = set_field(before, "owner", value)
    assert same(fields(after), {**fields(before), "owner": value})
    if same(fields(before), fields(after)):
        assert after == before
    elif file[1]:
        assert after.startswith(file[0])
        assert after.endswith(file[2])
    else:
        assert is_inserted(before, after)


@settings(max_examples=300, deadline=None)
@given(ugly_bytes())
@example((b"tier: |+\n  kept\n\n\n", b'owner: "_"\n', b"\n\n"))
def test_a_field_that_is_unset_is_gone_and_nothing_else_moves(file: tuple[bytes, bytes, bytes]) -> None:
    before = b"".join(file)
    after = unset_field(before, "owner")
    expected = fields(before)
    expected.pop("owner", None)
    assert same(fields(after), expected)
    if file[1]:
        assert after.startswith(file[0].rstrip(b"\r\n"))
        assert after.endswith(file[2])
    else:
        assert after == before


@settings(max_examples=200, deadline=None)
@given(ugly_bytes(), VALUE)
def test_setting_what_is_there_changes_no_byte(file: tuple[bytes, bytes, bytes], value: object) -> None:
    once = set_field(b"".join(file), "owner", value)
    assert set_field(once, "owner", value) == once


# ── what people see ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ('owner: "@a"   # why\n', "@b", 'owner: "@b"   # why\n'),
        ("owner: a\r\ntier: x\r\n", "b", "owner: b\r\ntier: x\r\n"),
        ("owner:   # nobody yet\n", "b", "owner: b   # nobody yet\n"),
        ("owner: |  # long\n  a\n  b\n\ntier: x\n", "b", "owner: b  # long\n\ntier: x\n"),
        ("owner:   # those\n  # kept\n  - a\n", "b", "owner: b   # those\n  # kept\n"),
        ("tier: x\n# end", "b", "tier: x\nowner: b\n# end"),
        ("tier: x", "b", "tier: x\nowner: b"),
        ("# only\n", "b", "# only\nowner: b\n"),
        ("", "b", "owner: b\n"),
        ("{tier: x, }\n", "b", "{tier: x, owner: b, }\n"),
        ("{}\n", "b", "{owner: b}\n"),
        ("---\ntier: x\n...\n", "b", "---\ntier: x\nowner: b\n...\n"),
        ("  tier: x\n  lane: y\n", "b", "  tier: x\n  lane: y\n  owner: b\n"),
        ("owner: [a, b] # c\n", ["a"], "owner: [a] # c\n"),
        ("owner:\n- a # 1\n# two\n- b # 2\n", ["a", "x", "b"], "owner:\n- a # 1\n# two\n- x\n- b # 2\n"),
        ("owner:\n  - a # 1\n  - b # 2\n  - c # 3\n", ["a", "c"], "owner:\n  - a # 1\n  - c # 3\n"),
        ("owner:\n  - a # 1\nx: 1\n", ["a", "b"], "owner:\n  - a # 1\n  - b\nx: 1\n"),
        ("owner:\n  - a", ["a", "b"], "owner:\n  - a\n  - b"),
        ("owner: a\nnote: &n x\n", "b", "owner: b\nnote: &n x\n"),
    ],
)
def test_an_edit_is_the_one_a_person_would_make(before: str, value: object, after: str) -> None:
    assert set_field(before.encode(), "owner", value).decode() == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# a\nowner: x # c\ntier: y\n", "# a\ntier: y\n"),
        ("tier: y\nowner:\n  - a\n  - b\n# end\n", "tier: y\n# end\n"),
        ("{owner: a, tier: b}", "{tier: b}"),
        ("{tier: b, owner: a}", "{tier: b}"),
        ("{owner: a}", "{}"),
        ("owner: a", ""),
        ("tier: y\n", "tier: y\n"),
    ],
)
def test_a_removal_takes_the_field_and_its_lines(before: str, after: str) -> None:
    assert unset_field(before.encode(), "owner").decode() == after


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"owner: a\nowner: b\n", "already on line 1"),
        (b"owner: [a\n", "not valid YAML"),
        (b"- a\n", "does not hold fields"),
        (b"just text\n", "does not hold fields"),
        (b"owner: a\n---\nowner: b\n", "more than one document"),
        (b"owner: \xff\n", "not valid UTF-8"),
        (b"owner: &o a\nnote: *o\n", "cannot be told apart"),
        (b"#" * 2_000_000, "larger than"),
    ],
    ids=["twice", "syntax", "list", "text", "two documents", "encoding", "anchor in use", "size"],
)
def test_a_file_of_which_nothing_is_certain_is_refused(data: bytes, part: str) -> None:
    with pytest.raises(DecodeError) as caught:
        set_field(data, "owner", "new")
    assert part in str(caught.value)


def test_a_value_that_yaml_cannot_hold_exactly_is_refused() -> None:
    for value in ("\ud800", 2**60, 1e300):
        with pytest.raises(DecodeError):
            set_field(b"tier: x\n", "owner", value)

"""Entries are added to TOML as whole lines; every other byte stays, or the file is refused."""

import tomllib

import pytest

from astrograph.errors import DecodeError
from astrograph.formats.toml_editing import add_entries, missing_entries, table_of, tables_of

WANTED = {("tool", "x"): {"a": "1", "b": ["ü", "2"]}, ("tool", "x", "y"): {"c": "3"}}
ADDED = 'a = "1"\nb = ["ü", "2"]\n'
INNER = '\n[tool.x.y]\nc = "3"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"[tool.x]\n{ADDED}{INNER}"),
        ("k = 1", f"k = 1\n\n[tool.x]\n{ADDED}{INNER}"),
        ("k = nan  # why\n\n", f"k = nan  # why\n\n\n[tool.x]\n{ADDED}{INNER}"),
        ("[tool.x]\nk = 1\n", f"[tool.x]\n{ADDED}k = 1\n{INNER}"),
        ("[tool.x]", f"[tool.x]\n{ADDED}{INNER}"),
        ("[ tool . 'x' ] # why\nk = 1\n[z]\n", f"[ tool . 'x' ] # why\n{ADDED}k = 1\n[z]\n{INNER}"),
        ("[tool.x.z]\nk = 1\n", f"[tool.x.z]\nk = 1\n\n[tool.x]\n{ADDED}{INNER}"),
        ('s = """\n[tool.x]\n"""\n[tool.x]\n', f's = """\n[tool.x]\n"""\n[tool.x]\n{ADDED}{INNER}'),
        ('[tool.x]\na = "1"\n[tool.x.y]\n', '[tool.x]\nb = ["ü", "2"]\na = "1"\n[tool.x.y]\nc = "3"\n'),
        ("[tool.x]\r\nk = 1\r\n", f"[tool.x]\n{ADDED}k = 1\n{INNER}".replace("\n", "\r\n")),
    ],
)
def test_entries_are_added_and_all_else_stays(before: str, after: str) -> None:
    missing = missing_entries(tomllib.loads(before), WANTED)
    edited = add_entries(before, missing)

    assert edited == after
    assert tables_of(table_of(tomllib.loads(edited), ("tool", "x"))).items() >= {("y",): {"c": "3"}}.items()  # type: ignore[arg-type]
    assert missing_entries(tomllib.loads(edited), WANTED) == {}
    assert add_entries(edited, {}) == edited


@pytest.mark.parametrize(
    "before",
    [
        "[tool]\nx = {k = 1}\n",
        "[tool]\nx.k = 1\n",
        "tool.x.k = 1\n",
        "[tool]\nx = 3\n",
        "tool = 3\n",
        "[[tool.x]]\nk = 1\n",
        "[tool.x]\ny = {}\n",
    ],
)
def test_what_cannot_be_extended_by_lines_is_refused_with_the_lines_to_add(before: str) -> None:
    with pytest.raises(DecodeError, match="cannot be extended") as caught:
        add_entries(before, missing_entries(tomllib.loads(before), WANTED))
    assert INNER.strip() in caught.value.hint

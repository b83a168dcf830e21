"""Text from source and YAML in tables and pages: it stays text, whatever it says."""

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Workspace

from astrograph.audit.registry import Artifact
from astrograph.formats.csv_text import cell, decode, encode
from astrograph.formats.markdown import bar, code, escape, link, table
from astrograph.formats.text import is_safe

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

HOSTILE = [
    '=HYPERLINK("http://evil";"x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1+1",
    "a,b",
    'say "hi"',
    "two\nlines",
    "a | b",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](http://evil/x.png)",
    "`code` ``more``",
    "*bold* _it_ ~~gone~~ $x$",
    "&lt;b&gt; &amp;",
    "\x1b[31mred\x1b[0m",
    "\u202eevil",
    "# heading",
    "a\\|b\\",
    "]()",
    "http://evil.example/x www.evil.example",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_is_no_formula_and_one_line(text: str) -> None:
    data = encode(("a", "b"), [(text, "end")])
    header, row = list(csv.reader(data.decode().splitlines(keepends=True), strict=True))

    assert (header, row[1]) == (["a", "b"], "end")
    assert not row[0].lstrip(" ").startswith(_FORMULA)
    assert data.count(b"\r\n") == 2
    assert is_safe(row[0])


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2)))
def test_tables_read_back_row_by_row(rows: list[list[str]]) -> None:
    data = encode(("x", "y"), rows)

    assert len(decode(data)) == len(rows) + 1
    for cells in decode(data):
        assert len(cells) == 2
        assert not any(text.lstrip(" ").startswith(_FORMULA) for text in cells)


@given(st.text(alphabet=st.characters(codec="ascii", min_codepoint=32, max_codepoint=126)))
def test_harmless_cells_are_themselves(text: str) -> None:
    (read,) = decode(encode((text,), []))

    assert read in ([text], [f"'{text}"], [])
    if text and not text.lstrip(" ").startswith(_FORMULA):
        assert read == [text]
    assert cell("memory/fold") == "memory/fold"


def unescaped(text: str, marks: str) -> list[str]:
    """The characters among `marks` that no backslash takes their meaning from."""
    return re.findall(rf"(?<!\\)(?:\\\\)*([{re.escape(marks)}])", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_holds_no_markup_and_no_html(text: str) -> None:
    shown = escape(text)

    assert unescaped(shown, "`*_{}[]~$") == []
    assert not set("<>|\n\r") & set(shown)
    assert is_safe(shown)
    assert "://" not in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_the_type_of_code_holds_no_markup_and_no_html(text: str) -> None:
    shown = code(text)
    inside = shown[1:-1] if shown.startswith("`") else shown.removeprefix("<code>").removesuffix("</code>")

    assert not set("<>|`\n\r") & set(inside)
    assert shown.startswith("`") or re.fullmatch(r"(?:[0-9A-Za-z\x80-\U0010ffff]|&#\d+;)*", inside)
    assert is_safe(shown)


def test_a_link_leads_where_it_says_whatever_is_in_the_path() -> None:
    assert link("x", "../a b/(c)/é#L3") == "[x](../a%20b/%28c%29/%C3%A9#L3)"


def test_a_table_has_as_many_bars_in_each_row_as_columns() -> None:
    shown = table(("a", "b"), [(escape("1 | 2"), code("x|y"))], right=(1,))

    assert [line.count("|") for line in shown.splitlines()] == [3, 3, 3]
    assert (bar(0.5, width=4), bar(2.0, width=2), bar(-1.0, width=2)) == ("██░░", "██", "░░")


def test_what_people_and_source_say_reaches_pages_and_tables_as_text(ws: Workspace) -> None:
    owner = "=cmd|' /C calc'!A0 <script>x</script> | `y` **z**"
    ws.package("memory/fold", "import core.types\n")
    ws.package("core/types", "import memory.fold\n")
    ws.author("memory/fold", f'owner: "{owner}"\nnode: dream\ncapabilities:\n  - name: memory_work\n    type: t\n')
    ws.run()

    report = ws.path(f"build/audit/{Artifact.REPORT}").read_text()
    table_of = ws.path(f"build/audit/{Artifact.SUGGESTIONS}").read_bytes()

    assert "memory/fold" in report
    for page in (report, ws.path(f"build/audit/{Artifact.CONSTELLATION}").read_text()):
        assert "<script" not in page
        assert "**z**" not in page
    for row in decode(table_of)[1:]:
        assert not any(text.startswith(_FORMULA) for text in row)

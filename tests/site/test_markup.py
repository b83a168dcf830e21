"""Text from source or YAML becomes markup in one place, and cannot get out of it."""

import html
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.audit.site.markup import Markup, escape, script_data, tag

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "]]>",
    "&lt;script&gt;",
    "javascript:alert(1)",
    "\u2028\u2029",
    "\u202egnp.exe",
    "\x00\x1b[31m\x9b",
    "\ud800",
    "</title></style></textarea><svg onload=alert(1)>",
)


class _Reader(HTMLParser):
    """What a parser makes of a piece of HTML: its tags, their attributes and its text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.values: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_text_in_one_element(text: str) -> None:
    read = _Reader(tag("p", text, title=text))

    assert read.tags == ["p"]
    assert read.values == [read.text]
    assert read.text == html.unescape(escape(text))


@given(st.text())
def test_any_text_comes_back_as_it_was_or_visibly_escaped(text: str) -> None:
    read = _Reader(tag("p", text, class_=text))

    assert read.tags == ["p"]
    assert read.text == html.unescape(str(escape(text)))
    if text.isprintable() and text.isascii():
        assert read.text == text


def test_marks_that_reorder_or_hide_text_are_shown() -> None:
    assert escape("a\u202eb\x1b[0m\u2028") == "a\\u202eb\\x1b[0m\\u2028"


def test_markup_is_not_escaped_twice() -> None:
    assert tag("p", tag("b", "<"), Markup("&amp;")) == "<p><b>&lt;</b>&amp;</p>"


def test_an_attribute_that_is_none_is_left_out() -> None:
    assert tag("a", "x", href="y", title=None, aria_label="z") == '<a href="y" aria-label="z">x</a>'


@pytest.mark.parametrize("text", HOSTILE)
def test_data_for_scripts_is_ascii_that_no_parser_stumbles_over(text: str) -> None:
    data = script_data("DATA", [("names", [text]), (text, 1)])
    document = json.loads(data.removeprefix(b"window.DATA=").removesuffix(b";\n"))

    assert data.isascii()
    assert b"<" not in data
    assert document == {"names": [text], text: 1}

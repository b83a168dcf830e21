"""Setting and removing one field of a YAML file, every other byte as it was. Bytes in, bytes out.

An edit is a replacement of characters at the places libyaml names, never a rewriting of the document: comments, order,
quotes, indentation, line ends and a byte order mark stay. Each result is read back, and counts only when the
field has exactly the wanted value, every other field its old one, and nothing is wrong that was not wrong before.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from astrograph.errors import DecodeError
from astrograph.formats import pointer, strict_yaml
from astrograph.formats.text import quoted
from astrograph.formats.yaml_values import YamlDocument
from astrograph.formats.yaml_writer import flow, members

if TYPE_CHECKING:
    from astrograph.formats.yaml_layout import Layout, Member, Node

_MARK = b"\xef\xbb\xbf"
_BREAK = re.compile(r"\r\n|\r|\n")
_HEADER = re.compile(r"[|>][-+0-9]*")
_BY_HAND = "edit the file by hand"

_ABSENT = object()


class _Change(NamedTuple):
    """The characters from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


_Changes = tuple[_Change, ...]


def set_field(data: bytes, name: str, value: object) -> bytes:
    """The file with the top-level field `name` holding the JSON value `value`, added at the end where it is missing.

    Raises DecodeError when the file is beyond the accepted subset, says a field twice, or is written in a way in
    which the field cannot be told apart from the rest.
    """
    return _edited(data, name, value)


def unset_field(data: bytes, name: str) -> bytes:
    """The file without the top-level field `name`, the same bytes when it has none. Raises DecodeError too."""
    return _edited(data, name, _ABSENT)


def _edited(data: bytes, name: str, value: object) -> bytes:
    before = strict_yaml.decode(data)
    _refuse_doubtful(before, name)
    fields = before.value if isinstance(before.value, dict) else {}
    wanted = {key: each for key, each in fields.items() if key != name}
    if value is not _ABSENT:
        wanted[name] = value
    if _same(fields, wanted):
        return data
    mark = _MARK if data.startswith(_MARK) else b""
    text = data.removeprefix(mark).decode()
    for changes in _ways(text, name, value):
        edited = _applied(text, changes)
        after = mark + edited.encode()
        if _is_right(before, strict_yaml.decode(after), wanted) and not _leaves_dangling(text, edited):
            return after
    raise DecodeError(
        f"{quoted(name)} cannot be told apart from the rest of the file", fields=_place(before, name), hint=_BY_HAND
    )


def _refuse_doubtful(document: YamlDocument, name: str) -> None:
    """Refuse a file of which it is not certain what it says."""
    at = "/" + pointer.escape(name)
    if document.value is None and document.problems:
        first = document.problems[0]
        raise DecodeError(first.message, line=first.line, column=first.column, hint=first.fix)
    if not isinstance(document.value, dict | None) or "" in document.doubtful:
        raise DecodeError("the file does not hold fields, or more than one document", hint=_BY_HAND)
    for problem in document.problems:
        if problem.code == "AG202" and at in document.doubtful:
            raise DecodeError(problem.message, line=problem.line, column=problem.column, hint=problem.fix)


def _place(document: YamlDocument, name: str) -> tuple[tuple[str, str], ...]:
    at = document.positions.get("/" + pointer.escape(name))
    return () if at is None else (("at line", str(at[0])),)


def _same(one: object, other: object) -> bool:
    """Whether two JSON values are the same, types and all: 1 is neither 1.0 nor true."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _is_right(before: YamlDocument, after: YamlDocument, wanted: dict[str, object]) -> bool:
    new = Counter(problem.code for problem in after.problems) - Counter(problem.code for problem in before.problems)
    return not new and _same(after.value or {}, wanted)


def _leaves_dangling(text: str, edited: str) -> bool:
    """Whether an edit took away an anchor that is referred to: other readers than ours would refuse the file."""
    from astrograph.formats.yaml_layout import dangling_aliases

    return "&" in text and not dangling_aliases(edited) <= dangling_aliases(text)


def _applied(text: str, changes: _Changes) -> str:
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _ways(text: str, name: str, value: object) -> Iterator[_Changes]:
    """The ways to make the edit, the nicest first."""
    from astrograph.formats.yaml_layout import layout_of

    layout = layout_of(text)
    if layout is None:
        yield (_appended(text, len(text), members({name: value}, indent=0)),)
        return
    for i, each in enumerate(layout.members):
        if each.name == name:
            if value is not _ABSENT:
                yield from _replaced(text, each, value)
            elif layout.flow:
                yield from _dropped(text, layout, i)
            else:
                yield (_Change(_line_start(text, each.start), _next_line(text, each.value.end), ""),)
                yield (_Change(_line_start(text, each.start), each.value.kept_end, ""),)
                # Blank lines below it would become part of a text above it that keeps its blank lines.
                yield (_Change(_line_start(text, each.start), _past_blank_lines(text, each.value.kept_end), ""),)
            return
    yield from _added(text, layout, name, value)


def _past_blank_lines(text: str, at: int) -> int:
    at = _next_line(text, at) if at != _line_start(text, at) else at
    while at < len(text) and not text[at : (end := _next_line(text, at))].strip():
        at = end
    return at


def _added(text: str, layout: Layout, name: str, value: object) -> Iterator[_Changes]:
    if layout.flow:
        written = flow({name: value})[1:-1]
        at = layout.members[-1].value.end if layout.members else layout.start + 1
        yield (_Change(at, at, f", {written}" if layout.members else written),)
        return
    written = members({name: value}, indent=layout.start - _line_start(text, layout.start))
    yield (_appended(text, _next_line(text, layout.end), written),)
    # Blank lines may belong to the text above them.
    yield (_appended(text, layout.members[-1].value.kept_end, written),)
    first = _line_start(text, layout.start)
    yield (_Change(first, first, written.replace("\n", _newline(text))),)


def _appended(text: str, at: int, written: str) -> _Change:
    """Put lines at the start of a line, or behind a last line that does not end (and then still does not)."""
    newline = _newline(text)
    lines = written.replace("\n", newline)
    open_line = at > 0 and text[at - 1] not in "\r\n"
    return _Change(at, at, newline + lines.removesuffix(newline) if open_line else lines)


def _replaced(text: str, found: Member, value: object) -> Iterator[_Changes]:
    from astrograph.formats.yaml_layout import Shape

    node = found.value
    if node.shape is Shape.BLOCK_LIST and isinstance(value, list) and value:
        yield from _merged(text, node, value)
    written = flow(value)
    if node.shape is Shape.INLINE:
        yield (_Change(node.start, node.end, written),)
        return
    if node.shape is Shape.BLOCK_TEXT:
        header = _HEADER.search(text, node.start)
        assert header is not None
        below = _Change(_next_line(text, node.start), _next_line(text, node.end), "")
        yield (_Change(node.start, header.end(), written), below)
        yield (_Change(node.start, header.end(), written), below._replace(end=node.kept_end))
        return
    colon = text.find(":", found.key_end) + 1
    here = _Change(colon, colon, f" {written}")
    if node.shape is Shape.NOTHING:
        yield (here,)
    else:
        yield (here, _Change(_line_start(text, node.start), _next_line(text, node.end), ""))
        yield (here, _Change(_line_start(text, node.start), node.kept_end, ""))


def _merged(text: str, node: Node, value: list[object]) -> Iterator[_Changes]:
    """Change only the items of a block list that differ: those before and behind keep their lines and comments."""
    starts = [_dash(text, item.start) for item in node.items]
    indent = text[_line_start(text, node.start) : node.start]
    old = [strict_yaml.decode(text[item.start : item.end].encode()).value for item in node.items]
    head = _common(old, value)
    tail = _common(old[head:][::-1], value[head:][::-1])
    first = starts[head] if head < len(starts) else _next_line(text, node.end)
    last = starts[len(old) - tail] if tail else _next_line(text, node.end)
    lines = [f"{indent}- {flow(each)}\n" for each in value[head : len(value) - tail]]
    if head == len(starts):
        yield (_appended(text, first, "".join(lines)),)
        return
    newline = _newline(text)
    written = "".join(lines).replace("\n", newline)
    if last > 0 and last == len(text) and text[last - 1] not in "\r\n":
        written = written.removesuffix(newline)
    yield (_Change(first, last, written),)


def _common(one: list[object], other: list[object]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if not _same(mine, theirs):
            break
        count += 1
    return count


def _dash(text: str, item: int) -> int:
    """Where the line of an item begins: that of its dash, which may stand above its value."""
    return _line_start(text, text.rfind("-", 0, item))


def _dropped(text: str, layout: Layout, index: int) -> Iterator[_Changes]:
    """Remove a member of `{...}` with one comma."""
    found = layout.members[index]
    if index + 1 < len(layout.members):
        yield (_Change(found.start, layout.members[index + 1].start, ""),)
    elif index:
        yield (_Change(layout.members[index - 1].value.end, found.value.end, ""),)
    else:
        yield (_Change(found.start, found.value.end, ""),)
        comma = text.find(",", found.value.end)
        yield (_Change(found.start, comma + 1, ""),)


def _newline(text: str) -> str:
    """The line end of the file: that of its first line."""
    found = _BREAK.search(text)
    return "\n" if found is None else found.group()


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _next_line(text: str, at: int) -> int:
    found = _BREAK.search(text, at)
    return len(text) if found is None else found.end()

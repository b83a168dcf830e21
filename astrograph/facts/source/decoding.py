"""From the bytes of a file to UTF-8 with plain line feeds: encodings, byte order marks, null bytes.

Python reads UTF-8 unless a comment in the first two lines declares something else (PEP 263). Codecs come from
a closed list, because the running interpreter's own could be added to, or change, under our feet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from astrograph.model.facts import Problem

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

# The first line is tried before the second, and the second counts only below a blank or comment line.
_COOKIE = re.compile(rb"\A(?:[ \t\f]*(?:#[^\n]*)?\n)??[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")

_CODECS = {
    "utf8": "utf-8",
    "utf8sig": "utf-8",
    "u8": "utf-8",
    "utf": "utf-8",
    "ascii": "ascii",
    "usascii": "ascii",
    "latin1": "latin-1",
    "l1": "latin-1",
    "iso88591": "latin-1",
    "isolatin1": "latin-1",
    "latin2": "iso8859-2",
    "latin5": "iso8859-9",
    "latin9": "iso8859-15",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "macroman": "mac-roman",
    "gb2312": "gb2312",
    "euccn": "gb2312",
    "gbk": "gbk",
    "cp936": "gbk",
    "gb18030": "gb18030",
    "big5": "big5",
    "shiftjis": "shift_jis",
    "sjis": "shift_jis",
    "cp932": "cp932",
    "eucjp": "euc_jp",
    "iso2022jp": "iso2022_jp",
    "euckr": "euc_kr",
    "cp949": "cp949",
}
_CODECS |= {f"iso8859{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)}
_CODECS |= {f"{prefix}125{page}": f"cp125{page}" for prefix in ("cp", "windows") for page in range(9)}
_CODECS |= {f"cp{page}": f"cp{page}" for page in (437, 850, 852, 855, 858, 866)}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as the parser takes it: valid UTF-8, line feeds, no byte order mark, no null byte."""

    data: bytes
    problems: tuple[Problem, ...] = ()


def position(data: bytes, offset: int, *, codec: str = "utf-8") -> tuple[int, int]:
    """The line and the column, in characters and both from 1, of a byte offset in `data`."""
    start = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1, len(data[start:offset].decode(codec, "replace")) + 1


def decode(data: bytes) -> Decoded:
    """The text of a file, whatever its bytes; what cannot be read as declared is replaced, and told."""
    problems: list[Problem] = []
    marked = data.startswith(_UTF8_MARK)
    if marked:
        data = data[len(_UTF8_MARK) :]
    wide = next((codec for mark, codec in _WIDE_MARKS if data.startswith(mark)), None)
    if wide is not None:
        problems.append(Problem("encoding", f"the file is {wide.upper()}, which Python does not read", 1, 1))
        data = data.decode(wide, "replace").encode("utf-8", "replace")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in data:
        data = _without_nulls(data, problems)
    codec = "utf-8"
    if wide is None:
        codec = _declared(data, problems, marked=marked)
    if codec != "utf-8" or not data.isascii():
        data = _as_utf8(data, codec, problems)
    return Decoded(data, tuple(problems))


def _without_nulls(data: bytes, problems: list[Problem]) -> bytes:
    line, column = position(data, data.index(b"\0"))
    count = data.count(b"\0")
    held = "a null byte" if count == 1 else f"{count} null bytes"
    problems.append(Problem("null-byte", f"the file holds {held}; Python reads none of it", line, column))
    return data.replace(b"\0", b" ")


def _declared(data: bytes, problems: list[Problem], *, marked: bool) -> str:
    """The codec to read with, given the declaration in the first two lines, if there is one."""
    cookie = _COOKIE.match(data)
    if cookie is None:
        return "utf-8"
    name = cookie[1].decode("ascii", "replace")
    codec = _codec(name)
    if codec is not None and (codec == "utf-8" or not marked):
        return codec
    why = "is unknown" if codec is None else "contradicts the UTF-8 byte order mark"
    problems.append(Problem("encoding", f"the declared encoding {name[:40]} {why}", *position(data, cookie.start(1))))
    return "utf-8"


def _codec(name: str) -> str | None:
    key = name.lower().replace("_", "-")
    for family in ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1"):
        # Editors append their line-end convention: `utf-8-unix`.
        if key.startswith(family + "-"):
            key = family
    return _CODECS.get(re.sub(r"[^a-z0-9]", "", key))


def _as_utf8(data: bytes, codec: str, problems: list[Problem]) -> bytes:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} is not {codec.upper()}, the encoding of this file"
        problems.append(Problem("encoding", found, *position(data, error.start, codec=codec)))
        text = data.decode("utf-8" if codec == "ascii" else codec, "replace")
    return text.encode("utf-8", "replace")

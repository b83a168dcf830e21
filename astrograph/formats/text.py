"""Words for people: text made fit for one terminal line, near misses, and counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_UNFIT = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls, ESC among them
    "\u061c\u200b\u200e\u200f\u2028\u2029"  # invisible, or a line break to some
    "\u202a-\u202e\u2060-\u206f"  # bidirectional overrides and isolates
    "\ufeff\ufff9-\uffff\ufdd0-\ufdef"  # byte order mark, annotations, noncharacters
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e007f"  # tag characters
    "]"
)
"""What moves the cursor, hides, reorders or breaks a line. `str.isprintable` differs by interpreter."""

_COMMAND_MARK = r"#(?=#\w*\[)"
_COMMAND = re.compile(rf"(?P<space>^\s*):(?=:)|{_COMMAND_MARK}")
"""What makes the log of a CI job a command: `::name::` where a line begins, `##[name]` and `##vso[name]` anywhere."""

_UNFIT_IN_JSON = re.compile(f"{_UNFIT.pattern}|{_COMMAND_MARK}")

_SHORT_NAMES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

_WORD_BREAK = re.compile(r"[^0-9a-z]+")

_CUTOFF = 0.6
_SHORTLIST = 200
_LONGEST_WORD = 200


def safe(text: str) -> str:
    r"""Write every character that is unfit for one terminal line as an escape, ESC as `\x1b`.

    So is the first character of what a CI job would take for a command if the text began a line.
    """
    if not (text.isascii() and text.isprintable()):
        text = _UNFIT.sub(_escaped, text)
    return _COMMAND.sub(_disarmed, text) if "::" in text or "##" in text else text


def _disarmed(match: re.Match[str]) -> str:
    space = match["space"]
    return r"\x23" if space is None else rf"{space}\x3a"


def safe_json(document: str) -> str:
    r"""Write every character of a JSON text that is unfit for a terminal as JSON's own escape, U+009B as `\u009b`.

    So is what makes a command of a CI job. Line ends of the layout stay, and the value of the document is the same.
    """
    return _UNFIT_IN_JSON.sub(_escaped_in_json, document)


def _escaped_in_json(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\n":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def is_safe(text: str) -> bool:
    """Whether `safe` would leave the text as it is."""
    return _UNFIT.search(text) is None


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SHORT_NAMES:
        return _SHORT_NAMES[character]
    point = ord(character)
    if character <= "\xff":
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if character <= "\uffff" else f"\\U{point:08x}"


def quoted(name: str, *, limit: int = 80) -> str:
    """Put a name from outside into backticks, safe and cut to `limit` characters, for a message."""
    return f"`{_cut(name, limit)}`"


def shown(value: object, *, limit: int = 80) -> str:
    """Say what a JSON value is in a few words: `"text"`, `3`, `null`, `an array of 2`, `an object`."""
    words = f"a Python {type(value).__name__}"
    match value:
        case None:
            words = "null"
        case bool():
            words = "true" if value else "false"
        case str():
            words = f'"{_cut(value, limit)}"'
        case int() | float():
            words = _number(value, limit)
        case list() | tuple():
            words = f"an array of {len(value)}"
        case dict():
            words = "an object"
    return words


def _number(value: float, limit: int) -> str:
    if isinstance(value, int) and value.bit_length() > 4 * limit:
        return "a very large integer"
    return str(value)


def _cut(text: str, limit: int) -> str:
    shortened = safe(text[: limit + 1])
    return shortened if len(shortened) <= limit else shortened[: limit - 1] + "…"


def plural(n: int, word: str) -> str:
    """Give a count with its noun: `1 file`, `2,000 files`, `2 entries`, `3 matches`."""
    return f"{n:,} {word if n == 1 else _plural_of(word)}"


def _plural_of(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def did_you_mean(word: str, candidates: Iterable[str], n: int = 3) -> list[str]:
    """Find the candidates nearest to `word`, best first, at most `n`; the same in whatever order they come.

    Case is ignored. A path whose last segments are the word counts as near (`fold` finds `memory/fold`). Of
    many candidates only those that share the most letter pairs are measured: 100,000 of them stay
    affordable.
    """
    wanted = word[:_LONGEST_WORD].casefold()
    if not wanted:
        return []
    pool = _shortlist(wanted, set(candidates))
    scored = [(-score, name) for name in pool if (score := _nearness(wanted, name.casefold())) >= _CUTOFF]
    return [name for _, name in sorted(scored)[:n]]


def _shortlist(wanted: str, candidates: set[str]) -> list[str]:
    fitting = [name for name in candidates if len(name) <= 4 * len(wanted) + 20 or name.endswith(wanted)]
    fitting = [name for name in fitting if len(name) <= 4 * _LONGEST_WORD]
    if len(fitting) <= _SHORTLIST:
        return fitting
    padded = f" {wanted} "
    pairs = sorted({padded[i : i + 2] for i in range(len(padded) - 1)})

    def unlikeness(name: str) -> tuple[float, str]:
        shared = sum(map(f" {name.casefold()} ".__contains__, pairs))
        return (-shared / (len(pairs) + len(name)), name)

    from heapq import nsmallest

    return nsmallest(_SHORTLIST, fitting, key=unlikeness)


def _nearness(wanted: str, name: str) -> float:
    if wanted == name:
        return 2.0
    if name.endswith(("/" + wanted, "." + wanted)):
        return 1.0 + 1.0 / (1 + len(name))
    if len(wanted) > 1 and wanted in _WORD_BREAK.split(name):
        return 0.9
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, name, wanted, autojunk=False)
    if matcher.real_quick_ratio() < _CUTOFF or matcher.quick_ratio() < _CUTOFF:
        return 0.0
    return matcher.ratio()

"""Patterns: RE2 in linear time, else PCRE2 under a step limit, never a clock (SPEC section 3).

RE2 runs everything it can. What it lacks (look-around, back-references, atomic groups, recursion) runs on
PCRE2 with limits counted in steps, which are the same on every machine; just-in-time code counts
differently and is off. Beyond a limit there is an error, never "no match".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, Final

from astrograph.errors import PolicyError

MATCH_LIMIT: Final = 50_000
"""Backtracking steps PCRE2 may take from one start position."""

DEPTH_LIMIT: Final = 20_000
"""Nested backtracking points PCRE2 may hold."""

MAX_TEXT: Final = 4_096
"""Characters of text a PCRE2 pattern may see; with `MATCH_LIMIT` this bounds a whole search."""

MAX_PATTERN: Final = 10_000
"""Characters of one pattern."""

_HEAP_KIB: Final = 65_536
_MAX_GROUPS: Final = 100  # keeps a PCRE2 frame small, so that the depth limit is hit before the heap limit
_SET_MEMORY: Final = 64 << 20
_BEYOND_RE2: Final = (b"invalid perl operator: ", b"invalid escape sequence: ", b"bad repetition operator: ")
_SHOWN: Final = 80
_FIX: Final = "rewrite it without nested repetition, or without look-around so that it runs in linear time"


class PatternError(PolicyError):
    """A pattern neither engine accepts."""


class MatchLimitError(PolicyError):
    """A match that took more steps, or a longer text, than allowed: the answer is unknown, not "no"."""


class Engine(StrEnum):
    """The engine a pattern runs on."""

    RE2 = "re2"
    PCRE2 = "pcre2"


class Pattern(ABC):
    """One compiled pattern. `source` is the text it was written as."""

    engine: Engine

    def __init__(self, source: str, compiled: Any) -> None:
        self.source = source
        self._compiled = compiled

    def search(self, text: str) -> str | None:
        """Find the leftmost match in `text`, None when there is none. Raises MatchLimitError."""
        text = _encodable(text)
        for start, end in self._spans(text):
            return text[start:end]
        return None

    def sub_space(self, text: str) -> str:
        """Replace each match by one space; empty matches replace nothing. Raises MatchLimitError."""
        text = _encodable(text)
        parts, rest = [], 0
        for start, end in self._spans(text):
            if end > start:
                parts.append(text[rest:start])
                rest = end
        return " ".join((*parts, text[rest:]))

    @abstractmethod
    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each match, left to right, not overlapping."""


class _Linear(Pattern):
    engine = Engine.RE2

    def search(self, text: str) -> str | None:
        # Bytes in, bytes out: half the time of counting characters for the span.
        found = self._compiled.search(text.encode("utf-8", "replace"))
        return None if found is None else str(found.group(), "utf-8")

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self._compiled.finditer(text):
            yield match.span()


class _Stepped(Pattern):
    engine = Engine.PCRE2

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        from pcre2 import LibraryError

        if len(text) > MAX_TEXT:
            raise self._exceeded(text, f"the text has {len(text)} characters; {MAX_TEXT} are allowed")
        try:
            for match in self._compiled.finditer(text):
                yield match.span()
        except LibraryError as error:
            raise self._exceeded(text, str(error)) from error

    def _exceeded(self, text: str, reason: str) -> MatchLimitError:
        return MatchLimitError(
            "a pattern exceeds the matching limit",
            fields=(("pattern", self.source), ("text", _shortened(text)), ("reason", reason)),
            hint=_FIX,
        )


@cache
def compile_pattern(pattern: str) -> Pattern:
    r"""Compile a regular expression, once per process: RE2 first, PCRE2 for what RE2 lacks.

    Character classes such as `\w` mean ASCII in both. Raises PatternError with the engine's own words.
    """
    import re2

    if len(pattern) > MAX_PATTERN:
        raise _refused(pattern, f"it has {len(pattern)} characters; {MAX_PATTERN} are allowed")
    if _has_single_byte_escape(pattern):
        raise _refused(pattern, r"\C matches half characters")
    try:
        return _Linear(pattern, re2.compile(pattern, _re2_options()))
    except UnicodeEncodeError as error:
        raise _refused(pattern, "it holds a lone surrogate") from error
    except re2.error as error:
        message = error.args[0]
        if not message.startswith(_BEYOND_RE2):
            raise _refused(pattern, message.decode("utf-8", "replace")) from error
    return _Stepped(pattern, _compile_stepped(pattern))


class PatternSet:
    """Many patterns asked at once: which of them match a text, and what they matched there."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = tuple(patterns)
        linear = [index for index, each in enumerate(patterns) if each.engine is Engine.RE2]
        self._linear = linear
        self._stepped = [index for index, each in enumerate(patterns) if each.engine is Engine.PCRE2]
        self._set = _combined([patterns[index].source for index in linear])

    def find(self, text: str) -> tuple[tuple[int, str], ...]:
        """Give (index, matched text) of each pattern that matches, by index. Raises MatchLimitError."""
        found = []
        for index in sorted(self._candidates(text) + self._stepped):
            matched = self._patterns[index].search(text)
            if matched is not None:
                found.append((index, matched))
        return tuple(found)

    def _candidates(self, text: str) -> list[int]:
        if self._set is None:
            return self._linear
        hits = self._set.Match(text.encode("utf-8", "replace")) or ()
        sentinel = len(self._linear)
        if sentinel not in hits:
            return self._linear  # even the member that always matches is missing: RE2 gave up, ask one by one
        return [self._linear[hit] for hit in hits if hit != sentinel]


@cache
def engine_key() -> str:
    """Name the versions of the engines and the limits that shape results, for cache keys."""
    from importlib.metadata import version

    engines = " ".join(f"{name}={version(name)}" for name in ("google-re2", "pcre2", "pathspec"))
    return f"{engines} steps={MATCH_LIMIT} depth={DEPTH_LIMIT} text={MAX_TEXT}"


def _combined(sources: Sequence[str]) -> Any:
    """Build an RE2 set of the sources and, last, a member that always matches; None when RE2 cannot."""
    import re2

    combined = re2.Set.SearchSet(_re2_options(max_mem=_SET_MEMORY))
    try:
        for source in (*sources, ""):
            combined.Add(source)
        combined.Compile()
    except re2.error:
        return None
    return combined


def _re2_options(*, max_mem: int | None = None) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    if max_mem is not None:
        options.max_mem = max_mem
    return options


def _compile_stepped(pattern: str) -> Any:
    import pcre2

    limits = f"(*LIMIT_MATCH={MATCH_LIMIT})(*LIMIT_DEPTH={DEPTH_LIMIT})(*LIMIT_HEAP={_HEAP_KIB})"
    try:
        compiled = pcre2.compile(f"{limits}(*LF)(*NO_JIT){pattern}", pcre2.ASCII, jit=False)
    except pcre2.LibraryError as error:
        message = str(error).rpartition("; ")[2]  # positions would count the limits in front
        raise _refused(pattern, message) from error
    if compiled.groups > _MAX_GROUPS:
        raise _refused(pattern, f"it has {compiled.groups} groups; {_MAX_GROUPS} are allowed")
    return compiled


def _has_single_byte_escape(pattern: str) -> bool:
    escaped = False
    for character in pattern:
        if escaped and character == "C":
            return True
        escaped = character == "\\" and not escaped
    return False


def _refused(pattern: str, reason: str) -> PatternError:
    return PatternError(
        "a pattern does not compile",
        fields=(("pattern", _shortened(pattern)), ("reason", reason)),
        hint="write it in RE2 syntax; look-around and back-references are understood too",
    )


def _encodable(text: str) -> str:
    """Replace lone surrogates by question marks: neither engine can be shown them."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

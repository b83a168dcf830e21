r"""CODEOWNERS at the door: lines of a pattern and its owners, the last that matches wins.

The definition followed is GitHub's ("About code owners"): gitignore's patterns without `!`, `[...]` and `\#`, case
counts, `docs/*` reaches no deeper than `docs/`, a line without owners takes ownership away. A line that GitHub would
skip is skipped here too, and told. What only GitLab gives a meaning to (sections) is told as well, never guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from astrograph.formats.text import is_safe, quoted
from astrograph.model import limits

if TYPE_CHECKING:
    from astrograph.formats.codeowners_match import Matcher

MAX_BYTES = limits.CODEOWNERS
"""GitHub does not load a larger file."""

MAX_PROBLEMS = 100

_OWNER = re.compile(r"@[A-Za-z0-9][\w.-]*(?:/[\w.-]+)*|[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?(?:\s|$)", re.ASCII)
_WORD = re.compile(r"(?:\\.|[^\s\\])+|\\", re.ASCII | re.DOTALL)
_RANGE = re.compile(r"(?<!\\)[\[\]]")


class Rule(NamedTuple):
    """One line that counts: its pattern as written, its owners (none: nobody owns what it matches), its line from 1."""

    pattern: str
    owners: tuple[str, ...]
    line: int

    @property
    def owner(self) -> str | None:
        """The owners as one text, as they stand on the line; None when it takes ownership away."""
        return " ".join(self.owners) or None


class CodeownersProblem(NamedTuple):
    """One thing wrong with the file; `line` and `column` count from 1."""

    code: str
    message: str
    line: int
    column: int
    fix: str


@dataclass(frozen=True)
class Codeowners:
    """A decoded file: its rules in order, and the lines that count for nothing."""

    rules: tuple[Rule, ...]
    problems: tuple[CodeownersProblem, ...] = ()

    @cached_property
    def _matcher(self) -> Matcher:
        from astrograph.formats.codeowners_match import Matcher

        return Matcher([rule.pattern for rule in self.rules])

    def index_of(self, path: str) -> int:
        """The index of the rule that decides for a file, -1 when none matches. `path` starts at the repository."""
        return self._matcher.last(path)

    def rule_of(self, path: str) -> Rule | None:
        """The rule that decides for a file, None when none matches."""
        index = self.index_of(path)
        return None if index < 0 else self.rules[index]


def decode(data: bytes, *, gitlab: bool = False) -> Codeowners:
    """Decode a CODEOWNERS file; whatever the bytes are, the answer is one.

    Problems: AG240 a line that is skipped; AG241 a file that cannot be used at all, which then has no rules; AG242 a
    section of GitLab. With `gitlab` (the file lies where only GitLab looks), AG240 for each pattern that GitLab reads
    otherwise. At most 100 are told.
    """
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MB, which GitHub does not load"
        return _unusable(message, "fold lines into their folders: doit codeowners prints the shortest form")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unusable(f"the file is not valid UTF-8: byte 0x{data[error.start]:02x}", "save it as UTF-8")
    rules: list[Rule] = []
    problems: list[CodeownersProblem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        read = _line(line, number, gitlab=gitlab)
        if isinstance(read, Rule):
            rules.append(read)
        elif read is not None and len(problems) < MAX_PROBLEMS:
            problems.append(read)
    return Codeowners(tuple(rules), tuple(problems))


def is_owner(word: str) -> bool:
    """Whether a word may stand as an owner: `@user`, `@org/team` or an address."""
    return _OWNER.fullmatch(word) is not None


def _unusable(message: str, fix: str) -> Codeowners:
    return Codeowners((), (CodeownersProblem("AG241", message, 1, 1, fix),))


def _line(line: str, number: int, *, gitlab: bool) -> Rule | CodeownersProblem | None:
    """Read one line; None for blank lines and comments."""
    start = len(line) - len(line.lstrip())
    if start == len(line) or line[start] == "#":
        return None
    if _SECTION.match(line, start):
        message = f"{quoted(line.strip())} starts a section, which only GitLab has"
        fix = "write the owners on each line: sections are not read here"
        return CodeownersProblem("AG242", message, number, start + 1, fix)
    pattern, *words = _WORD.finditer(line)
    trouble = _trouble(pattern.group(), gitlab=gitlab)
    if trouble is not None:
        return CodeownersProblem("AG240", trouble[0], number, pattern.start() + 1, trouble[1])
    owners: list[str] = []
    for word in words:
        owner = word.group()
        if owner.startswith("#"):
            break
        if not is_owner(owner):
            message = f"{quoted(owner)} is no owner: the line counts for nothing"
            fix = "write @user, @org/team or an e-mail address; a name with a space in it cannot stand here"
            return CodeownersProblem("AG240", message, number, word.start() + 1, fix)
        owners.append(owner)
    if sum(map(len, owners)) + len(owners) > limits.NAME:
        message = f"the owners have more than {limits.NAME:,} characters: the line counts for nothing"
        return CodeownersProblem("AG240", message, number, pattern.end() + 1, "name a team instead of its members")
    return Rule(pattern.group(), tuple(owners), number)


def _trouble(pattern: str, *, gitlab: bool) -> tuple[str, str] | None:
    """What is wrong with a pattern, and the way out; None when it counts."""
    ends_open = pattern.endswith("\\") and not pattern.endswith("\\\\")
    is_loose = gitlab and not pattern.startswith(("/", "**/")) and "/" in pattern.rstrip("/")
    troubles = (
        (pattern.startswith("!"), "negates, which has no meaning here", "put a line without owners after the others"),
        (pattern.startswith("\\#"), "escapes a `#`, which has no meaning here", "match it with `?` instead"),
        (_RANGE.search(pattern), "has a character range, which has no meaning here", "write a line for each"),
        ("***" in pattern or ends_open, "is no pattern", "use `*` in a segment, `**` for any number of segments"),
        (not is_safe(pattern), "has an invisible character", "write it visibly"),
        (not pattern.strip("/"), "matches nothing", "write `*` for everything"),
        (is_loose, "means another place to GitLab, where it may be at any depth", "start it with `/` or with `**/`"),
    )
    found = next(((message, fix) for applies, message, fix in troubles if applies), None)
    return None if found is None else (f"{quoted(pattern)} {found[0]}: the line counts for nothing", found[1])

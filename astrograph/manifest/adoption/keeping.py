r"""Keeping values that no field takes: beside the module's facts, under their old pointers, types and text intact.

```yaml
annotations:
  adopted:
    /metadata/created: "2024-01-01"        # values, the largest part of the document that stands alone
  adopted_exact:
    /weight: "0.123456789"                 # JSON texts of what a manifest cannot hold as a value
  adopted_repeated:
    /tier: ["\"T2_important\""]            # what a key written twice said before its last value
```
"""

from __future__ import annotations

from astrograph.formats.foreign_json import Repeated, Verbatim, Written, text_of
from astrograph.formats.pointer import escape
from astrograph.manifest.adoption.claims import Claim, Kind

VALUES, EXACT, REPEATED, TIMES = "adopted", "adopted_exact", "adopted_repeated", "timestamps"

_DEEPEST = 40
"""Levels of one kept value; a deeper one is kept in several pieces. YAML readers stop at 50."""


class NotPlainError(Exception):
    """A value has something in it that JSON values of ours do not hold."""


def plain(value: object, *, depth: int = 0) -> object:
    """The value as plain JSON; raises NotPlainError when something in it would be lost or changed.

    Numbers written differently count as kept: only their text is another.
    """
    if isinstance(value, str):
        if not is_text(value):
            raise NotPlainError
        return value
    if isinstance(value, dict):
        if depth == _DEEPEST or isinstance(value, Repeated) or not all(map(is_text, value)):
            raise NotPlainError
        return {key: plain(inner, depth=depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        if depth == _DEEPEST:
            raise NotPlainError
        return [plain(inner, depth=depth + 1) for inner in value]
    if isinstance(value, Verbatim):
        raise NotPlainError
    return float(value) if isinstance(value, Written) else value


def is_exact(value: object) -> bool:
    """Whether a value is plain, and every number in it is written as we would write it."""
    try:
        plain(value)
    except NotPlainError:
        return False
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Written):
            return False
        waiting += inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
    return True


class Keeper:
    """Collects what is kept of one document under the top-level name `home`."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._groups: dict[str, dict[str, object]] = {}
        self.claims: list[Claim] = []

    def keep(self, pointer: str, value: object) -> None:
        """Keep a value: whole where that is possible, in pieces where something in it stands in the way."""
        try:
            self._put(VALUES, pointer, pointer, value, plain(value))
        except NotPlainError:
            self._pieces(pointer, value)
        else:
            self._texts(pointer, value)

    def keep_time(self, pointer: str, value: object) -> bool:
        """Keep a time under the last part of its pointer; False where another has that name or it is no plain text."""
        name = pointer.rpartition("/")[2]
        if name in self._groups.get(TIMES, {}) or not is_exact(value) or isinstance(value, dict | list):
            return False
        self._put(TIMES, name, pointer, value, value)
        return True

    def keep_earlier(self, pointer: str, values: list[object]) -> None:
        """Keep what a key written more than once said before its last value."""
        name = _printable(pointer)
        texts: list[object] = [text_of(value) for value in values]
        self._groups.setdefault(REPEATED, {})[name] = texts
        for index, value in enumerate(values):
            at = f"/{self._home}/{REPEATED}/{escape(name)}/{index}"
            self.claims.append(Claim(Kind.KEPT, pointer, value, at=at, expected=texts[index]))

    def members(self) -> dict[str, object]:
        """What to author under `home`."""
        return {name: group for name, group in self._groups.items() if group}

    @property
    def names(self) -> set[str]:
        """The members of `home` that are needed."""
        return {name for name, group in self._groups.items() if group}

    def _pieces(self, pointer: str, value: object) -> None:
        if isinstance(value, dict) and value:
            unfit = {key: inner for key, inner in value.items() if not is_text(key)}
            if unfit:
                self.keep_exactly(pointer, unfit)
            for key, inner in value.items():
                if key not in unfit:
                    self.keep(f"{pointer}/{escape(key)}", inner)
        elif isinstance(value, list) and value:
            for index, inner in enumerate(value):
                self.keep(f"{pointer}/{index}", inner)
        else:
            self.keep_exactly(pointer, value)

    def keep_exactly(self, pointer: str, value: object) -> None:
        """Keep a value as its JSON text."""
        self._put(EXACT, pointer, pointer, value, text_of(value))

    def _texts(self, pointer: str, value: object) -> None:
        """Keep the text of each number that we write differently, beside its value."""
        waiting = [(pointer, value)]
        while waiting:
            at, inner = waiting.pop()
            if isinstance(inner, Written):
                self._groups.setdefault(EXACT, {})[at] = inner.text
            elif isinstance(inner, dict):
                waiting += [(f"{at}/{escape(key)}", below) for key, below in inner.items()]
            elif isinstance(inner, list):
                waiting += [(f"{at}/{index}", below) for index, below in enumerate(inner)]

    def _put(self, group: str, name: str, pointer: str, value: object, expected: object) -> None:
        self._groups.setdefault(group, {})[name] = expected
        at = f"/{self._home}/{group}/{escape(name)}"
        self.claims.append(Claim(Kind.KEPT, pointer, value, at=at, expected=expected))


def is_text(text: str) -> bool:
    """Whether a text has no lone surrogate in it, which UTF-8 cannot write."""
    return text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
